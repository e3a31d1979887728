"""What BM25 finds with other parameters and terms: k1 and b, stems, stop words, the title in front.

    python -m benchmarks.lexical            news questions that an article answers (four minutes)
    python -m benchmarks.lexical --squad    SQuAD 1.1 dev as one archive

hit@1, hit@5 and hit@20 of the articles, alone and fused with the dense ranking (without the words of whole
articles, which benchmarks/fusion.py weighs). Of news, A and B are every other question in the order of the
days they are from. BM25 is computed here, by the formula of the index's engine, whose k1 and b are fixed; the
first row is what the index does.
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tantivy
from scipy import sparse

from benchmarks.common import THREADS, print_table
from benchmarks.depth import Question, hits, labels, news, squad
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.stop_words import STOP_WORDS
from nutgraf.indexer.storage import by_score
from nutgraf.indexer.terms import TITLE_TIMES, joined_initials
from nutgraf.models import load_encoder
from nutgraf.qa.fusion import Ranking, weighted_sum

DEPTH = 100
DENSE_WEIGHT = 0.4
Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Variant:
    """How terms are made and weighed."""

    k1: float = 1.2
    b: float = 0.75
    stems: bool = True
    stop_words: bool = True
    titles: float = TITLE_TIMES
    binary: bool = False

    def __str__(self) -> str:
        parts = [f"k1 {self.k1}, b {self.b}"]
        parts += [] if self.stems else ["no stems"]
        parts += [] if self.stop_words else ["stop words count"]
        parts += ["each term once"] if self.binary else []
        parts += [] if self.titles == TITLE_TIMES else [f"title x {self.titles:g}"]
        return ", ".join(parts)


BASE = Variant()
VARIANTS = (
    BASE,
    *(replace(BASE, k1=k1, b=b) for k1 in (0.6, 0.9, 1.2, 1.6, 2.0) for b in (0.3, 0.5, 0.75, 0.9)),
    replace(BASE, stems=False),
    replace(BASE, stop_words=False),
    replace(BASE, titles=0.0),
    replace(BASE, titles=1.0),
    replace(BASE, titles=2.0),
    replace(BASE, titles=5.0),
    replace(BASE, binary=True),
)


def analyzer(*, stems: bool) -> Any:  # noqa: ANN401 - tantivy ships no types
    """Return the index's analyzer, without its stop words, and without stems if so wished."""
    steps = [tantivy.Filter.remove_long(40), tantivy.Filter.lowercase(), tantivy.Filter.ascii_fold()]
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in [*steps, *([tantivy.Filter.stemmer("english")] if stems else [])]:
        builder = builder.filter(step)
    return builder.build()


class Terms:
    """Counts of the words of passages and titles, as sparse matrices over one vocabulary."""

    def __init__(self, index: EmbeddedIndex) -> None:
        """Read every passage of the store."""
        self._plain, self._stemmer = analyzer(stems=False), analyzer(stems=True)
        self._known: dict[str, int] = {}
        rows = [*index.store.passage_texts(0)]
        self.ids = np.array([row[0] for row in rows], np.int64)
        titles = {title: at for at, title in enumerate(dict.fromkeys(row[1] for row in rows))}
        text = self._counted(row[2] for row in rows)
        title = self._counted(titles)[[titles[row[1]] for row in rows]]
        size = len(self._known)
        text.resize((len(rows), size))
        title.resize((len(rows), size))
        self._text, self._title = text, title
        self._stop = {self._known[w] for w in STOP_WORDS if w in self._known}
        stems: dict[str, int] = {}
        self._stem_of = np.array(
            [stems.setdefault(([*self._stemmer.analyze(word), word])[0], len(stems)) for word in self._known]
        )
        self._stems = stems

    def _counted(self, texts: Iterable[str]) -> Any:  # noqa: ANN401 - nor does scipy
        at, terms, counts = [0], list[int](), list[int]()
        for text in texts:
            found = Counter(self._plain.analyze(joined_initials(text)))
            terms += [self._known.setdefault(word, len(self._known)) for word in found]
            counts += found.values()
            at.append(len(terms))
        return sparse.csr_matrix(
            (np.array(counts, np.float32), terms, at), shape=(len(at) - 1, len(self._known))
        )

    def weighted(self, variant: Variant) -> "Bm25":
        """Return the weights of all terms in all passages."""
        counts = self._text + variant.titles * self._title
        keep = np.ones(len(self._known), np.float32)
        if variant.stop_words:
            keep[[*self._stop]] = 0.0
        columns = self._stem_of if variant.stems else np.arange(len(self._known))
        size = int(columns.max()) + 1
        fold = sparse.csr_matrix((keep, (np.arange(len(columns)), columns)), shape=(len(columns), size))
        counts = (counts @ fold).tocsr()
        counts.eliminate_zeros()
        length = np.asarray(counts.sum(axis=1)).ravel()
        norm = variant.k1 * (1 - variant.b + variant.b * length / length.mean())
        if variant.binary:
            counts.data[:] = np.minimum(counts.data, 1.0)
        frequency = np.asarray((counts > 0).sum(axis=0)).ravel()
        idf = np.log1p((len(length) - frequency + 0.5) / (frequency + 0.5))
        rows = np.repeat(np.arange(len(length)), np.diff(counts.indptr))
        counts.data = (
            idf[counts.indices] * counts.data * (variant.k1 + 1) / (counts.data + norm[rows])
        ).astype(np.float32)
        return Bm25(self, counts.tocsc(), variant)

    def of_question(self, text: str, variant: Variant) -> Iterator[int]:
        """Yield the columns of a question's terms, each once."""
        words = dict.fromkeys(self._plain.analyze(joined_initials(text)))
        stop = set(STOP_WORDS) if variant.stop_words else set()
        known = [self._known[word] for word in words if word in self._known and word not in stop]
        yield from dict.fromkeys(int(self._stem_of[at]) if variant.stems else at for at in known)


