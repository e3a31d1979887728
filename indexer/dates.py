"""Dates as newspapers, feeds and people write them. Knows no files, and never guesses a date."""

import calendar
import email.utils
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

FIRST_YEAR = 1600  # the first printed newspaper is from 1605
LAST_YEAR = 2999

_MONTHS = {name: number for number, name in enumerate(calendar.month_abbr) if name}
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>[0-9]{4})"
_WRITTEN = tuple(
    re.compile(rf"(?<![\w/.-]){form}(?![\w/-])", re.IGNORECASE)
    for form in (
        rf"{_MONTH}\s{{1,3}}{_DAY}\s{{0,3}},?\s{{0,3}}{_YEAR}",
        rf"{_DAY}(?:\s{{1,3}}of)?[\s-]{{1,3}}{_MONTH},?[\s-]{{1,3}}{_YEAR}",
        rf"{_YEAR}[/.-](?P<month>[0-9]{{1,2}})[/.-](?P<day>[0-9]{{1,2}})",
    )
)
_SLASHED = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
# What may stand around a date for the line to say nothing but the date.
_AROUND = re.compile(
    r"(?:\b(?:first|last|originally|published|updated|modified|posted|date|on|at|by|the|of|time"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|[ap]\.?m\b\.?|noon|midnight|[a-z]{0,2}[esd]t|gmt|utc|cet|cest|bst|ist|jst|kst|z)\b"
    r"|[0-9]{1,2}(?:[:.][0-9]{2}){0,2}(?=\s{0,2}[ap]\.?m)|[0-9]{1,2}[:.h][0-9]{2}(?:[:.][0-9]{2})?"
    r"|[+-][0-9]{2}:?[0-9]{2}|[\s,.:;|()/–—-])*",
    re.IGNORECASE,
)
_MAIL = re.compile(
    r"(?:[a-z]{3},\s+)?[0-9]{1,2}\s+[a-z]{3}\s+[0-9]{4}\s+[0-9]{2}:[0-9]{2}.{0,20}", re.IGNORECASE
)
_IN_URL = re.compile(r"/((?:19|20)[0-9]{2})[/-]([0-9]{1,2}|[a-z]{3})[/-]([0-9]{1,2})(?![0-9])", re.IGNORECASE)
_DAY_ARGUMENT = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")
_LONGEST_CHARS = 80
_EPOCH_SECONDS_DIGITS = 10
_EPOCH_MILLISECONDS_DIGITS = 13


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A point in time in UTC, or None with the reason (one sentence fragment) why there is none."""

    value: datetime | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DayRange:
    """The days somebody means with a day, a month or a year; both ends belong to it."""

    first: date
    last: date


def parse_date(text: str, *, today: date | None = None) -> ParsedDate:
    """Read a given date: ISO 8601, RFC 2822, epoch seconds or milliseconds, or a written day.

    A time without a zone is taken as UTC; a day without a time is its midnight in UTC. Days before
    1600 and after tomorrow are refused, and so is 03/04/2016, which is two days.
    """
    given = text.strip()
    if not given:
        return ParsedDate(None, "no date given")
    if len(given) > _LONGEST_CHARS:
        return ParsedDate(None, f"not a date: {given[:40]}…")
    try:
        found = _instant(given)
    except (ValueError, OverflowError, TypeError, IndexError):
        found = None
    return _written(given, today) if found is None else _checked(found, given, today)


def parse_date_line(line: str, *, today: date | None = None) -> ParsedDate:
    """Read the day of a line that says nothing but a date: "Published: Jan. 6, 2021, 5:00 p.m. EST"."""
    given = line.strip()
    if not given or len(given) > _LONGEST_CHARS:
        return ParsedDate(None, "not a date line")
    return _written(given, today)


def date_in_url(url: str, *, today: date | None = None) -> ParsedDate:
    """Read the day from a path such as /2022/05/04/ or /2022/may/04/."""
    match = _IN_URL.search(url)
    if match is None:
        return ParsedDate(None, "no date in the URL")
    return _day(match[1], match[2], match[3], match[0].strip("/"), today)


def parse_day(text: str) -> DayRange:
    """Read a day from a command line: YYYY-MM-DD, YYYY-MM or YYYY; ValueError says what was wrong."""
    match = _DAY_ARGUMENT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a date: write YYYY-MM-DD, YYYY-MM or YYYY")
    year, month, day = (int(part) if part is not None else None for part in match.groups())
    if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"{text!r}: the year must lie between {FIRST_YEAR} and {LAST_YEAR}")
    try:
        if month is None:
            return DayRange(date(year, 1, 1), date(year, 12, 31))
        if day is None:
            return DayRange(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
        return DayRange(date(year, month, day), date(year, month, day))
    except ValueError as error:
        raise ValueError(f"{text!r} is not in the calendar ({error}): write YYYY-MM-DD") from error


def _instant(given: str) -> datetime | None:
    """Read the forms made by machines; None or an exception where it is none of them."""
    if given.isascii() and given.isdigit():
        if len(given) == _EPOCH_SECONDS_DIGITS:
            return datetime.fromtimestamp(int(given), tz=UTC)
        if len(given) == _EPOCH_MILLISECONDS_DIGITS:
            return datetime.fromtimestamp(int(given) / 1000, tz=UTC)
    if _MAIL.fullmatch(given):
        return email.utils.parsedate_to_datetime(given)
    return datetime.fromisoformat(given) if given[:4].isdigit() else None


def _written(given: str, today: date | None) -> ParsedDate:
    for form in _WRITTEN:
        match = form.search(given)
        if match and _AROUND.fullmatch(given[: match.start()] + " " + given[match.end() :]):
            return _day(match["year"], match["month"], match["day"], given, today)
    slashed = _SLASHED.fullmatch(given)
    if slashed is None:
        return ParsedDate(None, f"not a date: {given[:40]}")
    one, two = int(slashed[1]), int(slashed[2])
    months = len(_MONTHS)
    if one <= months and two <= months and one != two:
        return ParsedDate(None, f"day and month cannot be told apart: {given}")
    day, month = (one, two) if two <= months else (two, one)
    return _day(slashed[3], str(month), str(day), given, today)


def _day(year: str, month: str, day: str, given: str, today: date | None) -> ParsedDate:
    number = int(month) if month.isdigit() else _MONTHS.get(month[:3].title(), 0)
    try:
        return _checked(datetime(int(year), number, int(day), tzinfo=UTC), given, today)
    except ValueError:
        return ParsedDate(None, f"not in the calendar: {given[:40]}")


def _checked(found: datetime, given: str, today: date | None) -> ParsedDate:
    try:
        moment = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return ParsedDate(None, f"not in the calendar: {given}")
    if moment.year < FIRST_YEAR:
        return ParsedDate(None, f"before {FIRST_YEAR}: {given}")
    if moment.date() > (today or datetime.now(tz=UTC).date()) + timedelta(days=1):
        return ParsedDate(None, f"in the future: {given}")
    return ParsedDate(moment)
