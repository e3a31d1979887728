"""Scores into probabilities."""

import math

import numpy as np
import pytest

from nutgraf.models.errors import ModelDamaged
from nutgraf.qa.calibration import FEATURES, Calibration, Features, fit

OLD = {"bias": -1, "score": 0.5, "margin": 0.25, "over_null": 0.1, "threshold": 0.5}
NEW = OLD | {"retrieval": 2.0, "agreement": 1.0, "kind": 0.5}


def test_a_row_by_hand() -> None:
    row = (1.0, 2.0, 4.0, -10.0, 0.5, pytest.approx(math.log(4)), -1.0)
    assert Features(2.0, 4.0, -10.0, 0.5, 3, is_other_kind=True).row() == row
    assert Features(2.0, math.inf, 0.0).row() == (1.0, 2.0, 10.0, 0.0, 0.0, 0.0, 0.0)
    assert Features(2.0, -11.0, 0.0).row()[2] == -10.0


def test_probability_by_hand() -> None:
    calibration = Calibration.from_card(NEW)
    assert calibration.probability(Features(2.0, 4.0, -10.0)) == pytest.approx(0.5)  # -1 + 1 + 1 - 1
    assert calibration.probability(Features(2.0, 4.0, 0.0)) == pytest.approx(0.7310586)  # logistic(1)
    # -1 + 1 + 1 - 1 + 2 x 0.5 + ln(1 + 1) = 1.693
    assert calibration.probability(Features(2.0, 4.0, -10.0, 0.5, 1)) == pytest.approx(0.8446, abs=1e-4)
    other_kind = Features(2.0, 4.0, 0.0, is_other_kind=True)
    assert calibration.probability(other_kind) == pytest.approx(0.6225, abs=1e-4)  # logistic(1 - 0.5)


def test_a_reader_without_numbers_gets_the_logistic_of_its_lead_over_null() -> None:
    assert Calibration.from_card(None).probability(Features(5.0, 3.0, 0.0)) == 0.5


def test_in_an_older_card_the_newer_features_weigh_nothing() -> None:
    old = Calibration.from_card(OLD)
    assert old.weights == (-1.0, 0.5, 0.25, 0.1, 0.0, 0.0, 0.0)
    assert old.probability(Features(2.0, 4.0, 0.0, 0.9, 7, is_other_kind=True)) == pytest.approx(0.7310586)


def test_an_older_card_has_the_floor_of_one_in_four() -> None:
    assert Calibration.from_card(OLD).floor == 0.25
    assert Calibration.from_card({**OLD, "floor": 0.3}).floor == 0.3
    with pytest.raises(ModelDamaged, match="floor is 1.5, expected 0 to 1"):
        Calibration.from_card({**OLD, "floor": 1.5})


def test_numbers_come_back_as_they_were_written() -> None:
    calibration = Calibration.from_card(NEW)
    assert [*calibration.numbers()] == [
        *("bias", "score", "margin", "over_null", "retrieval", "agreement", "kind", "threshold", "floor")
    ]
    assert Calibration.from_numbers(calibration.numbers()) == calibration
    assert Calibration(calibration.weights, threshold=0.5) == calibration


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"bias": 1.0, "threshold": 0.5}, "its calibration lacks margin, over_null, score"),
        (NEW | {"entropy": 1.0}, "its calibration has entropy, expected bias, score, margin, over_null"),
        (NEW | {"score": "0.5"}, "its calibration's score is '0.5', expected a number"),
        (NEW | {"score": True}, "its calibration's score is True, expected a number"),
        (NEW | {"score": math.nan}, "its calibration's score is nan, expected a number"),
        (NEW | {"threshold": 1.5}, "its calibration's threshold is 1.5, expected 0 to 1"),
    ],
)
def test_numbers_of_another_kind_are_refused(numbers: dict[str, object], message: str) -> None:
    with pytest.raises(ModelDamaged, match=message) as caught:
        Calibration.from_card(numbers)
    assert caught.value.hint == "install a newer nutgraf, or name another reader"


def test_fit_with_nothing_to_go_by_returns_the_share_of_right_answers() -> None:
    weights = fit([Features(0.0, 0.0, 0.0)] * 4, [True, True, True, False])
    assert weights == pytest.approx((math.log(3), 0, 0, 0, 0, 0, 0), abs=1e-6)


def test_the_ridge_by_hand() -> None:
    """Two points at score -1 and 1: the loss is least where 2 / (1 + e^w) = 3 x variance x w, w = 0.2860."""
    weights = fit([Features(-1.0, 0.0, 0.0), Features(1.0, 0.0, 0.0)], [False, True])
    assert weights == pytest.approx((0, 0.2860, 0, 0, 0, 0, 0), abs=1e-4)
    assert 2 / (1 + math.exp(weights[1])) == pytest.approx(3 * weights[1])


def test_the_ridge_does_not_depend_on_units() -> None:
    points = [(-3.0, False), (-1.0, True), (0.5, False), (2.0, True), (4.0, True)]
    right = [label for _, label in points]
    plain = fit([Features(x, 0.0, 0.0) for x, _ in points], right)
    scaled = fit([Features(100 * x, 0.0, 0.0) for x, _ in points], right)
    assert scaled[1] * 100 == pytest.approx(plain[1])
    assert scaled[0] == pytest.approx(plain[0])


def test_agreement_never_counts_against_an_answer() -> None:
    features = [Features(float(n % 7), 1.0, 0.0, 0.5, agreement=n % 2) for n in range(40)]
    against = fit(features, [not f.agreement for f in features])
    assert against[5] == 0.0
    assert fit(features, [bool(f.agreement) for f in features])[5] > 1.0


def test_what_would_count_against_an_answer_weighs_nothing() -> None:
    """Right where the margin is high and the lead low: the lead is left out, the rest fitted without it."""
    points = [(m, lead) for m in (0.0, 1.0, 2.0, 3.0) for lead in (0.0, 1.0, 2.0, 3.0)]
    right = [m > lead for m, lead in points]
    weights = fit([Features(0.0, m, lead) for m, lead in points], right)
    without = fit([Features(0.0, m, 0.0) for m, _ in points], right)
    assert weights[3] == 0.0
    assert weights == pytest.approx(without)
    assert weights[2] > 0.5


def test_fit_recovers_known_weights() -> None:
    rng = np.random.default_rng(7)
    values = rng.normal(0, 3, (100_000, 3)).tolist()
    retrieval, agreement = rng.random(100_000).tolist(), rng.integers(0, 4, 100_000).tolist()
    others = zip(retrieval, agreement, (rng.random(100_000) < 0.5).tolist(), strict=True)
    features = [Features(*value, *other) for value, other in zip(values, others, strict=True)]
    true = np.array([-1.0, 0.8, 0.3, 0.2, 1.5, 0.6, 0.7])
    chance = 1 / (1 + np.exp(-np.array([f.row() for f in features]) @ true))
    assert fit(features, (rng.random(100_000) < chance).tolist()) == pytest.approx(true.tolist(), abs=0.1)


def test_the_table_of_features_names_each_once() -> None:
    assert [(feature.key, feature.required) for feature in FEATURES] == [
        *(("bias", True), ("score", True), ("margin", True), ("over_null", True)),
        *(("retrieval", False), ("agreement", False), ("kind", False)),
    ]
    assert len({feature.label for feature in FEATURES}) == len(FEATURES)
