"""Answers many callers with one index and two models: a bounded queue, batches, new generations as they come.

Knows threads, asyncio and what is opened; does not know HTTP. Everything but the work itself happens in the
event loop's thread, so that nothing here needs a lock.

A batch is what was waiting when a worker came free: under load questions share their encoder and reader
calls, and a question that comes alone waits for nobody.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Protocol, TypeVar

from api.schemas import Json
from api.service import Models, Open, load_models, open_with
from api.settings import Settings
from indexer.build import Builder
from indexer.generation import MANIFEST
from qa.answer import Asked
from qa.errors import QAError
from qa.inquiry import Inquiry

T = TypeVar("T")
Stamp = tuple[int, int, int]
log = logging.getLogger("nutgraf")


class Busy(QAError):
    """More is waiting than can be answered soon."""

    code = "busy"
    retry_after_s: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is done at once: `waiting` questions at most, `batch` of them together, by `workers` threads.

    `others` bounds all that is no question: searches, articles read.
    """

    waiting: int = 64
    batch: int = 4
    workers: int = 2
    others: int = 64


@dataclass(slots=True, eq=False)
class _Waiting:
    """A question in the queue, and what its caller makes of the outcome (in the worker's thread)."""

    inquiry: Inquiry
    render: Callable[[Open, Asked], Json]
    done: asyncio.Future[Json]


class _Held:
    """An opened index, closed when it was replaced and its last user is gone."""

    def __init__(self, settings: Settings, models: Models) -> None:
        self._stack = ExitStack()
        self.stamp = stamp(settings)
        self.opened = self._stack.enter_context(open_with(settings, models))
        self.users = 0
        self.retired = False

    def close_if_free(self) -> None:
        if self.retired and not self.users:
            self._stack.close()


def stamp(settings: Settings) -> Stamp | None:
    """Return what changes whenever a generation is published; None where there is no manifest."""
    try:
        found = os.stat(settings.index / MANIFEST)  # noqa: PTH116 - Path.stat() makes the same call slower
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


class Observer(Protocol):
    """Who is told what is done."""

    def batch(self, size: int) -> None:
        """Take note that so many questions are answered together."""
        ...

    def asked(self, outcome: Asked) -> None:
        """Take note of a question's outcome; called in a worker's thread."""
        ...


