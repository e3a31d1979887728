"""A web server on loopback for tests of fetching: what each path answers is set by the test.

Each request is kept, so that a test can say what was asked for and with which headers.
"""

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

STORY = (
    "<p>{who} opened the new bridge at Tarn on Tuesday, after four years of work and two floods.</p>"
    "<p>The old bridge had been closed to lorries since 2019, which sent them through the village.</p>"
    "<p>Some three hundred people walked across before the first bus came.</p>"
)


@dataclass
class Answer:
    """What a path answers; `drip_seconds` is slept before each byte of the body."""

    body: bytes = b""
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    drip_seconds: float = 0.0


@dataclass(frozen=True)
class Asked:
    """A request that came."""

    path: str
    headers: Mapping[str, str]


class WebServer:
    """Answers from `answers`, a path with its query -> an Answer; a missing path is 404.

    An answer with an ETag or Last-Modified is 304 to a request that names it.
    """

    def __init__(self, certificate: Path | None = None) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[Asked] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._http.socket = context.wrap_socket(
                self._http.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port = self._http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def page(self, path: str, who: str = "Mayor Ada Quill", *, head: str = "", **more: object) -> str:
        """Answer a path with an article, and return its address."""
        html = f"<html lang=en><head><title>Bridge opened by {who}</title>{head}</head><body><article>"
        body = f"{html}<h1>Bridge opened by {who}</h1>{STORY.format(who=who)}</article></body></html>"
        self.answers[path] = Answer(body.encode(), **more)  # type: ignore[arg-type]
        return self.url + path

    def feed(self, path: str, *items: str, **more: object) -> str:
        """Answer a path with an RSS feed of these items, and return its address."""
        body = f"<rss version='2.0'><channel><title>Tarn Post</title>{''.join(items)}</channel></rss>"
        self.answers[path] = Answer(body.encode(), "application/rss+xml", **more)  # type: ignore[arg-type]
        return self.url + path

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        """Answer a path with a redirect, and return its address."""
        self.answers[path] = Answer(status=status, headers={"Location": to})
        return self.url + path

    def paths(self) -> list[str]:
        """Return the paths that were asked for, without robots.txt, in their order."""
        return [asked.path for asked in self.asked if asked.path != "/robots.txt"]

    def start(self) -> None:
        Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def item(
    link: str, title: str = "Bridge", date: str = "Tue, 24 Nov 2026 09:00:00 GMT", more: str = ""
) -> str:
    """Return an item of an RSS feed."""
    return f"<item><title>{title}</title><link>{link}</link><pubDate>{date}</pubDate>{more}</item>"


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[WebServer]:
    """Serve for a block, over TLS where a file with key and certificate is named."""
    server = WebServer(certificate)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _handler(server: WebServer) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(
                Asked(self.path, {name.lower(): value for name, value in self.headers.items()})
            )
            answer = server.answers.get(self.path, Answer(b"not here", "text/plain", 404))
            sent = {name.lower(): value for name, value in answer.headers.items()}
            is_same = any(
                self.headers.get(asks) and self.headers[asks] == sent.get(name)
                for asks, name in (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"))
            )
            self.send_response(304 if is_same else answer.status)
            if not is_same:
                self.send_header("Content-Type", answer.media_type)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if is_same:
                return
            with suppress(OSError):  # the client hung up, as some tests want it to
                self._send(answer)

        def _send(self, answer: Answer) -> None:
            if not answer.drip_seconds:
                self.wfile.write(answer.body)
                return
            for byte in answer.body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(answer.drip_seconds)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
