"""Joins the spans of all windows into answers: same words, one answer; other articles support it.

Pure: knows located spans, not logits, files or models.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nutgraf.indexer.article import Article, Field
from nutgraf.qa.collapse import same_place
from nutgraf.qa.normalize import same_words

MIN_NULL_MARGIN = -4.0
"""Logits. A span further below its window's "no answer" is only one of five guesses: it supports no answer.

No entry of docs/log.md compares other values; tests/unit/test_join.py pins what this one does.
"""


@dataclass(frozen=True, slots=True)
class LocatedSpan:
    """A span in an article's text or title: `text == article.content(field)[start:end]`.

    `score` compares over windows; `null_margin` is its lead over the window's own "no answer", in logits;
    `retrieval` is the fused score of its passage, 0..1; `prior` is what its passage adds to `score`. A span
    that is not `decisive` has the scores of a reader that does not decide: it supports an answer at most.
    """

    article: Article
    start: int
    end: int
    score: float
    null_margin: float = 0.0
    retrieval: float = 0.0
    prior: float = 0.0
    decisive: bool = True
    field: Field = "text"

    @property
    def content(self) -> str:
        """What it is a span of: the article's text, or its title."""
        return self.article.content(self.field)

    @property
    def text(self) -> str:
        """The exact words."""
        return self.content[self.start : self.end]

    @property
    def page(self) -> int | None:
        """The page, from 1, on which it begins; None in a title, and where the article has no pages."""
        return self.article.page_of(self.start, self.field)


@dataclass(frozen=True, slots=True)
class Support:
    """The same answer in another article; `independent` unless that copies an article counted already."""

    span: LocatedSpan
    independent: bool


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """One answer: its best span, the same answer elsewhere, and what its independent articles add.

    `earlier` is what older versions of the best span's story said instead, the newest first.
    """

    best: LocatedSpan
    support: tuple[Support, ...]
    bonus: float = 0.0
    earlier: tuple[LocatedSpan, ...] = ()

    @property
    def score(self) -> float:
        """What answers are ordered by: the best span's score, and the bonus."""
        return self.best.score + self.bonus

    @property
    def agreement(self) -> int:
        """How many other articles say the same, copies left out."""
        return sum(support.independent for support in self.support)


def join(
    spans: Sequence[LocatedSpan],
    copies: Mapping[str, Sequence[Article]] | None = None,
    *,
    agreement_weight: float = 0.0,
) -> list[AnswerGroup]:
    """Return the distinct answers, best first.

    An answer has the score of its best span, and `agreement_bonus` on top (after the strength-based re-ranker
    of Wang et al. 2018, arXiv 1711.05116).

    `copies` has, by the id of an article that was read, the copies of it that were not. Those that have the
    span's words at the same place support the answer, too, though not independently.

    Of spans that overlap in one text or title only the best is an answer; spans that normalise to the same
    words are one answer, if one of them is decisive. Total order: score descending, texts before titles, then
    article id, then position.
    """
    ordered = sorted(spans, key=lambda s: (not s.decisive, -s.score, *_place(s)))
    groups: dict[str, list[LocatedSpan]] = {}
    taken: dict[tuple[str, Field], list[LocatedSpan]] = {}
    for span in ordered:
        words = same_words(span.text)
        better = taken.setdefault((span.article.id, span.field), [])
        if not words or any(span.start < other.end and other.start < span.end for other in better):
            continue
        better.append(span)
        groups.setdefault(words, []).append(span)
    decided = [members for members in groups.values() if members[0].decisive]
    answers = [_group(members, copies or {}, agreement_weight) for members in decided]
    return sorted(answers, key=lambda g: (-g.score, *_place(g.best)))


def _place(span: LocatedSpan) -> tuple[Field, str, int, int]:
    """Return what spans of equal scores are ordered by: a text's quote comes before a title's."""
    return span.field, span.article.id, span.start, span.end


def _group(
    members: Sequence[LocatedSpan], copies: Mapping[str, Sequence[Article]], agreement_weight: float
) -> AnswerGroup:
    group = AnswerGroup(members[0], _support(members, copies))
    return replace(group, bonus=agreement_bonus(group.agreement, agreement_weight))


def agreement_bonus(agreement: int, weight: float) -> float:
    """Return the logits that an answer gains when so many other, independent articles say the same.

    They grow as log(1 + agreement): a second article says more than a tenth.
    """
    return weight * math.log1p(agreement)


def _support(members: Sequence[LocatedSpan], copies: Mapping[str, Sequence[Article]]) -> tuple[Support, ...]:
    """Return one entry for each other article, in order of score; those that were not read are last.

    A span below `MIN_NULL_MARGIN` supports nothing.
    """
    members = [members[0], *(span for span in members[1:] if span.null_margin >= MIN_NULL_MARGIN)]
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
        for copy in _span_in_copies(span, copies.get(span.article.id, ())):
            if copy.article.id not in articles:
                support.append(Support(copy, independent=False))
                articles.add(copy.article.id)
    return tuple(support)


def _span_in_copies(span: LocatedSpan, copies: Sequence[Article]) -> Iterator[LocatedSpan]:
    """Yield the span as it stands in those copies that have it."""
    for article in copies:
        start = same_place(span.content, span.start, span.end, article.content(span.field))
        if start is not None:
            yield replace(span, article=article, start=start, end=start + span.end - span.start)
