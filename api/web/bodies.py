"""Limits the size and the time of request bodies. Plain ASGI.

A body is read whole and passed on as one message; an upload of lines is passed on part by part.
"""

import asyncio
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from nutgraf.api.web.request_refused import RequestRefused

UPLOAD = "/v1/articles"
LINES = frozenset({"application/x-ndjson", "application/jsonl"})
"""Media types of an upload with one article in each line. A single article is an ordinary body."""

FILE = "application/octet-stream"
"""The media type of a file to read."""

_MOST_DIGITS = 18  # more digits are no size of a body, and are costly to parse


def media_type(headers: Headers) -> str:
    """Return the media type of a body without its parameters; "" where the request states none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """The limits of bodies.

    A body has `most` bytes, a file `file` bytes, an upload `upload` bytes. A body, or each part of an upload,
    comes within `seconds`. After its first seconds an upload comes at `rate` bytes a second or more; the time
    for storing does not count. So a client cannot keep a place by sending a byte now and then. The numbers
    were not measured: they are far above what a usual article or connection needs.
    """

    most: int = 1_000_000
    file: int = 20_000_000
    upload: int = 100_000_000
    seconds: float = 20.0
    rate: float = 10_000.0

    async def bounded(self, scope: Scope, receive: Receive) -> Receive:
        """Return the function to receive the body with.

        It raises RequestRefused, and so does this call, for a body that is too long or too slow.
        """
        headers = Headers(scope=scope)
        posted = media_type(headers) if (scope["path"], scope["method"]) == (UPLOAD, "POST") else ""
        lines = posted in LINES
        most = self.upload if lines else self.file if posted == FILE else self.most
        declared = headers.get("content-length", "0")
        if not declared.isdecimal() or len(declared) > _MOST_DIGITS or int(declared) > most:
            raise _too_large(most)
        if lines:
            return self._parts(receive, most)
        try:
            async with asyncio.timeout(self.seconds):
                body = await _whole(receive, most)
        except TimeoutError:
            raise _too_slow(f"the body was not there after {self.seconds:g} s") from None
        messages = [body]

        async def receiving() -> Message:
            return (
                messages.pop() if messages else await receive()
            )  # the next message says that the client has left

        return receiving

    def _parts(self, receive: Receive, most: int) -> Receive:
        received, waited_s, ended = 0, 0.0, False
        now = asyncio.get_running_loop().time

        async def receiving() -> Message:
            nonlocal received, waited_s, ended
            left_s = min(self.seconds, self.seconds + received / self.rate - waited_s)
            began = now()
            try:
                async with asyncio.timeout(None if ended else left_s):
                    message = await receive()
            except TimeoutError:
                raise _too_slow(self._slowness) from None
            waited_s += now() - began
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                ended = not message.get("more_body", False)
                if received > most:
                    raise _too_large(most)
            return message

        return receiving

    @property
    def _slowness(self) -> str:
        return f"nothing came for {self.seconds:g} s, or less than {self.rate:,.0f} bytes a second"


async def _whole(receive: Receive, most: int) -> Message:
    """Return the whole body as one message."""
    parts, received = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return message
        parts.append(message.get("body", b""))
        received += len(parts[-1])
        if received > most:
            raise _too_large(most)
        if not message.get("more_body", False):
            return {"type": "http.request", "body": b"".join(parts), "more_body": False}


def _too_large(most: int) -> RequestRefused:
    return RequestRefused(413, "too_large", f"the body has more than {most:,} bytes", "send less at a time")


def _too_slow(reason: str) -> RequestRefused:
    return RequestRefused(408, "too_slow", reason, "send it at once")
