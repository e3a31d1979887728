"""The engine: it answers many callers from one archive and two models, with a bounded queue and batches.

Knows threads, asyncio and the open index; does not know HTTP. Everything but the work itself runs in the
thread of the event loop, so nothing here needs a lock.

A batch is the questions that waited when a worker came free. Under load questions share their calls of
encoder and reader, and a question that comes alone does not wait for others.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, Protocol, TypeVar

from nutgraf.api.engine.limits import EngineLimits, busy
from nutgraf.api.engine.queue import QueuedQuestion, QueuedRequest, UnrenderedResult
from nutgraf.archive import Archive
from nutgraf.error import panics_as
from nutgraf.errors import IndexDamaged
from nutgraf.indexer.storage import ArchiveWriter
from nutgraf.opening import OpenIndex
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.result import QuestionResult
from nutgraf.reloader import IndexHandle

T = TypeVar("T")
_OTHER_THREADS = 2  # not measured: searches and articles are short beside questions


class Observer(Protocol):
    """Counts or logs the work of an engine; the engine calls it."""

    def batch(self, size: int) -> None:
        """Note that `size` questions are answered together."""
        ...

    def asked(self, result: QuestionResult) -> None:
        """Note the result of a question; this is called in the thread of a worker."""
        ...


class Engine:
    """Answers many callers from the newest state of one archive. Use it with `async with`.

    Entering loads both models, and raises what opening the archive raises. Leaving frees them;
    whoever opened the archive closes it.
    """

    def __init__(
        self, archive: Archive, limits: EngineLimits | None = None, observer: Observer | None = None
    ) -> None:
        self.archive = archive
        self.limits = limits or EngineLimits()
        self._observer = observer
        self._stopping = False
        self._waiting: deque[QueuedQuestion[Any]] = deque()
        self._answering = self._others = self._writes = 0
        self._damage: tuple[IndexHandle[OpenIndex], IndexDamaged] | None = None

    async def __aenter__(self) -> "Engine":
        self._arrived, self._write_turn = asyncio.Event(), asyncio.Lock()
        self._places = asyncio.Semaphore(_OTHER_THREADS)
        self._threads = ThreadPoolExecutor(self.limits.workers, thread_name_prefix="nutgraf-ask")
        # Searches and articles have threads of their own: they and questions do not wait for each other.
        self._other_threads = ThreadPoolExecutor(_OTHER_THREADS + 2, thread_name_prefix="nutgraf")
        try:
            await self._in_thread(self.archive.prepare)
        except BaseException:
            self._shut_down()
            raise
        self._workers = [asyncio.create_task(self._serve()) for _ in range(self.limits.workers)]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Refuse new requests, finish those that were accepted, and free models and index."""
        self._stopping = True
        while self._waiting or self._answering or self._writes:
            await asyncio.sleep(0.01)
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await asyncio.to_thread(self._shut_down)
        await asyncio.to_thread(self.archive.release)

    @property
    def waiting(self) -> int:
        """How many questions wait for a worker."""
        return len(self._waiting)

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits for anything."""
        return not (self._waiting or self._answering or self._others or self._writes)

    @property
    def damage(self) -> IndexDamaged | None:
        """The first damage that was met in the state that is open now, None where there was none.

        Each look opens a newer state in another thread where one was published: a rebuild mends the damage.
        """
        with self.pinned() as handle:
            if self._damage is not None and self._damage[0] is not handle:
                self._damage = None
            return self._damage[1] if self._damage else None

    @property
    def opened(self) -> OpenIndex:
        """The state that is open now; use it only for values that are read at once."""
        with self.pinned() as handle:
            return handle.opened

    @contextmanager
    def pinned(self) -> Iterator[IndexHandle[OpenIndex]]:
        """Keep the state that is open now open for a block of several calls that must see the same state.

        Pass the handle to `ask`, `run` or a `QueuedRequest`.
        """
        handle = self._acquire()
        try:
            yield handle
        finally:
            handle.release()

    async def ask(
        self,
        inquiry: Inquiry,
        render: Callable[[OpenIndex, QuestionResult], T],
        *,
        slow: bool = False,
        handle: IndexHandle[OpenIndex] | None = None,
    ) -> T:
        """Answer a question together with others that wait.

        Raises BadQuestion and BadFilter at once, and Busy when too many questions wait. A caller that stops
        waiting gives up the place of its question. A pinned `handle` answers instead of the newest state.
        """
        return (await self.ask_all([QueuedRequest(inquiry, render, slow, handle)]))[0]

    async def ask_all(self, requests: Sequence[QueuedRequest[T]]) -> list[T]:
        """Answer several questions, each as `ask` does; raises Busy unless there is room for all of them."""
        checked = [replace(request, inquiry=request.inquiry.checked()) for request in requests]
        if self._stopping:
            raise busy("the server is stopping")
        if len(self._waiting) + len(checked) > self.limits.waiting:
            raise busy(f"{len(self._waiting)} questions are waiting already")
        loop = asyncio.get_running_loop()
        questions = [QueuedQuestion(request, loop.create_future()) for request in checked]
        self._waiting.extend(questions)
        self._arrived.set()
        try:
            results = await asyncio.gather(*(question.done for question in questions))
            return [
                await self._rendered(request, result)
                for request, result in zip(checked, results, strict=True)
            ]
        finally:
            for question in questions:
                question.give_up()
                if question in self._waiting:
                    self._waiting.remove(question)

    async def run(self, work: Callable[[OpenIndex], T], handle: IndexHandle[OpenIndex] | None = None) -> T:
        """Do work other than questions in a thread; raises Busy when too much of it is going on.

        The work gets the state of a pinned `handle`, or else the newest state when its turn comes. A caller
        that leaves before the work begins gives up its place; work that has begun keeps its thread until it
        ends.
        """
        if self._stopping or self._others >= self.limits.others:
            raise busy("the server is stopping" if self._stopping else "too much is going on already")
        self._others += 1
        try:
            await self._places.acquire()
            if handle is None:
                handle = self._acquire()
            else:
                handle.acquire()
            guarded = panics_as()(work)
            future = asyncio.get_running_loop().run_in_executor(self._other_threads, guarded, handle.opened)
            # The thread releases the state when it ends: the caller may leave before.
            future.add_done_callback(partial(self._free_place, handle))
            return await asyncio.shield(future)
        finally:
            self._others -= 1

    async def write(self, work: Callable[[ArchiveWriter], T]) -> T:
        """Change the archive in a thread, one change after another.

        A change is carried through even when its caller leaves. Raises IndexLocked where another process
        writes, and Busy when too many changes wait.
        """
        if self._writes >= self.limits.writes:
            raise busy(f"{self._writes} changes are waiting already")
        self._writes += 1
        task = asyncio.create_task(self._write(work))
        task.add_done_callback(self._end_write)
        return await asyncio.shield(task)

    async def reopen(self) -> None:
        """Open the newest state of the index now; raises what opening raises."""
        states = self.archive.states
        await self._in_thread(partial(states.reload, states.request()))

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
                await self._answer_batch(batch)
            finally:
                self._answering -= 1

    async def _answer_batch(self, batch: Sequence[QueuedQuestion[Any]]) -> None:
        """Answer a batch; questions that pinned another state of the index are answered apart."""
        groups: dict[IndexHandle[OpenIndex], list[QueuedQuestion[Any]]] = {}
        with self.pinned() as newest, ExitStack() as users:
            for question in batch:
                groups.setdefault(question.request.handle or newest, []).append(question)
            for handle in groups:  # all at once: a caller may release its pinned handle before its turn comes
                handle.acquire()
                users.callback(handle.release)
            for handle, questions in groups.items():
                await self._answer_from(handle, questions)

    async def _answer_from(
        self, handle: IndexHandle[OpenIndex], questions: Sequence[QueuedQuestion[Any]]
    ) -> None:
        try:
            if self._observer is not None:
                self._observer.batch(len(questions))
            work = partial(_answer, questions, self._observer, handle)
            for error in await asyncio.get_running_loop().run_in_executor(self._threads, work):
                self._note_damage(handle, error)
        except Exception as error:  # noqa: BLE001 - the callers get every error
            self._note_damage(handle, error)
            for question in questions:
                question.settle(error)

    async def _rendered(self, request: QueuedRequest[T], result: T | UnrenderedResult) -> T:
        """Return the rendered result; a slow one is rendered here, from the state that answered."""
        if not isinstance(result, UnrenderedResult):
            return result
        return await self.run(lambda opened: request.render(opened, result.result), result.handle)

    async def _write(self, work: Callable[[ArchiveWriter], T]) -> T:
        async with self._write_turn:
            return await self._in_thread(partial(self.archive.write, work))

    def _acquire(self) -> IndexHandle[OpenIndex]:
        """Return the state that is open now; a newer state is opened in another thread meanwhile."""
        return self.archive.states.acquire(wait=False)

    def _end_write(self, task: "asyncio.Task[T]") -> None:
        self._writes -= 1
        _retrieve_exception(task)

    def _free_place(self, handle: IndexHandle[OpenIndex], future: "asyncio.Future[T]") -> None:
        self._places.release()
        handle.release()
        self._note_damage(handle, _retrieve_exception(future))

    def _note_damage(self, handle: IndexHandle[OpenIndex], error: BaseException | None) -> None:
        if isinstance(error, IndexDamaged) and (self._damage is None or self._damage[0] is not handle):
            self._damage = handle, error

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._other_threads, panics_as()(work))

    def _shut_down(self) -> None:
        self._threads.shutdown()
        self._other_threads.shutdown()


def _retrieve_exception(future: "asyncio.Future[T]") -> BaseException | None:
    """Retrieve the exception of a future, so that asyncio does not log it when nobody awaits the future."""
    return None if future.cancelled() else future.exception()


@panics_as()
def _answer(
    questions: Sequence[QueuedQuestion[Any]], observer: Observer | None, handle: IndexHandle[OpenIndex]
) -> list[Exception]:
    """Answer questions in the thread of a worker; the event loop gets each result as soon as it is there.

    Returns the errors of rendering, which their callers have got.
    """
    errors: list[Exception] = []
    opened = handle.opened
    results = opened.answerer.answer(
        [question.request.inquiry for question in questions],
        [question.request.retrieved for question in questions],
    )
    for question, result in zip(questions, results, strict=True):
        if observer is not None:
            question.context.run(observer.asked, result)
        rendered: object
        try:
            slow, render = question.request.slow, panics_as()(question.request.render)
            rendered = UnrenderedResult(result, handle) if slow else render(opened, result)
        except Exception as error:  # noqa: BLE001 - an error of one question must not reach other callers
            rendered = error
            errors.append(error)
        question.done.get_loop().call_soon_threadsafe(question.settle, rendered)
    return errors
