"""Turns scores into probabilities: a logistic regression fitted on held-out questions.

Pure numpy. The fitted numbers travel in the reader's card, since they belong to that reader's logits.
Platt 1999, "Probabilistic outputs for support vector machines", with two features instead of one.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MARGIN_CAP = 10.0
_CONVERGED = 1e-9


@dataclass(frozen=True, slots=True)
class Calibration:
    """probability = logistic(bias + score x best score + margin x lead over the runner-up).

    `threshold`: the probability below which nutgraf abstains.
    """

    bias: float
    score: float
    margin: float
    threshold: float

    @classmethod
    def from_card(cls, numbers: Mapping[str, float] | None) -> "Calibration":
        """Read the numbers of a reader's card; a reader without any gets the plain logistic of its score."""
        if numbers is None:
            return cls(bias=0.0, score=1.0, margin=0.0, threshold=0.5)
        return cls(**{name: float(numbers[name]) for name in ("bias", "score", "margin", "threshold")})

    def probability(self, score: float, margin: float) -> float:
        """Return the probability (0..1) that an answer with this score and lead is right."""
        logit = self.bias + self.score * score + self.margin * clipped(margin)
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


def clipped(margin: float) -> float:
    """Return the lead over the runner-up, bounded: beyond some logits more lead says nothing more."""
    return max(-MARGIN_CAP, min(MARGIN_CAP, margin))


def fit(
    scores: npt.NDArray[np.float64], margins: npt.NDArray[np.float64], correct: npt.NDArray[np.bool_]
) -> tuple[float, float, float]:
    """Return (bias, score weight, margin weight) by Newton's method; all arrays (n,).

    A small ridge keeps the weights finite where the classes can be separated.
    """
    features = np.stack([np.ones_like(scores), scores, np.clip(margins, -MARGIN_CAP, MARGIN_CAP)], axis=1)
    target = correct.astype(np.float64)
    weights = np.zeros(3)
    ridge = np.diag([0.0, 1e-3, 1e-3])
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-features @ weights))
        gradient = features.T @ (p - target) + ridge @ weights
        hessian = (features * (p * (1 - p))[:, None]).T @ features + ridge + 1e-9 * np.eye(3)
        step = np.linalg.solve(hessian, gradient)
        weights -= step
        if float(np.abs(step).max()) < _CONVERGED:
            break
    return float(weights[0]), float(weights[1]), float(weights[2])
