"""Judges what was joined: gives each answer its probability, and decides whether it is sure enough.

Pure: knows groups of spans, a calibration and an inquiry; does not know how passages were found or read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nutgraf.indexer.filters import Filter
from nutgraf.models.answer_kinds import is_other_kind
from nutgraf.models.kinds import Kinds
from nutgraf.models.question_kinds import question_kinds
from nutgraf.qa.calibration import MARGIN_CAP, Calibration, Features
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.join import AnswerGroup, LocatedSpan, agreement_bonus
from nutgraf.qa.result import Abstention, Answer
from nutgraf.qa.retrieval import Candidate

MIN_CONSIDERED = 5
"""At least so many answers are kept beside those that are given, for `--explain` and for the best guess."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answers that are sure enough, or why there is none; never both, never neither.

    `considered` are the best answers, sure or not; `threshold` is the probability that was asked of them.
    """

    answers: list[Answer]
    abstention: Abstention | None
    considered: list[Answer]
    threshold: float


def judge(
    groups: Sequence[AnswerGroup],
    candidates: Sequence[Candidate],
    inquiry: Inquiry,
    calibration: Calibration,
) -> Judgement:
    """Return up to `inquiry.top` answers, or abstain when the best is below the threshold.

    The threshold is the calibration's, for the best answer alone; a `min_probability` of the inquiry replaces
    it, for every answer. `candidates` are the passages that were read: they tell why nothing was found.
    """
    ranked = with_probabilities(groups, calibration, question_kinds(inquiry.question))
    if inquiry.min_probability is None:
        threshold = calibration.threshold
        is_sure = bool(ranked) and ranked[0].probability >= threshold
        answers = ranked[: inquiry.top] if is_sure else []
    else:
        threshold = inquiry.min_probability
        answers = [answer for answer in ranked if answer.probability >= threshold][: inquiry.top]
    return Judgement(
        answers=answers,
        abstention=None if answers else _abstention(ranked, candidates, threshold, inquiry.allow),
        considered=ranked[: max(inquiry.top, MIN_CONSIDERED)],
        threshold=threshold,
    )


def with_probabilities(groups: Sequence[AnswerGroup], calibration: Calibration, asked: Kinds) -> list[Answer]:
    """Return an answer a group, in order, its probability from its features and its lead over its best rival.

    The rival of the first group is the second; the first is the rival of all others. `asked` are the kinds of
    answer that the question asks for.
    """
    answers = []
    for rank, group in enumerate(groups):
        best = group.best
        rival_score = groups[0 if rank else 1].score if len(groups) > 1 else -np.inf
        margin = group.score - rival_score
        features = Features(
            score=group.score,
            margin=margin,
            null_margin=best.null_margin,
            retrieval=best.retrieval,
            agreement=group.agreement,
            is_other_kind=is_other_kind(asked, best.text),
        )
        probability = calibration.probability(features)
        answers.append(
            Answer(best.text, best.start, best.end, group.score, probability, best, group.support, features)
        )
    return answers


def probability_alone(
    span: LocatedSpan, agreement: int, calibration: Calibration, agreement_weight: float, asked: Kinds
) -> float:
    """Return a span's probability (0..1) without any rival: on a timeline the others may be of other times.

    `agreement` is the number of other, independent articles that say the same; `asked` are the kinds of
    answer that the question asks for.
    """
    features = Features(
        score=span.score + agreement_bonus(agreement, agreement_weight),
        margin=MARGIN_CAP,
        null_margin=span.null_margin,
        retrieval=span.retrieval,
        agreement=agreement,
        is_other_kind=is_other_kind(asked, span.text),
    )
    return calibration.probability(features)


def _abstention(
    ranked: Sequence[Answer], candidates: Sequence[Candidate], threshold: float, allow: Filter
) -> Abstention:
    if not candidates:
        reason = "no article passes the filter" if allow else "no passage resembles the question"
        return Abstention("nothing_found", reason)
    if not ranked:
        return Abstention("nothing_read", "the passages found hold no answer")
    return Abstention(
        "below_threshold",
        f"the best guess has probability {ranked[0].probability:.0%}, below {threshold:.0%}",
    )
