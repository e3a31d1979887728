"""Measures how many held-out questions find their passage by the cosine of the vectors alone."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nutgraf.models.errors import ModelError
from nutgraf.models.tokens import Tokens
from nutgraf.models.training.encoder.network import token_rows
from nutgraf.models.training.encoder.passages import Passages

Encode: TypeAlias = Callable[[Sequence[Sequence[int]]], NDArray[np.float32]]
"""Takes n texts as token ids, and returns their unit vectors, float32 (n, width)."""

_FIRST, _FEW, _RANKED = 1, 5, 10


@dataclass(frozen=True, slots=True)
class RetrievalScores:
    """Shares (0 to 1) of questions with a relevant passage among the first 1 and 5, and MRR@10."""

    recall_1: float
    recall_5: float
    mrr_10: float


class HeldOutRetrieval:
    """Held-out questions over the passages of all held-out documents, with distractors from the others."""

    def __init__(self, passages: Passages, tokens: Tokens, *, distractors: int, seed: int = 0) -> None:
        """Draw the distractors; raise ModelError if no question is held out."""
        corpus = passages.corpus
        self._questions = [n for n, question in enumerate(corpus.questions) if corpus.held_out(question)]
        if not self._questions:
            raise ModelError(
                "no question is held out for development", hint="set holds_out for a source in recipe.py"
            )
        learnt = [n for n, passage in enumerate(corpus.contexts) if not passage.held_out]
        dice = random.Random(seed)
        held_out = [n for n, passage in enumerate(corpus.contexts) if passage.held_out]
        self._passages = held_out + dice.sample(learnt, min(distractors, len(learnt)))
        self._relevant = [passages.relevant[number] for number in self._questions]
        self._rows = token_rows(tokens, [corpus.questions[n].text for n in self._questions])
        self._rows += token_rows(tokens, [passages.text(n) for n in self._passages])

    @property
    def size(self) -> tuple[int, int]:
        """The numbers of questions and of passages."""
        return len(self._questions), len(self._passages)

    def score(self, encode: Encode) -> RetrievalScores:
        """Encode everything and rank the passages of each question."""
        vectors = encode(self._rows)
        asked, found = vectors[: len(self._questions)], vectors[len(self._questions) :]
        column = {number: at for at, number in enumerate(self._passages)}
        relevant = [[column[number] for number in numbers] for numbers in self._relevant]
        ranks = best_ranks(asked @ found.T, relevant)
        return RetrievalScores(
            float((ranks <= _FIRST).mean()),
            float((ranks <= _FEW).mean()),
            float(np.where(ranks <= _RANKED, 1 / ranks, 0).mean()),
        )


def best_ranks(similarities: NDArray[np.float32], relevant: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Return int64 (q,): the rank of the best relevant passage of each question, from 1.

    `similarities` is float32 (q, p), and `relevant` holds the columns of each question's relevant passages.
    Other passages with an equal similarity stand before it, so that equal vectors find nothing.
    """
    ranks = []
    for line, columns in zip(similarities, relevant, strict=True):
        others = np.ones(len(line), dtype=np.bool_)
        others[[*columns]] = False
        ranks.append(1 + int((line[others] >= line[[*columns]].max()).sum()))
    return np.array(ranks, dtype=np.int64)
