"""Reports of one template against versions of one story: made-up texts, in numbers that can be counted."""

import pytest

from nutgraf.indexer.duplicates import copies, shingled, words
from nutgraf.indexer.templates import is_other_report

LOTTERY = (
    "The winning numbers in {day}'s drawing on {date} March were {a}, {b} and {c}. Nobody matched all of "
    "them, so the jackpot rises to {jackpot} million dollars. A ticket for {prize} thousand was sold in the "
    "county. Tickets cost two dollars and are sold in every state. To play, pick three of "
    "fifty. Winners have half a year to claim a prize at the office of the lottery, and pay taxes on it."
)
WEDNESDAY = LOTTERY.format(day="Wednesday", date=4, a=3, b=17, c=42, jackpot=120, prize=50)
SATURDAY = LOTTERY.format(day="Saturday", date=7, a=9, b=21, c=33, jackpot=135, prize=10)
WEATHER = (
    "{day} brings clouds to the coast. The temperature reaches {high} degrees in the afternoon and falls to "
    "{low} degrees at night. The wind blows from the west at {wind} kilometres an hour, and the chance of "
    "rain is {rain} per cent. The sun rises at {rise} and sets at {set}. The office in Tarn makes it, "
    "which publishes it every morning and every evening on its pages and by telephone."
)
MONDAY = WEATHER.format(day="On Monday morning", high=21, low=12, wind=15, rain=30, rise="5:40", set="21:10")
TUESDAY = WEATHER.format(day="On Tuesday morning", high=18, low=9, wind=35, rain=80, rise="5:41", set="21:09")
BLAST = (
    "A gas blast tore through a block of flats in Drevnik early on Monday, killing at least {dead} people "
    "and injuring {hurt}, officials said on {day}. The blast happened at about 5 in the morning, when "
    "most residents were asleep, and could be heard 10 kilometres away. It was built in 1978 and has 9 "
    "floors. The governor, Pavel Orlik, 51, declared a day of mourning, the first since the fire of 2003."
)
FIRST = BLAST.format(dead=12, hurt=40, day="Monday")
UPDATE = BLAST.format(dead=31, hurt=75, day="Tuesday")


@pytest.mark.parametrize("days", [None, 3, 7, 350])
def test_two_draws_of_a_lottery_are_two_reports(days: int | None) -> None:
    assert is_other_report(words(WEDNESDAY), words(SATURDAY), days)
    assert is_other_report(words(SATURDAY), words(WEDNESDAY), days)
    assert not copies(shingled(WEDNESDAY, 0), shingled(SATURDAY, days))


@pytest.mark.parametrize("days", [1, 7])
def test_the_weather_of_two_days_is_two_reports(days: int) -> None:
    assert not copies(shingled(MONDAY, 0), shingled(TUESDAY, days))


@pytest.mark.parametrize("days", [None, 0, 1, 6])
def test_an_update_is_a_version_of_its_story(days: int | None) -> None:
    assert not is_other_report(words(FIRST), words(UPDATE), days)
    assert copies(shingled(FIRST, 0), shingled(UPDATE, days))


def test_a_short_text_with_another_number_is_another_report_weeks_later() -> None:
    assert is_other_report(words(FIRST), words(UPDATE), 7)


def test_the_same_words_are_never_another_report() -> None:
    assert not is_other_report(words(WEDNESDAY), words(WEDNESDAY), 350)
    assert copies(shingled(WEDNESDAY, 0), shingled(WEDNESDAY, 350))


def test_one_number_in_a_long_text_is_an_edit_even_weeks_later() -> None:
    story = " ".join(
        f"word{'abcdefghij'[n % 10]}{'klmnopqrst'[n // 10 % 10]}{chr(97 + n // 100)}" for n in range(400)
    )
    assert not is_other_report(
        words(f"{story} in 12 towns of the county"), words(f"{story} in 13 towns of the county"), 90
    )


def test_photographs_that_are_counted_anew_count_once() -> None:
    def gallery(total: int) -> str:
        return " ".join(
            f"hide caption {n} of {total} photos the scene {chr(97 + n)} shows another street of the old town"
            for n in range(1, 20)
        )

    assert not is_other_report(words(gallery(20)), words(gallery(25)), 60)
