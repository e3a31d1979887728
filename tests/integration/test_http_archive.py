"""Articles over HTTP: posted, found, read, changed and removed; pages, streams and batches of questions."""

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import nutgraf.qa.search
from nutgraf.api.web.app import Serving, create_app
from nutgraf.archive import Archive
from nutgraf.indexer.embedded.generation import writer_lock
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.indexer.encoder import Encoder
from nutgraf.indexer.errors import StorageFailed
from nutgraf.settings import Settings

QUESTION = "What did China agree to on sanctions?"
QUOTE = "new United Nations sanctions against the North"
HARBOUR = {
    "id": "harbour",
    "title": "A bridge for Eastport",
    "text": "EASTPORT — The harbour bridge will be built by Lindqvist and Sons, Mayor Brandt said.",
    "source": "Eastport Herald",
    "published": "2021-03-01",
}


@pytest.fixture
def index(seeds_index: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(seeds_index, tmp_path / "index"))


@pytest.fixture
def client(index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Archive(Settings(index=index))), base_url="http://localhost") as opened:
        yield opened


def ids(found: Any) -> list[tuple[str, int]]:
    return [(p["article"]["id"], p["start"]) for p in found["passages"]]


def first_answer(client: TestClient, question: str) -> str:
    asked = client.post("/v1/ask", json={"question": question, "min_probability": 0.0}).json()
    return str(asked["answers"][0]["article"]["id"])


# --- articles -------------------------------------------------------------------------------------------


def test_an_article_is_found_when_the_call_returns_and_gone_when_it_is_removed(client: TestClient) -> None:
    posted = client.post("/v1/articles", json=HARBOUR)
    assert (posted.status_code, posted.json()) == (201, {"id": "harbour", "status": "added"})
    assert client.get("/v1/info").json()["articles"] == 4
    assert first_answer(client, "Who will build the harbour bridge?") == "harbour"
    article = client.get("/v1/articles/harbour")
    assert article.json()["text"] == HARBOUR["text"]
    assert article.json()["published"] == "2021-03-01T00:00:00Z"

    again = client.post("/v1/articles", json=HARBOUR)
    assert (again.status_code, again.json()["status"]) == (200, "unchanged")
    tag = article.headers["ETag"]
    unchanged = client.get("/v1/articles/harbour", headers={"If-None-Match": f'"other", W/{tag}'})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    changed = client.post("/v1/articles", json=HARBOUR | {"title": "A harbour for Eastport"})
    assert changed.json() == {"id": "harbour", "status": "updated"}
    assert client.get("/v1/articles/harbour", headers={"If-None-Match": tag}).status_code == 200

    assert client.delete("/v1/articles/harbour").json() == {"removed": ["harbour"]}
    assert client.get("/v1/articles/harbour").status_code == 404
    assert first_answer(client, "Who will build the harbour bridge?") != "harbour"
    assert client.delete("/v1/articles/harbour").status_code == 404


def test_what_was_posted_is_published_when_the_server_stops(index: Path) -> None:
    with TestClient(create_app(Archive(Settings(index=index))), base_url="http://localhost") as client:
        client.post("/v1/articles", json=HARBOUR)
        assert client.get("/v1/info").json()["generation"] == 1
    with TestClient(create_app(Archive(Settings(index=index))), base_url="http://localhost") as client:
        described = client.get("/v1/info").json()
    assert (described["generation"], described["articles"], described["unpublished_passages"]) == (2, 4, 0)


def test_an_article_without_an_id_gets_one_of_its_content(client: TestClient) -> None:
    unnamed = {name: value for name, value in HARBOUR.items() if name != "id"}
    posted = client.post("/v1/articles", json=unnamed)
    name = posted.json()["id"]
    assert (posted.status_code, name[:-16]) == (201, "a-bridge-for-eastport-")
    assert client.get(f"/v1/articles/{name}").json()["text"] == HARBOUR["text"]
    again = client.post("/v1/articles", json=unnamed | {"id": " ", "url": "not an address"})
    assert again.json() == {"id": name, "status": "unchanged"}
    elsewhere = client.post("/v1/articles", json=unnamed | {"source": "Tarn Post"}).json()
    assert elsewhere["status"] == "duplicate"
    assert elsewhere["id"] != name
    untitled = json.dumps({"text": "Snow fell on Eastport on Tuesday."})
    line = client.post("/v1/articles", content=untitled, headers={"Content-Type": "application/x-ndjson"})
    assert line.json()["id"][:-16] == "snow-fell-on-eastport-on-tuesday-"


