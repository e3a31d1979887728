"""Hard negatives: for each question, the best contexts by BM25 that hold none of its answers.

BM25 is computed as a product of sparse matrices (Robertson and Zaragoza 2009). scikit-learn counts the words.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nutgraf.models.training.questions import TrainingCorpus

DEPTH = 8  # negatives kept for a question; not compared with other numbers
_DEEP = 24  # candidates for them, since some hold an answer
_BLOCK = 512  # questions scored at a time; bounds memory
_K1, _B = 1.2, 0.75  # as in Lucene


def hard_negatives(corpus: TrainingCorpus) -> NDArray[np.int32]:
    """Return int32 (questions, DEPTH): the numbers of contexts, best first, then -1 if there are fewer.

    A context that is held out is no negative of a question that is learnt. A question that is moved gets the
    best other contexts, whether or not they hold an answer.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(stop_words="english", dtype=np.float32)
    documents = _weighted(counter.fit_transform(context.text for context in corpus.contexts))
    words = counter.transform(question.text for question in corpus.questions)
    negatives = np.full((len(corpus.questions), DEPTH), -1, dtype=np.int32)
    lowered = [context.text.lower() for context in corpus.contexts]
    for first in range(0, len(corpus.questions), _BLOCK):
        scores = (words[first : first + _BLOCK] @ documents.T).toarray()
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
