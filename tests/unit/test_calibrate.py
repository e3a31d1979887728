"""Scores into probabilities."""

import numpy as np
import pytest

from qa.calibrate import Calibration, fit


def test_probability_by_hand() -> None:
    calibration = Calibration(bias=-1.0, score=0.5, margin=0.25, threshold=0.5)
    assert calibration.probability(2.0, 4.0) == pytest.approx(0.7310586)  # logistic(-1 + 1 + 1)


def test_margin_is_capped() -> None:
    calibration = Calibration(bias=0.0, score=0.0, margin=0.1, threshold=0.5)
    assert calibration.probability(0.0, float("inf")) == calibration.probability(0.0, 10.0)


def test_a_reader_without_numbers_gets_the_plain_logistic() -> None:
    assert Calibration.from_card(None).probability(0.0, 3.0) == 0.5


def test_fit_recovers_known_weights() -> None:
    rng = np.random.default_rng(7)
    scores, margins = rng.normal(0, 3, 40_000), rng.normal(1, 3, 40_000)
    correct = rng.random(40_000) < 1 / (1 + np.exp(-(-1.0 + 0.8 * scores + 0.3 * np.clip(margins, -10, 10))))
    assert fit(scores, margins, correct) == pytest.approx((-1.0, 0.8, 0.3), abs=0.05)


def test_fit_stays_finite_on_separable_data() -> None:
    weights = fit(np.array([-1.0, 1.0]), np.array([0.0, 0.0]), np.array([False, True]))
    assert np.isfinite(weights).all()
