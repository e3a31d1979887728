"""Turns text into token ids and code-point spans. Only this module imports the `tokenizers` library.

It adds no special tokens, cuts nothing and pads nothing. The engines do that by the limits of their models.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nutgraf.error import panics_as
from nutgraf.models.errors import ModelDamaged, ModelError
from nutgraf.models.windowing import block_batches

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

_loaded: "dict[str, Tokenizer]" = {}

# Half a surrogate pair is not a Unicode scalar value, and the library refuses it. Each is replaced by one
# code point, so that all offsets stay the same.
_LONE_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)


class Tokens:
    """A tokenizer. Folders with the same `tokenizer.json` share one, because loading takes time."""

    def __init__(self, path: str | Path) -> None:
        """Load `tokenizer.json`, or raise ModelDamaged.

        `cls` is the id that begins an input, and `sep` is the id that ends it. `between` holds the ids
        between question and context: one separator in BERT's vocabulary, two in MPNet's. MPNet's vocabulary
        has BERT's special tokens, too, but does not use them; so MPNet's are looked for first.
        """
        self._path = Path(path)
        self._tokenizer = _load(self._path)
        if self._tokenizer.token_to_id("</s>") is not None:
            self.cls, self.sep = self._special("<s>", path), self._special("</s>", path)
            self.between = [self.sep, self.sep]
        else:
            self.cls, self.sep = self._special("[CLS]", path), self._special("[SEP]", path)
            self.between = [self.sep]

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of each text. Raises ModelError where the tokenizer panics."""
        ids: list[list[int]] = [[] for _ in texts]
        for number, _, encoding in self._encodings(texts, spans=False):
            ids[number] += encoding.ids
        return ids

    def ids_and_spans(self, texts: Sequence[str]) -> list[tuple[list[int], NDArray[np.int32]]]:
        """Return, for each text, its t ids and their half-open code-point spans, int32 (t, 2).

        Raises ModelError where the tokenizer panics.
        """
        ids: list[list[int]] = [[] for _ in texts]
        spans = [[np.empty((0, 2), np.int32)] for _ in texts]
        for number, first, encoding in self._encodings(texts, spans=True):
            ids[number] += encoding.ids
            spans[number].append(np.array(encoding.offsets, dtype=np.int32).reshape(-1, 2) + np.int32(first))
        return list(zip(ids, map(np.concatenate, spans), strict=True))

    def _encodings(self, texts: Sequence[str], *, spans: bool) -> "Iterator[tuple[int, int, Encoding]]":
        """Yield (number of the text, first code point, tokens) of each block of each text, in order."""
        encode = self._tokenizer.encode_batch if spans else self._tokenizer.encode_batch_fast
        for batch in block_batches(texts):
            with panics_as(self._failed):
                encoded = encode([scalar(block) for _, _, block in batch], add_special_tokens=False)
            yield from ((number, first, e) for (number, first, _), e in zip(batch, encoded, strict=True))

    def vocabulary(self) -> dict[str, int]:
        """Return the id of each word piece and special token."""
        ids: dict[str, int] = self._tokenizer.get_vocab()
        return ids

    def _failed(self, message: str) -> ModelError:
        return ModelError(
            f"{self._path}: the tokenizer panicked at a text: {message}",
            hint="nutgraf doctor checks the models",
        )

    def _special(self, token: str, path: str | Path) -> int:
        number: int | None = self._tokenizer.token_to_id(token)
        if number is None:
            raise ModelDamaged(
                f"{path}: the vocabulary has no {token}, expected a vocabulary of BERT or MPNet"
            )
        return number


def _load(path: Path) -> "Tokenizer":
    """Return the tokenizer in this file; a process loads each content once."""
    from tokenizers import Tokenizer

    try:
        content = path.read_bytes()
        key = hashlib.sha256(content).hexdigest()
        if key not in _loaded:
            with panics_as(ValueError):
                tokenizer = Tokenizer.from_buffer(content)
            tokenizer.no_truncation()
            tokenizer.no_padding()
            _loaded[key] = tokenizer
    except OSError as error:
        raise ModelDamaged(f"{path}: cannot be read: {error}") from error
    except Exception as error:  # the library raises Exception itself for a bad file
        raise ModelDamaged(f"{path}: not a tokenizer: {error}") from error
    return _loaded[key]


def scalar(text: str) -> str:
    """Return the text with each lone surrogate replaced by one other code point."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.translate(_LONE_SURROGATES)
    return text
