"""Measures rankings: hits, recall, MRR, nDCG and MAP as ir_measures computes them, which is used only here.

This module knows ids, grades and orders; it does not know questions, indexes or files.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

from nutgraf.indexer.clean import storable

Qrels = Mapping[str, Mapping[str, int]]
"""The grades of articles, by a question's id and the article's; an article of grade 1 or more is relevant."""

_BLANK = re.compile(r"[\s\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure: `key` for programs, `name` for people, `notation` for ir_measures."""

    key: str
    name: str
    notation: str


MEASURES = (
    *(Measure(f"hit_at_{k}", f"hit@{k}", f"Success@{k}") for k in (1, 5, 20)),
    *(Measure(f"recall_at_{k}", f"recall@{k}", f"R@{k}") for k in (1, 5, 20, 100)),
    Measure("mrr_at_10", "MRR@10", "RR@10"),
    Measure("ndcg_at_10", "nDCG@10", "nDCG@10"),
    Measure("map", "MAP", "AP"),
)


def token(name: str) -> str:
    """Return an id as TREC files write it: blanks and control characters percent-encoded, all else as it is.

    Ids are compared in this form, so that one with a blank in it is the same in an archive and in a file.
    """
    return _BLANK.sub(lambda blank: quote(blank[0]), storable(name))


@cache
def available() -> bool:
    """Whether ir_measures is installed (extra `eval`)."""
    try:
        import ir_measures  # noqa: F401
    except ImportError:
        return False
    return True


def measured(qrels: Qrels, rankings: Mapping[str, Sequence[str]]) -> dict[Measure, dict[str, float]]:
    """Return of each measure its value for every question of `qrels`, 0 to 1; no ranking has an id twice.

    The order of a ranking is all that counts of it. A question without a ranking, or without a relevant
    article, counts as 0. nDCG takes grades as they are, with 0 for those below (Järvelin and Kekäläinen 2002,
    as trec_eval has it). Raises ImportError where ir_measures is not installed.
    """
    import ir_measures

    if not qrels:
        return {measure: {} for measure in MEASURES}
    by_notation = {ir_measures.parse_measure(measure.notation): measure for measure in MEASURES}
    names = {token(question): question for question in qrels}
    grades = {token(q): {token(a): grade for a, grade in graded.items()} for q, graded in qrels.items()}
    # Scores that are the places, counted from the end: no two are equal, so no tool has to break a tie.
    run = {
        token(q): {token(a): float(len(rankings[q]) - place) for place, a in enumerate(rankings[q])}
        for q in qrels
        if rankings.get(q)
    }
    values: dict[Measure, dict[str, float]] = {measure: {} for measure in MEASURES}
    for metric in ir_measures.iter_calc(list(by_notation), grades, run):
        values[by_notation[metric.measure]][names[metric.query_id]] = float(metric.value)
    return values