class Engine:
    """Models loaded once, and the newest generation of the index. `async with` it."""

    def __init__(
        self, settings: Settings, limits: Limits | None = None, observer: Observer | None = None
    ) -> None:
        self.settings = settings
        self.limits = limits or Limits()
        self._observer = observer
        self._held: _Held
        self._models: Models
        self._stopping = False
        self._others = 0
        self._reopening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Engine":
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue(self.limits.waiting)
        self._threads = ThreadPoolExecutor(self.limits.workers + 2, thread_name_prefix="nutgraf")
        try:
            self._models = await self._in_thread(partial(load_models, self.settings))
            self._held = await self._in_thread(partial(_Held, self.settings, self._models))
        except BaseException:
            self._threads.shutdown()
            raise
        self._workers = [asyncio.create_task(self._serve()) for _ in range(self.limits.workers)]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Finish what was accepted, take nothing more, close."""
        self._stopping = True
        await self._queue.join()
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        if self._reopening is not None:
            await asyncio.gather(self._reopening, return_exceptions=True)
        self._threads.shutdown()
        self._held.retired = True
        self._held.close_if_free()

    @property
    def waiting(self) -> int:
        """How many questions wait for a worker."""
        return self._queue.qsize()

    @property
    def opened(self) -> Open:
        """What is open now; only for what is read at once."""
        return self._held.opened

    async def ask(self, inquiry: Inquiry, render: Callable[[Open, Asked], Json]) -> Json:
        """Answer a question together with others that wait; `render` is called in a thread.

        Raises BadQuestion and BadFilter at once, and Busy when too many wait. Whoever stops waiting for it
        gives up the question's place.
        """
        inquiry = inquiry.checked()
        if self._stopping:
            raise _busy("the server is stopping")
        done: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait(_Waiting(inquiry, render, done))
        except asyncio.QueueFull:
            raise _busy(f"{self._queue.qsize()} questions are waiting already") from None
        return await done

    async def run(self, work: Callable[[Open], T]) -> T:
        """Do something else with what is open, in a thread; raises Busy when too much of it is going on."""
        if self._stopping or self._others >= self.limits.others:
            raise _busy("the server is stopping" if self._stopping else "too much is going on already")
        self._others += 1
        # Shielded: a thread cannot be stopped, so its place is taken until it ends, whoever waits for it.
        task = asyncio.create_task(self._with_open(work))
        task.add_done_callback(self._other_done)
        return await asyncio.shield(task)

    async def write(self, work: Callable[[Builder], T]) -> T:
        """Change the index, in a thread; raises IndexLocked where another process is at it."""

        def run() -> T:
            with Builder(self.settings.index, self._models.encoder) as builder:
                return work(builder)

        return await asyncio.shield(self._in_thread(run))

    async def reopen(self) -> None:
        """Open the index anew, whatever has changed in it; who uses the old one goes on with it."""
        held = await self._in_thread(partial(_Held, self.settings, self._models))
        old, self._held = self._held, held
        old.retired = True
        old.close_if_free()

    # --- inside -------------------------------------------------------------------------------------

    def _other_done(self, task: "asyncio.Task[T]") -> None:
        self._others -= 1
        if not task.cancelled():
            task.exception()  # looked at, lest asyncio logs it once more when nobody waits

    async def _serve(self) -> None:
        while True:
            batch = [await self._queue.get()]
            while len(batch) < self.limits.batch and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            wanted = [one for one in batch if not one.done.done()]
            try:
                if wanted:
                    if self._observer is not None:
                        self._observer.batch(len(wanted))
                    await self._with_open(partial(_answer, wanted, self._observer))
            except Exception as error:  # noqa: BLE001 - whatever it was, the callers are told
                for one in wanted:
                    _settle(one, error)
            finally:
                for _ in batch:
                    self._queue.task_done()

    async def _with_open(self, work: Callable[[Open], T]) -> T:
        async with self._newest() as opened:
            return await self._in_thread(partial(work, opened))

    @asynccontextmanager
    async def _newest(self) -> AsyncIterator[Open]:
        """Keep the newest generation that is open from being closed; see to it that a newer one is opened."""
        if self._held.stamp != (now := stamp(self.settings)) and now is not None and self._reopening is None:
            self._reopening = asyncio.create_task(self._reopen_quietly())
        held = self._held
        held.users += 1
        try:
            yield held.opened
        finally:
            held.users -= 1
            held.close_if_free()

    async def _reopen_quietly(self) -> None:
        try:
            await self.reopen()
        except Exception:
            log.exception(
                "the new generation of %s cannot be opened; the old one goes on", self.settings.index
            )
            self._held.stamp = stamp(self.settings)  # tried once; the next change is tried again
        finally:
            self._reopening = None

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _answer(batch: Sequence[_Waiting], observer: Observer | None, opened: Open) -> None:
    """Answer a batch, in a worker's thread; the outcomes go back to the loop's."""
    for one, asked in zip(batch, opened.answerer.answer([one.inquiry for one in batch]), strict=True):
        if observer is not None:
            observer.asked(asked)
        try:
            outcome: Json | Exception = one.render(opened, asked)
        except Exception as error:  # noqa: BLE001 - one caller's failure is not the others'
            outcome = error
        one.done.get_loop().call_soon_threadsafe(_settle, one, outcome)


def _settle(one: _Waiting, outcome: Json | Exception) -> None:
    if one.done.done():
        return  # its caller has left
    if isinstance(outcome, Exception):
        one.done.set_exception(outcome)
    else:
        one.done.set_result(outcome)


def _busy(why: str) -> Busy:
    return Busy(why, hint=f"try again in {Busy.retry_after_s} s")
