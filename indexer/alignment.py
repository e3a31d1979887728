"""Aligns two texts by the runs of words that each of them has once (Cohen's patience diff). Pure.

It costs no more than sorting the words, whatever the texts.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

ANCHOR_WORDS = 4
"""So many words in a row hold two texts together. Not compared."""


def anchors(first: Sequence[str], other: Sequence[str], words: int = ANCHOR_WORDS) -> list[tuple[int, int]]:
    """Return where runs of words that stand once in each text begin in both: most of them, in order."""
    places = dict(_once(other, words))
    pairs = [(at, places[run]) for run, at in _once(first, words) if run in places]
    ends: list[int] = []  # the least place in `other` at which an ascending chain of each length ends
    chain: list[int] = []
    before: list[int] = []
    for number, (_, at) in enumerate(pairs):
        length = bisect_left(ends, at)
        ends[length : length + 1] = [at]
        chain[length : length + 1] = [number]
        before.append(chain[length - 1] if length else -1)
    aligned = []
    number = chain[-1] if chain else -1
    while number >= 0:
        aligned.append(pairs[number])
        number = before[number]
    return aligned[::-1]


def _once(words: Sequence[str], length: int) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield the runs of so many words that stand once in a text, with their places, in order."""
    places: dict[tuple[str, ...], int] = {}
    for at in range(len(words) - length + 1):
        run = tuple(words[at : at + length])
        places[run] = -1 if run in places else at
    return ((run, at) for run, at in places.items() if at >= 0)
