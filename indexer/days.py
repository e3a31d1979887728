"""Days as people type them in a filter: "2016", "March 3, 2021", "last week", "three days ago".

Strict: what is none of these forms is refused, never guessed at. English only. Knows no articles; the dates
that articles state are read by `dates.py`. The one home of dateparser.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from nutgraf.indexer.dates import FIRST_YEAR, MONTH, MONTHS, WRITTEN

LAST_YEAR = 2999
FORMS = "2016-01-27, 2016-01, 2016, January 2016, March 3, 2021, yesterday, last week, three days ago"
"""One example of each form, for whoever typed something else."""

_LONGEST_CHARS = 60
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
    """The days somebody means with a day, a week, a month or a year; both ends belong to it."""

    first: date
    last: date


def parse_days(text: str, *, today: date) -> DayRange:
    """Read a day, month or year as people write it, or one told from `today` on.

    A week runs from Monday to Sunday (ISO 8601). "last week" is the whole one before this, "last month" and
    "last year" likewise; "this week" goes to its end. "Three months ago" is one day: 31 May less three
    months is 28 February. Raises ValueError, in words for whoever typed it.
    """
    given = " ".join(text[: 2 * _LONGEST_CHARS].split())
    if not given.isascii() or len(given) > _LONGEST_CHARS or len(text) > 2 * _LONGEST_CHARS:
        raise _no_date(given)
    found = _calendar(given) or _span(given.lower(), today) or _ago(given.lower(), today)
    if found is None:
        if _TWO_DAYS.fullmatch(given):
            raise ValueError(f"{given!r} is one day in some countries, another in others: write YYYY-MM-DD")
        raise _no_date(given)
    return found


def _no_date(given: str) -> ValueError:
    shown = given if len(given) <= _LONGEST_CHARS else given[:_LONGEST_CHARS] + "…"
    return ValueError(f"{shown!r} is not a date: write it like one of {FORMS}")


def _no_year(given: str) -> ValueError:
    return ValueError(f"{given!r}: the year must lie between {FIRST_YEAR} and {LAST_YEAR}")


def _calendar(given: str) -> DayRange | None:
    """Read the forms that name a year."""
    matches = (form.fullmatch(given) for form in (_ISO, _MONTH_YEAR, *WRITTEN))
    match = next((match for match in matches if match), None)
    if match is None:
        return None
    parts = match.groupdict()
    if not FIRST_YEAR <= int(parts["year"]) <= LAST_YEAR:
        raise _no_year(given)
    try:
        year = _year(int(parts["year"]))
        if not parts.get("month"):
            return year
        month = _month(year.first.replace(month=_number(parts["month"])))
        return _one(month.first.replace(day=int(parts["day"]))) if parts.get("day") else month
    except ValueError as error:
        raise ValueError(f"{given!r} is not in the calendar: write YYYY-MM-DD") from error


def _span(given: str, today: date) -> DayRange | None:
    """Read "today", "yesterday", and this or the last week, month or year."""
    if given in {"today", "yesterday"}:
        return _one(today - timedelta(days=given == "yesterday"))
    match = _SPAN.fullmatch(given)
    if match is None:
        return None
    around = {"week": _week, "month": _month, "year": _year_of}[match[2]]
    this = around(today)
    return this if match[1] == "this" else around(this.first - timedelta(days=1))


def _ago(given: str, today: date) -> DayRange | None:
    """Read "two months and a day ago" by dateparser, which sees nothing but such phrases.

    By itself it takes "3 days" for the past, "1m ago" for a minute, and of two numbers of days the last: so
    units come in falling order, each once.
    """
    units = re.findall("|".join(_UNITS), given)
    if not _AGO.fullmatch(given) or units != [unit for unit in _UNITS if unit in units]:
        return None
    from dateparser import parse  # a fifth of a second, and as much at its first phrase

    settings = {
        "PARSERS": ["relative-time"],
        "RELATIVE_BASE": datetime.combine(today, time()),
        "TIMEZONE": "UTC",
    }
    found = parse(given, languages=["en"], settings=settings)
    if found is None or found.year < FIRST_YEAR:
        raise _no_year(given)
    return _one(found.date())


def _number(month: str) -> int:
    return int(month) if month.isdigit() else MONTHS[month[:3].title()]


def _one(day: date) -> DayRange:
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
