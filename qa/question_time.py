"""Reads the time that a question asks about: "in 2016", "last spring", "now", "between 2012 and 2016".

Which days a text names is in `periods.py`, and what is a part of a name in `time_or_name.py`; here is what of
the rest is a question's time. Pure.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, TypeAlias, TypedDict

from nutgraf.models.words import word_set
from nutgraf.qa.periods import Period, periods
from nutgraf.qa.time_or_name import CONTEXT_CHARS, is_time, plain_words

_ANY_DAY = date(2000, 1, 1)  # relative times are read from it until it is known that there are any
_DAY = timedelta(days=1)

_AHEAD = word_set("will shall upcoming")
_PRESENT = word_set("is are does do")
_NEXT_SENTENCE = re.compile(r"[.!?]\s+[^\W\d_]")
_JOINTS = (["and"], ["to"], ["until"], ["till"], ["through"])
_SHOWN = word_set("in on during since before after until till by between from early late")


TimeSpan: TypeAlias = tuple[date | None, date | None]
"""A first and a last day; None is no bound."""


class TimeJson(TypedDict):
    """The time that a question asks about; days are ISO 8601, null where it has no such bound.

    `relative_to` is the day that relative words are counted from, and `counted_from` says which day that is.
    `problem` says why the time could not be used, null where it was.
    """

    words: str
    read_as: str
    first: str | None
    last: str | None
    relative_to: str | None
    counted_from: Literal["as_of", "newest_article"] | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class QuestionTime:
    """The times that a question asks about, each from its first to its last day; None where a side is open.

    `words` are those of the question, and empty where it names no time: then `is_named` is False, and newer
    evidence is a little better than older. A time that `is_now` ("current", "latest") is the year up to
    `relative_to`, the day that relative times are counted from. With a `problem` there are no days.
    One that `is_aside` stands in a sentence before the one that asks ("She retired this week. Which team did
    she play for?"): evidence of that time is preferred, and other evidence is no less certain. `asked_on` is
    the day of the question: evidence that is dated later has a wrong date, or tells of plans.

    >>> QuestionTime("in 2016", spans=((date(2016, 1, 1), date(2016, 12, 31)),)).read_as
    '2016'
    """

    words: str = ""
    asked_on: date = date.max
    spans: tuple[TimeSpan, ...] = ()
    relative_to: date | None = None
    is_now: bool = False
    problem: str = ""
    is_impossible: bool = False
    counted_from: Literal["as_of", "newest_article"] | None = None
    is_aside: bool = False

    @property
    def is_named(self) -> bool:
        """Whether the question names a time, be it one with a problem."""
        return bool(self.words)

    @property
    def is_bound(self) -> bool:
        """Whether evidence of other times is no evidence: the answer of now has a history, an aside is none.

        It is one without days, too, where the calendar has none such.
        """
        return not (self.is_now or self.is_aside) and (bool(self.spans) or self.is_impossible)

    @property
    def first(self) -> date | None:
        """The first day of all; None where there is no such bound."""
        firsts = [first for first, _ in self.spans if first is not None]
        return min(firsts) if firsts and len(firsts) == len(self.spans) else None

    @property
    def last(self) -> date | None:
        """The last day of all; None where there is no such bound."""
        lasts = [last for _, last in self.spans if last is not None]
        return max(lasts) if lasts and len(lasts) == len(self.spans) else None

    @property
    def read_as(self) -> str:
        """The times in words: "2016", "March 2016", "2012 and 2016", "now, 3 May 2016"; "" with a problem."""
        if self.is_now and self.relative_to is not None:
            return f"now, {_day(self.relative_to)}"
        return " and ".join(dict.fromkeys(_words(*span) for span in self.spans))

    def to_dict(self) -> TimeJson:
        """Return the JSON object of a question's time."""
        return {
            "words": self.words,
            "read_as": self.read_as,
            "first": _iso(self.first),
            "last": _iso(self.last),
            "relative_to": _iso(self.relative_to),
            "counted_from": self.counted_from,
            "problem": self.problem or None,
        }


def question_time(
    question: str, newest: Callable[[], date | None], today: date, as_of: date | None = None
) -> QuestionTime:
    """Return the time that a question asks about, asked today or as of another day.

    Relative times are counted from `as_of`, else from the day of the newest article, which `newest` gives; it
    is called only where there are any, and returns None where no article has a date.
    """
    asked_on = as_of or today
    named = _named(question, _ANY_DAY)
    if not named:
        return QuestionTime(asked_on=asked_on)
    relative_to = None
    if any(period.relative and period.days for period in named):
        relative_to = as_of or newest()
        if relative_to is None:
            problem = "no article has a date that it could be counted from"
            return QuestionTime(_quoted(question, named), asked_on, problem=problem)
        named = _named(question, relative_to) or [replace(period, days=None) for period in named]
    if any(period.days is None for period in named):
        problem = "the calendar has no such day"
        return QuestionTime(_quoted(question, named), asked_on, problem=problem, is_impossible=True)
    return QuestionTime(
        _quoted(question, named),
        asked_on,
        tuple(dict.fromkeys(_spans(question, named))),
        relative_to,
        is_now=all(period.kind == "now" for period in named),
        counted_from=None if relative_to is None else "newest_article" if as_of is None else "as_of",
        is_aside=_NEXT_SENTENCE.search(question, named[-1].end) is not None,
    )


def _named(question: str, today: date) -> list[Period]:
    """Return the times that the question asks about, in their order; "now" only where there is no other."""
    words = {*question.lower().split()}
    looks: Literal["back", "around", "ahead"] = "around" if words & _PRESENT else "back"
    looks = "ahead" if words & _AHEAD else looks
    named = [
        period for period in periods(question, today, names=True, looks=looks) if is_time(question, period)
    ]
    return [period for period in named if period.kind != "now"] or named


def _spans(question: str, named: Sequence[Period]) -> Iterator[TimeSpan]:
    """Yield the first and the last day of each time; "between A and B" is one, "since A" has no end."""
    at = 0
    while at < len(named):
        period, other = named[at], named[at + 1] if at + 1 < len(named) else None
        assert period.days is not None, "times that are in no calendar were left out before"
        first, last = period.days
        words = plain_words(question[max(0, period.start - CONTEXT_CHARS) : period.start].split())
        is_event = (
            words[-1:] == ["the"] and period.kind == "year"
        )  # "after the 2020 election": of that year on
        lead = words[-2:-1] if words[-1:] == ["the"] else words[-1:]
        joint = plain_words(question[period.end : other.start].split()) if other else []
        if other and other.days and lead in (["between"], ["from"]) and joint[:1] in _JOINTS:
            if period.relative and not other.relative:  # "from March to May 2016"
                year = other.days[0].year - (first.month > other.days[0].month)
                first, last = _in_year(first, year), _in_year(last, year)
            yield min(first, other.days[0]), max(last, other.days[1])
            at += 2
            continue
        at += 1
        if lead == ["since"]:
            yield first, None
        elif lead == ["after"]:
            yield first if is_event else last + _DAY, None
        elif lead == ["before"]:
            yield None, last if is_event else first - _DAY
        elif lead in (["until"], ["till"], ["by"]):
            yield None, last
        else:
            yield first, last


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return day.replace(year=year, day=28)


def _quoted(question: str, named: Sequence[Period]) -> str:
    """Return the words of the times, each with the preposition before it: "between 2012 and 2016"."""
    parts: list[tuple[int, int]] = []
    for period in named:
        start, end = period.start, period.end
        before = question[max(0, start - CONTEXT_CHARS) : start]
        lead = before.rstrip().rpartition(" ")[2]
        if lead.lower() in _SHOWN and before.endswith(" "):
            start -= len(lead) + 1
        if parts and plain_words(question[parts[-1][1] : start].split())[1:] == []:  # at most a word between
            start = parts.pop()[0]
        parts.append((start, end))
    return ", ".join(question[start:end] for start, end in parts)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _first(day: date) -> str:
    return str(day.year) if (day.month, day.day) == (1, 1) else _day(day)


def _last(day: date) -> str:
    return str(day.year) if (day.month, day.day) == (12, 31) else _day(day)


def _words(first: date | None, last: date | None) -> str:
    """Return a time in as few words as it needs: one day, one month, whole years, or its two ends."""
    if first is None or last is None:
        return f"since {_first(first)}" if first else f"until {_last(last)}" if last else ""
    if first == last:
        return _day(first)
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return str(first.year) if first.year == last.year else f"{first.year} to {last.year}"
    ends_month = (last + _DAY).day == 1 if last < date.max else True
    if first.day == 1 and ends_month and (first.year, first.month) == (last.year, last.month):
        return f"{first:%B} {first.year}"
    return f"{_day(first)} to {_day(last)}"
