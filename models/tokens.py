"""Text to token ids and back to code points, with the `tokenizers` library, which has its home here.

Adds no special tokens, cuts nothing and pads nothing: engines do that, each by its model's limits.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nutgraf.models.errors import ModelDamaged

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_loaded: "dict[str, Tokenizer]" = {}

# Half a surrogate pair is no Unicode scalar value, and the library refuses it. One code point for another
# keeps every offset where it was.
_LONE_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)


class Tokens:
    """A tokenizer; folders with the same `tokenizer.json` share one, for loading takes time."""

    def __init__(self, path: str | Path) -> None:
        """Load `tokenizer.json`, or raise ModelDamaged.

        `cls` begins an input, `sep` ends it, `between` parts question and context: one separator in BERT's
        vocabulary, two in MPNet's, which has BERT's special words as ordinary ones.
        """
        self._tokenizer = _load(Path(path))
        if self._tokenizer.token_to_id("</s>") is not None:
            self.cls, self.sep = self._special("<s>", path), self._special("</s>", path)
            self.between = [self.sep, self.sep]
        else:
            self.cls, self.sep = self._special("[CLS]", path), self._special("[SEP]", path)
            self.between = [self.sep]

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of each text."""
        encoded = self._tokenizer.encode_batch_fast([*map(scalar, texts)], add_special_tokens=False)
        return [encoding.ids for encoding in encoded]

    def ids_and_spans(self, texts: Sequence[str]) -> list[tuple[list[int], NDArray[np.int32]]]:
        """Return, for each text, its t ids and their half-open code-point spans, int32 (t, 2)."""
        encoded = self._tokenizer.encode_batch([*map(scalar, texts)], add_special_tokens=False)
        return [(one.ids, np.array(one.offsets, dtype=np.int32).reshape(-1, 2)) for one in encoded]

    def _special(self, token: str, path: str | Path) -> int:
        found = self._tokenizer.token_to_id(token)
        if found is None:
            raise ModelDamaged(
                f"{path}: the vocabulary has no {token}, expected a vocabulary of BERT or MPNet"
            )
        return found


def _load(path: Path) -> "Tokenizer":
    """Return the tokenizer of this content, loaded at most once in a process."""
    from tokenizers import Tokenizer

    try:
        content = path.read_bytes()
        key = hashlib.sha256(content).hexdigest()
        if key not in _loaded:
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
    """Replace lone surrogates, one code point for one, in the rare text that has any."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.translate(_LONE_SURROGATES)
    return text
