"""The calibration that an index has of its own: kept beside it, in force for the reader it was fitted for.

Knows the file; not how the numbers in it are fitted.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nutgraf.indexer.atomic_write import replace_text
from nutgraf.indexer.encoder import EncoderIdentity
from nutgraf.indexer.errors import IndexDamaged, IndexMismatch, StorageFailed
from nutgraf.models import ModelCard, ModelMissing, shipped
from nutgraf.models.cards import LENGTH_COST
from nutgraf.qa.calibration import Calibration
from nutgraf.qa.evaluate.fitting import CalibrationFigures
from nutgraf.qa.profiles import DEFAULT, PROFILES

FILENAME = "calibration.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class IndexCalibration:
    """A calibration with what it belongs to and how it came to be; `made` is ISO 8601.

    `rules` are those that scores were made by (`Profile.rules`); a file from before they were kept has none.
    `before` and `after` are cross-validated figures of what was in force before, and of this.
    """

    reader: str
    reader_sha256: str
    length_cost: float
    encoder: EncoderIdentity
    rules: Mapping[str, float]
    calibration: Calibration
    made: str
    questions: int
    false_answers: float
    before: CalibrationFigures
    after: CalibrationFigures

    def belongs_to(self, reader: ModelCard, encoder: EncoderIdentity) -> bool:
        """Whether it was fitted with these models and today's rules: other scores mean something else."""
        same = (self.reader_sha256, self.length_cost) == (reader.sha256, reader.length_cost)
        return same and self._read_by(encoder)

    def named_for(self, reader: str | None, encoder: EncoderIdentity) -> bool:
        """Whether it seems to be, by the reader's name alone."""
        return self.reader == reader and self._read_by(encoder)

    def _read_by(self, encoder: EncoderIdentity) -> bool:
        return self.encoder == encoder and self.rules == PROFILES[DEFAULT].rules()


@dataclass(frozen=True, slots=True)
class ActiveCalibration:
    """The calibration that answers are given by; `own` is the index's, where it has one, `used` or not."""

    calibration: Calibration
    own: IndexCalibration | None
    used: bool


def in_force(folder: Path, reader: ModelCard, encoder: EncoderIdentity) -> ActiveCalibration:
    """Return the index's own calibration if it belongs to these models, else the one in the reader's card.

    Raises what `read_own` raises.
    """
    own = read_own(folder)
    if own is not None and own.belongs_to(reader, encoder):
        return ActiveCalibration(own.calibration, own, used=True)
    return ActiveCalibration(Calibration.from_card(reader.calibration), own, used=False)


def read_own(folder: Path) -> IndexCalibration | None:
    """Return the index's own calibration, None where it has none.

    Raises IndexDamaged for a file that holds something else, IndexMismatch for one of a newer nutgraf.
    """
    path = folder / FILENAME
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _damaged(folder, str(error)) from error
    number = found.get("format") if isinstance(found, dict) else None
    if isinstance(number, int) and number > FORMAT:
        raise IndexMismatch(
            f"{path} has format {number}; this nutgraf reads up to {FORMAT}",
            hint=f"pip install --upgrade nutgraf, or {_reset(folder)}",
        )
    try:
        return _parsed(found)
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(folder, f"it lacks or misspells a field: {error}") from error


def _parsed(found: dict[str, Any]) -> IndexCalibration:
    return IndexCalibration(
        reader=str(found["reader"]["id"]),
        reader_sha256=str(found["reader"]["sha256"]),
        length_cost=float(found["reader"].get(LENGTH_COST, 0.0)),
        encoder=EncoderIdentity(**found["encoder"]),
        rules=dict(found.get("rules", {})),
        calibration=Calibration.from_numbers(found["calibration"]),
        made=str(found["made"]),
        questions=int(found["questions"]),
        false_answers=float(found["false_answers"]),
        before=CalibrationFigures(**found["before"]),
        after=CalibrationFigures(**found["after"]),
    )


def own_object(own: IndexCalibration) -> dict[str, Any]:
    """Return it as the file has it."""
    content = asdict(own)
    reader = {"id": own.reader, "sha256": content.pop("reader_sha256"), LENGTH_COST: content.pop(LENGTH_COST)}
    return {"format": FORMAT, **content, "reader": reader}


def write_own(folder: Path, own: IndexCalibration) -> Path:
    """Write the index's calibration in place of the last; a kill at any instruction leaves the last one.

    Raises StorageFailed.
    """
    path = folder / FILENAME
    try:
        replace_text(path, json.dumps(own_object(own), indent=1))
    except OSError as error:
        raise StorageFailed(
            f"{path} cannot be written: {error.strerror}", hint="check the disk's free space and the folder"
        ) from error
    return path


def remove_own(folder: Path) -> bool:
    """Remove the index's calibration, and what a killed write left; return whether there was one."""
    try:
        for left in folder.glob(f"{FILENAME}.*.tmp"):
            left.unlink(missing_ok=True)
        there = (folder / FILENAME).exists()
        (folder / FILENAME).unlink(missing_ok=True)
    except OSError as error:
        raise StorageFailed(
            f"{folder / FILENAME} cannot be removed: {error.strerror}", hint="check the folder's permissions"
        ) from error
    return there


def info_object(folder: Path, reader: str | None, encoder: EncoderIdentity) -> dict[str, Any]:
    """Say by which calibration answers are given when asked with this reader, without loading it.

    A reader that is no folder of ours is told by its name alone; when it is asked, its weights decide.
    """
    own = read_own(folder)
    try:
        card = ModelCard.load(shipped("reader") if reader is None else reader)
    except ModelMissing:
        used = own is not None and own.named_for(reader, encoder)
        chosen = ActiveCalibration(
            own.calibration if own and used else Calibration.from_card(None), own, used
        )
    else:
        chosen = in_force(folder, card, encoder)
    return in_force_object(chosen)


def in_force_object(chosen: ActiveCalibration) -> dict[str, Any]:
    """Say which calibration is in force: the reader's or the index's own, and what the own was fitted on."""
    own = chosen.own
    fitted = own and {"reader": own.reader, "questions": own.questions, "made": own.made}
    return {
        "of": "index" if chosen.used else "reader",
        "threshold": chosen.calibration.threshold,
        "fitted": fitted,
    }


def info_line(described: dict[str, Any]) -> str:
    """Return the same as a line of `nutgraf info`."""
    threshold, own = f"threshold {described['threshold']:.4f}", described["fitted"]
    if own is None:
        return f"the reader's; {threshold}"
    fitted = f"{own['questions']:,} questions, {own['made'][:10]}"
    if described["of"] == "index":
        return f"this index's own: {fitted}; {threshold}"
    elsewhere = f"this index's own, {fitted}, is for other models or rules: {own['reader']}"
    return f"the reader's; {threshold} ({elsewhere})"


def _damaged(folder: Path, why: str) -> IndexDamaged:
    return IndexDamaged(f"{folder / FILENAME} is no calibration: {why}", hint=_reset(folder))


def _reset(folder: Path) -> str:
    return f"nutgraf calibrate --reset --index {folder}"
