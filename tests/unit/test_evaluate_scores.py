"""Figures over many questions, against cases worked by hand."""

import ir_measures
import numpy as np
import pytest
from ir_measures import RR, R

from qa.evaluate.records import Record
from qa.evaluate.scores import best_threshold, expected_calibration_error, places, recall, reciprocal_rank
from qa.evaluate.summaries import Figure, of_asking, of_news, of_reading


def array(*values: float) -> np.ndarray:
    return np.array(values, np.float64)


# --- the threshold on "no answer" -------------------------------------------------------------------------


def test_best_threshold() -> None:
    """Answering none, 1, 2, 3, 4 of them is worth 1, 2, 2.5, 1.5, 2.5 of 4: the first of two equals wins."""
    best = best_threshold(array(3, 2, 1, 0), array(1, 0.5, 0, 1), array(0, 0, 1, 0))
    assert (best.threshold, best.mean) == (2.0, 0.625)


def test_best_threshold_whatever_the_order() -> None:
    best = best_threshold(array(0, 2, 1, 3), array(1, 0.5, 0, 1), array(0, 0, 1, 0))
    assert (best.threshold, best.mean) == (2.0, 0.625)


def test_best_threshold_above_all_scores_answers_nothing() -> None:
    best = best_threshold(array(5, 4), array(0, 0), array(1, 1))
    assert (best.threshold, best.mean) == (np.nextafter(5.0, np.inf), 1.0)


def test_best_threshold_answers_everything() -> None:
    best = best_threshold(array(-7, -4), array(1, 1), array(0, 0))
    assert (best.threshold, best.mean) == (-7.0, 1.0)


def test_best_threshold_parts_no_equal_scores() -> None:
    """Between the two it would be worth 2 of 2, but no threshold stands there."""
    best = best_threshold(array(2, 2), array(1, 0), array(0, 1))
    assert (best.threshold, best.mean) == (np.nextafter(2.0, np.inf), 0.5)


@pytest.mark.parametrize("seed", range(20))
def test_best_threshold_is_what_trying_all_of_them_finds(seed: int) -> None:
    random = np.random.default_rng(seed)
    scores = random.integers(-3, 3, 12).astype(np.float64)
    silent = random.integers(0, 2, 12).astype(np.float64)
    answered = random.random(12) * (1 - silent)
    tried = [np.where(scores >= t, answered, silent).mean() for t in [*scores, np.inf]]
    best = best_threshold(scores, answered, silent)
    assert best.mean == pytest.approx(max(tried), abs=1e-12)
    assert np.where(scores >= best.threshold, answered, silent).mean() == pytest.approx(best.mean, abs=1e-12)


# --- calibration ------------------------------------------------------------------------------------------


def test_expected_calibration_error() -> None:
    """Bins 0, 8, 9: 1/4 x 0.05 + 2/4 x |0.85 - 0.5| + 1/4 x 0.05."""
    error = expected_calibration_error(array(0.05, 0.85, 0.85, 0.95), np.array([False, True, False, True]))
    assert error == pytest.approx(0.2)


def test_a_probability_of_one_stands_in_the_last_bin() -> None:
    assert expected_calibration_error(array(1.0, 0.9), np.array([True, True])) == pytest.approx(0.05)


# --- retrieval --------------------------------------------------------------------------------------------


def test_an_article_stands_where_its_best_passage_stands() -> None:
    assert places(["b", "a", "b", "c"]) == {"b": 1, "a": 2, "c": 3}


def test_recall_and_reciprocal_rank() -> None:
    ranks = [3, None, 12]
    assert [recall(ranks, k) for k in (1, 3, 20)] == [0.0, 1 / 3, 2 / 3]
    assert reciprocal_rank(ranks, 10) == 1 / 3
    assert reciprocal_rank(ranks, 2) == 0.0
    assert reciprocal_rank([None], 10) == 0.0


