"""What a reader says of windows, and where its spans stand in the articles. Pure, but for the Protocol.

Knows logits and passages; does not know questions, probabilities or which engine reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.passages import title_prefix
from nutgraf.models.spans import best_spans, token_lines
from nutgraf.models.windowing import whole_characters
from nutgraf.qa.aggregate import LocatedSpan
from nutgraf.qa.retrieval import Candidate


class WindowLogits(Protocol):
    """What a reader says of one window; t tokens of the context, offsets in code points of it."""

    @property
    def start(self) -> npt.NDArray[np.float32]:
        """Start logits, float32 (t,): only a span's start + end means something."""
        ...

    @property
    def end(self) -> npt.NDArray[np.float32]:
        """End logits, float32 (t,)."""
        ...

    @property
    def offsets(self) -> npt.NDArray[np.int32]:
        """Code-point offsets in the context, int32 (t, 2)."""
        ...

    @property
    def null(self) -> float:
        """Score of "no answer here": start + end logit of the first token."""
        ...


class Reader(Protocol):
    """Reads (question, context) pairs, all of them in as few batches as it can."""

    def read(self, pairs: Sequence[tuple[str, str]]) -> Sequence[WindowLogits]:
        """Return the logits of each pair, in order."""
        ...


@dataclass(frozen=True, slots=True)
class ReaderParams:
    """How passages are read: the best `windows` of them, `spans` kept from each.

    A span's score is its logits, less `null_weight` x its window's "no answer", plus `retrieval_weight` x its
    passage's score (fused 0..1, and recency): the reader decides, retrieval breaks near ties. `titles` puts
    the article's title in front of what is read. `agreement_weight`: what other articles that say the same
    add to an answer's score (qa/aggregate.py).
    """

    windows: int = 10
    spans: int = 5
    retrieval_weight: float = 10.0
    null_weight: float = 0.5
    titles: bool = False
    agreement_weight: float = 2.0

    def prefix(self, candidate: Candidate) -> str:
        """Return what stands in front of a passage when it is read."""
        return title_prefix(candidate.passage.article.title) if self.titles else ""

    def context(self, candidate: Candidate) -> str:
        """Return the words of the candidate's window."""
        return self.prefix(candidate) + candidate.passage.text

    def spans_of(self, candidate: Candidate, window: WindowLogits) -> list[LocatedSpan]:
        """Return the window's best spans, best first, located in the candidate's article.

        None runs from a paragraph into the next: a heading and what stands below it are no one's name.
        """
        article, first_char = candidate.passage.article, len(self.prefix(candidate))
        context = self.context(candidate)
        offsets = whole_characters(context, window.offsets)
        found = best_spans(
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
                over_null=span.score - window.null,
                retrieval=candidate.score,
                prior=prior,
            )
            for span in found
        ]
