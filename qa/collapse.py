"""Gives copies of one passage one place. Pure: knows passages and the clusters of their articles.

It does not know how copies are found (`indexer.duplicates`), scores, or which engine returned a passage.
"""

from collections.abc import Sequence
from functools import lru_cache

from nutgraf.indexer.duplicates import shingles, words
from nutgraf.indexer.storage import Passage

SHINGLE_WORDS = 3
SAME_SHARE = 0.6
"""Passages that share this part of the shorter one's shingles are copies.

Copies are cut into passages at other places: the nearest passage of 100 words still shares about two thirds.
That is reasoned; no entry of docs/log.md compares other shares.
"""

CONTEXT_CHARS = 40  # on each side of a span, to find the same span in a copy; not compared in docs/log.md
_LEAST_CONTEXT = 20


def collapse(passages: Sequence[Passage]) -> list[list[Passage]]:
    """Return the passages in groups, in the order of their first ones: one passage and its copies.

    A passage joins the first group of its cluster whose first passage is of another article and has largely
    the same words. So other parts of the same story stay by themselves.
    """
    trigrams = lru_cache(maxsize=None)(_trigrams)
    groups: list[list[Passage]] = []
    by_cluster: dict[str, list[list[Passage]]] = {}
    for passage in passages:
        cluster = passage.article.cluster
        alike = by_cluster.setdefault(cluster, []) if cluster is not None else []
        for group in alike:
            first = group[0]
            if first.article.id != passage.article.id and _same(trigrams(first.text), trigrams(passage.text)):
                group.append(passage)
                break
        else:
            alike.append([passage])
            groups.append(alike[-1])
    return groups


def most_complete(group: Sequence[Passage]) -> Passage:
    """Return the passage of the longest article; ties by article id."""
    return min(group, key=lambda passage: (-len(passage.article.text), passage.article.id))


def same_place(text: str, start: int, end: int, other: str) -> int | None:
    """Return where `text[start:end]` starts in `other`, a copy of the text, or None where it is not there.

    Its context must be there, too; that of one side is enough, since the other may be cut or edited.
    """
    before, after = max(0, start - CONTEXT_CHARS), min(len(text), end + CONTEXT_CHARS)
    for left, right in ((before, after), (before, end), (start, after)):
        if (start - left) + (right - end) >= min(_LEAST_CONTEXT, len(text) - (end - start)):
            at = other.find(text[left:right])
            if at >= 0:
                return at + start - left
    return None


def _trigrams(text: str) -> frozenset[str]:
    sequence = words(text)
    return shingles(sequence, min(SHINGLE_WORDS, len(sequence)))


def _same(first: frozenset[str], other: frozenset[str]) -> bool:
    return len(first & other) >= SAME_SHARE * min(len(first), len(other))
