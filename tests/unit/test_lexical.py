"""The lexical index: BM25, filters, and questions that look like query syntax."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from nutgraf.indexer.embedded import lexical
from nutgraf.indexer.embedded.lexical import LexicalIndex
from nutgraf.indexer.errors import IndexDamaged
from nutgraf.indexer.filters import Filter, day_number

DAY = day_number(date(2016, 1, 27))
PASSAGES = [
    (1, "The U.S. weighed new sanctions against the North", "CNN.com", DAY),
    (2, "Sanctions, sanctions and more sanctions", "bbc.com", DAY + 1),
    (3, "A cat sat beside the harbour", None, None),
    (4, "China's café policy", "cnn.com", DAY + 2),
]
ALL = Filter()


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    lexical.update(tmp_path, [], PASSAGES)
    return LexicalIndex(tmp_path)


def ids(index: LexicalIndex, question: str, allow: Filter = ALL, k: int = 10) -> list[int]:
    return index.search(question, k, allow)[0].tolist()


def test_bm25_score_by_hand(index: LexicalIndex) -> None:
    """One of four passages has the term; it has 4 terms, the four have 6 + 4 + 4 + 3 of them."""
    _, scores = index.search("harbour", 1, ALL)
    idf = np.log(1 + (4 - 1 + 0.5) / (1 + 0.5))
    assert scores[0] == pytest.approx(idf * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 4 / 4.25)), rel=1e-4)


def test_more_and_shorter_is_better(index: LexicalIndex) -> None:
    assert ids(index, "sanctions") == [2, 1]


@pytest.mark.parametrize("question", ["U.S.", "US", "us weighing"])
def test_initials_match_with_and_without_stops(index: LexicalIndex, question: str) -> None:
    assert ids(index, question) == [1]


@pytest.mark.parametrize("question", ["China", "cafe", "CAFÉ", "policies"])
def test_case_accents_and_endings_do_not_matter(index: LexicalIndex, question: str) -> None:
    assert ids(index, question) == [4]


def test_the_title_is_not_needed_and_stop_words_find_nothing(index: LexicalIndex) -> None:
    assert ids(index, "what is the") == []
    assert ids(index, "") == []


@pytest.mark.parametrize(
    "question",
    [
        '"sanctions',
        "sanctions*",
        "NEAR(sanctions",
        "sanctions AND NOT x",
        "text:sanctions^9",
        "(((",
        "[a TO sanctions]",
    ],
)
def test_query_syntax_is_only_words(index: LexicalIndex, question: str) -> None:
    assert ids(index, question) == ([2, 1] if "sanctions" in question else [])


@pytest.mark.parametrize(
    ("allow", "expected"),
    [
        (Filter(first=date(2016, 1, 28)), [2]),
        (Filter(last=date(2016, 1, 27)), [1]),
        (Filter(first=date(2016, 1, 27), last=date(2016, 1, 28)), [2, 1]),
        (Filter(sources=("cnn.COM",)), [1]),
        (Filter(sources=("nowhere",)), []),
        (Filter(last=date(2016, 1, 28), sources=("bbc.com", "cnn.com")), [2, 1]),
    ],
)
def test_filters(index: LexicalIndex, allow: Filter, expected: list[int]) -> None:
    assert ids(index, "sanctions", allow) == expected


def test_a_filter_does_not_change_scores(index: LexicalIndex) -> None:
    free = index.search("sanctions", 10, ALL)[1]
    filtered = index.search("sanctions", 10, Filter(last=date(2017, 1, 1)))[1]
    assert free.tolist() == filtered.tolist()


def test_only_among_some_and_with_the_scores_of_all(index: LexicalIndex) -> None:
    every, scores = index.search("sanctions north harbour", 10, ALL)
    assert every.tolist() == [1, 3, 2]
    found, among = index.search("sanctions north harbour", 10, ALL, [2, 1, 4, 99])
    assert found.tolist() == [1, 2]
    assert among.tolist() == [scores[0], scores[2]]
    assert index.search("sanctions", 10, ALL, [])[0].tolist() == []


def test_update_removes_and_adds(tmp_path: Path) -> None:
    lexical.update(tmp_path, [], PASSAGES)
    lexical.update(tmp_path, [2], [(5, "sanctions again", None, None)])
    index = LexicalIndex(tmp_path)
    assert ids(index, "sanctions") == [5, 1]
    assert len(index) == 4


def test_one_is_the_first_of_two(index: LexicalIndex) -> None:
    assert ids(index, "sanctions cat", k=1) == ids(index, "sanctions cat")[:1]


def test_a_missing_index_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged, match=r"meta\.json"):
        LexicalIndex(tmp_path / "lexical-1")
