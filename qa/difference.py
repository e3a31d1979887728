"""The word-by-word difference of two texts, such as two versions of a story. Pure.

Words that both texts have in the same order are aligned by runs that stand once in each (Cohen's patience
diff), long runs first. It costs no more than sorting the words, whatever the texts.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypedDict

from nutgraf.indexer.alignment import anchors

ChangeKind: TypeAlias = Literal["same", "removed", "added"]

_RUNS = (4, 2, 1)
"""Words in a row that hold two texts together, tried one after the other; not compared."""

_MOST_WORDS_BY_ONE = 12
"""One word alone holds two passages together that are no longer: "the" stands everywhere. Not compared."""

_MOST_WORDS = 200_000
"""Words of two passages that are aligned; what differs in longer ones is removed and added as a whole."""

_TOKEN = re.compile(r"\S+\s*|^\s+")


class ChangeJson(TypedDict):
    """A part of a difference."""

    kind: ChangeKind
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A part of two texts, word by word.

    Words of both are "same", as the second text has them; those of the first alone are "removed", those of
    the second alone "added".

    >>> import nutgraf
    >>> nutgraf.Change("added", "at least ").to_dict()
    {'kind': 'added', 'text': 'at least '}
    """

    kind: ChangeKind
    text: str

    def to_dict(self) -> ChangeJson:
        """Return the JSON object of a change."""
        return {"kind": self.kind, "text": self.text}


def difference(first: str, second: str) -> list[Change]:
    """Return what became of the first text in the second, in order, blanks aside.

    What is the same and what was added make up the second text.

    >>> for change in difference("It killed 12 people.", "It killed at least 31 people."):
    ...     print(change.kind, change.text.strip())
    same It killed
    removed 12
    added at least 31
    same people.
    """
    old, new = _TOKEN.findall(first), _TOKEN.findall(second)
    changes: list[Change] = []
    x = y = 0

    def note(kind: ChangeKind, words: Sequence[str]) -> None:
        if text := "".join(words):
            if changes and changes[-1].kind == kind:
                changes[-1] = Change(kind, changes[-1].text + text)
            else:
                changes.append(Change(kind, text))

    for at, other in [*_equal([w.strip() for w in old], [w.strip() for w in new]), (len(old), len(new))]:
        note("removed", old[x:at])
        note("added", new[y:other])
        note("same", new[other : other + 1])
        x, y = at + 1, other + 1
    return changes


def _equal(first: Sequence[str], other: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of words that are aligned, ascending in both."""
    aligned: list[tuple[int, int]] = []
    gaps = [(0, len(first), 0, len(other), 0)]
    while gaps:
        start, end, other_start, other_end, level = gaps.pop()
        while start < end and other_start < other_end and first[start] == other[other_start]:
            aligned.append((start, other_start))
            start, other_start = start + 1, other_start + 1
        while start < end and other_start < other_end and first[end - 1] == other[other_end - 1]:
            end, other_end = end - 1, other_end - 1
            aligned.append((end, other_end))
        left, right = first[start:end], other[other_start:other_end]
        if not left or not right or level == len(_RUNS) or len(left) + len(right) > _MOST_WORDS:
            continue
        run = _RUNS[level]
        if run == 1 and max(len(left), len(right)) > _MOST_WORDS_BY_ONE:
            continue
        x, y = start, other_start
        for at, other_at in _runs(left, right, run):
            aligned.append((start + at, other_start + other_at))
            gaps.append((x, start + at, y, other_start + other_at, level + 1))
            x, y = start + at + 1, other_start + other_at + 1
        gaps.append((x, end, y, other_end, level + 1))
    return sorted(aligned)


def _runs(first: Sequence[str], other: Sequence[str], run: int) -> Iterator[tuple[int, int]]:
    """Yield the places of the words of runs that stand once in each text; runs may overlap."""
    x = y = 0
    for at, other_at in anchors(first, other, run):
        for step in range(run):
            if at + step >= x and other_at + step >= y:
                x, y = at + step + 1, other_at + step + 1
                yield x - 1, y - 1
