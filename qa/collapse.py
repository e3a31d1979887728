"""Gives copies of one passage one place. Pure: knows passages and the clusters of their articles.

It does not know how copies are found (`indexer.duplicates`), scores, or which engine returned a passage.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from nutgraf.indexer.duplicates import shingles, words
from nutgraf.indexer.fields import Field
from nutgraf.indexer.storage import Passage
from nutgraf.qa.variation import Variation, variation

SHINGLE_WORDS = 3
SAME_SHARE = 0.6
"""Passages that share this part of the shorter one's shingles are copies.

Copies are cut into passages at other places: the nearest passage of 100 words still shares about two thirds.
That is reasoned; no entry of docs/log.md compares other shares.
"""

CONTEXT_CHARS = 40  # on each side of a span, to find the same span in a copy; not compared in docs/log.md
_LEAST_CONTEXT = 20

LONGEST_DAYS = 6
"""An update comes within days. What comes back every week, or every year, is another story in the same words.

Reasoned: no entry of docs/log.md compares other numbers.
"""

MOST_VERSIONS = 5
"""So many versions of one passage have a place each; no entry of docs/log.md compares other numbers."""

_DAY_SECONDS = 86_400


def collapse(passages: Sequence[Passage]) -> list[list[Passage]]:
    """Return the passages in groups, in the order of their first ones: one passage and its copies.

    A passage is compared with the passages of its cluster and field that opened a group: with the first one
    that is of another article and has largely the same words. It joins the group of those that differ from
    that one in the same facts (`variation`): an update is no copy. Other parts of the same story stay by
    themselves. An update that `MOST_VERSIONS` newer ones followed within days stands behind the newest.
    """
    places = {passage.id: number for number, passage in enumerate(passages)}
    trigrams = lru_cache(maxsize=None)(_trigrams)
    groups: list[list[Passage]] = []
    bases: dict[tuple[str, Field], list[_Base]] = {}
    for passage in passages:
        cluster = passage.article.cluster
        alike = bases.setdefault((cluster, passage.field), []) if cluster is not None else []
        for base in alike:
            first = base.passage
            if first.article.id != passage.article.id and _same(trigrams(first.text), trigrams(passage.text)):
                group = base.versions.setdefault(variation(first.text, passage.text), [])
                break
        else:
            group = []
            alike.append(_Base(passage, {frozenset(): group}))
        if not group:
            groups.append(group)
        group.append(passage)
    for base in chain.from_iterable(bases.values()):
        _put_behind_newest(list(base.versions.values()), places)
    return sorted(filter(None, groups), key=lambda group: places[group[0].id])


def _put_behind_newest(versions: Sequence[list[Passage]], places: Mapping[int, int]) -> None:
    """Move the passages of outdated versions into the newest one's group, and leave their groups empty."""
    if len(versions) <= MOST_VERSIONS:
        return
    dated = [(max(map(_moment, group)), group) for group in versions]
    dated.sort(key=lambda version: (version[0], -places[version[1][0].id]), reverse=True)
    newest_group = dated[0][1]
    moments = [moment for moment, _ in dated]
    for number, (moment, group) in enumerate(dated[MOST_VERSIONS:]):
        if 0 < moments[number] <= moment + LONGEST_DAYS * _DAY_SECONDS and moment > 0:
            newest_group += group
            group.clear()
    newest_group.sort(key=lambda passage: places[passage.id])


def _moment(passage: Passage) -> float:
    published = passage.article.published
    return published.timestamp() if published else 0.0


@dataclass(frozen=True, slots=True)
class _Base:
    """A passage that others are compared with, and the groups of those that differ from it alike."""

    passage: Passage
    versions: dict[Variation, list[Passage]]


def newest(group: Sequence[Passage]) -> Passage:
    """Return the passage of the newest article; ties of a day by the longest text, the time, and the id."""

    def order(passage: Passage) -> tuple[int, int, float, str]:
        article = passage.article
        day = article.published.date().toordinal() if article.published else 0
        return -day, -len(article.text), -_moment(passage), article.id

    return min(group, key=order)


def same_place(text: str, start: int, end: int, other: str) -> int | None:
    """Return where `text[start:end]` starts in `other`, a copy of the text, or None where it is not there.

    Its context must be there, too; that of one side is enough, since the other may be cut or edited.
    """
    before, after = max(0, start - CONTEXT_CHARS), min(len(text), end + CONTEXT_CHARS)
    for left, right in ((before, after), (before, end), (start, after)):
        if (start - left) + (right - end) >= min(_LEAST_CONTEXT, len(text) - (end - start)):
            at = other.find(text[left:right])
            if at >= 0 and _is_whole(other, at + start - left, at + end - left):
                return at + start - left
    return None


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether no word or number goes on beyond the span: "14" does not stand in "114"."""
    is_cut_before = start > 0 and text[start - 1 : start + 1].isalnum()
    return not is_cut_before and not (end < len(text) and text[end - 1 : end + 1].isalnum())


def same_context(text: str, span: tuple[int, int], other: str, other_span: tuple[int, int]) -> bool:
    """Whether the same words stand before the two spans, or after them: the one is the other, edited."""
    (start, end), (other_start, other_end) = span, other_span
    before = text[max(0, start - _LEAST_CONTEXT) : start]
    after = text[end : end + _LEAST_CONTEXT]
    return (len(before) == _LEAST_CONTEXT and other[:other_start].endswith(before)) or (
        len(after) == _LEAST_CONTEXT and other[other_end:].startswith(after)
    )


def _trigrams(text: str) -> frozenset[str]:
    sequence = words(text)
    return shingles(sequence, min(SHINGLE_WORDS, len(sequence)))


def _same(first: frozenset[str], other: frozenset[str]) -> bool:
    return len(first & other) >= SAME_SHARE * min(len(first), len(other))
