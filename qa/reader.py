"""Reads candidates: a reader's logits become spans that are located in articles.

This module knows logits and passages; it does not know probabilities, or which engine reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from nutgraf.indexer.passages import title_prefix
from nutgraf.models.logits import WindowLogits
from nutgraf.models.reader import Reader
from nutgraf.models.spans import best_spans, token_lines
from nutgraf.models.windowing import whole_characters
from nutgraf.qa.join import LocatedSpan
from nutgraf.qa.retrieval import Candidate


@dataclass(frozen=True, slots=True)
class ReaderParams:
    """How passages are read: the best `windows` of them, `spans` kept from each.

    A span's score is its logits, less `null_weight` x its window's "no answer", plus `retrieval_weight` x its
    passage's score (fused 0..1, and recency): the reader decides, retrieval breaks near ties. `titles` puts
    the article's title in front of what is read. `agreement_weight` is for other articles that say the same
    (`join.agreement_bonus`).
    """

    # Entries of docs/log.md that chose them; no entry compares other numbers of spans.
    windows: int = 10  # 2026-11-21, "what the reader's score is made of"
    spans: int = 5
    retrieval_weight: float = 10.0  # 2026-11-22, "a passage's score weighs ten instead of five"
    null_weight: float = 0.5  # 2026-11-22, "the mean of three runs, and its calibration"
    titles: bool = False  # 2026-11-21, "what the reader's score is made of"
    agreement_weight: float = 2.0  # 2026-11-22, "what support is worth"

    def prefix(self, candidate: Candidate) -> str:
        """Return what stands in front of a passage when it is read."""
        return title_prefix(candidate.passage.article.title) if self.titles else ""

    def context(self, candidate: Candidate) -> str:
        """Return the words of the candidate's window."""
        return self.prefix(candidate) + candidate.passage.text

    def spans_of(self, candidate: Candidate, window: WindowLogits) -> list[LocatedSpan]:
        """Return the window's best spans, best first, located in the candidate's article.

        No span runs from a paragraph into the next: a heading and the line below it are not one name.
        """
        article, first_char = candidate.passage.article, len(self.prefix(candidate))
        context = self.context(candidate)
        offsets = whole_characters(context, window.offsets)
        spans = best_spans(
            window.start,
            window.end,
            offsets,
            first_char=first_char,
            count=self.spans,
            lines=token_lines(context, offsets),
        )
        shift = candidate.passage.start - first_char
        prior = self.retrieval_weight * (candidate.score + candidate.recency)
        return [
            LocatedSpan(
                article=article,
                start=span.start + shift,
                end=span.end + shift,
                score=span.score - self.null_weight * window.null + prior,
                null_margin=span.score - window.null,
                retrieval=candidate.score,
                prior=prior,
            )
            for span in spans
        ]


@dataclass(frozen=True, slots=True)
class PassageSpans:
    """A candidate that was read, and its best spans, best first; none where the reader sees no valid span."""

    candidate: Candidate
    spans: list[LocatedSpan]


def read(
    reader: Reader, questions: Sequence[tuple[str, Sequence[Candidate]]], rule: ReaderParams
) -> list[list[PassageSpans]]:
    """Read the candidates of all questions in one call; return for each question its candidates' spans.

    Questions and candidates keep their order.
    """
    pairs = [(question, rule.context(c)) for question, candidates in questions for c in candidates]
    windows = iter(reader.read(pairs))
    return [
        [
            PassageSpans(candidate, rule.spans_of(candidate, window))
            for candidate, window in zip(candidates, islice(windows, len(candidates)), strict=True)
        ]
        for _, candidates in questions
    ]
