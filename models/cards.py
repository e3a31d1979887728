"""Model cards: each describes one folder of weights.

A card says where the model comes from, which licence it has, and the sha256 of the `model.onnx` beside it. It
knows nothing of engines. `scores` and `calibration` are kept as they are read: people and the calibration use
them.
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
"""Name of the entry in a card, and in the config.json of the weights, from which the export copies it."""

LEARNT_FROM = "learnt_from"
"""Name of the entry in the config.json of a trained encoder that says what it began with and learnt from."""

WEIGHTS = "model.onnx"
EXTERNAL = "model.onnx.data"
"""Name of the file with the matrices that a large graph does not hold itself."""

VOCABULARY = "tokenizer.json"

ModelKind = Literal["encoder", "reader"]
ShippedModel = Literal["encoder", "small-reader", "large-reader"]
"""The models that are installed with nutgraf: the encoder, and the small and the large reader."""

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The description of one model, as its `card.json` has it.

    `dim` is the width of an encoder's vectors or of a reader's hidden state. `max_tokens` includes the
    special tokens. `size_bytes` and `sha256` are those of `model.onnx`; `external_size_bytes` and
    `external_sha256` are those of `model.onnx.data`, which a small model does not have. The graph holds the
    hash of that file, so `sha256` is one of all weights. `base` names the model that it was made from, and
    `data` names the texts that it learnt from. `length_cost` is subtracted from a span's score for every
    token after its first, in logits.
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
    external_size_bytes: int = 0
    external_sha256: str | None = None
    pooling: str | None = None
    normalise: bool | None = None
    scores: Mapping[str, Any] | None = None
    calibration: Mapping[str, Any] | None = None

    @classmethod
    def load(cls, folder: str | Path) -> "ModelCard":
        """Read `card.json` in `folder`.

        Raises ModelMissing if there is none. Raises ModelDamaged if it is not JSON, if it lacks a field, if
        it has a field that no card has, or if a field is of the wrong type.
        """
        path = Path(folder) / CARD
        try:
            entries = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ModelMissing(
                f"{path}: there is no model card", hint=f"name a folder that holds {CARD}"
            ) from error
        except (OSError, ValueError) as error:
            raise ModelDamaged(f"{path}: not a readable JSON file: {error}", hint=_REINSTALL) from error
        _check(path, entries)
        return cls(**entries)


_REINSTALL = "reinstall nutgraf, or export the model again: python -m nutgraf.models.export --help"
_TYPES: Mapping[str, tuple[type, ...]] = {
    "size_bytes": (int,),
    "external_size_bytes": (int,),
    "external_sha256": (str, type(None)),
    "dim": (int,),
    "max_tokens": (int,),
    "normalise": (bool, type(None)),
    LENGTH_COST: (float, int),
    "pooling": (str, type(None)),
    "scores": (dict, type(None)),
    "calibration": (dict, type(None)),
}


def _check(path: Path, entries: object) -> None:
    """Raise ModelDamaged unless `entries` has the fields of a card, each of the right type."""
    if not isinstance(entries, dict):
        raise ModelDamaged(f"{path}: expected an object, found {type(entries).__name__}", hint=_REINSTALL)
    known = {field.name for field in fields(ModelCard)}
    needed = {field.name for field in fields(ModelCard) if field.default is MISSING}
    if lacking := sorted(needed - entries.keys()):
        raise ModelDamaged(f"{path}: fields missing: {', '.join(lacking)}", hint=_REINSTALL)
    if unknown := sorted(entries.keys() - known):
        raise ModelDamaged(f"{path}: fields that no card has: {', '.join(unknown)}", hint=_REINSTALL)
    for name, value in entries.items():
        types = _TYPES.get(name, (str,))
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            expected = " or ".join(kind.__name__ for kind in types)
            raise ModelDamaged(f"{path}: {name} is {value!r}, expected {expected}", hint=_REINSTALL)
    checked_length_cost(path, entries.get(LENGTH_COST, 0.0))
    if entries["kind"] not in get_args(ModelKind):
        raise ModelDamaged(
            f"{path}: kind is {entries['kind']!r}, expected encoder or reader", hint=_REINSTALL
        )


def checked_length_cost(where: object, cost: object) -> float:
    """Return the cost as a float; raise ModelDamaged unless it is a finite number of at least 0."""
    if isinstance(cost, int | float) and not isinstance(cost, bool) and 0 <= cost < math.inf:
        return float(cost)
    message = f"{where}: {LENGTH_COST} is {cost!r}, expected a number from 0 up"
    raise ModelDamaged(message, hint="correct the entry, or remove it: then length costs nothing")


def check_layout(folder: str | Path, card: ModelCard) -> None:
    """Raise ModelDamaged unless all files are present and those of weights have the sizes on the card."""
    for name in (WEIGHTS, VOCABULARY, *([EXTERNAL] if card.external_sha256 else [])):
        if not (Path(folder) / name).is_file():
            raise ModelDamaged(f"{Path(folder) / name}: the file is missing", hint=_REINSTALL)
    for path, size_bytes, _ in _files(folder, card):
        if (size := path.stat().st_size) != size_bytes:
            raise ModelDamaged(f"{path}: {size} bytes, its card says {size_bytes}", hint=_REINSTALL)


def verify(folder: str | Path) -> ModelCard:
    """Check the files and the sha256 of those with weights; return the card, or raise ModelDamaged."""
    card = ModelCard.load(folder)
    check_layout(folder, card)
    for path, _, sha256 in _files(folder, card):
        if (digest := sha256_of(path)) != sha256:
            raise ModelDamaged(f"{path}: sha256 is {digest}, its card says {sha256}", hint=_REINSTALL)
    return card


def _files(folder: str | Path, card: ModelCard) -> list[tuple[Path, int, str]]:
    """Return the path, the bytes and the sha256 of each file with weights, as the card says."""
    files = [(Path(folder) / WEIGHTS, card.size_bytes, card.sha256)]
    if card.external_sha256 is not None:
        files.append((Path(folder) / EXTERNAL, card.external_size_bytes, card.external_sha256))
    return files


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file in hexadecimal; the file is read one block at a time."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
