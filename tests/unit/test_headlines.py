"""The part of a title that is a passage: without sites' names, and only where it says more than the text."""

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.headlines import headline, headline_span

TITLES = [
    ("Mill closes", None, None, "Mill closes"),
    ("  Mill closes \n", None, None, "Mill closes"),
    ("Nine hurt - Reuters", None, None, "Nine hurt"),
    ("Nine hurt in crash - police", None, None, "Nine hurt in crash - police"),
    ("The war - a new phase", None, None, "The war - a new phase"),
    ("Lena Falk — coach of the year", None, None, "Lena Falk — coach of the year"),
    ("Why I left - Jane Holt", None, None, "Why I left - Jane Holt"),
    ("Falk named coach - BBC News", None, "https://www.bbc.co.uk/x", "Falk named coach"),
    ("Falk named coach - BBC Sport", "BBC", None, "Falk named coach"),
    ("Mill shut | Business | The Guardian", None, None, "Mill shut"),
    ("Mill shut · The Ledger", None, None, "Mill shut"),
    ("Mill shut - Tarn Advertiser", None, None, "Mill shut"),
    ("Mill shut - Lorne Tagblatt", None, None, "Mill shut"),
    ("Mill shut – live updates - The Guardian", None, None, "Mill shut – live updates"),
    ("Nine hurt - The Tarn Bugle", "The Tarn Bugle", None, "Nine hurt"),
    ("Nine hurt - The Tarn Bugle", None, "https://tarnbugle.com/a", "Nine hurt"),
    ("Nine hurt - tarnbugle.com", None, None, "Nine hurt"),
    ("Mill shut - Post office next", None, None, "Mill shut - Post office next"),
    ("Mayor resigns - Tarn reacts", "Tarn", None, "Mayor resigns - Tarn reacts"),
    ("Flood warning | Three bridges closed", None, None, "Flood warning | Three bridges closed"),
    ("Ford-Kavanaugh hearing", None, None, "Ford-Kavanaugh hearing"),
    ("2-1 - Tarn beat Veld", None, None, "2-1 - Tarn beat Veld"),
    ("Utah firm ripped out tags, replaced with ... - USA Today", None, None,
     "Utah firm ripped out tags, replaced with"),
    ("Mill shut…", None, None, "Mill shut"),
    ("Reuters", "Reuters", None, "Reuters"),
    ("Mill shut | Reuters", None, "http://[broken", "Mill shut"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "source", "url", "quoted"), TITLES)
def test_the_span_leaves_out_the_name_of_the_site(
    title: str, source: str | None, url: str | None, quoted: str
) -> None:
    start, end = headline_span(Article(id="a", title=title, text="", source=source, url=url))
    assert title[start:end] == quoted


@pytest.mark.parametrize(
    ("title", "text", "is_passage"),
    [
        ("Lena Falk named coach", "The award was handed over on Saturday.", True),
        ("Lena Falk named coach", "Lena Falk named coach. The award was handed over.", False),
        ("Lena Falk, named “coach”", "LENA FALK NAMED COACH", False),
        ("Lena Falk named coach - BBC News", "Lena Falk named coach", False),
        ("Falk named coach", "Anna Falkner was named coach.", True),
        ("", "The award was handed over.", False),
        (" – ", "The award was handed over.", False),
        ("Coach " * 200, "The award was handed over.", False),
    ],
)
def test_a_title_is_a_passage_where_it_says_more(title: str, text: str, is_passage: bool) -> None:
    assert (headline(Article(id="a", title=title, text=text)) is not None) == is_passage


@pytest.mark.parametrize("part", ["| BBC ", "- BBC ", " |", "... ", "« ", "a.b."])
def test_a_hostile_title_is_read_in_time_linear_in_its_size(part: str) -> None:
    title = part * (2_000_000 // len(part))
    start, end = headline_span(Article(id="a", title=title, text=""))
    assert 0 <= start <= end <= len(title)
