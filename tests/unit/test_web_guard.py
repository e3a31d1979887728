"""The guard in front of the routes: hosts, keys, rates, sizes, slow bodies, headers, and what is logged."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from nutgraf.api.web.bodies import BodyLimits
from nutgraf.api.web.deadline import CallerLeft
from nutgraf.api.web.guard import HEADERS, AccessRules, Guard
from nutgraf.api.web.keys import parse_keys

READER, WRITER, WRONG = "reader-of-16-chars", "writer-of-16-chars", "wrong-one-of-16-chars"
JSON, UPLOAD_TYPE = "application/json", (b"content-type", b"application/x-ndjson")
KEYS = parse_keys([f"wire={READER}", f"desk:write={WRITER}"])


async def echo(request: Request) -> Response:
    return JSONResponse({"bytes": len(await request.body()), "path": request.url.path})


async def breaks(request: Request) -> Response:
    raise RuntimeError("a defect")


class PanicException(BaseException):
    """Stands for the class that each library in Rust has for itself."""


async def panics(request: Request) -> Response:
    raise PanicException("index out of bounds")


async def failed(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": {"code": "defect", "message": str(error), "hint": ""}}, 500)


def guarded(count: Any = lambda *_: None, **rules: Any) -> TestClient:
    routes = [Route("/breaks", breaks), Route("/panics", panics)]
    routes.append(Route("/{path:path}", echo, methods=["GET", "POST", "DELETE"]))
    guard = Middleware(Guard, rules=AccessRules(**rules), failed=failed, count=count)
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


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8017", "127.0.0.1.evil.example", ""),
        *("[::1].evil.example", "[::1]evil.example:8017", "[::1", "localhost]", "localhost:80.evil.example"),
    ],
)
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
        assert answered.headers.get_list("WWW-Authenticate") == ['Basic realm="nutgraf"', "Bearer"]
    if status != 200:
        assert set(answered.json()["error"]) == {"code", "message", "hint"}


def statuses(client: TestClient, *secrets: str) -> list[int]:
    return [client.get("/", headers=bearer(secret)).status_code for secret in secrets]


def test_rates_are_per_key_and_guessing_has_one() -> None:
    client = guarded(keys=KEYS, per_minute=12)  # two at once
    assert statuses(client, READER, READER, READER) == [200, 200, 429]
    assert statuses(client, WRITER) == [200]
    assert statuses(client, WRONG, WRONG, WRONG) == [401, 401, 429]


def test_who_has_used_up_the_guesses_does_not_learn_that_one_is_right() -> None:
    client = guarded(keys=KEYS, per_minute=12)
    assert statuses(client, READER, WRONG, READER, WRONG, WRITER, READER) == [200, 401, 200, 401, 429, 429]
    refused = client.get("/", headers=bearer(WRITER)).json()["error"]
    assert refused["message"] == "more than 12 wrong keys from this address a minute"


def test_who_sends_no_key_does_not_guess() -> None:
    client = guarded(keys=KEYS, per_minute=12)
    assert [client.get("/").status_code for _ in range(3)] == [401, 401, 429]
    assert statuses(client, READER) == [200]


@pytest.mark.parametrize(("per_minute", "seconds"), [(12, "5"), (120, "1")])
def test_nobody_is_told_to_try_again_in_0_s(per_minute: int, seconds: str) -> None:
    """Of 120 a minute there is one again after half a second, which is 0 when rounded."""
    client = guarded(per_minute=per_minute)
    refused = next(answered for _ in range(500) if (answered := client.get("/")).status_code == 429)
    assert refused.headers["Retry-After"] == seconds
    assert refused.json()["error"]["hint"] == f"try again in {seconds} s"


def test_bodies_that_are_too_long() -> None:
    client = guarded(bodies=BodyLimits(most=10, upload=20))
    assert client.post("/v1/ask", content=b"x" * 10).json()["bytes"] == 10
    for content in (b"x" * 11, iter([b"x" * 6, b"x" * 6])):
        answered = client.post("/v1/ask", content=content)
        assert (answered.status_code, answered.json()["error"]["code"]) == (413, "too_large")
    for kind, most in (("application/x-ndjson", 20), ("application/jsonl; charset=utf-8", 20), (JSON, 10)):
        for size, status in ((most, 200), (most + 1, 413)):
            for content in (b"x" * size, iter([b"x" * (size - 1), b"x"])):
                answered = client.post("/v1/articles", content=content, headers={"Content-Type": kind})
                assert answered.status_code == status, (kind, size)
    for length in ("-1", "9" * 5000):
        assert client.post("/v1/ask", headers={"Content-Length": length}).status_code == 413


def post(path: str, receive: Callable[[], Awaitable[Message]], bodies: BodyLimits) -> list[Message]:
    """Return what is sent to a client whose body comes as `receive` has it; an upload at /v1/articles."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), UPLOAD_TYPE]
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
    guard = Middleware(Guard, rules=AccessRules(bodies=bodies), failed=failed)
    app = Starlette(routes=[Route("/{path:path}", echo, methods=["POST"])], middleware=[guard])
    asyncio.run(app(scope, receive, send))
    return sent


