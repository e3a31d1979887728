"""Standing questions over HTTP: kept, edited by two at once, removed; their changes as JSON and as a feed."""

import html
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from nutgraf.api.objects import watches as shapes
from nutgraf.api.web.app import Serving, create_app
from nutgraf.api.web.atom import feed
from nutgraf.api.web.guard import AccessRules
from nutgraf.api.web.keys import parse_keys
from nutgraf.api.web.proxies import ProxyRules
from nutgraf.archive import Archive
from nutgraf.settings import Settings
from tests.contract.test_archive import BAKER, QUESTION
from tests.contract.test_watches import MILL
from tests.fakes import FakeModels

ATOM = {"a": "http://www.w3.org/2005/Atom"}
ASK = {"question": QUESTION, "min_probability": 0.0, "source": "The Tarn Post"}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(Settings(tmp_path / "news"), FakeModels()) as opened:
        opened.add(MILL)
        yield opened


@pytest.fixture
def client(archive: Archive) -> Iterator[TestClient]:
    with TestClient(create_app(archive), base_url="http://localhost") as opened:
        yield opened


def changes_of(client: TestClient, path: str = "/v1/watches/1/changes") -> list[dict[str, Any]]:
    """Return the changes, once the run after an upload has found some."""
    for _ in range(200):
        page = client.get(path).json()
        shapes.ChangePageSchema.model_validate(page, strict=True)
        if page["changes"]:
            break
        time.sleep(0.05)
    found: list[dict[str, Any]] = page["changes"]
    return found


def test_a_posted_article_changes_the_answer(client: TestClient) -> None:
    watch = client.post("/v1/watches", json=ASK).json()
    shapes.WatchSchema.model_validate(watch, strict=True)
    assert (watch["id"], watch["source"], watch["answer"], watch["revision"]) == (
        1,
        ["The Tarn Post"],
        None,
        1,
    )
    assert client.post("/v1/watches", json=ASK).json()["id"] == 1
    client.post("/v1/articles?wait=true", json=BAKER)
    (change,) = changes_of(client)
    assert (change["kind"], change["before"], change["after"]["text"]) == ("new_answer", None, "Reed")
    assert changes_of(client, "/v1/watches/changes?newest=true") == [change]
    assert client.get(f"/v1/watches/changes?after={change['id']}").json() == {"changes": [], "next": None}
    listed = client.get("/v1/watches").json()
    shapes.WatchPageSchema.model_validate(listed, strict=True)
    assert listed["watches"][0]["answer"]["article"]["id"] == "baker"
    assert client.get("/v1/watches/1").json() == listed["watches"][0]


def test_pages(client: TestClient) -> None:
    for number in range(3):
        client.post("/v1/watches", json={"question": f"Who is number {number}?"})
    first = client.get("/v1/watches?limit=2").json()
    assert ([watch["id"] for watch in first["watches"]], first["next"]) == ([1, 2], 2)
    rest = client.get("/v1/watches?limit=2&after=2").json()
    assert ([watch["id"] for watch in rest["watches"]], rest["next"]) == ([3], None)


def test_two_who_edit_the_same_watch(client: TestClient) -> None:
    watch = client.post("/v1/watches", json=ASK).json()
    edit = ASK | {"revision": watch["revision"]}
    first = client.put("/v1/watches/1", json=edit | {"question": "Who closed the mill?"})
    assert (first.status_code, first.json()["question"], first.json()["revision"]) == (
        200,
        "Who closed the mill?",
        2,
    )
    second = client.put("/v1/watches/1", json=edit | {"question": "Who sells bread?"})
    assert (second.status_code, second.json()["error"]["code"]) == (409, "stale_watch")
    assert client.get("/v1/watches/1").json()["question"] == "Who closed the mill?"


