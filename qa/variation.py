"""Tells which facts a passage states otherwise than another one with largely the same words. Pure.

A number, a name, a date or a negation that differs makes two passages of one story two versions of it. Words
are aligned, so that what only one of them has at its ends, where it was cut, is no difference.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from nutgraf.indexer.alignment import ANCHOR_WORDS, anchors

_ANCHOR_WORDS = 3
"""So many equal words in a row hold two texts together; "of the" stands everywhere. Not measured."""

_SLOT_WORDS = 12  # a longer gap is another passage, not a fact that was replaced; not compared
_COMPARED_CHARS = 50_000  # of an article; not compared
_TURNING_WORDS = 4  # "did not agree" for "agreed"; reasoned
_MOST_SENTENCE_WORDS = 200  # what is longer is no sentence; reasoned

_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"[.!?:\n\"“”‘«»]")
_NUMBERS = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13",
    "fourteen": "14", "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18",
    "nineteen": "19", "twenty": "20",
}  # fmt: skip
_MORE_NUMBERS = frozenset({
    "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand", "million",
    "billion", "trillion", "dozen", "dozens", "hundreds", "thousands", "half", "twice", "first", "second",
    "third",
})  # fmt: skip
_NEGATIONS = frozenset({
    "no", "not", "t", "never", "none", "nobody", "nothing", "nor", "neither", "without", "denied", "denies",
    "deny",
})  # fmt: skip

Variation: TypeAlias = frozenset[tuple[int, frozenset[str], frozenset[str]]]
"""Where a text differs from another: the word of the other, its facts there, and the text's own."""


class _Word(NamedTuple):
    word: str
    is_fact: bool


def variation(base: str, text: str) -> Variation:
    """Return the facts of `text` that differ from those of `base` between words that both have.

    Empty where the two say the same, or one says it and the other was cut before it.

    >>> base = "It killed at least 12 people, officials said."
    >>> (difference,) = variation(base, base.replace("12", "31"))
    >>> sorted(difference[1]), sorted(difference[2])
    (['12'], ['31'])
    """
    if base == text:
        return frozenset()
    first, other = _words(base), _words(text)
    matcher = SequenceMatcher(None, [w.word for w in first], [w.word for w in other], autojunk=False)
    anchors = [block for block in matcher.get_matching_blocks() if block.size >= _ANCHOR_WORDS]
    differences = set()
    for left, right in pairwise(anchors):
        at = left.a + left.size
        facts = _facts(first[at : right.a]), _facts(other[left.b + left.size : right.b])
        if facts[0] != facts[1]:
            differences.add((at, *facts))
    return frozenset(differences)


def is_version(base: str, text: str) -> bool:
    """Whether two whole articles state a fact differently: each has another in the same place, or a negation.

    What only one of them has, such as a paragraph more, makes no version.

    >>> base = "At least 12 people died in the blast in Drevnik on Monday, officials said."
    >>> is_version(base, base.replace("12", "31") + " A reporter was there.")
    True
    >>> is_version(base, base + " A reporter was there.")
    False
    """
    first, other = map(_split, _differing_lines(base[:_COMPARED_CHARS], text[:_COMPARED_CHARS]))
    places = anchors([w.word for w in first], [w.word for w in other])
    edges = [(0, 0), *((x + ANCHOR_WORDS, y + ANCHOR_WORDS) for x, y in places)]
    for (x, y), (next_x, next_y) in zip(edges, places, strict=False):
        slot, other_slot = first[x:next_x], other[y:next_y]
        if max(len(slot), len(other_slot)) <= _SLOT_WORDS:
            facts, others = _facts(slot), _facts(other_slot)
            if facts != others and ((facts and others) or (facts ^ others) & _NEGATIONS):
                return True
    return False


def is_turned(sentence: str, other: str) -> bool:
    """Whether one of two wordings of a sentence denies what the other says, by a few words in one place.

    >>> is_turned("Lund will stand again in May.", "Lund will not stand again in May.")
    True
    >>> is_turned("Nine people died.", "Nine people died, and the cause of it is not known.")
    False
    """
    if sentence == other:  # as in most copies
        return False
    first, second = _split(sentence), _split(other)
    if max(len(first), len(second)) > _MOST_SENTENCE_WORDS:
        return False
    matcher = SequenceMatcher(None, [w.word for w in first], [w.word for w in second], autojunk=False)
    return any(
        max(end - start, other_end - other_start) <= _TURNING_WORDS
        and (_facts(first[start:end]) ^ _facts(second[other_start:other_end])) & _NEGATIONS
        for tag, start, end, other_start, other_end in matcher.get_opcodes()
        if tag != "equal"
    )


def _differing_lines(base: str, text: str) -> tuple[str, str]:
    """Return two texts without the lines that both have: copies differ in few, and splitting takes long."""
    lines, other_lines = base.split("\n"), text.split("\n")
    common = {*lines} & {*other_lines}
    first, other = ([line for line in part if line not in common] for part in (lines, other_lines))
    return "\n".join(first), "\n".join(other)


def _facts(words: Sequence[_Word]) -> frozenset[str]:
    return frozenset(word.word for word in words if word.is_fact)


@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[_Word, ...]:
    return _split(text)


def _split(text: str) -> tuple[_Word, ...]:
    words: list[_Word] = []
    end = 0
    for match in _WORD.finditer(text):
        opens = not words or _SENTENCE_END.search(text, end, match.start()) is not None
        end = match.end()
        word = match[0].casefold()
        is_name = match[0][0].isupper() and not opens
        is_number = word in _NUMBERS or word in _MORE_NUMBERS or any(char.isdigit() for char in word)
        words.append(_Word(_NUMBERS.get(word, word), is_name or is_number or word in _NEGATIONS))
    return tuple(words)
