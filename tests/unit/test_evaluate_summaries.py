"""From records to figures, against cases worked by hand; and what of a question's own is kept."""

import math

import pytest

from nutgraf.qa.evaluate import summaries
from nutgraf.qa.evaluate.beir import JudgedQuery
from nutgraf.qa.evaluate.news import NewsQuestion
from nutgraf.qa.evaluate.records import Record
from nutgraf.qa.evaluate.squad import SquadQuestion
from nutgraf.qa.evaluate.summaries import Figure, of_asking, of_news, of_ranking, of_reading


def values(figures: list[Figure]) -> dict[str, tuple[float, int]]:
    return {f.key: (pytest.approx(f.value), f.over) for f in figures}


def retrieval(prefix: str, suffix: str, hits: tuple[float, ...], *found: float) -> dict[str, float]:
    ranks = [f"hit_at_{k}" for k in (1, 5, 20)] + [f"recall_at_{k}" for k in (1, 5, 20, 100)]
    names = [*ranks, "mrr_at_10", "ndcg_at_10", "map"]
    return {f"{prefix}{n}{suffix}": v for n, v in zip(names, (*hits, *found), strict=True)}


def read(number: int, golds: list[str], em: float, f1: float, score: float | None) -> Record:
    return Record(str(number), "Who?", golds, "x" if score is not None else "", em, f1, score)


def test_reading_without_unanswerable_questions() -> None:
    """By falling lead right, half right, no guess: risks 0, 0, 1/3, as good as any order."""
    figures = of_reading(
        [read(1, ["x"], 1, 1, 2.0), read(2, ["x y"], 0, 0.5, -1.0), read(3, ["z"], 0, 0, None)]
    )
    assert values(figures) == {
        "em": (100 / 3, 3),
        "f1": (50.0, 3),
        "accuracy_at_50": (100.0, 3),
        "accuracy_at_80": (200 / 3, 3),
        "accuracy_at_95": (200 / 3, 3),
        **dict.fromkeys(("coverage_at_80", "coverage_at_90", "coverage_at_95"), (200 / 3, 3)),
        "aurc": (1 / 9, 3),
        "e_aurc": (pytest.approx(0.0, abs=1e-12), 3),
    }


def test_reading_with_unanswerable_questions() -> None:
    """By falling score: right, half right, unanswerable, right; and one unanswerable without a span.

    F1: answering none, 1, 2, 3, 4 is worth 2, 3, 3.5, 2.5, 3.5 of 5; EM: 2, 3, 3, 2, 3. At 0: three answered.
    Wrong of 1, 2, 3, 4, 5 answered: 0, 0, 1, 1, 2; at best 0, 0, 0, 1, 2.
    """
    figures = of_reading(
        [
            read(1, ["x"], 1, 1, 3.0),
            read(2, ["x y z"], 0, 0.5, 2.0),
            read(3, [], 0, 0, 1.0),
            read(4, ["x"], 1, 1, -1.0),
            read(5, [], 1, 1, None),
        ]
    )
    assert values(figures) == {
        "em": (200 / 3, 3),
        "f1": (250 / 3, 3),
        "em_at_zero": (40.0, 5),
        "f1_at_zero": (50.0, 5),
        "best_em": (60.0, 5),
        "best_f1": (70.0, 5),
        "best_f1_threshold": (2.0, 5),
        "has_answer_f1": (50.0, 3),
        "no_answer_accuracy": (100.0, 2),
        "accuracy_at_50": (200 / 3, 5),
        "accuracy_at_80": (75.0, 5),
        "accuracy_at_95": (60.0, 5),
        **dict.fromkeys(("coverage_at_80", "coverage_at_90", "coverage_at_95"), (40.0, 5)),
        "aurc": ((1 / 3 + 1 / 4 + 2 / 5) / 5, 5),
        "e_aurc": ((1 / 3) / 5, 5),
    }
    each = {f.key: f.each for f in figures if f.each}
    assert each == {
        "em": {"1": 1, "2": 0, "4": 1},
        "f1": {"1": 1, "2": 0.5, "4": 1},
        "em_at_zero": {"1": 1, "2": 0, "3": 0, "4": 0, "5": 1},
        "f1_at_zero": {"1": 1, "2": 0.5, "3": 0, "4": 0, "5": 1},
    }


