"""Comparing answers as values."""

from decimal import Decimal

import pytest

from nutgraf.qa.values import number_of, value_in, value_key


@pytest.mark.parametrize(
    "wordings",
    [
        ("1,000", "1000", "a thousand", "one thousand", "about 1,000", "1,000 people"),
        ("$1.2 billion", "1.2bn dollars", "US$1.2 billion", "$1,200 million", "1.2 billion USD"),
        ("37%", "37 per cent", "37 percent", "just over 37 per cent"),
        ("more than 1,000", "over 1,000", "More than a thousand"),
        ("at least 31", "at least thirty-one", "31 or more"),
        ("four", "4", "Four"),
        ("250", "two hundred and fifty", "two hundred fifty"),
        ("£7m", "7 million pounds", "£7 million"),
        ("12 years", "twelve years"),
        ("two dozen", "24"),
        ("the New Sanctions", "new sanctions"),
        ("Brazil", "Brazil’s", "Brazil's"),
    ],
)
def test_the_same_value_in_other_words(wordings: tuple[str, ...]) -> None:
    assert len({value_key(wording) for wording in wordings}) == 1


@pytest.mark.parametrize(
    ("value", "other"),
    [
        ("1,000", "more than 1,000"),
        ("1,000", "fewer than 1,000"),
        ("more than 1,000", "at least 1,000"),
        ("40", "40%"),
        ("$40", "£40"),
        ("$40 million", "$40 billion"),
        ("12 years", "12 months"),
        ("5", "5th"),
        ("Apollo 11", "11"),
        ("Title 8", "8"),
        ("3 to 4", "3"),
        ("1.5", "15"),
        ("guilty", "not guilty"),
        ("6-4", "64"),
        ("21 and 12", "33"),
    ],
)
def test_another_value_in_similar_words(value: str, other: str) -> None:
    assert value_key(value) != value_key(other)


def test_a_key_can_be_read() -> None:
    assert value_key("more than $1.2 billion") == "> 1200000000 $"
    assert value_key("The mill's owner") == "mills owner"


def test_what_is_no_value_is_compared_by_its_words() -> None:
    assert value_key("") == ""
    assert value_key("…") == ""
    long = "one " * 5000
    assert value_key(long) == long.strip()


def test_a_number_of_many_digits_is_a_number() -> None:
    assert value_key("9" * 4000) == "9" * 4000


@pytest.mark.parametrize(
    ("text", "words", "key"),
    [
        ("It employs more than 1,000 people.", "1,000", "> 1000"),
        ("It employs just over 1,000 people.", "1,000", "1000"),
        ("It employs 1,000 people.", "1,000", "1000"),
        ("It cost $1.2 billion.", "1.2", "1200000000 $"),
        ("It lost 40 per cent of it.", "40", "40 %"),
        ("At least thirty-one died.", "thirty-one", ">= 31"),
        ("Some 31 or more died.", "31", ">= 31"),
        ("Over Brazil it rains.", "Brazil", "brazil"),
        ("The moreover 12 people.", "12", "12"),
    ],
)
def test_a_value_takes_in_what_bounds_it_in_the_text(text: str, words: str, key: str) -> None:
    start = text.index(words)
    assert value_in(text, start, start + len(words)) == key


@pytest.mark.parametrize(
    ("wording", "expected"),
    [
        ("at least 31", (Decimal(31), "")),
        ("1,000 people", (Decimal(1000), "")),
        ("$1.5 million", (Decimal(1500000), "$")),
        ("12 years", (Decimal(12), "years")),
        ("Anna Holt", None),
        ("Apollo 11", None),
        ("3 to 4", None),
    ],
)
def test_the_number_of_a_key(wording: str, expected: tuple[Decimal, str] | None) -> None:
    assert number_of(value_key(wording)) == expected
