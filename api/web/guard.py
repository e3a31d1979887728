"""The guard in front of every route: host names, keys, rates, sizes of bodies, headers, and one log line.

Plain ASGI, so that streams stay streams, and a route sees when its client leaves.
"""

import base64
import binascii
import json
import logging
import math
import re
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
from nutgraf.api.web.request_refused import RequestRefused
from nutgraf.error import panics_as

log = logging.getLogger("nutgraf.access")

OPEN_PATHS = {"/healthz", "/readyz"}
"""Paths that are answered without a key: they only say whether the server is alive and ready."""

READING = {"GET", "HEAD"}
METHODS = {*READING, "POST", "DELETE", "PUT", "PATCH", "OPTIONS"}
CLIENT_LEFT = 499
"""The status in log and metrics of a request whose client left before it was answered, as in nginx."""

ASKING = ("/v1/ask", "/v1/search", "/mcp")
"""Paths whose POST changes nothing, so that a key of scope read opens them."""

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


_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[^\[\]:]+)(:[0-9]*)?")
Count = Callable[[str, str, int, float], None]
Failed = Callable[[Request, Exception], Awaitable[ASGIApp]]


@dataclass(frozen=True, slots=True)
class AccessRules:
    """The rules of who may come in, and how much they may send.

    Without `keys` everyone may come in, but only under the names in `hosts`: a page from elsewhere could
    bring its own name for this address (DNS rebinding). `per_minute` was not measured: it is far more than a
    person or an agent asks.
    """

    keys: Sequence[Key] = ()
    hosts: frozenset[str] = frozenset({"127.0.0.1", "localhost", "[::1]"})
    per_minute: int = 600
    bodies: BodyLimits = field(default_factory=BodyLimits)


@dataclass(slots=True)
class _RequestLog:
    """What the log says about a request; it is filled while the request is answered."""

    id: str = field(default_factory=lambda: token_hex(8))
    key: str | None = None
    status: int = 0
    begun: bool = False
    ended: bool = False
    left: bool = False

    def receiving(self, receive: Receive) -> Receive:
        """Return a `receive` that notes when the client leaves before it has its answer."""

        async def noting() -> Message:
            message = await receive()
            self.left = self.left or (message["type"] == "http.disconnect" and not self.ended)
            return message

        return noting

    def sending(self, send: Send) -> Send:
        """Return a `send` that notes the status, and adds the headers of every response."""

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
    """An ASGI application that admits requests to another one."""

    def __init__(
        self, app: ASGIApp, rules: AccessRules, failed: Failed, count: Count = lambda *_: None
    ) -> None:
        """Guard `app`; `failed` answers a request that raised an unexpected exception.

        `count` is called with method, route, status and seconds of each request.
        """
        self._app = app
        self._rules = rules
        self._failed = failed
        self._count = count
        self._rates = Rates(rules.per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to the application, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, entry = time.perf_counter(), _RequestLog()
        scope.setdefault("state", {})["request_id"] = entry.id
        request_id.set(entry.id)
        sending = entry.sending(send)
        try:
            self._admit(scope, entry)
            bounded = await self._rules.bodies.bounded(scope, entry.receiving(receive))
            with panics_as():
                await self._app(scope, bounded, sending)
        except RequestRefused as refused:
            if not entry.begun:
                await refused.response(scope, receive, sending)
        except ClientDisconnect:
            entry.left = True
        except Exception as error:
            if entry.begun:
                raise
            failed = await self._failed(Request(scope), error)
            await failed(scope, receive, sending)
        finally:
            self._log(scope, entry, time.perf_counter() - began)

    def _admit(self, scope: Scope, entry: _RequestLog) -> None:
        headers, path = Headers(scope=scope), scope["path"]
        if path in OPEN_PATHS:
            return
        client = scope.get("client")
        who = client[0] if client else "unknown"
        if self._rules.keys:
            key = self._key_of(_secret(headers), who)
            entry.key = who = key.name
            if not key.allows(_scope_of(scope["method"], path)):
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
        self._check_rate(self._rates.wait_s(who), "requests")

    def _key_of(self, secret: str, where: str) -> Key:
        """Return the key that has this secret; raises RequestRefused where none has.

        Wrong keys have a rate, too: an address that has used up its guesses is refused even when the next
        guess is right. A request without a key is not counted as a guess.
        """
        kind = "wrong keys from this address" if secret else "requests without a key"
        bucket = f"{kind}: {where}"
        self._check_rate(self._rates.wait_s(bucket, take=False), kind)
        key = matching(self._rules.keys, secret)
        if key is not None:
            return key
        self._rates.wait_s(bucket)
        raise RequestRefused(
            401,
            "unauthorized",
            "this server answers holders of an API key",
            "Authorization: Bearer KEY",
            # Two lines: of one with both, Chromium reads neither, and does not ask for a password.
            WWW_Authenticate=('Basic realm="nutgraf"', "Bearer"),
        )

    def _check_rate(self, wait_s: float, noun: str) -> None:
        """Raise RequestRefused unless the time to wait is 0."""
        if wait_s > 0.0:
            seconds = math.ceil(wait_s)
            raise RequestRefused(
                429,
                "too_many_requests",
                f"more than {self._rules.per_minute} {noun} a minute",
                f"try again in {seconds} s",
                Retry_After=str(seconds),
            )

    def _log(self, scope: Scope, entry: _RequestLog, seconds: float) -> None:
        """Write the log line; it leaves the query out, which may hold a question."""
        status = CLIENT_LEFT if entry.left else entry.status
        route = getattr(scope.get("route"), "path", "none")
        method = (
            scope["method"] if scope["method"] in METHODS else "other"
        )  # a client can send any word as a method
        self._count(method, route, status, seconds)
        line: dict[str, Any] = {
            "id": entry.id,
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1e3, 1),
            "key": entry.key,
        }
        log.info(json.dumps(line))


def _name(host: str) -> str:
    """Return the name in a Host header, without its port; "" for what is no name (RFC 9110, 7.2)."""
    match = _HOST.fullmatch(host)
    return match["name"].lower() if match else ""


def _scope_of(method: str, path: str) -> str:
    return READ if method in READING or path.startswith(ASKING) else WRITE


def _secret(headers: Headers) -> str:
    """Return the key that a request sends: a bearer token, a password, or X-Api-Key; "" for none."""
    kind, _, value = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode("utf-8", "replace").partition(":")[2]
        except (binascii.Error, ValueError):
            return ""
    return headers.get("x-api-key", "")
