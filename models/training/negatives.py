"""Hard negatives: for each question, the best contexts by BM25 that hold none of its answers.

BM25 is computed as a product of sparse matrices (Robertson and Zaragoza 2009). scikit-learn counts the words.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nutgraf.models.training.questions import TrainingCorpus

DEPTH = 8  # negatives kept for a question; not compared with other numbers
_DEEP = 24  # candidates for them, since some hold an answer
_BLOCK = 512  # questions scored at a time; bounds memory
_K1, _B = 1.2, 0.75  # as in Lucene


class Bm25:
    """Scores texts by the words that they share with a query."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Count the words of n texts."""
        from sklearn.feature_extraction.text import CountVectorizer

        self._counter = CountVectorizer(stop_words="english", dtype=np.float32)
        self._documents = _weighted(self._counter.fit_transform(texts))

    def scores(self, queries: Iterable[str]) -> NDArray[np.float32]:
        """Return float32 (q, n): the score of each text for each query."""
        scores: NDArray[np.float32] = (self._counter.transform(queries) @ self._documents.T).toarray()
        return scores


def hard_negatives(corpus: TrainingCorpus) -> NDArray[np.int32]:
    """Return int32 (questions, DEPTH): the numbers of contexts, best first, then -1 if there are fewer.

    A context that is held out is no negative of a question that is learnt. A question that is moved gets the
    best other contexts, whether or not they hold an answer.
    """
    bm25 = Bm25(context.text for context in corpus.contexts)
    negatives = np.full((len(corpus.questions), DEPTH), -1, dtype=np.int32)
    lowered = [context.text.lower() for context in corpus.contexts]
    for first in range(0, len(corpus.questions), _BLOCK):
        scores = bm25.scores(question.text for question in corpus.questions[first : first + _BLOCK])
        best = np.argpartition(-scores, min(_DEEP, len(lowered) - 1), axis=1)[:, :_DEEP]
        best.sort(axis=1)  # so that contexts of equal score keep the order of the corpus
        for row, (line, candidates) in enumerate(zip(scores, best, strict=True)):
            question = corpus.questions[first + row]
            if not question.answers and not question.moved:
                continue  # an unanswerable question is read with its own window only
            answers = [answer.lower() for answer in corpus.answers(question)]  # none if it is moved
            ranked = candidates[np.argsort(-line[candidates], kind="stable")]
            kept = [
                at
                for at in ranked
                if at != question.context
                and line[at] > 0
                and corpus.contexts[at].held_out <= corpus.held_out(question)
                and not any(answer in lowered[at] for answer in answers)
            ][:DEPTH]
            negatives[first + row, : len(kept)] = kept
    return negatives


def _weighted(counts: Any) -> Any:  # noqa: ANN401 - scipy's sparse matrices are untyped
    """Return BM25 weights for word counts, both sparse (documents, words)."""
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    among = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity = np.log(1 + (counts.shape[0] - among + 0.5) / (among + 0.5))
    norm = _K1 * (1 - _B + _B * lengths / lengths.mean())
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    weighted = counts.copy()
    weighted.data = (rarity[counts.indices] * counts.data * (_K1 + 1) / (counts.data + norm[rows])).astype(
        np.float32
    )
    return weighted
