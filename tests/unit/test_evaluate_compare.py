"""Two systems' figures: the randomisation test against all sign flips, wins and losses by hand."""

import tracemalloc
from itertools import product

import numpy as np
import pytest

from nutgraf.qa.evaluate.compare import FLIPS, Comparison, compared, most_changed, randomisation


def exact(differences: list[float]) -> float:
    """Return the share of all sign flips whose sum is as far from 0 as the observed one."""
    sums = [
        sum(s * d for s, d in zip(signs, differences, strict=True))
        for signs in product((1, -1), repeat=len(differences))
    ]
    return float(np.mean([abs(s) >= abs(sum(differences)) - 1e-9 for s in sums]))


CASES = [
    [1.0, 1.0, 1.0, 1.0, 1.0],  # 2 of 32
    [1.0, 1.0, 1.0, 1.0, -1.0],  # 12 of 32
    [0.5, 0.25, -0.25],
    [0.3, 0.1, 0.2, -0.1, 0.4, 0.05, -0.2, 0.3],
    [0.1, 0.2, 0.3, 0.0, 0.0],
]


@pytest.mark.parametrize("differences", CASES)
def test_randomisation_finds_what_all_flips_say(differences: list[float]) -> None:
    p = randomisation(np.array(differences)[:, None])[0]
    expected = exact(differences)
    assert abs(p - expected) < 4 * np.sqrt(expected * (1 - expected) / FLIPS) + 1e-4
    assert randomisation(-np.array(differences)[:, None])[0] == p, "two-sided, the same seed"


def test_all_flips_by_hand() -> None:
    assert [exact(c) for c in CASES[:2]] == [2 / 32, 12 / 32]


def test_the_observed_one_counts() -> None:
    """No p is ever 0; nothing apart is 1, also where there is no question."""
    assert randomisation(np.ones((60, 1)))[0] == 1 / (FLIPS + 1)
    assert randomisation(np.zeros((5, 2))).tolist() == [1.0, 1.0]
    assert randomisation(np.zeros((0, 1))).tolist() == [1.0]


def test_a_whole_benchmark_needs_little_memory() -> None:
    random = np.random.default_rng(1)
    differences = random.normal(0.0, 1.0, (10_570, 3))
    tracemalloc.start()
    p = randomisation(differences)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60e6
    assert ((p > 0.001) & (p < 1)).all()


def test_compared() -> None:
    a = {"em": {"1": 1.0, "2": 0.0, "3": 0.0, "4": 1.0}, "f1": {"1": 1.0, "9": 0.5}, "x": {"8": 1.0}, "y": {}}
    b = {"f1": {"1": 0.4, "2": 1.0}, "em": {"1": 1.0, "2": 1.0, "3": 1.0, "5": 1.0}, "x": {"7": 1.0}}
    em, f1 = compared(a, b)
    assert em == Comparison("em", 3, pytest.approx(1 / 3), 1.0, pytest.approx(0.5, abs=0.02), 2, 1, 0)
    assert em.difference == pytest.approx(2 / 3)
    assert f1 == Comparison("f1", 1, 1.0, 0.4, 1.0, 0, 0, 1)
    assert compared(a, {}) == []


def test_fewer_false_answers_are_better() -> None:
    (only,) = compared({"false": {"1": 1.0, "2": 1.0, "3": 0.0}}, {"false": {"1": 0.0, "2": 0.0, "3": 1.0}})
    assert (only.difference, only.wins, only.losses) == (pytest.approx(-1 / 3), 2, 1)


def test_rounding_is_no_win() -> None:
    (only,) = compared({"f1": {"1": 0.1 + 0.2}}, {"f1": {"1": 0.3}})
    assert (only.wins, only.ties, only.losses) == (0, 1, 0)


def test_most_changed() -> None:
    a = {"1": 1.0, "2": 0.5, "3": 0.0, "4": 0.25, "5": 1.0, "6": 0.0}
    b = {"1": 0.0, "2": 0.5, "3": 1.0, "4": 0.75, "7": 0.0, "6": 1e-12}
    assert most_changed(a, b, 20) == ["1", "3", "4"]
    assert most_changed(a, b, 2) == ["1", "3"]