def test_dates_that_were_not_used_are_told(client: TestClient) -> None:
    swapped = HARBOUR | {"published": "03/04/2021"}
    told = client.post("/v1/articles", json=swapped).json()
    assert (told["status"], [date["given"] for date in told["dates_not_used"]]) == ("added", ["03/04/2021"])
    assert told["dates_not_used"][0]["reason"]
    assert client.get("/v1/articles/harbour").json()["published"] is None
    lines = [HARBOUR | {"id": "a"}, swapped | {"id": "b", "published": "soon"}, HARBOUR | {"id": "c"}]
    content = "\n".join(json.dumps(line) for line in lines)
    posted = client.post("/v1/articles", content=content, headers={"Content-Type": "application/x-ndjson"})
    dates = [json.loads(line).get("dates_not_used") for line in posted.text.splitlines()]
    assert dates[0] is None
    assert [date["given"] for date in dates[1]] == ["soon"]
    assert dates[2] is None


@pytest.mark.parametrize("kind", ["application/json", "application/x-ndjson"])
def test_words_find_an_article_when_a_call_that_waits_returns(client: TestClient, kind: str) -> None:
    def unpublished() -> tuple[int, bool]:
        state = client.get("/v1/info").json()
        return state["generation"], state["unpublished_passages"] > 0

    def post(**more: Any) -> int:
        content = json.dumps(HARBOUR | more)
        return client.post(f"/v1/articles{wait}", content=content, headers={"Content-Type": kind}).status_code

    wait = ""
    assert post() in {200, 201}
    assert unpublished() == (1, True)
    wait = "?wait=true"
    assert post() == 200  # it is stored already, and published now
    assert unpublished() == (2, False)
    assert post() == 200
    assert unpublished() == (2, False)
    assert post(id="other", text="Lindqvist built no bridge.") in {200, 201}
    assert unpublished() == (3, False)
    wait = "?wait=soon"
    assert post() == 422


def test_an_upload_gets_a_line_for_each_of_its_lines(client: TestClient) -> None:
    lines = [
        json.dumps(HARBOUR),
        "",
        "not JSON",
        "[1]",
        json.dumps({"text": "<p> </p>", "id": " ", "url": "content"}),
        json.dumps({"id": "empty", "text": " "}),
        json.dumps(HARBOUR | {"id": "copy"}),
        json.dumps({"url": "https://news.example/a", "text": "Snow fell on Eastport on Tuesday."}),
    ]
    lines.append(json.dumps({"id": "long", "text": "x" * 1_000_001}))
    content = iter([part.encode() for part in ("\n".join(lines)[:40], "\n".join(lines)[40:])])
    posted = client.post("/v1/articles", content=content, headers={"Content-Type": "application/x-ndjson"})
    told = [json.loads(line) for line in posted.text.splitlines()]
    assert [(one["line"], one["status"]) for one in told] == [
        (1, "added"),  # the second line is blank
        (3, "skipped"),
        (4, "skipped"),
        (5, "skipped"),
        (6, "skipped"),
        (7, "duplicate"),
        (8, "added"),
        (9, "skipped"),
    ]
    assert [one.get("reason") for one in told[1:5]] == [
        "it is not JSON",
        "it is not a JSON object",
        "no text left after cleaning",
        "no text left after cleaning",
    ]
    assert told[-2]["id"] == "https://news.example/a"
    assert told[-1]["reason"] == "it has more than 1,000,000 bytes"
    assert client.get("/v1/info").json()["articles"] == 6


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"[]", 422),
        (b'{"id": "a"}', 422),
        (b'{"id": "a", "text": 7}', 422),
        (b'{"id": 7, "text": "x"}', 422),
        (b'{"id": "a", "text": "x", "date": "2016"}', 422),
        (b'{"id": "a", "text": "x", "authors": [' + b"7," * 100_000 + b"7]}", 422),
        (b'{"id": "a", "text": "' + b"x" * 1_000_000 + b'"}', 413),
        (b'{"id": "a", "text": "\\ud800"}', 422),
        (b"[" * 100_000, 422),
        (b'{"id": "\\u0000", "text": "x"}', 422),
        (b'{"text": " "}', 422),
    ],
)
def test_what_is_no_article(client: TestClient, body: bytes, status: int) -> None:
    posted = client.post("/v1/articles", content=body, headers={"Content-Type": "application/json"})
    assert posted.status_code == status, posted.text
    assert set(posted.json()["error"]) == {"code", "message", "hint"}
    assert len(posted.content) < 1000
    assert client.get("/v1/info").json()["articles"] == 3


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id": 7}, "id: Input should be a valid string"),
        ({"text": None}, "text: Input should be a valid string"),
        ({"date": "2016"}, "date: Extra inputs are not permitted"),
        ({"authors": [7]}, "authors.list[str].0: Input should be a valid string"),
    ],
)
def test_an_article_and_a_line_are_held_to_the_same(
    client: TestClient, fields: dict[str, Any], reason: str
) -> None:
    article = HARBOUR | fields
    posted = client.post("/v1/articles", json=article)
    assert (posted.status_code, posted.json()["error"]["message"]) == (422, reason)
    line = b"\xef\xbb\xbf" + json.dumps(article).encode()
    told = client.post("/v1/articles", content=line, headers={"Content-Type": "application/x-ndjson"})
    assert told.json() == {"line": 1, "status": "skipped", "reason": reason}


