"""Judges what was joined: gives each answer its probability, and decides whether it is sure enough.

Pure: knows groups of spans, a calibration and an inquiry; does not know how passages were found or read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nutgraf.models.answer_kinds import is_other_kind
from nutgraf.models.kinds import Kinds
from nutgraf.models.question_kinds import question_kinds
from nutgraf.qa.answer_status import LIKELY
from nutgraf.qa.calibration import MARGIN_CAP, Calibration, Features
from nutgraf.qa.extent import Extent, asked_extent, widened
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.join import Accepts, AnswerGroup, LocatedSpan
from nutgraf.qa.result import Abstention, Answer
from nutgraf.qa.retrieval import SearchResult, read_prints
from nutgraf.qa.succession import present_holders
from nutgraf.qa.tenure import speaks_of_now
from nutgraf.qa.time_fit import FITS, OTHER
from nutgraf.qa.values import other_unit, value_key
from nutgraf.qa.versions import newest_versions, with_outdated

_MOST_DIGITS = 5
_BETWEEN_MEMBERS = re.compile(r"[,;]| and | or | & ")
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
    result: SearchResult,
    inquiry: Inquiry,
    calibration: Calibration,
) -> Judgement:
    """Return up to `inquiry.top` answers, or abstain when the best is below the threshold.

    The best answer must reach the calibration's threshold, each one after it the calibration's floor. A
    `min_probability` of the inquiry replaces both. An abstention has the best guess where that reaches the
    floor. The `result` has the passages that were read and the question's time: they tell why nothing was
    found.
    """
    asked = question_kinds(inquiry.question)

    is_sure = accepts(calibration, asked)
    newest = newest_versions(groups, lambda span: is_sure(span, MARGIN_CAP))
    if result.time is None or not result.time.is_bound:

        def is_likely(span: LocatedSpan) -> bool:
            return probability_alone(span, calibration, asked) >= LIKELY

        newest = present_holders(newest, inquiry.question, is_likely)
    newest = with_outdated(newest, read_prints(result.candidates))
    ranked = _widened(with_probabilities(newest, calibration, asked), asked_extent(inquiry.question))
    threshold, floor = calibration.threshold, calibration.floor
    if inquiry.min_probability is not None:
        threshold = inquiry.min_probability
        floor = min(floor, threshold)
    least = floor if inquiry.min_probability is None else threshold
    answers = []
    if ranked and ranked[0].probability >= threshold:
        answers = [ranked[0], *(answer for answer in ranked[1:] if answer.probability >= least)][
            : inquiry.top
        ]
    return Judgement(
        answers=answers,
        abstention=None if answers else _abstention(ranked, result, inquiry, threshold, floor),
        considered=ranked[: max(inquiry.top, MIN_CONSIDERED)],
        threshold=threshold,
    )


def with_probabilities(groups: Sequence[AnswerGroup], calibration: Calibration, asked: Kinds) -> list[Answer]:
    """Return an answer a group, in order, its probability from its features and its lead over its best rival.

    The rival of the first group is the next that is not of another time than the question's, unless the first
    is so itself; the first is the rival of all others. `asked` are the kinds of answer that the question asks
    for.
    """
    answers = []
    first_share = groups[0].best.fit_share if groups else 1.0
    rivals = (group for group in groups[1:] if not OTHER.share == group.best.fit_share < first_share)
    second = next(rivals, None)
    for group in groups:
        best, rival = group.best, second if group is groups[0] else groups[0]
        margin = group.score - (-np.inf if rival is None else rival.score)
        features = Features(
            score=group.score,
            margin=margin,
            null_margin=best.null_margin,
            retrieval=best.retrieval,
            agreement=group.agreement,
            is_other_kind=is_other_kind(asked, best.text),
        )
        probability = calibration.probability(features) * best.fit_share
        answers.append(
            Answer(
                best.text,
                best.start,
                best.end,
                group.score,
                probability,
                best,
                group.support,
                features,
                group.earlier,
            )
        )
    return answers


def widened_span(span: LocatedSpan, extent: Extent) -> LocatedSpan:
    """Return the span as far as a question of this extent asks for, with the scores that it has."""
    start, end = widened(span.content, span.start, span.end, extent)
    return replace(span, start=start, end=end)


def _widened(answers: Sequence[Answer], extent: Extent) -> list[Answer]:
    """Return the answers as far as the question asks for; of those that are then one, the best."""
    distinct: list[Answer] = []
    for answer in answers:
        span = widened_span(answer.span, extent)
        said = (said for better in distinct for said in (better.span, *(s.span for s in better.support)))
        if any(map(span.overlaps, said)):
            continue
        widened_support = (replace(s, span=widened_span(s.span, extent)) for s in answer.support)
        support = tuple(
            s for s in widened_support if extent is not Extent.LIST or _is_same_list(s.span, span)
        )
        earlier = tuple(widened_span(s, extent) for s in answer.earlier)
        distinct.append(
            replace(
                answer,
                text=span.text,
                start=span.start,
                end=span.end,
                span=span,
                support=support,
                earlier=earlier,
            )
        )
    return distinct


def _is_same_list(span: LocatedSpan, other: LocatedSpan) -> bool:
    """Whether two lists have the same members, in whatever order."""
    members, others = ({*map(value_key, _BETWEEN_MEMBERS.split(s.text))} - {""} for s in (span, other))
    return members == others


def probability_alone(
    span: LocatedSpan, calibration: Calibration, asked: Kinds, margin: float = MARGIN_CAP
) -> float:
    """Return a span's probability (0..1) without any rival: on a timeline the others may be of other times.

    No other article counts that says the same. `margin` is its lead, in logits, over those that are rivals
    all the same; `asked` are the kinds of answer that the question asks for.
    """
    features = Features(
        score=span.score,
        margin=margin,
        null_margin=span.null_margin,
        retrieval=span.retrieval,
        agreement=0,
        is_other_kind=is_other_kind(asked, span.text),
    )
    return calibration.probability(features)


def accepts(calibration: Calibration, asked: Kinds) -> Accepts:
    """Return the rule by which an article supports an answer.

    Read by itself, with what else it says as the only rivals, it must give the answer as surely as an answer
    must be: the bound is the calibration's threshold. Half of 150 labelled passages of news chose this bound,
    and lead over rivals, before lower ones (`benchmarks/support.py --labels`).
    """

    def is_sure(span: LocatedSpan, lead: float) -> bool:
        return probability_alone(span, calibration, asked, lead) >= calibration.threshold

    return is_sure


def _abstention(
    ranked: Sequence[Answer], result: SearchResult, inquiry: Inquiry, threshold: float, floor: float
) -> Abstention:
    if not result.candidates:
        reason = "no article passes the filter" if inquiry.allow else "no passage resembles the question"
        return Abstention("nothing_found", reason)
    if not ranked:
        return Abstention("nothing_read", "the passages found hold no answer")
    probability, bound = _apart(ranked[0].probability, threshold)
    why = _doubt(ranked[0], inquiry.question, result)
    if ranked[0].span.is_outdated:
        why = ": a newer version of its story denies it"
    reason = f"the best guess has probability {probability}, below {bound}{why}"
    if ranked[0].probability < floor:
        return Abstention("unlikely", reason)
    return Abstention("below_threshold", reason, ranked[0])


def _doubt(guess: Answer, question: str, result: SearchResult) -> str:
    """Return what makes a guess less sure: another time, holder or unit; "" for nothing."""
    time, span = result.time, guess.span
    if span.fit_share == FITS.share:
        return ""
    is_bound = time is not None and time.is_bound
    if not is_bound and not speaks_of_now(question, span.content, span.start, span.end):
        return ": its words are not of who it is now"
    if (units := other_unit(question, span.content, span.start, span.end)) is not None:
        return f": it is in {units[0]}, not in {units[1]}"
    if time is None:
        return ""
    if time.is_impossible:
        return f": {time.words!r} is no day of the calendar"
    is_other = guess.span.fit_share == OTHER.share
    return f": it {'is of another time than' if is_other else 'may not be of'} {time.read_as}"


def _apart(lower: float, higher: float) -> tuple[str, str]:
    """Return two probabilities in per cent, with as many digits as it takes to tell them apart."""
    for digits in range(_MOST_DIGITS):
        texts = f"{lower:.{digits}%}", f"{higher:.{digits}%}"
        if texts[0] != texts[1]:
            break
    return texts