def test_retrieval_as_ir_measures_has_it() -> None:
    run = {"q": {"a": 3.0, "b": 2.0, "c": 1.0}}
    theirs = ir_measures.calc_aggregate([R @ 1, R @ 2, RR @ 10], {"q": {"b": 1, "z": 1}}, run)
    ranks = [places("abc").get(article) for article in "bz"]
    assert (theirs[R @ 1], theirs[R @ 2]) == (recall(ranks, 1), recall(ranks, 2)) == (0.0, 0.5)
    assert theirs[RR @ 10] == reciprocal_rank(ranks, 10) == 0.5


# --- summaries --------------------------------------------------------------------------------------------


def read(golds: list[str], em: float, f1: float, score: float | None) -> Record:
    return Record("q", "Who?", golds, "x" if score is not None else "", em, f1, score)


def values(figures: list[Figure]) -> dict[str, tuple[float, int]]:
    return {f.key: (pytest.approx(f.value), f.over) for f in figures}


def test_reading_without_unanswerable_questions() -> None:
    figures = of_reading([read(["x"], 1, 1, 2.0), read(["x y"], 0, 0.5, -1.0), read(["z"], 0, 0, None)])
    assert values(figures) == {"em": (100 / 3, 3), "f1": (50.0, 3)}


def test_reading_with_unanswerable_questions() -> None:
    """By falling score: right, half right, unanswerable, right; and one unanswerable without a span.

    F1: answering none, 1, 2, 3, 4 is worth 2, 3, 3.5, 2.5, 3.5 of 5; EM: 2, 3, 3, 2, 3. At 0: three answered.
    """
    figures = of_reading(
        [
            read(["x"], 1, 1, 3.0),
            read(["x y z"], 0, 0.5, 2.0),
            read([], 0, 0, 1.0),
            read(["x"], 1, 1, -1.0),
            read([], 1, 1, None),
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
    }


def test_asking() -> None:
    records = [
        Record("1", "?", ["x"], "x", 1, 1, 9.0, 0.95, "a", True, {"gold": [1]}, True),
        Record("2", "?", ["x y"], "x", 0, 0.6, 8.0, 0.25, "b", False, {"gold": [6]}, False),
        Record("3", "?", ["x"], "y", 0, 0, 7.0, 0.55, "b", True, {"gold": [None]}, False),
        Record("4", "?", [], "y", 0, 0, 7.0, 0.55, "b", True, {"gold": [2]}, False),
    ]
    assert values(of_asking(records, "gold")) == {
        "em": (100 / 3, 3),
        "f1": (160 / 3, 3),
        "gold_recall_at_1": (100 / 3, 3),
        "gold_recall_at_5": (100 / 3, 3),
        "gold_recall_at_20": (200 / 3, 3),
        "gold_mrr_at_10": (100 * (1 + 1 / 6) / 3, 3),
        "answered": (200 / 3, 3),
        "wrong": (50.0, 2),
        "false": (100.0, 1),
        "false_without": (25.0, 4),
        "ece": ((0.05 + 0.75 + 2 * 0.55) / 4, 4),  # bins 9, 2, 5
    }


def test_news() -> None:
    records = [
        Record("1", "?", ["x"], "x", 1, 1, 9.0, 0.75, "a", True, {"contains_answer": [1, None]}),
        Record("2", "?", ["x"], "", 0, 0, None, None, None, False, {}),
    ]
    figures = of_news(records, "contains_answer", "evidence", [True, False])
    assert values(figures) == {
        "em": (50.0, 2),
        "f1": (50.0, 2),
        "contains_answer_em": (100.0, 1),
        "contains_answer_f1": (100.0, 1),
        "ceiling": (50.0, 2),
        "contains_answer_recall_at_1": (50.0, 1),
        "contains_answer_recall_at_5": (50.0, 1),
        "contains_answer_recall_at_20": (50.0, 1),
        "contains_answer_mrr_at_10": (100.0, 1),
        "answered": (50.0, 2),
        "wrong": (0.0, 1),
        "ece": (0.25, 1),
    }
