"""Figures over many questions, against cases worked by hand."""

import numpy as np
import pytest

from nutgraf.qa.evaluate.scores import (
    ReliabilityBin,
    best_threshold,
    expected_calibration_error,
    macro_calibration_error,
    reliability,
)


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


def test_macro_calibration_error() -> None:
    """Right ones are 0.1 and 0.3 from 1, the wrong one 0.6 from 0: (0.2 + 0.6) / 2."""
    error = macro_calibration_error(array(0.9, 0.6, 0.7), np.array([True, False, True]))
    assert error == pytest.approx(0.4)
    assert macro_calibration_error(array(0.9, 0.7), np.array([True, True])) == pytest.approx(0.2)
    assert macro_calibration_error(array(0.9, 0.7), np.array([False, False])) == pytest.approx(0.8)


def test_one_probability_for_all_is_well_calibrated_by_ece_and_badly_by_macro_ce() -> None:
    p, right = array(0.75, 0.75, 0.75, 0.75), np.array([True, True, True, False])
    assert expected_calibration_error(p, right) == pytest.approx(0.0)
    assert macro_calibration_error(p, right) == pytest.approx(0.5)


def test_bins() -> None:
    """Those that hold nothing are left out; the borders belong to the bin above, 1 to the last."""
    found = reliability(array(0.1, 0.15, 0.95, 1.0), np.array([True, False, True, True]))
    assert found == [
        ReliabilityBin(0.1, 0.2, 2, pytest.approx(0.125), 0.5),
        ReliabilityBin(0.9, 1.0, 2, pytest.approx(0.975), 1.0),
    ]
