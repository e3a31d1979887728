"""Copies of one passage take one place. Pure: knows passages and the clusters of their articles.

Does not know how copies were found (`indexer.duplicates`), scores, or which engine found a passage.
"""

from collections.abc import Sequence
from functools import lru_cache

from nutgraf.indexer.duplicates import shingles, words
from nutgraf.indexer.embedded.index import Passage

SHINGLE_WORDS = 3
SAME_SHARE = 0.6
"""Copies are cut at other places: the nearest cut of a passage of 100 words still shares about two thirds."""

CONTEXT_CHARS = 40
_LEAST_CONTEXT = 20


def collapse(passages: Sequence[Passage]) -> list[list[Passage]]:
    """Return the passages in groups, in the order of their first ones: one passage and its copies.

    A passage goes to the first group of its cluster that another article began with largely the same words;
    so other parts of the same story stay by themselves.
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
    """Return where `text[start:end]` starts in a copy of the text: there with what stands around it, or None.

    What stands on one side is enough, since a copy may have been cut or edited on the other.
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


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= SAME_SHARE * min(len(one), len(other))
