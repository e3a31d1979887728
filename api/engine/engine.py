"""Answers many callers with one index and two models: a bounded queue, and batches.

Knows threads, asyncio and what is opened; does not know HTTP. Everything but the work itself happens in the
event loop's thread, so that nothing here needs a lock.

A batch is what was waiting when a worker came free: under load questions share their encoder and reader
calls, and a question that comes alone waits for nobody.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, Protocol, TypeVar

from nutgraf.api.engine.queue import QueuedQuestion, QueuedRequest, QueueResult, UnrenderedResult
from nutgraf.api.engine.reloader import IndexHandle, IndexReloader
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.objects import Json
from nutgraf.opening import LoadedModels, OpenIndex, load_models
from nutgraf.qa.errors import QAError
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.result import QuestionResult
from nutgraf.settings import Settings

T = TypeVar("T")
_OTHER_THREADS = 2


class Busy(QAError):
    """More is waiting than can be answered soon."""

    code = "busy"
    retry_after_s: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """How much is done at once: `waiting` questions at most, `batch` of them together, by `workers` threads.

    `others` bounds all that is no question: searches, articles read; `writes` the changes that wait.
    """

    waiting: int = 64
    batch: int = 4
    workers: int = 2
    others: int = 64
    writes: int = 16


class Observer(Protocol):
    """Who is told what is done."""

    def batch(self, size: int) -> None:
        """Take note that so many questions are answered together."""
        ...

    def asked(self, outcome: QuestionResult) -> None:
        """Take note of a question's outcome; called in a worker's thread."""
        ...


class Engine:
    """Models loaded once, here or before, and the newest generation of the index. `async with` it."""

    def __init__(
        self,
        settings: Settings,
        limits: EngineLimits | None = None,
        observer: Observer | None = None,
        models: LoadedModels | None = None,
    ) -> None:
        self.settings = settings
        self.limits = limits or EngineLimits()
        self._observer = observer
        self._loaded = models
        self._models: LoadedModels
        self._newest: IndexReloader
        self._stopping = False
        self._waiting: deque[QueuedQuestion] = deque()
        self._answering = self._others = self._writes = 0

    async def __aenter__(self) -> "Engine":
        self._arrived, self._write_turn = asyncio.Event(), asyncio.Lock()
        self._places = asyncio.Semaphore(_OTHER_THREADS)
        self._threads = ThreadPoolExecutor(self.limits.workers, thread_name_prefix="nutgraf-ask")
        # Others have threads of their own: neither keeps questions waiting, nor is kept by them.
        self._other_threads = ThreadPoolExecutor(_OTHER_THREADS + 2, thread_name_prefix="nutgraf")
        try:
            if self._loaded is None:
                self._loaded = await self._in_thread(partial(load_models, self.settings))
            self._models = self._loaded
            self._newest = IndexReloader(self.settings, self._models, self._other_threads)
            await self._newest.open()
        except BaseException:
            self._shut_down()
            raise
        self._workers = [asyncio.create_task(self._serve()) for _ in range(self.limits.workers)]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Finish what was accepted, take nothing more, close."""
        self._stopping = True
        while self._waiting or self._answering or self._writes:
            await asyncio.sleep(0.01)
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self._newest.finish()
        await asyncio.to_thread(self._shut_down)
        self._newest.close()
        del self._newest, self._models  # whoever still knows the engine keeps no models in memory
        self._loaded = None

    @property
    def waiting(self) -> int:
        """How many questions wait for a worker."""
        return len(self._waiting)

    @property
    def opened(self) -> OpenIndex:
        """What is open now; only for what is read at once."""
        return self._newest.opened

    async def ask(
        self, inquiry: Inquiry, render: Callable[[OpenIndex, QuestionResult], Json], *, slow: bool = False
    ) -> Json:
        """Answer a question together with others that wait.

        Raises BadQuestion and BadFilter at once, and Busy when too many wait. Whoever stops waiting for it
        gives up the question's place.
        """
        return (await self.ask_all([QueuedRequest(inquiry, render, slow)]))[0]

    async def ask_all(self, asks: Sequence[QueuedRequest]) -> list[Json]:
        """Answer several questions, each as `ask` would; all of them find room, or none is asked."""
        checked = [replace(one, inquiry=one.inquiry.checked()) for one in asks]
        if self._stopping:
            raise _busy("the server is stopping")
        if len(self._waiting) + len(checked) > self.limits.waiting:
            raise _busy(f"{len(self._waiting)} questions are waiting already")
        loop = asyncio.get_running_loop()
        waiting = [QueuedQuestion(one, loop.create_future()) for one in checked]
        self._waiting.extend(waiting)
        self._arrived.set()
        try:
            outcomes = await asyncio.gather(*(one.done for one in waiting))
            return [
                await self._rendered(one, outcome) for one, outcome in zip(checked, outcomes, strict=True)
            ]
        finally:
            for one in waiting:
                one.leave()
                if one in self._waiting:
                    self._waiting.remove(one)

    async def run(self, work: Callable[[OpenIndex], T]) -> T:
        """Do something else with what is open, in a thread; raises Busy when too much of it is going on.

        Who leaves before it has begun gives up the place; what has begun keeps its thread until it ends.
        """
        return await self._run(work, None)

    async def write(self, work: Callable[[EmbeddedWriter], T]) -> T:
        """Change the index, in a thread, one after another, to the end whoever waits for it.

        Raises IndexLocked where another process is at it, and Busy when too many wait.
        """
        if self._writes >= self.limits.writes:
            raise _busy(f"{self._writes} changes are waiting already")
        self._writes += 1
        task = asyncio.create_task(self._write(work))
        task.add_done_callback(self._written)
        return await asyncio.shield(task)

    async def reopen(self) -> None:
        """Open the index anew, whatever has changed in it; raises what opening raises."""
        await self._newest.reopen()

    # --- inside -------------------------------------------------------------------------------------

    async def _serve(self) -> None:
        while True:
            while not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
            count = min(len(self._waiting), self.limits.batch)
            batch = [self._waiting.popleft() for _ in range(count)]
            self._answering += 1
            try:
                if self._observer is not None:
                    self._observer.batch(len(batch))
                await self._answered(batch)
            except Exception as error:  # noqa: BLE001 - whatever it was, the callers are told
                for one in batch:
                    one.settle(error)
            finally:
                self._answering -= 1

    async def _answered(self, batch: Sequence[QueuedQuestion]) -> None:
        held = self._newest.held()
        held.stay()
        try:
            work = partial(_answer, batch, self._observer, held)
            await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            held.leave()

    async def _rendered(self, one: QueuedRequest, outcome: QueueResult) -> Json:
        """Return it as its caller wants it, made from the same state of the index that answered."""
        if not isinstance(outcome, UnrenderedResult):
            return outcome
        return await self._run(lambda opened: one.render(opened, outcome.asked), outcome.held)

    async def _run(self, work: Callable[[OpenIndex], T], held: IndexHandle | None) -> T:
        """Run it with what is held, or with what is open when its turn comes."""
        if self._stopping or self._others >= self.limits.others:
            raise _busy("the server is stopping" if self._stopping else "too much is going on already")
        self._others += 1
        try:
            await self._places.acquire()
            held = held or self._newest.held()
            loop = asyncio.get_running_loop()
            future = loop.run_in_executor(self._other_threads, work, held.opened)
            held.stay()  # with the thread: whoever waits for it may leave
            future.add_done_callback(partial(self._place_free, held))
            return await asyncio.shield(future)
        finally:
            self._others -= 1

    async def _write(self, work: Callable[[EmbeddedWriter], T]) -> T:
        def run() -> T:
            with EmbeddedWriter(self.settings.index, self._models.encoder) as builder:
                return work(builder)

        async with self._write_turn:
            return await self._in_thread(run)

    def _written(self, task: "asyncio.Task[T]") -> None:
        self._writes -= 1
        _looked_at(task)

    def _place_free(self, held: IndexHandle, future: "asyncio.Future[T]") -> None:
        self._places.release()
        held.leave()
        _looked_at(future)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._other_threads, work)

    def _shut_down(self) -> None:
        self._threads.shutdown()
        self._other_threads.shutdown()


def _looked_at(future: "asyncio.Future[T]") -> None:
    """Look at how something ended, lest asyncio logs it once more when nobody waits."""
    if not future.cancelled():
        future.exception()


def _answer(batch: Sequence[QueuedQuestion], observer: Observer | None, held: IndexHandle) -> None:
    """Answer a batch, in a worker's thread; the outcomes go back to the loop's before the batch has ended."""
    opened = held.opened
    outcomes = opened.answerer.answer([one.wanted.inquiry for one in batch])
    for one, asked in zip(batch, outcomes, strict=True):
        if observer is not None:
            one.context.run(observer.asked, asked)
        try:
            slow = one.wanted.slow
            outcome: QueueResult | Exception = (
                UnrenderedResult(asked, held) if slow else one.wanted.render(opened, asked)
            )
        except Exception as error:  # noqa: BLE001 - one caller's failure is not the others'
            outcome = error
        one.done.get_loop().call_soon_threadsafe(one.settle, outcome)


def _busy(why: str) -> Busy:
    return Busy(why, hint=f"try again in {Busy.retry_after_s} s")
