"""Risk by coverage, its area and what stands on it, against cases worked by hand."""

from itertools import permutations

import numpy as np
import pytest

from nutgraf.qa.evaluate.records import Record
from nutgraf.qa.evaluate.risk_coverage import best_possible, excess_area, risk_coverage, risk_coverage_of
from nutgraf.qa.evaluate.scores import ReliabilityBin


def array(*values: float) -> np.ndarray:
    return np.array(values, np.float64)


def test_the_curve() -> None:
    """Best first right, wrong, right, wrong: of 1, 2, 3, 4 answered 0, 1, 1, 2 are wrong."""
    curve = risk_coverage(array(0.2, 0.9, 0.5, 0.7), np.array([False, True, True, False]))
    assert curve.confidence.tolist() == [0.9, 0.7, 0.5, 0.2]
    assert curve.coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert curve.risk.tolist() == pytest.approx([0, 1 / 2, 1 / 3, 2 / 4])
    assert curve.area == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    assert [curve.accuracy(c) for c in (0.2, 0.25, 0.5, 0.75, 0.8, 1.0)] == pytest.approx(
        [1, 1, 1 / 2, 2 / 3, 1 / 2, 1 / 2]
    )


def test_the_most_that_can_be_answered_with_so_many_right() -> None:
    """Risks 0, 1/2, 1/3, 1/2: two thirds are right of three, though not of two."""
    curve = risk_coverage(array(0.2, 0.9, 0.5, 0.7), np.array([False, True, True, False]))
    assert [curve.coverage_at(a) for a in (0.0, 0.5, 0.6, 2 / 3, 0.7, 1.0)] == [1, 1, 0.75, 0.75, 0.25, 0.25]
    wrong_first = risk_coverage(array(0.9, 0.1), np.array([False, True]))
    assert [wrong_first.coverage_at(a) for a in (0.5, 0.8)] == [1.0, 0.0]


def test_equal_confidences_enter_together() -> None:
    """One right, then three of which one is right: at any coverage above a quarter, all four."""
    for order in permutations([True, False, False]):
        curve = risk_coverage(array(0.9, 0.5, 0.5, 0.5), np.array([True, *order]))
        assert (curve.coverage.tolist(), curve.risk.tolist()) == ([0.25, 1.0], [0.0, 0.5])
        assert curve.area == pytest.approx(0.25 * 0 + 0.75 * 0.5)
        assert curve.accuracy(0.26) == 0.5


def test_the_best_possible_order() -> None:
    """Two right, two wrong: risks 0, 0, 1/3, 2/4."""
    right = np.array([False, True, False, True])
    assert best_possible(right).risk.tolist() == pytest.approx([0, 0, 1 / 3, 1 / 2])
    assert best_possible(right).area == pytest.approx(5 / 24)
    curve = risk_coverage(array(0.9, 0.7, 0.5, 0.2), np.array([True, False, True, False]))
    assert excess_area(curve, right) == pytest.approx(8 / 24 - 5 / 24)
    assert excess_area(risk_coverage(array(1, 4, 2, 3), right), right) == pytest.approx(0)
    assert best_possible(np.array([True, True])).area == 0.0
    assert best_possible(np.array([False, False])).area == 1.0


def test_no_order_beats_it() -> None:
    right = np.array([True, True, False, True, False])
    areas = [risk_coverage(array(*order), right).area for order in permutations(range(5))]
    assert min(areas) == pytest.approx(best_possible(right).area)


def record(name: str, golds: list[str], f1: float, **more: object) -> Record:
    return Record(name, "?", golds, "x", 0.0, f1, **more)  # type: ignore[arg-type]


def test_the_whole_system() -> None:
    """Right from F1 0.5 on; where there is no answer none is right; no guess comes last, and is wrong."""
    found = risk_coverage_of(
        [
            record("no guess", ["x"], 0.0),
            record("right", ["x"], 0.5, probability=0.85, score=1.0, answered=True),
            record("wrong", ["x"], 0.49, probability=0.6, score=9.0, answered=True),
            record("no answer", [], 1.0, probability=0.88, score=2.0, answered=True),
        ]
    )
    assert found.curve.confidence.tolist() == [0.88, 0.85, 0.6, 0.0]
    assert found.curve.risk.tolist() == pytest.approx([1, 1 / 2, 2 / 3, 3 / 4])
    assert found.right == [False, True, False, False]
    assert (found.answered, found.wrong) == (0.75, 2 / 3)
    assert found.bins == [
        ReliabilityBin(0.6, 0.7, 1, 0.6, 0.0),
        ReliabilityBin(0.8, 0.9, 2, pytest.approx(0.865), 0.5),
    ]


def test_the_reader_alone() -> None:
    """By its lead over "no answer"; one without any guess comes last of all."""
    found = risk_coverage_of(
        [
            record("a", ["x"], 0.0),
            record("b", ["x"], 1.0, score=-3.0),
            record("c", [], 0.0, score=2.0, answered=True),
        ]
    )
    assert found.curve.confidence.tolist() == [2.0, -3.0, -np.inf]
    assert found.curve.risk.tolist() == pytest.approx([1, 1 / 2, 2 / 3])
    assert (found.answered, found.wrong, found.bins) == (1 / 3, 1.0, [])
