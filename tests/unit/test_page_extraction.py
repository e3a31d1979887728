"""Each guess that is asked for alone is the one that the library makes with all others."""

import pytest
import trafilatura

from nutgraf.indexer.loaders.pages.extraction import Guesses, main_text, parsed
from tests.news_pages import NewsPage, news_pages

_LINKED = """<html><head><title>A bridge falls — tarn.example</title>
<link rel="canonical" href="https://tarn.example/a/1">
</head><body><h1>A bridge falls</h1><h1>Tarn</h1>
<span class="author">Ann Lee</span><p>Posted 4 May 2021</p></body></html>"""
_STATED = """<html><head><meta name="author" content="Ann Lee">
<meta property="og:site_name" content="@tarnpost">
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "A bridge &amp; a fall",
"datePublished": "2021-05-04"}</script></head><body><p>It fell.</p><p>Nobody was hurt.</p></body></html>"""
PAGES = [*news_pages(), NewsPage("linked", _LINKED, ""), NewsPage("stated", _STATED, "")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_guesses_are_those_of_the_library(page: NewsPage) -> None:
    tree = parsed(page.html)
    assert tree is not None
    guesses = Guesses(tree)
    whole = trafilatura.extract_metadata(
        page.html, date_config={"extensive_search": False, "original_date": True}
    )
    own = (guesses.title, guesses.author, guesses.url, guesses.site, guesses.day)
    assert own == tuple(
        text or "" for text in (whole.title, whole.author, whole.url, whole.sitename, whole.date)
    )


def test_guesses_say_what_a_page_states() -> None:
    tree = parsed(_LINKED)
    assert tree is not None
    guesses = Guesses(tree)
    assert (guesses.url, guesses.author) == ("https://tarn.example/a/1", "Ann Lee")


def test_controls_that_are_punctuation_of_windows_1252_stay_as_such() -> None:
    tree = parsed("<html><body><p>It fell.</p><p>\x93I don\x92t know\x94, she said.</p></body></html>")
    assert tree is not None
    assert "“I don’t know”, she said." in main_text(tree)


def test_the_main_text_leaves_the_tree_as_it_is() -> None:
    tree = parsed("<html><body><nav>Home</nav><p>It fell at noon.</p><p>Nobody was hurt.</p></body></html>")
    assert tree is not None
    assert "Nobody was hurt." in main_text(tree)
    assert tree.text_content() == "HomeIt fell at noon.Nobody was hurt."
