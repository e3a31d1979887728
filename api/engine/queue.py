"""The queue of an engine: questions that wait for a worker, and how their callers get the results.

Everything here is used in the thread of the event loop alone.
"""

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from nutgraf.opening import OpenIndex
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.result import QuestionResult
from nutgraf.qa.retrieval import SearchResult
from nutgraf.reloader import IndexHandle

RenderedT = TypeVar("RenderedT")


@dataclass(frozen=True, slots=True)
class QueuedRequest(Generic[RenderedT]):
    """A question, and the function `render` that turns its result into what the caller wants, in a thread.

    A `slow` rendering (a timeline reads more passages) runs apart from the batch, so that the other callers
    of the batch need not wait for it.

    A question about a pinned state of the index (`Engine.pinned`) names its `handle`: that state answers it
    instead of the newest one. `retrieved` has the passages, where they were retrieved from it before.
    """

    inquiry: Inquiry
    render: Callable[[OpenIndex, QuestionResult], RenderedT]
    slow: bool = False
    handle: IndexHandle[OpenIndex] | None = None
    retrieved: SearchResult | None = None


@dataclass(frozen=True, slots=True)
class UnrenderedResult:
    """A result that is slow to render, and the state that it comes from, which stays open until then."""

    result: QuestionResult
    handle: IndexHandle[OpenIndex]


@dataclass(slots=True, eq=False)
class QueuedQuestion(Generic[RenderedT]):
    """A question in the queue, and the future that its caller awaits."""

    request: QueuedRequest[RenderedT]
    done: "asyncio.Future[RenderedT | UnrenderedResult]"
    context: Context = field(default_factory=copy_context)  # has the id of the request, for the log

    def settle(self, result: RenderedT | UnrenderedResult | Exception) -> None:
        """Give the result or the error to the caller, unless the caller has left."""
        if self.done.done():
            return
        if isinstance(result, Exception):
            self.done.set_exception(result)
            return
        if isinstance(result, UnrenderedResult):
            result.handle.acquire()
        self.done.set_result(result)

    def give_up(self) -> None:
        """Cancel the wait for the result, or release the state of a result that nobody will render."""
        if self.done.cancel() or self.done.cancelled() or self.done.exception() is not None:
            return
        result = self.done.result()
        if isinstance(result, UnrenderedResult):
            result.handle.release()
