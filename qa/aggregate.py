"""Joins the spans of all windows into answers: same words, one answer; other articles support it.

Pure: knows located spans, not logits, files or models.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nutgraf.indexer.article import Article
from nutgraf.qa.collapse import same_place
from nutgraf.qa.normalize import same_words

LEAST_LEAD = -4.0
"""Logits. A span so far below its window's "no answer" is one of five guesses, and nobody's word."""


@dataclass(frozen=True, slots=True)
class LocatedSpan:
    """A span in an article's text: `text == article.text[start:end]`.

    `score` compares over windows; `over_null` is its lead over the window's own "no answer", in logits;
    `retrieval` is the fused score of its passage, 0..1; `prior` is what its passage adds to `score`.
    """

    article: Article
    start: int
    end: int
    score: float
    over_null: float = 0.0
    retrieval: float = 0.0
    prior: float = 0.0

    @property
    def text(self) -> str:
        """The exact words."""
        return self.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Support:
    """The same answer in another article; `independent` unless a copy of one counted already."""

    span: LocatedSpan
    independent: bool


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """One answer: its best span, the same answer elsewhere, and what its independent articles add."""

    best: LocatedSpan
    support: tuple[Support, ...]
    bonus: float = 0.0

    @property
    def score(self) -> float:
        """What answers are ordered by: the best span's score, and the bonus."""
        return self.best.score + self.bonus

    @property
    def agreement(self) -> int:
        """How many other articles say the same, copies left out."""
        return sum(support.independent for support in self.support)


def aggregate(
    spans: Sequence[LocatedSpan],
    copies: Mapping[str, Sequence[Article]] | None = None,
    *,
    agreement_weight: float = 0.0,
) -> list[AnswerGroup]:
    """Return the distinct answers, best first.

    An answer scores as its best span, and gains `agreement_weight` x log(1 + other independent articles that
    say the same): a second voice is worth more than a tenth (after the strength-based re-ranker of Wang et
    al. 2018, arXiv 1711.05116).

    `copies` has the articles, by id of the one that was read in their place, that stood aside for it: those
    with the same words there support the answer, too, though not independently.

    Of spans that overlap in one article only the best is an answer; spans that normalise to the same words
    are one answer. Total order: score descending, then article id, then position.
    """
    ordered = sorted(spans, key=lambda s: (-s.score, s.article.id, s.start, s.end))
    groups: dict[str, list[LocatedSpan]] = {}
    taken: dict[str, list[LocatedSpan]] = {}
    for span in ordered:
        words = same_words(span.text)
        others = taken.setdefault(span.article.id, [])
        if not words or any(span.start < o.end and o.start < span.end for o in others):
            continue
        others.append(span)
        groups.setdefault(words, []).append(span)
    found = [_group(members, copies or {}, agreement_weight) for members in groups.values()]
    return sorted(found, key=lambda g: (-g.score, g.best.article.id, g.best.start, g.best.end))


def _group(
    members: Sequence[LocatedSpan], copies: Mapping[str, Sequence[Article]], agreement_weight: float
) -> AnswerGroup:
    group = AnswerGroup(members[0], _support(members, copies))
    return replace(group, bonus=agreement_weight * math.log1p(group.agreement))


def _support(members: Sequence[LocatedSpan], copies: Mapping[str, Sequence[Article]]) -> tuple[Support, ...]:
    """Return one entry for each other article, in order of score; those that were not read are last.

    An article whose span nearly says "no answer" says nothing.
    """
    members = [members[0], *(span for span in members[1:] if span.over_null >= LEAST_LEAD)]
    articles = {members[0].article.id}
    clusters = {members[0].article.cluster}
    support = []
    for span in members[1:]:
        if span.article.id in articles:
            continue
        cluster = span.article.cluster
        support.append(Support(span, independent=cluster is None or cluster not in clusters))
        articles.add(span.article.id)
        clusters.add(cluster)
    for span in members:
        for copied in _copied(span, copies.get(span.article.id, ())):
            if copied.article.id not in articles:
                support.append(Support(copied, independent=False))
                articles.add(copied.article.id)
    return tuple(support)


def _copied(span: LocatedSpan, copies: Sequence[Article]) -> Iterator[LocatedSpan]:
    """Yield the span as it stands in those copies that have it."""
    for article in copies:
        start = same_place(span.article.text, span.start, span.end, article.text)
        if start is not None:
            yield replace(span, article=article, start=start, end=start + span.end - span.start)
