"""Fits a calibration to what came of questions whose answers are known, and says how well it holds. Pure.

A question that the archive answers is asked twice: as it is, and with the articles that answer it taken away,
so that the right outcome is an abstention.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nutgraf.qa.calibration import Calibration, Features, fit
from nutgraf.qa.evaluate.scores import expected_calibration_error

FOLDS = 5
LEAST_QUESTIONS = 50
LEAST_OUTCOMES = 10
"""Fewer right answers, or fewer asks without an answer, and a threshold is one question's whim."""

_DIGITS = 4
_STEPS = 10_000


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of asking once.

    `question` numbers the question, whichever way it was asked; `answerable` tells whether the archive holds
    an answer; `features` are those of the best answer, None where nothing was found to read.
    """

    question: int
    answerable: bool
    features: Features | None
    right: bool


@dataclass(frozen=True, slots=True)
class JudgedTrial:
    """What a calibration makes of an outcome; probability 0 where nothing was read."""

    outcome: Trial
    probability: float
    answered: bool


@dataclass(frozen=True, slots=True)
class CalibrationFigures:
    """How good a calibration is, all 0..1.

    `ece`: expected calibration error; `coverage`: answered, of what the archive answers; `right`: of those
    answered, right; `false_answers`: answered, of what it does not answer.
    """

    ece: float
    coverage: float
    right: float
    false_answers: float


def fitted(outcomes: Sequence[Trial], false_answers: float) -> Calibration:
    """Fit weights, then the lowest threshold at which at most that share of the unanswerable is answered.

    All numbers are rounded to four places, as they are kept.
    """
    seen = [outcomes[at] for at in mixed(outcomes)]
    weights = fit([o.features for o in seen if o.features], [o.right for o in seen])
    unsure = Calibration.of([round(weight, _DIGITS) for weight in weights], threshold=0.0)
    none = [j.probability for j in judged(unsure, outcomes) if not j.outcome.answerable]
    return Calibration.of(unsure.weights(), threshold=least_threshold(none, false_answers))


def mixed(outcomes: Sequence[Trial]) -> list[int]:
    """Return which outcomes a fit sees: all that are answerable, of the others, evenly, half as many.

    One in three unanswerable is the share in SQuAD 2.0's training set. A probability means something only for
    a given mix, and asking everything twice would make it one in two. What has no features is left out.
    """
    there = [at for at, o in enumerate(outcomes) if o.features and o.answerable]
    none = [at for at, o in enumerate(outcomes) if o.features and not o.answerable]
    count = min(len(none), len(there) // 2)
    return there + [none[at * len(none) // count] for at in range(count)]


def least_threshold(probabilities: Sequence[float], share: float) -> float:
    """Return the lowest threshold, to four places, that at most `share` of ones to come will reach.

    A few more of the seen ones are kept below it than the share alone asks for, the fewer there are the more,
    so that it holds on average for the next one (split conformal prediction, arXiv 2107.07511).
    """
    below = math.ceil((1.0 - share) * (len(probabilities) + 1) - 1e-9)
    if below <= 0:
        return 0.0
    highest = sorted(probabilities)[min(below, len(probabilities)) - 1] if probabilities else 0.0
    return math.floor(highest * _STEPS + 1) / _STEPS


def judged(calibration: Calibration, outcomes: Sequence[Trial]) -> list[JudgedTrial]:
    """Return what the calibration makes of each outcome."""
    found = [calibration.probability(o.features) if o.features else 0.0 for o in outcomes]
    return [
        JudgedTrial(o, p, o.features is not None and p >= calibration.threshold)
        for o, p in zip(outcomes, found, strict=True)
    ]


def cross_validated(outcomes: Sequence[Trial], false_answers: float) -> list[JudgedTrial]:
    """Judge each fifth of the questions by a calibration fitted on the others.

    Both asks of a question are in one fifth, for what is learned from one tells about the other.
    """
    questions = sorted({o.question for o in outcomes})
    random.Random(0).shuffle(questions)
    fold = {question: at % FOLDS for at, question in enumerate(questions)}
    found: list[JudgedTrial] = []
    for number in range(FOLDS):
        others = [o for o in outcomes if fold[o.question] != number]
        held_out = [o for o in outcomes if fold[o.question] == number]
        found += judged(fitted(others, false_answers), held_out)
    return found


def figures(found: Sequence[JudgedTrial]) -> CalibrationFigures:
    """Return how good the judgements are; a share of nothing is 0. The error is that of a `mixed` set."""
    seen = [found[at] for at in mixed([j.outcome for j in found])]
    error = expected_calibration_error(
        np.array([j.probability for j in seen]), np.array([j.outcome.right for j in seen])
    )
    there = [j for j in found if j.outcome.answerable]
    given = [j for j in there if j.answered]
    return CalibrationFigures(
        ece=error,
        coverage=_share([j.answered for j in there]),
        right=_share([j.outcome.right for j in given]),
        false_answers=_share([j.answered for j in found if not j.outcome.answerable]),
    )


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0
