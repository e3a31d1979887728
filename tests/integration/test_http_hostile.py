"""A real server on this machine's own address, and what may be thrown at it: it answers on, in one shape."""

import asyncio
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from nutgraf.api.web.app import create_app
from nutgraf.api.web.heads import head_deadline
from nutgraf.archive import Archive
from nutgraf.indexer.embedded.generation import writer_lock
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.settings import Settings

ROOT = Path(__file__).parents[2]
QUESTION = "What did China agree to on sanctions?"
QUOTE = "new United Nations sanctions against the North"
ALIVE = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@dataclass(frozen=True, slots=True)
class Server:
    """A running `nutgraf serve`."""

    port: int
    process: "subprocess.Popen[bytes]"
    index: Path
    log: Path

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {"Content-Type": "application/json", **names})
        answered = connection.getresponse()
        text = answered.read()
        connection.close()
        return answered.status, json.loads(text) if text else None

    def ask(self, question: str = QUESTION) -> tuple[int, Any]:
        return self.request("POST", "/v1/ask", json.dumps({"question": question}).encode())

    @property
    def memory_mb(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) / 1e3 for line in status.splitlines() if line.startswith("VmRSS"))


@pytest.fixture(scope="module")
def server(seeds_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    import pytest_socket

    pytest_socket.enable_socket()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NUTGRAF_")}
    folder = tmp_path_factory.mktemp("hostile")
    index, log = Path(shutil.copytree(seeds_index, folder / "index")), folder / "log"
    # Two hundred clients of one address would use up its rate, and whoever comes next would be refused.
    options = ["--port", str(port), "--index", str(index), "--rate", "100000"]
    command = [sys.executable, "-m", "nutgraf", "serve", *options]
    with log.open("w") as told, subprocess.Popen(command, cwd=ROOT, env=environment, stderr=told) as process:
        running = Server(port, process, index, log)
        for _ in range(600):
            try:
                if running.request("GET", "/readyz")[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        yield running
        process.kill()


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"question=why",
    "deep": b"[" * 200_000,
    "deeper": b'{"question":' * 20_000 + b"1" + b"}" * 20_000,
    "NUL": b"\x00",
    "NUL in words": b'{"question": "who\\u0000 is he"}',
    "lone surrogate": b'{"question": "\\ud800"}',
    "lone surrogate in words": b'{"question": "who \\ud800 is he"}',
    "lone surrogate in a source": b'{"question": "why", "source": ["\\ud800"]}',
    "not UTF-8": b'{"question": "\xff\xfe"}',
    "number": b'{"question": 1e999}',
    "many": b'{"question": "why", "top": 1000000000}',
    "negative": b'{"question": "why", "top": -1}',
    "negative date": b'{"question": "why", "after": "-0044-03-15"}',
    "a list of dates": b'{"question": "why", "after": ["2016"]}',
    "unknown field": b'{"question": "why", "url": "http://127.0.0.1/"}',
    "long question": json.dumps({"question": "x" * 900_000}).encode(),
    "many sources": json.dumps({"question": "why", "source": ["x"] * 100_000}).encode(),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_bad_body_is_a_client_s_error(server: Server, body: bytes) -> None:
    for path in ("/v1/ask", "/v1/search", "/v1/ask/batch", "/v1/ask/stream", "/v1/articles"):
        if path == "/v1/articles" and b'"question"' in body:
            continue
        status, error = server.request("POST", path, body)
        assert 400 <= status < 500, (path, status, error)
        assert set(error["error"]) == {"code", "message", "hint"}


def test_ten_megabytes_are_refused_unread(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.putrequest("POST", "/v1/ask")
    connection.putheader("Content-Length", "10000000")
    connection.endheaders(b"{")
    answered = connection.getresponse()
    assert (answered.status, json.loads(answered.read())["error"]["code"]) == (413, "too_large")
    connection.close()


@pytest.mark.parametrize(
    "path", ["/v1/articles/..%2f..%2fetc%2fpasswd", "/v1/articles/%00", "/static/../app.py"]
)
def test_paths_lead_nowhere(server: Server, path: str) -> None:
    assert server.request("GET", path)[0] == 404


def test_two_hundred_clients_that_vanish(server: Server) -> None:
    assert server.ask()[0] == 200
    before = server.memory_mb
    body = json.dumps({"question": QUESTION}).encode()
    head = "POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    for _ in range(200):
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as client:
            client.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    for _ in range(1800):
        status, asked = server.ask()
        ready = server.request("GET", "/readyz")[1]
        # What those clients sent may be read after the first look: the server is busy with it then.
        if status == 200 and ready["waiting"] == 0:
            break
        assert status in {200, 503}, asked
        time.sleep(0.1)
    assert (status, ready["waiting"]) == (200, 0), asked
    assert asked["answers"][0]["text"] == QUOTE
    assert server.memory_mb < before + 100


def test_connections_that_say_nothing_are_in_nobody_s_way(server: Server) -> None:
    silent = [socket.create_connection(("127.0.0.1", server.port), timeout=60) for _ in range(50)]
    for one in silent:
        one.sendall(b"POST /v1/ask HTTP/1.1\r\nHost: localhost\r\n")
    assert server.ask()[0] == 200
    for one in silent:
        one.close()


@pytest.mark.parametrize("head", ["", "POST /v1/ask HTTP/1.1\r\nHost: local", f"{ALIVE}GET /he"])
def test_a_head_that_does_not_come_ends_its_connection(seeds_settings: Settings, head: str) -> None:
    """The first head, and one after an answer; a bit at a time does not help. Others are answered on."""

    async def main(listening: socket.socket) -> None:
        app = create_app(Archive(seeds_settings))
        config = uvicorn.Config(app, http=head_deadline(0.5), ws="none", log_config=None, log_level="error")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        port = listening.getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head.encode())
        received = asyncio.create_task(reader.read())  # to the end of the connection
        while not received.done():
            writer.write(b"x" if head else b"")
            await asyncio.sleep(0.05)
        assert received.result().count(b"HTTP/1.1 200 OK") == head.count("healthz")
        writer.close()

        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ALIVE.encode())
        assert (await reader.readuntil(b'{"status":"alive"}')).startswith(b"HTTP/1.1 200 OK")
        writer.close()
        server.should_exit = True
        await serving

    with socket.create_server(("127.0.0.1", 0)) as listening:
        asyncio.run(main(listening))


def test_an_answer_may_take_longer_than_a_head() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.6)
        await PlainTextResponse("late")(scope, receive, send)

    async def main(listening: socket.socket) -> None:
        config = uvicorn.Config(slow, http=head_deadline(0.2), ws="none", lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        reader, writer = await asyncio.open_connection("127.0.0.1", listening.getsockname()[1])
        for _ in range(2):  # the second on the same connection
            writer.write(ALIVE.encode())
            assert (await reader.readuntil(b"late")).startswith(b"HTTP/1.1 200 OK")
        writer.close()
        server.should_exit = True
        await serving

    with socket.create_server(("127.0.0.1", 0)) as listening:
        asyncio.run(main(listening))


def test_stopping_finishes_what_was_begun(server: Server) -> None:
    """The last test of this server: it is told to stop while it answers; an article is not yet published."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as nonsense:
        nonsense.sendall(b"nonsense\r\n\r\n")
        assert nonsense.recv(100).startswith(b"HTTP/1.1 400")
    posted = server.request("POST", "/v1/articles", b'{"id": "snow", "text": "Snow fell on Eastport."}')
    assert posted == (201, {"id": "snow", "status": "added"})
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    questions = [{"question": f"{QUESTION} {number}"} for number in range(12)]
    connection.request(
        "POST", "/v1/ask/batch", json.dumps({"questions": questions}), {"Content-Type": "application/json"}
    )
    while server.request("GET", "/readyz")[1]["waiting"] == 0:
        time.sleep(0.01)
    server.process.send_signal(signal.SIGTERM)
    answered = connection.getresponse()
    assert answered.status == 200
    outcomes = json.loads(answered.read())["outcomes"]
    assert [one["question"] for one in outcomes] == [one["question"] for one in questions]
    connection.close()
    assert server.process.wait(60) == 0
    with writer_lock(server.index), EmbeddedIndex(server.index) as opened:
        assert (opened.state.generation, opened.state.counts.articles, opened.state.unpublished_passages) == (
            2,
            4,
            0,
        )
    first, *lines = server.log.read_text(encoding="utf-8").splitlines()
    assert first == f"listening on http://127.0.0.1:{server.port}"
    events = [json.loads(line) for line in lines]
    assert "Invalid HTTP request received." in [event.get("message") for event in events]
    assert events[-1]["route"] == "/v1/ask/batch"
