"""What pseudo-relevance feedback finds: the question asked again, joined by what was found first.

    python -m benchmarks.feedback            news questions that an article answers
    python -m benchmarks.feedback --squad    SQuAD 1.1 dev as one archive

Rocchio (1971) on both sides, the first `n` passages of the fused ranking taken as right. For meaning: the
question's vector plus `weight` times the mean of theirs. For words: the question's terms, and the `terms`
others that weigh most in them on average, the first counting `weight`, the rest in proportion.
hit@1, hit@5 and hit@20 of the articles, fused as in benchmarks/lexical.py.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.common import THREADS, print_table
from benchmarks.depth import Question, labels
from benchmarks.lexical import BASE, DENSE_WEIGHT, DEPTH, Terms, articles, asked, row
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.storage import by_score
from nutgraf.models import load_encoder
from nutgraf.qa.fusion import Ranking, weighted_sum

FIRST = (1, 3, 5)
VECTOR_WEIGHTS = (0.2, 0.5, 1.0)
TERM_WEIGHTS = (0.1, 0.3)
TERMS = 10
Matrix = npt.NDArray[np.float32]


class Archive:
    """Vectors and term weights of all passages, rows in the order of their ids."""

    def __init__(self, index: EmbeddedIndex) -> None:
        """Read everything into memory."""
        self._index, self._terms = index, Terms(index)
        chunks = [*index.store.vectors()]
        ids = np.concatenate([ids for ids, _ in chunks])
        self.ids = self._terms.ids
        order = np.argsort(ids)
        where = order[np.searchsorted(ids, self.ids, sorter=order)]
        self.vectors: Matrix = np.concatenate([v for _, v in chunks])[where].astype(np.float32)
        self._by_term: Any = self._terms.weighted(BASE).weights
        self._by_passage: Any = self._by_term.tocsr()

    def rows(self, ids: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return where the passages stand."""
        return np.searchsorted(self.ids, ids)

    def by_meaning(self, vector: Matrix) -> Ranking:
        """Return the passages nearest to the vector, whatever its length."""
        return Ranking(*self._index.dense(vector / np.linalg.norm(vector), DEPTH, Filter()))

    def terms_of(self, text: str) -> dict[int, float]:
        """Return the question's terms, each counting once."""
        return dict.fromkeys(self._terms.of_question(text, BASE), 1.0)

    def more_terms(
        self, terms: dict[int, float], rows: npt.NDArray[np.int64], weight: float
    ) -> dict[int, float]:
        """Return the terms with those that weigh most in the passages."""
        mean = np.asarray(self._by_passage[rows].mean(axis=0)).ravel()
        mean[[*terms]] = 0.0
        best = np.argsort(-mean)[:TERMS]
        return terms | {int(t): weight * float(mean[t] / mean[best[0]]) for t in best if mean[t] > 0}

    def by_words(self, terms: dict[int, float]) -> Ranking:
        """Return the best passages by BM25 with weighted terms."""
        scores = np.zeros(len(self.ids), np.float32)
        for column, weight in terms.items():
            span = slice(self._by_term.indptr[column], self._by_term.indptr[column + 1])
            scores[self._by_term.indices[span]] += weight * self._by_term.data[span]
        best = np.argpartition(-scores, min(DEPTH, len(scores) - 1))[:DEPTH]
        best = best[scores[best] > 0]
        return Ranking(*by_score(self.ids[best], scores[best]))


def run(folder: Path, questions: Sequence[Question], *, halves: bool) -> None:
    """Print one row a variant."""

    def fused(dense: Sequence[Ranking], words: Sequence[Ranking]) -> list[Ranking]:
        return [weighted_sum(d, w, dense_weight=DENSE_WEIGHT) for d, w in zip(dense, words, strict=True)]

    with EmbeddedIndex(folder) as index:
        archive = Archive(index)
        vectors = load_encoder(threads=THREADS).encode([q.text for q in questions])
        terms = [archive.terms_of(q.text) for q in questions]
        dense = [archive.by_meaning(v) for v in vectors]
        words = [archive.by_words(t) for t in terms]
        once = fused(dense, words)
        found = {"asked once": once}
        for n in FIRST:
            rows = [archive.rows(r.ids[:n]) for r in once]
            means = [archive.vectors[at].mean(axis=0) for at in rows]
            for weight in VECTOR_WEIGHTS:
                again = [archive.by_meaning(v + weight * m) for v, m in zip(vectors, means, strict=True)]
                found[f"meaning, n {n}, weight {weight}"] = fused(again, words)
            for weight in TERM_WEIGHTS:
                wider = [archive.more_terms(t, at, weight) for t, at in zip(terms, rows, strict=True)]
                found[f"words, n {n}, weight {weight}"] = fused(dense, [archive.by_words(t) for t in wider])
        table = [row(name, questions, articles(index, one), halves) for name, one in found.items()]
    ks = ("@1", "@5", "@20", *(("@5 A", "@5 B") if halves else ()))
    columns = ["", *(f"{label[:8]} {k}" for label in labels(questions) for k in ks)]
    print_table(f"feedback, {len(questions)} questions", columns, table)


def main() -> None:
    """Go through the variants."""
    folder, questions, halves = asked(__doc__)
    run(folder, questions, halves=halves)


if __name__ == "__main__":
    main()
