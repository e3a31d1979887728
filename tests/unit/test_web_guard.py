"""The guard in front of the routes: hosts, keys, rates, sizes, slow bodies, headers, and what is logged."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message

from api.web.bodies import Bodies
from api.web.guard import HEADERS, Guard, Rules
from api.web.keys import parse_keys

READER, WRITER = "reader-of-16-chars", "writer-of-16-chars"
KEYS = parse_keys([f"wire={READER}", f"desk:write={WRITER}"])


async def echo(request: Request) -> Response:
    return JSONResponse({"bytes": len(await request.body()), "path": request.url.path})


async def breaks(request: Request) -> Response:
    raise RuntimeError("a defect")


async def failed(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": {"code": "defect", "message": str(error), "hint": ""}}, 500)


def guarded(count: Any = lambda *_: None, **rules: Any) -> TestClient:
    routes = [Route("/breaks", breaks), Route("/{path:path}", echo, methods=["GET", "POST", "DELETE"])]
    guard = Middleware(Guard, rules=Rules(**rules), failed=failed, count=count)
    return TestClient(Starlette(routes=routes, middleware=[guard]), base_url="http://localhost")


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_headers_on_everything() -> None:
    for answered in (guarded().get("/v1/info"), guarded(keys=KEYS).get("/v1/info")):
        for name, value in HEADERS.items():
            assert answered.headers[name] == value
        assert len(answered.headers["X-Request-Id"]) == 16
    assert "frame-ancestors 'none'" in HEADERS["Content-Security-Policy"]
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8017", "127.0.0.1.evil.example", ""])
def test_another_name_of_this_machine(host: str) -> None:
    answered = guarded().get("/v1/info", headers={"Host": host})
    assert (answered.status_code, answered.json()["error"]["code"]) == (400, "http")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8017", "127.0.0.1:1", "[::1]:8017", "[::1]"])
def test_its_own_names(host: str) -> None:
    assert guarded().get("/v1/info", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/v1/info", {}, 401),
        ("GET", "/v1/info", bearer("wrong-one-of-16-chars"), 401),
        ("GET", "/v1/info", {"Authorization": "Basic %%%"}, 401),
        ("GET", "/v1/info", bearer(READER), 200),
        ("GET", "/v1/info", {"X-API-Key": READER}, 200),
        ("GET", "/v1/info", {"Authorization": "Basic dTpyZWFkZXItb2YtMTYtY2hhcnM="}, 200),
        ("POST", "/v1/ask", bearer(READER), 200),
        ("POST", "/v1/ask/batch", bearer(READER), 200),
        ("POST", "/v1/articles", bearer(READER), 403),
        ("DELETE", "/v1/articles/a", bearer(READER), 403),
        ("POST", "/v1/articles", bearer(WRITER), 200),
        ("GET", "/v1/info", bearer(WRITER), 200),
        ("GET", "/healthz", {}, 200),
        ("GET", "/readyz", {}, 200),
    ],
)
def test_who_may_do_what(method: str, path: str, headers: dict[str, str], status: int) -> None:
    answered = guarded(keys=KEYS).request(method, path, headers={"Host": "any.example", **headers})
    assert answered.status_code == status
    if status == 401:
        assert "Basic" in answered.headers["WWW-Authenticate"]
    if status != 200:
        assert set(answered.json()["error"]) == {"code", "message", "hint"}


def test_rates_are_per_key_and_guessing_has_one() -> None:
    client = guarded(keys=KEYS, per_minute=12)  # two at once
    assert [client.get("/", headers=bearer(READER)).status_code for _ in range(3)] == [200, 200, 429]
    assert client.get("/", headers=bearer(WRITER)).status_code == 200
    refused = [client.get("/", headers=bearer("wrong-one-of-16-chars")) for _ in range(3)]
    assert [answered.status_code for answered in refused] == [401, 401, 429]
    assert int(refused[-1].headers["Retry-After"]) >= 1


def test_bodies_that_are_too_long() -> None:
    client = guarded(bodies=Bodies(most=10, upload=20))
    assert client.post("/v1/ask", content=b"x" * 10).json()["bytes"] == 10
    for content in (b"x" * 11, iter([b"x" * 6, b"x" * 6])):
        answered = client.post("/v1/ask", content=content)
        assert (answered.status_code, answered.json()["error"]["code"]) == (413, "too_large")
    assert client.post("/v1/articles", content=b"x" * 20).json()["bytes"] == 20
    assert client.post("/v1/articles", content=b"x" * 21).status_code == 413
    for length in ("-1", "9" * 5000):
        assert client.post("/v1/ask", headers={"Content-Length": length}).status_code == 413


def test_a_body_that_trickles_in() -> None:
    sent: list[Message] = []

    async def slowly() -> AsyncIterator[Message]:
        while True:
            await asyncio.sleep(0.02)
            yield {"type": "http.request", "body": b"x", "more_body": True}

    async def run() -> None:
        parts = slowly()

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/v1/ask", "headers": [(b"host", b"localhost")]}
        app = Guard(
            Starlette(routes=[Route("/{path:path}", echo, methods=["POST"])]),
            Rules(bodies=Bodies(seconds=0.1)),
            failed,
        )
        await app(scope, lambda: anext(parts), send)

    asyncio.run(run())
    assert sent[0]["status"] == 408


def test_a_defect_has_the_headers_and_the_status_of_any_answer() -> None:
    counted: list[tuple[str, str, int]] = []
    client = guarded(lambda method, route, status, _: counted.append((method, route, status)))
    answered = client.get("/breaks")
    assert (answered.status_code, answered.json()["error"]["message"]) == (500, "a defect")
    assert answered.headers["X-Content-Type-Options"] == "nosniff"
    assert counted == [("GET", "/breaks", 500)]


def test_methods_that_are_none_are_one_in_the_metrics() -> None:
    counted: list[str] = []
    client = guarded(lambda method, *_: counted.append(method))
    for method in ("BAR0", "BAR1", "GET"):
        client.request(method, "/x", headers={"Host": "evil.example"})
    assert counted == ["other", "other", "GET"]


def test_the_log_has_no_question_and_no_key(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "nutgraf.access"):
        guarded(keys=KEYS).get("/v1/info?q=who+pays", headers=bearer(READER))
    line = json.loads(caplog.messages[-1])
    assert (line["method"], line["status"], line["key"]) == ("GET", 200, "wire")
    assert "pays" not in caplog.text
    assert READER not in caplog.text
