"""Days as people type them in a filter: "2016", "March 3, 2021", "last week", "three days ago".

A text that has none of these forms is refused; nothing is guessed. The forms are English. Knows no articles:
`dates.py` reads the dates that articles state. The one home of dateparser.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from nutgraf.indexer.dates import FIRST_YEAR, MONTH, MONTHS, WRITTEN

LAST_YEAR = 2999  # a filter may reach into the future
FORMS = "2016-01-27, 2016-01, 2016, January 2016, March 3, 2021, yesterday, last week, three days ago"
"""An example of each form, for the message to a person who typed something else."""

_LONGEST_CHARS = 60  # longer than any of the forms
_ISO = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?")
_MONTH_YEAR = re.compile(rf"{MONTH},?\s(?P<year>[0-9]{{4}})", re.IGNORECASE)
_TWO_DAYS = re.compile(r"[0-9]{1,2}([/.-])[0-9]{1,2}\1[0-9]{4}")
_SPAN = re.compile(r"(last|this) (week|month|year)")
_UNITS = ("decade", "year", "month", "fortnight", "week", "day")
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_PART = rf"(?:[0-9]{{1,3}}|an?|{_ONES}|{_TEENS}|(?:{_TENS})(?:[ -](?:{_ONES}))?) (?:{'|'.join(_UNITS)})s?"
_AGO = re.compile(rf"{_PART}(?:(?:,| and|, and)? {_PART}){{0,5}} ago")


@dataclass(frozen=True, slots=True)
class DayRange:
    """A day, week, month or year as its first and its last day; both belong to it."""

    first: date
    last: date


def parse_days(text: str, *, today: date) -> DayRange:
    """Read a day, month or year as people write it, or one counted from `today`, such as "last week".

    A week runs from Monday to Sunday (ISO 8601). "last week" is the whole week before this one, "last
    month" and "last year" likewise; "this week" goes to its end. "Three months ago" is one day: 31 May less
    three months is 28 February. Raises ValueError with a message for the person who typed it.
    """
    words = " ".join(text[: 2 * _LONGEST_CHARS].split())
    if not words.isascii() or len(words) > _LONGEST_CHARS or len(text) > 2 * _LONGEST_CHARS:
        raise _no_date(words)
    days = _calendar(words) or _span(words.lower(), today) or _ago(words.lower(), today)
    if days is None:
        if _TWO_DAYS.fullmatch(words):
            raise ValueError(f"{words!r} is one day in some countries, another in others: write YYYY-MM-DD")
        raise _no_date(words)
    return days


def _no_date(words: str) -> ValueError:
    shown = words if len(words) <= _LONGEST_CHARS else words[:_LONGEST_CHARS] + "…"
    return ValueError(f"{shown!r} is not a date: write it like one of {FORMS}")


def _no_year(words: str) -> ValueError:
    return ValueError(f"{words!r}: the year must lie between {FIRST_YEAR} and {LAST_YEAR}")


def _calendar(words: str) -> DayRange | None:
    """Read the forms that name a year."""
    matches = (form.fullmatch(words) for form in (_ISO, _MONTH_YEAR, *WRITTEN))
    match = next((match for match in matches if match), None)
    if match is None:
        return None
    parts = match.groupdict()
    if not FIRST_YEAR <= int(parts["year"]) <= LAST_YEAR:
        raise _no_year(words)
    try:
        year = _year(int(parts["year"]))
        if not parts.get("month"):
            return year
        month = _month(year.first.replace(month=_number(parts["month"])))
        return _one_day(month.first.replace(day=int(parts["day"]))) if parts.get("day") else month
    except ValueError as error:
        raise ValueError(f"{words!r} is not in the calendar: write YYYY-MM-DD") from error


def _span(words: str, today: date) -> DayRange | None:
    """Read "today", "yesterday", and this or the last week, month or year."""
    if words in {"today", "yesterday"}:
        return _one_day(today - timedelta(days=words == "yesterday"))
    match = _SPAN.fullmatch(words)
    if match is None:
        return None
    around = {"week": _week, "month": _month, "year": _year_of}[match[2]]
    this = around(today)
    return this if match[1] == "this" else around(this.first - timedelta(days=1))


def _ago(words: str, today: date) -> DayRange | None:
    """Read "two months and a day ago" by dateparser, which sees nothing but such phrases.

    By itself dateparser takes "3 days" for the past, "1m ago" for a minute, and of two numbers of days the
    last. So units must come in falling order, each once.
    """
    units = re.findall("|".join(_UNITS), words)
    if not _AGO.fullmatch(words) or units != [unit for unit in _UNITS if unit in units]:
        return None
    from dateparser import parse  # its import takes a fifth of a second, and so does its first phrase

    settings = {
        "PARSERS": ["relative-time"],
        "RELATIVE_BASE": datetime.combine(today, time()),
        "TIMEZONE": "UTC",
    }
    moment = parse(words, languages=["en"], settings=settings)
    if moment is None or moment.year < FIRST_YEAR:
        raise _no_year(words)
    return _one_day(moment.date())


def _number(month: str) -> int:
    return int(month) if month.isdigit() else MONTHS[month[:3].title()]


def _one_day(day: date) -> DayRange:
    return DayRange(day, day)


def _week(day: date) -> DayRange:
    monday = day - timedelta(days=day.weekday())
    return DayRange(monday, monday + timedelta(days=6))


def _month(day: date) -> DayRange:
    return DayRange(day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1]))


def _year_of(day: date) -> DayRange:
    return _year(day.year)


def _year(year: int) -> DayRange:
    return DayRange(date(year, 1, 1), date(year, 12, 31))
