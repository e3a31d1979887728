"""Dates as newspapers, feeds and pages write them. Knows no files, and never guesses a date.

What a person types as a filter ("last week") is in `days.py`.
"""

import calendar
import email.utils
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from nutgraf.indexer.written_dates import LONGEST_CHARS, DayOrder, WrittenDate, read_written

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
_MAIL = re.compile(
    r"(?:[a-z]{3},\s++)?[0-9]{1,2}\s++[a-z]{3}\s++[0-9]{2}(?:[0-9]{2})?\s++[0-9]{2}:[0-9]{2}.{0,20}",
    re.IGNORECASE,
)
# /2022/05/04/, /2022-05/04/, /2022/may/04/, then /2022/0504/, /20220504/x, then /steel-2022-05-04.html
_IN_URL = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"/((?:19|20)[0-9]{2})[/-]([0-9]{1,2}|[a-z]{3})[/-]([0-9]{1,2})(?![0-9])",
        r"/((?:19|20)[0-9]{2})/?([0-9]{2})/?([0-9]{2})/(?=[^/?#])",
        r"-((?:19|20)[0-9]{2})-([0-9]{2})-([0-9]{2})(?=(?:\.[a-z]{3,5})?/?(?:[?#]|$))",
    )
)
_PATH_END = re.compile(r"(?:\.[a-z]{3,5})?/?(?:[?#]|$)", re.IGNORECASE)
# BEIJING, Jan. 27, 2016 (Xinhua) — ...; NEW YORK, March 3, 2021 /PRNewswire/ -- ...: without the day.
_DATELINE_END = re.compile(r" ?[—–]| --? ")
_DATELINE = re.compile(
    r"[A-Z][A-Z .'’-]{2,40}(?:, [A-Z][A-Za-z.]{1,20})?[\s,.()]{0,4}(?:[(/][\w ]{2,30}[)/])?[\s,.:]{0,3}"
)
# The same of an agency in any letters and language: Harrow Bay, April 14, 2016 (AFP) - ...
_AGENCY_DATELINE = re.compile(
    r"[^\W\d_a-z][^\d,()/]{1,40}(?:\([^\d,()/]{1,40}\))?(?:, [A-Z][A-Za-z. ]{1,20})?"
    r", (.{6,40}?) ?[(/][\w ]{2,30}[)/]\.?"
)
_FIRST_LINES, _LAST_LINES = 5, 3  # of a text, where datelines and labels stand; not measured
_DATELINE_CHARS = 80
# Seconds, milliseconds, microseconds and nanoseconds since 1970, all between 1973 and 2286: other lengths are
# numbers of something else, and a day of a spreadsheet (five digits) is one only together with its file.
_EPOCH = re.compile(r"([0-9]{9,10}|[0-9]{13}|[0-9]{16}|[0-9]{19})(?:\.[0-9]{1,9})?")
_EPOCH_UNITS = {9: 1, 10: 1, 13: 10**3, 16: 10**6, 19: 10**9}
_DIGITS = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})?")
_ORDINAL = re.compile(r"([0-9]{4})-([0-9]{3})")
_ZONED_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})")  # XML Schema: xs:date
_ZONE_NAME = re.compile(r" \([A-Za-z ]{3,50}\)$")  # as JavaScript writes them after GMT+0100
_WEEK = re.compile(r"[0-9]{4}-?W[0-9]{2}", re.IGNORECASE)
_JSON_DATE = re.compile(r"/Date\(([0-9]{9,16})(?:[+-][0-9]{4})?\)/")
_ISO_ZONE = re.compile(
    r"([0-9]{4}-?[0-9]{2}-?[0-9]{2}[T ][0-9:.,]{2,20})\s?([+-][0-9]{2}:?[0-9]{2}|Z|UTC|GMT)?"
    r"(?:\[[\w/+-]{1,40}\])?"
)
_FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)  # which systems write for 0, a field that nobody filled in
_NO_DATE, _NOT_A_DATE = "no date", "not a date"
_UNSET = "a field that was never set"
_CHANGED = "when it was changed, not published"
AMBIGUOUS = "day and month cannot be told apart"
"""The reason why 03/04/2016 is no date."""


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A point in time in UTC, or None with the reason (a sentence fragment) why there is none.

    `line` is the line of a text that it stood in. `modified` is when the article was changed, where the same
    words say so. `local_day` is the day in the zone of the words.
    """

    value: datetime | None
    reason: str = ""
    line: str = ""
    modified: datetime | None = None
    local_day: date | None = None

    @property
    def of_its_day(self) -> datetime | None:
        """The value, or the midnight (UTC) of the local day where that was another day in UTC."""
        if self.value is None or self.local_day in {None, self.value.date()}:
            return self.value
        return datetime.combine(self.local_day, time(), tzinfo=UTC)

    @property
    def stated(self) -> bool:
        """Whether the text states a date at all, even an impossible one or one in the future."""
        return self.reason not in (_NO_DATE, _NOT_A_DATE)


def parse_date(text: str, *, today: date | None = None, order: DayOrder | None = None) -> ParsedDate:
    """Read a date: ISO 8601, RFC 822, 850 and 9110, ctime, digits, an epoch, or as people write it.

    A time without a zone is taken as UTC; a day without a time is its midnight in UTC. So is a written day
    whose time is already the next or still the last day in UTC. Days before 1600 and after tomorrow are
    refused, and so is 03/04/2016, which is two days, unless its weekday or `order` says which, and the first
    moment of 1970.
    """
    words = text.strip()
    if not words:
        return ParsedDate(None, _NO_DATE)
    words = _ZONE_NAME.sub("", words[-LONGEST_CHARS - 1 :])
    if len(words) > LONGEST_CHARS:
        return ParsedDate(None, _NOT_A_DATE)
    try:
        moment = _instant(words)
    except (ValueError, OverflowError, TypeError, IndexError):
        moment = None
    if moment is None:
        return _written(words, today, order, timed=True)
    return ParsedDate(None, _UNSET) if _is_unset(moment, words) else _checked(moment, today)


def _is_unset(moment: datetime, words: str) -> bool:
    """Whether a moment is that of an empty field; a day without a time may be that of an old newspaper."""
    timed = ":" in words and not _ZONED_DAY.fullmatch(words)
    return timed and moment.replace(tzinfo=moment.tzinfo or UTC) == _FIRST_MOMENT


def parse_date_line(line: str, *, today: date | None = None, order: DayOrder | None = None) -> ParsedDate:
    """Read the days of a line that says nothing but dates: "Published: Jan. 6, 2021, 5:00 p.m. EST".

    A line that says only when the article was changed is stated, and has `modified` but no value.
    """
    return _written(line.strip(), today, order, timed=False)


def day_order(text: str) -> DayOrder | None:
    """Return the order of day and month in a date that has one reading only, such as 27/01/2016."""
    readings = [reading for written in read_written(text.strip()) for reading in written.readings]
    orders = {reading.order for reading in readings if reading.calendar_day()}
    days = {reading.calendar_day() for reading in readings} - {None}
    return orders.pop() if len(orders) == len(days) == 1 else None


def date_in_url(url: str, *, today: date | None = None) -> ParsedDate:
    """Read the day from a path such as /2022/05/04/ or /2022/may/04/."""
    for form in _IN_URL:
        match = form.search(url)
        if match:
            return _day(match[1], match[2], match[3], today)
    return ParsedDate(None, _NO_DATE)


def is_day_folder(url: str) -> bool:
    """Whether a path has its day as a folder, which outlets do; a day at its end may be that of an event."""
    match = next((match for form in _IN_URL if (match := form.search(url))), None)
    return match is not None and _PATH_END.match(url, match.end()) is None


def date_in_text(text: str, *, today: date | None = None, order: DayOrder | None = None) -> ParsedDate:
    """Read the days that an article's text states about itself: in its dateline, or in a line of its own.

    Such a line says "Published" or "Updated" and nothing but dates, near the top or the end. A date in a
    sentence does not count: the article is about that day.
    """
    lines = [line for line in map(str.strip, text.split("\n")) if line]
    if lines and (parsed := _dateline(lines[0], today)).stated:
        return replace(parsed, line=lines[0])
    changed = ParsedDate(None, _NO_DATE)
    for line in (*lines[:_FIRST_LINES], *lines[-_LAST_LINES:]):
        if not any(written.label for written in read_written(line)):
            continue
        parsed = replace(parse_date_line(line, today=today, order=order), line=line)
        if parsed.reason != _CHANGED:
            return replace(parsed, modified=parsed.modified or changed.modified)
        changed = replace(changed, modified=changed.modified or parsed.modified)
    return changed


def _dateline(line: str, today: date | None) -> ParsedDate:
    end = _DATELINE_END.search(line, 0, _DATELINE_CHARS)
    head = line[: end.start()] if end else ""
    for form in WRITTEN:
        match = form.search(head)
        if match and _DATELINE.fullmatch(head[: match.start()] + " " + head[match.end() :]):
            return _day(match["year"], match["month"], match["day"], today)
    agency = _AGENCY_DATELINE.fullmatch(head)
    return parse_date_line(agency[1], today=today) if agency else ParsedDate(None, _NO_DATE)


def _instant(words: str) -> datetime | None:  # noqa: PLR0911 - one return a form
    """Read the forms made by machines; return None or raise where the text has another form."""
    json_date = _JSON_DATE.fullmatch(words)
    if epoch := _EPOCH.fullmatch(json_date[1] if json_date else words):
        return datetime.fromtimestamp(int(epoch[1]) / _EPOCH_UNITS[len(epoch[1])], tz=UTC)
    if digits := _DIGITS.fullmatch(words):
        year, month, day, hour, minute, second = (int(part or 0) for part in digits.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    if _MAIL.fullmatch(words):
        return email.utils.parsedate_to_datetime(words)
    if ordinal := _ORDINAL.fullmatch(words):
        return datetime.strptime(words, "%Y-%j").replace(tzinfo=UTC) if int(ordinal[2]) else None
    if zoned := _ZONED_DAY.fullmatch(words):
        return datetime.fromisoformat(zoned[1])
    if _WEEK.fullmatch(words) or not words[:4].isdigit():
        return None  # a week is no day
    iso = _ISO_ZONE.fullmatch(words)
    zone = (iso[2] or "") if iso else ""
    return datetime.fromisoformat(f"{iso[1]}{'Z' if zone.isalpha() else zone}" if iso else words)


def _written(words: str, today: date | None, order: DayOrder | None, *, timed: bool) -> ParsedDate:
    """Read words that say nothing but dates; `timed` says whether their time counts."""
    dates = read_written(words)
    if not dates:
        return ParsedDate(None, _NOT_A_DATE)
    published, modified = ParsedDate(None, _CHANGED), None
    for written in reversed(dates):
        parsed = _resolved(written, today, order, timed=timed)
        if written.label == "modified":
            modified = parsed.value or modified
        else:
            published = parsed
    return replace(published, modified=modified)


def _resolved(written: WrittenDate, today: date | None, order: DayOrder | None, *, timed: bool) -> ParsedDate:
    days = {day: reading for reading in written.readings if (day := reading.calendar_day())}
    if len(days) > 1 and written.weekday is not None:
        days = {day: reading for day, reading in days.items() if day.weekday() == written.weekday} or days
    if len(days) > 1 and (order or written.foreign):
        order = order or "dmy"
        days = {day: reading for day, reading in days.items() if reading.order == order} or days
    if len(days) > 1:
        past = {day: reading for day, reading in days.items() if day <= _last_day(today)}
        days = past if len(past) == 1 else days
    if not days:
        return ParsedDate(None, "not in the calendar")
    if len(days) > 1:
        return ParsedDate(None, AMBIGUOUS)
    (day,) = days
    midnight = datetime.combine(day, time(), tzinfo=UTC)
    if midnight == _FIRST_MOMENT and written.clock == time():
        return ParsedDate(None, _UNSET)
    return _checked(_timed(midnight, written) if timed else midnight, today)


def _timed(midnight: datetime, written: WrittenDate) -> datetime:
    """Return the moment of a written day with a time; its midnight where the time is another day in UTC."""
    if written.clock is None or (written.zone and written.offset_minutes is None):
        return midnight
    moment = datetime.combine(midnight.date(), written.clock, tzinfo=UTC)
    try:
        moment -= timedelta(minutes=written.offset_minutes or 0)
    except OverflowError:
        return midnight
    return moment if moment.date() == midnight.date() else midnight


def _day(year: str, month: str, day: str, today: date | None) -> ParsedDate:
    number = int(month) if month.isdigit() else MONTHS.get(month[:3].title(), 0)
    try:
        return _checked(datetime(int(year), number, int(day), tzinfo=UTC), today)
    except ValueError:
        return ParsedDate(None, "not in the calendar")


def _last_day(today: date | None) -> date:
    """Return the last day that an article can be of: tomorrow, for clocks differ."""
    return (today or datetime.now(tz=UTC).date()) + timedelta(days=1)


def _checked(moment: datetime, today: date | None) -> ParsedDate:
    local_day = moment.date()
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return ParsedDate(None, "not in the calendar")
    if moment.year < FIRST_YEAR:
        return ParsedDate(None, f"before {FIRST_YEAR}")
    if moment.date() > _last_day(today):
        return ParsedDate(None, "in the future")
    return ParsedDate(moment, local_day=local_day)