@dataclass(frozen=True, slots=True)
class Bm25:
    """Weights, terms in columns."""

    terms: Terms
    weights: Any
    variant: Variant

    def search(self, text: str) -> Ranking:
        """Return the best passages."""
        scores = np.zeros(len(self.terms.ids), np.float32)
        for column in self.terms.of_question(text, self.variant):
            span = slice(self.weights.indptr[column], self.weights.indptr[column + 1])
            scores[self.weights.indices[span]] += self.weights.data[span]
        best = np.argpartition(-scores, min(DEPTH, len(scores) - 1))[:DEPTH]
        best = best[scores[best] > 0]
        return Ranking(*by_score(self.terms.ids[best], scores[best]))


def articles(index: EmbeddedIndex, rankings: Sequence[Ranking]) -> list[list[str]]:
    """Return each ranking's articles, an article standing where its best passage stands."""
    every = np.unique(np.concatenate([ranking.ids for ranking in rankings])).tolist()
    owner = {p.id: p.article_id for p in index.store.passages(every).values()}
    return [[*dict.fromkeys(owner[i] for i in ranking.ids.tolist())] for ranking in rankings]


def row(
    name: str, questions: Sequence[Question], found: Sequence[Sequence[str]], halves: bool
) -> list[object]:
    """Return hit@1, hit@5 and hit@20 by label, in per cent; of halves, hit@5 of each."""
    cells: list[object] = [name]
    for label in labels(questions):
        cells += [hits(questions, found, label, k) for k in (1, 5, 20)]
        if halves:
            cells += [hits(questions[half::2], found[half::2], label, 5) for half in (0, 1)]
    return cells


def run(folder: Path, questions: Sequence[Question], *, halves: bool) -> None:
    """Print both tables."""
    with EmbeddedIndex(folder) as index:
        vectors = load_encoder(threads=THREADS).encode([q.text for q in questions])
        dense = [Ranking(*index.dense(vector, DEPTH, Filter())) for vector in vectors]
        alone: list[list[object]] = []
        fused: list[list[object]] = []
        terms = Terms(index)
        for variant in VARIANTS:
            bm25 = terms.weighted(variant)
            found = [bm25.search(q.text) for q in questions]
            alone.append(row(str(variant), questions, articles(index, found), halves))
            both = [weighted_sum(d, f, dense_weight=DENSE_WEIGHT) for d, f in zip(dense, found, strict=True)]
            fused.append(row(str(variant), questions, articles(index, both), halves))
            print(alone[-1], fused[-1], flush=True)
    ks = ("@1", "@5", "@20", *(("@5 A", "@5 B") if halves else ()))
    columns = ["", *(f"{label[:8]} {k}" for label in labels(questions) for k in ks)]
    print_table(f"BM25 alone, {len(questions)} questions", columns, alone)
    print_table("fused", columns, fused)


def asked(description: str | None) -> tuple[Path, list[Question], bool]:
    """Read the options; return the index, its questions, and whether they come in the order of days."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--squad", action="store_true")
    parser.add_argument("--questions", type=int, default=2000)
    given = parser.parse_args()
    folder, questions = squad(given.questions) if given.squad else news(given.questions)
    return folder, questions, not given.squad


def main() -> None:
    """Go through the variants."""
    folder, questions, halves = asked(__doc__)
    run(folder, questions, halves=halves)


if __name__ == "__main__":
    main()
