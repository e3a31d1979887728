"""Where each of several answers stands over time: current, superseded or disputed. Pure.

Knows on which days which outlets gave an answer; does not know its words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Literal

SIMULTANEOUS_DAYS = 7
"""Of overlapping answers that end at most so many days apart, voices decide; else the later one stands."""

AnswerStatus = Literal["current", "superseded", "disputed", "undated"]


@dataclass(frozen=True, slots=True)
class Mention:
    """One article gives the answer: on which day, in which story (copies share one), in which outlet."""

    day: date
    story: str
    outlet: str


@dataclass(frozen=True, slots=True)
class AnswerPeriod:
    """All the articles, one at least, that give one answer."""

    said: tuple[Mention, ...]

    @property
    def first(self) -> date:
        """The day it was first given."""
        return min(one.day for one in self.said)

    @property
    def last(self) -> date:
        """The day it was last given."""
        return max(one.day for one in self.said)

    def voices(self, since: date = date.min) -> int:
        """Return how many give it on that day or later: a story counts once, and so does an outlet."""
        heard = [one for one in self.said if one.day >= since]
        return min(len({one.story for one in heard}), len({one.outlet for one in heard}))


def statuses(eras: Sequence[AnswerPeriod]) -> list[AnswerStatus]:
    """Return the status of each answer.

    Two contradict each other when the later begins before the earlier is last given, or on that day. Of such
    a pair the loser is superseded if the winner both began and ended later, else disputed; at a tie both are
    disputed. The newest that lost to none is current, unless it is tied; the others are superseded.
    """
    disputed, beaten = set[int](), set[int]()
    for pair in combinations(range(len(eras)), 2):
        one, two = (eras[number] for number in pair)
        if one.last < two.first or two.last < one.first:
            continue
        lead = _lead(one, two)
        if lead == 0:
            disputed.update(pair)
            continue
        winner, loser = pair if lead > 0 else pair[::-1]
        beaten.add(loser)
        if not (eras[loser].first < eras[winner].first and eras[loser].last < eras[winner].last):
            disputed.add(loser)
    standing = [number for number in range(len(eras)) if number not in beaten]
    newest = max(standing, key=lambda number: eras[number].last, default=None)
    return [
        "disputed" if number in disputed else "current" if number == newest else "superseded"
        for number in range(len(eras))
    ]


def _lead(one: AnswerPeriod, two: AnswerPeriod) -> int:
    """Return a positive number if the first stands against the second, a negative one if not, 0 at a tie.

    Voices are counted since both are given; where these are as many, all are.
    """
    days = (one.last - two.last).days
    if abs(days) > SIMULTANEOUS_DAYS:
        return days
    since = max(one.first, two.first)
    return one.voices(since) - two.voices(since) or one.voices() - two.voices()
