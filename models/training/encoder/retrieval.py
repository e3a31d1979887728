"""Measures how many held-out questions find their passage, by the vectors alone and together with BM25."""

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
from nutgraf.models.training.negatives import Bm25

Encode: TypeAlias = Callable[[Sequence[Sequence[int]]], NDArray[np.float32]]
"""Takes n texts as token ids, and returns their unit vectors, float32 (n, width)."""

_FIRST, _FEW, _RANKED = 1, 5, 10
_DENSE_WEIGHT, _CANDIDATES = 0.4, 100  # as `ask` adds cosines and BM25 (qa/fusion.py)


@dataclass(frozen=True, slots=True)
class RetrievalScores:
    """Shares (0 to 1) of questions with a relevant passage among the first 1 and 5, and MRR@10.

    `sum_1` is the share at rank 1 by the sum of cosine and BM25, as an archive ranks passages.
    """

    recall_1: float
    recall_5: float
    mrr_10: float
    sum_1: float


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
        texts = [passages.text(n) for n in self._passages]
        self._rows += token_rows(tokens, texts)
        self._lexical = Bm25(texts).scores(corpus.questions[n].text for n in self._questions)

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
        return retrieval_scores(asked @ found.T, self._lexical, relevant)


def retrieval_scores(
    cosines: NDArray[np.float32], lexical: NDArray[np.float32], relevant: Sequence[Sequence[int]]
) -> RetrievalScores:
    """Rank the passages of each question: scores are float32 (q, p), `relevant` has columns of each row."""
    ranks = best_ranks(cosines, relevant)
    added = _DENSE_WEIGHT * scaled(cosines) + (1 - _DENSE_WEIGHT) * scaled(lexical, low=0.0)
    return RetrievalScores(
        float((ranks <= _FIRST).mean()),
        float((ranks <= _FEW).mean()),
        float(np.where(ranks <= _RANKED, 1 / ranks, 0).mean()),
        float((best_ranks(added, relevant) <= _FIRST).mean()),
    )


def scaled(scores: NDArray[np.float32], *, low: float | None = None) -> NDArray[np.float32]:
    """Return each row of (q, p) on a scale on which its 100 best scores run from 0 to 1; the others are 0.

    The lower bound is `low`, or else the 100th score (Bruch, Gai and Ingber 2023, arXiv 2210.11934).
    """
    count = min(_CANDIDATES, scores.shape[1])
    last = np.partition(scores, -count, axis=1)[:, -count, None]
    floor = last if low is None else np.full_like(last, low)
    spread = np.maximum(scores.max(axis=1, keepdims=True) - floor, np.float32(1e-9))
    return np.where(scores >= last, (scores - floor) / spread, np.float32(0))


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
