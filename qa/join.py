"""Joins the spans of all windows into answers: same value, one answer; other articles support it.

Pure: knows located spans, not logits, files or models.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from nutgraf.indexer.article import Article
from nutgraf.indexer.fields import Field
from nutgraf.indexer.passages import sentence_around
from nutgraf.qa.citations import Citation, SupportKind, Voices
from nutgraf.qa.collapse import same_place
from nutgraf.qa.values import rate_of, value_in, value_key, with_units
from nutgraf.qa.variants import full_name, without_title
from nutgraf.qa.variation import is_turned

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
    `fit_share` is what is left of its probability, 0 to 1, where it may be of another time than is asked, or
    has another unit.
    What `is_outdated` is denied by a newer version of its story.
    """

    article: Article
    start: int
    end: int
    score: float
    null_margin: float = 0.0
    retrieval: float = 0.0
    prior: float = 0.0
    decisive: bool = True
    fit_share: float = 1.0
    field: Field = "text"
    is_outdated: bool = False

    @property
    def content(self) -> str:
        """What it is a span of: the article's text, or its title."""
        return self.article.content(self.field)

    @property
    def text(self) -> str:
        """The exact words."""
        return self.content[self.start : self.end]

    @property
    def sentence(self) -> str:
        """The sentence that it stands in."""
        return self.content[slice(*sentence_around(self.content, self.start, self.end))]

    def overlaps(self, other: "LocatedSpan") -> bool:
        """Whether both have words of one text or title in common."""
        is_there = self.article.id == other.article.id and self.field == other.field
        return is_there and self.start < other.end and other.start < self.end

    @property
    def page(self) -> int | None:
        """The page, from 1, on which it begins; None in a title, and where the article has no pages."""
        return self.article.page_of(self.start, self.field)


