"""Questions that may be asked, filters that make sense, and quotes that end at a whole character."""

from datetime import date

import pytest

from indexer.filters import Filter
from qa.answer import checked_filter, checked_question, whole_character
from qa.errors import BadFilter, BadQuestion


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("  Who \n won?\t", "Who won?"),
        ("cafe\u0301", "caf\u00e9"),
        ("a\x00b", "a b"),
        ("bad \udcff byte", "bad ? byte"),
        ("x" * 1000, "x" * 1000),
    ],
)
def test_a_question_is_cleaned(given: str, asked: str) -> None:
    assert checked_question(given) == asked


@pytest.mark.parametrize("given", ["", " \n", "?!", "😀", "x" * 1001])
def test_a_question_that_cannot_be_asked(given: str) -> None:
    with pytest.raises(BadQuestion) as caught:
        checked_question(given)
    assert caught.value.hint


def test_dates_that_exclude_each_other() -> None:
    with pytest.raises(BadFilter, match="2017-01-01 is later than --before 2016-01-01"):
        checked_filter(Filter(first=date(2017, 1, 1), last=date(2016, 1, 1)))
    same = Filter(first=date(2017, 1, 1), last=date(2017, 1, 1))
    assert checked_filter(same) is same


@pytest.mark.parametrize(
    ("text", "end", "whole"), [("cafe\u0301s", 4, 5), ("cafes", 4, 4), ("x\u0323\u0307", 1, 3), ("ab", 2, 2)]
)
def test_a_quote_ends_at_a_whole_character(text: str, end: int, whole: int) -> None:
    assert whole_character(text, end) == whole
