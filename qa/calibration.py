"""Turns scores into probabilities: a logistic regression fitted on questions whose answers are known.

Pure numpy. The fitted numbers travel in the reader's card, since they belong to that reader's logits, or
beside an index, when they were fitted on it. Platt 1999, "Probabilistic outputs for support vector machines",
with five features instead of one.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from nutgraf.models.errors import ModelDamaged

MARGIN_CAP = 10.0
_RIDGE = 3.0
_CERTAIN = 30.0  # logits: one in 10^13 is wrong, and beyond some 700 a float overflows
_CONVERGED = 1e-9
_MAX_STEPS = 50


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of an answer.

    In logits: its `score`, its `margin` over the runner-up, its lead `over_null`, the window's "no answer".
    `retrieval` is its passage's fused score, 0..1; `agreement` how many other, independent articles say it.
    """

    score: float
    margin: float
    over_null: float
    retrieval: float = 0.0
    agreement: int = 0

    def row(self) -> tuple[float, ...]:
        """Return the features as the regression sees them, float (6,), a 1 for the bias first.

        Beyond some logits more lead says nothing more, and a tenth article says less than a first.
        """
        margin = max(-MARGIN_CAP, min(MARGIN_CAP, self.margin))
        return 1.0, self.score, margin, self.over_null, self.retrieval, math.log1p(self.agreement)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """probability = logistic(bias + a weight for each feature x the feature); see `Features.row`.

    `threshold`: the probability below which nutgraf abstains. The names are the version: numbers that lack
    the newer ones are older, and those weigh nothing; numbers with other names are refused.
    """

    bias: float
    score: float
    margin: float
    over_null: float
    retrieval: float = 0.0
    agreement: float = 0.0
    threshold: float

    @classmethod
    def from_numbers(cls, numbers: Mapping[str, object]) -> "Calibration":
        """Read numbers by their names; raises ValueError for a name or a value that cannot be."""
        needed = {"bias", "score", "margin", "over_null", "threshold"}
        if lacking := sorted(needed - numbers.keys()):
            raise ValueError(f"its calibration lacks {', '.join(lacking)}")
        if unknown := sorted(numbers.keys() - {*cls.__slots__}):
            raise ValueError(f"its calibration has {', '.join(unknown)}, expected {', '.join(cls.__slots__)}")
        found = cls(**{name: _number(name, value) for name, value in numbers.items()})
        if not 0.0 <= found.threshold <= 1.0:
            raise ValueError(f"its calibration's threshold is {found.threshold}, expected 0 to 1")
        return found

    @classmethod
    def from_card(cls, numbers: Mapping[str, object] | None) -> "Calibration":
        """Read a reader's card; a reader without numbers gets the logistic of its lead over null.

        Raises ModelDamaged for numbers of another kind.
        """
        if numbers is None:
            return cls(bias=0.0, score=0.0, margin=0.0, over_null=1.0, threshold=0.5)
        try:
            return cls.from_numbers(numbers)
        except ValueError as error:
            raise ModelDamaged(f"the reader's card: {error}", hint="pip install --upgrade nutgraf") from error

    @classmethod
    def of(cls, weights: Sequence[float], threshold: float) -> "Calibration":
        """Return one with these weights, in the order of `Features.row`."""
        bias, score, margin, over_null, retrieval, agreement = weights
        return cls(
            bias=bias,
            score=score,
            margin=margin,
            over_null=over_null,
            retrieval=retrieval,
            agreement=agreement,
            threshold=threshold,
        )

    def numbers(self) -> dict[str, float]:
        """Return the numbers by their names, as `from_numbers` reads them."""
        return asdict(self)

    def weights(self) -> tuple[float, ...]:
        """Return the weights in the order of `Features.row`."""
        return self.bias, self.score, self.margin, self.over_null, self.retrieval, self.agreement

    def probability(self, features: Features) -> float:
        """Return the probability (0..1) that an answer with these features is right."""
        logit = sum(weight * value for weight, value in zip(self.weights(), features.row(), strict=True))
        return 1.0 / (1.0 + math.exp(-max(-_CERTAIN, min(_CERTAIN, logit))))


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"its calibration's {name} is {value!r}, expected a number")
    return float(value)


def fit(features: Sequence[Features], right: Sequence[bool]) -> tuple[float, ...]:
    """Return the weights, in the order of `Features.row`, that make the labels likeliest.

    A ridge draws each weight to 0 as strongly as three questions could draw it away, whatever the feature's
    unit: with fifty questions that is worth a lot, with a thousand it is not felt. No feature counts against
    an answer: each of them speaks for it by its meaning, and a weight below 0 (articles that share words by
    chance, a feature that the score holds already) would be told as a reason and be none.
    """
    rows, target = np.array([f.row() for f in features]), np.array(right, dtype=np.float64)
    weights = _newton(rows, target)
    while weights[1:].min() < 0.0:
        rows[:, 1 + int(weights[1:].argmin())] = 0.0
        weights = _newton(rows, target)
    return tuple(weights.tolist())


def _newton(rows: npt.NDArray[np.float64], target: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Minimise the log loss with the ridge; rows (n, k), the first column for the bias, target (n,)."""
    weights = np.zeros(rows.shape[1])
    ridge = np.diag(_RIDGE * rows.var(axis=0))  # none on the bias, which does not vary
    for _ in range(_MAX_STEPS):
        p = 1.0 / (1.0 + np.exp(-np.clip(rows @ weights, -_CERTAIN, _CERTAIN)))
        gradient = rows.T @ (p - target) + ridge @ weights
        hessian = (rows * (p * (1 - p))[:, None]).T @ rows + ridge + _CONVERGED * np.eye(len(weights))
        step = np.linalg.solve(hessian, gradient)
        weights -= step
        if float(np.abs(step).max()) < _CONVERGED:
            break
    return weights
