"""The side of nutgraf: starts worker processes, hands them files, and replaces those that die.

Files are read by several workers at once, and their articles come in the order of the files. A worker that
dies or hangs costs the document that it was reading; what it said before is kept, and another worker goes on
behind that document.
"""

import os
import selectors
import signal
import subprocess
import sys
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from threading import Lock
from types import TracebackType
from typing import IO, Any

from nutgraf.indexer.article import Article
from nutgraf.indexer.errors import SourceError
from nutgraf.indexer.loaders.base import LoadOptions, RefusedDates, Skipped, SourceFile
from nutgraf.indexer.loaders.formats import counts_lines, holds_records
from nutgraf.indexer.sandbox.limits import WAITING, Limits
from nutgraf.indexer.sandbox.messages import (
    BadMessage,
    Message,
    dates_of,
    file_task,
    item_of,
    line_of,
    link_of,
    links_task,
    message_of,
    records_task,
    refused_of,
    unused_of,
)
from nutgraf.indexer.web.links import Link

MOST_FAULTS = 10
"""After so many faults in one file its rest is not read: each may cost all the time that there is."""

_READ_BYTES = 1 << 16
_PIPE_BYTES = 1 << 20  # a worker whose turn has not come can work ahead so far; not measured
_JSON_GROWTH = 6  # an escaped code point outside ASCII takes six characters where UTF-8 has two
_STARTING_SECONDS = 60.0  # to start Python and import the loaders, on a machine that is busy

# Nothing of the environment reaches a worker but what decides how Python reads names of files and zones, and
# where Tesseract's data are.
_ENVIRONMENT = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT", "TESSDATA_PREFIX")


RefuseRecordDate = Callable[[int, str, str], None]
"""Called with the place of a record in its list, from 0, a date of it that was not used, and why."""


class WorkerDied(Exception):
    """The worker is gone; the message is the reason that the user reads."""


class WorkerPool:
    """Worker processes that read files and records; they start when they are needed, and stay warm.

    Use it as a context manager. Several threads may ask for records at once; files are for one thread.

    >>> from nutgraf.indexer.loaders.base import LoadOptions
    >>> with WorkerPool() as pool:
    ...     [article] = pool.records([{"id": "a1", "text": "It rained."}], LoadOptions())
    >>> article.text
    'It rained.'
    """

    def __init__(self, limits: Limits | None = None, workers: int = 1) -> None:
        self._limits = limits or Limits()
        self._most = max(1, workers)
        self._idle: list[_Worker] = []
        self._records_lock = Lock()
        # A pool that is forgotten, not closed, leaves no process behind either.
        weakref.finalize(self, _end, self._idle)

    def __enter__(self) -> "WorkerPool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all workers."""
        _end(self._idle)

    def files(self, files: Iterable[SourceFile], options: LoadOptions) -> Iterator[Article | Skipped]:
        """Yield the articles of the files, and what was skipped, in the order of the files.

        Each file's `position_bytes`, `refused` and `unused` are kept up to date.
        """
        waiting, reading = iter(files), deque[tuple[SourceFile, _Worker]]()
        try:
            while True:
                while len(reading) < self._most and (file := next(waiting, None)) is not None:
                    reading.append((file, self._started(file_task(file, options))))
                if not reading:
                    return
                file, worker = reading.popleft()
                yield from self._file(file, worker, options)
        finally:
            for _, worker in reading:
                worker.end()

    def links(self, file: SourceFile, options: LoadOptions) -> list[Link | Skipped]:
        """Return what a feed or sitemap lists, and why it, or a part of it, cannot be read."""
        worker = self._started(links_task(file, options))
        try:
            links = [link_of(message) for message in worker.messages(options)]
        except (WorkerDied, BadMessage) as error:
            worker.end()
            return [Skipped(file.origin, str(error))]
        except BaseException:
            worker.end()
            raise
        self._idle.append(worker)
        return links

    def records(
        self,
        records: Sequence[Mapping[str, object]],
        options: LoadOptions,
        refuse: RefuseRecordDate = lambda *_: None,
    ) -> list[Article | Skipped]:
        """Return the article of each record, or why there is none; their values must be what JSON has.

        `refuse` is called with each date that was not used.
        """
        items: list[Article | Skipped] = []
        with self._records_lock:
            while len(items) < len(records):
                worker = self._started(records_task(records[len(items) :], options))
                try:
                    for message in worker.messages(options):
                        for given, reason in dates_of(message):
                            refuse(len(items), given, reason)
                        items.append(item_of(message))
                except (WorkerDied, BadMessage) as error:
                    worker.end()
                    items.append(Skipped("", str(error)))
                else:
                    self._idle.append(worker)
                    break
        return items

    def _file(self, file: SourceFile, worker: "_Worker", options: LoadOptions) -> Iterator[Article | Skipped]:
        """Yield the items of a file that a worker was handed, and go on with another one where it dies."""
        faults, again = 0, replace(file)
        while True:
            try:
                for message in worker.messages(options):
                    item = item_of(message)
                    file.position_bytes, file.line = int(message["position"]), int(message["line"])
                    again = replace(file, resume_after=file.line, lost=0)
                    yield item
                _merge(file.refused, worker.refused)
                file.unused |= worker.unused
                self._idle.append(worker)
                break
            except (WorkerDied, BadMessage) as error:
                worker.end()
                faults += 1
                again.lost += 1
                yield Skipped(file.origin, _reason(str(error), again, faults))
                if not holds_records(file.path) or faults == MOST_FAULTS:
                    break
                worker = self._started(file_task(again, options))
            except BaseException:
                worker.end()
                raise
        file.position_bytes = file.size_bytes

    def _started(self, task: Message) -> "_Worker":
        """Return a worker that was handed the task: one that is idle, or a new one."""
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive:
                worker.hand(task)
                return worker
            worker.end()
        worker = _Worker(self._limits)
        worker.hand(task)
        return worker


