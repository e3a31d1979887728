"""Lets the newest version of a story speak: what an older one said instead becomes an earlier answer. Pure.

Knows answers and the articles that give them; does not know how they were read, nor which is likeliest.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import time

from nutgraf.indexer.article import Article
from nutgraf.indexer.duplicates import words
from nutgraf.indexer.passages import sentence_around
from nutgraf.qa.collapse import LONGEST_DAYS, SHINGLE_WORDS, same_context
from nutgraf.qa.join import AnswerGroup, LocatedSpan
from nutgraf.qa.normalize import same_words
from nutgraf.qa.time_fit import OTHER, occasion
from nutgraf.qa.variation import is_turned

_SAME_SENTENCE = 0.67
"""Share of words from which on a sentence is that of another version, edited. Reasoned, not compared."""
_MOST_RUNS = 60  # of a sentence that are looked for in another version


def newest_versions(
    groups: Sequence[AnswerGroup], is_sure: Callable[[LocatedSpan], bool]
) -> list[AnswerGroup]:
    """Return the answers without those that a newer version of their story has replaced, in the same order.

    An answer that a newer version replaced (`replacements`) is among the `earlier` of that one's.
    """
    replaced = replacements(groups, is_sure)
    earlier: dict[int, list[LocatedSpan]] = {}
    for older in replaced:
        newest = older
        while newest in replaced:  # each is newer than the one before, so this ends
            newest = replaced[newest]
        spans, span = earlier.setdefault(newest, []), groups[older].best
        if not any(_says_the_same(span, other) for other in spans):
            spans.append(span)
    return [
        replace(group, earlier=tuple(sorted(earlier.get(number, ()), key=_moment, reverse=True)))
        for number, group in enumerate(groups)
        if number not in replaced
    ]


def replacements(groups: Sequence[AnswerGroup], is_sure: Callable[[LocatedSpan], bool]) -> dict[int, int]:
    """Return the number of each answer that a newer version of its story replaced -> that of what it says.

    An answer is replaced where an article of its cluster, newer by up to `LONGEST_DAYS` than every article
    that gives it, gives another answer in the same context, or where `is_sure` says of both that each would
    do by itself. Of one day the hours tell, where articles have any. A late print of the version that came
    first is no newer one, and a sentence that tells of another day, as the weather of tomorrow does, replaces
    nothing.
    """
    replaced: dict[int, int] = {}
    for older, group in enumerate(groups):
        newer = next((n for n, other in enumerate(groups) if _replaces(other, group, is_sure)), None)
        if newer is not None:
            replaced[older] = newer
    return replaced


def outdated(groups: Sequence[AnswerGroup], prints: Mapping[str, Sequence[Article]]) -> set[int]:
    """Return the numbers of the answers whose sentence the newest version of their story denies.

    `prints` has the other prints of a story that were read, by the id of an article. A version that is newer
    than every article that gives the answer counts: it was read, and gives the answer no more.
    """
    return {n for n, group in enumerate(groups) if _is_denied(group, prints.get(group.best.article.id, ()))}


def with_outdated(
    groups: Sequence[AnswerGroup], prints: Mapping[str, Sequence[Article]]
) -> list[AnswerGroup]:
    """Return the answers, best first; those that are `outdated` lose as much as evidence of another time."""
    numbers = outdated(groups, prints)
    if not numbers:
        return [*groups]
    marked = [_outdated(group) if n in numbers else group for n, group in enumerate(groups)]
    return sorted(marked, key=lambda group: -group.score)


def _outdated(group: AnswerGroup) -> AnswerGroup:
    best = group.best
    share, score = min(best.fit_share, OTHER.share), best.score - OTHER.loss
    return replace(group, best=replace(best, is_outdated=True, fit_share=share, score=score))


def _is_denied(group: AnswerGroup, prints: Sequence[Article]) -> bool:
    telling = [span.article for span in _spans(group)]
    newer = [article for article in prints if _follows(article, telling)]
    if not newer:
        return False
    newest = max(newer, key=lambda article: (str(article.published), article.id))
    sentence = group.best.sentence
    other = _counterpart(sentence, newest.content(group.best.field))
    return other is not None and is_turned(sentence, other)


def _counterpart(sentence: str, text: str) -> str | None:
    """Return the sentence of another version that is this one, edited or not; None where there is none."""
    if sentence in text:
        return sentence
    parts, best, most = sentence.split(), None, _SAME_SENTENCE
    own = {*words(sentence)}
    for first in range(min(_MOST_RUNS, len(parts) - SHINGLE_WORDS + 1)):
        run = " ".join(parts[first : first + SHINGLE_WORDS])
        if (at := text.find(run)) >= 0:
            other = text[slice(*sentence_around(text, at, at + len(run)))]
            others = {*words(other)}
            share = len(own & others) / max(1, min(len(own), len(others)))
            if share > most or (best is None and share >= most):
                best, most = other, share
    return best


def _says_the_same(span: LocatedSpan, other: LocatedSpan) -> bool:
    """Whether an article gives the same words twice: its headline what its text says."""
    return span.article.id == other.article.id and same_words(span.text) == same_words(other.text)


def _replaces(newer: AnswerGroup, older: AnswerGroup, is_sure: Callable[[LocatedSpan], bool]) -> bool:
    cluster, telling = older.best.article.cluster, [span.article for span in _spans(older)]
    if newer is older or cluster is None:
        return False
    if newer.best.fit_share < older.best.fit_share:  # the older one is of the time that is asked
        return False
    prints = [span for span in _spans(newer) if span.article.cluster == cluster]
    first = min((span.article for span in prints), key=_begun, default=None)
    if first is None or _is_after(min(telling, key=_begun), first):
        return False  # it is the older version, of which another print came late
    versions = [
        span
        for span in prints
        if _follows(span.article, telling) and not _is_another_occasion(span, older.best)
    ]
    return any(_is_edited(older.best, span) or (is_sure(span) and is_sure(older.best)) for span in versions)


def _is_another_occasion(span: LocatedSpan, other: LocatedSpan) -> bool:
    """Whether two sentences tell of days of which none is the same: the weather of Thursday and of Friday."""
    days, others = (occasion(s.article, s.start, s.end, s.field) for s in (span, other))
    is_same = any(first <= other_last and other_first <= last
                  for first, last in days for other_first, other_last in others)  # fmt: skip
    return bool(days) and bool(others) and not is_same


def _is_edited(older: LocatedSpan, newer: LocatedSpan) -> bool:
    return same_context(older.content, (older.start, older.end), newer.content, (newer.start, newer.end))


def _spans(group: AnswerGroup) -> Iterator[LocatedSpan]:
    yield group.best
    yield from (support.span for support in group.support)


def _follows(newer: Article, older: Sequence[Article]) -> bool:
    """Whether an article came after all others that have a date, and within days after the last of them."""
    dated = [article for article in older if article.published is not None]
    return (
        bool(dated)
        and all(_is_after(newer, article) for article in dated)
        and min(_days_between(newer, article) for article in dated) <= LONGEST_DAYS
    )


def _is_after(newer: Article, older: Article) -> bool:
    """Whether an article is of a later day; of one day the hours tell, where both have any."""
    if newer.published is None or older.published is None:
        return False
    days, midnight = _days_between(newer, older), time()
    have_hours = midnight not in {newer.published.time(), older.published.time()}
    return days > 0 or (days == 0 and have_hours and newer.published > older.published)


def _days_between(newer: Article, older: Article) -> int:
    assert newer.published is not None
    assert older.published is not None
    return (newer.published.date() - older.published.date()).days


def _begun(article: Article) -> tuple[bool, str]:
    return article.published is None, str(article.published)


def _moment(span: LocatedSpan) -> float:
    return span.article.published.timestamp() if span.article.published else 0.0
