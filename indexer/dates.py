"""Dates as newspapers, feeds and pages write them. Knows no files, and never guesses a date.

What a person types as a filter ("last week") is in `days.py`.
"""

import calendar
import email.utils
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

FIRST_YEAR = 1600  # the first printed newspaper is from 1605

MONTHS = {name: number for number, name in enumerate(calendar.month_abbr) if name}
MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>[0-9]{4})"
WRITTEN = tuple(
    re.compile(rf"(?<![\w/.-]){form}(?![\w/-])", re.IGNORECASE)
    for form in (
        rf"{MONTH}\s{{1,3}}{_DAY}(?:\s{{0,3}},\s{{0,3}}|\s{{1,3}}){_YEAR}",
        rf"{_DAY}(?:\s{{1,3}}of)?[\s-]{{1,3}}{MONTH},?[\s-]{{1,3}}{_YEAR}",
        rf"{_YEAR}[/.-](?P<month>[0-9]{{1,2}})[/.-](?P<day>[0-9]{{1,2}})",
    )
)
_SLASHED = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
# What may stand around a date for the line to say nothing but the date. `*+` never reads a word in a second
# way: "am." is a word with its stop, or a word and a stop, and 22 of them would be read in 2^22 ways.
_AROUND = re.compile(
    r"(?:\b(?:first|last|originally|published|updated|modified|posted|date|on|at|by|the|of|time"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|[ap]\.?m\b\.?|noon|midnight|[a-z]{0,2}[esd]t|gmt|utc|cet|cest|bst|ist|jst|kst|z)\b"
    r"|[0-9]{1,2}(?:[:.][0-9]{2}){0,2}(?=\s{0,2}[ap]\.?m)|[0-9]{1,2}[:.h][0-9]{2}(?:[:.][0-9]{2})?"
    r"|[+-][0-9]{2}:?[0-9]{2}|[\s,.:;|()/–—-])*+",
    re.IGNORECASE,
)
_MAIL = re.compile(
    r"(?:[a-z]{3},\s++)?[0-9]{1,2}\s++[a-z]{3}\s++[0-9]{4}\s++[0-9]{2}:[0-9]{2}.{0,20}", re.IGNORECASE
)
_IN_URL = re.compile(r"/((?:19|20)[0-9]{2})[/-]([0-9]{1,2}|[a-z]{3})[/-]([0-9]{1,2})(?![0-9])", re.IGNORECASE)
# BEIJING, Jan. 27, 2016 (Xinhua) — ...; NEW YORK, March 3, 2021 /PRNewswire/ -- ...: without the day.
_DATELINE_END = re.compile(r" ?[—–]| --? ")
_DATELINE = re.compile(
    r"[A-Z][A-Z .'’-]{2,40}(?:, [A-Z][A-Za-z.]{1,20})?[\s,.()]{0,4}(?:[(/][\w ]{2,30}[)/])?[\s,.:]{0,3}"
)
_LABEL = re.compile(r"(?:first |originally )?(?:published|posted)\b", re.IGNORECASE)
# No date is longer, and datelines and labels stand near an end. These bounds were not measured.
_LONGEST_CHARS = 80
_FIRST_LINES, _LAST_LINES = 5, 3
_EPOCH = re.compile(r"([0-9]{10})(?:\.[0-9]{1,9})?|([0-9]{13})(?:\.0)?")  # a float's seconds have a fraction
_NO_DATE, _NOT_A_DATE = "no date", "not a date"


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A point in time in UTC, or None with the reason (a sentence fragment) why there is none.

    `line` is the line of a text that it stood in.
    """

    value: datetime | None
    reason: str = ""
    line: str = ""

    @property
    def stated(self) -> bool:
        """Whether the text states a date at all, even an impossible one or one in the future."""
        return self.reason not in (_NO_DATE, _NOT_A_DATE)


def parse_date(text: str, *, today: date | None = None) -> ParsedDate:
    """Read a date: ISO 8601, RFC 2822, epoch seconds or milliseconds, or a written day.

    A time without a zone is taken as UTC; a day without a time is its midnight in UTC. Days before
    1600 and after tomorrow are refused, and so is 03/04/2016, which is two days.
    """
    words = text.strip()
    if not words:
        return ParsedDate(None, _NO_DATE)
    if len(words) > _LONGEST_CHARS:
        return ParsedDate(None, _NOT_A_DATE)
    try:
        moment = _instant(words)
    except (ValueError, OverflowError, TypeError, IndexError):
        moment = None
    return _written(words, today) if moment is None else _checked(moment, today)


def parse_date_line(line: str, *, today: date | None = None) -> ParsedDate:
    """Read the day of a line that says nothing but a date: "Published: Jan. 6, 2021, 5:00 p.m. EST"."""
    words = line.strip()
    if not words or len(words) > _LONGEST_CHARS:
        return ParsedDate(None, _NOT_A_DATE)
    return _written(words, today)


def date_in_url(url: str, *, today: date | None = None) -> ParsedDate:
    """Read the day from a path such as /2022/05/04/ or /2022/may/04/."""
    match = _IN_URL.search(url)
    if match is None:
        return ParsedDate(None, _NO_DATE)
    return _day(match[1], match[2], match[3], today)


def date_in_text(text: str, *, today: date | None = None) -> ParsedDate:
    """Read the day that an article's text states about itself: in its dateline, or in a line of its own.

    Such a line says "Published" or "Posted" and nothing but a date, near the top or the end. A date in a
    sentence does not count: the article is about that day.
    """
    lines = [line for line in map(str.strip, text.split("\n")) if line]
    if lines and (parsed := _dateline(lines[0], today)).stated:
        return replace(parsed, line=lines[0])
    for line in (*lines[:_FIRST_LINES], *lines[-_LAST_LINES:]):
        if _LABEL.match(line) and (parsed := parse_date_line(line, today=today)).stated:
            return replace(parsed, line=line)
    return ParsedDate(None, _NO_DATE)


def _dateline(line: str, today: date | None) -> ParsedDate:
    end = _DATELINE_END.search(line, 0, _LONGEST_CHARS)
    head = line[: end.start()] if end else ""
    for form in WRITTEN:
        match = form.search(head)
        if match and _DATELINE.fullmatch(head[: match.start()] + " " + head[match.end() :]):
            return _day(match["year"], match["month"], match["day"], today)
    return ParsedDate(None, _NO_DATE)


def _instant(words: str) -> datetime | None:
    """Read the forms made by machines; return None or raise where the text has another form."""
    if epoch := _EPOCH.fullmatch(words):
        seconds, milliseconds = epoch.groups()
        return datetime.fromtimestamp(int(seconds) if seconds else int(milliseconds) / 1000, tz=UTC)
    if _MAIL.fullmatch(words):
        return email.utils.parsedate_to_datetime(words)
    return datetime.fromisoformat(words) if words[:4].isdigit() else None


def _written(words: str, today: date | None) -> ParsedDate:
    for form in WRITTEN:
        match = form.search(words)
        if match and _AROUND.fullmatch(words[: match.start()] + " " + words[match.end() :]):
            return _day(match["year"], match["month"], match["day"], today)
    slashed = _SLASHED.fullmatch(words)
    if slashed is None:
        return ParsedDate(None, _NOT_A_DATE)
    first, second = int(slashed[1]), int(slashed[2])
    months = len(MONTHS)
    if first <= months and second <= months and first != second:
        return ParsedDate(None, "day and month cannot be told apart")
    day, month = (first, second) if second <= months else (second, first)
    return _day(slashed[3], str(month), str(day), today)


def _day(year: str, month: str, day: str, today: date | None) -> ParsedDate:
    number = int(month) if month.isdigit() else MONTHS.get(month[:3].title(), 0)
    try:
        return _checked(datetime(int(year), number, int(day), tzinfo=UTC), today)
    except ValueError:
        return ParsedDate(None, "not in the calendar")


def _checked(moment: datetime, today: date | None) -> ParsedDate:
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return ParsedDate(None, "not in the calendar")
    if moment.year < FIRST_YEAR:
        return ParsedDate(None, f"before {FIRST_YEAR}")
    if moment.date() > (today or datetime.now(tz=UTC).date()) + timedelta(days=1):
        return ParsedDate(None, "in the future")
    return ParsedDate(moment)
