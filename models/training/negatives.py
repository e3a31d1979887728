"""What looks right and is not: for each question the best contexts by BM25 that hold none of its answers.

BM25 as a sparse product (Robertson and Zaragoza 2009; k1 and b as in Lucene); scikit-learn counts the words.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nutgraf.models.training.questions import TrainingCorpus

DEPTH = 8
_DEEP = 24
_BLOCK = 512
_K1, _B = 1.2, 0.75


def hard_negatives(corpus: TrainingCorpus) -> NDArray[np.int32]:
    """Return int32 (questions, DEPTH): numbers of contexts, best first, -1 where there are no more.

    What is held out is no negative of a question that is learnt.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(stop_words="english", dtype=np.float32)
    documents = _weighted(counter.fit_transform(context.text for context in corpus.contexts))
    asked = counter.transform(question.text for question in corpus.questions)
    found = np.full((len(corpus.questions), DEPTH), -1, dtype=np.int32)
    lowered = [context.text.lower() for context in corpus.contexts]
    for first in range(0, len(corpus.questions), _BLOCK):
        scores = (asked[first : first + _BLOCK] @ documents.T).toarray()
        best = np.argpartition(-scores, min(_DEEP, len(lowered) - 1), axis=1)[:, :_DEEP]
        best.sort(axis=1)  # so that equal scores keep the corpus order
        for row, (line, candidates) in enumerate(zip(scores, best, strict=True)):
            question = corpus.questions[first + row]
            if not question.answers:
                continue  # it is read alone
            answers = [answer.lower() for answer in corpus.answers(question)]
            ranked = candidates[np.argsort(-line[candidates], kind="stable")]
            kept = [
                at
                for at in ranked
                if at != question.context
                and line[at] > 0
                and corpus.contexts[at].held_out <= corpus.held_out(question)
                and not any(answer in lowered[at] for answer in answers)
            ][:DEPTH]
            found[first + row, : len(kept)] = kept
    return found


def _weighted(counts: Any) -> Any:  # noqa: ANN401 - scipy's sparse matrices are untyped
    """Turn word counts, sparse (documents, words), into BM25 weights of the same shape."""
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
