"""Failures that no caller can mend: told in plain words, with their cause in the log and nowhere else."""

import io
import json
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from nutgraf.api.engine.log import JsonLineFormatter
from nutgraf.api.engine.remote_errors import failure_object
from nutgraf.api.mcp.tool_errors import tool_error
from nutgraf.api.web.app import Serving, create_app
from nutgraf.archive import Archive
from nutgraf.indexer.embedded.generation import writer_lock
from nutgraf.indexer.errors import IndexDamaged, IndexerError, StorageFailed
from nutgraf.models.errors import ModelDamaged, ModelError
from nutgraf.settings import Settings

QUESTION = "What did China agree to on sanctions?"
ARTICLE = {"id": "snow", "text": "Snow fell on Eastport on Tuesday."}


@pytest.fixture
def index(seeds_index: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(seeds_index, tmp_path / "index"))


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Return what the server's log would have."""
    written, logger = io.StringIO(), logging.getLogger("nutgraf")
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLineFormatter())
    logger.addHandler(handler)
    before = logger.level
    logger.setLevel(logging.INFO)
    yield written
    logger.setLevel(before)
    logger.removeHandler(handler)


def lines(log: io.StringIO, key: str) -> list[Any]:
    found = [json.loads(line) for line in log.getvalue().splitlines()]
    return [line for line in found if key in line]


def post(client: TestClient, kind: str) -> tuple[int, dict[str, str], str]:
    answered = client.post("/v1/articles", content=json.dumps(ARTICLE), headers={"Content-Type": kind})
    return answered.status_code, answered.json()["error"], answered.headers["X-Request-Id"]


@pytest.mark.parametrize("kind", ["application/json", "application/x-ndjson"])
def test_the_cause_is_in_the_log_and_not_in_the_answer(index: Path, log: io.StringIO, kind: str) -> None:
    with TestClient(create_app(Archive(Settings(index=index))), base_url="http://localhost") as client:
        kept = (index / "manifest.json").read_bytes()
        (index / "manifest.json").write_text("{}")
        status, error, request_id = post(client, kind)
        (index / "manifest.json").write_bytes(kept)
    assert (status, error) == (
        500,
        {
            "code": "index_damaged",
            "message": "the server's index cannot be used",
            "hint": f"the server's log has the cause under {request_id}",
        },
    )
    (line,) = lines(log, "error")
    assert (line["id"], line["error"]) == (request_id, "index_damaged")
    assert str(index) in line["message"] + line["hint"]


@pytest.mark.parametrize("route", ["ask", "ask/stream", "search"])
def test_a_panic_at_the_index_is_told_and_the_server_not_ready_until_it_is_rebuilt(
    index: Path, log: io.StringIO, panicking: Callable[[Path, str], None], route: str
) -> None:
    panicking(index, "searching")
    with TestClient(create_app(Archive(Settings(index=index))), base_url="http://localhost") as client:
        assert client.get("/readyz").json() == {"status": "ready", "waiting": 0, "encoded": 1.0}
        for _ in range(3):  # no worker dies of it
            answered = client.post(f"/v1/{route}", json={"question": QUESTION})
            text = answered.text.partition("data: ")[2] if "stream" in route else answered.text
            request_id = answered.headers["X-Request-Id"]
            assert json.loads(text)["error"] == {
                "code": "index_damaged",
                "message": "the server's index cannot be used",
                "hint": f"the server's log has the cause under {request_id}",
            }
            assert answered.status_code == (200 if "stream" in route else 500)
            assert [line["error"] for line in lines(log, "error") if line["id"] == request_id] == [
                "index_damaged"
            ]
        not_ready = client.get("/readyz")
        assert (not_ready.status_code, not_ready.json()["error"]["code"]) == (503, "index_damaged")
        assert str(index) not in not_ready.text
        assert client.get("/healthz").json() == {"status": "alive"}

        Archive(Settings(index=index)).rebuild()
        for _ in range(600):
            if client.get("/readyz").status_code == 200:
                break
            time.sleep(0.05)
        answered = client.post("/v1/ask", json={"question": QUESTION})
        assert (answered.status_code, answered.json()["answered"]) == (200, True)


class PanicException(BaseException):
    """Stands for the class that each library in Rust has for itself."""


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ("nutgraf.qa.answer.Answerer.answer", "/v1/ask"),  # in the thread that answers
        ("nutgraf.opening.OpenIndex.result", "/v1/ask"),  # where a result is rendered
        ("nutgraf.qa.search.Searcher.search", "/v1/search"),  # in another thread
        ("nutgraf.api.objects.requests.AskRequest.inquiry", "/v1/ask"),  # in the event loop
    ],
)
def test_a_panic_of_no_known_cause_is_a_defect_in_the_one_shape(
    seeds_settings: Settings, log: io.StringIO, monkeypatch: pytest.MonkeyPatch, place: str, path: str
) -> None:
    def panic(*_: object, **__: object) -> None:
        raise PanicException("index out of bounds")

    app = create_app(Archive(seeds_settings))
    with TestClient(app, base_url="http://localhost") as client:
        with monkeypatch.context() as patched:
            patched.setattr(place, panic)
            answers = [client.post(path, json={"question": QUESTION}) for _ in range(3)]
        for answered in answers:
            error = answered.json()["error"]
            assert (answered.status_code, error["code"]) == (500, "defect")
            assert error["message"].startswith("a defect of nutgraf: LibraryPanicked; the log has it under ")
        assert client.get("/readyz").status_code == 200
        assert client.post("/v1/ask", json={"question": QUESTION}).json()["answered"]
    assert "index out of bounds" in log.getvalue()


def test_who_else_writes_is_for_the_log(index: Path, log: io.StringIO) -> None:
    with (
        TestClient(create_app(Archive(Settings(index=index))), base_url="http://localhost") as client,
        writer_lock(index),
    ):
        status, error, request_id = post(client, "application/json")
    assert (status, error) == (
        409,
        {
            "code": "index_locked",
            "message": "another process writes to the index",
            "hint": "try again later",
        },
    )
    (line,) = lines(log, "error")
    assert (line["id"], line["error"]) == (request_id, "index_locked")
    assert f"(pid {os.getpid()})" in line["message"]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (StorageFailed("/srv/news: No space left"), "the server's disk refused a read or a write"),
        (IndexDamaged("/srv/news is truncated"), "the server's index cannot be used"),
        (ModelDamaged("/srv/model is truncated"), "a model of the server cannot be used"),
    ],
)
def test_every_door_to_elsewhere_says_the_same(
    error: IndexerError | ModelError, message: str, log: io.StringIO
) -> None:
    """None of them names a path: not a request, not an agent."""
    shape = {"code": error.code, "message": message, "hint": "the server's log has the cause"}
    assert failure_object(error) == tool_error(error) == {"error": shape}
    assert [line["message"] for line in lines(log, "error")] == [str(error)] * 2


def test_a_question_in_the_log_has_its_request(seeds_settings: Settings, log: io.StringIO) -> None:
    app = create_app(Archive(seeds_settings), Serving(log_questions=True))
    with TestClient(app, base_url="http://localhost") as client:
        one, other = (client.post("/v1/ask", json={"question": words}) for words in (QUESTION, "Who won?"))
    assert [(line["id"], line["question"]) for line in lines(log, "question")] == [
        (one.headers["X-Request-Id"], QUESTION),
        (other.headers["X-Request-Id"], "Who won?"),
    ]