def ranked(*ids: str) -> list[tuple[str, float]]:
    return [(name, 1.0 - place / 100) for place, name in enumerate(ids)]


ASKED = [
    Record(
        "1", "?", ["x"], "x", 1, 1, 9.0, 0.95, "a", True, ranked("p1", "z"), ["z", "p1"], True, 0.85, False
    ),
    Record(
        "2",
        "?",
        ["x y"],
        "x",
        0,
        0.6,
        8.0,
        0.25,
        "b",
        False,
        ranked(*"abcde", "p2"),
        ["p2", "b"],
        True,
        0.15,
        True,
    ),
    Record("3", "?", ["x"], "y", 0, 0, 7.0, 0.55, "b", True, ranked("z"), [], False),
    Record("4", "?", [], "y", 0, 0, 7.0, 0.55, "b", True, ranked("z", "p4"), ["p4"], True, 0.35, False),
]
OWN = [SquadQuestion(r.id, "?", tuple(r.gold_answers), f"p{r.id}") for r in ASKED]


def test_asking() -> None:
    """Own paragraph at 1, 6 and nowhere; after reading at 2, 1 and nowhere.

    By confidence: right, wrong and an unanswerable one together, right. Wrong of 1, 3, 4: 0, 2, 2.
    """
    found = retrieval("gold_", "", (1, 1, 2), 1, 1, 2, 2, 1 + 1 / 6, 1 + 1 / math.log2(7), 1 + 1 / 6)
    after = retrieval("gold_", "_reread", (1, 2, 2), 1, 2, 2, 2, 1 / 2 + 1, 1 / math.log2(3) + 1, 1 / 2 + 1)
    assert values(of_asking(OWN, ASKED)) == {
        "em": (100 / 3, 3),
        "f1": (160 / 3, 3),
        **{key: (pytest.approx(100 * value / 3), 3) for key, value in (found | after).items()},
        "answered": (200 / 3, 3),
        "wrong": (50.0, 2),
        "other_kind": (0.0, 3),
        "false": (100.0, 1),
        "answered_without": (75.0, 4),
        "false_without": (50.0, 4),  # the second is right there as well
        "accuracy_at_50": (100 / 3, 4),
        "accuracy_at_80": (50.0, 4),
        "accuracy_at_95": (50.0, 4),
        **dict.fromkeys(("coverage_at_80", "coverage_at_90", "coverage_at_95"), (25.0, 4)),
        "aurc": ((0 + 2 * (2 / 3) + 2 / 4) / 4, 4),
        "e_aurc": ((4 / 3 + 1 / 2 - 1 / 3 - 1 / 2) / 4, 4),
        "ece": ((0.05 + 0.75 + 2 * 0.55) / 4, 4),  # bins 9, 2, 5
        "ece_mixed": ((0.05 + 0.75 + 2 * 0.55 + 0.85 + 0.35) / 6, 6),  # and 8, 3: every second that has one
        "macro_ce": (((0.05 + 0.75) / 2 + 0.55) / 2, 4),  # right: 1 and 2
        "macro_ce_mixed": (((0.05 + 0.75) / 2 + (2 * 0.55 + 0.85 + 0.35) / 4) / 2, 6),
    }


def test_a_questions_own_values() -> None:
    each = {f.key: f.each for f in of_asking(OWN, ASKED)}
    assert each["gold_mrr_at_10"] == {"1": 1.0, "2": pytest.approx(1 / 6), "3": 0.0}
    assert each["gold_mrr_at_10_reread"] == {"1": 0.5, "2": 1.0, "3": 0.0}
    assert each["answered_without"] == {"1": True, "2": True, "3": False, "4": True}
    assert each["false_without"] == {"1": True, "2": False, "3": False, "4": True}
    assert each["wrong"] == each["aurc"] == each["ece"] == {}, "no question has these by itself"


