"""A pool of workers that read files on the machines of a Ray cluster, each behind the walls of a sandbox.

Articles come in the order of the files, as from `WorkerPool`. A worker that is lost costs a repetition: its
file is read again by another, and what came before is left out.
"""

import os
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count, groupby
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, TypeVar

from nutgraf.indexer.article import Article
from nutgraf.indexer.errors import IndexMismatch, StorageFailed
from nutgraf.indexer.loaders.base import LoadOptions, RefusedDates, Skipped, SourceFile, shown
from nutgraf.indexer.ray.cluster import MOST_LOSSES, Call, RayCluster, Workers, nutgraf_version, work_in
from nutgraf.indexer.sandbox.limits import Limits
from nutgraf.indexer.sandbox.messages import Message, file_of, file_task, options_of
from nutgraf.indexer.sandbox.pool import WorkerPool

_AHEAD = 2  # files that each worker has or waits for; not compared
_PART_CHARS = 4_000_000  # of articles in one message; not compared
_PART_ITEMS = 500
_MOST_SHIPPED_BYTES = (
    100_000_000  # a file goes through the memory of both machines; larger ones are read here
)

_Placed = TypeVar("_Placed", bound=Article | Skipped | RefusedDates)


class Content(NamedTuple):
    """The bytes of a file that is sent to a worker, and when it was changed (seconds of Unix)."""

    data: bytes
    changed: float


@dataclass(slots=True)
class Part:
    """Items of a file, how far it was read, and with the last items what was not used of it."""

    items: list[Article | Skipped] = field(default_factory=list)
    position_bytes: int = 0
    is_last: bool = False
    refused: Mapping[str, RefusedDates] = field(default_factory=dict)
    unused: Mapping[str, str] = field(default_factory=dict)


class RayPool(WorkerPool):
    """Reads files on the machines of a cluster, as many at once as they have cores.

    A file is read where its path is there with the same size (a shared disk); otherwise its bytes are sent.
    Records, links and what was fetched from the web are here already, and are read here.
    """

    def __init__(self, cluster: RayCluster, limits: Limits) -> None:
        super().__init__(limits)
        self._cluster = cluster
        self._numbers = count()
        self._ships = False  # whether a file was missing on a worker, so that those after it are sent

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "_readers" in self.__dict__:
            self._readers.close()
        super().__exit__(kind, error, trace)

    def files(self, files: Iterable[SourceFile], options: LoadOptions) -> Iterator[Article | Skipped]:
        """Yield the articles of the files, and what was skipped, in the order of the files.

        Raises IndexMismatch where a worker has another nutgraf, and StorageFailed where none can be had.
        """
        for is_fetched, group in groupby(files, lambda file: bool(file.address)):
            read = super().files if is_fetched else self._spread
            yield from read(group, options)

    def _spread(self, files: Iterable[SourceFile], options: LoadOptions) -> Iterator[Article | Skipped]:
        waiting, reading = iter(files), deque[tuple[SourceFile, int, Call]]()
        while True:
            while len(reading) < _AHEAD * len(self._readers) and (file := next(waiting, None)) is not None:
                number = next(self._numbers)
                reading.append((file, number, self._begin(number, file, options)))
            if not reading:
                return
            yield from self._spread_file(*reading.popleft(), options)

    def _spread_file(
        self, file: SourceFile, number: int, call: Call, options: LoadOptions
    ) -> Iterator[Article | Skipped]:
        """Yield the items of a file whose first part was asked for."""
        yielded = known = index = losses = 0
        while True:
            part: Part | None = self._readers.result(call)
            if part is None and index:  # its worker was lost: the next one begins with the file
                losses += 1
                if losses == MOST_LOSSES:
                    raise StorageFailed(
                        f"{losses} workers of Ray were lost while they read {file.origin}",
                        hint="the logs of Ray say why they ended, for example for lack of memory",
                    )
                index, known = 0, yielded
                call = self._begin(number, file, options)
                continue
            if part is None:  # the worker has no such file
                self._ships = True
                call = self._begin(number, file, options)
                if call.arguments[-1] is None:
                    yield from self._read_here(file, yielded, options)
                    return
                continue
            index += 1
            if not part.is_last:  # the worker goes on while the articles of this part are stored
                call = self._readers.call("more", number, index, on=call.actor)
            fresh, known = part.items[known:], max(0, known - len(part.items))
            file.position_bytes = part.position_bytes
            yield from fresh
            yielded += len(fresh)
            if part.is_last:
                file.refused.update(part.refused)
                file.unused |= part.unused
                return

    def _read_here(self, file: SourceFile, known: int, options: LoadOptions) -> Iterator[Article | Skipped]:
        """Yield the items of a file that cannot be sent, without those that are known."""
        for place, item in enumerate(super().files([file], options)):
            if place >= known:
                yield item

    def _begin(self, number: int, file: SourceFile, options: LoadOptions) -> Call:
        content = None
        if self._ships and file.size_bytes <= _MOST_SHIPPED_BYTES:
            with suppress(OSError):  # the reason is found where it is read
                content = Content(file.path.read_bytes(), file.path.stat().st_mtime)
        return self._readers.call("read", number, file_task(file, options), content)

    @cached_property
    def _readers(self) -> Workers:
        """The workers, started by the first file: one for each core."""
        places = self._cluster.places(1)
        workers = self._cluster.workers(FileReader, places, self._limits, str(Path.cwd()))
        if others := {*workers.ready} - {nutgraf_version()}:
            raise IndexMismatch(
                f"a worker of Ray has nutgraf {min(others)}, this machine {nutgraf_version()}",
                hint="install the same nutgraf on all machines",
            )
        return workers


