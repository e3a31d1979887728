"""Asks the web for one document, with every hop checked, bounded in size and time, and polite.

Knows requests and answers; does not know what is in a document. A redirect is a new address: its scheme,
port, host and robots.txt are checked like those of the first. The connection is made to an IP address that
was checked, and the certificate must be that of the name. There are no cookies, and no passwords or proxies
of the environment.
"""

import email.utils
import socket
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from threading import Timer
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from nutgraf.indexer.loaders.base import too_large
from nutgraf.indexer.web.errors import FetchFailed
from nutgraf.indexer.web.hosts import WEB_PORTS, Target, checked_addresses
from nutgraf.indexer.web.options import WebOptions
from nutgraf.indexer.web.robots import MAX_BYTES, Robots

if TYPE_CHECKING:
    import httpx

MAX_REDIRECTS = 10
"""Redirects that are followed for one document."""

_CONNECT_SECONDS = 10.0
_SHORT_WAIT = 10.0  # a server that asks for so few seconds is asked again in this run
_LONGEST_DELAY = 60.0  # of a robots.txt: more would make a run of a thousand pages take days
_LONGEST_HOLD = 86_400.0
_UNNAMED_HOLD = 60.0  # where a server says "too many requests" and not for how long
_PIECE_BYTES = 1 << 16
_PACKED_BYTES = 1 << 12  # unpacked at a time: each gzip member copies what is left of them
_LONGEST_VALIDATOR_CHARS = 1000
_GZIP = 0x1F  # the first byte of a gzip member
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BUSY = frozenset({429, 503})
_TEMPORARY = frozenset({408, 425, *_BUSY})  # besides all from 500 on
_ACCEPT = (
    "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, application/feed+json,"
    " application/xml;q=0.9, application/pdf;q=0.9, */*;q=0.5"
)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: 200 with a document, or 304 without one.

    `url` is where the document was after all redirects, `media_type` in lower case, `charset` "" where the
    server names none. `validators` are the headers for the next, conditional request.
    """

    url: str
    status: int
    data: bytes = b""
    media_type: str = ""
    charset: str = ""
    validators: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer of a server; `cut`: there is more of it than `data`."""

    status: int
    headers: "httpx.Headers"
    data: bytes
    cut: bool = False


