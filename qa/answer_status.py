"""The status of each of several answers over time: current, superseded or disputed. Pure.

This module knows on which days which outlets give an answer, and the number that a count came to; it does not
know the answer's words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Literal

SIMULTANEOUS_DAYS = 7
"""Of overlapping answers that end at most so many days apart, that with more voices stands; else the later.

No entry of docs/log.md compares other numbers of days.
"""

RECENT_DAYS = 30
"""A single newest article is weighed against those of so many days before it. Reasoned, not compared: what
changes is written about again within a month."""

STALE_DAYS = 365
"""What nobody has said for so many days is not called current, where a question asks for the present.

On half A of the timeline questions all twelve answers that were older were wrong: docs/log.md, 2026-11-28,
"what timelines call current, without old answers".
"""

LIKELY = 0.5
"""An article tells when an answer was given if it is likelier right than wrong, by itself. On a timeline 0.4
and 0.6 do no better: docs/log.md, 2026-11-27, "two readers on timelines"."""

_SEVERAL = 2
_DAY = timedelta(days=1)

AnswerStatus = Literal["current", "stale", "superseded", "disputed", "undated"]


@dataclass(frozen=True, slots=True)
class Mention:
    """One article that gives the answer: its day, its story (copies share one) and its outlet."""

    day: date
    story: str
    outlet: str


@dataclass(frozen=True, slots=True)
class AnswerPeriod:
    """All the articles, one at least, that give the same answer.

    `count` is its number and unit, where the answers are of a count that grows, such as the dead of a flood.
    """

    mentions: tuple[Mention, ...]
    count: tuple[Decimal, str] | None = None

    @property
    def first(self) -> date:
        """The day it was first given."""
        return min(mention.day for mention in self.mentions)

    @property
    def last(self) -> date:
        """The day it was last given."""
        return max(mention.day for mention in self.mentions)

    def voices(self, since: date = date.min) -> int:
        """Return how many give it on that day or later: a story counts once, and so does an outlet."""
        later = [mention for mention in self.mentions if mention.day >= since]
        return min(len({mention.story for mention in later}), len({mention.outlet for mention in later}))


def statuses(periods: Sequence[AnswerPeriod]) -> list[AnswerStatus]:
    """Return the status of each answer.

    Two contradict each other when the later begins before the earlier is last given, or on that day, or when
    the later is a single article against several of the month before it, or a part of their count. Of such a
    pair the loser is superseded if the winner both began and ended later, else disputed; at a tie both are
    disputed. The newest that lost to none is current, unless it is tied; the others are superseded.
    """
    disputed, beaten = set[int](), set[int]()
    for pair in combinations(range(len(periods)), 2):
        first, second = (periods[number] for number in pair)
        if not _contradict(first, second):
            continue
        lead = _lead(first, second)
        if lead == 0:
            disputed.update(pair)
            continue
        winner, loser = pair if lead > 0 else pair[::-1]
        beaten.add(loser)
        if not (periods[loser].first < periods[winner].first and periods[loser].last < periods[winner].last):
            disputed.add(loser)
    unbeaten = [number for number in range(len(periods)) if number not in beaten]
    newest = max(unbeaten, key=lambda number: periods[number].last, default=None)
    return [
        "disputed" if number in disputed else "current" if number == newest else "superseded"
        for number in range(len(periods))
    ]


def _contradict(first: AnswerPeriod, second: AnswerPeriod) -> bool:
    earlier, later = sorted((first, second), key=lambda period: period.last)
    if later.first <= earlier.last:
        return True
    return _is_part(later, earlier) or (_is_outvoted(later, earlier) and not _has_grown(earlier, later))


def _lead(first: AnswerPeriod, second: AnswerPeriod) -> int:
    """Return a positive number if the first stands against the second, a negative one if not, 0 at a tie.

    Voices count from the day on which both answers are given; at a tie, those of all days count. Something
    new that a single article says is a tie: the others could not know of it yet.
    """
    if first.last > second.last:
        return -_lead(second, first)
    days = (first.last - second.last).days
    if _has_grown(first, second):
        return -1
    if second.first > first.last:  # a single article, or a part of the count
        return int(_has_grown(second, first))
    if _has_grown(second, first) and (_is_part(second, first) or second.voices(first.last + _DAY) < _SEVERAL):
        return 1
    if abs(days) > SIMULTANEOUS_DAYS and not _is_outvoted(second, first):
        return days
    since = max(first.first, second.first)
    return first.voices(since) - second.voices(since) or first.voices() - second.voices()


def _is_outvoted(later: AnswerPeriod, earlier: AnswerPeriod) -> bool:
    """Whether a single article gives the one answer after the last of several recent ones gives the other."""
    newer = {mention.story for mention in later.mentions if mention.day > earlier.last}
    return len(newer) == 1 and earlier.voices(later.last - timedelta(days=RECENT_DAYS)) >= _SEVERAL


def _is_part(later: AnswerPeriod, earlier: AnswerPeriod) -> bool:
    """Whether the later is less than half of the earlier count of the month before: that of one place, say.

    A count is seldom revised that far. Reasoned, not compared.
    """
    if later.count is None or earlier.count is None or not _has_grown(later, earlier):
        return False
    is_soon = (later.first - earlier.last).days <= RECENT_DAYS
    return is_soon and 2 * later.count[0] < earlier.count[0]


def _has_grown(first: AnswerPeriod, second: AnswerPeriod) -> bool:
    """Whether both are numbers of one count, and the second is the larger."""
    if first.count is None or second.count is None:
        return False
    (number, unit), (other, other_unit) = first.count, second.count
    return unit == other_unit and number < other