def trickle(parts: int) -> Callable[[], Awaitable[Message]]:
    """Return what sends a byte every 0.02 s, 50 a second at most."""

    async def slowly() -> AsyncIterator[Message]:
        for number in range(parts):
            await asyncio.sleep(0.02)
            yield {"type": "http.request", "body": b"x", "more_body": number < parts - 1}

    sent = slowly()
    return lambda: anext(sent)


@pytest.mark.parametrize(
    ("path", "bodies", "status"),
    [
        ("/v1/ask", BodyLimits(seconds=0.1), 408),
        ("/v1/ask", BodyLimits(seconds=30.0), 200),
        ("/v1/articles", BodyLimits(seconds=0.001), 408),  # nothing comes for a while
        (
            "/v1/articles",
            BodyLimits(seconds=0.1, rate=100.0),
            408,
        ),  # each part in time, all of them too slowly
        ("/v1/articles", BodyLimits(seconds=30.0, rate=100.0), 200),
    ],
)
def test_a_body_that_trickles_in(path: str, bodies: BodyLimits, status: int) -> None:
    sent = post(path, trickle(50), bodies)
    assert sent[0]["status"] == status
    answered = json.loads(sent[1]["body"])
    assert answered["bytes"] == 50 if status == 200 else answered["error"]["code"] == "too_slow"


def test_storing_what_came_is_no_slowness_of_who_sends() -> None:
    """0.15 s between the parts, where 0.1 s of waiting are allowed."""

    async def run() -> list[int]:
        parts = iter([b"a", b"b", b"c"])

        async def receive() -> Message:
            return {"type": "http.request", "body": next(parts), "more_body": True}

        scope = {"type": "http", "method": "POST", "path": "/v1/articles", "headers": [UPLOAD_TYPE]}
        receiving = await BodyLimits(seconds=0.1, rate=1000.0).bounded(scope, receive)
        sizes = []
        for _ in range(3):
            sizes.append(len((await receiving())["body"]))
            await asyncio.sleep(0.15)
        return sizes

    assert asyncio.run(run()) == [1, 1, 1]


@pytest.mark.parametrize("sent_first", [True, False])
def test_who_leaves_is_counted_as_such(sent_first: bool) -> None:
    """Before anything was answered, or in the middle of it; not after it."""
    counted: list[int] = []

    async def app(_: Scope, receive: Receive, send: Send) -> None:
        if sent_first:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
        assert (await receive())["type"] == "http.disconnect"
        if not sent_first:
            raise CallerLeft

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def send(_: Message) -> None:
        pass

    scope = {"type": "http", "method": "GET", "path": "/v1/ask", "headers": [(b"host", b"localhost")]}
    guard = Guard(app, AccessRules(), failed, lambda *values: counted.append(values[2]))
    asyncio.run(guard(scope, gone, send))
    assert counted == [499]


def test_a_defect_has_the_headers_and_the_status_of_any_answer() -> None:
    counted: list[tuple[str, str, int]] = []
    client = guarded(lambda method, route, status, _: counted.append((method, route, status)))
    answered = client.get("/breaks")
    assert (answered.status_code, answered.json()["error"]["message"]) == (500, "a defect")
    assert answered.headers["X-Content-Type-Options"] == "nosniff"
    assert counted == [("GET", "/breaks", 500)]


def test_a_panic_is_a_defect() -> None:
    answered = guarded().get("/panics")
    message = "a library that nutgraf uses panicked: index out of bounds"
    assert (answered.status_code, answered.json()["error"]["message"]) == (500, message)


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
