"""From records to the figures that a person compares. Pure; what a figure is taken over stands beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from qa.evaluate.records import Record
from qa.evaluate.scores import best_threshold, expected_calibration_error, recall, reciprocal_rank

RIGHT_F1 = 0.5
"""From this token F1 on an answer counts as right, for calibration and for what is told of abstaining."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: `key` for programs, `name` for people, `over` how many questions it is taken."""

    key: str
    name: str
    value: float
    over: int
    unit: Literal["%", "", "logits"] = "%"


def quality(records: Sequence[Record], key: str = "", name: str = "") -> Iterator[Figure]:
    """Yield EM and F1 of the best guesses; nothing for no records."""
    yield from _mean(f"{key}em", f"EM{name}", [r.em for r in records])
    yield from _mean(f"{key}f1", f"F1{name}", [r.f1 for r in records])


def of_reading(records: Sequence[Record]) -> list[Figure]:
    """Return the reader's figures: EM and F1 where there is an answer, then SQuAD 2.0's if some have none."""
    there = [r for r in records if r.golds]
    figures = list(quality(there))
    if len(there) < len(records):
        figures += _with_threshold(records)
    return figures


def _with_threshold(records: Sequence[Record]) -> Iterator[Figure]:
    """Yield what comes of answering above a threshold on the lead over "no answer" only, else nothing."""
    over, lowest = len(records), -np.inf
    scores = np.array([lowest if r.score is None else r.score for r in records])
    silent = np.array([float(not r.golds) for r in records])
    em, f1 = np.array([r.em for r in records]), np.array([r.f1 for r in records])
    best_em, best = best_threshold(scores, em, silent), best_threshold(scores, f1, silent)
    yield Figure("em_at_zero", "EM, threshold 0", 100 * float(np.where(scores >= 0, em, silent).mean()), over)
    yield Figure("f1_at_zero", "F1, threshold 0", 100 * float(np.where(scores >= 0, f1, silent).mean()), over)
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


def of_asking(records: Sequence[Record], label: str) -> list[Figure]:
    """Return the system's figures, retrieval by the articles of one label."""
    there = [r for r in records if r.golds]
    return [*quality(there), *of_retrieval(there, label, "own paragraph"), *_abstaining(records)]


def of_news(records: Sequence[Record], contains: str, evidence: str, occurs: Sequence[bool]) -> list[Figure]:
    """Return the figures on news questions; `occurs` tells of each whether a gold stands in some article."""
    return [
        *quality(records),
        *quality([r for r in records if contains in r.ranks], f"{contains}_", ", an article contains it"),
        Figure("ceiling", "extractive ceiling", 100 * float(np.mean(occurs)), len(records)),
        *of_retrieval(records, contains, "articles that contain it"),
        *of_retrieval(records, evidence, "evidence"),
        *_abstaining(records),
    ]


def of_retrieval(records: Sequence[Record], label: str, name: str) -> Iterator[Figure]:
    """Yield recall and MRR of the articles of one label, over the questions that have any."""
    ranks = [r.ranks[label] for r in records if r.ranks.get(label)]
    for k in (1, 5, 20):
        yield from _mean(f"{label}_recall_at_{k}", f"recall@{k}, {name}", [recall(r, k) for r in ranks])
    yield from _mean(f"{label}_mrr_at_10", f"MRR@10, {name}", [reciprocal_rank(r, 10) for r in ranks])


def _abstaining(records: Sequence[Record]) -> Iterator[Figure]:
    """Yield what the shipped threshold does, and how far probabilities can be trusted."""
    there, none = [r for r in records if r.golds], [r for r in records if not r.golds]
    yield from _mean("answered", "answered", [r.answered for r in there])
    yield from _mean("wrong", "  wrong of those (F1 < 0.5)", [not _right(r) for r in there if r.answered])
    yield from _mean("false", "answered where there is no answer", [r.answered for r in none])
    hidden = [r.without for r in records if r.without is not None]
    yield from _mean("false_without", "answered, own paragraph removed", hidden)
    guesses = [(r.probability, _right(r)) for r in records if r.probability is not None]
    if guesses:
        p, right = np.array(guesses, np.float64).T
        error = expected_calibration_error(p, right.astype(bool))
        yield Figure("ece", "expected calibration error", error, len(guesses), "")


def _right(record: Record) -> bool:
    return bool(record.golds) and record.f1 >= RIGHT_F1


def _mean(key: str, name: str, values: Sequence[float]) -> Iterator[Figure]:
    if values:
        yield Figure(key, name, 100 * float(np.mean(values)), len(values))
