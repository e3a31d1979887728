"""Comparing answers as values."""

from decimal import Decimal

import pytest

from nutgraf.qa.values import number_of, other_unit, value_in, value_key, with_units


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
        ("14 metres", "14-metre", "14 meters", "14 metres long"),
        ("at least 12", "12 at least", "12 or more", "12+", "a minimum of 12", "not fewer than 12"),
        ("up to 12", "as many as 12", "12 at most", "12 or fewer", "not more than 12"),
        ("well over 12", "more than 12", "upwards of 12", "in excess of 12"),
        ("12 May", "May 12", "on May 12th", "on 12 May", "12 may"),
        ("Tuesday", "on Tuesday"),
        ("A$5 million", "A$5m"),
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
        ("12 degrees", "-12 degrees"),
        ("12 degrees", "minus 12 degrees"),
        ("$5 million", "A$5 million"),
        ("$5 million", "C$5 million"),
        ("not even 1,000", "1,000"),
        ("between 900 and 1,000", "1,000"),
        ("2 percent", "2 percentage points"),
        ("12 May", "12 June"),
        ("12 May", "12"),
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
        ("It cost more than $1.2 billion.", "$1.2 billion", "> 1200000000 $"),
        ("Not fewer than 12 died.", "12", ">= 12"),
        ("Not even 1,000 came.", "1,000", "< 1000"),
        ("As many as 1,000 came.", "1,000", "<= 1000"),
        ("Between 900 and 1,000 came.", "1,000", "between 900 and 1000"),
        ("Between 900 and 1,000 came.", "900", "between 900 and 1000"),
        ("Some 900 to 1,000 came.", "900", "900 to 1000"),
        ("It fell to -12 degrees.", "12 degrees", "- 12 degrees"),
        ("It cost 3 million euros.", "3 million", "3000000 €"),
        ("It lost A$5 million.", "$5 million", "5000000 A$"),
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


@pytest.mark.parametrize(
    ("answer", "same"),
    [
        ("$22 an hour", "$22"),
        ("$1.2 million a year", "1.2 million dollars"),
        ("$4.98 per gallon", "$4.98"),
        ("a 6.3 magnitude", "magnitude 6.3"),
    ],
)
def test_a_rate_or_the_order_of_words_makes_no_other_value(answer: str, same: str) -> None:
    assert value_key(answer) == value_key(same)


def test_a_bare_number_is_the_one_with_the_only_unit() -> None:
    keys = [value_key(answer) for answer in ("17", "the 17-year-old", "more than 40", "more than 40 days")]
    assert with_units(keys) == {"17": "17 years", "> 40": "> 40 days"}
    assert with_units(["12", "12 years in prison", "12 years"]) == {"12": "12 years"}


@pytest.mark.parametrize(
    "answers",
    [
        ("40", "40%"),
        ("22", "$22"),
        ("12", "12 days", "12 soldiers"),
        ("12", "more than 12 days"),
        ("12", "12 injured"),
        ("12", "12 others"),
        ("Bo", "12 days"),
    ],
)
def test_money_shares_and_what_has_two_units_are_no_bare_numbers(answers: tuple[str, ...]) -> None:
    assert with_units(map(value_key, answers)) == {}


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("How many months did the prosecutor ask for?", "four years", ("years", "months")),
        ("How many more miles is it?", "12 km", ("kilometres", "miles")),
        ("How much dollars is it?", "5 million euros", ("€", "$")),
        ("How many years did he get?", "four years", None),
        ("How many years did he get?", "four", None),
        ("How many people came in two days?", "12 years", None),
        ("How long did it last?", "four years", None),
        ("How many days was the ship away?", "Orlow", None),
    ],
)
def test_a_number_in_another_unit(question: str, answer: str, expected: tuple[str, str] | None) -> None:
    text = f"It was {answer}, they said."
    assert other_unit(question, text, 7, 7 + len(answer)) == expected
