"""Text to vectors, questions and contexts to span scores: nutgraf's two models and the engines that run them.

A leaf package: it knows nothing of articles, indexes or answers, and holds no network code. Importing it
loads neither onnxruntime nor torch; `load_encoder` and `load_reader` load what their engine needs.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from nutgraf.models.cards import ModelCard, verify
from nutgraf.models.errors import BadInput, ModelDamaged, ModelError, ModelMissing

if TYPE_CHECKING:
    from nutgraf.models.hf import HfEncoder, HfReader
    from nutgraf.models.onnx import OnnxEncoder, OnnxReader

__all__ = [
    "BadInput",
    "ModelCard",
    "ModelDamaged",
    "ModelError",
    "ModelMissing",
    "load_encoder",
    "load_reader",
    "shipped",
    "verify",
]


def shipped(kind: Literal["encoder", "reader"]) -> Path:
    """Return the folder of the model in the box."""
    return Path(__file__).parent / "weights" / kind


def load_encoder(name: str | None = None, *, threads: int | None = None) -> "OnnxEncoder | HfEncoder":
    """Load the shipped encoder, one that we exported, or any sentence-transformers model.

    A folder with `card.json` and `model.onnx` is run by onnxruntime, any other name by the extra `hf`.

    `threads` defaults to the physical cores. Raises ModelMissing (no such model, or the extra `hf` is not
    installed) and ModelDamaged.
    """
    if name is None or _is_ours(name):
        from nutgraf.models.onnx import OnnxEncoder

        return OnnxEncoder(shipped("encoder") if name is None else name, threads)
    from nutgraf.models.hf import HfEncoder

    return HfEncoder(name, threads)


def load_reader(name: str | None = None, *, threads: int | None = None) -> "OnnxReader | HfReader":
    """Load the shipped reader, one that we exported, or any question-answering model.

    Names, threads and errors as for `load_encoder`.
    """
    if name is None or _is_ours(name):
        from nutgraf.models.onnx import OnnxReader

        return OnnxReader(shipped("reader") if name is None else name, threads)
    from nutgraf.models.hf import HfReader

    return HfReader(name, threads)


def _is_ours(name: str) -> bool:
    """Whether a folder holds a card and a graph, so that onnxruntime runs it."""
    return (Path(name) / "card.json").is_file() and (Path(name) / "model.onnx").is_file()
