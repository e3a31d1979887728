"""Sends the calls of a client over HTTP: address, key, deadlines, retries, and the errors of a server.

The home of httpx on this side; a page that is fetched for an archive is asked for by `indexer.web.client`.
Redirects are not followed: a key is for one address.
"""

import json
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from nutgraf import __version__
from nutgraf.calls import Call
from nutgraf.errors import (
    AccessDenied,
    BadFilter,
    BadOption,
    BadQuestion,
    BadWatch,
    EmptyIndex,
    IndexDamaged,
    IndexLocked,
    IndexMismatch,
    IndexMissing,
    ModelDamaged,
    ModelMissing,
    NutgrafError,
    ServerBusy,
    ServerError,
    ServerUnreachable,
    StorageFailed,
    UnknownArticle,
    UnknownWatch,
)

if TYPE_CHECKING:
    import httpx

TIMEOUT_S = 60.0
"""Seconds that a call may take, retries included: twice the deadline that a server has by itself."""

PATIENCE = 10
"""Times as long as another call, which an upload may take: it is encoded and published. Not measured."""

CONNECT_S = 10.0
"""Seconds that a connection may take. Not measured."""

RETRIES = 2
"""How often a call is sent again. Not compared with other numbers."""

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 10.0
_MOST_BYTES = 300_000_000  # of an answer: whole articles of 8 questions; not measured
_MOST_SECONDS = 86_400
_SHOWN_CHARS = 300
_NO_ROUTE = (404, 405)
_OK, _REDIRECTS, _FAILURES = 200, range(300, 400), range(400, 600)
_GATEWAY = (502, 503, 504)
"""The statuses by which a proxy says that the server behind it does not answer."""

_BY_CODE: Mapping[str, type[NutgrafError]] = {
    "bad_request": BadOption,
    "busy": ServerBusy,
    "forbidden": AccessDenied,
    "too_many_requests": ServerBusy,
    "unauthorized": AccessDenied,
    **{
        kind.code: kind
        for kind in (
            *(BadFilter, BadOption, BadQuestion, BadWatch, EmptyIndex, UnknownArticle, UnknownWatch),
            *(IndexDamaged, IndexLocked, IndexMismatch, IndexMissing, StorageFailed),
            *(ModelDamaged, ModelMissing),
        )
    },
}
"""The code of an error object -> the error to raise: that of a local archive, where it has one."""


@dataclass(frozen=True, slots=True)
class Server:
    """The address of a server, the key for it, and the seconds that one call may take."""

    url: str
    key: str | None = field(default=None, repr=False)
    timeout: float = TIMEOUT_S

    def checked(self) -> "Server":
        """Return it with its address without a last slash; raises BadOption for what cannot be used."""
        if (problem := _address_problem(self.url)) is not None:
            raise BadOption(
                f"{self.url!r:.100} is no address of a server: {problem}", hint="http://127.0.0.1:8017"
            )
        if self.key is not None and not _is_token(self.key):
            raise BadOption(
                "the key is none: one is printable ASCII without blanks", hint="the SECRET of NAME=SECRET"
            )
        if type(self.timeout) not in (int, float) or not 0 < self.timeout <= _MOST_SECONDS:
            message = f"{{timeout}} is {self.timeout!r:.40}, expected seconds, more than 0"
            raise BadOption(message, hint="{timeout} 60", fields=["timeout"])
        return Server(self.url.strip().rstrip("/"), self.key, self.timeout)

    def settings(self) -> dict[str, Any]:
        """Return the arguments of the clients of httpx."""
        headers = {"User-Agent": f"nutgraf/{__version__}", "Accept": "application/json"}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key}"
        return {"headers": headers, "follow_redirects": False}

    def seconds(self, call: Call) -> float:
        """Return the seconds that a call may take."""
        return self.timeout * PATIENCE if call.patient else self.timeout

    def request(self, call: Call) -> dict[str, Any]:
        """Return the arguments of a request."""
        import httpx

        seconds = self.seconds(call)
        arguments: dict[str, Any] = {
            "method": call.method,
            "url": self.url + call.path,
            "timeout": httpx.Timeout(seconds, connect=min(CONNECT_S, seconds)),
        }
        if call.params:
            arguments["params"] = call.params
        if call.body is not None:
            arguments["json"] = call.body
        if call.lines is not None:
            arguments |= {"content": call.lines, "headers": {"Content-Type": "application/x-ndjson"}}
        return arguments


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a request."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after_s(self) -> float:
        """The seconds after which the server wants to be asked again, as it says them; else a short time."""
        text = self.headers.get("retry-after", "")
        return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else _FIRST_WAIT_S  # noqa: PLR2004


