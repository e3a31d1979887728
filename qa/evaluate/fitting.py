"""Fits a calibration to trials, the outcomes of questions with known answers, and measures the fit. Pure.

A question that the archive answers is asked twice: as it is, and while the articles that answer it are
hidden, so that the right outcome is an abstention.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nutgraf.qa.calibration import LEAST_RIGHT, Calibration, CalibrationFigures, Features, fit
from nutgraf.qa.evaluate.scores import expected_calibration_error

FOLDS = 5  # the customary number
LEAST_QUESTIONS = 50
LEAST_OUTCOMES = 10
"""At least so many right answers and so many unanswerable trials are needed.

With fewer of them a single question would decide where the threshold is. Both bounds are reasoned: no entry
of docs/log.md compares others.
"""

_GROUP = 50  # guesses: fewer would end at a run of bad luck. No entry of docs/log.md compares others.
_DIGITS = 4
_STEPS = 10_000


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcome of asking a question once.

    `question` numbers the question, whichever way it was asked; `answerable` tells whether the archive holds
    an answer; `features` are those of the best answer, None where there was nothing to read.
    """

    question: int
    answerable: bool
    features: Features | None
    right: bool


@dataclass(frozen=True, slots=True)
class JudgedTrial:
    """A trial, and its probability by some calibration; it is 0 where nothing was read."""

    trial: Trial
    probability: float
    answered: bool


def fitted(trials: Sequence[Trial], false_answers: float) -> Calibration:
    """Fit weights, then the lowest threshold at which at most that share of unanswerable trials is answered.

    Last comes the floor from which a guess is shown. All numbers are rounded to four places, as kept.
    """
    seen = [trials[at] for at in mixed(trials)]
    weights = fit([t.features for t in seen if t.features], [t.right for t in seen])
    unsure = Calibration(tuple(round(weight, _DIGITS) for weight in weights), threshold=0.0)
    unanswerable = [j.probability for j in judged(unsure, trials) if not j.trial.answerable]
    threshold = least_threshold(unanswerable, false_answers)
    guesses = [(unsure.probability(t.features), t.right) for t in seen if t.features]
    return Calibration(unsure.weights, threshold, least_floor(guesses, threshold))


def mixed(trials: Sequence[Trial]) -> list[int]:
    """Return the places of the trials that a fit sees: all answerable ones, and half as many of the others.

    One in three unanswerable is the share in SQuAD 2.0's training set. A probability means something only for
    a given mix, and asking everything twice would make it one in two. Trials without features are left out.
    """
    answerable = [at for at, t in enumerate(trials) if t.features and t.answerable]
    unanswerable = [at for at, t in enumerate(trials) if t.features and not t.answerable]
    count = min(len(unanswerable), len(answerable) // 2)
    return answerable + [unanswerable[at * len(unanswerable) // count] for at in range(count)]


def least_threshold(probabilities: Sequence[float], share: float) -> float:
    """Return the lowest threshold, to four places, that at most `share` of new such probabilities will reach.

    It leaves a few more of these probabilities below it than the share alone asks for, and the more the fewer
    there are, so that the share holds on average for the next one (split conformal prediction, arXiv
    2107.07511).
    """
    below = math.ceil((1.0 - share) * (len(probabilities) + 1) - 1e-9)
    if below <= 0:
        return 0.0
    highest = sorted(probabilities)[min(below, len(probabilities)) - 1] if probabilities else 0.0
    return math.floor(highest * _STEPS + 1) / _STEPS


def least_floor(guesses: Sequence[tuple[float, bool]], threshold: float) -> float:
    """Return the lowest probability from which on guesses below the threshold are right one time in four.

    `guesses` are probabilities, and whether each guess was right. They are looked at from the threshold down,
    in groups of `_GROUP`; the floor is the lowest of the last group that is right so often. It is the
    threshold where no group is: then no guess is shown. To four places.
    """
    unsure = sorted((guess for guess in guesses if guess[0] < threshold), reverse=True)
    floor = threshold
    for first in range(0, len(unsure), _GROUP):
        group = unsure[first : first + _GROUP]
        if _share([right for _, right in group]) < LEAST_RIGHT:
            break
        floor = group[-1][0]
    return round(floor, _DIGITS)


def judged(calibration: Calibration, trials: Sequence[Trial]) -> list[JudgedTrial]:
    """Return each trial with its probability by the calibration."""
    probabilities = [calibration.probability(t.features) if t.features else 0.0 for t in trials]
    return [
        JudgedTrial(t, p, t.features is not None and p >= calibration.threshold)
        for t, p in zip(trials, probabilities, strict=True)
    ]


def cross_validated(trials: Sequence[Trial], false_answers: float) -> list[JudgedTrial]:
    """Judge each fifth of the questions by a calibration fitted on the others.

    Both trials of a question are in the same fifth, since each tells about the other.
    """
    questions = sorted({trial.question for trial in trials})
    random.Random(0).shuffle(questions)
    fold = {question: at % FOLDS for at, question in enumerate(questions)}
    judgements: list[JudgedTrial] = []
    for number in range(FOLDS):
        others = [trial for trial in trials if fold[trial.question] != number]
        held_out = [trial for trial in trials if fold[trial.question] == number]
        judgements += judged(fitted(others, false_answers), held_out)
    return judgements


def figures(judgements: Sequence[JudgedTrial]) -> CalibrationFigures:
    """Return how good the judgements are; a share of nothing is 0. The error is that of a `mixed` set."""
    seen = [judgements[at] for at in mixed([j.trial for j in judgements])]
    error = expected_calibration_error(
        np.array([j.probability for j in seen]), np.array([j.trial.right for j in seen])
    )
    answerable = [j for j in judgements if j.trial.answerable]
    answered = [j for j in answerable if j.answered]
    return CalibrationFigures(
        ece=error,
        coverage=_share([j.answered for j in answerable]),
        right=_share([j.trial.right for j in answered]),
        false_answers=_share([j.answered for j in judgements if not j.trial.answerable]),
    )


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0
