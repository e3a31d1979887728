"""The one set of fakes: an encoder and a reader without weights, whose results can be worked out by hand.

Both take the words between blanks as their tokens. tests/contract/ runs the same suite on them as on the real
models, so a test that passes with a fake relies only on what every model does.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from nutgraf.models import answering
from nutgraf.models.cards import ModelCard
from nutgraf.models.logits import QUESTION_TOKENS, WindowLogits
from nutgraf.opening import ModelLoader
from nutgraf.qa.reader import Readers

NEAR_WORDS = 3
"""How far, in words, FakeReader looks for words of the question around a word of the context."""

_SINGLE_SPECIALS, _PAIR_SPECIALS = 2, 3  # special tokens of a text and of a pair, as BERT has them
_NEVER = -99.0


def word_spans(text: str) -> NDArray[np.int32]:
    """Return the code-point spans of a text's words, int32 (t, 2)."""
    return np.array([match.span() for match in re.finditer(r"\S+", text)], np.int32).reshape(-1, 2)


def plain_words(text: str) -> list[str]:
    """Return a text's words in lower case, without the punctuation at their ends."""
    return [word.strip(".,;:!?\"'()").lower() for word in text.split()]


class FakeEncoder:
    """An encoder that adds up one random vector for each word: texts that share words are near each other.

    A vector depends on the words of its text only, not on their order. `calls` holds the number of texts of
    each call of `encode`.

    >>> vectors = FakeEncoder().encode(["the harbour bridge", "a bridge in the harbour", "ministers met"])
    >>> bool(vectors[0] @ vectors[1] > vectors[0] @ vectors[2])
    True
    """

    def __init__(self, dim: int = 64, *, max_tokens: int = 256, name: str = "fake-encoder") -> None:
        digest = hashlib.sha256(f"{name} {dim}".encode()).hexdigest()
        self.card = ModelCard("encoder", name, "", digest, 0, dim, max_tokens, "", "", "")
        self.calls: list[int] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 (n, dim), rows of length 1; a text is cut after `max_tokens` - 2 words."""
        self.calls.append(len(texts))
        rows = np.empty((len(texts), self.card.dim), np.float32)
        for row, text in zip(rows, texts, strict=True):
            words = plain_words(text)[: self.card.max_tokens - _SINGLE_SPECIALS] or [""]
            # Sorted, so that the sum's rounding does not depend on the order of the words.
            total = np.sum([_word_vector(word, self.card.dim) for word in sorted(words)], axis=0)
            row[:] = total / np.linalg.norm(total)
        return rows

    def token_spans(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """Return the code-point spans of each text's words, int32 (t, 2)."""
        return [word_spans(text) for text in texts]


@cache
def _word_vector(word: str, dim: int) -> NDArray[np.float64]:
    seed = hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()[:8]
    return np.random.default_rng(int.from_bytes(seed, "big")).standard_normal(dim)


class FakeReader:
    """A reader with logits that a test sets, or with logits by word overlap.

    If `ends` or `starts` is passed, a word of the context has the logits that they set for it. Other words
    have the start logit 0 and the end logit -99: a span begins anywhere and ends with a set word.

    If neither is passed, the start and the end logit of a word are the number of words of the question that
    stand at most NEAR_WORDS words from it. Words of the question itself have -99, so they are no answer.

    `null` is the null score of every window. `calls` holds the pairs of each call of `read`.

    >>> FakeReader().answer(question="Who won the cup?", context="It rained. Ann won the cup.")["answer"]
    'Ann'
    """

    def __init__(
        self,
        ends: Mapping[str, float] | None = None,
        *,
        starts: Mapping[str, float] | None = None,
        null: float = 0.0,
        max_tokens: int = 512,
    ) -> None:
        self.card = ModelCard("reader", "fake-reader", "", "0" * 64, 0, 1, max_tokens, "", "", "")
        self.calls: list[list[tuple[str, str]]] = []
        self._by_overlap = ends is None and starts is None
        self._ends, self._starts, self._null = ends or {}, starts or {}, null

    def token_spans(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """Return the code-point spans of each text's words, int32 (t, 2)."""
        return [word_spans(text) for text in texts]

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[WindowLogits]:
        """Return the logits of each (question, context) pair, in the order of the pairs."""
        self.calls.append(list(pairs))
        return [self._window(question.split()[:QUESTION_TOKENS], context) for question, context in pairs]

    def _window(self, question: Sequence[str], context: str) -> WindowLogits:
        room = self.card.max_tokens - len(question) - _PAIR_SPECIALS
        offsets = word_spans(context)[:room]
        words = [context[start:end] for start, end in offsets.tolist()]
        if self._by_overlap:
            logits = _overlap(plain_words(" ".join(question)), plain_words(" ".join(words)))
            return WindowLogits(logits, logits, offsets, self._null)
        starts = np.array([self._starts.get(word, 0.0) for word in words], np.float32)
        ends = np.array([self._ends.get(word, _NEVER) for word in words], np.float32)
        return WindowLogits(starts, ends, offsets, self._null)

    answer = answering.answer


def _overlap(question: Sequence[str], words: Sequence[str]) -> NDArray[np.float32]:
    """Return float32 (t,): for each word, how many words of the question stand near it in the context."""
    shared = [word in question for word in words]
    near = [sum(shared[max(0, at - NEAR_WORDS) : at + NEAR_WORDS + 1]) for at in range(len(words))]
    logits = [_NEVER if mine else float(count) for mine, count in zip(shared, near, strict=True)]
    return np.array(logits, np.float32)


class FakeModels(ModelLoader):
    """The two fakes in place of the models that an archive loads; `unloaded` counts calls of `unload`.

    >>> FakeModels().encoder.card.id
    'fake-encoder'
    """

    def __init__(self, encoder: FakeEncoder | None = None, reader: FakeReader | None = None) -> None:
        self._fakes = encoder or FakeEncoder(), reader or FakeReader()
        self.unloaded = 0

    @property
    def encoder(self) -> FakeEncoder:
        return self._fakes[0]

    def encoder_loader(self) -> Callable[[int], FakeEncoder]:
        """Return what makes an encoder in another process that gives the same vectors."""
        card = self.encoder.card
        return lambda _: FakeEncoder(card.dim, max_tokens=card.max_tokens, name=card.id)

    @property
    def readers(self) -> Readers:
        return Readers(self._fakes[1])

    def unload(self) -> None:
        """Keep the fakes: there is nothing to free."""
        self.unloaded += 1