class Client:
    """Asks one address after another; each host is asked for its robots.txt once."""

    def __init__(self, options: WebOptions, max_bytes: int) -> None:
        self._options = options
        self._max_bytes = max_bytes
        self._typed: set[tuple[str, int]] = set()
        self._robots: dict[str, Robots | FetchFailed] = {}
        self._asked: dict[str, float] = {}
        self._transport: httpx.HTTPTransport | None = None

    def close(self) -> None:
        """Close what is open."""
        if self._transport is not None:
            self._transport.close()

    def allow_port(self, address: str) -> None:
        """Let the port of an address be asked: a person typed it, so it need not be one of the web.

        Raises FetchFailed for what is no address that can be asked.
        """
        target = Target.of(address)
        self._typed.add((target.host, target.port))

    def get(self, address: str, validators: Mapping[str, str] | None = None) -> Response:
        """Return what is at an address, 304 where `validators` still hold; raises FetchFailed."""
        budget = _Budget(self._options.timeout)
        target = Target.of(address)
        seen: set[str] = set()
        while len(seen) <= MAX_REDIRECTS:
            if target.url in seen:
                raise FetchFailed("redirects in a circle")
            try:
                self._check(target)
                answer = self._patiently(target, validators or {}, budget)
                location = answer.headers.get("location", "")
                if answer.status not in _REDIRECTS or not location:
                    return _response(target, answer, is_conditional=bool(validators))
            except FetchFailed as error:
                where = f"redirects to {target.url[:200]}: " if seen else ""
                raise FetchFailed(f"{where}{error}", lasting=error.lasting) from error
            seen.add(target.url)
            target = _redirected(target, location)
        raise FetchFailed(f"redirects more than {MAX_REDIRECTS} times")

    def post(self, address: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Send a document to an address, and return the status. No redirect is followed, nothing asked twice.

        Host and port are checked as those of a page are; no robots.txt is asked. Raises FetchFailed.
        """
        target = Target.of(address)
        self._check_port(target)
        budget = _Budget(self._options.timeout)
        return self._request(target, headers, budget, self._max_bytes, cut=True, body=body).status

    def _check(self, target: Target) -> None:
        """Raise FetchFailed where robots.txt, a port or a host that asked to wait forbids a request."""
        self._check_port(target)
        self._check_hold(target)
        robots = self._robots.get(target.origin)
        if robots is None:
            robots = self._robots[target.origin] = self._read_robots(target)
        if isinstance(robots, FetchFailed):
            raise FetchFailed(str(robots), lasting=robots.lasting)
        if not robots.allows(target.path):
            raise FetchFailed(f"the robots.txt of {target.netloc} forbids it", lasting=True)

    def _check_port(self, target: Target) -> None:
        """Raise FetchFailed for a port that is neither of the web nor in an address that was typed.

        Other ports speak other protocols, which a link must not make us speak.
        """
        ports = {*WEB_PORTS, *(port for host, port in self._typed if host == target.host)}
        if target.port not in ports and not self._options.allow_private:
            raise FetchFailed(f"leads to port {target.port}, expected 80 or 443", lasting=True)

    def _check_hold(self, target: Target) -> None:
        left = self._options.holds.get(target.host, 0.0) - time.monotonic()
        if left > 0:
            raise FetchFailed(f"{target.host} asked for no more requests for {_duration(left)}")

    def _read_robots(self, target: Target) -> Robots | FetchFailed:
        """Return the rules of a host, or why it is not asked now (RFC 9309, 2.3.1)."""
        budget = _Budget(self._options.timeout)
        at = Target(target.scheme, target.host, target.port, "/robots.txt")
        try:
            for _ in range(MAX_REDIRECTS + 1):
                self._check_port(at)
                answer = self._request(at, {}, budget, MAX_BYTES, cut=True)
                location = answer.headers.get("location", "")
                if answer.status not in _REDIRECTS or not location:
                    break
                at = _redirected(at, location)
            else:
                return Robots()  # as a robots.txt that is not there
        except FetchFailed as error:
            # A host that cannot be asked at all has no fault of its robots.txt.
            return error if at.origin == target.origin else FetchFailed(f"its robots.txt leads away: {error}")
        if answer.status in _TEMPORARY or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return FetchFailed(f"its robots.txt cannot be read now: {_status(answer.status)}")
        if answer.status != HTTPStatus.OK:
            return Robots()
        text = answer.data.rpartition(b"\n")[0] if answer.cut else answer.data
        return Robots.of(text.decode("utf-8", "replace"))

    def _patiently(self, target: Target, headers: Mapping[str, str], budget: "_Budget") -> _Answer:
        """Return the answer to a request; a server that asks to wait a few seconds is asked twice."""
        for attempt in (1, 2):
            answer = self._request(target, headers, budget, self._max_bytes)
            if answer.status not in _BUSY:
                return answer
            seconds = _retry_after(answer.headers)
            if attempt == 1 and seconds is not None and seconds <= _SHORT_WAIT:
                time.sleep(seconds)
            elif seconds is not None or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                hold = min(_LONGEST_HOLD, _UNNAMED_HOLD if seconds is None else seconds)
                self._options.holds[target.host] = time.monotonic() + hold
                return answer
            else:
                return answer
        return answer

    def _request(
        self,
        target: Target,
        headers: Mapping[str, str],
        budget: "_Budget",
        max_bytes: int,
        *,
        cut: bool = False,
        body: bytes | None = None,
    ) -> _Answer:
        """Make one request to one of the host's addresses, after the pause that its host is due.

        A body over `max_bytes` is cut, or raises FetchFailed.
        """
        self._pause(target)
        addresses = checked_addresses(target.host, target.port, allow_private=self._options.allow_private)
        try:
            for number, address in enumerate(addresses, start=1):
                try:
                    return self._exchange(target, address, headers, budget, max_bytes, cut=cut, body=body)
                except _Unreachable as error:
                    if number == len(addresses):
                        raise FetchFailed(str(error)) from error
        finally:
            self._asked[target.host] = time.monotonic()
        raise FetchFailed(f"there is no host {target.host}")

    def _pause(self, target: Target) -> None:
        robots = self._robots.get(target.origin)
        delay = min(robots.delay, _LONGEST_DELAY) if isinstance(robots, Robots) else 0.0
        due = self._asked.get(target.host, float("-inf")) + max(self._options.pause, delay)
        time.sleep(max(0.0, due - time.monotonic()))

    def _exchange(
        self,
        target: Target,
        address: str,
        headers: Mapping[str, str],
        budget: "_Budget",
        max_bytes: int,
        *,
        cut: bool,
        body: bytes | None = None,
    ) -> _Answer:
        """Send a request to an IP address and read the answer; raises _Unreachable and FetchFailed."""
        import httpx

        host = f"[{address}]" if ":" in address else address
        with budget.running() as watch:
            request = httpx.Request(
                "GET" if body is None else "POST",
                f"{target.scheme}://{host}:{target.port}{target.path}",
                content=body,
                headers={
                    "Host": target.netloc,
                    "User-Agent": self._options.user_agent,
                    "Accept": _ACCEPT,
                    "Accept-Encoding": "gzip",
                    "Connection": "close",
                    **headers,
                },
                extensions={
                    "sni_hostname": target.host,
                    "timeout": self._timeouts(),
                    "trace": watch.trace,
                },
            )
            try:
                response = self._connected().handle_request(request)
                try:
                    answer = _read(response, max_bytes, cut=cut)
                finally:
                    response.close()
            except httpx.HTTPError as error:
                raise (self._too_long() if watch.expired else _failure(error)) from error
            except httpx.InvalidURL as error:
                raise FetchFailed("is no address of the web", lasting=True) from error
        if watch.expired:  # a body whose length nobody stated seems to be at its end then
            raise self._too_long()
        return answer

    def _too_long(self) -> FetchFailed:
        return FetchFailed(f"took longer than {self._options.timeout:g} s")

    def _timeouts(self) -> dict[str, float]:
        """Return the longest times, in seconds, that each step of a request may take without a byte."""
        silent = self._options.timeout / 3
        return {"connect": min(_CONNECT_SECONDS, silent), "read": silent, "write": silent, "pool": silent}

    def _connected(self) -> "httpx.HTTPTransport":
        """Return what makes connections: one for each request, so that two names never share one."""
        import httpx

        if self._transport is None:
            # SSL_CERT_FILE and SSL_CERT_DIR name the authorities of a company; no other variable is read.
            context = httpx.create_ssl_context(trust_env=True)
            limits = httpx.Limits(max_keepalive_connections=0)
            self._transport = httpx.HTTPTransport(verify=context, trust_env=False, limits=limits)
        return self._transport


class _Unreachable(Exception):
    """No connection to one of the host's addresses; another may do."""


class _Budget:
    """The time, in seconds, that all requests for one document may take together."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds

    def running(self) -> "_Watch":
        """Return a watch for one request, which takes its time from the budget."""
        return _Watch(self)

    def take(self, seconds: float) -> None:
        """Note that so much time is gone."""
        self._left = max(0.0, self._left - seconds)

    @property
    def left(self) -> float:
        """How much is left."""
        return self._left


class _Watch:
    """Ends a request when the budget is used up, also one whose bytes come one by one: shuts its socket."""

    def __init__(self, budget: _Budget) -> None:
        self.expired = False
        self._budget = budget
        self._stream: Any = None
        self._timer = Timer(budget.left, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> "_Watch":
        self._started = time.monotonic()
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._budget.take(time.monotonic() - self._started)

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of the connection (an extension of httpcore, which httpx passes on)."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._stream = info["return_value"]
            if self.expired:
                self._shut()

    def _expire(self) -> None:
        self.expired = True
        self._shut()

    def _shut(self) -> None:
        if self._stream is not None:
            with suppress(OSError):
                self._stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


def _redirected(target: Target, location: str) -> Target:
    """Return where a redirect leads; raises FetchFailed, which names it."""
    try:
        return Target.of(urljoin(target.url, location))
    except (FetchFailed, ValueError) as error:
        raise FetchFailed(f"redirects to what cannot be asked: {error}", lasting=True) from error


def _read(response: "httpx.Response", max_bytes: int, *, cut: bool) -> _Answer:
    """Return an answer with its body, at most `max_bytes` of it; what is longer is cut, or FetchFailed."""
    if response.status_code != HTTPStatus.OK:
        return _Answer(response.status_code, response.headers, b"")
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip", "x-gzip", ""}:
        raise FetchFailed(f"came in the encoding {encoding[:20]!r}, expected gzip or none")
    chunks: Iterable[bytes] = response.iter_raw()
    if encoding.endswith("gzip"):
        chunks = unpacked(chunks)
    data, more = bounded(chunks, max_bytes)
    if more and not cut:
        raise FetchFailed(f"is {too_large(max_bytes)}", lasting=True)
    return _Answer(response.status_code, response.headers, data, more)


def bounded(chunks: Iterable[bytes], max_bytes: int) -> tuple[bytes, bool]:
    """Return the first `max_bytes` of the chunks, and whether there are more; what is more is not read."""
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > max_bytes:
            return bytes(data[:max_bytes]), True
    return bytes(data), False


def unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what gzipped chunks unpack to, in small pieces; raises FetchFailed for what is no gzip.

    A piece is made only when it is asked for, so that a bomb costs no more than what is read of it.
    """
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        for piece in _pieces(chunks):
            packed = piece
            while packed:
                if unpacker.eof:  # another member may follow; anything else behind the last is padding
                    if packed[0] != _GZIP:
                        return
                    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
                yield unpacker.decompress(packed, _PIECE_BYTES)
                packed = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
        yield unpacker.flush(_PIECE_BYTES)
    except zlib.error as error:
        raise FetchFailed("is damaged: it does not unpack") from error
    if not unpacker.eof:
        raise FetchFailed("is damaged: its end is missing")


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the chunks in pieces of a few kilobytes."""
    for chunk in chunks:
        for at in range(0, len(chunk), _PACKED_BYTES):
            yield chunk[at : at + _PACKED_BYTES]


def _response(target: Target, answer: _Answer, *, is_conditional: bool) -> Response:
    """Return the answer that ends a chain of redirects; raises FetchFailed for one without a document."""
    if answer.status == HTTPStatus.NOT_MODIFIED and is_conditional:
        return Response(target.url, answer.status)
    if answer.status != HTTPStatus.OK:
        lasting = answer.status < HTTPStatus.INTERNAL_SERVER_ERROR and answer.status not in _TEMPORARY
        seconds = _retry_after(answer.headers) if answer.status in _BUSY else None
        wait = "" if seconds is None else f", asks to wait {_duration(seconds)}"
        raise FetchFailed(_status(answer.status) + wait, lasting=lasting)
    media_type, _, parameters = answer.headers.get("content-type", "").partition(";")
    names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
    values = {sent: answer.headers.get(name, "") for name, sent in names.items()}
    # A header that cannot be sent back as it came, or that is a burden to send, is not used.
    validators = {
        sent: value
        for sent, value in values.items()
        if value and value.isascii() and value.isprintable() and len(value) <= _LONGEST_VALIDATOR_CHARS
    }
    return Response(
        target.url,
        answer.status,
        answer.data,
        media_type.strip().lower()[:100],
        _charset(parameters),
        validators,
    )


def _charset(parameters: str) -> str:
    for parameter in parameters[:200].split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower()
    return ""


def _status(status: int) -> str:
    """Return a status as people know it: "HTTP 404 Not Found"."""
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def _retry_after(headers: "httpx.Headers") -> float | None:
    """Return for how many seconds a server wants no request; None where it does not say so."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _duration(seconds: float) -> str:
    return f"{max(1, round(seconds))} s" if seconds < 100 else f"{round(seconds / 60):,} min"  # noqa: PLR2004


def _failure(error: "httpx.HTTPError") -> Exception:
    """Return what an error of httpx means: no connection, or one that failed."""
    import httpx

    if (tls := _tls_reason(error)) is not None:
        return FetchFailed(tls)
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError):
        return _Unreachable("no connection: its server does not answer")
    if isinstance(error, httpx.TimeoutException):
        return FetchFailed("the server stopped answering")
    if isinstance(error, httpx.RemoteProtocolError):
        return FetchFailed("the server broke off, or its answer is not HTTP")
    return FetchFailed(f"the connection failed ({type(error).__name__})")


def _tls_reason(error: BaseException) -> str | None:
    """Return why no encrypted connection came about; None where the error is about something else."""
    import ssl

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not valid: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"TLS failed: {(cause.reason or 'no reason given').replace('_', ' ').lower()}"
        cause = cause.__cause__ or cause.__context__
    return None
