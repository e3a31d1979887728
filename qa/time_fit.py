"""Tells whether evidence is of the time that a question asks about: by its words, or by its article's date.

Pure: knows the text and the day of an article, and a question's time; knows no scores and no readers.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from nutgraf.indexer.article import Article
from nutgraf.indexer.fields import Field
from nutgraf.indexer.passages import sentence_around
from nutgraf.models.words import word_set
from nutgraf.qa.calendar_days import Days
from nutgraf.qa.periods import Period, periods
from nutgraf.qa.question_time import QuestionTime, TimeSpan

PREFERRED = 0.3
"""What a passage of the asked time gains when passages are ordered, beside a score from 0 to 1.

It is the weight of recency that docs/log.md chose, 2026-11-22, "asking as of a day"; others: not compared.
"""

NEWEST = 0.05
"""What newer evidence gains at most over that of ten years before, where no time is asked for: a tie's worth.

Reasoned, not compared: with the reader's weight of a passage it is half a logit.
"""

_NEWEST_DAYS = 3653  # ten years; older evidence is all alike
_GRACE_DAYS, _SHORT_GRACE_DAYS = 7, 3  # news of a time is printed for some days after it
_SHORT_DAYS = 27  # a week and less: news of it is over sooner
_FEW_YEARS = 10
_GAP_CHARS = 100  # more blanks than between sentences
_LEFT = word_set("in on of at during from for")  # "the election of 2019": the words of its time are "2019"
_COMPARING = word_set("since from until till than before after to by")
_DATED = {"day", "month", "year", "decade"}
_TOLD = {*_DATED, "bare day", "span"}  # "last year" is a span
_SINGLE_DAYS = {"day", "bare day", "weekday"}
_AHEAD = re.compile(r"\b(?:will|shall|won['’]t)\b|['’]ll\b")
_SAID_ON = re.compile(
    r"\b(?:said|says|told|announced|reported|confirmed|added|stated|warned|wrote)\b(?: [\w.]{1,20}){0,3} ?$"
)
_KEPT_TEXTS = 1024  # the passages of a question that names a time are mostly those of the next one, too
_NO_DAY = date(1, 1, 8)  # relative words of an article without a date count from it, and reach no question


@dataclass(frozen=True, slots=True)
class TimeFit:
    """How well evidence fits a time: what is left of its probability, 0 to 1, and what its score loses.

    The loss is in logits. A time that evidence is not of costs it the answer: a quarter of a probability is
    below any fitted threshold.
    """

    share: float
    loss: float


FITS = TimeFit(1.0, 0.0)
UNKNOWN = TimeFit(0.6, 2.0)
"""Nothing tells of what time it is. These numbers and those of `OTHER` are reasoned, not compared."""

OTHER = TimeFit(0.25, 6.0)


def time_fit(  # noqa: PLR0911 - a rule a line
    article: Article, start: int, end: int, time: QuestionTime | None, field: Field = "text"
) -> TimeFit:
    """Return how well an answer, [start:end] of the article's text or title, fits the asked time.

    It fits if its sentence names the time, or if its article is of the time or of some days later and the
    sentence names no other, or if a sentence beside it or the title names the time. Relative words such as
    "last year" count from the article's day.
    """
    if time is not None and time.is_impossible:
        return OTHER
    if time is None or time.is_aside or not time.spans:
        return FITS
    before, own, after = _sentences(article.content(field), start, end)
    named = [*_periods(own, article)]
    if _AHEAD.search(own):  # "will stand in October" may be in the next one, however near the last one was
        named += _periods(own, article, looks="ahead")
    if _overlap(named, time):
        return FITS
    if is_of_time(article.published and article.published.date(), time):
        return UNKNOWN if not time.is_now and any(_is_date(own, period) for period in named) else FITS
    if time.is_now:
        return UNKNOWN
    if names_time(before, article, time) or names_time(f"{after}\n{article.title}", article, time):
        return FITS
    return UNKNOWN if article.published is None or _mentions_year(article.text, time) else OTHER


def _is_date(sentence: str, period: Period) -> bool:
    return period.kind in _DATED and period.days is not None and _is_of(sentence, period)


def _is_of(sentence: str, period: Period) -> bool:
    """Whether a sentence tells of a time that it names: "in 2012", and not "since 2012"."""
    return sentence[: period.start].rstrip().rpartition(" ")[2].lower() not in _COMPARING


def question_of(question: str, text: str, article: Article, time: QuestionTime | None) -> str:
    """Return the question that a reader is asked of a text: without its time, where the text is of that time.

    News of a day does not name the day, and a reader says "no answer" where a question does and its text does
    not. A text that names the time, and one of another time, is asked the whole question.

    >>> from datetime import UTC, date, datetime
    >>> from nutgraf.qa.question_time import question_time
    >>> question = "Who won in 2016?"
    >>> asked = question_time(question, lambda: date(2020, 12, 31), date(2026, 1, 1), None)
    >>> article = Article("a", "", "Stein won on Sunday.", published=datetime(2016, 10, 3, tzinfo=UTC))
    >>> question_of(question, article.text, article, asked)
    'Who won?'
    """
    if (
        time is None
        or not time.is_bound
        or not is_of_time(article.published and article.published.date(), time)
    ):
        return question
    named = (period for period in _periods(text, article) if not period.relative)
    if _overlap(named, time):
        return question
    untimed = _untimed(question, time.words)
    return untimed if any(map(str.isalnum, untimed)) else question


def _untimed(question: str, words: str) -> str:
    """Return a question without the words of its time, and without the preposition that they leave."""
    before, _, after = question.partition(words)
    kept, following = before.split(), after.split()
    if not following or following[0] in _LEFT or not following[0][0].isalnum():
        while kept and kept[-1].lower() in {*_LEFT, "the"}:
            kept.pop()
    return " ".join([*kept, *following]).replace(" ?", "?").replace(" ,", ",").strip(" ,")


def names_time(text: str, article: Article, time: QuestionTime) -> bool:
    """Whether a text of an article names a time that overlaps the asked one."""
    return _overlap(_periods(text, article), time)


def told_day(article: Article, start: int, end: int, field: Field = "text") -> date | None:
    """Return the day that an answer, [start:end] of the article's text or title, is of: mostly the article's.

    Where its sentence names past times alone, as in "the 2011 champion" or "last year's winner", it is the
    last day of these. None where the article has no date.
    """
    if article.published is None:
        return None
    day = article.published.date()
    own = _sentences(article.content(field), start, end)[1]
    named = [(period, period.days[1]) for period in _periods(own, article) if period.days is not None]
    if any((day - last).days <= _GRACE_DAYS for _, last in named):
        return day
    past = [last for period, last in named if period.kind in _TOLD and _is_of(own, period)]
    return max(past, default=day)


def is_of_time(day: date | None, time: QuestionTime) -> bool:
    """Whether an article of that day is of the asked time, or of the days after it."""
    return day is not None and any(_is_within(day, span) for span in time.spans)


def _is_within(day: date, span: TimeSpan) -> bool:
    first, last = span
    if first is not None and day < first:
        return False
    if last is None:
        return True
    is_short = first is not None and (last - first).days <= _SHORT_DAYS
    return (day - last).days <= (_SHORT_GRACE_DAYS if is_short else _GRACE_DAYS)


def newest_losses(days: Mapping[int, int | None], today: int) -> dict[int, float]:
    """Return id -> what each passage loses by its day number beside the newest one, 0 or less.

    The loss grows with the logarithm of the age: a month is much beside a day, and little beside a year. The
    newest loses nothing, so that where all are of one day nothing changes. A passage without a date, or
    with one later than `today`, loses as much as one of ten years before.
    """
    known = {i: day for i, day in days.items() if day is not None and day <= today}
    newest, whole = max(known.values(), default=0), math.log1p(_NEWEST_DAYS)
    losses = {i: -NEWEST * min(1.0, math.log1p(newest - day) / whole) for i, day in known.items()}
    return {i: losses.get(i, -NEWEST) for i in days} if known else {}


def _overlap(named: Iterable[Period], time: QuestionTime) -> bool:
    return any(period.overlaps(*span) for period in named for span in time.spans)


def occasion(article: Article, start: int, end: int, field: Field = "text") -> list[Days]:
    """Return the days of which the sentence of an answer tells, but for its own: "on Monday", "on 4 May".

    The day on which somebody said it is none, for an update says it on another one.
    """
    text = article.content(field)
    first, last = sentence_around(text, start, end)
    sentence = text[first:last]
    return [
        period.days
        for period in _periods(sentence, article)
        if period.kind in _SINGLE_DAYS
        and period.days is not None
        and not (period.start < end - first and start - first < period.end)
        and _SAID_ON.search(sentence, max(0, period.start - _GAP_CHARS), period.start) is None
    ]


def _periods(text: str, article: Article, looks: Literal["back", "ahead"] = "back") -> tuple[Period, ...]:
    return _told_periods(text, article.published.date() if article.published else None, looks)


@lru_cache(_KEPT_TEXTS)
def _told_periods(text: str, day: date | None, looks: Literal["back", "ahead"]) -> tuple[Period, ...]:
    """Return the times that a text of an article of that day names, other than "now"."""
    return tuple(
        period
        for period in periods(text, day or _NO_DAY, looks=looks)
        if period.kind != "now" and (day is not None or not period.relative)
    )


def _sentences(text: str, start: int, end: int) -> tuple[str, str, str]:
    """Return the sentence before a span, that around it, and that after it."""
    first, last = sentence_around(text, start, end)
    gap, next_gap = text[max(0, first - _GAP_CHARS) : first], text[last : last + _GAP_CHARS]
    ahead, behind = first - len(gap) + len(gap.rstrip()), last + len(next_gap) - len(next_gap.lstrip())
    before = sentence_around(text, ahead - 1, ahead) if ahead else (0, 0)
    after = sentence_around(text, behind, behind + 1) if behind < len(text) else (last, last)
    return text[slice(*before)], text[first:last], text[slice(*after)]


def _mentions_year(text: str, time: QuestionTime) -> bool:
    """Whether a text has one of the few years that a time is of: then it may well speak of that time."""
    bounds = [(first.year, last.year) for first, last in time.spans if first and last]
    years = {year for first, last in bounds if last - first <= _FEW_YEARS for year in range(first, last + 1)}
    return any(str(year) in text for year in years)