class Connection:
    """A connection to a server, for threads. It is opened by the first call."""

    def __init__(self, server: Server) -> None:
        import httpx

        self._server = server
        with _environment():
            self._http = httpx.Client(**server.settings())

    def close(self) -> None:
        """Close it."""
        self._http.close()

    def send(self, call: Call) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON of the answer; raises the errors of nutgraf alone."""
        attempts = _Attempts(self._server, call)
        while True:
            with attempts.noting():
                reply = self._reply(call, attempts.ends)
                if attempts.is_final(reply):
                    return json_of(self._server.url, reply)
            time.sleep(attempts.wait_s)

    def events(self, call: Call) -> Iterator[tuple[str, Any]]:
        """Yield name and JSON of each server-sent event of an answer, as they come. Nothing is sent again."""
        attempts = _Attempts(self._server, call, retries=0)
        with attempts.noting(), self._http.stream(**self._server.request(call)) as response:
            if response.status_code != _OK:
                json_of(self._server.url, Reply(response.status_code, response.headers, response.read()))
            events = _Events(self._server.url)
            for line in response.iter_lines():
                yield from events.line(line)

    def _reply(self, call: Call, ends: float) -> Reply:
        with self._http.stream(**self._server.request(call)) as response:
            body = _Body(self._server, call, ends)
            for part in response.iter_bytes():
                body.add(part)
            return Reply(response.status_code, response.headers, bytes(body.content))


class AsyncConnection:
    """A connection to a server, for one event loop."""

    def __init__(self, server: Server) -> None:
        import httpx

        self._server = server
        with _environment():
            self._http = httpx.AsyncClient(**server.settings())

    async def aclose(self) -> None:
        """Close it."""
        await self._http.aclose()

    async def send(self, call: Call) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON of the answer; raises the errors of nutgraf alone."""
        import asyncio

        attempts = _Attempts(self._server, call)
        while True:
            with attempts.noting():
                reply = await self._reply(call, attempts.ends)
                if attempts.is_final(reply):
                    return json_of(self._server.url, reply)
            await asyncio.sleep(attempts.wait_s)

    async def events(self, call: Call) -> AsyncIterator[tuple[str, Any]]:
        """Yield name and JSON of each server-sent event of an answer, as they come. Nothing is sent again."""
        attempts = _Attempts(self._server, call, retries=0)
        with attempts.noting():
            async with self._http.stream(**self._server.request(call)) as response:
                if response.status_code != _OK:
                    body = await response.aread()
                    json_of(self._server.url, Reply(response.status_code, response.headers, body))
                events = _Events(self._server.url)
                async for line in response.aiter_lines():
                    for event in events.line(line):
                        yield event

    async def _reply(self, call: Call, ends: float) -> Reply:
        async with self._http.stream(**self._server.request(call)) as response:
            body = _Body(self._server, call, ends)
            async for part in response.aiter_bytes():
                body.add(part)
            return Reply(response.status_code, response.headers, bytes(body.content))


# --- inside -----------------------------------------------------------------------------------------------


@contextmanager
def _environment() -> Iterator[None]:
    """Raise ServerError where a proxy or a certificate that the environment names cannot be used."""
    try:
        yield
    except (ImportError, OSError, ValueError) as error:
        message = f"the proxy or the certificates of the environment cannot be used: {_words(error)}"
        raise ServerError(message, hint="change HTTPS_PROXY, ALL_PROXY or SSL_CERT_FILE") from error


class _Attempts:
    """Which failures of a call are tried again, after how many seconds, and until when.

    A connection that fails was asked nothing, so that any call may be sent again; so may one that the server
    refused because it is busy. One that breaks off later is sent again if the call is safe. An answer that
    does not come in time is not asked for again: it would cost the server twice as much.
    """

    def __init__(self, server: Server, call: Call, retries: int = RETRIES) -> None:
        self._server, self._call, self._left = server, call, retries
        self._pause_s = _FIRST_WAIT_S
        self.ends = time.monotonic() + server.seconds(call)
        self.wait_s = 0.0

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note in `wait_s` after how long a call whose sending fails in the block is sent again, or raise."""
        import httpx

        try:
            yield
        except httpx.InvalidURL as error:
            raise ServerError(
                f"{self._server.url} is no address: {error}", hint="check the address"
            ) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            self._again_or_raise(error, self._pause_s)
        except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
            if not self._call.safe:
                self._raise(error)
            self._again_or_raise(error, self._pause_s)
        except (httpx.HTTPError, httpx.StreamError) as error:
            self._raise(error)

    def is_final(self, reply: Reply) -> bool:
        """Whether an answer is the last one; else `wait_s` says when the call is sent again."""
        is_refused = reply.status in {429, 503} or (reply.status in _GATEWAY and self._call.safe)
        return not (is_refused and self._again(reply.retry_after_s))

    def _again_or_raise(self, error: "httpx.HTTPError", wait_s: float) -> None:
        if not self._again(wait_s):
            self._raise(error)

    def _again(self, wait_s: float) -> bool:
        """Whether the call may be sent again after so many seconds; then it is noted."""
        if self._left <= 0 or wait_s > _LONGEST_WAIT_S or time.monotonic() + wait_s >= self.ends:
            return False
        self._left -= 1
        self._pause_s *= 2
        self.wait_s = wait_s
        return True

    def _raise(self, error: Exception) -> NoReturn:
        raise _failure(self._server.url, self._server.seconds(self._call), error) from error


class _Body:
    """The body of an answer, bounded in size and in time."""

    def __init__(self, server: Server, call: Call, ends: float) -> None:
        self._url, self._seconds, self._ends = server.url, server.seconds(call), ends
        self.content = bytearray()

    def add(self, part: bytes) -> None:
        """Add a part; raises ServerError for too much, ServerUnreachable for too late."""
        self.content += part
        if len(self.content) > _MOST_BYTES:
            message = f"{self._url} answers with more than {_MOST_BYTES:,} bytes"
            raise ServerError(message, hint="ask for less at a time, with a smaller top")
        if time.monotonic() > self._ends:
            raise _too_late(self._url, self._seconds)


class _Events:
    """Server-sent events from their lines, as nutgraf writes them: `event`, then `data` in one line."""

    def __init__(self, url: str) -> None:
        self._url, self._name = url, ""

    def line(self, line: str) -> Iterator[tuple[str, Any]]:
        """Yield an event where the line ends one; raises the error that an event tells of."""
        name, _, value = line.partition(": ")
        if name == "event":
            self._name = value
        elif name == "data":
            shown = _parsed(self._url, value.encode())
            _raise_said(shown)
            yield self._name, shown


def json_of(url: str, reply: Reply) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON of an answer, of lines a list; raises the error that it is."""
    if reply.status in _REDIRECTS:
        target = reply.headers.get("location", "")[:_SHOWN_CHARS]
        message = f"{url} leads to {target or 'another address'}, and keys are sent to no other address"
        raise ServerError(message, hint="name the address that it leads to")
    if reply.status in _FAILURES:
        _raise_failure(url, reply)
    if "ndjson" in reply.headers.get("content-type", ""):
        lines = [_parsed(url, line) for line in reply.body.splitlines()]
        for line in lines:
            _raise_said(line)
        return lines
    return _parsed(url, reply.body)


