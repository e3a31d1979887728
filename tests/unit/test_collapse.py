"""Copies of one passage take one place; places of one text are found in its copies."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.storage import Passage
from nutgraf.qa.collapse import MOST_VERSIONS, collapse, newest, same_context, same_place


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


def test_the_newest_article_is_read_and_of_one_day_the_longest() -> None:
    text = run("w", 0, 100)
    group = [
        passage(1, "c", text),
        passage(2, "b", text, more=" and its end."),
        passage(3, "a", text, more=" and its end."),
    ]
    assert newest(group).id == 3
    assert newest(group[:1]).id == 1
    dated = replace(group[0], article=replace(group[0].article, published=datetime(2021, 2, 3, tzinfo=UTC)))
    older = replace(group[1], article=replace(group[1].article, published=datetime(2021, 2, 1, tzinfo=UTC)))
    assert newest([older, group[2], dated]).id == 1


def test_an_update_is_no_copy_and_its_copies_are_its_own() -> None:
    text = f"{run('w', 0, 30)} killing 12 people in {run('v', 0, 30)}"
    update = text.replace("12", "31")
    versions = [
        passage(1, "a", text),
        passage(2, "b", update),
        passage(3, "c", update),
        passage(4, "d", text),
    ]
    assert ids(collapse(versions)) == [[1, 4], [2, 3]]


def test_five_hundred_versions_of_a_story_are_compared_with_one() -> None:
    text = f"{run('w', 0, 30)} killing {{}} people in {run('v', 0, 30)}"
    versions = [passage(n, f"a{n}", text.format(1000 + n)) for n in range(500)]
    assert len(collapse(versions)) == 500


def versions(count: int, hours: int) -> list[Passage]:
    """Return so many versions of a passage, each with another number, so many hours apart."""
    first = datetime(2021, 2, 1, tzinfo=UTC)
    words = run("w", 0, 60)
    made = [passage(n, f"v{n}", f"{words} killed {n + 12} people {words[::-1]}") for n in range(count)]
    return [
        replace(p, article=replace(p.article, published=first + timedelta(hours=hours * n)))
        for n, p in enumerate(made)
    ]


def test_outdated_versions_stand_behind_the_newest() -> None:
    groups = collapse(versions(500, hours=6))
    assert len(groups) == MOST_VERSIONS
    assert [p.id for p in groups[0]] == [*range(500 - MOST_VERSIONS), 499]
    assert newest(groups[0]).id == 499
    assert ids(groups[1:]) == [[495], [496], [497], [498]]


def test_versions_of_other_weeks_keep_their_places() -> None:
    assert len(collapse(versions(20, hours=24 * 7))) == 20


def test_of_versions_of_one_hour_the_last_is_the_newest() -> None:
    groups = collapse(versions(12, hours=1))
    assert newest(groups[0]).id == 11


def test_a_number_does_not_stand_in_a_longer_one() -> None:
    text = "It killed 14 people, officials said on Monday."
    assert same_place(text, 10, 12, text.replace("14", "114")) is None
    assert same_place(text, 10, 12, f"At Tarn: {text}") == 19


def test_the_same_context_on_one_side_is_enough() -> None:
    old, new = (
        "A blast killed at least 12 people in Drevnik.",
        "A blast killed 31 people in Drevnik on Monday.",
    )
    assert same_context(old, (24, 26), new, (15, 17)) is False  # " people in Drevnik." is too short
    longer = "A blast killed at least {} people in a block of flats."
    assert same_context(longer.format(12), (24, 26), longer.format(31), (24, 26))
    assert not same_context(longer.format(12), (24, 26), "There were 31 dead people in the block.", (11, 13))


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