class _Worker:
    """One worker process; `refused` and `unused` are dates and fields of its last task that were not used."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._patience = _STARTING_SECONDS
        self.refused: dict[str, RefusedDates] = {}
        self.unused: dict[str, str] = {}
        try:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-I",
                    *_UTF8,
                    "-c",
                    _PROGRAM.format(sys.path, limits.seconds, limits.memory_mb),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                start_new_session=True,  # Ctrl-C is for nutgraf, which ends its workers
            )
        except OSError as error:
            raise SourceError(
                f"no process can be started to read documents: {error.strerror}",
                hint="end other programs, or raise the limit of processes",
            ) from error
        self._tasks, self._answers = _pipe(self._process.stdin), _pipe(self._process.stdout)
        self._rest = bytearray()
        os.set_blocking(self._answers.fileno(), False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._answers, selectors.EVENT_READ)

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def hand(self, task: Message) -> None:
        """Give the worker a task, whose `messages` must be read to the end before the next task."""
        with suppress(BrokenPipeError):  # it died: `messages` tells why
            self._tasks.write(line_of(task))
            self._tasks.flush()

    def messages(self, options: LoadOptions) -> Iterator[Message]:
        """Yield a message for each item of the task; raises WorkerDied and BadMessage."""
        while True:
            message = message_of(self._line(_JSON_GROWTH * options.max_bytes + _READ_BYTES))
            if "fault" in message:
                fault = str(message["fault"])
                raise WorkerDied(self._limits.too_much_memory if fault == "memory" else _died(fault))
            if "refused" in message:
                self.refused, self.unused = refused_of(message), unused_of(message)
                return
            yield message

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._selector.close()
        for pipe in (self._tasks, self._answers):
            with suppress(OSError):
                pipe.close()

    def _line(self, most_bytes: int) -> bytes:
        """Return the next line of the worker's output; raises WorkerDied."""
        searched, waited_since = 0, time.monotonic()
        while (end := self._rest.find(b"\n", searched)) < 0:
            searched = len(self._rest)
            if searched > most_bytes:
                raise WorkerDied("has more text than a document may have")
            patience = max(self._patience, WAITING * self._limits.seconds)
            if not self._selector.select(waited_since + patience - time.monotonic()):
                raise WorkerDied(self._limits.too_long)
            part = self._answers.read(_READ_BYTES)
            if not part:
                raise WorkerDied(self._death())
            self._rest += part
            waited_since, self._patience = time.monotonic(), 0.0
        line = bytes(self._rest[:end])
        del self._rest[: end + 1]
        return line

    def _death(self) -> str:
        """Return why the process ended."""
        try:
            status = self._process.wait(_STARTING_SECONDS)
        except subprocess.TimeoutExpired:
            return _died("it closed its output")
        if sys.platform != "win32" and status in (-signal.SIGPROF, -signal.SIGXCPU):
            return self._limits.too_long
        if status < 0:
            with suppress(ValueError):
                return _died(signal.Signals(-status).name)
        return _died(f"exit status {status}")


_PROGRAM = "import sys; sys.path[:] = {!r}; from nutgraf.indexer.sandbox.worker import main; main({}, {})"
_UTF8 = ("-X", "utf8") if sys.flags.utf8_mode else ()


def _end(workers: "list[_Worker]") -> None:
    while workers:
        workers.pop().end()


def _pipe(stream: IO[bytes] | None) -> Any:  # noqa: ANN401 - typeshed has no name for what Popen returns
    assert stream is not None, "Popen was asked for a pipe"
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):  # above what an account may have
            fcntl.fcntl(stream, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return stream


def _died(why: str) -> str:
    return f"its parser died ({why})"


def _reason(error: str, file: SourceFile, faults: int) -> str:
    """Return why a document, or a record of a file of records, was not read."""
    if not holds_records(file.path):
        return error
    if counts_lines(file.path):
        where = f"record {file.lost} after line {file.resume_after}: {error}"
    else:
        where = f"document {file.resume_after + file.lost} in it: {error}"
    return f"{where}; the rest was not read" if faults == MOST_FAULTS else where


def _merge(into: dict[str, RefusedDates], others: Mapping[str, RefusedDates]) -> None:
    for reason, dates in others.items():
        if reason in into:
            into[reason].count += dates.count
        else:
            into[reason] = dates