def _parsed(url: str, content: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise not_nutgraf(url, "its answer is not JSON") from error


def _raise_failure(url: str, reply: Reply) -> NoReturn:
    try:
        shown = json.loads(reply.body)
    except (ValueError, RecursionError):
        shown = None
    if reply.status not in _NO_ROUTE or _code(shown) != "http":
        _raise_said(shown)
    if reply.status in {401, 403}:
        message = f"{url} answers {reply.status}: what stands in front of it lets nobody in"
        raise AccessDenied(message, hint="check the address and the key")
    if reply.status in _GATEWAY:
        message = f"{url} answers {reply.status}: a proxy cannot reach the server behind it"
        raise ServerUnreachable(message, hint="try again when the server runs")
    raise not_nutgraf(url, f"it answers {reply.status}")


def _code(shown: object) -> str | None:
    """Return the code of an error object, None for another value."""
    error = shown.get("error") if isinstance(shown, dict) else None
    if not isinstance(error, dict) or {type(error.get(k)) for k in ("code", "message", "hint")} != {str}:
        return None
    return str(error["code"])


def _raise_said(shown: Any) -> None:  # noqa: ANN401 - JSON
    """Raise the error that an error object tells of."""
    code = _code(shown)
    if code is not None:
        raise _BY_CODE.get(code, ServerError)(shown["error"]["message"], hint=shown["error"]["hint"])


def not_nutgraf(url: str, why: str) -> ServerError:
    """Return the error of an answer that no nutgraf of this version gives."""
    return ServerError(
        f"{url} does not answer as nutgraf does: {why}",
        hint=f"check the address, and that both are of one version: {url}/docs is the page of nutgraf",
    )


def _failure(url: str, seconds: float, error: Exception) -> NutgrafError:
    """Return what an error of httpx means."""
    import httpx

    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        why = _words(error)
        message = f"{url} cannot be reached{f': {why}' if why else ''}"
        return ServerUnreachable(message, hint="check the address, and that the server runs there")
    if isinstance(error, httpx.TimeoutException):
        return _too_late(url, seconds)
    if isinstance(error, httpx.UnsupportedProtocol | httpx.DecodingError | httpx.LocalProtocolError):
        return not_nutgraf(url, _words(error))
    message = f"the connection to {url} broke off: {_words(error) or type(error).__name__}"
    return ServerUnreachable(message, hint="try again; the server's log may say more")


def _too_late(url: str, seconds: float) -> ServerUnreachable:
    return ServerUnreachable(
        f"{url} gave no answer within {seconds:g} s", hint="try again later, or wait longer"
    )


def _words(error: Exception) -> str:
    """Return what an error says, as one line."""
    return " ".join(str(error).split())[:_SHOWN_CHARS]


def _address_problem(url: object) -> str | None:
    """Return why an address is none of a server, None where it may be one."""
    if not isinstance(url, str):
        return f"it is {type(url).__name__}, expected str"
    text = url.strip()
    try:
        parts = urlsplit(text if text.isprintable() else "")
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError as error:
        return str(error)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return "it begins with http:// or https:// and a host"
    if "@" in parts.netloc:
        return "a key does not stand in it"
    if parts.query or parts.fragment or " " in text or not port_is_fine:
        return "it ends with a port or a path"
    return None


def _is_token(key: object) -> bool:
    return isinstance(key, str) and bool(key) and key.isascii() and key.isprintable() and " " not in key
