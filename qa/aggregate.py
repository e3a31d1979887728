"""Joins the spans of all windows into answers: same words, one answer; other articles support it.

Pure: knows located spans, not logits, files or models.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.article import Article
from qa.normalize import same_words


@dataclass(frozen=True, slots=True)
class LocatedSpan:
    """A span in an article's text: `text == article.text[start:end]`.

    `score` compares over windows; `over_null` is its lead over the window's own "no answer", in logits;
    `retrieval` is the fused score of its passage, 0..1.
    """

    article: Article
    start: int
    end: int
    score: float
    over_null: float = 0.0
    retrieval: float = 0.0

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
class Group:
    """One answer: its best span, and the same answer elsewhere."""

    best: LocatedSpan
    support: tuple[Support, ...]

    @property
    def agreement(self) -> int:
        """How many other articles say the same, copies left out."""
        return sum(support.independent for support in self.support)


def aggregate(spans: Sequence[LocatedSpan]) -> list[Group]:
    """Return the distinct answers, best first.

    Of spans that overlap in one article only the best is an answer; spans that normalise to the same words
    are one answer, scored as its best span. Total order: score descending, then article id, then position.
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
    return [Group(members[0], _support(members)) for members in groups.values()]


def _support(members: Sequence[LocatedSpan]) -> tuple[Support, ...]:
    """Return one entry for each other article, in order of score."""
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
    return tuple(support)
