"""How long a request is worked for: as long as somebody waits, and not beyond its deadline."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect

from nutgraf.api.engine.engine import Busy

T = TypeVar("T")


class CallerLeft(ClientDisconnect):
    """Nobody waits for the answer any more: there is nobody to be told anything."""


async def in_time(request: Request, work: Awaitable[T]) -> T:
    """Wait for the work no longer than its caller does, and than the deadline; then it is given up.

    Raises CallerLeft, Busy past the deadline, and what the work raises.
    """
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(request))
    now, deadline_s = asyncio.get_running_loop().time(), float(request.app.state.deadline_s)
    if not hasattr(request.state, "ends"):  # one deadline, however many things are waited for
        request.state.ends = now + deadline_s
    left_s = max(0.0, request.state.ends - now)
    try:
        await asyncio.wait({task, gone}, timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        if gone.done():
            raise CallerLeft
        raise Busy(f"no answer within {deadline_s:g} s", hint="try again later, or ask with fewer passages")
    finally:
        task.cancel()  # also when whoever waits here was cancelled, as a stream is whose client has left
        gone.cancel()


async def _gone(request: Request) -> None:
    """Return when the client has left; its body was read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
