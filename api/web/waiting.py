"""Questions that wait for a worker, and how their callers are told. Used in the event loop's thread alone."""

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass, field

from nutgraf.api.schemas import Json
from nutgraf.api.service import Open
from nutgraf.api.web.newest import Held
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.outcome import Asked


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question, and what its caller makes of the outcome, in a thread.

    What is `slow` to make (a timeline reads more passages) is made apart from the batch, so that those who
    share it need not wait.
    """

    inquiry: Inquiry
    render: Callable[[Open, Asked], Json]
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Unrendered:
    """An outcome that is slow to render, and what it was found in, which stays open until it is rendered."""

    asked: Asked
    held: Held


Outcome = Json | Unrendered


@dataclass(slots=True, eq=False)
class Waiting:
    """A question in the queue."""

    wanted: Wanted
    done: asyncio.Future[Outcome]
    context: Context = field(default_factory=copy_context)  # whose question it is, for the log

    def settle(self, outcome: Outcome | Exception) -> None:
        """Tell the caller, who may have left."""
        if self.done.done():
            return
        if isinstance(outcome, Exception):
            self.done.set_exception(outcome)
            return
        if isinstance(outcome, Unrendered):
            outcome.held.stay()
        self.done.set_result(outcome)

    def leave(self) -> None:
        """Give up what is wanted, or what it was found in."""
        if self.done.cancel() or self.done.cancelled() or self.done.exception() is not None:
            return
        outcome = self.done.result()
        if isinstance(outcome, Unrendered):
            outcome.held.leave()
