"""Finds the days, months, years and relative times that a text names: "12 March", "last spring", "the 1990s".

Own rules, and not dateparser: its search finds single days and no spans, takes "May", "about the March on"
and "2049" for dates, and its import alone would double the time of a cold question. These rules read a
question in less than a tenth of a millisecond, since only a digit or one of some words begins a time. The
words are English; months and years of other languages are read beside a number. Seasons are those of the
northern hemisphere. Pure: knows no articles and no questions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from nutgraf.models.words import word_set
from nutgraf.qa.calendar_days import (
    WEEK,
    Days,
    around,
    day_of,
    month_of,
    season_of,
    shifted,
    single,
    week_of,
    years,
)
from nutgraf.qa.time_tokens import (
    AMOUNT_DIGITS,
    DAY_SIGNS,
    FIRST_YEAR,
    LAST_YEAR,
    MONTH_NAMES,
    MONTH_SIGNS,
    MONTHS,
    OF,
    TWO_DIGITS,
    YEAR_DIGITS,
    YEAR_SIGNS,
    TimeTokens,
)

NOW_DAYS = 365
"""What is called current was so within a year. Reasoned, not compared."""

Kind = Literal["day", "month", "year", "decade", "span", "bare day", "month name", "weekday", "season", "now"]
"""A "bare day" has no year; a "month name", a "weekday" and a "season" can be the name of something else."""


@dataclass(frozen=True, slots=True)
class Period:
    """A time that `text[start:end]` names; `days` is None where the calendar has none such.

    A `relative` one depends on the day that it is counted from.
    """

    start: int
    end: int
    kind: Kind
    days: Days | None
    relative: bool = False

    def overlaps(self, first: date | None, last: date | None) -> bool:
        """Whether it has a day from `first` to `last`; None is no bound."""
        if self.days is None:
            return False
        return (last is None or self.days[0] <= last) and (first is None or self.days[1] >= first)


_WEEKDAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAYS = {name: number for number, name in enumerate(_WEEKDAY_NAMES)}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_UNIT_NAMES = word_set("day week month year decade")
_UNITS = {unit + ending: unit for unit in _UNIT_NAMES for ending in ("", "s")} | {"century": "century"}
_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50,
}  # fmt: skip
_VAGUE = {"few": (2, 5), "several": (2, 7), "couple": (2, 2)}
_DAY_WORDS = {"yesterday": -1, "tomorrow": 1, "tonight": 0}
_DAY_PARTS = word_set("night evening morning afternoon")
_NOW = word_set("now today current currently latest newest nowadays presently")
_STEPS = {"last": -1, "previous": -1, "past": -1, "this": 0, "next": 1, "coming": 1, "upcoming": 1}
_BEGINNINGS = {*MONTHS, *_NUMBERS, *_VAGUE, *_WEEKDAYS, *_SEASONS, *_STEPS, *_DAY_WORDS, *_NOW}
_ORDINALS = word_set("st nd rd th er")
_DASHES = "-–—/"
_SIGNS = YEAR_SIGNS + MONTH_SIGNS + DAY_SIGNS
_TWENTIES = 30  # "the 20s" are the 2020s, "the 30s" the 1930s
_DECEMBER = 12
_LEAP_YEARS = 9  # so many years in a row hold a 29 February, even around 1900
_EARLIEST, _LATEST = date(1000, 1, 1), date(9000, 1, 1)
"""Relative times count from no day beyond these: near its ends, the calendar has no "last year" or "now"."""


def periods(
    text: str, today: date, *, names: bool = False, looks: Literal["back", "around", "ahead"] = "back"
) -> Iterator[Period]:
    """Yield the times that a text names, in their order; relative ones are counted from `today`.

    Without a year, "in March" is the last one that has begun, the next one where the text `looks` ahead, or
    the nearest. With `names` the text is a question: words with a capital inside it are names ("Apocalypse
    Now"). Without it is an article's, which tells what was and what will be: "in March" is the nearest unless
    it looks ahead, and "on Sunday" both the last one and the next.
    """
    looks = looks if names or looks == "ahead" else "around"
    reader = _Reader(text, today, names=names, looks=looks)
    at = 0
    while at < len(reader.tokens.lower):
        end = reader.read(at)
        yield from reader.periods
        reader.periods.clear()
        at = max(end, at + 1)


class _Reader:
    """Reads the words of a text; `periods` has what it read at the last place."""

    def __init__(self, text: str, today: date, *, names: bool, looks: str) -> None:
        self.periods: list[Period] = []
        self.tokens = TimeTokens(text, names=names)
        self._today = min(max(today, _EARLIEST), _LATEST)
        self._asks, self._looks = names, looks
        years = (
            at for at, word in enumerate(self.tokens.lower) if len(word) == YEAR_DIGITS and word.isdecimal()
        )
        self._before_years = {before for at in years for before in (at - 1, at - 2)}

    def read(self, at: int) -> int:  # noqa: PLR0911 - a form a line
        """Read the time that begins at a word; return the place behind it, or `at` where there is none."""
        word = self.tokens.lower[at]
        if word[0].isdecimal():
            return self._number(at)
        if word not in _BEGINNINGS:  # as nearly all words
            return self._foreign_month(at)
        if word in MONTHS:
            return self._month_name(at)
        if word in _NUMBERS or word in _VAGUE:
            return self._ago(at)
        if word in _WEEKDAYS:
            return self._weekday(at)
        if word in _SEASONS:
            return self._season(at)
        if word in _STEPS and self.tokens.is_word(at):
            return self._step(at)
        if word in _DAY_WORDS and self.tokens.is_word(at):
            return self._add(at, at + 1, "span", around(self._today, "day", _DAY_WORDS[word]), relative=True)
        if word in _NOW and self.tokens.is_word(at):
            days = (self._today - timedelta(days=NOW_DAYS), self._today)
            return self._add(at, at + 1, "now", days, relative=True)
        return self._foreign_month(at)

    def _number(self, at: int) -> int:
        if (year := self.tokens.year(at)) is not None:
            return self._from_year(at, year)
        if (end := self._ago(at)) > at or not self.tokens.is_number(at):
            return end
        return self._from_day(at)

    def _from_year(self, at: int, year: int) -> int:  # noqa: PLR0911 - a form a line
        """Read "2016", "1990s", "2012-2016", "2015/16", "2016-01-27" or "2016年1月"."""
        sign, number = self.tokens.word(at + 1), self.tokens.word(at + 2)
        if sign == "s" and self.tokens.touches(at + 1) and year % 10 == 0:
            return self._add(at, at + 2, "decade", years(year, year + (99 if year % 100 == 0 else 9)))
        if sign.startswith(YEAR_SIGNS):
            return self._by_signs(at, year)
        if not (sign and sign in _DASHES and self.tokens.touches(at + 1) and self.tokens.touches(at + 2)):
            return self._add(at, at + 1, "year", years(year, year))
        if (other := self.tokens.year(at + 2)) is not None and other >= year:
            return self._add(at, at + 3, "span", years(year, other))
        if len(number) == TWO_DIGITS and number.isdecimal():
            if sign == "-" == self.tokens.word(at + 3) and self.tokens.is_number(at + 4):
                return self._add(at, at + 5, "day", day_of(year, int(number), int(self.tokens.word(at + 4))))
            if int(number) == (year + 1) % 100:
                return self._add(at, at + 3, "span", years(year, year + 1))
            if sign == "-":
                return self._add(at, at + 3, "month", month_of(year, int(number)))
        return self._add(at, at + 1, "year", years(year, year))

    def _by_signs(self, at: int, year: int) -> int:
        if not (self.tokens.is_number(at + 2) and self.tokens.word(at + 3).startswith(MONTH_SIGNS)):
            return self._add(at, at + 2, "year", years(year, year))
        month = int(self.tokens.word(at + 2))
        if self.tokens.is_number(at + 4) and self.tokens.word(at + 5).startswith(DAY_SIGNS):
            return self._add(at, at + 6, "day", day_of(year, month, int(self.tokens.word(at + 4))))
        return self._add(at, at + 4, "month", month_of(year, month))

    def _from_day(self, at: int) -> int:  # noqa: PLR0911 - a form a line
        """Read "12 March 2016", "12th of March", "27/01/2016", "'90s" or "19th century"."""
        number, behind = int(self.tokens.word(at)), at + 1
        sign = self.tokens.word(behind)
        if sign == "s" and self.tokens.touches(behind) and number % 10 == 0:
            if self.tokens.word(at - 1) not in {"'", "’", "‘", "the"}:
                return at
            first = number + (2000 if number < _TWENTIES else 1900)
            return self._add(at, at + 2, "decade", years(first, first + 9))
        if sign in {"/", "."} and self.tokens.word(at + 3) == sign:
            return self._by_numbers(at, number)
        has_suffix = sign in _ORDINALS and self.tokens.touches(behind)
        if has_suffix and self.tokens.word(behind + 1) == "century":
            return self._add(at, behind + 2, "decade", years(100 * number - 99, 100 * number))
        behind += has_suffix
        behind += self.tokens.word(behind) == "."
        behind += self.tokens.word(behind) in OF
        behind += self.tokens.word(behind) in {"'", "’"}
        if (month := self.tokens.month(behind)) is None:
            return at
        name_at, is_short = behind, len(self.tokens.word(behind)) == len("jan")
        behind += 2 if is_short and self.tokens.word(behind + 1) == "." else 1
        year, end = self.tokens.year_behind(behind)
        if year is not None:
            return self._add(at, end, "day", day_of(year, month, number))
        is_verb = self.tokens.original(name_at) in {"may", "march"} and not has_suffix
        if is_verb and self.tokens.word(at - 1) != "on":
            return at  # "Apollo 11 may land"
        return self._add(at, behind, "bare day", self._nearest(month, number), relative=True)

    def _by_numbers(self, at: int, number: int) -> int:
        """Read "27/01/2016"; where either number can be the day, the time is from the one to the other."""
        if not self.tokens.is_number(at + 2) or not FIRST_YEAR <= self.tokens.amount_at(at + 4) <= LAST_YEAR:
            return at
        other, year = int(self.tokens.word(at + 2)), self.tokens.amount_at(at + 4)
        readings = sorted(days for days in (day_of(year, other, number), day_of(year, number, other)) if days)
        return self._add(at, at + 5, "day", (readings[0][0], readings[-1][1]) if readings else None)

    def _month_name(self, at: int) -> int:
        """Read an English month with what follows it: "March 12, 2016", "March 2016", or alone."""
        month, is_short = MONTHS[self.tokens.word(at)], self.tokens.word(at) not in MONTH_NAMES
        behind = at + 1 + (is_short and self.tokens.word(at + 1) == ".")
        is_clock = self.tokens.word(behind + 1) in {":", "%"} and self.tokens.touches(behind + 1)
        if self.tokens.is_number(behind) and not is_clock:
            number = int(self.tokens.word(behind))
            end = behind + 1 + (self.tokens.word(behind + 1) in _ORDINALS and self.tokens.touches(behind + 1))
            year, last = self.tokens.year_behind(end)
            if year is not None:
                return self._add(at, last, "day", day_of(year, month, number))
            return self._add(at, end, "bare day", self._nearest(month, number), relative=True)
        year, end = self.tokens.year_behind(behind)
        if year is not None:
            return self._add(at, end, "month", month_of(year, month))
        if is_short and self.tokens.word(at) != "may":
            return at  # "Jan", "Mar" and "dec" are names and words as well
        return self._add(at, at + 1, "month name", self._nearest(month), relative=True)

    def _foreign_month(self, at: int) -> int:
        """Read a month of another language before a year: "März 2016", "marzo de 2016"."""
        if at not in self._before_years:
            return at
        year, end = self.tokens.year_behind(at + 1)
        month = None if year is None else self.tokens.month(at)
        return at if year is None or month is None else self._add(at, end, "month", month_of(year, month))

    def _season(self, at: int) -> int:
        month = _SEASONS[self.tokens.word(at)]
        year, end = self.tokens.year_behind(at + 1)
        if year is not None:  # a winter has the name of the year that it begins in, or of that it ends in
            season = season_of(year, month)
            days = season and (date(year, 1, 1) if month == _DECEMBER else season[0], season[1])
            return self._add(at, end, "span", days)
        if not self.tokens.original(at).islower():
            return at  # "Arab Spring"
        begun = (season_of(self._today.year - step, month) for step in (0, 1))
        days = next((days for days in begun if days and days[0] <= self._today), None)
        return self._add(at, at + 1, "season", days, relative=True)

    def _weekday(self, at: int) -> int:
        back = (self._today.weekday() - _WEEKDAYS[self.tokens.word(at)]) % 7
        before = self._today - timedelta(days=back)
        after = before + WEEK if back else before
        if self._asks:
            return self._add(
                at, at + 1, "weekday", single(after if self._looks == "ahead" else before), relative=True
            )
        self._add(at, at + 1, "weekday", single(before), relative=True)
        return self._add(at, at + 1, "weekday", single(after), relative=True)

    def _step(self, at: int) -> int:
        """Read "last week", "this month", "next Friday", "last spring", "the past five years"."""
        behind = at + 1
        if self.tokens.word(at) == "this" and self.tokens.word(behind) in _STEPS:
            at, behind = behind, behind + 1
        step = _STEPS[self.tokens.word(at)]
        amount, behind = self._amount(behind)
        unit = self.tokens.word(behind)
        if step and unit in _UNITS and (amount or self.tokens.word(at) == "past"):
            far = shifted(self._today, _UNITS[unit], step * (amount[1] if amount else 1))
            days = far and (min(far, self._today), max(far, self._today))
        else:
            days = None if amount else self._stepped(unit, step)
        return self._add(at, behind + 1, "span", days, relative=True) if days else at

    def _stepped(self, unit: str, step: int) -> Days | None:  # noqa: PLR0911 - a form a line
        """Return this (0), the last (-1) or the next (1) week, month, Friday, spring and so on."""
        today = self._today
        if unit == "weekend":
            sunday = week_of(today + step * WEEK)[1]
            return sunday - timedelta(days=1 if step else 8), sunday
        if unit == "week" and step == 0:  # who asks on a Monday means the days before it as well
            return today - timedelta(days=6), week_of(today)[1]
        if unit in _UNIT_NAMES or unit == "century":
            return around(today, unit, step)
        if unit in _DAY_PARTS:
            return around(today, "day", step)
        each: Sequence[Days | None]
        if unit in _WEEKDAYS:
            monday = week_of(today)[0]
            each = [single(monday + timedelta(days=_WEEKDAYS[unit]) + week * WEEK) for week in (-1, 0, 1)]
        elif unit in MONTH_NAMES:
            each = [month_of(today.year + year, MONTHS[unit]) for year in (-1, 0, 1)]
        elif unit in _SEASONS:
            each = [season_of(today.year + year, _SEASONS[unit]) for year in (-2, -1, 0, 1)]
        else:
            return None
        known = [days for days in each if days]
        if step == 0:
            return next((days for days in known if days[0] <= today <= days[1]), known[len(known) // 2])
        if step < 0:
            return max((days for days in known if days[1] < today), default=None)
        return min((days for days in known if days[0] > today), default=None)

    def _amount(self, at: int) -> tuple[tuple[int, int] | None, int]:
        """Return the least and the most of a number that stands there, and the place behind it."""
        behind = at + (self.tokens.word(at) == "a" and self.tokens.word(at + 1) in _VAGUE)
        word = self.tokens.word(behind)
        if word in _VAGUE:
            return _VAGUE[word], behind + 1 + (self.tokens.word(behind + 1) == "of")
        is_number = self.tokens.is_number(behind, AMOUNT_DIGITS)
        number = int(word) if is_number else _NUMBERS.get(word, 0)
        return ((number, number), behind + 1) if number else (None, at)

    def _ago(self, at: int) -> int:
        """Read "two years ago", which is a year, and "three days ago", which is a day."""
        amount, behind = self._amount(at)
        unit = _UNITS.get(self.tokens.word(behind))
        if amount is None or unit is None or self.tokens.word(behind + 1) != "ago":
            return at
        scale, slack = (1, 0) if unit != "decade" else (10, 1)
        unit = unit if unit != "decade" else "year"
        far = around(self._today, unit, -amount[1] * scale - slack)
        near = around(self._today, unit, -amount[0] * scale + slack)
        return self._add(at, behind + 2, "span", (far[0], near[1]), relative=True) if far and near else at

    def _nearest(self, month: int, day: int | None = None) -> Days | None:
        """Return the last such day or month that has begun, the next that has not ended, or the nearest."""
        around_today = range(self._today.year - _LEAP_YEARS, self._today.year + _LEAP_YEARS + 1)
        every = [month_of(year, month) if day is None else day_of(year, month, day) for year in around_today]
        known = [days for days in every if days]
        if self._looks == "around":
            return min(known, key=lambda days: abs(days[0] - self._today), default=None)
        if self._looks == "ahead":
            return min((days for days in known if days[1] >= self._today), default=None)
        return max((days for days in known if days[0] <= self._today), default=None)

    def _add(self, at: int, end: int, kind: Kind, days: Days | None, *, relative: bool = False) -> int:
        first, (last_start, last_end) = self.tokens.spans[at][0], self.tokens.spans[end - 1]
        if self.tokens.lower[end - 1].startswith(_SIGNS):  # the words behind it follow without a blank
            last_end = last_start + 1
        self.periods.append(Period(first, last_end, kind, days, relative))
        return end
