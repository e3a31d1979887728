"""Measures what is gained by leaving unsure questions unanswered: risk by coverage. Pure numpy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nutgraf.qa.evaluate.records import Record
from nutgraf.qa.evaluate.scores import Bools, Floats, ReliabilityBin, reliability


@dataclass(frozen=True, slots=True)
class RiskCoverageCurve:
    """For each confidence the share of questions with at least as much, and the share of those that is wrong.

    All float64 (m,), confidence falling: one point for each confidence that some question has.
    """

    confidence: Floats
    coverage: Floats
    risk: Floats

    @property
    def area(self) -> float:
        """AURC: the mean risk over all coverages (Geifman, Uziel and El-Yaniv 2019, arXiv 1805.08206).

        Questions of one confidence are answered together or not at all: each has the risk of them all.
        """
        return float(np.diff(self.coverage, prepend=0.0) @ self.risk)

    def accuracy(self, coverage: float) -> float:
        """Return the share that is right where at least that share is answered, and as few as can be."""
        at = int(np.searchsorted(self.coverage, coverage - 1e-9))
        return float(1.0 - self.risk[at])

    def coverage_at(self, accuracy: float) -> float:
        """Return the largest share that can be answered with at least that share right; 0 if none can."""
        return float(self.coverage[self.risk <= 1.0 - accuracy + 1e-9].max(initial=0.0))


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """The gain of abstaining: the curve, which best guesses are `right`, and the threshold's place on it.

    `answered` is a share of all questions, `wrong` one of those answered. `bins` is empty where there are no
    probabilities.
    """

    curve: RiskCoverageCurve
    right: Sequence[bool]
    answered: float
    wrong: float
    bins: Sequence[ReliabilityBin]


def risk_coverage(confidence: Floats, right: Bools) -> RiskCoverageCurve:
    """Return the curve of answers with a confidence, best first; both (n,), n > 0."""
    order = np.argsort(-confidence, kind="stable")
    ordered, wrong = confidence[order], np.cumsum(~right[order])
    ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    answered = ends + 1
    return RiskCoverageCurve(ordered[ends], answered / len(ordered), wrong[ends] / answered)


def best_possible(right: Bools) -> RiskCoverageCurve:
    """Return the curve of an order with every right answer before every wrong one; (n,), n > 0."""
    answered = np.arange(1, len(right) + 1)
    wrong = np.maximum(answered - int(right.sum()), 0)
    return RiskCoverageCurve(-answered.astype(np.float64), answered / len(right), wrong / answered)


def excess_area(curve: RiskCoverageCurve, right: Bools) -> float:
    """E-AURC: how far the curve's area is above the least that its number of wrong answers allows."""
    return curve.area - best_possible(right).area


def risk_coverage_of(records: Sequence[Record]) -> RiskCoverage:
    """Return the gain of abstaining. Confidence is the probability, or a reader's lead over "no answer".

    A question without a guess comes last, and is wrong; so is every guess where there is no answer.
    """
    right = np.array([r.right for r in records])
    answered = [r for r in records if r.answered]
    judged = [r for r in records if r.probability is not None]
    p = np.array([r.probability for r in judged], np.float64)
    return RiskCoverage(
        curve=risk_coverage(np.array([_confidence(r, by_probability=bool(judged)) for r in records]), right),
        right=right.tolist(),
        answered=len(answered) / len(records),
        wrong=sum(not r.right for r in answered) / max(1, len(answered)),
        bins=reliability(p, np.array([r.right for r in judged])) if judged else [],
    )


def _confidence(record: Record, *, by_probability: bool) -> float:
    if by_probability:
        return record.probability or 0.0
    return -np.inf if record.score is None else record.score
