"""The client of a server that is down, slow, busy or something else: one clear error each."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import nutgraf
from nutgraf import errors, transport
from tests.web_server import Answer, WebServer, serving

pytestmark = pytest.mark.enable_socket

INFO = {
    "generation": 1,
    "articles": 3,
    "passages": 9,
    "encoded": 1.0,
    "path": "news",
    "unpublished_passages": 0,
    "published": None,
    "sources": [{"source": "The Tarn Post", "articles": 3}],
    "encoder": {"id": "e", "sha256": "0", "dim": 4},
    "bytes": 100,
    "approximate": {"passages": 9, "recall_at_10": 0.99, "recall_at_100": 0.96},
    "calibration": {"of": "reader", "threshold": 0.5, "fitted": None},
}


@pytest.fixture
def web() -> Iterator[WebServer]:
    with serving() as server:
        yield server


def answers(web: WebServer, body: object, status: int = 200, **headers: str) -> None:
    """Let the server answer the call of `info`."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    web.answers["/v1/info"] = Answer(content, "application/json", status, named)


def failure(web: WebServer, **options: Any) -> nutgraf.NutgrafError:
    with nutgraf.Client(web.url, **options) as client, pytest.raises(nutgraf.NutgrafError) as caught:
        client.info()
    return caught.value


def error_object(code: str, message: str = "so it is") -> Mapping[str, object]:
    return {"error": {"code": code, "message": message, "hint": "do this"}}


def test_what_the_archive_holds(web: WebServer) -> None:
    answers(web, INFO)
    with nutgraf.Client(f"{web.url}/", "a-key-of-letters") as client:
        assert client.info().to_dict() == INFO
    (asked,) = web.asked
    assert asked.headers["authorization"] == "Bearer a-key-of-letters"
    assert asked.headers["user-agent"] == f"nutgraf/{nutgraf.__version__}"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "bad_filter", errors.BadFilter),
        (400, "index_empty", errors.EmptyIndex),
        (404, "unknown_article", errors.UnknownArticle),
        (409, "index_locked", errors.IndexLocked),
        (422, "bad_request", errors.BadOption),
        (401, "unauthorized", errors.AccessDenied),
        (403, "forbidden", errors.AccessDenied),
        (500, "index_damaged", errors.IndexDamaged),
        (500, "storage_failed", errors.StorageFailed),
        (500, "model_missing", errors.ModelMissing),
        (500, "defect", errors.ServerError),
        (400, "of another version", errors.ServerError),
    ],
)
def test_an_error_object_is_the_error_of_an_archive(
    web: WebServer, status: int, code: str, kind: type[nutgraf.NutgrafError]
) -> None:
    answers(web, error_object(code), status)
    error = failure(web)
    assert (type(error), str(error), error.hint) == (kind, "so it is", "do this")


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (200, b"<html>Welcome to nginx</html>", "its answer is not JSON"),
        (200, b"", "its answer is not JSON"),
        (200, b"[" * 100_000, "its answer is not JSON"),
        (200, {"status": "ok"}, "KeyError: 'published'"),
        (200, [1, 2], "TypeError: "),
        (200, INFO | {"published": 7}, "TypeError: "),
        (404, b"not here", "it answers 404"),
        (404, {"detail": "Not Found"}, "it answers 404"),
        (404, error_object("http", "Not Found"), "it answers 404"),
        (500, b"", "it answers 500"),
        (418, {"error": "short and stout"}, "it answers 418"),
    ],
)
def test_an_address_of_something_else(web: WebServer, status: int, body: object, why: str) -> None:
    answers(web, body, status)
    error = failure(web)
    assert type(error) is errors.ServerError
    assert str(error).startswith(f"{web.url} does not answer as nutgraf does: {why}")


def test_a_redirect_is_not_followed(web: WebServer) -> None:
    web.redirect("/v1/info", "http://elsewhere.example/v1/info", 308)
    error = failure(web, key="a-key-of-letters")
    assert str(error).startswith(f"{web.url} leads to http://elsewhere.example/v1/info")
    assert web.paths() == ["/v1/info"]


