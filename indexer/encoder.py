"""The encoder as an index needs it, and what an index remembers of it.

Knows no model: `models.onnx` and `models.hf` satisfy the Protocols by shape.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt


class EncoderCard(Protocol):
    """What an index remembers of its encoder."""

    @property
    def id(self) -> str:
        """Name of the model."""
        ...

    @property
    def sha256(self) -> str:
        """Hash of its weights."""
        ...

    @property
    def dim(self) -> int:
        """Length of its vectors."""
        ...

    @property
    def max_tokens(self) -> int:
        """Most tokens it reads, special tokens included."""
        ...


class Encoder(Protocol):
    """Turns passages into vectors."""

    @property
    def card(self) -> EncoderCard:
        """Identity and limits."""
        ...

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return unit rows, float32 (n, dim), in input order; texts beyond `max_tokens` are cut."""
        ...

    def token_spans(self, texts: Sequence[str]) -> list[npt.NDArray[np.int32]]:
        """Return int32 (tokens, 2) code-point offsets a text: no special tokens, nothing cut."""
        ...


@dataclass(frozen=True, slots=True)
class EncoderIdentity:
    """The encoder that built an index; vectors of another encoder cannot be compared with its vectors."""

    id: str
    sha256: str
    dim: int


def identity(encoder: Encoder) -> EncoderIdentity:
    """Return what the manifest keeps of an encoder."""
    card = encoder.card
    return EncoderIdentity(card.id, card.sha256, card.dim)