def test_a_removed_watch_is_gone(client: TestClient) -> None:
    client.post("/v1/watches", json=ASK)
    assert client.delete("/v1/watches/1").json() == {"removed": [1]}
    answers = [
        client.get("/v1/watches/1"),
        client.delete("/v1/watches/1"),
        client.get("/v1/watches/1/changes"),
        client.put("/v1/watches/1", json=ASK | {"revision": 1}),
    ]
    for answered in answers:
        assert (answered.status_code, answered.json()["error"]["code"]) == (404, "unknown_watch")
        assert answered.json()["error"]["hint"] == "GET /v1/watches lists them with their ids"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/watches", {"question": " "}, 400),
        ("POST", "/v1/watches", {"question": "Who?", "afetr": "2016"}, 422),
        ("POST", "/v1/watches", {"question": "Who?", "after": "soon"}, 400),
        ("PUT", "/v1/watches/1", {"question": "Who?"}, 422),
        ("PUT", "/v1/watches/1", {"question": "Who?", "revision": 10**30}, 422),
        ("GET", "/v1/watches/0", None, 422),
        ("GET", "/v1/watches/99999999999999999999", None, 422),
        ("GET", "/v1/watches?limit=0", None, 422),
        ("GET", "/v1/watches/changes?format=rss", None, 422),
    ],
)
def test_what_is_refused(client: TestClient, method: str, path: str, body: Any, status: int) -> None:
    answered = client.request(method, path, json=body)
    assert (answered.status_code, [*answered.json()]) == (status, ["error"])


def test_a_form_of_another_page_is_refused(client: TestClient) -> None:
    for method in ("POST", "PUT"):
        path = "/v1/watches" if method == "POST" else "/v1/watches/1"
        sent = client.request(
            method, path, content=b'{"question":"Who?"}', headers={"content-type": "text/plain"}
        )
        assert sent.status_code == 415


def test_keys(archive: Archive) -> None:
    keys = parse_keys(["reader:read=" + "r" * 16, "writer:write=" + "w" * 16])
    app = create_app(archive, Serving(rules=AccessRules(keys=keys)))
    with TestClient(app, base_url="http://localhost") as client:
        reader, writer = ({"Authorization": f"Bearer {letter * 16}"} for letter in "rw")
        assert client.get("/v1/watches").status_code == 401
        assert client.post("/v1/watches", json=ASK, headers=reader).status_code == 403
        assert client.post("/v1/watches", json=ASK, headers=writer).status_code == 200
        assert client.get("/v1/watches", headers=reader).json()["watches"][0]["id"] == 1
        assert client.get("/v1/watches/1/changes", auth=("feed", "r" * 16)).status_code == 200
        assert client.put("/v1/watches/1", json=ASK | {"revision": 1}, headers=reader).status_code == 403
        assert client.delete("/v1/watches/1", headers=reader).status_code == 403
        assert client.delete("/v1/watches/1", headers=writer).status_code == 200


def test_the_feed(client: TestClient) -> None:
    empty = ElementTree.fromstring(client.get("/v1/watches/changes?format=atom").content)
    assert (empty.findtext("a:title", "", ATOM), empty.findall("a:entry", ATOM)) == ("Changed answers", [])
    client.post("/v1/watches", json=ASK)
    hostile = {"title": "<b>&\x07", "url": "https://tarn.example/a?b=1&c=2"}
    client.post("/v1/articles?wait=true", json=BAKER | hostile)
    changes_of(client)
    answered = client.get("/v1/watches/1/changes", headers={"Accept": "application/atom+xml"})
    assert answered.headers["content-type"] == "application/atom+xml; charset=utf-8"
    (entry,) = ElementTree.fromstring(answered.content).findall("a:entry", ATOM)
    assert entry.findtext("a:title", "", ATOM) == f"new answer: {QUESTION}: Reed"
    assert entry.findtext("a:content", "", ATOM).startswith(
        "Now “Reed”. The Tarn Post, 2016-01-27: The baker"
    )
    link = entry.find("a:link", ATOM)
    assert link is not None
    assert link.get("href", "").startswith("https://tarn.example/a?b=1&c=2")
    ids = [entry.findtext("a:id", "", ATOM)]
    assert ids[0].startswith("urn:nutgraf:")
    again = client.get("/v1/watches/1/changes?format=atom").content
    assert again == answered.content.replace(b"/changes", b"/changes?format=atom", 1)