def test_a_password_of_something_in_front(web: WebServer) -> None:
    answers(web, b"<html>Sign in</html>", 401)
    assert type(failure(web)) is errors.AccessDenied


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (503, error_object("busy"), errors.ServerBusy),
        (429, error_object("too_many_requests"), errors.ServerBusy),
        (502, b"Bad Gateway", errors.ServerUnreachable),
        (504, b"Gateway Timeout", errors.ServerUnreachable),
    ],
)
def test_a_busy_server_is_asked_again(
    web: WebServer, monkeypatch: pytest.MonkeyPatch, status: int, body: object, kind: type[Exception]
) -> None:
    monkeypatch.setattr(transport, "_FIRST_WAIT_S", 0.01)
    answers(web, body, status)
    assert type(failure(web)) is kind
    assert web.paths() == ["/v1/info"] * (1 + transport.RETRIES)


def test_a_server_that_is_busy_once(web: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_FIRST_WAIT_S", 0.01)
    answers(web, error_object("busy"), 503)
    waited = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        answers(web, INFO)

    monkeypatch.setattr(transport.time, "sleep", sleep)
    with nutgraf.Client(web.url) as client:
        assert client.info().articles == 3
    assert waited == [0.01]


def test_nobody_waits_for_long(web: WebServer) -> None:
    answers(web, error_object("too_many_requests"), 429, Retry_After="60")
    assert type(failure(web)) is errors.ServerBusy
    assert web.paths() == ["/v1/info"]


def test_a_slow_server(web: WebServer) -> None:
    web.answers["/v1/info"] = Answer(json.dumps(INFO).encode(), "application/json", drip_seconds=0.05)
    error = failure(web, timeout=0.3)
    assert type(error) is errors.ServerUnreachable
    assert str(error) == f"{web.url} gave no answer within 0.3 s"


def test_an_answer_without_end(web: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_MOST_BYTES", 1000)
    answers(web, b" " * 2000)
    assert str(failure(web)) == f"{web.url} answers with more than 1,000 bytes"


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_FIRST_WAIT_S", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with nutgraf.Client(url) as client, pytest.raises(errors.ServerUnreachable) as caught:
        client.ask("Who?")
    assert str(caught.value).startswith(f"{url} cannot be reached: ")


@pytest.mark.parametrize(("method", "asked"), [("info", 1 + transport.RETRIES), ("remove", 1)])
def test_what_changes_the_archive_is_not_sent_twice(
    method: str, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_FIRST_WAIT_S", 0.01)
    connections = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connections.append(connection.recv(65_536))

        thread = threading.Thread(target=hang_up)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with nutgraf.Client(url) as client, pytest.raises(errors.ServerUnreachable, match="broke off"):
            client.info() if method == "info" else client.remove("bridge")
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert len(connections) == asked


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "it begins with"),
        ("127.0.0.1:8017", "it begins with"),
        ("localhost:8017", "it begins with"),
        ("ftp://127.0.0.1", "it begins with"),
        ("http://", "it begins with"),
        ("http://a\n.example", "it begins with"),
        ("http://user:key@a.example", "a key does not stand in it"),
        ("http://a.example?key=1", "it ends with a port or a path"),
        ("http://a.example/#top", "it ends with a port or a path"),
        ("http://a.example:99999", "Port out of range"),
        ("http://[", "Invalid IPv6 URL"),
        (7, "it is int, expected str"),
    ],
)
@pytest.mark.parametrize("kind", [nutgraf.Client, nutgraf.AsyncClient])
def test_no_address_of_a_server(kind: Any, url: Any, why: str) -> None:
    with pytest.raises(errors.BadOption) as caught:
        kind(url)
    assert f"is no address of a server: {why}" in str(caught.value)


@pytest.mark.parametrize("key", ["", "two words", "schlüssel", "line\nbreak", 7])
def test_no_key(key: Any) -> None:
    with pytest.raises(errors.BadOption, match="the key is none") as caught:
        nutgraf.Client("http://a.example", key)
    assert not key or str(key) not in str(caught.value)


@pytest.mark.parametrize("timeout", [0, -1, "7", True, float("nan"), float("inf")])
def test_no_timeout(timeout: Any) -> None:
    with pytest.raises(errors.BadOption, match="expected seconds, more than 0"):
        nutgraf.Client("http://a.example", timeout=timeout)


def test_a_key_is_not_shown() -> None:
    client = nutgraf.Client("http://a.example", "a-key-of-letters")
    assert "letters" not in f"{client!r} {client.server!r}"
