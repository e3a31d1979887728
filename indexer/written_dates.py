"""Reads lines that say nothing but a date, as outlets print them: "Published 9:02 AM PT, Tue Jan. 5, 2021".

A line is cut into tokens, and each must be a part of a date, a label or a filler. Knows words and the
calendar, not which dates are possible today.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from functools import lru_cache
from itertools import islice
from typing import Literal, TypeAlias

from nutgraf.indexer import date_words
from nutgraf.indexer.date_words import folded

DayOrder: TypeAlias = Literal["dmy", "mdy"]
"""Whether 03/04/2016 is the third of April or the fourth of March."""

LONGEST_CHARS = 120
"""No line of dates is longer. Not measured."""

_KEPT_LINES = 4096  # a line is read several times, by each of those who look for dates; not compared
_CENTURY = 100
_NO_YEAR = -1
_NUMERIC = r"(?<![0-9])[0-9]{1,4}(?P<sign>[./-])\s?[0-9]{1,2}(?P=sign)\s?[0-9]{1,4}(?![0-9])"
_TOKEN = re.compile(
    r"(?P<cjk>[0-9]{4}\s?[年년]\s?[0-9]{1,2}\s?[月월]\s?[0-9]{1,2}\s?[日일])"
    rf"|(?P<numeric>{_NUMERIC})(?:T(?=[0-9]{{2}}:))?"
    r"|(?P<time>[0-9]{1,2}(?:[:.hH]|\sh\s)[0-9]{2}(?:\smin\b)?(?:[:.][0-9]{2}(?:\.[0-9]{1,9})?)?(?![0-9]))"
    r"|(?P<half>[ap]\.?\s?m\b\.?)"
    r"|(?P<offset>[+-][0-9]{1,2}(?::?[0-9]{2})?(?![0-9]))"
    r"|(?P<number>['’]?[0-9]{1,4})(?:(?:st|nd|rd|th|er)\b|[.ºª°](?=\s))?(?![0-9])"
    r"|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)?\.?)"
    r"|(?P<gap>[\s.,;:|/()\[\]•·—–：，、（）【】｜،\u200e\u200f-])",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"[0-9]+")
# Behind a date, how long ago the article was changed: "Atualizado há 2 anos", "updated 3 days ago".
_LABELLED = r"[\s,|·][^\W\d_]{3,20}:?\s"
_AGO = re.compile(
    rf"{_LABELLED}(?:há|hace|vor|fa|il y a)\s[0-9]{{1,4}}\s[^\W\d_]{{1,12}}$"
    rf"|{_LABELLED}[0-9]{{1,4}}\s[^\W\d_]{{1,12}}\s(?:ago|fa|geleden|sedan|temu|önce|atrás)$",
    re.IGNORECASE,
)
# The Levant's names of four months, and Vietnam's of weekdays, are two words.
_TWO_WORDS = {
    "كانون الثاني": "يناير",
    "تشرين الأول": "أكتوبر",
    "تشرين الثاني": "نوفمبر",
    "كانون الأول": "ديسمبر",
    **{
        f"{first} {number}": weekday
        for first in ("Thứ", "thứ")
        for numbers, weekday in (
            ("hai Hai", "mon"),
            ("ba Ba", "tue"),
            ("tư Tư", "wed"),
            ("năm Năm", "thu"),
            ("sáu Sáu", "fri"),
            ("bảy Bảy", "sat"),
        )
        for number in numbers.split()
    },
}
_YEAR_DIGITS, _SHORT_DIGITS = 4, 2


@dataclass(frozen=True, slots=True)
class Reading:
    """A day that a text can mean, and the order of day and month that it is read in where it has one."""

    year: int
    month: int
    day: int
    order: DayOrder | None = None

    def calendar_day(self) -> date | None:
        """Return the day, or None where the calendar has none such."""
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None


@dataclass(slots=True)
class WrittenDate:
    """One date of a line: `label` is "published", "modified" or "" where the line says neither.

    `readings` are the days that it can mean. `clock` is the time in the zone `offset_minutes`; `zone` says
    whether the line names a zone, which may be one of several hours (`offset_minutes` is then None).
    """

    label: str = ""
    readings: tuple[Reading, ...] = ()
    weekday: int | None = None
    clock: time | None = None
    zone: bool = False
    offset_minutes: int | None = None
    foreign: bool = False
    year: int | None = None
    month: int | None = None
    day: int | None = None

    @property
    def is_begun(self) -> bool:
        """Whether a part of the day was read."""
        return bool(self.readings) or any(part is not None for part in (self.year, self.month, self.day))


class _NotADate(Exception):
    """The line says something else than a date."""


def read_written(line: str) -> list[WrittenDate]:
    """Return the dates of a line that says nothing but dates; an empty list for any other line."""
    if len(line) > LONGEST_CHARS or not any(map(str.isdigit, line)):
        return []
    return [*_read(line, date.today().year)]  # the zone is no matter


@lru_cache(_KEPT_LINES)
def _read(line: str, this_year: int) -> tuple[WrittenDate, ...]:
    for words, word in _TWO_WORDS.items():
        line = line.replace(words, word)
    try:
        return tuple(_Reader(_AGO.sub("", line.rstrip()), this_year).dates())
    except _NotADate:
        return ()


def with_ascii_digits(line: str) -> str:
    """Return a line with the digits of other scripts as 0 to 9: "٧ أبريل ٢٠٢٣"."""
    if line.isascii():
        return line
    return "".join(str(int(char)) if char.isdecimal() else char for char in line)


def is_label(line: str) -> bool:
    """Whether a line is nothing but the words before a date: "Last updated:"."""
    if len(line) > LONGEST_CHARS:
        return False
    labels = date_words.PUBLISHED | date_words.MODIFIED
    has_label = False
    for word in map(folded, line.strip(" :|-").split()):
        if word in labels:
            has_label = True
        elif word not in date_words.FILLERS:
            return False
    return has_label


@dataclass(slots=True)
class _Reader:
    line: str
    this_year: int
    last: str = ""  # the kind of the last token that is no gap
    current: WrittenDate = field(default_factory=WrittenDate)
    done: list[WrittenDate] = field(default_factory=list)

    def dates(self) -> list[WrittenDate]:
        tokens = _tokens(self.line)  # read as they come: most lines are no date from their first word
        window, before = deque(islice(tokens, 3)), ("", "")  # a token, and two behind it
        while window:
            kind, text = token = window.popleft()
            after = next((token for token in window if token[0] != "gap"), ("", ""))
            if kind != "gap":
                self.last = self._take(kind, text, after, before)
            before = token
            window.extend(islice(tokens, 1))
        self._close()
        return [_with_year(written, self.done) for written in self.done]

    def _take(self, kind: str, text: str, after: tuple[str, str], before: tuple[str, str]) -> str:
        """Take a token into the date, and return its kind; raises _NotADate."""
        written = self.current
        if kind == "word":
            return self._word(folded(text))
        if kind in {"numeric", "cjk"}:
            if written.is_begun:
                raise _NotADate
            written.readings = tuple(_readings(text, self.this_year))
        elif kind == "time":
            self._clock([int(part) for part in _DIGITS.findall(text)[:3]])
        elif kind == "half":
            return self._half(text)
        elif kind == "offset":
            written.zone, written.offset_minutes = True, _offset(text)
        elif after[0] == "half" or (after[0] == "word" and folded(after[1]) in {"uhr", "h", "hrs", "uur"}):
            self._clock([int(text)])
            return "time"
        else:
            self._number(text, before[1])
        return kind

    def _word(self, word: str) -> str:
        written = self.current
        if word in date_words.ZONES and self.last in {"time", "half", "zone", "offset"}:
            written.zone, written.offset_minutes = True, date_words.ZONES[word]
            return "zone"
        if word in date_words.PUBLISHED or word in date_words.MODIFIED:
            if written.is_begun:
                self._close()
            label = "modified" if word in date_words.MODIFIED else "published"
            self.current.label = "modified" if self.current.label == "modified" else label
            self.current.foreign |= word not in date_words.ENGLISH
            return "label"
        weekday, month = date_words.WEEKDAYS.get(word), date_words.MONTHS.get(word)
        if month is not None and written.month is None and not written.readings:
            written.month = month
            return "month"
        if weekday is not None:
            written.weekday = weekday
        elif month is not None and written.month in {date_words.MONTHS.get(w) for w in _BOTH}:
            written.month = month  # "mar. 5 janv. 2021": the first word was a weekday
        elif word not in date_words.FILLERS:
            raise _NotADate
        written.foreign |= word in date_words.FILLERS and word not in date_words.ENGLISH
        return "filler"

    def _number(self, text: str, before: str) -> None:
        written, digits = self.current, text.lstrip("'’")
        if written.readings:
            raise _NotADate
        if len(digits) == _YEAR_DIGITS and written.year is None:
            written.year = int(digits)
        elif len(digits) <= _SHORT_DIGITS and written.day is None and digits == text:
            written.day = int(digits)
        elif len(digits) == _SHORT_DIGITS and written.year is None and (before == "-" or digits != text):
            written.year = _full_year(int(digits), self.this_year)  # 27-Jan-16, Jan. 27, '16
        else:
            raise _NotADate

    def _clock(self, parts: Sequence[int]) -> None:
        if self.current.clock is not None:
            raise _NotADate
        try:
            hour, minute, second, *_ = (*parts, 0, 0)
            self.current.clock = time(hour, minute, second)
        except ValueError as error:
            raise _NotADate from error

    def _half(self, text: str) -> str:
        clock = self.current.clock
        if clock is None or self.last != "time":
            return self._word(folded(text))  # "am 27. Januar"
        if clock.hour <= 12:  # noqa: PLR2004 - "22:30 PM" is written, too
            self.current.clock = clock.replace(hour=clock.hour % 12 + 12 * (text[0] in "pP"))
        return "half"

    def _close(self) -> None:
        """End a date; raises _NotADate where parts of its day are missing. A time alone is passed over."""
        written = self.current
        if not written.readings and written.month and written.day:
            year = _NO_YEAR if written.year is None else written.year
            written.readings = (Reading(year, written.month, written.day),)
        elif not written.readings and written.is_begun:
            raise _NotADate
        if written.readings:
            if self.done and not written.label:
                raise _NotADate
            self.done.append(written)
        self.current = WrittenDate()


_BOTH = ("mar", "paz", "sub")  # weekdays in one language, months in another


def _tokens(line: str) -> Iterator[tuple[str, str]]:
    """Yield the kind and the text of each token; raises _NotADate for a character that is in none."""
    at, timed = 0, False
    while at < len(line):
        match = _TOKEN.match(line, at)
        if match is None:
            raise _NotADate
        kind, end = match.lastgroup or "", match.end()
        text = match[kind]
        if kind == "offset" and not timed:
            kind, text, end = "gap", text[0], at + 1  # a dash before a number
        yield kind, text
        if kind != "gap":
            timed = kind in {"time", "half"} or (kind == "word" and folded(text) in date_words.ZONES)
        at = end


def _readings(text: str, this_year: int) -> Iterator[Reading]:
    """Yield the days that a date of three numbers can mean."""
    parts = _DIGITS.findall(text)
    first, second, third = map(int, parts)
    if len(parts[0]) == _YEAR_DIGITS:
        candidates = [Reading(first, second, third)] if len(parts[2]) <= _SHORT_DIGITS else []
    elif len(parts[0]) > _SHORT_DIGITS or len(parts[2]) not in {_SHORT_DIGITS, _YEAR_DIGITS}:
        candidates = []
    else:
        year = third if len(parts[2]) == _YEAR_DIGITS else _full_year(third, this_year)
        candidates = [Reading(year, second, first, "dmy"), Reading(year, first, second, "mdy")]
        if len(parts[2]) == _SHORT_DIGITS == len(parts[0]) and "." not in text:
            candidates.append(Reading(_full_year(first, this_year), second, third))
    if not candidates:
        raise _NotADate
    yield from candidates


def _full_year(year: int, this: int) -> int:
    """Return the year of two digits: in this century up to next year, else in the last."""
    return this - this % _CENTURY + year - _CENTURY * (year > this % _CENTURY + 1)


def _offset(text: str) -> int:
    hours, minutes = re.fullmatch(r"[+-]([0-9]{1,2}):?([0-9]{2})?", text).groups()  # type: ignore[union-attr]
    return (60 * int(hours) + int(minutes or 0)) * (-1 if text[0] == "-" else 1)


def _with_year(written: WrittenDate, dates: Sequence[WrittenDate]) -> WrittenDate:
    """Return a date without a year with that of another of the line: "Jan. 5, 2021, updated Jan. 6"."""
    years = {reading.year for other in dates for reading in other.readings if reading.year != _NO_YEAR}
    (reading, *_) = written.readings
    if reading.year == _NO_YEAR:
        if len(years) != 1:
            raise _NotADate
        written.readings = (Reading(years.pop(), reading.month, reading.day),)
    return written
