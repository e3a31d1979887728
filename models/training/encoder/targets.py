"""Soft targets: how sure a reader is that a passage answers a question.

A bi-encoder that learns from a reader's scores finds more than one that learns from the right passages alone
(Yang and Seo 2020, arXiv 2010.10999).
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nutgraf.models.reader import Reader
from nutgraf.models.spans import span_scores
from nutgraf.models.training.encoder.cache import cached_rows, digest
from nutgraf.models.training.encoder.passages import Passages
from nutgraf.models.training.network import half_precision

_BLOCK = 512  # pairs that are read and written at a time
_SAY_EVERY = 4 * _BLOCK

Scores = dict[tuple[int, int], float]
"""The reader's score by question and passage number, in logits."""


def reader_scores(
    reader: Reader,
    passages: Passages,
    pairs: Sequence[tuple[int, int]],
    run: Path,
    say: Callable[[str], None],
) -> Scores:
    """Read each pair of a question and a passage once. The scores are kept in the folder `run`."""
    texts = [(passages.corpus.questions[q].text, passages.text(p)) for q, p in pairs]
    heads = [
        len(text) - len(passages.corpus.contexts[p].text)
        for (_, text), (_, p) in zip(texts, pairs, strict=True)
    ]

    def compute(first: int, last: int) -> NDArray[np.float32]:
        with half_precision("cpu"):  # a torch reader takes hours in float32
            windows = reader.read(texts[first:last])
        spans = (
            span_scores(window.start, window.end, window.offsets, first_char=head)
            for window, head in zip(windows, heads[first:last], strict=True)
        )
        return np.array([[passage_score(scores)] for scores in spans], np.float32)

    def progress(count: int) -> None:
        if count % _SAY_EVERY == 0 or count == len(pairs):
            say(f"the reader has read {count:,} of {len(pairs):,} passages")

    name = digest([reader.card.id, reader.card.sha256, *(part for pair in texts for part in pair)])
    rows = cached_rows(run / f"reader-{name}.npy", (len(pairs), 1), compute, block=_BLOCK, progress=progress)
    return dict(zip(pairs, rows[:, 0].tolist(), strict=True))


LOWEST = -1e4
"""The score of a passage without a valid span."""


def passage_score(spans: NDArray[np.float32]) -> float:
    """Return the logarithm of the sum of exponentials of all valid spans' scores, (t, t) as `span_scores`.

    The reader was trained with one softmax over the spans of all windows of a question. So the softmax of
    these sums is its distribution over the passages. Less the null score, or half of it, or of the best span
    alone, the score ranked the right passage of 250 held-out questions no better among its hard negatives.
    """
    scores = spans[np.isfinite(spans)].astype(np.float64)
    if not scores.size:
        return LOWEST
    highest = float(scores.max())
    return highest + float(np.log(np.exp(scores - highest).sum()))
