"""The calibration of an index: a text kept with it, used with the reader that it was fitted for.

Knows the text; does not know how the numbers in it are fitted, nor which engine keeps it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nutgraf.engines import engine_of
from nutgraf.indexer.encoder import EncoderIdentity
from nutgraf.indexer.errors import IndexDamaged, IndexMismatch
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
    index: Path, reader: ModelCard, encoder: EncoderIdentity, rules: Mapping[str, float]
) -> ActiveCalibration:
    """Return the index's own calibration if it belongs to these models and rules, else that of the card.

    Raises what `read_own` raises.
    """
    own = read_own(index)
    if own is not None and own.belongs_to(reader, encoder, rules):
        return ActiveCalibration(own.calibration, own, used=True)
    return ActiveCalibration(Calibration.from_card(reader.calibration), own, used=False)


def read_own(index: Path) -> IndexCalibration | None:
    """Return the index's own calibration, None where it has none.

    Raises IndexDamaged for a text that is no calibration, IndexMismatch for one of a newer nutgraf, and
    StorageFailed.
    """
    kept = engine_of(index).text(FILENAME)
    try:
        text = kept.read()
    except IndexDamaged as error:
        raise IndexDamaged(str(error), hint=_reset(index)) from error
    if text is None:
        return None
    try:
        content = json.loads(text)
    except ValueError as error:
        raise _damaged(index, str(error)) from error
    number = content.get("format") if isinstance(content, dict) else None
    if isinstance(number, int) and number > FORMAT:
        raise IndexMismatch(
            f"{kept} has format {number}; this nutgraf reads up to {FORMAT}",
            hint=f"install the nutgraf that wrote it, or {_reset(index)}",
        )
    try:
        return _parsed(content)
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(index, f"it lacks or misspells a field: {error}") from error


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


def write_own(index: Path, own: IndexCalibration) -> str:
    """Replace the calibration of an index, and return its place; a kill at any moment leaves the old one.

    Raises StorageFailed.
    """
    kept = engine_of(index).text(FILENAME)
    kept.write(json.dumps(own_object(own), indent=1))
    return str(kept)


def remove_own(index: Path) -> bool:
    """Remove the calibration of an index; return whether there was one. Raises StorageFailed."""
    return engine_of(index).text(FILENAME).remove()


def active_calibration(
    index: Path, reader: str, encoder: EncoderIdentity, rules: Mapping[str, float]
) -> ActiveCalibration:
    """Return the calibration of answers by this reader, without loading the reader.

    A reader without a model card is compared by its name alone; once it is loaded, its weights decide.
    """
    own = read_own(index)
    try:
        card = ModelCard.load(reader_folder(reader))
    except ModelMissing:
        used = own is not None and own.named_for(reader, encoder, rules)
        return ActiveCalibration(own.calibration if own and used else Calibration.from_card(None), own, used)
    return in_force(index, card, encoder, rules)


def _damaged(index: Path, why: str) -> IndexDamaged:
    kept = engine_of(index).text(FILENAME)
    return IndexDamaged(f"{kept} is no calibration: {why}", hint=_reset(index))


def _reset(index: Path) -> str:
    return f"nutgraf calibrate --reset --index {index}"
