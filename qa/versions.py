"""Lets the newest version of a story speak: what an older one said instead becomes an earlier answer. Pure.

Knows answers and the articles that give them; does not know how they were read, nor which is likeliest.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from nutgraf.qa.collapse import LONGEST_DAYS, same_context
from nutgraf.qa.join import AnswerGroup, LocatedSpan
from nutgraf.qa.normalize import same_words


def newest_versions(
    groups: Sequence[AnswerGroup], is_sure: Callable[[LocatedSpan], bool]
) -> list[AnswerGroup]:
    """Return the answers without those that a newer version of their story has replaced, in the same order.

    An answer is replaced where an article of its cluster, newer by up to `LONGEST_DAYS` than every article
    that gives it, gives another answer in the same context, or where `is_sure` says of both that each would
    do by itself. The newer answer has it among its `earlier`.
    """
    replaced: dict[int, int] = {}
    for older, group in enumerate(groups):
        newer = next((n for n, other in enumerate(groups) if _replaces(other, group, is_sure)), None)
        if newer is not None:
            replaced[older] = newer
    earlier: dict[int, list[LocatedSpan]] = {}
    for older in replaced:
        newest = older
        while newest in replaced:  # each is newer than the one before, so this ends
            newest = replaced[newest]
        spans, span = earlier.setdefault(newest, []), groups[older].best
        if not any(_says_the_same(span, other) for other in spans):
            spans.append(span)
    return [
        replace(group, earlier=tuple(sorted(earlier.get(number, ()), key=_day, reverse=True)))
        for number, group in enumerate(groups)
        if number not in replaced
    ]


def _says_the_same(span: LocatedSpan, other: LocatedSpan) -> bool:
    """Whether an article gives the same words twice: its headline what its text says."""
    return span.article.id == other.article.id and same_words(span.text) == same_words(other.text)


def _replaces(newer: AnswerGroup, older: AnswerGroup, is_sure: Callable[[LocatedSpan], bool]) -> bool:
    cluster, last = older.best.article.cluster, max(map(_day, _spans(older)))
    if newer is older or cluster is None or last == 0:
        return False
    if newer.best.time_share < older.best.time_share:  # the older one is of the time that is asked
        return False
    days = range(last + 1, last + LONGEST_DAYS + 1)
    versions = [span for span in _spans(newer) if span.article.cluster == cluster and _day(span) in days]
    return any(_is_edited(older.best, span) or (is_sure(span) and is_sure(older.best)) for span in versions)


def _is_edited(older: LocatedSpan, newer: LocatedSpan) -> bool:
    return same_context(older.content, (older.start, older.end), newer.content, (newer.start, newer.end))


def _spans(group: AnswerGroup) -> Iterator[LocatedSpan]:
    yield group.best
    yield from (support.span for support in group.support)


def _day(span: LocatedSpan) -> int:
    published = span.article.published
    return published.date().toordinal() if published else 0
