"""Days in a filter: which days a phrase means, and that nothing else is taken for one."""

import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.indexer.days import FORMS, DayRange, parse_days

TODAY = date(2022, 3, 16)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2020-02-29", date(2020, 2, 29), date(2020, 2, 29)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        (" 2021 ", date(2021, 1, 1), date(2021, 12, 31)),
        ("2999", date(2999, 1, 1), date(2999, 12, 31)),
        ("2021/3/3", date(2021, 3, 3), date(2021, 3, 3)),
        ("January 2016", date(2016, 1, 1), date(2016, 1, 31)),
        ("feb. 2016", date(2016, 2, 1), date(2016, 2, 29)),
        ("March 3, 2021", date(2021, 3, 3), date(2021, 3, 3)),
        ("3rd of March 2021", date(2021, 3, 3), date(2021, 3, 3)),
        ("today", date(2022, 3, 16), date(2022, 3, 16)),
        ("Yesterday", date(2022, 3, 15), date(2022, 3, 15)),
        ("this week", date(2022, 3, 14), date(2022, 3, 20)),
        ("last  week", date(2022, 3, 7), date(2022, 3, 13)),
        ("this month", date(2022, 3, 1), date(2022, 3, 31)),
        ("LAST MONTH", date(2022, 2, 1), date(2022, 2, 28)),
        ("this year", date(2022, 1, 1), date(2022, 12, 31)),
        ("last year", date(2021, 1, 1), date(2021, 12, 31)),
        ("a day ago", date(2022, 3, 15), date(2022, 3, 15)),
        ("three days ago", date(2022, 3, 13), date(2022, 3, 13)),
        ("16 days ago", date(2022, 2, 28), date(2022, 2, 28)),
        ("two weeks and three days ago", date(2022, 2, 27), date(2022, 2, 27)),
        ("twenty-one days ago", date(2022, 2, 23), date(2022, 2, 23)),
        ("a fortnight ago", date(2022, 3, 2), date(2022, 3, 2)),
        ("6 months ago", date(2021, 9, 16), date(2021, 9, 16)),
        ("1 year, 2 months and 1 day ago", date(2021, 1, 15), date(2021, 1, 15)),
        ("a decade ago", date(2012, 3, 16), date(2012, 3, 16)),
    ],
)
def test_what_a_phrase_means(text: str, first: date, last: date) -> None:
    assert parse_days(text, today=TODAY) == DayRange(first, last)


def test_edges_of_the_calendar() -> None:
    assert parse_days("three months ago", today=date(2022, 5, 31)).first == date(2022, 2, 28)
    assert parse_days("a year ago", today=date(2020, 2, 29)).first == date(2019, 2, 28)
    assert parse_days("last month", today=date(2022, 1, 1)) == DayRange(date(2021, 12, 1), date(2021, 12, 31))
    monday, sunday = date(2022, 3, 14), date(2022, 3, 20)
    for day in (monday, sunday):
        assert parse_days("last week", today=day) == DayRange(date(2022, 3, 7), date(2022, 3, 13))


ACCEPTED = f"is not a date: write it like one of {FORMS}"
YEARS = "the year must lie between 1600 and 2999"
CALENDAR = "is not in the calendar: write YYYY-MM-DD"
ORDER = "is one day in some countries, another in others: write YYYY-MM-DD"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2016" + " " * 130 + "-05 or so", ACCEPTED),
        *[(text, YEARS) for text in ("0000", "0000-00-00", "1599", "3000-01-01", "March 3, 9999")],
        *[(text, YEARS) for text in ("999 years ago", "999 decades ago")],
        *[(text, CALENDAR) for text in ("2022-13-01", "2022-00", "2021-02-29", "February 30, 2020")],
        *[(text, ORDER) for text in ("03/04/2016", "27/01/2016", "3.4.2016")],
        *[(text, ACCEPTED) for text in ("", " ", "may", "12", "16", "mon", "Monday", "last Monday", "noon")],
        *[(text, ACCEPTED) for text in ("now", "soon", "tomorrow", "next week", "in 3 days", "this decade")],
        *[(text, ACCEPTED) for text in ("yesterday-ish", "last week last week", "week", "last", "10:30")],
        *[
            (text, ACCEPTED)
            for text in ("3 days", "days ago", "-3 days ago", "1.5 years ago", "1m ago", "3d")
        ],
        *[(text, ACCEPTED) for text in ("2 hours ago", "1 day and 2 days ago", "a week and a year ago")],
        *[(text, ACCEPTED) for text in ("3 days ago ago", "1000 days ago", "2 may ago", "ago", "a ago")],
        *[(text, ACCEPTED) for text in ("12 12 12", "2016 2016", "may 2016 3", "Jan 62021", "March 3")],
        *[(text, ACCEPTED) for text in ("March 3, 21", "3/4/16", "-2016", "+2016-01-01", "20160127")],
        *[(text, ACCEPTED) for text in ("2016-01-27T10:00:00Z", "1453852800", "2016-W04", "spring 2016")],
        *[
            (text, ACCEPTED)
            for text in ("gestern", "letzte Woche", "hier", "٢٠٢٢-٠١-٠١", "ſept 2021", "２０１６")
        ],
        *[
            (text, ACCEPTED)
            for text in ("2016; DROP TABLE", "2016\x00", "\x1b[31m2016", "1 " * 500 + "days ago")
        ],
    ],
)
def test_what_is_no_day(text: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - its whole message is compared
        parse_days(text, today=TODAY)
    assert str(caught.value).endswith(message)


def test_a_long_text_is_not_repeated() -> None:
    with pytest.raises(ValueError, match="is not a date") as caught:
        parse_days("x" * 1_000_000, today=TODAY)
    assert str(caught.value).startswith(f"'{'x' * 60}…' is not")


@given(st.text(alphabet="0123456789 ,-/.adeghijlmnorstuwyMJ", max_size=70))
def test_nothing_but_a_value_error(text: str) -> None:
    try:
        found = parse_days(text, today=TODAY)
    except ValueError:
        return
    assert date(1600, 1, 1) <= found.first <= found.last <= date(2999, 12, 31)


def test_dateparser_is_imported_for_its_phrases_alone() -> None:
    code = (
        "import sys; from datetime import date; from nutgraf.indexer.days import parse_days\n"
        "for text in ('2016', 'January 2016', 'March 3, 2021', 'yesterday', 'last week', 'ago'):\n"
        "    try: parse_days(text, today=date(2022, 3, 16))\n"
        "    except ValueError: pass\n"
        "print('dateparser' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
