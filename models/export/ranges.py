"""Ranges of activations: measured once on ordinary text, rounded, and kept in files beside this module.

To measure takes onnxruntime and text. To export takes neither, so that an export has the same bytes on every
machine.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from nutgraf.models.export.forms import Range
from nutgraf.models.onnx import library

FOLDER = Path(__file__).parent / "ranges"
_DIGITS = 3  # enough for a step of 8 bits
_SIDES = ("low", "high")


def names(layers: int) -> list[str]:
    """Return the names of the values that are quantised, in the order of the graph."""
    values = ["embeddings.norm"]
    for index in range(layers):
        values += [f"layer{index}.{value}" for value in ("mixed", "norm1", "active", "norm2")]
    return values[:-1]  # no matrix follows the last normalisation


def measure(
    model: onnx.ModelProto, batches: Iterable[Mapping[str, NDArray[np.int64]]], layers: int
) -> dict[str, Range]:
    """Run the float32 graph on the batches; return the range of each value that is quantised."""
    onnxruntime = library()
    quantised = names(layers)
    model.graph.output.extend(onnx.helper.make_tensor_value_info(name, 1, None) for name in quantised)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    low: dict[str, NDArray[np.float32]] = {}
    high: dict[str, NDArray[np.float32]] = {}
    for batch in batches:
        for name, value in zip(quantised, session.run(quantised, batch), strict=True):
            flat = value.reshape(-1, value.shape[-1])
            low[name] = np.minimum(low.get(name, np.inf), flat.min(axis=0))
            high[name] = np.maximum(high.get(name, -np.inf), flat.max(axis=0))
    return {name: Range(low[name], high[name]) for name in quantised}


def save(path: Path, source: str, ranges: Mapping[str, Range]) -> None:
    """Write ranges to three digits, and the sha256 of the weights that they were measured on."""
    rounded = {
        name: {side: [float(f"{x:.{_DIGITS}g}") for x in getattr(limits, side)] for side in _SIDES}
        for name, limits in ranges.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"source": source, "ranges": rounded}, separators=(",", ":"))
    path.write_text(text.replace('"layer', '\n"layer') + "\n", encoding="utf-8")


def load(path: Path) -> tuple[str, dict[str, Range]]:
    """Read a file of `save`; return the sha256 of the weights, and the ranges."""
    content = json.loads(path.read_text(encoding="utf-8"))
    sides = {
        name: {side: np.array(values, dtype=np.float32) for side, values in limits.items()}
        for name, limits in content["ranges"].items()
    }
    return content["source"], {name: Range(**limits) for name, limits in sides.items()}
