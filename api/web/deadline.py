"""Work for a request ends when its client leaves, and at its deadline."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect

from nutgraf.api.engine.limits import Busy

T = TypeVar("T")


class CallerLeft(ClientDisconnect):
    """The client has left before it was answered, so no answer is sent."""


async def in_time(request: Request, work: Awaitable[T]) -> T:
    """Return the result of the work, unless the client leaves or the deadline passes: then cancel the work.

    Raises CallerLeft, Busy past the deadline, and what the work raises.
    """
    task = asyncio.ensure_future(work)
    disconnect = asyncio.ensure_future(_disconnected(request))
    now, deadline_s = asyncio.get_running_loop().time(), float(request.app.state.deadline_s)
    if not hasattr(request.state, "ends"):  # one request has one deadline, however often it waits
        request.state.ends = now + deadline_s
    left_s = max(0.0, request.state.ends - now)
    try:
        await asyncio.wait({task, disconnect}, timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        if disconnect.done():
            raise CallerLeft
        raise Busy(f"no answer within {deadline_s:g} s", hint="try again later")
    finally:
        task.cancel()  # also when this wait was cancelled, as that of a stream is when its client leaves
        disconnect.cancel()


async def _disconnected(request: Request) -> None:
    """Return when the client has left; the body of the request was read before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
