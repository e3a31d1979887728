"""The encoder turns texts into vectors; the reader scores the spans of a context as answers to a question.

This package holds both models and the engines that run them. It knows nothing of articles, indexes or
answers, and it holds no network code. Importing it loads neither onnxruntime nor torch; `load_encoder` and
`load_reader` load what their engine needs.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from nutgraf.models.cards import ModelCard, ShippedModel, verify
from nutgraf.models.errors import BadInput, ModelDamaged, ModelError, ModelMissing

if TYPE_CHECKING:
    from nutgraf.models.hf import HfEncoder, HfReader
    from nutgraf.models.onnx import OnnxEncoder, OnnxReader

__all__ = [
    "READERS",
    "BadInput",
    "ModelCard",
    "ModelDamaged",
    "ModelError",
    "ModelMissing",
    "load_encoder",
    "load_reader",
    "reader_folder",
    "shipped",
    "verify",
]


def shipped(name: ShippedModel) -> Path:
    """Return the folder of a model that is installed with nutgraf."""
    return Path(__file__).parent / "weights" / name


_READERS: Mapping[str, ShippedModel] = {"small": "small-reader", "large": "large-reader"}
READERS = {name: folder for name, folder in _READERS.items() if shipped(folder).is_dir()}
"""The readers that are installed with nutgraf, by the names that `load_reader` takes, smallest first."""


def reader_folder(name: str) -> Path:
    """Return the folder of a reader in the box, or the folder of that name, which need not be one."""
    return shipped(READERS[name]) if name in READERS else Path(name)


def load_encoder(name: str | None = None, *, threads: int | None = None) -> "OnnxEncoder | HfEncoder":
    """Load the shipped encoder, or the model of this name.

    onnxruntime runs a folder that holds `card.json` and `model.onnx`. sentence-transformers, from the extra
    `hf`, loads any other name or folder.

    `threads` defaults to the number of physical cores. Raises ModelMissing if there is no such model or the
    extra `hf` is not installed, and ModelDamaged if the files are not what the model's card says.

    >>> import nutgraf
    >>> nutgraf.load_encoder().encode(["The vote is on Friday."]).shape
    (1, 384)
    """
    if name is None or _has_graph(name):
        from nutgraf.models.onnx import OnnxEncoder

        return OnnxEncoder(shipped("encoder") if name is None else name, threads)
    from nutgraf.models.hf import HfEncoder

    return HfEncoder(name, threads)


def load_reader(name: str | None = None, *, threads: int | None = None) -> "OnnxReader | HfReader":
    """Load the largest reader in the box, or the reader of this name.

    "small" and "large" name readers in the box (`READERS`); the small one is several times as fast.
    onnxruntime runs a folder that holds `card.json` and `model.onnx`. transformers, from the extra `hf`,
    loads any other name or folder as an `AutoModelForQuestionAnswering`. `threads` and the errors are those
    of `load_encoder`.

    >>> import nutgraf
    >>> nutgraf.load_reader().answer(question="When is the vote?", context="The vote is on Friday.")["answer"]
    'Friday'
    """
    name = [*READERS][-1] if name is None else name
    if name in READERS or _has_graph(name):
        from nutgraf.models.onnx import OnnxReader

        return OnnxReader(reader_folder(name), threads)
    from nutgraf.models.hf import HfReader

    return HfReader(name, threads)


def _has_graph(name: str) -> bool:
    """Return whether a folder holds a card and a graph, so that onnxruntime can run it."""
    return (Path(name) / "card.json").is_file() and (Path(name) / "model.onnx").is_file()
