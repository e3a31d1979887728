"""Tells two reports that were filled from one template from two versions of one story. Pure: knows words.

A lottery's draws, the weather of two weeks and two race previews share most of their words, and so do a wire
story and its update. What tells them apart is where numbers and days stand between words that both texts
have: an update changes few of them and comes within days, the next report changes most and names another day.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from nutgraf.indexer.alignment import ANCHOR_WORDS, anchors
from nutgraf.indexer.date_words import MONTHS, WEEKDAYS, folded

LONGEST_UPDATE_DAYS = 6
"""An update comes within days; what comes back every week is another report."""

MAX_WORDS = 2_000
"""Longer texts are no reports of a template; their copies differ in hundreds of counters, as of photographs.

These and the bounds below were chosen in docs/log.md, 2026-11-27, "reports of one template".
"""

SHORT_WORDS = 120  # of the shorter text: where one number or day that differs is the news
MIN_DENSITY = 0.02  # other numbers a compared word
LATER_NUMBERS, LATER_SHARE = 3, 0.13
SOON = ((5, 0.2), (4, 0.5))  # numbers and their share; the second is reasoned, for reports of a few lines

_SLOT_WORDS = 12  # a longer gap between anchors is another passage, not what stands in a slot
_LEAST_LETTERS = 4  # "may", "sun" and "led" are a month, a weekday and a month, and mostly something else


class _Comparison(NamedTuple):
    """How many numbers and days both texts have, and how many differ: those of one context count once."""

    same: int
    other_numbers: int
    other_days: int
    words: int


def is_other_report(left: Sequence[str], right: Sequence[str], days_apart: int | None) -> bool:
    """Whether two texts, given as case-folded words, report two occasions in the words of one template.

    `days_apart` is None where one of them has no date. Symmetric.

    >>> draw = "the numbers drawn on {} were {} and {} and the jackpot is now {} million"
    >>> first = draw.format("saturday", 4, 17, 30).split()
    >>> is_other_report(first, draw.format("saturday", 9, 23, 35).split(), 7)
    True
    >>> is_other_report(first, first, 7)
    False
    """
    shorter, longer = sorted((left, right), key=lambda words: (len(words), words))
    if len(shorter) > MAX_WORDS or shorter == longer:
        return False
    compared = _compare(shorter, longer)
    numbers = compared.other_numbers
    share = numbers / max(1, numbers + compared.same)
    is_dense = numbers >= MIN_DENSITY * compared.words
    if days_apart is None or days_apart <= LONGEST_UPDATE_DAYS:
        is_many = any(numbers >= least and share >= part for least, part in SOON)
        return is_dense and is_many and compared.other_days > 0
    if len(shorter) <= SHORT_WORDS:
        return numbers + compared.other_days > 0
    return is_dense and numbers >= LATER_NUMBERS and share >= LATER_SHARE


def _compare(first: Sequence[str], other: Sequence[str]) -> _Comparison:
    same = words = 0
    numbers: dict[tuple[str, ...], int] = {}
    days: dict[tuple[str, ...], int] = {}
    ends = [(0, 0, 0), *((x, y, ANCHOR_WORDS) for x, y in anchors(first, other))]
    for (x, y, size), (next_x, next_y, _) in pairwise(ends):
        start, other_start = x + size, y + size
        covered = first[max(start, next_x) : next_x + ANCHOR_WORDS]
        same += sum(_is_number(word) or _is_day(word) for word in covered)
        words += len(covered)
        slot, other_slot = first[start:next_x], other[other_start:next_y]
        if not slot or not other_slot or max(len(slot), len(other_slot)) > _SLOT_WORDS:
            continue
        around = (*first[max(0, start - 2) : start], *first[next_x : next_x + 2])
        context = tuple("0" if _is_number(word) else word for word in around)
        numbers[context] = _differing(slot, other_slot, _is_number)
        days[context] = _differing(slot, other_slot, _is_day)
    return _Comparison(same, sum(numbers.values()), sum(days.values()), words)


def _differing(slot: Sequence[str], other: Sequence[str], is_fact: Callable[[str], bool]) -> int:
    """Return how many facts of a slot are others there; none where only one of the two has any."""
    facts, others = ({word for word in words if is_fact(word)} for words in (slot, other))
    return max(len(facts - others), len(others - facts)) if facts and others else 0


def _is_number(word: str) -> bool:
    return not word.isalpha() and any(map(str.isdigit, word))


def _is_day(word: str) -> bool:
    return len(word) >= _LEAST_LETTERS and (folded(word) in MONTHS or folded(word) in WEEKDAYS)
