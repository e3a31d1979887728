"""The HTTP door: the same objects as the command line, one error shape, nothing but this machine."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from nutgraf.api.web.app import Serving, create_app, serve
from nutgraf.archive import Archive
from nutgraf.errors import BadOption
from nutgraf.settings import Settings

QUESTION = "What did China agree to on sanctions?"


@pytest.fixture(scope="module")
def client(seeds_settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(Archive(seeds_settings)), base_url="http://localhost") as opened:
        yield opened


def test_ask_then_read_the_quote_in_its_article(client: TestClient) -> None:
    asked = client.post("/v1/ask", json={"question": QUESTION, "explain": True}).json()
    answer = asked["answers"][0]
    assert answer["text"] == "new United Nations sanctions against the North"
    article = client.get(f"/v1/articles/{answer['article']['id']}").json()
    assert article["text"][answer["start"] : answer["end"]] == answer["text"]
    assert asked["passages"][0]["explain"]["fused"]["rank"] == 1


def test_search_and_filters(client: TestClient) -> None:
    wanted = {"question": "sanctions", "top": 3, "after": "2016", "source": ["The New York Times"]}
    passages = client.post("/v1/search", json=wanted).json()["passages"]
    assert len(passages) == 3
    assert {p["article"]["published"] for p in passages} == {"2016-01-27T00:00:00Z"}


def test_info_and_health(client: TestClient) -> None:
    assert client.get("/v1/info").json()["articles"] == 3
    assert client.get("/v1/info").json()["calibration"]["of"] == "reader"
    assert client.get("/healthz").json() == {"status": "alive"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"question": ""}, 400, "bad_question"),
        ({"question": "x" * 1001}, 400, "bad_question"),
        ({"question": "why", "top": 0}, 400, "bad_filter"),
        ({"question": "why", "after": "0000-00-00"}, 400, "bad_option"),
        ({"question": "why", "after": "2017", "before": "2016"}, 400, "bad_filter"),
        ({"question": "why", "min_probability": 7}, 400, "bad_filter"),
        ({"question": 7}, 422, "bad_request"),
        ({"question": "why", "tpo": 3}, 422, "bad_request"),
        ({}, 422, "bad_request"),
        ([], 422, "bad_request"),
    ],
)
def test_bad_requests_have_one_shape(client: TestClient, body: Any, status: int, code: str) -> None:
    answered = client.post("/v1/ask", json=body)
    assert answered.status_code == status
    error = answered.json()["error"]
    assert set(error) == {"code", "message", "hint"}
    assert error["code"] == code


@pytest.mark.parametrize(
    ("path", "status"), [("/v1/articles/nope", 404), ("/nowhere", 404), ("/v1/ask/batch", 405)]
)
def test_unknown_things_have_the_same_shape(client: TestClient, path: str, status: int) -> None:
    answered = client.get(path)
    assert answered.status_code == status
    assert set(answered.json()["error"]) == {"code", "message", "hint"}


def test_metrics_count_what_was_done(client: TestClient) -> None:
    before = metrics(client)
    client.post("/v1/ask", json={"question": QUESTION})
    client.post("/v1/ask", json={"question": "Who won the 1998 football World Cup final in Paris?"})
    client.get("/v1/articles/nope")
    client.get("/nowhere/at/all")
    after = metrics(client)

    def more(name: str) -> float:
        return after[name] - before.get(name, 0.0)

    assert more('nutgraf_questions_total{outcome="answered"}') == 1.0
    assert more('nutgraf_questions_total{outcome="unlikely"}') == 1.0
    assert more("nutgraf_batch_questions_count") == 2.0
    assert more('nutgraf_stage_seconds_count{stage="read"}') == 2.0
    ask = 'nutgraf_request_seconds_count{method="POST",route="/v1/ask",status="200"}'
    article = (
        'nutgraf_request_seconds_count{method="GET",route="/v1/articles/{article_id:path}",status="404"}'
    )
    nowhere = 'nutgraf_request_seconds_count{method="GET",route="none",status="404"}'
    assert [more(ask), more(article), more(nowhere)] == [2.0, 1.0, 1.0]
    assert after["nutgraf_index_articles"] == 3.0
    assert after["nutgraf_index_generation"] == 1.0
    assert "World Cup" not in client.get("/metrics").text


def test_questions_are_logged_only_when_asked_for(
    seeds_settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    for wanted in (False, True):
        app = create_app(Archive(seeds_settings), Serving(log_questions=wanted))
        caplog.clear()
        with caplog.at_level("INFO", "nutgraf"), TestClient(app, base_url="http://localhost") as client:
            client.post("/v1/ask", json={"question": QUESTION})
        lines = [json.loads(message) for message in caplog.messages if "question" in json.loads(message)]
        assert (QUESTION in caplog.text) is wanted
    assert [(line["outcome"], line["best"]) for line in lines] == [
        ("answered", "new United Nations sanctions against the North")
    ]


def metrics(client: TestClient) -> dict[str, float]:
    lines = client.get("/metrics").text.splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def test_a_page_from_elsewhere_is_refused(client: TestClient) -> None:
    answered = client.get("/v1/info", headers={"host": "evil.example"})
    assert answered.status_code == 400
    assert answered.json()["error"]["message"] == "this server is not known as 'evil.example'"


def test_a_fault_of_ours_has_the_same_shape(
    seeds_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TestClient(
        create_app(Archive(seeds_settings)), base_url="http://localhost", raise_server_exceptions=False
    ) as client:
        monkeypatch.setattr("nutgraf.opening.OpenIndex.report", lambda *_: 1 / 0)
        answered = client.get("/v1/info")
    assert (answered.status_code, answered.json()["error"]["code"]) == (500, "defect")


def test_it_listens_on_this_machine_only(seeds_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address is caught where the socket would be made; the suite itself may open none."""
    bound: list[tuple[str, int]] = []
    monkeypatch.setattr("socket.create_server", lambda address, **_: bound.append(address) or refuse())
    with pytest.raises(BadOption, match=r"port 8017 of 127\.0\.0\.1 cannot be listened on: in use"):
        serve(Archive(seeds_settings), Serving())
    assert bound == [("127.0.0.1", 8017)]


def refuse() -> None:
    raise OSError(98, "in use")


@pytest.mark.parametrize("path", ["/", "/docs", f"/?q={QUESTION}"])
def test_who_asks_for_the_head_alone_gets_it(client: TestClient, path: str) -> None:
    answered = client.head(path)
    assert (answered.status_code, answered.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
