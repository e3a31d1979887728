"""Why an answer came first, in numbers: what its score and its probability are made of.

Pure: takes an outcome apart, computes nothing that answering has not computed.
"""

from dataclasses import dataclass

from nutgraf.indexer.filters import Filter
from nutgraf.qa.calibration import Calibration
from nutgraf.qa.result import Answer, QuestionResult

_FEATURES = ("bias", "score", "margin", "over_null", "retrieval", "agreement")
"""Names of what `Features.row` returns."""


@dataclass(frozen=True, slots=True)
class ProbabilityTerm:
    """A part of a probability: the feature as the calibration sees it, and the logits it adds."""

    name: str
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
    """What an outcome is due to: the filter, the threshold, and the first answer's case if there was any.

    `reader_ranks` has the place that the reader alone gives each passage that was read, from 1, by its id.
    """

    allow: Filter
    threshold: float
    won: ScoreBreakdown | None
    reader_ranks: dict[int, int]


def explain(asked: QuestionResult, calibration: Calibration) -> Explanation:
    """Take an outcome apart; `calibration` is the one that its probabilities came from."""
    by_reader = sorted(asked.read, key=lambda passage_id: (-asked.read[passage_id].by_reader, passage_id))
    return Explanation(
        allow=asked.allow,
        threshold=asked.threshold,
        won=_won(asked, calibration) if asked.best else None,
        reader_ranks={passage_id: rank for rank, passage_id in enumerate(by_reader, start=1)},
    )


def _won(asked: QuestionResult, calibration: Calibration) -> ScoreBreakdown:
    best = asked.best[0]
    rows = zip(_FEATURES, best.features.row(), calibration.weights(), strict=True)
    return ScoreBreakdown(
        answer=best,
        reader=best.span.score - best.span.prior,
        retrieval=best.span.prior,
        agreement=best.score - best.span.score,
        runner_up=asked.best[1] if len(asked.best) > 1 else None,
        terms=tuple(ProbabilityTerm(name, value, weight * value) for name, value, weight in rows),
    )
