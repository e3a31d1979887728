"""`python -m nutgraf.models.export.unpack FOLDER --base FOLDER --out FOLDER` makes weights of an int8 reader.

The result can be trained further: it is a folder for `--base`. It is the inverse of the export of a BERT in
the form `Static`: what it computes in float32 is what the int8 graph computes, up to the rounding of
activations. The matrices are not those that were exported, since the export moves a part of one matrix into
another.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from nutgraf.models.cards import VOCABULARY, ModelCard
from nutgraf.models.cards import WEIGHTS as GRAPH
from nutgraf.models.errors import ModelDamaged
from nutgraf.models.exits import exit_status
from nutgraf.models.export.sources import WEIGHTS, config
from nutgraf.models.export.transformer import Array

_TOKENIZER_CONFIG = "tokenizer_config.json"


def unpack(folder: Path, base: Path, out: Path) -> None:
    """Write the weights of the int8 reader in `folder` to `out`, in float32.

    `base` is the folder that its training began with; it gives `config.json` and the tokenizer's settings.
    Raises ModelMissing if the folder has no card, and ModelDamaged if its graph is no BERT in this form.
    """
    from safetensors.numpy import save_file

    ModelCard.load(folder)
    described = config(base)
    graph = onnx.load(folder / GRAPH, load_external_data=True).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    try:
        weights = _weights(arrays, described["num_hidden_layers"])
    except KeyError as error:
        message = f"{folder}: the graph has no {error}, expected a BERT in int8 with static scales"
        raise ModelDamaged(message, hint="name a folder like models/weights/small-reader") from error
    out.mkdir(parents=True, exist_ok=True)
    named = {name if name.startswith("qa_") else f"bert.{name}": array for name, array in weights.items()}
    save_file({name: np.ascontiguousarray(array) for name, array in named.items()}, out / WEIGHTS)
    text = json.dumps(described | {"architectures": ["BertForQuestionAnswering"]}, indent=2) + "\n"
    (out / "config.json").write_text(text, encoding="utf-8")
    shutil.copyfile(folder / VOCABULARY, out / VOCABULARY)
    shutil.copyfile(base / _TOKENIZER_CONFIG, out / _TOKENIZER_CONFIG)


def _weights(arrays: dict[str, Array], layers: int) -> dict[str, Array]:
    """Return float32 weights by BERT's names, without the prefix "bert."."""
    weights = {
        "embeddings.word_embeddings.weight": arrays["words.table"] * arrays["words.scales"],
        "embeddings.position_embeddings.weight": arrays["positions"].astype(np.float32),
        "embeddings.token_type_embeddings.weight": arrays["types.table"],
        "qa_outputs.weight": arrays["head.weight"].T,
        "qa_outputs.bias": arrays["head.bias"],
        **_norm(arrays, "embeddings.norm", "embeddings.LayerNorm"),
    }
    before = "embeddings.norm"
    for index in range(layers):
        source, name = f"encoder.layer.{index}", f"layer{index}"
        attention = f"{source}.attention"
        for part in ("query", "key", "value"):
            weights |= _linear(arrays, f"{name}.{part}", before, f"{attention}.self.{part}")
        weights |= _linear(arrays, f"{name}.attended", "", f"{attention}.output.dense")
        weights |= _norm(arrays, f"{name}.norm1", f"{attention}.output.LayerNorm")
        weights |= _linear(arrays, f"{name}.wide", f"{name}.norm1", f"{source}.intermediate.dense")
        weights |= _linear(arrays, f"{name}.narrow", "", f"{source}.output.dense", rare=f"{name}.active")
        weights |= _norm(arrays, f"{name}.norm2", f"{source}.output.LayerNorm")
        before = f"{name}.norm2"
    return weights


def _norm(arrays: dict[str, Array], name: str, target: str) -> dict[str, Array]:
    return {f"{target}.weight": arrays[f"{name}.gamma"], f"{target}.bias": arrays[f"{name}.beta"]}


def _linear(
    arrays: dict[str, Array], name: str, norm: str, target: str, rare: str | None = None
) -> dict[str, Array]:
    """Return a dense layer: codes times scales, less the stretch and the shift of the norm before it, if any.

    `rare` is the value of which some channels are not quantised.
    """
    weight: Array = arrays[f"{name}.weight"].T * arrays[f"{name}.scales"][:, None]
    bias: Array = arrays[f"{name}.bias"]
    if norm:
        stretch = arrays[f"{norm}.gamma"] / arrays[f"{norm}.even.gamma"]
        middle = arrays[f"{norm}.beta"] - arrays[f"{norm}.even.beta"] * stretch
        weight /= stretch
        bias = bias - weight @ middle
    if rare is not None:
        weight[:, arrays[f"{rare}.channels"]] = arrays[f"{name}.columns"].T
    return {f"{target}.weight": weight.astype(np.float32), f"{target}.bias": bias.astype(np.float32)}


def main(arguments: list[str] | None = None) -> int:
    """Unpack the reader on the command line; return the exit status."""
    from nutgraf.models.export.sources import default_encoder

    parser = argparse.ArgumentParser(prog="python -m nutgraf.models.export.unpack", description=__doc__)
    parser.add_argument(
        "folder", type=Path, help="folder of an int8 reader, such as models/weights/small-reader"
    )
    parser.add_argument(
        "--base", type=Path, help="folder that its training began with (default: all-MiniLM-L6-v2)"
    )
    parser.add_argument("--out", type=Path, required=True, help="write the weights to this folder")
    options = parser.parse_args(arguments)
    return exit_status(lambda: unpack(options.folder, options.base or default_encoder(), options.out))


if __name__ == "__main__":
    sys.exit(main())
