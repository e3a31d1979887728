"""Computes figures over many questions from numbers alone. Pure numpy; `metrics` scores one answer."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_BINS = 10


@dataclass(frozen=True, slots=True)
class ScoreThreshold:
    """Answer where the score is at least `threshold`; then the mean over all questions is `mean`."""

    threshold: float
    mean: float


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Guesses with a probability from `low` to below `high`: their mean `probability`, the share `right`."""

    low: float
    high: float
    count: int
    probability: float
    right: float


def best_threshold(scores: Floats, answered: Floats, silent: Floats) -> ScoreThreshold:
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
    return ScoreThreshold(float(threshold), float(means[best]))


def reliability(p: Floats, right: Bools) -> list[ReliabilityBin]:
    """Return the bins that hold anything, of ten of equal width; both (n,), n > 0."""
    bins = np.minimum((p * _BINS).astype(int), _BINS - 1)
    return [
        ReliabilityBin(
            b / _BINS, (b + 1) / _BINS, int(here.sum()), float(p[here].mean()), float(right[here].mean())
        )
        for b in np.unique(bins).tolist()
        for here in [bins == b]
    ]


def macro_calibration_error(p: Floats, right: Bools) -> float:
    """Return MacroCE: the mean of how far right answers are from 1, and of how far wrong ones are from 0.

    Both (n,), n > 0. Right and wrong answers weigh the same, however many there are, so that it is not small
    for a probability that is the same for all (Si et al. 2022, arXiv 2205.12507). Where all answers are
    right, or all wrong, it is their mean alone.
    """
    return float(
        np.mean([np.abs(right[group] - p[group]).mean() for group in (right, ~right) if group.any()])
    )


def expected_calibration_error(p: Floats, right: Bools) -> float:
    """Return how far, on average, the mean probability of a bin is from its share of right answers.

    Both (n,), n > 0; the bins of `reliability`, weighed by size (Guo et al. 2017, arXiv 1706.04599).
    """
    return sum(abs(b.probability - b.right) * b.count for b in reliability(p, right)) / len(p)
