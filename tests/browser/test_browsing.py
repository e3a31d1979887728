"""Search, articles and adding in a real browser: found, clicked, compared, kept, added, printed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Browser, Page

from nutgraf.indexer.embedded.writer import EmbeddedWriter
from tests.browser import test_page
from tests.browser.test_page import (
    CHROMIUM,
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

STORY = (
    "At least 12 people died in the blast in Drevnik on Monday, officials said. The blast hit a school in the"
    " north of the town, where classes had begun an hour before. The mayor, Ida Holm, said that the gas pipe"
    " had been mended on Friday.\n\nPolice closed the street. Two firemen were hurt when a wall fell, and one"
    " of them was flown to Karsk. The school had been built in 1961, and its heating was renewed last year."
)
BLAST = replace(
    told(21, "The Echo", 2016, "Blast at school kills 12 - The Echo", STORY), authors=("Ann Lee",)
)
LATER = told(22, "The Echo", 2016, "Blast at school kills 31", STORY.replace("12 people", "31 people"))
COPY = told(23, "Daily Copy", 2016, "School blast", STORY)
READ_KEY, WRITE_KEY = "key-that-may-read", "key-that-may-write"
EVIL_WORDS = '<img src=x onerror="window.hacked = 1">'
PAGES = {
    "list": "/search",
    "words": "/search?q=blast+school&by=words",
    "meaning": "/search?q=explosion&by=meaning",
    "nothing": "/search?q=zeppelin",
    "article": "/articles/a21?compare=a22#changes",
    "add": "/add",
}

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium"),
    pytest.mark.timeout(900),
]

FILLERS = [
    told(day, "The Echo", 1990 + day, f"Market day {day}", f"Traders sold {day * 9} sacks of rye at Karsk.")
    for day in range(1, 26)
]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, encoder: Any) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("browsing") / "index"
    hostile = replace(told(9, f"Evil {EVIL_WORDS}", 2020, f"Owl {EVIL_WORDS}", f"An owl {EVIL_WORDS} came."))
    fillers = [replace(article, id=f"filler{number}") for number, article in enumerate(FILLERS)]
    with EmbeddedWriter(folder, encoder) as builder:
        list(builder.add([*MAYORS, BLAST, LATER, COPY, replace(hostile, authors=(EVIL_WORDS,)), *fillers]))
        builder.publish()
    with serving(folder) as address:
        yield address


@pytest.fixture
def locked(browser: Browser, tmp_path: Path, encoder: Any) -> Iterator[str]:
    """Serve another archive to holders of keys, below a path."""
    with EmbeddedWriter(tmp_path / "index", encoder) as builder:
        list(builder.add([BLAST]))
        builder.publish()
    keys = ("--api-key", f"ann:read={READ_KEY}", "--api-key", f"bo:write={WRITE_KEY}")
    with serving(tmp_path / "index", *keys, "--root-path", "/news") as address:
        wait_until_ready(browser, f"{address}/news")
        yield f"{address}/news"


def titles(visit: Visit) -> list[str]:
    return [title.inner_text() for title in visit.page.query_selector_all(".hits h3")]


def test_a_list_by_date_goes_on(visit: Visit) -> None:
    page = visit.go("/search")
    assert page.inner_text("h1") == "33 articles"
    assert titles(visit)[0] == "Schools"
    assert len(titles(visit)) == 20
    first = titles(visit)
    page.click("a:text('More articles')")
    page.wait_for_url("**cursor=**")
    assert len(titles(visit)) == 13
    assert not {*first} & {*titles(visit)}
    page.click("a:text('Oldest first')")
    page.wait_for_url("**sort=oldest")
    assert titles(visit)[0] == "Market day 1"


def test_words_are_found_and_marked(visit: Visit) -> None:
    page = visit.go("/search")
    page.fill("#q", "blasts school")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=blasts+school**")
    assert page.inner_text("h1") == "3 articles with “blasts school”"
    assert {*titles(visit)} == {"Blast at school kills 12", "Blast at school kills 31", "School blast"}
    marked = {mark.inner_text().casefold() for mark in page.query_selector_all(".hits mark")}
    assert marked == {"blast", "school"}
    page.click("a:text('Ask it as a question')")
    page.wait_for_url(visit.base + "/?q=blasts+school")


def test_a_search_by_meaning(visit: Visit) -> None:
    page = visit.go("/search?q=explosion&by=meaning")
    assert page.inner_text("h1") == "Nearest to “explosion”"
    assert "blast" in titles(visit)[0].casefold()
    assert page.is_checked("[value=meaning]")


def test_bars_can_be_clicked(visit: Visit) -> None:
    page = visit.go("/search")
    counts = [row.inner_text().split("\n")[0] for row in page.query_selector_all(".facets li")]
    assert counts[0] == "The Echo 28"
    page.click(".facets a:text('Ann Lee')")
    page.wait_for_url("**author=Ann+Lee")
    assert titles(visit) == ["Blast at school kills 12"]
    page = visit.go("/search?q=blast")
    page.click(".facets a:text('Daily Copy')")
    page.wait_for_url("**source=Daily+Copy")
    assert titles(visit) == ["School blast"]
    page = visit.go("/search")
    page.click("[aria-label='2014: 2 articles']")
    page.wait_for_url("**after=2014&before=2014")
    assert titles(visit) == ["Market day 24", "Finch wins town hall"]


def test_an_article_with_its_other_prints(visit: Visit) -> None:
    page = visit.go("/articles/a21")
    assert page.inner_text("h1") == "Blast at school kills 12"
    assert page.inner_text("section:has(#printed) li a >> nth=0") == "School blast"
    assert page.inner_text("section:has(#versions) li a >> nth=0") == "Blast at school kills 31"
    assert page.inner_text("section:has(#versions) .tag") == "later"
    related = [link.inner_text() for link in page.query_selector_all("section:has(#related) li a")]
    assert not any("blast" in title.casefold() for title in related)
    page.click("section:has(#versions) .changed")
    page.wait_for_url("**compare=a22#changes")
    assert (page.inner_text(".changes .words del"), page.inner_text(".changes .words ins")) == ("12", "31")
    page.click(".source a")
    page.wait_for_url("**author=Ann+Lee")


def test_a_text_is_copied(open_visit: Any) -> None:
    page = open_visit(permissions=["clipboard-read", "clipboard-write"]).go("/articles/a21")
    page.click("button:text('Copy the text')")
    page.wait_for_selector("button:text('Copied')")
    assert page.evaluate("navigator.clipboard.readText()").startswith("At least 12 people died")


def test_a_day_from_the_calendar(visit: Visit) -> None:
    page = visit.go("/search")
    page.click(".filters summary")
    page.get_by_label("Published on or after: calendar").click()  # it opens, and says no error
    page.keyboard.press("Escape")
    page.locator(".day:has([name=after]) [type=date]").fill("2020-01-05")
    assert page.input_value("[name=after]") == "2020-01-05"
    page.click("button:text('Search')")
    page.wait_for_url("**after=2020-01-05")
    assert titles(visit)[0] == "Schools"


def test_questions_are_kept_in_the_browser(visit: Visit) -> None:
    page = visit.ask(MAYOR)
    page.click(".answer button:text('Save question')")
    visit.ask("Who sold rye?", source="The Echo")
    page = visit.go("/")
    asked = [link.inner_text() for link in page.query_selector_all("[data-kept=asked] a")]
    assert asked == ["Who sold rye?", MAYOR]
    assert page.inner_text("[data-kept=saved] a") == MAYOR
    page.click("[data-kept=asked] a:text('Who sold rye?')")
    page.wait_for_url("**source=The+Echo")
    page = visit.go("/")
    page.click("[data-kept=asked] button")
    assert page.is_hidden("[data-kept=asked]")
    assert visit.go("/").is_hidden("[data-kept=asked]")
    assert page.is_visible("[data-kept=saved]")


def test_what_is_kept_is_not_trusted(visit: Visit) -> None:
    page = visit.go("/")
    entries = [{"q": EVIL_WORDS, "query": "javascript:window.hacked=1"}, {"q": 7}, None, "x"]
    page.evaluate("kept => localStorage.setItem('nutgraf:/:saved', kept)", json.dumps(entries))
    page.reload()
    assert page.inner_text("[data-kept=saved] a") == EVIL_WORDS
    page.click("[data-kept=saved] a")
    page.wait_for_load_state()
    assert page.url.startswith(visit.base)
    page.evaluate("localStorage.setItem('nutgraf:/:saved', '{')")
    assert visit.go("/").is_hidden("[data-kept=saved]")
    assert page.evaluate("window.hacked") is None


def test_a_text_is_added(visit: Visit, tmp_path: Path) -> None:
    page = visit.go("/add")
    page.fill("#text", "The lighthouse of Ende was sold to Ole Brun.")
    page.fill("#title", "Lighthouse sold")
    page.fill("#authors", "Ida Ro, Per Li")
    page.click("button:text('Add it')")
    page.click("#became a")
    page.wait_for_selector(".story")
    assert page.inner_text("h1") == "Lighthouse sold"
    assert "Ida Ro, Per Li" in page.inner_text(".source")

    page = visit.go("/add")
    lines = [json.dumps({"id": f"line{n}", "text": f"Story {n} of the lighthouse."}) for n in range(3)]
    (tmp_path / "news.jsonl").write_text("\n".join([*lines, "no json"]), encoding="utf-8")
    page.set_input_files("#file", tmp_path / "news.jsonl")
    page.wait_for_selector("#became:text('added')")
    assert page.inner_text("#became") == "news.jsonl: 3 added, 1 skipped, number 4: line 4 is not JSON"
    (tmp_path / "old.txt").write_bytes("Die Brücke von Ende fiel.".encode("cp1252"))
    page.set_input_files("#file", tmp_path / "old.txt")
    page.wait_for_selector("#became:text('is in the form')")
    assert page.input_value("#text") == "Die Brücke von Ende fiel."


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("big.pdf", b"x" * 20_000_001, "big.pdf has 20.0 MB, at most 20 MB can be added here"),
        ("news.xlsx", b"PK", "the name of the file is 'news.xlsx'"),
        ("broken.pdf", b"%PDF", "Try: send a file that has text"),
    ],
)
def test_files_that_cannot_be_added(
    visit: Visit, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    page = visit.go("/add")
    (tmp_path / name).write_bytes(content)
    page.set_input_files("#file", tmp_path / name)
    page.wait_for_selector("#failed:not([hidden])")
    assert says in page.inner_text("#failed")
    assert all(problem.startswith(f"{visit.base}/v1/articles?name={name}") for problem in visit.problems)
    visit.problems.clear()  # that the server refused it is what was wanted


def test_a_key_that_may_write_is_asked_for(browser: Browser, locked: str) -> None:
    credentials: Any = {"username": "ann", "password": READ_KEY}
    with browser.new_context(http_credentials=credentials) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{locked}/add")
        page.fill("#text", "The ferry of Karsk was sold to Ole Brun.")
        page.click("button:text('Add it')")
        page.wait_for_selector("#failed:not([hidden])")
        page.fill("#key", WRITE_KEY)
        page.click("button:text('Add it')")
        page.click("#became a")
        page.wait_for_selector(".story")
        assert page.url.startswith(f"{locked}/articles/")
        page.click("a:text('Search')")
        page.wait_for_url(f"{locked}/search")
        assert page.inner_text("h1") == "2 articles"
        assert page.evaluate("Object.keys(localStorage).length") == 0  # a key is not kept


def test_a_hostile_article_is_listed_as_text(visit: Visit) -> None:
    page = visit.go("/search?" + urlencode({"q": "owl", "author": EVIL_WORDS}))
    assert titles(visit) == [f"Owl {EVIL_WORDS}"]
    assert page.query_selector("main img, main script") is None
    page = visit.go(f"/articles/a9?compare={quote('a21')}#changes")
    assert EVIL_WORDS in page.inner_text(".changes")
    assert page.evaluate("window.hacked") is None


def test_without_javascript(open_visit: Any) -> None:
    visit = open_visit(java_script_enabled=False)
    page = visit.go("/search")
    page.fill("#q", "blast")
    page.click("button:text('Search')")
    page.wait_for_url("**q=blast**")
    assert len(titles(visit)) == 3
    page.click(".hits h3 a >> nth=0")
    page.wait_for_selector(".story")
    assert "nutgraf index" in visit.go("/add").inner_text("noscript, .note")


def test_keys_alone(visit: Visit) -> None:
    """A person without a mouse searches, opens a result, goes through the list, and adds a text."""
    page = visit.go("/search")
    page.keyboard.press("/")
    page.keyboard.type("blast")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=blast**")
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    title = page.evaluate("document.activeElement.textContent")
    assert title == titles(visit)[0]
    page.keyboard.press("Enter")
    page.wait_for_selector(".story")
    assert page.inner_text("h1") == title

    visit.go("/search")
    reach(page, "More articles")
    page.keyboard.press("Enter")
    page.wait_for_url("**cursor=**")

    visit.go("/add")
    reach(page, "text")
    page.keyboard.type("The windmill of Ende was sold.")
    page.keyboard.press("Tab")
    page.keyboard.type("Windmill sold")
    reach(page, "Add it")
    page.keyboard.press("Enter")
    page.wait_for_selector("#became a")
    reach(page, page.inner_text("#became a"))
    page.keyboard.press("Enter")
    page.wait_for_selector(".story")
    assert page.inner_text("h1") == "Windmill sold"


def reach(page: Page, name: str) -> None:
    """Go by Tab until what has the focus is called so, by its id or its words."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if name in page.evaluate("[document.activeElement.id, document.activeElement.textContent.trim()]"):
            return
    raise AssertionError(f"Tab does not lead to {name}")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/search?sort=random", "sort is 'random'"),
        ("/search?cursor=x", "is not `next` of a page"),
        ("/search?q=%3F%3F", "has no letter and no digit"),
        ("/search?after=smarch", "'smarch' is not a date"),
        ("/articles/a21?compare=nope", "No article has the id 'nope'."),
    ],
)
def test_errors_can_be_read(visit: Visit, path: str, says: str) -> None:
    assert says.casefold() in visit.go(path).inner_text("main").casefold()


def test_on_paper(visit: Visit) -> None:
    page = visit.ask(MAYOR)
    page.emulate_media(media="print")
    assert page.is_hidden("form.ask")
    assert page.is_visible(".asked")
    assert page.is_visible(".onpaper")
    shown = "getComputedStyle(document.querySelector('.tools a[href^=http]'), '::after').content"
    assert "https://news.example/" in page.evaluate(shown)
    page = visit.go("/search?q=blast&author=Ann+Lee")
    page.emulate_media(media="print")
    assert page.inner_text(".hits .onpaper") == "https://news.example/21"
    assert page.is_visible("p.onpaper:text('by Ann Lee')")
    assert page.is_hidden("main > .facets")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_everyone_can_read_it(open_visit: Any, name: str, scheme: str) -> None:
    page = open_visit(color_scheme=scheme).go(PAGES[name])
    for summary in page.query_selector_all("summary"):
        summary.click()
    check_every_width(page)
