"""Who contradicts whom over time, and who stands: days and voices by hand."""

from datetime import date
from decimal import Decimal

import pytest

from nutgraf.qa.answer_status import AnswerPeriod, Mention, statuses


def era(*said: str) -> AnswerPeriod:
    """Return an era of "month-day outlet" or "month-day outlet story"; a story is one article's own else."""
    parts = [one.split() for one in said]
    return AnswerPeriod(
        tuple(
            Mention(date.fromisoformat(f"2020-{day}"), story[0] if story else f"{outlet} {day}", outlet)
            for day, outlet, *story in parts
        )
    )


@pytest.mark.parametrize(
    ("eras", "expected"),
    [
        ([], []),
        ([era("01-01 a")], ["current"]),
        # One after the other, also from one day to the next.
        ([era("01-01 a"), era("02-01 a"), era("03-01 b")], ["superseded", "superseded", "current"]),
        ([era("01-01 a", "01-09 b"), era("01-10 a", "01-11 b")], ["superseded", "current"]),
        # One outlet against two, within their days, on their last day, and long before it.
        ([era("01-01 a", "01-03 b"), era("01-02 c")], ["current", "disputed"]),
        ([era("01-01 a", "01-03 b"), era("01-03 c")], ["current", "disputed"]),
        ([era("01-01 a", "03-01 b"), era("01-02 c")], ["current", "disputed"]),
        ([era("01-02 c"), era("01-01 a", "01-03 b")], ["disputed", "current"]),
        # The lonely one is heard last: two of the month before speak against it. After two months it stands,
        # and so it does if a second outlet says it after more than a week.
        ([era("01-01 a", "01-03 b", "01-03 d"), era("01-02 c", "01-10 c")], ["current", "disputed"]),
        ([era("01-01 a", "01-03 b", "01-03 d"), era("01-02 c", "01-11 c")], ["current", "disputed"]),
        ([era("01-01 a", "01-03 b", "01-03 d"), era("01-02 c", "03-11 c")], ["superseded", "current"]),
        (
            [era("01-01 a", "01-03 b", "01-03 d"), era("01-02 c", "01-11 c", "01-11 e")],
            ["superseded", "current"],
        ),
        # A single newest article says something new, against several of the month before: nothing is certain.
        ([era("01-01 a", "01-03 b"), era("01-05 c")], ["disputed", "disputed"]),
        ([era("01-01 a", "01-03 b"), era("01-05 c", "01-06 c")], ["superseded", "current"]),
        ([era("01-01 a", "01-03 b"), era("01-05 c", "01-06 d")], ["superseded", "current"]),
        ([era("01-01 a", "01-03 b"), era("03-05 c")], ["superseded", "current"]),
        ([era("01-01 a wire", "01-03 b wire"), era("01-05 c")], ["superseded", "current"]),
        ([era("01-01 a", "01-03 b"), era("01-05 c"), era("01-06 d")], ["disputed", "disputed", "disputed"]),
        # The name of before comes up once more, after the new one is established.
        (
            [era("01-01 a", "01-20 b"), era("02-01 a", "02-03 b"), era("02-20 c")],
            ["superseded", "disputed", "disputed"],
        ),
        ([era("01-01 a", "01-20 b", "02-20 c"), era("02-01 a", "02-03 b")], ["disputed", "current"]),
        # A handover: some go on with the old name for a while.
        (
            [era("01-01 a", "02-01 b", "02-03 c"), era("02-02 a", "02-03 b", "02-04 d")],
            ["superseded", "current"],
        ),
        # The old name is heard last, and from fewer: it is neither current nor simply over.
        ([era("01-01 a", "02-05 c"), era("02-02 a", "02-03 b", "02-04 d")], ["disputed", "current"]),
        # As many on both sides: nothing is current, and what was before is not, either.
        ([era("02-01 a"), era("02-01 b")], ["disputed", "disputed"]),
        ([era("01-01 a"), era("02-01 a"), era("02-01 b")], ["superseded", "disputed", "disputed"]),
        ([era("02-01 a"), era("02-01 b"), era("03-01 c")], ["disputed", "disputed", "current"]),
    ],
)
def test_statuses(eras: list[AnswerPeriod], expected: list[str]) -> None:
    assert statuses(eras) == expected


def test_an_outlet_that_repeats_itself_is_one_voice_and_so_is_a_story_in_two_outlets() -> None:
    assert era("01-01 a", "01-02 a", "01-03 a").voices() == 1
    assert era("01-01 a wire", "01-02 b wire", "01-03 c wire").voices() == 1
    assert era("01-01 a wire", "01-02 b wire", "01-03 b own").voices() == 2
    assert era("01-01 a", "01-02 b").voices(date(2020, 1, 2)) == 1


def test_the_wrong_outlet_may_be_as_loud_as_it_likes() -> None:
    wrong = era("01-02 c", "01-03 c", "01-04 c", "01-05 c")
    assert statuses([era("01-01 a", "01-03 b", "01-06 d"), wrong]) == ["current", "disputed"]


def test_where_each_beats_the_next_none_is_current() -> None:
    one = era("01-01 a", "01-20 b", "01-20 c", "01-20 d", "01-20 l")
    two = era("01-20 e", "01-20 f", "01-21 k", "01-25 g")
    three = era("01-20 h", "01-29 i", "01-29 j")
    assert statuses([one, two]) == ["current", "disputed"]  # four voices each since then, five in all
    assert statuses([two, three]) == ["current", "disputed"]  # four voices, three
    assert statuses([one, three]) == ["superseded", "current"]  # two voices, nine days later
    assert statuses([one, two, three]) == ["superseded", "disputed", "disputed"]


def counted(number: int, *said: str, unit: str = "") -> AnswerPeriod:
    return AnswerPeriod(era(*said).mentions, (Decimal(number), unit))


@pytest.mark.parametrize(
    ("eras", "expected"),
    [
        # A larger number that came later stands, were it a single article's against several.
        ([counted(12, "01-01 a", "01-02 b"), counted(31, "01-03 c")], ["superseded", "current"]),
        ([counted(12, "01-01 a", "01-03 b"), counted(31, "01-02 c")], ["disputed", "current"]),
        ([counted(12, "01-01 a"), counted(31, "01-01 c")], ["disputed", "current"]),
        # A smaller one that came later is stale, unless several give it later still.
        ([counted(31, "01-01 a", "01-02 b"), counted(12, "01-03 c")], ["current", "disputed"]),
        ([counted(31, "01-01 a", "01-02 b"), counted(12, "01-02 c", "01-05 d")], ["current", "disputed"]),
        ([counted(31, "01-01 a", "01-02 b"), counted(28, "01-05 c", "01-06 d")], ["superseded", "current"]),
        # Less than half of the count within a month is that of a part, however many give it.
        ([counted(31, "01-01 a", "01-02 b"), counted(12, "01-05 c", "01-06 d")], ["current", "disputed"]),
        (
            [counted(31, "01-01 a", "01-05 b"), counted(12, "01-05 c", "01-20 d", "01-20 e")],
            ["current", "disputed"],
        ),
        ([counted(31, "01-01 a", "01-02 b"), counted(12, "03-05 c", "03-06 d")], ["superseded", "current"]),
        # Of other units there is no larger one.
        ([counted(31, "01-01 a", "01-02 b"), counted(12, "01-03 c", unit="miles")], ["disputed", "disputed"]),
    ],
)
def test_counts_that_grow(eras: list[AnswerPeriod], expected: list[str]) -> None:
    assert statuses(eras) == expected
