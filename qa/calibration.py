"""Turns scores into probabilities: a logistic regression fitted on questions whose answers are known.

Pure numpy. The fitted numbers are part of the reader's card, since they belong to that reader's logits, or
lie beside an index, when they were fitted on it. The method is that of Platt 1999, "Probabilistic outputs for
support vector machines", with six features where Platt has one.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nutgraf.models.errors import ModelDamaged

MARGIN_CAP = 10.0
"""Logits; more lead than that says nothing more. No entry of docs/log.md compares other caps."""

_RIDGE = 3.0  # chosen in docs/log.md, 2026-11-22, "batches, early stop, calibration features"
_CERTAIN = 30.0  # logits: one in 10^13 is wrong, and beyond some 700 a float overflows
_CONVERGED = 1e-9
_MAX_STEPS = 50  # Newton's method needs about ten; this only stops a fit that does not converge


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of an answer.

    In logits: its `score`, its `margin` over the runner-up, and `null_margin`, its lead over the window's
    "no answer". `retrieval` is its passage's fused score, 0 to 1; `agreement` is the number of other,
    independent articles that say the same. `is_other_kind` tells whether it is known to be of another
    kind than the question asks for.
    """

    score: float
    margin: float
    null_margin: float
    retrieval: float = 0.0
    agreement: int = 0
    is_other_kind: bool = False

    def row(self) -> tuple[float, ...]:
        """Return the features as the regression sees them: a float for each of `FEATURES`, in that order."""
        return tuple(feature.value(self) for feature in FEATURES)


@dataclass(frozen=True, slots=True)
class CalibrationFeature:
    """One input of the regression.

    `key` names it in JSON, in cards and in calibration files; `label` names it for people; `value` computes
    it. Older cards lack the features that are not `required`; there these weigh nothing.
    """

    key: str
    label: str
    value: Callable[[Features], float]
    required: bool = True


def _capped_margin(features: Features) -> float:
    return max(-MARGIN_CAP, min(MARGIN_CAP, features.margin))


BIAS = CalibrationFeature("bias", "from the start", lambda _: 1.0)
NULL_MARGIN = CalibrationFeature("over_null", 'lead over "no answer"', lambda f: f.null_margin)
FEATURES = (
    BIAS,
    CalibrationFeature("score", "score", lambda f: f.score),
    CalibrationFeature("margin", "lead over the runner-up", _capped_margin),
    NULL_MARGIN,
    CalibrationFeature("retrieval", "passage", lambda f: f.retrieval, required=False),
    # A tenth article says less than a first.
    CalibrationFeature(
        "agreement", "independent articles", lambda f: math.log1p(f.agreement), required=False
    ),
    # That an answer is of the kind asked for says nothing: wrong answers mostly are, too.
    CalibrationFeature(
        "kind",
        "another kind of answer than asked for",
        lambda f: -1.0 if f.is_other_kind else 0.0,
        required=False,
    ),
)
"""All that a probability is made of: the one place where a feature is added, named and computed.

All but `kind` were chosen in docs/log.md, 2026-11-22, "batches, early stop, calibration features".
"""

LEAST_RIGHT = 0.25
"""The share of guesses that must be right for one to be shown: one in four."""

_THRESHOLD, _FLOOR = "threshold", "floor"


@dataclass(frozen=True, slots=True)
class Calibration:
    """probability = logistic(sum of weight x feature), with one of the `weights` for each of `FEATURES`.

    From the probability `threshold` on nutgraf answers; from `floor` on it shows its best guess as unsure.
    """

    weights: tuple[float, ...]
    threshold: float
    floor: float = LEAST_RIGHT

    @classmethod
    def from_numbers(cls, numbers: Mapping[str, object]) -> "Calibration":
        """Read numbers by their keys; raises ValueError for a key or a value that cannot be.

        The keys are the version: numbers that lack the newer features are older, and those weigh nothing.
        """
        needed = {*(feature.key for feature in FEATURES if feature.required), _THRESHOLD}
        if lacking := sorted(needed - numbers.keys()):
            raise ValueError(f"its calibration lacks {', '.join(lacking)}")
        keys = [*(feature.key for feature in FEATURES), _THRESHOLD, _FLOOR]
        if unknown := sorted(numbers.keys() - {*keys}):
            raise ValueError(f"its calibration has {', '.join(unknown)}, expected {', '.join(keys)}")
        weights = tuple(_number(feature.key, numbers.get(feature.key, 0.0)) for feature in FEATURES)
        bounds = {_THRESHOLD: numbers[_THRESHOLD], _FLOOR: numbers.get(_FLOOR, LEAST_RIGHT)}
        for key, value in bounds.items():
            if not 0.0 <= (bound := _number(key, value)) <= 1.0:
                raise ValueError(f"its calibration's {key} is {bound}, expected 0 to 1")
        return cls(weights, _number(_THRESHOLD, bounds[_THRESHOLD]), _number(_FLOOR, bounds[_FLOOR]))

    @classmethod
    def from_card(cls, numbers: Mapping[str, object] | None) -> "Calibration":
        """Read a reader's card; a reader without numbers gets the logistic of its lead over "no answer".

        Raises ModelDamaged for numbers of another kind.
        """
        if numbers is None:
            return cls(tuple(float(feature is NULL_MARGIN) for feature in FEATURES), threshold=0.5)
        try:
            return cls.from_numbers(numbers)
        except ValueError as error:
            raise ModelDamaged(
                f"the reader's card: {error}", hint="install a newer nutgraf, or name another reader"
            ) from error

    def numbers(self) -> dict[str, float]:
        """Return the numbers by their keys, as `from_numbers` reads them."""
        keys = [feature.key for feature in FEATURES]
        bounds = {_THRESHOLD: self.threshold, _FLOOR: self.floor}
        return {**dict(zip(keys, self.weights, strict=True)), **bounds}

    def probability(self, features: Features) -> float:
        """Return the probability (0..1) that an answer with these features is right."""
        logit = sum(weight * value for weight, value in zip(self.weights, features.row(), strict=True))
        return 1.0 / (1.0 + math.exp(-max(-_CERTAIN, min(_CERTAIN, logit))))


@dataclass(frozen=True, slots=True)
class CalibrationFigures:
    """How good a calibration is, all 0..1.

    `ece`: expected calibration error; `coverage`: the share of answerable trials that are answered;
    `right`: the share of those that are right; `false_answers`: the share of unanswerable trials that are
    answered.
    """

    ece: float
    coverage: float
    right: float
    false_answers: float


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"its calibration's {name} is {value!r}, expected a number")
    return float(value)


def fit(features: Sequence[Features], right: Sequence[bool]) -> tuple[float, ...]:
    """Return the weights, in the order of `Features.row`, that make the labels likeliest.

    A ridge draws each weight to 0 as strongly as three questions could draw it away, whatever the feature's
    unit: with fifty questions that is worth a lot, with a thousand it is not felt. No weight is negative: the
    higher a feature, the more it speaks for the answer by its meaning, and a weight below 0 (articles that
    share words by chance, a feature that the score holds already) would be shown as a reason and be none.
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
