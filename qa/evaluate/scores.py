"""Figures over many questions, each from numbers alone. Pure numpy; `metrics` scores one answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ranks = Sequence[int | None]
"""Of each relevant article of a question its rank from 1, None where it was not found."""

_BINS = 10


@dataclass(frozen=True, slots=True)
class Cut:
    """Answer where the score is at least `threshold`; then the mean over all questions is `mean`."""

    threshold: float
    mean: float


def best_threshold(scores: Floats, answered: Floats, silent: Floats) -> Cut:
    """Return the threshold on `scores` with the highest mean, the highest such threshold, in O(n log n).

    All float64 (n,), n > 0: the score on which a question is answered or not, what it is worth answered, and
    what unanswered. SQuAD 2.0's best_f1 and best_exact (Rajpurkar, Jia and Liang 2018), except that a
    threshold never parts questions of equal score.
    """
    order = np.argsort(-scores, kind="stable")
    ordered, gains = scores[order], (answered - silent)[order]
    means = (silent.sum() + np.concatenate([[0.0], np.cumsum(gains)])) / len(scores)
    ends = np.concatenate([[True], ordered[1:] != ordered[:-1], [True]])
    best = int(np.argmax(np.where(ends, means, -np.inf)))
    threshold = ordered[best - 1] if best else np.nextafter(ordered[0], np.inf)
    return Cut(float(threshold), float(means[best]))


def expected_calibration_error(p: Floats, right: npt.NDArray[np.bool_]) -> float:
    """Return how far, on average, the mean probability of a bin is from its share of right answers.

    Both (n,), n > 0; ten bins of equal width, weighed by size (Guo et al. 2017, arXiv 1706.04599).
    """
    bins = np.minimum((p * _BINS).astype(int), _BINS - 1)
    return float(
        sum(abs(p[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins))
    )


def places(articles: Iterable[str]) -> dict[str, int]:
    """Return the rank of each article, from 1, in a ranking by passages: that of its best passage."""
    return {article_id: rank for rank, article_id in enumerate(dict.fromkeys(articles), start=1)}


def recall(ranks: Ranks, k: int) -> float:
    """Return the share of a question's relevant articles among its first `k`."""
    return sum(rank is not None and rank <= k for rank in ranks) / len(ranks)


def reciprocal_rank(ranks: Ranks, k: int) -> float:
    """Return 1 / the rank of the first relevant article, 0.0 when there is none among the first `k`."""
    first = min((rank for rank in ranks if rank is not None), default=k + 1)
    return 1.0 / first if first <= k else 0.0
