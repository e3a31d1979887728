"""The protocol of a reader: what answering and retrieval need of a model that finds spans.

It knows texts, logits and the model's card. It knows no engine: `models.onnx` and `models.hf` have the same
methods, and so have the fakes of the tests. `tests/contract/` runs one suite on all of them.
"""

from collections.abc import Sequence
from typing import Protocol

from nutgraf.models.cards import ModelCard
from nutgraf.models.logits import WindowLogits
from nutgraf.models.windowing import Offsets


class Reader(Protocol):
    """A model that scores every token of a context as the start and the end of an answer."""

    @property
    def card(self) -> ModelCard:
        """The model's card; its `max_tokens` bounds a window, special tokens included."""
        ...

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[WindowLogits]:
        """Return the logits of each (question, context) pair, in the order of the pairs.

        A question is cut after 64 tokens, and a context where the model's limit is reached; nothing fails
        for its length. An empty context has a null score and no tokens.
        """
        ...

    def token_spans(self, texts: Sequence[str]) -> list[Offsets]:
        """Return the code-point spans of each text's tokens, int32 (t, 2).

        A text is not cut, and special tokens are not counted.
        """
        ...
