"""A text that is kept with an archive, by each engine that keeps one; and the calibration, which is such."""

from dataclasses import replace
from pathlib import Path

import pytest

from nutgraf import errors
from nutgraf.engines import engine_of
from nutgraf.index_calibration import (
    FILENAME,
    IndexCalibration,
    active_calibration,
    read_own,
    remove_own,
    write_own,
)
from nutgraf.indexer.encoder import EncoderIdentity
from nutgraf.qa.calibration import Calibration, CalibrationFigures
from tests.contract.conftest import made_by_a_writer

NEVER = Calibration((-9.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), threshold=0.5)
FIGURES = CalibrationFigures(ece=0.1, coverage=0.5, right=0.75, false_answers=0.125)
ENCODER = EncoderIdentity("fake-encoder", "0" * 64, 64)
OWN = IndexCalibration(
    *("some/reader", "0" * 64, 0.0, ENCODER, {"null_weight": 0.5}, NEVER),
    *("2026-11-28T00:00:00Z", 60, 0.1, FIGURES, FIGURES),
)


def test_a_text_is_kept_replaced_and_removed(any_location: Path) -> None:
    kept = engine_of(any_location).text("note.json")
    assert (kept.read(), kept.remove()) == (None, False)
    made_by_a_writer(any_location)
    assert kept.read() is None
    for text in ("Brücke\n", "x" * 50_000, ""):
        kept.write(text)
        assert engine_of(any_location).text("note.json").read() == text
    assert engine_of(any_location).text("other.json").read() is None
    assert "note.json" in str(kept)
    assert str(any_location) in str(kept)
    assert (kept.remove(), kept.remove(), kept.read()) == (True, False, None)


def test_a_calibration_is_in_force_for_its_models_and_rules_alone(any_location: Path) -> None:
    made_by_a_writer(any_location)
    assert FILENAME in write_own(any_location, OWN)
    assert read_own(any_location) == OWN
    assert active_calibration(any_location, "some/reader", ENCODER, OWN.rules).used
    assert not active_calibration(any_location, "other/reader", ENCODER, OWN.rules).used
    write_own(any_location, replace(OWN, questions=61))
    own = read_own(any_location)
    assert own is not None
    assert own.questions == 61
    assert (remove_own(any_location), remove_own(any_location), read_own(any_location)) == (True, False, None)


def test_a_damaged_calibration_says_how_it_is_reset(any_location: Path) -> None:
    made_by_a_writer(any_location)
    for text in ("{", "[]"):
        engine_of(any_location).text(FILENAME).write(text)
        with pytest.raises(errors.IndexDamaged, match="is no calibration") as caught:
            read_own(any_location)
        assert caught.value.hint == f"nutgraf calibrate --reset --index {any_location}"


def test_other_articles_are_counted(any_location: Path) -> None:
    engine = engine_of(any_location)
    assert engine.count_others(["bridge"]) == 0
    made_by_a_writer(any_location, publish=False)
    assert engine.count_others(iter(["bridge", "nothing"])) == 3
    assert engine.count_others(["storm", "bridge", "baker", "mayor"]) == 0
