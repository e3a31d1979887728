"""Questions that wait for a worker, and how their callers are told. Used in the event loop's thread alone."""

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass, field

from nutgraf.api.engine.reloader import IndexHandle
from nutgraf.objects import Json
from nutgraf.opening import OpenIndex
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.result import QuestionResult


@dataclass(frozen=True, slots=True)
class QueuedRequest:
    """A question, and what its caller makes of the outcome, in a thread.

    What is `slow` to make (a timeline reads more passages) is made apart from the batch, so that those who
    share it need not wait.
    """

    inquiry: Inquiry
    render: Callable[[OpenIndex, QuestionResult], Json]
    slow: bool = False


@dataclass(frozen=True, slots=True)
class UnrenderedResult:
    """An outcome that is slow to render, and what it was found in, which stays open until it is rendered."""

    asked: QuestionResult
    held: IndexHandle


QueueResult = Json | UnrenderedResult


@dataclass(slots=True, eq=False)
class QueuedQuestion:
    """A question in the queue."""

    wanted: QueuedRequest
    done: asyncio.Future[QueueResult]
    context: Context = field(default_factory=copy_context)  # whose question it is, for the log

    def settle(self, outcome: QueueResult | Exception) -> None:
        """Tell the caller, who may have left."""
        if self.done.done():
            return
        if isinstance(outcome, Exception):
            self.done.set_exception(outcome)
            return
        if isinstance(outcome, UnrenderedResult):
            outcome.held.stay()
        self.done.set_result(outcome)

    def leave(self) -> None:
        """Give up what is wanted, or what it was found in."""
        if self.done.cancel() or self.done.cancelled() or self.done.exception() is not None:
            return
        outcome = self.done.result()
        if isinstance(outcome, UnrenderedResult):
            outcome.held.leave()
