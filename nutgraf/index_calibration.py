"""The calibration of an index: a file beside it, used with the reader that it was fitted for.

Knows the file; does not know how the numbers in it are fitted.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nutgraf.indexer.atomic_write import write_text_atomically
from nutgraf.indexer.encoder import EncoderIdentity
from nutgraf.indexer.errors import IndexDamaged, IndexMismatch, StorageFailed
from nutgraf.indexer.milvus.address import is_milvus
from nutgraf.models import ModelCard, ModelMissing, reader_folder
from nutgraf.models.cards import LENGTH_COST
from nutgraf.qa.calibration import Calibration, CalibrationFigures

FILENAME = "calibration.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class IndexCalibration:
    """A calibration with the models that it belongs to, and how it was fitted; `made` is ISO 8601.

    `rules` are the rules of scoring that it was fitted with (`Profile.rules`); an old file has none. `before`
    and `after` are figures of the calibration that was used before, and cross-validated ones of this one.
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

    def belongs_to(self, reader: ModelCard, encoder: EncoderIdentity, rules: Mapping[str, float]) -> bool:
        """Whether it was fitted with these models and rules: other scores mean something else."""
        same = (self.reader_sha256, self.length_cost) == (reader.sha256, reader.length_cost)
        return same and (self.encoder, self.rules) == (encoder, rules)

    def named_for(self, reader: str, encoder: EncoderIdentity, rules: Mapping[str, float]) -> bool:
        """Whether it was fitted with a reader of this name, this encoder and these rules.

        No weights of the reader are compared.
        """
        return (self.reader, self.encoder, self.rules) == (reader, encoder, rules)


@dataclass(frozen=True, slots=True)
class ActiveCalibration:
    """The calibration of answers; `own` is that of the index, None without one, `used` whether it applies."""

    calibration: Calibration
    own: IndexCalibration | None
    used: bool


def in_force(
    folder: Path, reader: ModelCard, encoder: EncoderIdentity, rules: Mapping[str, float]
) -> ActiveCalibration:
    """Return the index's own calibration if it belongs to these models and rules, else that of the card.

    Raises what `read_own` raises.
    """
    own = read_own(folder)
    if own is not None and own.belongs_to(reader, encoder, rules):
        return ActiveCalibration(own.calibration, own, used=True)
    return ActiveCalibration(Calibration.from_card(reader.calibration), own, used=False)


def read_own(folder: Path) -> IndexCalibration | None:
    """Return the index's own calibration, None where it has none.

    Raises IndexDamaged for a file that is no calibration, IndexMismatch for a file of a newer nutgraf.
    """
    path = folder / FILENAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _damaged(folder, str(error)) from error
    number = content.get("format") if isinstance(content, dict) else None
    if isinstance(number, int) and number > FORMAT:
        raise IndexMismatch(
            f"{path} has format {number}; this nutgraf reads up to {FORMAT}",
            hint=f"install the nutgraf that wrote it, or {_reset(folder)}",
        )
    try:
        return _parsed(content)
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(folder, f"it lacks or misspells a field: {error}") from error


def _parsed(content: dict[str, Any]) -> IndexCalibration:
    return IndexCalibration(
        reader=str(content["reader"]["id"]),
        reader_sha256=str(content["reader"]["sha256"]),
        length_cost=float(content["reader"].get(LENGTH_COST, 0.0)),
        encoder=EncoderIdentity(**content["encoder"]),
        rules=dict(content.get("rules", {})),
        calibration=Calibration.from_numbers(content["calibration"]),
        made=str(content["made"]),
        questions=int(content["questions"]),
        false_answers=float(content["false_answers"]),
        before=CalibrationFigures(**content["before"]),
        after=CalibrationFigures(**content["after"]),
    )


def own_object(own: IndexCalibration) -> dict[str, Any]:
    """Return a calibration as JSON-ready data, as its file has it."""
    content = asdict(own)
    reader = {"id": own.reader, "sha256": content.pop("reader_sha256"), LENGTH_COST: content.pop(LENGTH_COST)}
    content["calibration"] = own.calibration.numbers()
    return {"format": FORMAT, **content, "reader": reader}


def write_own(folder: Path, own: IndexCalibration) -> Path:
    """Replace the calibration of an index, and return its file; a kill at any moment leaves the old one.

    Raises StorageFailed.
    """
    if is_milvus(folder):
        raise StorageFailed(
            f"{folder}: a calibration of its own is kept by an embedded archive only",
            hint="nutgraf calibrate QUESTIONS.jsonl --dry-run shows what it would be",
        )
    path = folder / FILENAME
    try:
        write_text_atomically(path, json.dumps(own_object(own), indent=1))
    except OSError as error:
        raise StorageFailed(
            f"{path} cannot be written: {error.strerror}", hint="check the disk's free space and the folder"
        ) from error
    return path


def remove_own(folder: Path) -> bool:
    """Remove the calibration of an index, and files of killed writes; return whether there was one."""
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


def active_calibration(
    folder: Path, reader: str, encoder: EncoderIdentity, rules: Mapping[str, float]
) -> ActiveCalibration:
    """Return the calibration of answers by this reader, without loading the reader.

    A reader without a model card is compared by its name alone; once it is loaded, its weights decide.
    """
    own = read_own(folder)
    try:
        card = ModelCard.load(reader_folder(reader))
    except ModelMissing:
        used = own is not None and own.named_for(reader, encoder, rules)
        return ActiveCalibration(own.calibration if own and used else Calibration.from_card(None), own, used)
    return in_force(folder, card, encoder, rules)


def _damaged(folder: Path, why: str) -> IndexDamaged:
    return IndexDamaged(f"{folder / FILENAME} is no calibration: {why}", hint=_reset(folder))


def _reset(folder: Path) -> str:
    return f"nutgraf calibrate --reset --index {folder}"