def test_a_feed_behind_a_proxy_names_its_own_address(archive: Archive) -> None:
    with TestClient(
        create_app(archive, Serving(proxy=ProxyRules("/news"))), base_url="http://localhost"
    ) as client:
        for path in ("/news/v1/watches/changes", "/v1/watches/changes"):
            root = ElementTree.fromstring(client.get(f"{path}?format=atom").content)
            link = root.find("a:link", ATOM)
            assert link is not None
            assert link.get("href") == "http://localhost/news/v1/watches/changes?format=atom"


def test_an_entry_of_an_article_without_an_address_leads_to_the_page(archive: Archive) -> None:
    serving = Serving(proxy=ProxyRules("/news"))
    with TestClient(create_app(archive, serving), base_url="http://localhost") as client:

        def newest() -> str:
            content = client.get("/news/v1/watches/changes?format=atom").content
            link = ElementTree.fromstring(content).find("a:entry/a:link", ATOM)
            assert link is not None
            return link.get("href", "")

        client.post("/v1/watches", json=ASK)
        client.post("/v1/articles?wait=true", json=BAKER | {"id": "the/baker"})
        changes_of(client)
        assert newest().startswith("http://localhost/news/articles/the%2Fbaker?start=")
        assert "<mark" in client.get(newest()).text
    archive.remove("the/baker")
    archive.run_watches()
    with TestClient(create_app(archive, serving), base_url="http://localhost") as client:
        assert newest() == "http://localhost/news/watches"


def test_a_feed_holds_no_character_that_xml_has_not(archive: Archive) -> None:
    title = ElementTree.fromstring(
        feed("a\x00\x0b\ud800\ufffe<", "http://x/f", "http://x/", "y", [])
    ).findtext("a:title", "", ATOM)
    assert title == "a  ? <"


def test_the_page(client: TestClient) -> None:
    empty = client.get("/watches").text
    assert "No question is watched" in empty
    assert 'watches">Watched</a>' in client.get("/").text
    client.post("/v1/watches", json=ASK | {"question": "Who sells two hundred loaves & <b>?"})
    client.post("/v1/articles?wait=true", json=BAKER)
    (change,) = changes_of(client)
    page = client.get("/watches").text
    assert f'data-change="{change["id"]}"' in page
    assert "New answer:" in page
    assert "loaves &amp; &lt;b&gt;?" in page
    assert "articles/baker?start=" in page
    assert 'source=The+Tarn+Post">Who sells two hundred loaves' in page
    assert client.get("/static/watches.js").headers["content-type"].startswith("text/javascript")


def test_the_form_of_the_page(client: TestClient) -> None:
    """It has the question and the filters of its address, and says what to type without scripts."""
    wanted = {"q": "Who's <b>?", "after": "2016", "source": "A", "no_time": "1"}
    page = client.get("/watches", params=wanted).text
    assert "<b>?" not in page
    assert 'value="Who&#39;s &lt;b&gt;?"' in page
    assert 'name="after" value="2016"' in page
    assert 'name="source" value="A"' in page
    assert 'name="no_time" checked' in page
    command = """nutgraf watch add 'Who'"'"'s <b>?' --after 2016 --source A --no-time"""
    assert f"<code>{command}</code>" in html.unescape(page)
    asked = {"q": QUESTION, "before": "2017"}
    link = f'watches?{urlencode(asked)}">Watch this question'
    assert link in html.unescape(client.get("/", params=asked).text)


def test_the_page_of_many_watches(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nutgraf.api.web.page.routes._MOST_WATCHES", 2)
    for number in range(3):
        client.post("/v1/watches", json={"question": f"Who is number {number}?"})
    first, rest = client.get("/watches").text, client.get("/watches?beyond=2").text
    assert [f"Watch {number}<" in first for number in (1, 2, 3)] == [True, True, False]
    assert 'watches?beyond=2#questions">More questions' in first
    assert [f"Watch {number}<" in rest for number in (1, 2, 3)] == [False, False, True]
    assert "More questions" not in rest
    assert client.get("/watches?beyond=x").status_code == 422
