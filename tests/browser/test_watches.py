"""Watched questions in a real browser: from an answer, typed, refused, removed, by keys, without scripts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from nutgraf.indexer.embedded.writer import EmbeddedWriter
from tests.browser import test_page
from tests.browser.test_page import (
    CHROMIUM,
    EVIL,
    MAYOR,
    MAYORS,
    SCHEMES,
    Visit,
    check_every_width,
    serving,
    told,
    wait_until_ready,
)

browser, open_visit, visit = test_page.browser, test_page.open_visit, test_page.visit

READ_KEY, WRITE_KEY = "key-that-may-read", "key-that-may-write"
OTHER = told(5, "County News", 2023, "A vote", "Iris Vane is the mayor of Ashford, the county said.")
FERRY = "Who runs the ferry of Karsk?"

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium"),
    pytest.mark.timeout(900),
]


def build(folder: Path, encoder: Any) -> Path:
    with EmbeddedWriter(folder, encoder) as builder:
        list(builder.add(MAYORS))
        builder.publish()
    return folder


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, encoder: Any) -> Iterator[str]:
    with serving(build(tmp_path_factory.mktemp("watches") / "index", encoder)) as address:
        yield address


@pytest.fixture(autouse=True)
def empty(visit: Visit) -> None:
    """Leave no watch of another test."""
    requests = visit.page.request
    for watch in requests.get(f"{visit.base}/v1/watches").json()["watches"]:
        requests.delete(f"{visit.base}/v1/watches/{watch['id']}")


def questions(page: Page) -> list[str]:
    return [title.inner_text() for title in page.query_selector_all(".watch h3")]


def said(page: Page, words: str) -> str:
    """Return what the form says, once it has these words."""
    note = page.locator("form .note:visible", has_text=words)
    note.wait_for()
    return note.inner_text()


def test_a_question_is_watched_from_its_answer(visit: Visit) -> None:
    page = visit.ask(MAYOR, after="2018", source="Ashford Post")
    page.click("a:text('Watch this question')")
    page.wait_for_url("**/watches?**")
    assert page.input_value("#q") == MAYOR
    assert page.input_value("[name=after]") == "2018"
    assert page.input_value("[name=source] >> nth=0") == "Ashford Post"
    page.click("button:text-is('Watch')")
    assert "It is answered with “Nora Bell” now." in said(page, "This is watch")
    assert questions(page) == [MAYOR]
    assert "after 2018-01-01, Ashford Post" in page.inner_text(".watch")
    assert page.input_value("#q") == ""
    page.click(".watch h3 a")
    page.wait_for_selector(".large")
    assert page.inner_text(".large") == "Nora Bell"


def test_what_changed_is_marked_until_it_was_seen(visit: Visit) -> None:
    page = visit.go("/watches")
    page.fill("#q", MAYOR)
    page.keyboard.press("Enter")
    said(page, "This is watch")
    article = {"id": OTHER.id, "text": OTHER.text, "source": OTHER.source, "published": "2023-05-05"}
    page.request.post(f"{visit.base}/v1/articles?wait=true", data=article)
    for _ in range(100):  # the server asks its watches after the call
        page.reload()
        if page.query_selector(".change"):
            break
        page.wait_for_timeout(200)
    assert page.locator(".change .new").is_visible()
    assert "1 new since you last looked" in page.inner_text("#changes").casefold()
    assert "Iris Vane" in page.inner_text(".change")
    page.reload()
    assert page.locator(".change .new").is_hidden()
    # an archive of the same name, below another path of this host, keeps its own
    assert page.evaluate("Object.keys(localStorage).filter(key => key.includes('seen'))") == [
        "nutgraf:/:seen:index"
    ]
    page.request.delete(f"{visit.base}/v1/articles/{OTHER.id}")


def test_a_watch_is_removed_by_keys(visit: Visit) -> None:
    page = visit.go("/watches")
    page.keyboard.press("/")
    for place, question in enumerate((MAYOR, FERRY)):
        page.keyboard.type(question)
        page.keyboard.press("Enter")
        page.wait_for_selector(f".watch >> nth={place}")
        page.wait_for_function("document.querySelector('#q').value === ''")
    assert questions(page) == [MAYOR, FERRY]
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.focus(".watch button >> nth=0")
    page.keyboard.press("Enter")
    assert asked == [f"Stop watching “{MAYOR}”? What changed is forgotten, too."]
    assert questions(page) == [MAYOR, FERRY]
    page.once("dialog", lambda dialog: dialog.accept())
    page.keyboard.press("Enter")
    said(page, "is removed")
    assert questions(page) == [FERRY]
    assert page.evaluate("document.activeElement.id") == "questions"


@pytest.mark.parametrize(
    ("question", "after", "says"),
    [("??", "", "has no letter and no digit"), ("Who?", "smarch", "'smarch' is not a date")],
)
def test_what_cannot_be_watched(visit: Visit, question: str, after: str, says: str) -> None:
    page = visit.go("/watches")
    page.click("form summary")
    page.fill("[name=after]", after)
    page.fill("#q", question)
    page.keyboard.press("Enter")
    assert says in said(page, says)
    assert page.input_value("#q") == question
    assert questions(page) == []
    assert visit.problems == [f"{visit.base}/v1/watches"]
    visit.problems.clear()  # that the server refused it is what was wanted


def test_another_person_removed_it(visit: Visit) -> None:
    page = visit.go("/watches")
    page.fill("#q", FERRY)
    page.click("button:text-is('Watch')")
    number = said(page, "This is watch").split()[3].rstrip(".")
    page.request.delete(f"{visit.base}/v1/watches/{number}")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click(".watch button")
    assert said(page, "no watch").startswith(f"no watch has the id {number}")
    visit.problems.clear()  # that the server refused it is what was wanted


def test_a_hostile_question_is_text(visit: Visit) -> None:
    page = visit.go("/watches")
    page.fill("#q", f"Who? {EVIL}")
    page.keyboard.press("Enter")
    said(page, "This is watch")
    assert questions(page) == [f"Who? {EVIL}"]
    assert page.query_selector("main img, main script") is None
    assert page.evaluate("window.hacked") is None


def test_a_key_that_may_write_is_asked_for(browser: Browser, tmp_path: Path, encoder: Any) -> None:
    keys = ("--api-key", f"ann:read={READ_KEY}", "--api-key", f"bo:write={WRITE_KEY}", "--root-path", "/news")
    credentials: Any = {"username": "ann", "password": READ_KEY}
    with serving(build(tmp_path / "index", encoder), *keys) as address:
        wait_until_ready(browser, f"{address}/news")
        with browser.new_context(http_credentials=credentials) as context:
            page = context.new_page()
            page.set_default_timeout(60_000)
            page.goto(f"{address}/news/watches")
            page.fill("#q", FERRY)
            page.click("button:text-is('Watch')")
            assert "a key of scope write" in said(page, "only reads")
            page.fill("#key", WRITE_KEY)
            page.click("button:text-is('Watch')")
            said(page, "This is watch 1.")
            page.once("dialog", lambda dialog: dialog.accept())
            page.click(".watch button")  # the key is still there
            said(page, "Watch 1 is removed.")
            assert questions(page) == []
            stored = page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
            assert WRITE_KEY not in stored


def test_without_javascript(open_visit: Any) -> None:
    page = open_visit(java_script_enabled=False).ask(MAYOR, after="2018")
    page.click("a:text('Watch this question')")
    page.wait_for_url("**/watches?**")
    assert f"nutgraf watch add '{MAYOR}' --after 2018" in page.inner_text("main .note")
    assert page.locator("form").is_hidden()
    assert not any(button.is_visible() for button in page.query_selector_all("button"))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_everyone_can_read_it(open_visit: Any, scheme: str) -> None:
    visit = open_visit(color_scheme=scheme)
    page = visit.go("/watches")
    for question in (MAYOR, "Who leads " + "a" * 300 + "?"):
        page.request.post(f"{visit.base}/v1/watches", data={"question": question, "after": "2012"})
    page.request.post(
        f"{visit.base}/v1/articles?wait=true", data={"id": f"late {scheme}", "text": OTHER.text}
    )
    page = visit.go("/watches?q=Who%3F&after=2016&no_time=1")
    check_every_width(page)
