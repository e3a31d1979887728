"""Sums records up to the figures that a person compares, each with its number of questions. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from nutgraf.qa.evaluate.beir import RELEVANT
from nutgraf.qa.evaluate.kinds import guess_is_other_kind
from nutgraf.qa.evaluate.metrics import RIGHT_F1
from nutgraf.qa.evaluate.news import CONTAINS, EVIDENCE
from nutgraf.qa.evaluate.questions import GoldQuestion
from nutgraf.qa.evaluate.ranking import available, measured
from nutgraf.qa.evaluate.records import Record
from nutgraf.qa.evaluate.risk_coverage import excess_area, risk_coverage_of
from nutgraf.qa.evaluate.scores import best_threshold, expected_calibration_error, macro_calibration_error
from nutgraf.qa.evaluate.squad import GOLD

REREAD = "_reread"
"""The key of a figure of retrieval ends so where the articles are in the order after reading."""

_COVERAGES = (50, 80, 95)
_ACCURACIES = (80, 90, 95)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number: `key` for programs, `name` for people, `over` how many questions it is computed.

    A mean also has the value of `each` question, 0 to 1, by its id; for other figures `each` is empty.
    """

    key: str
    name: str
    value: float
    over: int
    unit: Literal["%", "", "logits"] = "%"
    each: Mapping[str, float] = field(default_factory=dict)


def of_reading(records: Sequence[Record]) -> list[Figure]:
    """Return the reader's figures: EM and F1 where there is an answer, then SQuAD 2.0's if some have none."""
    answerable = [r for r in records if r.gold_answers]
    figures = list(_quality(answerable))
    if len(answerable) < len(records):
        figures += _with_threshold(records)
    return [*figures, *_other_kind(records), *_by_coverage(records)]


def of_asking(questions: Sequence[GoldQuestion], records: Sequence[Record]) -> list[Figure]:
    """Return the system's figures, retrieval by each question's own paragraph."""
    return [
        *_quality([r for r in records if r.gold_answers]),
        *_retrieval(questions, records, GOLD, ", own paragraph"),
        *_answering(records),
    ]


def of_news(
    questions: Sequence[GoldQuestion], records: Sequence[Record], occurs: Sequence[bool]
) -> list[Figure]:
    """Return the figures on news questions; `occurs` tells of each whether some article has a gold answer."""
    contained = {q.id for q in questions if CONTAINS in q.relevant}
    return [
        *_quality([r for r in records if r.gold_answers]),
        *_quality([r for r in records if r.id in contained], f"{CONTAINS}_", ", an article contains it"),
        *_mean(
            "ceiling",
            "extractive ceiling",
            {r.id: o for r, o in zip(records, occurs, strict=True) if r.gold_answers},
        ),
        *_retrieval(questions, records, CONTAINS, ", articles that contain it"),
        *_retrieval(questions, records, EVIDENCE, ", evidence"),
        *_answering(records),
    ]


def of_ranking(questions: Sequence[GoldQuestion], records: Sequence[Record]) -> list[Figure]:
    """Return the figures of retrieval alone, by what qrels say is relevant."""
    return [*_retrieval(questions, records, RELEVANT, "")]


def _quality(records: Sequence[Record], key: str = "", name: str = "") -> Iterator[Figure]:
    """Yield EM and F1 of the best guesses; nothing for no records."""
    yield from _mean(f"{key}em", f"EM{name}", {r.id: r.em for r in records})
    yield from _mean(f"{key}f1", f"F1{name}", {r.id: r.f1 for r in records})


def _with_threshold(records: Sequence[Record]) -> Iterator[Figure]:
    """Yield the figures of answering only above a threshold on the lead over "no answer"."""
    over, lowest = len(records), -np.inf
    scores = np.array([lowest if r.score is None else r.score for r in records])
    silent = np.array([float(not r.gold_answers) for r in records])
    em, f1 = np.array([r.em for r in records]), np.array([r.f1 for r in records])
    best_em, best = best_threshold(scores, em, silent), best_threshold(scores, f1, silent)
    for key, name, values in (("em_at_zero", "EM, threshold 0", em), ("f1_at_zero", "F1, threshold 0", f1)):
        at_zero = np.where(scores >= 0, values, silent).tolist()
        yield from _mean(key, name, {r.id: v for r, v in zip(records, at_zero, strict=True)})
    yield Figure("best_em", "best EM", 100 * best_em.mean, over)
    yield Figure("best_f1", "best F1", 100 * best.mean, over)
    yield Figure("best_f1_threshold", "  at the threshold", best.threshold, over, "logits")
    chosen, has_answer = np.where(scores >= best.threshold, f1, silent), silent == 0
    for key, name, part in (
        ("has_answer_f1", "  F1 where there is an answer", has_answer),
        ("no_answer_accuracy", "  unanswered where there is none", ~has_answer),
    ):
        if part.any():
            yield Figure(key, name, 100 * float(chosen[part].mean()), int(part.sum()))


