"""Explains in numbers why an answer is first: the parts of its score and of its probability.

Pure: it takes an outcome apart, and computes nothing that answering has not computed.
"""

from dataclasses import dataclass

from nutgraf.indexer.filters import Filter
from nutgraf.qa.calibration import FEATURES, Calibration, CalibrationFeature
from nutgraf.qa.result import Answer, QuestionResult


@dataclass(frozen=True, slots=True)
class ProbabilityTerm:
    """A part of a probability: a feature, its value as the calibration sees it, and the logits it adds."""

    feature: CalibrationFeature
    value: float
    adds: float


@dataclass(frozen=True, slots=True)
class ScoreBreakdown:
    """Why an answer stands before all others.

    Its score is `reader` (logits of its span, less a share of "no answer"), `retrieval` (its passage's prior)
    and `agreement` (what other articles that say the same add) added up; its probability is the logistic of
    what the `terms` add; `runner_up` is the best answer with other words.
    """

    answer: Answer
    reader: float
    retrieval: float
    agreement: float
    runner_up: Answer | None
    terms: tuple[ProbabilityTerm, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an outcome is as it is: its filter, its threshold, and how the first answer won, if there is any.

    `reader_ranks` has by its id the rank, from 1, that the reader alone gives each passage that was read.
    """

    allow: Filter
    threshold: float
    won: ScoreBreakdown | None
    reader_ranks: dict[int, int]


def explain(outcome: QuestionResult, calibration: Calibration) -> Explanation:
    """Return the explanation of an outcome, whose probabilities this calibration gave."""

    def by_reader_alone(passage_id: int) -> tuple[bool, float, int]:
        reading = outcome.read[passage_id]
        return not reading.decisive, -reading.by_reader, passage_id

    by_reader = sorted(outcome.read, key=by_reader_alone)
    return Explanation(
        allow=outcome.allow,
        threshold=outcome.threshold,
        won=_won(outcome, calibration) if outcome.best else None,
        reader_ranks={passage_id: rank for rank, passage_id in enumerate(by_reader, start=1)},
    )


def _won(outcome: QuestionResult, calibration: Calibration) -> ScoreBreakdown:
    best = outcome.best[0]
    rows = zip(FEATURES, best.features.row(), calibration.weights, strict=True)
    return ScoreBreakdown(
        answer=best,
        reader=best.span.score - best.span.prior,
        retrieval=best.span.prior,
        agreement=best.score - best.span.score,
        runner_up=outcome.best[1] if len(outcome.best) > 1 else None,
        terms=tuple(ProbabilityTerm(feature, value, weight * value) for feature, value, weight in rows),
    )
