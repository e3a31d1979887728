"""Moves matrices out of a graph into a file beside it, which onnxruntime maps into memory.

Large models need it: many hosts refuse files of 100 MB. The graph then holds the sha256 of that file, so that
a hash of the graph is one of all its weights, too.
"""

from dataclasses import dataclass
from pathlib import Path

import onnx
from onnx import external_data_helper, helper

from nutgraf.models.cards import sha256_of

LIMIT = 90_000_000  # bytes of a graph above which its layers go into a file of their own
_SMALLEST = 65_536  # bytes; a smaller array stays in the graph
_ALIGNMENT = 4_096  # bytes: onnxruntime maps whole pages
_IN_LAYERS = "layer"


@dataclass(frozen=True, slots=True)
class ExternalData:
    """The size and the sha256 of the file beside a graph; 0 and None if there is no such file."""

    size_bytes: int = 0
    sha256: str | None = None


def write(model: onnx.ModelProto, path: Path, *, limit: int = LIMIT) -> ExternalData:
    """Move the matrices of the layers to the file `path` if the graph has more than `limit` bytes.

    The model then refers to the file by its name. Without a need for the file, one that is there is removed.
    """
    path.unlink(missing_ok=True)
    if model.ByteSize() <= limit:
        return ExternalData()
    with path.open("wb") as file:
        for tensor in model.graph.initializer:
            if not tensor.name.startswith(_IN_LAYERS) or len(tensor.raw_data) < _SMALLEST:
                continue
            file.write(bytes(-file.tell() % _ALIGNMENT))
            place = {"offset": file.tell(), "length": len(tensor.raw_data)}
            file.write(tensor.raw_data)
            external_data_helper.set_external_data(tensor, path.name, **place)
            tensor.ClearField("raw_data")
    data = ExternalData(path.stat().st_size, sha256_of(path))
    helper.set_model_props(model, {"external_sha256": str(data.sha256)})
    return data