def _retrieval(
    questions: Sequence[GoldQuestion], records: Sequence[Record], label: str, name: str
) -> Iterator[Figure]:
    """Yield the figures of retrieval by the articles of one label, over the questions that have any.

    As it was found; and again after reading, if anything was read. Nothing without ir_measures.
    """
    qrels = {q.id: q.relevant[label] for q in questions if q.relevant.get(label)}
    prefix = f"{label}_" if label else ""
    if not qrels or not available():
        return
    rankings = {r.id: [article for article, _ in r.ranking] for r in records}
    for measure, values in measured(qrels, rankings).items():
        yield from _mean(f"{prefix}{measure.key}", f"{measure.name}{name}", values)
    if any(r.reread for r in records):
        after = {r.id: [*dict.fromkeys([*r.reread, *rankings[r.id]])] for r in records}
        for measure, values in measured(qrels, after).items():
            yield from _mean(f"{prefix}{measure.key}{REREAD}", f"{measure.name}{name}, after reading", values)


def _answering(records: Sequence[Record]) -> Iterator[Figure]:
    """Yield the figures of the threshold in force, and how far probabilities can be trusted."""
    answerable = [r for r in records if r.gold_answers]
    unanswerable = [r for r in records if not r.gold_answers]
    yield from _mean("answered", "answered", {r.id: r.answered for r in answerable})
    wrong = [not r.right for r in answerable if r.answered]
    if wrong:  # a share of what this very system answered: no question has it by itself
        yield Figure("wrong", f"  wrong of those (F1 < {RIGHT_F1})", 100 * float(np.mean(wrong)), len(wrong))
    yield from _other_kind(records)
    yield from _mean("false", "answered where there is no answer", {r.id: r.answered for r in unanswerable})
    hidden = [r for r in records if r.without is not None]
    answered = {r.id: bool(r.without) for r in hidden}
    wrongly = {r.id: answered[r.id] and not r.right_without for r in hidden}
    yield from _mean("answered_without", "answered, own paragraph removed", answered)
    yield from _mean("false_without", f"  answered wrongly then (F1 < {RIGHT_F1})", wrongly)
    yield from _by_coverage(records)
    yield from _calibration(records)


def _calibration(records: Sequence[Record]) -> Iterator[Figure]:
    """Yield the distance of probabilities from the shares that are right.

    A probability means something only for a given mix of questions with and without an answer: every second
    figure is of the mix that calibrations are fitted on (`fitting.mixed`), one in three without.
    """
    as_is = [(r.probability, r.right) for r in records if r.probability is not None]
    hidden = [(p, r.right_without) for r in records if (p := r.probability_without) is not None][::2]
    for key, name, error in (
        ("ece", "expected calibration error", expected_calibration_error),
        ("macro_ce", "MacroCE, right and wrong guesses by themselves", macro_calibration_error),
    ):
        for suffix, named, judged in (
            ("", name, as_is),
            (
                "_mixed",
                "  and with every second question's paragraph removed, too",
                hidden and as_is + hidden,
            ),
        ):
            if judged:
                probabilities, right = np.array(judged, np.float64).T
                yield Figure(
                    f"{key}{suffix}", named, error(probabilities, right.astype(bool)), len(judged), ""
                )


def _other_kind(records: Sequence[Record]) -> Iterator[Figure]:
    """Yield the share of the given answers that are of another kind than the question asks for."""
    given = [guess_is_other_kind(r) for r in records if r.answered]
    if given:  # as `wrong`, no question has it by itself
        name = "answered with another kind than asked for"
        yield Figure("other_kind", name, 100 * float(np.mean(given)), len(given))


def _by_coverage(records: Sequence[Record]) -> Iterator[Figure]:
    """Yield how many are right where only the surest are answered, and how many can be for so many right."""
    gain, over = risk_coverage_of(records), len(records)
    for percent in _COVERAGES:
        name = f"right, the surest {percent} % answered"
        yield Figure(f"accuracy_at_{percent}", name, 100 * gain.curve.accuracy(percent / 100), over)
    for percent in _ACCURACIES:
        share = 100 * gain.curve.coverage_at(percent / 100)
        yield Figure(
            f"coverage_at_{percent}", f"answered, if {percent} % of them are to be right", share, over
        )
    yield Figure("aurc", "area under risk by coverage", gain.curve.area, over, "")
    excess = excess_area(gain.curve, np.array(gain.right))
    yield Figure("e_aurc", "  above the best possible", excess, over, "")


def _mean(key: str, name: str, values: Mapping[str, float]) -> Iterator[Figure]:
    if values:
        yield Figure(key, name, 100 * float(np.mean([*values.values()])), len(values), each=values)