class FileReader:
    """Reads files in a process of Ray, with sandboxed processes of its own."""

    def __init__(self, limits: Limits, folder: str) -> None:
        work_in(folder)
        self._folder = folder
        self._pool = WorkerPool(limits)
        self._readings: dict[int, tuple[int, Iterator[Part]]] = {}

    def ready(self) -> str:
        """Return the version of nutgraf."""
        return nutgraf_version()

    def read(self, number: int, task: Message, content: Content | None) -> Part | None:
        """Begin with a file, or with its content; return its first part, None where it is not here."""
        file, options = file_of(task), options_of(task)
        if content is None and not _is_here(file):
            return None
        self._readings[number] = (0, _parts(self._pool, file, options, content, self._folder))
        return self.more(number, 0)

    def more(self, number: int, index: int) -> Part | None:
        """Return the part of a file that comes next; None where this process is at another place.

        It was started again after a loss, or Ray repeats a call whose result was lost.
        """
        at, parts = self._readings.get(number, (-1, iter(())))
        if at != index:
            return None
        part = next(parts)
        if part.is_last:
            del self._readings[number]
        else:
            self._readings[number] = (index + 1, parts)
        return part


def _is_here(file: SourceFile) -> bool:
    try:
        return file.path.stat().st_size == file.size_bytes
    except OSError:
        return False


def _parts(
    pool: WorkerPool, file: SourceFile, options: LoadOptions, content: Content | None, folder: str
) -> Iterator[Part]:
    """Yield the items of a file in parts of bounded size; there is at least one part."""
    with ExitStack() as stack:
        origin = shown(file.path)
        if content is not None:
            place = stack.enter_context(tempfile.TemporaryDirectory(prefix="nutgraf-"))
            file = replace(file, path=Path(place) / file.path.name)
            file.path.write_bytes(content.data)
            os.utime(file.path, (content.changed, content.changed))
        copy = shown(file.path)
        part, chars = Part(), 0
        for item in pool.files([file], options):
            # An article names the whole path of its file, a reason the path as it was typed.
            original = os.path.normpath(Path(folder) / origin) if isinstance(item, Article) else origin
            part.items.append(_moved(item, copy, original))
            chars += len(item.text) if isinstance(item, Article) else len(item.reason)
            if chars >= _PART_CHARS or len(part.items) >= _PART_ITEMS:
                part.position_bytes = file.position_bytes
                yield part
                part, chars = Part(), 0
        refused = {reason: _moved(dates, copy, origin) for reason, dates in file.refused.items()}
        yield replace(
            part, position_bytes=file.size_bytes, is_last=True, refused=refused, unused=dict(file.unused)
        )


def _moved(item: _Placed, copy: str, origin: str) -> _Placed:
    """Return an item with the place of the original file instead of that of its copy."""
    place = item.origin or ""
    return replace(item, origin=origin + place[len(copy) :]) if place.startswith(copy) else item
