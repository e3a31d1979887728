"""Copies of one passage take one place; places of one text are found in its copies."""

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.storage import Passage
from nutgraf.qa.collapse import collapse, most_complete, same_place


def run(letter: str, first: int, end: int) -> str:
    return " ".join(f"{letter}{n}" for n in range(first, end))


def passage(number: int, article_id: str, text: str, *, cluster: str | None = "x", more: str = "") -> Passage:
    article = Article(id=article_id, title="", text=f"{text}{more}", cluster=cluster)
    return Passage(number, article, 0, len(text))


def ids(groups: list[list[Passage]]) -> list[list[int]]:
    return [[p.id for p in group] for group in groups]


def test_copies_of_one_passage_take_the_first_ones_place() -> None:
    first, between = passage(1, "a", run("w", 0, 100)), passage(2, "o", run("o", 0, 100), cluster="y")
    copy = passage(3, "b", run("w", 30, 130))
    assert ids(collapse([first, between, copy])) == [[1, 3], [2]]


@pytest.mark.parametrize(("shift", "same"), [(38, True), (41, False)])
def test_three_in_five_words_are_the_same_passage(shift: int, same: bool) -> None:
    """Of 98 trigrams 98 - shift are shared: 60 are 0.61, 57 are 0.58."""
    groups = collapse([passage(1, "a", run("w", 0, 100)), passage(2, "b", run("w", shift, 100 + shift))])
    assert ids(groups) == ([[1, 2]] if same else [[1], [2]])


def test_a_short_last_passage_stands_in_a_longer_one() -> None:
    assert ids(collapse([passage(1, "a", run("w", 0, 100)), passage(2, "b", run("w", 60, 100))])) == [[1, 2]]


def test_other_parts_other_clusters_and_the_same_article_stay() -> None:
    text = run("w", 0, 100)
    kept = [
        passage(1, "a", text),
        passage(2, "b", run("w", 100, 200)),
        passage(3, "c", text, cluster="y"),
        passage(4, "d", text, cluster=None),
        passage(5, "e", text, cluster=None),
        passage(6, "a", run("w", 10, 110)),
    ]
    assert ids(collapse(kept)) == [[1], [2], [3], [4], [5], [6]]


def test_the_first_are_the_first_of_more() -> None:
    many = [passage(n, f"a{n}", run("w", n * 20, n * 20 + 100)) for n in range(10)]
    places = [group[0].id for group in collapse(many)]
    assert places == [0, 2, 4, 6, 8]  # of 98 trigrams the next has 78, the next but one 58
    assert [group[0].id for group in collapse(many[:5])] == places[:3]


def test_the_most_complete_article_is_read() -> None:
    text = run("w", 0, 100)
    group = [
        passage(1, "c", text),
        passage(2, "b", text, more=" and its end."),
        passage(3, "a", text, more=" and its end."),
    ]
    assert most_complete(group).id == 3
    assert most_complete(group[:1]).id == 1


TEXT = "The officials met on Monday. They agreed to two ships and two planes, the minister said on Tuesday."


@pytest.mark.parametrize(
    ("other", "stands_there"),
    [
        (f"BRUSSELS - {TEXT}", True),
        (TEXT[20:], True),
        ("No. On Monday they agreed to two ships and two planes, it is said.", False),
        ("The officials met on Monday. They agreed to two ships and two planes, it is said.", True),
        ("It agreed to 3 ships and two planes, the minister said on Tuesday.", True),
        ("They saw two planes.", False),
        ("", False),
    ],
)
def test_the_same_place_in_a_copy(other: str, stands_there: bool) -> None:
    """Forty characters on one side are enough."""
    start = TEXT.index("two planes")
    found = same_place(TEXT, start, start + 10, other)
    assert found == (other.index("two planes") if stands_there else None)


def test_a_text_that_is_all_answer() -> None:
    assert same_place("Yes.", 0, 4, "She said: Yes. And left.") == 10
    assert same_place("Yes.", 0, 4, "No.") is None