@dataclass(frozen=True, slots=True)
class Support:
    """The same answer in another article, and of which kind the support is.

    `cites` is the outlet whose word the article says it is, where it names another one than its own.
    """

    span: LocatedSpan
    kind: SupportKind
    cites: Citation | None = None

    @property
    def independent(self) -> bool:
        """Whether it is another outlet's own story, in other words than those that count already."""
        return self.kind == "independent"


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """One answer: its best span, the same answer elsewhere, and what its independent articles add.

    `earlier` is what older versions of the best span's story said instead, newest first; then who held
    the office before.
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
        """How many other articles say the same independently."""
        return sum(support.independent for support in self.support)


Accepts: TypeAlias = Callable[[LocatedSpan, float], bool]
"""Whether an article by itself gives an answer: its span, and the span's lead over its article's others."""


def _is_no_guess(span: LocatedSpan, _: float) -> bool:
    return span.null_margin >= MIN_NULL_MARGIN


def join(
    spans: Sequence[LocatedSpan],
    copies: Mapping[str, Sequence[Article]] | None = None,
    *,
    agreement_weight: float = 0.0,
    accepts: Accepts = _is_no_guess,
) -> list[AnswerGroup]:
    """Return the distinct answers, best first.

    An answer has the score of its best span, and `agreement_bonus` on top (after the strength-based re-ranker
    of Wang et al. 2018, arXiv 1711.05116).

    Another article supports an answer if it gives the same value, or the same name in a variant that its
    text explains, and `accepts` says that it gives this by itself. Without `accepts` a span does that unless
    it is below `MIN_NULL_MARGIN`.

    `copies` has, by the id of an article that was read, the copies of it that were not. Those that have the
    span's words at the same place support the answer, too, though not independently, unless they deny it.

    Of spans that overlap in one text or title only the best is an answer; spans of one value are one answer,
    if one of them is decisive. Total order: score descending, texts before titles, then article id, then
    position.
    """
    ordered = sorted(spans, key=_order)
    keys = answer_keys(ordered)
    groups: dict[str, list[LocatedSpan]] = {}
    taken: dict[tuple[str, Field], list[LocatedSpan]] = {}
    for span in ordered:
        better = taken.setdefault((span.article.id, span.field), [])
        if keys[span] and not any(map(span.overlaps, better)):
            better.append(span)
            groups.setdefault(keys[span], []).append(span)
    wordings: dict[str, list[LocatedSpan]] = {}
    for span in ordered:
        wordings.setdefault(keys[span], []).append(span)
    leads = _leads(ordered, keys)
    answers = []
    for key, members in groups.items():
        best = members[0]
        if best.decisive:
            others = [s for s in wordings[key] if s.article.id != best.article.id]
            sure = [s for s in others if _is_copy(s, best) or accepts(s, leads[s])]
            answers.append(_group([best, *sure], copies or {}, agreement_weight))
    return sorted(answers, key=lambda g: (-g.score, *_place(g.best)))


def _place(span: LocatedSpan) -> tuple[Field, str, int, int]:
    """Return what spans of equal scores are ordered by: a text's quote comes before a title's."""
    return span.field, span.article.id, span.start, span.end


def answer_keys(spans: Sequence[LocatedSpan]) -> dict[LocatedSpan, str]:
    """Return what the spans of one answer share; names count as one by what their articles say.

    A bare number is the one with a unit, where there is only one such. "$22 an hour" is $22, but where
    another says "$22 a year" each is a value of its own.
    """
    values = {span: value_in(span.content, span.start, span.end) for span in spans}
    united = with_units(values.values())
    values = {span: united.get(value, value) for span, value in values.items()}
    rates: dict[str, set[str]] = {}
    for span, value in values.items():
        rates.setdefault(value, set()).add(rate_of(span.text))
    for span, value in values.items():
        if len(rates[value] - {""}) > 1:
            values[span] = f"{value} {rate_of(span.text)}".rstrip()
    wordings = {values[span]: span.text for span in reversed(spans)}
    bare = {key: without_title(text, wordings.values()) for key, text in wordings.items()}
    names = sorted(set(bare.values()))
    keys = {}
    for span, value in values.items():
        name = full_name(bare[value], span.article.text, names)
        keys[span] = value if name == wordings[value] else value_key(name)
    return keys


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
    """Return one entry for each other article, in order of score; those that were not read are last."""
    voices = Voices(members[0].article, members[0].start, members[0].end, members[0].field)
    articles = {members[0].article.id}
    support = []
    for span in members[1:]:
        if span.article.id not in articles:
            articles.add(span.article.id)
            support.append(Support(span, *voices.add(span.article, span.start, span.end, span.field)))
    for span in members:
        for copy in _span_in_copies(span, copies.get(span.article.id, ())):
            if copy.article.id not in articles:
                articles.add(copy.article.id)
                support.append(Support(copy, "copy"))
    return tuple(support)


def _order(span: LocatedSpan) -> tuple[bool, float, Field, str, int, int]:
    return not span.decisive, -span.score, *_place(span)


def _is_copy(span: LocatedSpan, best: LocatedSpan) -> bool:
    """Whether it is another print of the best span's story, which needs no reading of its own.

    A version that denies what the other says ("will not stand") is none.
    """
    cluster = best.article.cluster
    is_print = cluster is not None and span.article.cluster == cluster and _is_no_guess(span, 0.0)
    return is_print and not is_turned(best.sentence, span.sentence)


def _leads(spans: Sequence[LocatedSpan], keys: Mapping[LocatedSpan, str]) -> dict[LocatedSpan, float]:
    """Return each span's lead over the best span of its article that says something else, elsewhere in it."""
    by_article: dict[str, list[LocatedSpan]] = {}
    for span in spans:
        by_article.setdefault(span.article.id, []).append(span)
    leads = {}
    for span in spans:
        rivals = (o for o in by_article[span.article.id] if keys[o] != keys[span] and not span.overlaps(o))
        rival = next(rivals, None)  # they are in order, so this is the best
        leads[span] = math.inf if rival is None else span.score - rival.score
    return leads


def _span_in_copies(span: LocatedSpan, copies: Sequence[Article]) -> Iterator[LocatedSpan]:
    """Yield the span as it stands in those copies that have it and do not deny it."""
    for article in copies:
        start = same_place(span.content, span.start, span.end, article.content(span.field))
        if start is not None:
            copy = replace(span, article=article, start=start, end=start + span.end - span.start)
            if not is_turned(span.sentence, copy.sentence):
                yield copy
