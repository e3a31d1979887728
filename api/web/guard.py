"""What stands in front of every route: names, keys, rates, sizes, deadlines, headers, one log line.

Plain ASGI, so that streams stay streams and a client's leaving is seen by whoever answers it.
"""

import base64
import binascii
import json
import logging
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nutgraf.api.engine.log import request_id
from nutgraf.api.web.bodies import BodyLimits
from nutgraf.api.web.keys import READ, WRITE, Key, Rates, matching
from nutgraf.api.web.refused import RequestRefused

log = logging.getLogger("nutgraf.access")

OPEN_PATHS = {"/healthz", "/readyz"}
"""Answered to everyone: whether it is alive and ready is all they tell."""

READING = {"GET", "HEAD"}
METHODS = {*READING, "POST", "DELETE", "PUT", "PATCH", "OPTIONS"}
CLIENT_LEFT = 499
"""What the log and the metrics say of a request whose client left before it was answered, as nginx does."""

ASKING = ("/v1/ask", "/v1/search", "/mcp")
"""Paths whose POST changes nothing."""

_POLICY = "; ".join(
    [
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "connect", "font")),
        *("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"),
    ]
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


Count = Callable[[str, str, int, float], None]
Failed = Callable[[Request, Exception], Awaitable[ASGIApp]]


@dataclass(frozen=True, slots=True)
class AccessRules:
    """Who may come in, and what they may send.

    Without `keys` everyone may, by the `hosts` that this machine is known as: a page from elsewhere could
    bring a name of its own for this address (DNS rebinding).
    """

    keys: Sequence[Key] = ()
    hosts: frozenset[str] = frozenset({"127.0.0.1", "localhost", "[::1]"})
    per_minute: int = 600
    bodies: BodyLimits = field(default_factory=BodyLimits)


@dataclass(slots=True)
class _RequestLog:
    """What becomes of a request, for the log."""

    id: str = field(default_factory=lambda: token_hex(8))
    key: str | None = None
    status: int = 0
    begun: bool = False
    ended: bool = False
    left: bool = False

    def receiving(self, receive: Receive) -> Receive:
        """Return what notes that the client left before it had its answer."""

        async def noting() -> Message:
            message = await receive()
            self.left = self.left or (message["type"] == "http.disconnect" and not self.ended)
            return message

        return noting

    def sending(self, send: Send) -> Send:
        """Return what notes the status, and adds the headers of every answer."""

        async def noting(message: Message) -> None:
            last = message["type"] == "http.response.body" and not message.get("more_body", False)
            self.ended = self.ended or last
            if message["type"] == "http.response.start":
                self.status, self.begun = message["status"], True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers["X-Request-Id"] = self.id
            await send(message)

        return noting


class Guard:
    """The application behind its guard."""

    def __init__(
        self, app: ASGIApp, rules: AccessRules, failed: Failed, count: Count = lambda *_: None
    ) -> None:
        """Guard `app`; `failed` answers what nobody expected, `count` is told of each request.

        That is its method, route, status and seconds.
        """
        self._app = app
        self._rules = rules
        self._failed = failed
        self._count = count
        self._rates = Rates(rules.per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, seen = time.perf_counter(), _RequestLog()
        scope.setdefault("state", {})["request_id"] = seen.id
        request_id.set(seen.id)
        sending = seen.sending(send)
        try:
            self._admit(scope, seen)
            await self._app(scope, await self._rules.bodies.bounded(scope, seen.receiving(receive)), sending)
        except RequestRefused as refused:
            if not seen.begun:
                await refused.response(scope, receive, sending)
        except ClientDisconnect:
            seen.left = True
        except Exception as error:
            if seen.begun:
                raise
            failed = await self._failed(Request(scope), error)
            await failed(scope, receive, sending)
        finally:
            self._log(scope, seen, time.perf_counter() - began)

    def _admit(self, scope: Scope, seen: _RequestLog) -> None:
        headers, path = Headers(scope=scope), scope["path"]
        if path in OPEN_PATHS:
            return
        client = scope.get("client")
        who = client[0] if client else "unknown"
        if self._rules.keys:
            key = self._holder(_secret(headers), who)
            seen.key = who = key.name
            if not key.allows(_needed(scope["method"], path)):
                raise RequestRefused(
                    403, "forbidden", f"the key {key.name} only reads", "a key of scope write"
                )
        elif (host := _name(headers.get("host", ""))) not in self._rules.hosts:
            raise RequestRefused(
                400,
                "http",
                f"this server is not known as {host[:100]!r}",
                "http://127.0.0.1, or set API keys",
            )
        self._room(self._rates.wait_s(who), "requests")

    def _holder(self, secret: str, where: str) -> Key:
        """Return whose key it is.

        Guessing has its rate as well: an address that has used up its guesses learns nothing from the next
        one, not even that it is right. Who sends no key does not guess.
        """
        what = "wrong keys from this address" if secret else "requests without a key"
        bucket = f"{what}: {where}"
        self._room(self._rates.wait_s(bucket, take=False), what)
        key = matching(self._rules.keys, secret)
        if key is not None:
            return key
        self._rates.wait_s(bucket)
        raise RequestRefused(
            401,
            "unauthorized",
            "this server answers holders of an API key",
            "Authorization: Bearer KEY",
            WWW_Authenticate='Basic realm="nutgraf", Bearer',
        )

    def _room(self, wait_s: float, what: str) -> None:
        """Raise Refused where there is something to wait for."""
        if wait_s > 0.0:
            seconds = math.ceil(wait_s)
            raise RequestRefused(
                429,
                "too_many_requests",
                f"more than {self._rules.per_minute} {what} a minute",
                f"try again in {seconds} s",
                Retry_After=str(seconds),
            )

    def _log(self, scope: Scope, seen: _RequestLog, seconds: float) -> None:
        """Write a line without the query, which may hold a question."""
        status = CLIENT_LEFT if seen.left else seen.status
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in METHODS else "other"  # any word can be sent as one
        self._count(method, route, status, seconds)
        line: dict[str, Any] = {
            "id": seen.id,
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1e3, 1),
            "key": seen.key,
        }
        log.info(json.dumps(line))


def _name(host: str) -> str:
    """Return a Host header's name, without its port."""
    name, closed, _ = host.partition("]")
    return (name + closed if closed else host.partition(":")[0]).lower()


def _needed(method: str, path: str) -> str:
    return READ if method in READING or path.startswith(ASKING) else WRITE


def _secret(headers: Headers) -> str:
    """Return what was given as a key: a bearer token, or the password that a browser asks for."""
    kind, _, value = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode("utf-8", "replace").partition(":")[2]
        except (binascii.Error, ValueError):
            return ""
    return headers.get("x-api-key", "")
