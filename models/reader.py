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


class RememberingReader:
    """A reader that reads no pair twice: for steps that look at the same passages one after another.

    It keeps the logits of all that it has read, so it is to be dropped after those steps.

    >>> import nutgraf.models
    >>> reader = RememberingReader(nutgraf.models.load_reader("small"))
    >>> pair = ("Who met?", "Kerry met Wang.")
    >>> reader.read([pair])[0] is reader.read([pair])[0]
    True
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._read: dict[tuple[str, str], WindowLogits] = {}

    @property
    def card(self) -> ModelCard:
        """The card of the reader that reads."""
        return self._reader.card

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[WindowLogits]:
        """Return the logits of each (question, context) pair, in the order of the pairs."""
        unread = [pair for pair in dict.fromkeys(pairs) if pair not in self._read]
        self._read.update(zip(unread, self._reader.read(unread), strict=True))
        return [self._read[pair] for pair in pairs]

    def token_spans(self, texts: Sequence[str]) -> list[Offsets]:
        """Return the code-point spans of each text's tokens, int32 (t, 2)."""
        return self._reader.token_spans(texts)
