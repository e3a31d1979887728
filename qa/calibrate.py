"""Turns scores into probabilities: a logistic regression fitted on held-out questions.

Pure numpy. The fitted numbers travel in the reader's card, since they belong to that reader's logits.
Platt 1999, "Probabilistic outputs for support vector machines", with three features instead of one.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

MARGIN_CAP = 10.0
_CONVERGED = 1e-9
_RIDGE = 1e-3
_MAX_STEPS = 50


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of an answer, in logits: its score, its lead over the runner-up and over "no answer"."""

    score: float
    margin: float
    over_null: float

    def row(self) -> tuple[float, ...]:
        """Return the features as the regression sees them; beyond some logits more lead says nothing more."""
        return 1.0, self.score, max(-MARGIN_CAP, min(MARGIN_CAP, self.margin)), self.over_null


@dataclass(frozen=True, slots=True)
class Calibration:
    """probability = logistic(bias + a weight for each feature x the feature); see `Features`.

    `threshold`: the probability below which nutgraf abstains.
    """

    bias: float
    score: float
    margin: float
    over_null: float
    threshold: float

    @classmethod
    def from_card(cls, numbers: Mapping[str, float] | None) -> "Calibration":
        """Read a reader's card; a reader without numbers gets the logistic of its lead over null."""
        if numbers is None:
            return cls(bias=0.0, score=0.0, margin=0.0, over_null=1.0, threshold=0.5)
        return cls(**{name: float(numbers[name]) for name in cls.__slots__})

    def probability(self, features: Features) -> float:
        """Return the probability (0..1) that an answer with these features is right."""
        weights = (self.bias, self.score, self.margin, self.over_null)
        logit = sum(weight * value for weight, value in zip(weights, features.row(), strict=True))
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


def fit(features: Sequence[Features], right: Sequence[bool]) -> tuple[float, ...]:
    """Return the weights (bias, score, margin, over_null) that make the labels likeliest, by Newton's method.

    A small ridge keeps the weights finite where the classes can be separated.
    """
    rows = np.array([f.row() for f in features])
    target = np.array(right, dtype=np.float64)
    weights = np.zeros(rows.shape[1])
    ridge = _RIDGE * np.diag([0.0, *[1.0] * (rows.shape[1] - 1)])
    for _ in range(_MAX_STEPS):
        p = 1.0 / (1.0 + np.exp(-rows @ weights))
        gradient = rows.T @ (p - target) + ridge @ weights
        hessian = (rows * (p * (1 - p))[:, None]).T @ rows + ridge + _CONVERGED * np.eye(len(weights))
        step = np.linalg.solve(hessian, gradient)
        weights -= step
        if float(np.abs(step).max()) < _CONVERGED:
            break
    return tuple(weights.tolist())
