"""How much may be sent, and how slowly. Plain ASGI: hands on a body whole, or, of an upload, as it comes."""

import asyncio
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from nutgraf.api.web.refused import RequestRefused

UPLOAD = "/v1/articles"
LINES = frozenset({"application/x-ndjson", "application/jsonl"})
"""Types of an upload: an article a line. An article by itself is a body like any other."""

_MOST_DIGITS = 18


def media_type(headers: Headers) -> str:
    """Return what a body is said to be, without its parameters; empty where that is not said."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """The bounds: bytes of a body and of an upload, and seconds for a body, or for each part of an upload.

    An upload comes at `rate` bytes a second or more, once its first seconds are over; the time that storing
    takes does not count. A client that sends a byte now and then holds a place that others want.
    """

    most: int = 1_000_000
    upload: int = 100_000_000
    seconds: float = 20.0
    rate: float = 10_000.0

    async def bounded(self, scope: Scope, receive: Receive) -> Receive:
        """Return what hands on the body; raises Refused, then or later, for one too long or too slow."""
        headers = Headers(scope=scope)
        lines = scope["path"] == UPLOAD and scope["method"] == "POST" and media_type(headers) in LINES
        most = self.upload if lines else self.most
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
            return messages.pop() if messages else await receive()  # that its sender leaves, if ever

        return receiving

    def _parts(self, receive: Receive, most: int) -> Receive:
        taken, waited, ended = 0, 0.0, False
        now = asyncio.get_running_loop().time

        async def receiving() -> Message:
            nonlocal taken, waited, ended
            left = min(self.seconds, self.seconds + taken / self.rate - waited)
            began = now()
            try:
                async with asyncio.timeout(None if ended else left):
                    message = await receive()
            except TimeoutError:
                raise _too_slow(self._slowness) from None
            waited += now() - began
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
                ended = not message.get("more_body", False)
                if taken > most:
                    raise _too_large(most)
            return message

        return receiving

    @property
    def _slowness(self) -> str:
        return f"nothing came for {self.seconds:g} s, or less than {self.rate:,.0f} bytes a second"


async def _whole(receive: Receive, most: int) -> Message:
    """Return the whole body as one message."""
    parts, taken = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return message
        parts.append(message.get("body", b""))
        taken += len(parts[-1])
        if taken > most:
            raise _too_large(most)
        if not message.get("more_body", False):
            return {"type": "http.request", "body": b"".join(parts), "more_body": False}


def _too_large(most: int) -> RequestRefused:
    return RequestRefused(413, "too_large", f"the body has more than {most:,} bytes", "send less at a time")


def _too_slow(why: str) -> RequestRefused:
    return RequestRefused(408, "too_slow", why, "send it at once")