def test_without_ir_measures_all_else_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [f.key for f in of_asking(OWN, ASKED)]
    monkeypatch.setattr(summaries, "available", lambda: False)
    assert [f.key for f in of_asking(OWN, ASKED)] == [key for key in keys if not key.startswith("gold_")]


def test_news() -> None:
    """Of two articles that contain it one is found, at 1; no evidence is known of any question."""
    questions = [NewsQuestion("1", "?", ("x",), ("a", "b")), NewsQuestion("2", "?", ("x",))]
    records = [
        Record("1", "?", ["x"], "x", 1, 1, 9.0, 0.75, "a", True, ranked("a", "c")),
        Record("2", "?", ["x"], "", 0, 0, None, None, None, False),
    ]
    half = 1 / (1 + 1 / math.log2(3))
    found = retrieval("contains_answer_", "", (100.0,) * 3, 50.0, 50.0, 50.0, 50.0, 100.0, 100 * half, 50.0)
    assert values(of_news(questions, records, [True, False])) == {
        "em": (50.0, 2),
        "f1": (50.0, 2),
        "contains_answer_em": (100.0, 1),
        "contains_answer_f1": (100.0, 1),
        "ceiling": (50.0, 2),
        **{key: (pytest.approx(value), 1) for key, value in found.items()},
        "answered": (50.0, 2),
        "wrong": (0.0, 1),
        "other_kind": (0.0, 1),
        "accuracy_at_50": (100.0, 2),
        "accuracy_at_80": (50.0, 2),
        "accuracy_at_95": (50.0, 2),
        **dict.fromkeys(("coverage_at_80", "coverage_at_90", "coverage_at_95"), (50.0, 2)),
        "aurc": (0.25, 2),
        "e_aurc": (0.0, 2),
        "ece": (0.25, 1),
        "macro_ce": (0.25, 1),
    }


def test_answers_of_another_kind() -> None:
    """Of the two that are given, one; the third is a guess alone."""
    records = [
        Record("1", "How many came?", ["x"], "three years", score=1.0, answered=True),
        Record("2", "How many came?", ["x"], "three", score=1.0, answered=True),
        Record("3", "How many came?", ["x"], "Ada", score=-1.0),
    ]
    assert values(of_reading(records))["other_kind"] == (50.0, 2)


def test_news_without_an_answer_count_for_abstaining_alone() -> None:
    questions = [NewsQuestion("1", "?", ("x",)), NewsQuestion("2", "?", ())]
    records = [
        Record("1", "?", ["x"], "x", 1, 1, 9.0, 0.75, "a", True),
        Record("2", "?", [], "y", 0, 0, 9.0, 0.75, "a", True),
    ]
    found = values(of_news(questions, records, [True, False]))
    assert [found[key] for key in ("em", "f1", "ceiling")] == [(100.0, 1)] * 3
    assert found["false"] == (100.0, 1)


def test_ranking_alone() -> None:
    """A question that was asked in vain counts; the names go without a label."""
    questions = [JudgedQuery("1", "?", (), {"a": 2}), JudgedQuery("2", "?", (), {"b": 1})]
    figures = of_ranking(questions, [Record("1", "?", (), ranking=ranked("z", "a")), Record("2", "?", ())])
    third = 1 / math.log2(3)
    assert values(figures) == {
        key: (pytest.approx(50 * value), 2)
        for key, value in retrieval("", "", (0, 1, 1), 0, 1, 1, 1, 1 / 2, third, 1 / 2).items()
    }
    assert [f.name for f in figures][-3:] == ["MRR@10", "nDCG@10", "MAP"]
