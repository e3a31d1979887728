"""What the search view shows, in values: marked words, the lines of a hit, bars, addresses."""

import pytest
from starlette.datastructures import QueryParams

from nutgraf.api.web.page.bars import bars, time_bars
from nutgraf.api.web.page.browse_form import BrowseForm
from nutgraf.api.web.page.render import headline
from nutgraf.api.web.page.snippets import SNIPPET_CHARS, marks, snippet_span
from nutgraf.indexer.article import Article
from nutgraf.indexer.selection import FacetCount


@pytest.mark.parametrize(
    ("words", "marked"),
    [
        ("bridge", ["bridges", "Bridge"]),
        ("BRIDGES", ["bridges", "Bridge"]),
        ("sale", ["sales"]),
        ("the of", []),
        ("cafe", ["Café"]),
        ("rid", []),
        ("", []),
    ],
)
def test_words_are_marked_in_every_form(words: str, marked: list[str]) -> None:
    text = "The bridges of Tarn: Bridge sales at the Café rose."
    assert [text[start:end] for start, end in marks(text, words)] == marked


def test_a_snippet_has_the_place_with_most_of_the_words() -> None:
    filler = "The council of the town met on a dry day and talked for long about nothing. " * 20
    text = f"{filler}A bridge. {filler}The bridge of Quist was sold to a baker. {filler}"
    start, end = snippet_span(text, marks(text, "bridge baker sold"))
    assert "The bridge of Quist was sold to a baker." in text[start:end]
    assert end - start <= SNIPPET_CHARS
    assert text[start - 1] == " "
    assert text[end] == " "
    assert snippet_span(text, []) == (0, text.rindex(" ", 0, SNIPPET_CHARS))
    assert snippet_span("Rain.", []) == (0, 5)


def test_a_hostile_text_is_marked_in_time() -> None:
    text = "bridge " * 200_000
    spans = marks(text, "bridge")
    assert len(spans) == 2000
    assert snippet_span(text, spans)[0] == 0
    long_word = "a" * 1_000_000
    assert snippet_span(long_word, marks(long_word, "a")) == (0, SNIPPET_CHARS)


def test_bars_are_as_long_as_their_counts() -> None:
    counts = [FacetCount("CNN", 200), FacetCount("BBC", 50), FacetCount("The Echo", 1)]
    assert [(bar.label, bar.share) for bar in bars(counts)] == [("CNN", 100), ("BBC", 25), ("The Echo", 1)]
    assert bars([]) == time_bars([]) == []


def test_months_without_an_article_are_there() -> None:
    shown = time_bars([FacetCount("2015-11", 2), FacetCount("2016-02", 4)])
    assert [(bar.label, bar.value, bar.articles, bar.share) for bar in shown] == [
        ("Nov 2015", "2015-11", 2, 50),
        ("Dec 2015", "2015-12", 0, 0),
        ("Jan 2016", "2016-01", 0, 0),
        ("Feb 2016", "2016-02", 4, 100),
    ]


def test_many_months_are_years() -> None:
    shown = time_bars([FacetCount("2001-05", 1), FacetCount("2001-12", 2), FacetCount("2004-01", 3)])
    assert [(bar.value, bar.articles) for bar in shown] == [
        ("2001", 3),
        ("2002", 0),
        ("2003", 0),
        ("2004", 3),
    ]


def test_an_address_is_read_and_written() -> None:
    address = "q=a+b&by=meaning&after=2016&source=CNN&source=The+Echo&author=Ann+Lee&cursor=x&other=1"
    form = BrowseForm.of(QueryParams(address))
    assert form.url == f"search?{address.removesuffix('&other=1')}"
    assert form.filters == "after 2016, CNN, The Echo, by Ann Lee"
    assert form.by_meaning
    assert form.from_outlet("BBC") == "search?q=a+b&by=meaning&after=2016&source=BBC&author=Ann+Lee"
    assert form.of_time("2016-02").startswith("search?q=a+b&by=meaning&after=2016-02&before=2016-02&")
    assert form.without_filters() == "search?q=a+b&by=meaning"
    assert form.as_question == "?q=a+b&after=2016&source=CNN&source=The+Echo"
    assert BrowseForm().url == "search"
    assert not BrowseForm(by="meaning").by_meaning


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Mill closes - The Echo", "Mill closes"),
        ("Mill closes | Business | The Echo", "Mill closes"),
        ("Mill closes - police", "Mill closes - police"),
        ("", "Untitled"),
        (" | ", "|"),
    ],
)
def test_titles_are_shown_without_the_site(title: str, shown: str) -> None:
    assert headline(Article("a", title, "", source="The Echo").reference()) == shown
