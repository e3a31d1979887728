"""Scores into probabilities."""

import numpy as np
import pytest

from qa.calibrate import Calibration, Features, fit


def test_probability_by_hand() -> None:
    calibration = Calibration(bias=-1.0, score=0.5, margin=0.25, over_null=0.1, threshold=0.5)
    assert calibration.probability(Features(2.0, 4.0, -10.0)) == pytest.approx(0.5)  # -1 + 1 + 1 - 1
    assert calibration.probability(Features(2.0, 4.0, 0.0)) == pytest.approx(0.7310586)


def test_margin_is_capped() -> None:
    calibration = Calibration(bias=0.0, score=0.0, margin=0.1, over_null=0.0, threshold=0.5)
    endless, ten = (calibration.probability(Features(0.0, m, 0.0)) for m in (float("inf"), 10.0))
    assert endless == ten


def test_a_reader_without_numbers_gets_the_logistic_of_its_lead_over_null() -> None:
    assert Calibration.from_card(None).probability(Features(5.0, 3.0, 0.0)) == 0.5


def test_a_card_gives_the_numbers() -> None:
    numbers = {"bias": 1, "score": 2, "margin": 3, "over_null": 4, "threshold": 0.5}
    assert Calibration.from_card(numbers) == Calibration(1.0, 2.0, 3.0, 4.0, 0.5)


def test_fit_recovers_known_weights() -> None:
    rng = np.random.default_rng(7)
    features = [Features(*rng.normal(0, 3, 3).tolist()) for _ in range(40_000)]
    true = np.array([-1.0, 0.8, 0.3, -0.2])
    chance = 1 / (1 + np.exp(-np.array([f.row() for f in features]) @ true))
    assert fit(features, (rng.random(40_000) < chance).tolist()) == pytest.approx(true.tolist(), abs=0.06)


def test_fit_stays_finite_on_separable_data() -> None:
    weights = fit([Features(-1.0, 0.0, 0.0), Features(1.0, 0.0, 0.0)], [False, True])
    assert np.isfinite(weights).all()
