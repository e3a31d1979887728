"""Model cards: what a folder of weights is, as frozen data.

A card names one model exactly: where it comes from, under which licence, the sha256 of the `model.onnx`
beside it. It knows nothing of engines; `scores` and `calibration` are data for people and for whoever
calibrates, kept as read.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from nutgraf.models.errors import ModelDamaged, ModelMissing

CARD = "card.json"
LENGTH_COST = "length_cost"
"""Its entry, as in the config.json of a reader's weights, from which a card takes it over."""

WEIGHTS = "model.onnx"
VOCABULARY = "tokenizer.json"

ModelKind = Literal["encoder", "reader"]

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model, as its `card.json` says.

    `dim` is the width of a vector (encoder) or of the hidden state (reader); `max_tokens` counts the special
    tokens; `size_bytes` and `sha256` are those of `model.onnx`; `base` is what it was made from, `data` what
    it learned from. `length_cost` is what every token after the first costs a reader's answer, in logits.
    """

    kind: ModelKind
    id: str
    revision: str
    sha256: str
    size_bytes: int
    dim: int
    max_tokens: int
    licence: str
    base: str
    data: str
    length_cost: float = 0.0
    pooling: str | None = None
    normalise: bool | None = None
    scores: Mapping[str, Any] | None = None
    calibration: Mapping[str, Any] | None = None

    @classmethod
    def load(cls, folder: str | Path) -> "ModelCard":
        """Read `card.json` in `folder`.

        Raises ModelMissing when there is none, ModelDamaged when it is not JSON, lacks a field, has a field
        that no card has, or a field of the wrong type.
        """
        path = Path(folder) / CARD
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ModelMissing(
                f"{path}: there is no model card", hint=f"name a folder that holds {CARD}"
            ) from error
        except (OSError, ValueError) as error:
            raise ModelDamaged(f"{path}: not a readable JSON file: {error}", hint=_REINSTALL) from error
        _check(path, found)
        return cls(**found)


_REINSTALL = "reinstall nutgraf, or export the model again: python -m nutgraf.models.export --help"
_TYPES: Mapping[str, tuple[type, ...]] = {
    "size_bytes": (int,),
    "dim": (int,),
    "max_tokens": (int,),
    "normalise": (bool, type(None)),
    LENGTH_COST: (float, int),
    "pooling": (str, type(None)),
    "scores": (dict, type(None)),
    "calibration": (dict, type(None)),
}


def _check(path: Path, found: object) -> None:
    """Raise ModelDamaged unless `found` has the fields of a card, each of its type."""
    if not isinstance(found, dict):
        raise ModelDamaged(f"{path}: expected an object, found {type(found).__name__}", hint=_REINSTALL)
    known = {field.name for field in fields(ModelCard)}
    needed = {field.name for field in fields(ModelCard) if field.default is MISSING}
    if lacking := sorted(needed - found.keys()):
        raise ModelDamaged(f"{path}: fields missing: {', '.join(lacking)}", hint=_REINSTALL)
    if unknown := sorted(found.keys() - known):
        raise ModelDamaged(f"{path}: fields that no card has: {', '.join(unknown)}", hint=_REINSTALL)
    for name, value in found.items():
        wanted = _TYPES.get(name, (str,))
        if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
            expected = " or ".join(kind.__name__ for kind in wanted)
            raise ModelDamaged(f"{path}: {name} is {value!r}, expected {expected}", hint=_REINSTALL)
    checked_length_cost(path, found.get(LENGTH_COST, 0.0))
    if found["kind"] not in get_args(ModelKind):
        raise ModelDamaged(f"{path}: kind is {found['kind']!r}, expected encoder or reader", hint=_REINSTALL)


def checked_length_cost(where: object, cost: object) -> float:
    """Return the cost, or raise ModelDamaged unless it is a finite number from 0 up."""
    if isinstance(cost, int | float) and not isinstance(cost, bool) and 0 <= cost < math.inf:
        return float(cost)
    message = f"{where}: {LENGTH_COST} is {cost!r}, expected a number from 0 up"
    raise ModelDamaged(message, hint="correct it there, or leave it out: then length costs nothing")


def check_layout(folder: str | Path, card: ModelCard) -> None:
    """Raise ModelDamaged unless the files are there and `model.onnx` has the card's size."""
    for name in (WEIGHTS, VOCABULARY):
        if not (Path(folder) / name).is_file():
            raise ModelDamaged(f"{Path(folder) / name}: the file is missing", hint=_REINSTALL)
    size = (Path(folder) / WEIGHTS).stat().st_size
    if size != card.size_bytes:
        message = f"{Path(folder) / WEIGHTS}: {size} bytes, its card says {card.size_bytes}"
        raise ModelDamaged(message, hint=_REINSTALL)


def verify(folder: str | Path) -> ModelCard:
    """Check layout and sha256; return the card, or raise ModelDamaged."""
    card = ModelCard.load(folder)
    check_layout(folder, card)
    found = sha256_of(Path(folder) / WEIGHTS)
    if found != card.sha256:
        message = f"{Path(folder) / WEIGHTS}: sha256 is {found}, its card says {card.sha256}"
        raise ModelDamaged(message, hint=_REINSTALL)
    return card


def sha256_of(path: Path) -> str:
    """Return the file's sha256 in hexadecimal, read a block at a time."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