def test_an_upload_of_more_lines_than_are_taken(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blank lines count; the first 40 are stored, and the last line says why there are no more."""
    monkeypatch.setattr("nutgraf.api.web.uploads.MOST_LINES", 40)
    kind, article = {"Content-Type": "application/x-ndjson"}, json.dumps(HARBOUR).encode()
    for content in (b"7\n" * 40 + b"7", b"7\n" * 50):
        nothing = client.post("/v1/articles", content=content, headers=kind)
        assert (nothing.status_code, nothing.json()["error"]["code"]) == (413, "too_large")
    for content in (b"7\n" * 39 + b"7", b"7\n" * 40):
        assert len(client.post("/v1/articles", content=content, headers=kind).text.splitlines()) == 40

    some = client.post("/v1/articles", content=b"7\n" * 38 + b"\n" + article + b"\n" + article, headers=kind)
    told = [json.loads(line) for line in some.text.splitlines()]
    assert [(one["line"], one.get("status")) for one in told[-2:]] == [(40, "added"), (41, None)]
    assert told[-1]["error"]["message"] == "the upload has more than 40 lines"
    assert client.get("/v1/articles/harbour").status_code == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_what_a_form_of_another_page_could_send_is_refused(client: TestClient, kind: str) -> None:
    posted = client.post("/v1/articles", content=json.dumps(HARBOUR), headers={"Content-Type": kind})
    assert (posted.status_code, posted.json()["error"]["code"]) == (415, "bad_type")
    asked = client.post("/v1/ask", content=json.dumps({"question": QUESTION}), headers={"Content-Type": kind})
    assert (asked.status_code, asked.json()["error"]["code"]) == (415, "bad_type")
    assert client.get("/v1/info").json()["articles"] == 3


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/ask/batch", "/v1/ask/stream", "/v1/search"])
def test_a_question_is_json_and_nothing_else(client: TestClient, path: str) -> None:
    question = {"question": QUESTION}
    body = json.dumps({"questions": [question]} if path.endswith("batch") else question)
    for kind, status in (
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("application/evil+json", 415),
        ("text/json", 415),
    ):
        assert client.post(path, content=body, headers={"Content-Type": kind}).status_code == status, kind


def test_a_line_after_blank_ones_has_its_own_number_where_storing_fails(
    client: TestClient, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nutgraf.api.web.uploads.UPLOAD_LINES", 1)
    add = EmbeddedWriter.add

    def fails(self: EmbeddedWriter, items: Any, *more: Any) -> Any:
        articles = [*items]
        if articles[0].id == "second":
            raise StorageFailed("no space left", hint="free some")
        return add(self, articles, *more)

    monkeypatch.setattr(EmbeddedWriter, "add", fails)
    lines = [json.dumps(HARBOUR | {"id": name}) for name in ("first", "second")]
    content = "\n\n" + lines[0] + "\n\n\n" + lines[1]
    kind = {"Content-Type": "application/x-ndjson"}
    told = [
        json.loads(x) for x in client.post("/v1/articles", content=content, headers=kind).text.splitlines()
    ]
    assert [(one["line"], "error" in one) for one in told] == [(3, False), (6, True)]


def test_another_writer_is_a_conflict(client: TestClient, index: Path) -> None:
    with writer_lock(index):
        posted = client.post("/v1/articles", json=HARBOUR)
        upload = client.post(
            "/v1/articles", content=json.dumps(HARBOUR), headers={"Content-Type": "application/x-ndjson"}
        )
    assert (posted.status_code, posted.json()["error"]["code"]) == (409, "index_locked")
    assert (upload.status_code, upload.json()["error"]["code"]) == (409, "index_locked")
    assert client.post("/v1/articles", json=HARBOUR).status_code == 201


@pytest.mark.parametrize("name", ["../store.sqlite", "..%2F..%2Fetc%2Fpasswd", "%00", "a\u2028b", "x" * 5000])
def test_ids_are_names_and_no_paths(client: TestClient, name: str) -> None:
    for answered in (client.get(f"/v1/articles/{name}"), client.delete(f"/v1/articles/{name}")):
        assert answered.status_code in {404, 405}
        assert set(answered.json()["error"]) == {"code", "message", "hint"}


# --- generations ----------------------------------------------------------------------------------------


def test_a_new_generation_is_picked_up_without_a_restart(
    client: TestClient, index: Path, encoder: Encoder
) -> None:
    from nutgraf.indexer.article import Article

    assert client.get("/v1/info").json()["generation"] == 1
    with EmbeddedWriter(index, encoder) as builder:
        list(builder.add([Article(id="new", title="", text=HARBOUR["text"])]))
        builder.publish()
    for _ in range(100):
        assert client.post("/v1/ask", json={"question": QUESTION}).json()["answers"][0]["text"] == QUOTE
        if client.get("/v1/info").json()["generation"] == 2:
            break
    assert first_answer(client, "Who will build the harbour bridge?") == "new"


def test_a_generation_that_cannot_be_opened_leaves_the_old_one(client: TestClient, index: Path) -> None:
    manifest = index / "manifest.json"
    manifest.write_text("{}")
    for _ in range(5):
        asked = client.post("/v1/ask", json={"question": QUESTION})
        assert asked.json()["answers"][0]["text"] == QUOTE


# --- pages, batches, streams ----------------------------------------------------------------------------


def test_pages_neither_repeat_nor_lose_a_hit(client: TestClient) -> None:
    whole = client.post("/v1/search", json={"question": QUESTION, "top": 100}).json()
    assert whole["next"] is None
    pages: list[tuple[str, int]] = []
    wanted: dict[str, Any] = {"question": QUESTION, "top": 3}
    while True:
        page = client.post("/v1/search", json=wanted).json()
        pages += ids(page)
        if page["next"] is None:
            break
        wanted["cursor"] = page["next"]
    assert pages == ids(whole)
    assert len(pages) > 6


def test_a_cursor_of_an_older_index_or_of_nobody(client: TestClient) -> None:
    cursor = client.post("/v1/search", json={"question": QUESTION, "top": 2}).json()["next"]
    client.post("/v1/articles", json=HARBOUR)
    for given, status, code in (
        (cursor, 409, "stale_cursor"),
        ("", 400, "bad_cursor"),
        ("!!", 400, "bad_cursor"),
        ("OTk5OTk5OTk5OTk5", 400, "bad_cursor"),
        ("é", 400, "bad_cursor"),
    ):
        answered = client.post("/v1/search", json={"question": QUESTION, "cursor": given})
        assert (answered.status_code, answered.json()["error"]["code"]) == (status, code), given


def test_a_cursor_is_taken_as_it_was_given_and_in_no_other_spelling(client: TestClient) -> None:
    cursor = client.post("/v1/search", json={"question": QUESTION, "top": 2}).json()["next"]
    place, dot, rest = base64.urlsafe_b64decode(cursor).decode().partition(".")
    assert (place, dot) == ("2", ".")
    spellings = [f"{spelt}.{rest}" for spelt in ("\u0662", "+2", " 2", "02", "2_", "0_2")]
    others = [base64.urlsafe_b64encode(spelling.encode()).decode() for spelling in spellings]
    for other in (*others, f"!{cursor}", f"{cursor[:5]}\n{cursor[5:]}"):
        answered = client.post("/v1/search", json={"question": QUESTION, "top": 2, "cursor": other})
        assert (answered.status_code, answered.json()["error"]["code"]) == (400, "bad_cursor"), other
    assert client.post("/v1/search", json={"question": QUESTION, "cursor": cursor}).status_code == 200


def test_a_cursor_notices_an_article_that_changed_to_as_many_passages(client: TestClient) -> None:
    client.post("/v1/articles", json=HARBOUR)
    passages = client.get("/v1/info").json()["passages"]
    cursor = client.post("/v1/search", json={"question": QUESTION, "top": 2}).json()["next"]
    renamed = HARBOUR | {"title": "A harbour for Eastport"}
    assert client.post("/v1/articles", json=renamed).json()["status"] == "updated"
    assert client.get("/v1/info").json()["passages"] == passages
    answered = client.post("/v1/search", json={"question": QUESTION, "cursor": cursor})
    assert (answered.status_code, answered.json()["error"]["code"]) == (409, "stale_cursor")


def test_a_cursor_is_for_the_request_that_it_was_made_for(client: TestClient) -> None:
    wanted = {"question": QUESTION, "top": 2, "after": "2015"}
    wanted["cursor"] = client.post("/v1/search", json=wanted).json()["next"]
    for other, status in (
        ({"top": 3}, 200),
        ({"question": f" {QUESTION}"}, 200),
        ({"after": "2015-01-01"}, 200),
        ({"question": "Who is Sung Kim?"}, 400),
        ({"after": "2016"}, 400),
        ({"source": ["The New York Times"]}, 400),
    ):
        answered = client.post("/v1/search", json=wanted | other)
        assert answered.status_code == status, other
        if status != 200:
            error = answered.json()["error"]
            assert error["code"] == "bad_cursor"
            assert error["message"] == "the cursor is of another question, or of other filters"


@pytest.mark.parametrize("top", [0, -3, 101, 1_000_000_000])
def test_a_cursor_does_not_make_room_for_any_number(client: TestClient, top: int) -> None:
    cursor = client.post("/v1/search", json={"question": QUESTION, "top": 2}).json()["next"]
    for wanted in ({"cursor": cursor}, {}):
        answered = client.post("/v1/search", json={"question": QUESTION, "top": top, **wanted})
        assert (answered.status_code, answered.json()["error"]["code"]) == (400, "bad_filter")


def test_the_tag_of_an_article_changes_with_all_that_is_told_of_it(client: TestClient) -> None:
    before = client.post("/v1/ask", json={"question": QUESTION}).json()["answers"][0]["article"]["id"]
    first = client.get(f"/v1/articles/{before}")
    copied = {"id": "a-copy", "text": first.json()["text"]}
    assert client.post("/v1/articles", json=copied).json()["status"] == "duplicate"
    again = client.get(f"/v1/articles/{before}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.json()["cluster"]) == (200, "a-copy")
    assert client.get(f"/v1/articles/{before}", headers={"If-None-Match": "*"}).status_code == 304


def test_a_batch_is_what_its_questions_are_by_themselves(client: TestClient) -> None:
    asks = [{"question": QUESTION}, {"question": "Who is Sung Kim?", "top": 2, "explain": True}]
    together = client.post("/v1/ask/batch", json={"questions": asks}).json()["outcomes"]
    for ask, one in zip(asks, together, strict=True):
        alone = client.post("/v1/ask", json=ask).json()
        assert [a["text"] for a in one["answers"]] == [a["text"] for a in alone["answers"]]
        assert one["question"] == ask["question"]
        assert ("explanation" in one) == ("explain" in ask)


@pytest.mark.parametrize(
    ("questions", "status"),
    [([], 422), ([{"question": "why"}] * 33, 422), ([{"question": QUESTION}, {"question": "?"}], 400)],
)
def test_bad_batches(client: TestClient, questions: list[Any], status: int) -> None:
    answered = client.post("/v1/ask/batch", json={"questions": questions})
    assert (answered.status_code, set(answered.json()["error"])) == (status, {"code", "message", "hint"})


def test_a_stream_has_the_passages_first(client: TestClient) -> None:
    answered = client.post("/v1/ask/stream", json={"question": QUESTION})
    assert answered.headers["Content-Type"].startswith("text/event-stream")
    events = [event.split("\n") for event in answered.text.strip().split("\n\n")]
    assert [event[0] for event in events] == ["event: passages", "event: answer"]
    passages, asked = (json.loads(event[1].removeprefix("data: ")) for event in events)
    assert ids(passages) == ids(asked)
    assert asked["answers"][0]["text"] == QUOTE
    bad = client.post("/v1/ask/stream", json={"question": "?"})
    assert (bad.status_code, bad.json()["error"]["code"]) == (400, "bad_question")


def test_a_stream_retrieves_once_and_answers_as_asking_does(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    retrieve, questions = nutgraf.qa.search.retrieve, list[str]()

    def counted(index: Any, question: str, *more: Any) -> Any:
        questions.append(question)
        return retrieve(index, question, *more)

    monkeypatch.setattr("nutgraf.qa.search.retrieve", counted)
    events = client.post("/v1/ask/stream", json={"question": QUESTION}).text.strip().split("\n\n")
    passages, answer = (json.loads(event.split("\n")[1].removeprefix("data: ")) for event in events)
    assert questions == [QUESTION]
    assert passages["passages"] == answer["passages"]
    assert passages["timing_ms"].items() <= answer["timing_ms"].items()
    asked = client.post("/v1/ask", json={"question": QUESTION}).json()
    assert {key: value for key, value in answer.items() if key != "timing_ms"} == {
        key: value for key, value in asked.items() if key != "timing_ms"
    }
    assert answer["timing_ms"].keys() == asked["timing_ms"].keys()


def test_a_defect_ends_a_stream_with_an_event(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("nutgraf.opening.OpenIndex.result", lambda *_, **__: 1 / 0)
    answered = client.post("/v1/ask/stream", json={"question": QUESTION})
    events = [event.split("\n") for event in answered.text.strip().split("\n\n")]
    assert [event[0] for event in events] == ["event: passages", "event: error"]
    error = json.loads(events[1][1].removeprefix("data: "))["error"]
    request_id = answered.headers["X-Request-Id"]
    assert error["code"] == "defect"
    assert error["message"] == f"a defect of nutgraf: ZeroDivisionError; the log has it under {request_id}"
    logged = [json.loads(line) for line in caplog.messages if '"defect"' in line]
    assert logged == [{"id": request_id, "defect": "ZeroDivisionError"}]


def test_answers_go_out_as_they_are_made(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """FastAPI would walk through all of what is JSON already."""
    monkeypatch.setattr("fastapi.routing.serialize_response", lambda **_: 1 / 0)
    for path, body in (
        ("/v1/ask", {"question": QUESTION}),
        ("/v1/ask/batch", {"questions": [{"question": QUESTION}]}),
        ("/v1/search", {"question": QUESTION}),
    ):
        assert client.post(path, json=body).status_code == 200, path
    assert client.get("/v1/info").status_code == 200


def test_messages_name_fields_as_the_body_has_them(client: TestClient) -> None:
    wanted = {"question": QUESTION, "as_of": "soon"}
    error = client.post("/v1/ask", json=wanted).json()["error"]
    assert error["message"].startswith("as_of: ")
    assert "--" not in error["message"] + error["hint"]


def test_a_deadline_is_kept(index: Path) -> None:
    app = create_app(Archive(Settings(index=index)), Serving(deadline_s=0.0001))
    with TestClient(app, base_url="http://localhost") as client:
        answered = client.post("/v1/ask", json={"question": QUESTION})
    assert (answered.status_code, answered.json()["error"]["code"]) == (503, "busy")
    assert answered.headers["Retry-After"] == "1"
