"""The page in a real browser: asked, read, filtered, opened, shared, attacked, and used without a mouse.

The browser speaks to a server of its own; nothing here opens a socket.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from nutgraf.api.web.page.render import CITATION_LABELS, LEVELS
from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.indexer.loaders.base import LoadOptions
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load
from nutgraf.qa.citing.web_link import text_directive

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium")
QUESTION = "What did China agree to on sanctions?"
ANSWER = "new United Nations sanctions against the North"
UNSURE = "What additional steps could help Washington and Beijing reduce risk?"
UNANSWERED = "Who won the 1998 football World Cup final in Paris?"
ECHO = "The Echo, 8 May 2016"
PAPERS = ["Daily Copy, 27 January 2016", "The New York Times, 27 January 2016"]
SENTENCES = {
    f"After long talks China agreed to {ANSWER}, its minister said.": [ECHO],
    f"China agreed during the talks on Wednesday to {ANSWER}, and negotiations on their content"
    " will proceed in the coming days, Mr. Wang said.": PAPERS,
}
"""Who says it in which words: one story in two papers, and another. The reader is free to prefer any."""

MAYOR = "Who is the mayor of Ashford?"
HEAD = "Who directs the Tarn Observatory?"
OWL = "Who stole the golden owl of Nassau?"
KERRY = "004_d6905fbb12041181"
EVIL = '"><img src=x onerror="window.hacked = 1"><script>window.hacked = 1</script>'
PAGES = {
    "home": "/",
    "answer": "/?" + urlencode({"q": QUESTION}),
    "over time": "/?" + urlencode({"q": MAYOR}),
    "abstention": "/?" + urlencode({"q": UNANSWERED, "after": "2010"}),
    "error": "/?" + urlencode({"q": QUESTION, "after": "smarch"}),
    "article": f"/articles/seeds%2F{KERRY}.txt?start=1397&end=1443#quote",
    "docs": "/docs",
}
MOST_BYTES = 20_000  # as they are sent: compressed
WIDTHS = (1440, 768, 360)
"""Of a desktop, a tablet and a phone, in pixels."""

SCHEMES = ("light", "dark")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium"),
    pytest.mark.timeout(600),
]


def told(number: int, outlet: str, year: int, title: str, text: str) -> Article:
    published = datetime(year, 5, number, tzinfo=UTC)
    return Article(
        f"a{number}", title, text, f"https://news.example/{number}", outlet, (), published, "given"
    )


MAYORS = [
    told(
        1,
        "Ashford Post",
        2014,
        "Finch wins town hall",
        "Harold Finch is the mayor of Ashford, the town said.",
    ),
    told(
        2,
        "County News",
        2015,
        "A bridge",
        "The mayor of Ashford, Harold Finch, opened the new bridge on Monday.",
    ),
    told(3, "Ashford Post", 2019, "Bell sworn in", "Nora Bell is the mayor of Ashford since this morning."),
    told(
        4,
        "The Echo",
        2021,
        "Schools",
        "The mayor of Ashford, Nora Bell, promised two new schools to the town.",
    ),
]
HEADS = [
    told(11, "Tarn Times", 2015, "New at Tarn", "Ivo Lund directs the Tarn Observatory since the spring."),
    told(
        12, "Hill Gazette", 2016, "The dome", "Ivo Lund directs the Tarn Observatory, whose dome is mended."
    ),
    told(13, "Star Weekly", 2017, "A comet", "Ivo Lund directs the Tarn Observatory, which saw a comet."),
    told(14, "Tarn Times", 2021, "A farewell", "Mara Quill directs the Tarn Observatory since Tuesday."),
]
"""Three papers on who was, one on who is: whatever the reader, agreement makes the old answer the best."""

HOSTILE = replace(
    told(
        9,
        f"Evil {EVIL}",
        2020,
        f"Crime {EVIL}",
        f"The pirate Jack Rackham stole {EVIL} the golden owl of Nassau.",
    ),
    id=f"../evil?{EVIL}#x",
    url="javascript:window.hacked=1",
)


def build(folder: Path, encoder: Any) -> None:
    files, _ = discover([str(ROOT / "seeds" / "*.txt")])
    seeds = [item for file in files for item in load(file, LoadOptions()) if isinstance(item, Article)]
    (kerry,) = [article for article in seeds if KERRY in article.id]
    copy = replace(kerry, id="copy", source="Daily Copy", text=kerry.text + "\n\nReporting by our partners.")
    other = told(
        8, "The Echo", 2016, "Beijing moves", f"After long talks China agreed to {ANSWER}, its minister said."
    )
    with EmbeddedWriter(folder, encoder) as builder:
        list(builder.add([*seeds, copy, other, *MAYORS, *HEADS, HOSTILE]))
        builder.publish()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, encoder: Any) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("page") / "index"
    build(folder, encoder)
    with serving(folder) as address:
        yield address


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[str]:
    """Serve an archive as a person would, and give its address for a block."""
    free = "import socket; print(socket.create_server(('127.0.0.1', 0)).getsockname()[1])"
    port = subprocess.run(
        [sys.executable, "-c", free], capture_output=True, text=True, check=True
    ).stdout.strip()
    command = [
        sys.executable,
        "-m",
        "nutgraf",
        "serve",
        "--index",
        str(folder),
        "--port",
        port,
        "--rate",
        "100000",
        *options,
    ]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NUTGRAF_")}
    log = (folder.parent / "log").open("w+", encoding="utf-8")
    with log, subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log) as server:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(60)
        log.seek(0)
        assert '"status": 500' not in log.read()


@pytest.fixture(scope="module")
def browser(base: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"], timeout=120_000
        )
        wait_until_ready(opened, base)
        yield opened
        opened.close()


def wait_until_ready(browser: Browser, base: str) -> None:
    with browser.new_context() as context:
        for _ in range(240):
            try:
                if context.request.get(f"{base}/readyz", timeout=60_000).ok:
                    return
            except Exception:  # noqa: BLE001 - not listening yet, in whatever words
                context.new_page().wait_for_timeout(500)
    pytest.fail("the server did not start")


@dataclass
class Visit:
    """A person's window on the archive; `problems` are what a developer's console would show in red."""

    page: Page
    base: str
    problems: list[str]

    def go(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def ask(self, question: str, **filters: str) -> Page:
        return self.go("/?" + urlencode({"q": question, **filters}))


@pytest.fixture
def open_visit(browser: Browser, base: str) -> Iterator[Any]:
    """Open windows that know of no problem when the test is over."""
    visits = []

    def opened(**settings: Any) -> Visit:
        page = browser.new_context(**settings).new_page()
        page.set_default_timeout(60_000)
        visits.append(visit := Visit(page, base, []))
        page.on("pageerror", lambda error: visit.problems.append(str(error)))
        page.on("console", lambda said: visit.problems.append(said.text) if _is_red(said) else None)
        page.on(
            "request", lambda sent: None if sent.url.startswith(base) else visit.problems.append(sent.url)
        )
        page.on("response", lambda got: visit.problems.append(got.url) if _is_lost(got) else None)
        return visit

    yield opened
    for visit in visits:
        visit.page.context.close()
        assert visit.problems == []


def _is_red(said: Any) -> bool:
    """Whether it is an error, other than that the page itself has a status of failure."""
    return said.type in {"error", "warning"} and not said.text.startswith("Failed to load resource")


def _is_lost(got: Any) -> bool:
    return got.status >= 400 and not got.request.is_navigation_request()


@pytest.fixture
def visit(open_visit: Any) -> Visit:
    return open_visit(viewport={"width": 1440, "height": 900})


def test_ask(visit: Visit) -> None:
    page = visit.go("/")
    page.fill("#q", QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector(".large")
    assert page.inner_text(".large") == ANSWER
    assert page.inner_text(".sentence mark") == ANSWER
    assert page.inner_text(".sentence") in SENTENCES
    assert page.inner_text(".source").split("\n")[1] in SENTENCES[page.inner_text(".sentence")]
    assert page.url == visit.base + PAGES["answer"]  # filters left empty leave no trace
    assert page.title() == f"{QUESTION} – nutgraf"


def test_confidence_in_words_is_that_of_the_number(visit: Visit) -> None:
    page = visit.ask(QUESTION)
    number = int(re.findall(r"[0-9]+", page.inner_text(".sure span"))[0])
    assert page.inner_text(".sure b") == next(words for least, words in LEVELS if number >= 100 * least)
    assert abs(float(page.get_attribute(".gauge .part", "width")) - number) <= 1


def test_who_else_says_it(visit: Visit) -> None:
    page = visit.ask(QUESTION)
    voices = [voice.inner_text().split("\n")[1] for voice in page.query_selector_all(".voices li")]
    tags = [tag.inner_text() for tag in page.query_selector_all(".voices li .tag")]
    given = page.inner_text(".source").split("\n")[1]
    papers = [voice.removesuffix(f" {tag}") for voice, tag in zip(voices, tags, strict=True)]
    assert sorted([given, *papers]) == [*PAPERS[:1], ECHO, PAPERS[1]]
    assert sorted(tags) == ["also printed", "independent"]


def test_the_quote_in_its_article(visit: Visit) -> None:
    page = visit.ask(QUESTION)
    page.click(f"[href*='{KERRY}'] >> nth=0")
    page.wait_for_selector(".story")
    assert page.inner_text("#quote") == ANSWER
    for _ in range(50):  # until it has scrolled there
        box = page.locator("#quote").bounding_box()
        assert box is not None
        if 0 < box["y"] < 900 - box["height"]:
            break
        page.wait_for_timeout(100)
    assert 0 < box["y"] < 900 - box["height"]
    assert page.evaluate("scrollY") > 0


def test_a_place_that_is_not_in_the_article(visit: Visit) -> None:
    page = visit.go("/articles/a8?start=90000&end=90010#quote")
    assert (
        page.inner_text(".note")
        == "The quote that this address points to is not in the article as it is now."
    )
    assert page.query_selector("mark") is None


def test_over_time(visit: Visit) -> None:
    page = visit.ask(MAYOR)
    rows = [re.split("\n+", row.inner_text()) for row in page.query_selector_all(".time li")]
    assert rows == [
        ["Harold Finch superseded", "1 May 2014 to 2 May 2015 · 2 articles: Ashford Post, County News"],
        ["Nora Bell current", "3 May 2019 to 4 May 2021 · 2 articles: Ashford Post, The Echo"],
    ]
    dots = [float(dot.get_attribute("cx")[:-1]) for dot in page.query_selector_all(".strip circle")]
    # 366 days, then 1,462, then 732: of 2,560 in all, on 96 per cent of the width.
    assert dots == [2.0, 15.72, 70.55, 98.0]
    visit.ask("Which American defense chief is expected to bring up North Korea with Chinese officials?")
    assert page.inner_text(".large") == "Jim Mattis"
    assert page.query_selector(".time") is None


def test_newer_articles_say_something_else(visit: Visit) -> None:
    page = visit.ask(HEAD)
    assert page.inner_text(".large") == "Ivo Lund"
    assert page.inner_text(".answer .note") == "Newer articles say “Mara Quill”: see over time."
    page.click(".answer .note a >> nth=0")
    page.wait_for_selector(".story")
    assert (page.inner_text("h1"), page.inner_text("#quote")) == ("A farewell", "Mara Quill")


def test_filters(visit: Visit) -> None:
    page = visit.ask(MAYOR)
    page.click(".filters summary")
    page.fill("[name=after]", "2018")
    page.fill("[name=source]", "the echo")
    page.click("button:text-is('Ask')")
    page.wait_for_url("**after=2018&source=the+echo")
    assert page.inner_text(".large") == "Nora Bell"
    assert page.inner_text(".filters summary") == "Dates and outlets: after 2018, the echo"
    assert [one.inner_text() for one in page.query_selector_all(".looked .byline")] == [
        "The Echo, 4 May 2021"
    ]
    page.click("text=Ask without filters")
    page.wait_for_url(visit.base + PAGES["over time"])


def test_an_address_is_all_there_is_to_share(visit: Visit, open_visit: Any) -> None:
    asked = {"after": "2013", "before": "2016-12", "source": "Ashford Post"}
    page = visit.ask(MAYOR, **asked)
    assert page.inner_text(".large") == "Harold Finch"
    other = open_visit().go(page.url.removeprefix(visit.base))
    assert other.inner_text("main") == page.inner_text("main")
    fields = {name: other.input_value(f"[name={name}] >> nth=0") for name in ("q", *asked)}
    assert fields == {"q": MAYOR, **asked}


def test_expand(visit: Visit) -> None:
    page = visit.ask(QUESTION)
    passage = page.locator(".passage", has_text="Daily Copy")
    button = passage.locator("button")
    button.click()
    whole = passage.get_by_role("region")
    whole.wait_for()
    assert whole.inner_text().startswith("BEIJING — Secretary of State John Kerry warned")
    assert whole.inner_text().endswith("Reporting by our partners.")
    assert whole.locator("mark").inner_text() == ANSWER
    seen, quote_box = whole.bounding_box(), whole.locator("mark").bounding_box()
    assert seen is not None
    assert quote_box is not None
    assert seen["y"] < quote_box["y"] < seen["y"] + seen["height"] - quote_box["height"]
    assert button.get_attribute("aria-expanded") == "true"
    button.click()
    assert whole.is_hidden()
    assert button.inner_text() == "Show the whole article here"


def test_a_double_click_expands_once(visit: Visit) -> None:
    page = visit.ask(QUESTION)
    passage = page.locator(".passage", has_text="Daily Copy")
    passage.locator("button").dblclick()
    passage.get_by_role("region").wait_for()
    page.wait_for_load_state("networkidle")
    assert passage.locator(".whole").count() == 1
    assert passage.locator(".whole").is_visible()


def test_copy_quote(open_visit: Any) -> None:
    visit = open_visit(permissions=["clipboard-read", "clipboard-write"])
    page = visit.ask(QUESTION)
    page.click(".answer a:text('Copy quote')")
    page.wait_for_selector("a:text('Copied')")
    quote, source, place = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert quote == f"“{page.inner_text('.sentence')}”"
    assert page.inner_text(".source .byline") in source
    assert place.startswith(f"[{'a8' if 'Echo' in source else 'copy' if 'Copy' in source else 'seeds'}")
    assert page.inner_text("#said") == "Copied"
    page.click("text=Copy link")
    page.wait_for_selector("[data-copy='']:text('Copied')")
    assert page.evaluate("navigator.clipboard.readText()") == visit.base + PAGES["answer"]


def test_cite_by_keys(open_visit: Any) -> None:
    page = open_visit(permissions=["clipboard-read", "clipboard-write"]).ask(QUESTION)
    page.focus(".answer .cite summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Markdown"
    address = page.evaluate("document.activeElement.href")
    page.keyboard.press("Enter")
    page.wait_for_selector(".answer .cite a:text('Copied')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.request.get(address).text()
    assert f"**{ANSWER}**" in copied
    assert page.inner_text("#said") == "Copied"
    with page.expect_download() as download:
        page.click(".answer .cite a:text('BibTeX')")
    assert download.value.suggested_filename == "nutgraf.bib"
    assert Path(download.value.path()).read_text(encoding="utf-8").startswith("@article{")


def test_cite_without_javascript(open_visit: Any) -> None:
    visit = open_visit(java_script_enabled=False)
    page = visit.go(PAGES["article"])
    links = page.query_selector_all(".tools a[href*='format=']")
    addresses = {link.inner_text(): urljoin(page.url, link.get_attribute("href")) for link in links}
    assert [*addresses] == [*CITATION_LABELS.values()]
    bodies = {name: page.request.get(address).text() for name, address in addresses.items()}
    assert all("sanctions against the North" in body for body in bodies.values())
    page.click(".tools a:text('Text')")
    assert f"{ANSWER}, and negotiations" in page.inner_text("pre")


def test_a_hostile_article_is_cited_as_text(visit: Visit) -> None:
    page = visit.ask(OWL)
    address = page.evaluate("document.querySelector('.cite a').href")
    page.goto(address.replace("format=markdown", "format=html"))
    assert "Jack Rackham" in page.inner_text("blockquote")
    assert page.query_selector("a") is None  # its address is none of the web
    assert page.evaluate("window.hacked") is None


def test_a_link_scrolls_to_the_words(visit: Visit) -> None:
    """The browser is the judge of the text fragments that are made for an outlet's page."""
    article = visit.page.request.get(f"{visit.base}/v1/articles/seeds%2F{KERRY}.txt").json()
    text = article["text"]
    assert text.count("sanctions") > 1
    paragraph = text.index("\n\n", len(text) // 2)
    spans = [(start, start + len(ANSWER)) for start in (text.index(ANSWER),)]
    spans += [(text.rindex("sanctions"), text.rindex("sanctions") + len("sanctions"))]
    spans += [(paragraph - 40, paragraph + 42), (text.rindex("Mr.") + 4, text.rindex("Mr.") + 7)]
    for start, end in spans:
        visit.page.goto("about:blank")
        page = visit.go(f"/articles/seeds%2F{KERRY}.txt#:~:{text_directive(text, start, end)}")
        words = text[start:end].split("\n")[0].strip()
        nth = text[:start].count(words)
        assert page.evaluate(_COMES_IN_SIGHT, [words, nth]), (words, nth)


_COMES_IN_SIGHT = """async ([words, nth]) => {
  const isInSight = () => {
    let left = nth;
    const walker = document.createTreeWalker(document.querySelector(".text"), NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode()); ) {
      for (let at = -1; (at = node.data.indexOf(words, at + 1)) >= 0; ) {
        if (left-- > 0) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + words.length);
        const { top, bottom } = range.getBoundingClientRect();
        return scrollY > 0 && top >= 0 && bottom <= innerHeight;
      }
    }
    return false;
  };
  for (let turn = 0; turn < 100 && !isInSight(); turn++) await new Promise((done) => setTimeout(done, 50));
  return isInSight();
}"""
"""Whether the browser scrolls, and then has the words in sight where they stand for the nth time."""


def test_a_guess_is_no_headline(visit: Visit) -> None:
    page = visit.ask(UNSURE)
    assert page.inner_text("h1").startswith("Not sure enough to answer")
    assert page.query_selector(".large") is None
    guess = page.query_selector(".guess")
    assert guess is not None
    size = "element => getComputedStyle(element).fontSize"
    assert guess.evaluate(size) == page.evaluate(f"({size})(document.body)")
    assert page.inner_text(".reading mark") == page.inner_text(".guess a")


def test_abstention(visit: Visit) -> None:
    page = visit.ask(UNANSWERED)
    assert page.inner_text("h1").startswith("Found no answer")
    assert page.inner_text(".looked h2").casefold() == "nearest passages"
    assert page.query_selector(".passage a") is not None
    assert page.query_selector("mark") is None
    page = visit.ask(QUESTION, before="1999")
    assert page.inner_text(".none p >> nth=0") == "No article passes the filter."


@pytest.mark.parametrize(
    ("path", "status", "title", "says"),
    [
        (PAGES["error"], 400, "This cannot be asked", "After: 'smarch' is not a date"),
        ("/?q=%3F%3F", 400, "This cannot be asked", "The question '??' has no letter and no digit."),
        ("/?q=why&after=2017&before=2016", 400, "This cannot be asked", "no article can match both"),
        ("/articles/nope", 404, "There is nothing here", "No article has the id 'nope'."),
        ("/articles/a8?start=x", 422, "This address makes no sense", "Start: Input"),
        ("/static/..%2Flook.py", 404, "There is nothing here", "Not Found."),
        ("/nowhere", 404, "There is nothing here", "Not Found."),
    ],
)
def test_errors_can_be_read(visit: Visit, path: str, status: int, title: str, says: str) -> None:
    answered = visit.page.goto(visit.base + path)
    assert answered is not None
    assert answered.status == status
    assert "default-src 'none'" in answered.headers["content-security-policy"]
    assert visit.page.inner_text("h1") == title
    assert says in visit.page.inner_text("main")
    told = visit.page.request.get(visit.base + path).json()  # a program is told in its own way
    assert set(told["error"]) == {"code", "message", "hint"}


def test_what_was_wrong_can_be_put_right(visit: Visit) -> None:
    page = visit.go(PAGES["error"])
    assert page.input_value("#q") == QUESTION
    page.fill("[name=after]", "2016")
    page.keyboard.press("Enter")
    page.wait_for_selector(".large")
    assert page.inner_text(".large") == ANSWER


def test_hostile_article(visit: Visit) -> None:
    page = visit.ask(OWL)
    assert "Jack Rackham" in page.inner_text(".large")
    assert EVIL in page.inner_text(".sentence")
    assert f"Crime {EVIL}" in page.inner_text(".source")
    page.locator(".passage", has_text="Rackham").locator("button").click()
    assert EVIL in page.locator(".whole").inner_text()
    assert page.query_selector("main img, main script, [href^=javascript]") is None
    page.click(".large a")
    page.wait_for_selector(".story")
    assert page.url.startswith(visit.base + "/articles/" + quote(HOSTILE.id, safe=""))
    assert page.inner_text("h1") == f"Crime {EVIL}"
    assert page.query_selector("main img, main script, [href^=javascript]") is None
    visit.ask(EVIL, source=EVIL)
    assert page.input_value("[name=source] >> nth=0") == EVIL
    assert page.evaluate("window.hacked") is None


def test_without_javascript(open_visit: Any) -> None:
    page = open_visit(java_script_enabled=False).go("/")
    page.fill("#q", QUESTION)
    page.click("button:text('Ask')")
    page.wait_for_selector(".large")
    assert page.inner_text(".large") == ANSWER
    assert [button.inner_text() for button in page.query_selector_all("button") if button.is_visible()] == [
        "Ask"
    ]
    page.click(".passage a >> nth=1")
    page.wait_for_selector(".story")
    assert page.inner_text("#quote") == ANSWER


def test_keys_alone(visit: Visit) -> None:
    page = visit.go("/")
    page.keyboard.press("/")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector(".large")
    focused = "document.activeElement.textContent || document.activeElement.id"
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == ANSWER
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('.voices') !== null")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.evaluate(focused) == "q"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(".story")
    assert page.inner_text("#quote") == ANSWER


def test_examples_are_answered_as_expected(visit: Visit) -> None:
    page = visit.go("/")
    for _ in range(20):  # the first visitor may come before they are found
        if page.query_selector(".examples"):
            break
        page.wait_for_timeout(500)
        page.reload()
    asked = {link.inner_text() for link in page.query_selector_all(".examples a")}
    assert "Who is the Chinese foreign minister?" in asked
    page.click("text=Who is the Chinese foreign minister?")
    page.wait_for_selector(".large")
    assert "Wang Yi" in page.inner_text(".large")
    # The newest article has this mayor: it is an example if and only if that is the answer.
    assert (MAYOR in asked) == ("Nora Bell" in visit.ask(MAYOR).inner_text(".large"))


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_everyone_can_read_it(open_visit: Any, name: str, scheme: str) -> None:
    check_every_width(open_visit(color_scheme=scheme).go(PAGES[name]))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_everyone_can_read_an_article_in_place(open_visit: Any, scheme: str) -> None:
    page = open_visit(color_scheme=scheme).go(PAGES["answer"])
    page.locator(".passage button").first.click()
    page.locator(".whole").wait_for()
    check_every_width(page)


def check_every_width(page: Page) -> None:
    """Check that everyone can read a page, and that nothing of it is cut off, on screens of every width."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 740})
        assert violations(page) == [], width
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def violations(page: Page) -> list[tuple[str, list[str]]]:
    found = Axe().run(page).response["violations"]
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


@pytest.mark.parametrize("name", ["home", "answer", "article"])
def test_the_first_paint_is_light(visit: Visit, name: str) -> None:
    came: dict[str, Any] = {}
    visit.page.on("response", lambda got: came.update({Path(got.url.partition("?")[0]).suffix: got}))
    visit.go(PAGES[name])
    visit.page.wait_for_load_state("networkidle")
    taken = {kind: got.request.sizes()["responseBodySize"] for kind, got in came.items()}
    assert {".css", ".js"} <= taken.keys()
    assert sum(taken.values()) < MOST_BYTES, taken


def test_docs_send_what_is_typed(visit: Visit) -> None:
    page = visit.go("/docs")
    asking = page.locator("section[id='POST/v1/ask']")
    asking.get_by_text("Try it").click()
    assert asking.locator("textarea").input_value() == f'{{\n  "question": "{QUESTION}"\n}}'
    asking.get_by_role("button", name="Send").click()
    asking.locator("form pre", has_text='"outcome": "answered"').wait_for()
    assert asking.locator("form pre").inner_text().startswith("200 OK")
    searching = page.locator("section[id='GET/v1/search']")
    searching.get_by_text("Try it").click()
    searching.locator("input[name=q]").fill("missile & defense")
    searching.locator("input[name=top]").fill("1")
    searching.get_by_role("button", name="Send").click()
    searching.locator("form pre", has_text='"question": "missile & defense"').wait_for()
    assert violations(page) == []


def test_docs_name_every_route(visit: Visit) -> None:
    described = visit.page.request.get(f"{visit.base}/openapi.json").json()
    page = visit.go("/docs")
    headings = {heading.inner_text() for heading in page.query_selector_all("section h2")}
    assert headings == {
        f"{m.upper()} {path}" for path, methods in described["paths"].items() for m in methods
    }
    assert {heading.inner_text() for heading in page.query_selector_all("section h3")} == set(
        described["components"]["schemas"]
    )
    asked = page.locator("#AskRequest")
    assert "question string What to look for." in " ".join(asked.locator("dl").inner_text().split())
    asked.locator("summary").click()
    assert f'"question": "{QUESTION}"' in asked.locator("pre").inner_text()
