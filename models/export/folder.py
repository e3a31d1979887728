"""Writes the folder of a shipped model: graph, tokenizer and card."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from nutgraf.models.cards import (
    CARD,
    EXTERNAL,
    LEARNT_FROM,
    LENGTH_COST,
    VOCABULARY,
    ModelCard,
    ShippedModel,
    checked_length_cost,
    sha256_of,
)
from nutgraf.models.cards import WEIGHTS as GRAPH
from nutgraf.models.errors import ModelDamaged, ModelMissing
from nutgraf.models.export import external, ranges, sources, transformer
from nutgraf.models.export.forms import Static

_ENCODER: dict[str, Any] = {
    "kind": "encoder",
    "id": "nutgraf/all-MiniLM-L6-v2-int8",
    "max_tokens": 256,
    "licence": "Apache-2.0",
    "base": "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)",
    "data": "none of ours: the published weights in int8; what they learned from is on their model card",
    "pooling": "mean",
    "normalise": True,
}
_TRAINED_ENCODER = _ENCODER | {"id": "nutgraf/minilm-l6-encoder-int8", "licence": "CC-BY-SA-4.0"}
_SMALL_READER: dict[str, Any] = {
    "kind": "reader",
    "id": "nutgraf/minilm-l6-reader-int8",
    "max_tokens": 512,
    "licence": "CC-BY-SA-4.0",
    "base": "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)",
    "data": "a part of the SQuAD 1.1 and 2.0 training sets (CC BY-SA 4.0), SQuADShifts (CC BY 4.0), "
    "QAMR (MIT), FairytaleQA (Apache-2.0), TimeQA human (BSD-3), QED (CC BY-SA 3.0), "
    "a part of NarrativeQA (Apache-2.0)",
}
_LARGE_READER = _SMALL_READER | {
    "id": "nutgraf/mpnet-reader-int8",
    "base": "sentence-transformers/all-mpnet-base-v2 (Apache-2.0)",
}


def write(name: ShippedModel, source: Path, out: Path, measured: Path) -> ModelCard:
    """Export the weights in `source` to `out` with the ranges in the file `measured`; return the card.

    Raises ModelMissing if weights or ranges are absent. Raises ModelDamaged if an encoder is neither the
    published one nor trained from it, or if the ranges were measured on other weights.
    """
    weights = sources.load(source)
    revision = sha256_of(source / sources.WEIGHTS)
    facts = _facts(name, source, revision)
    hint = f"measure them: python -m nutgraf.models.export {name} --source {source} --texts FILES"
    if not measured.is_file():
        raise ModelMissing(f"{measured}: there are no ranges for the {name} model", hint=hint)
    measured_on, by_value = ranges.load(measured)
    if measured_on != revision:
        raise ModelDamaged(f"{measured}: measured on weights {measured_on}, these are {revision}", hint=hint)
    cost = checked_length_cost(source, sources.config(source).get(LENGTH_COST, 0.0))
    graph = (transformer.encoder if name == "encoder" else transformer.reader)(weights, Static(by_value))
    out.mkdir(parents=True, exist_ok=True)
    outside = external.write(graph, out / EXTERNAL)
    (out / GRAPH).write_bytes(graph.SerializeToString(deterministic=True))
    (out / VOCABULARY).write_bytes(_tokenizer(source / VOCABULARY))
    dim = weights.arrays["embeddings.LayerNorm.weight"].shape[0]
    size, digest = (out / GRAPH).stat().st_size, sha256_of(out / GRAPH)
    card = ModelCard(
        revision=revision,
        sha256=digest,
        size_bytes=size,
        dim=dim,
        length_cost=cost,
        external_size_bytes=outside.size_bytes,
        external_sha256=outside.sha256,
        **facts,
    )
    _write_card(out / CARD, card)
    return ModelCard.load(out)


def _facts(name: ShippedModel, source: Path, revision: str) -> dict[str, Any]:
    """Return what the card of a model says that its weights do not tell."""
    if name == "encoder":
        return _encoder_facts(source, revision)
    return _SMALL_READER if name == "small-reader" else _LARGE_READER


def _encoder_facts(source: Path, revision: str) -> dict[str, Any]:
    """Return the facts of the published encoder, or of one that says in config.json what it learnt from."""
    if revision == sources.ENCODER_SHA256:
        return _ENCODER
    hint = "name the published encoder, or one that models.training.encoder trained: --source RUN/encoder"
    learnt_from = sources.config(source).get(LEARNT_FROM)
    if not isinstance(learnt_from, dict) or not isinstance(learnt_from.get("data"), str):
        raise ModelDamaged(
            f"{source}: sha256 is {revision}, expected {sources.ENCODER_SHA256}, or data in {LEARNT_FROM} of "
            "config.json",
            hint=hint,
        )
    if (base := learnt_from.get("base_sha256")) != sources.ENCODER_SHA256:
        raise ModelDamaged(
            f"{source}: it was trained from weights {base}, expected {sources.ENCODER_SHA256}", hint=hint
        )
    return _TRAINED_ENCODER | {"data": learnt_from["data"]}


def _write_card(path: Path, card: ModelCard) -> None:
    """Write the card. If the folder's card is of the same model, its scores and calibration are kept."""
    if path.is_file():
        before = ModelCard.load(path.parent)
        if (before.sha256, before.length_cost) == (card.sha256, card.length_cost):
            card = replace(card, scores=before.scores, calibration=before.calibration)
    values = {field.name: (getattr(card, field.name), field.default) for field in fields(ModelCard)}
    entries = {name: value for name, (value, default) in values.items() if value != default}
    path.write_text(json.dumps(entries, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _tokenizer(path: Path) -> bytes:
    """Return the tokenizer without truncation and padding, so that equal vocabularies are equal files.

    It has no special tokens either: an article that quotes "[SEP]" or "</s>" must not end the window there.
    The engines add the special tokens themselves, by their ids.
    """
    kept = json.loads(path.read_text(encoding="utf-8"))
    kept |= {"truncation": None, "padding": None, "added_tokens": []}
    return (json.dumps(kept, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n").encode()
