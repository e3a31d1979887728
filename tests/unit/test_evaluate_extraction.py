"""The figures of `nutgraf eval extraction`, worked out by hand."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.errors import SourceError
from nutgraf.qa.evaluate.extraction import GoldPage, Overlap, extraction_figures, load_gold, text_overlap


@pytest.mark.parametrize(
    ("extracted", "gold", "shares"),
    [
        ("a b c d e", "a b c d e", (1, 0, 0)),
        ("a b c d e f", "a b c d e", (2 / 3, 1 / 3, 0)),  # abcd bcde cdef
        ("a b c d", "a b c d e", (1 / 2, 0, 1 / 2)),
        ("a b", "a b", (1, 0, 0)),
        ("a b", "a b c", (0, 1 / 2, 1 / 2)),
        ("a b c d a b c d", "a b c d", (1 / 5, 4 / 5, 0)),  # the same run twice
        ("", "a b c d", (0, 0, 1)),
        ("A b c d", "a b c d", (0, 1 / 2, 1 / 2)),
        ("", "", (0, 0, 0)),
    ],
)
def test_text_overlap(extracted: str, gold: str, shares: tuple[float, float, float]) -> None:
    assert text_overlap(extracted, gold) == Overlap(*map(pytest.approx, shares))


def test_precision_recall_and_f1() -> None:
    overlap = Overlap(3, 1, 2)
    assert (overlap.precision, overlap.recall, overlap.f1) == (0.75, 0.6, pytest.approx(6 / 9))
    assert (Overlap().precision, Overlap().recall, Overlap().f1) == (1, 1, 1)
    assert (Overlap(0, 0, 2).precision, Overlap(0, 0, 2).recall) == (0, 0)


ALL = frozenset({"text", "title", "published", "authors", "source"})


def test_figures() -> None:
    day = datetime(2016, 1, 27, 23, tzinfo=UTC)
    pages = [
        GoldPage("a", ALL, "a b c d e", "Bridge falls", day.date(), ("Ann Lee", "Tom Reed"), "Tarn Post"),
        GoldPage("b", ALL, "a b c d", "Mayor resigns", None, ("Ann Lee",), "Tarn Post"),
        GoldPage("c", frozenset({"title"}), title="Salt works close"),
    ]
    articles = {
        "a": Article(
            id="a",
            title="Bridge Falls!",
            text="a b c d e f",
            source="tarn post",
            authors=("ann lee",),
            published=day,
        ),
        "b": None,
        "c": Article(id="c", title="Salt works", text="x"),
    }
    figures = {f.key: (round(f.value, 2), f.over) for f in extraction_figures(pages, articles)}
    assert figures == {
        "text_precision": (66.67, 2),
        "text_recall": (40.0, 2),  # 2/3 of 2/3 + 1
        "text_f1": (50.0, 2),
        "text_f1_page": (40.0, 2),  # 0.8 and 0
        "title_right": (33.33, 3),
        "date_precision": (100.0, 1),
        "date_right": (100.0, 2),
        "authors_precision": (100.0, 2),
        "authors_recall": (33.33, 2),
        "authors_f1": (50.0, 2),
        "source_right": (50.0, 2),
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[]", "it has none of text, title"),
        ('{"headline": "x"}', "it has none of text, title"),
        ('{"text": 3}', "expected a string, found 3"),
        ('{"authors": "Ann Lee"}', "authors is 'Ann Lee', expected a list of names"),
        ('{"published": "03/04/2016"}', "published is '03/04/2016': day and month cannot be told apart"),
        ("{", "it is not JSON"),
    ],
)
def test_right_values_that_cannot_be_used(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(content)
    with pytest.raises(SourceError, match=words):
        load_gold(path, "a.html")


def test_right_values(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"published": None, "authors": [], "url": "https://x"}))
    assert load_gold(path, "a.html") == GoldPage("a.html", frozenset({"published", "authors"}))
