"""A published index, opened for searching: the embedded implementation of what `qa` asks of an index.

Knows the generation and the store; does not know questions, fusion or answers.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded import clusters
from nutgraf.indexer.embedded.generation import ARTICLES, PASSAGES
from nutgraf.indexer.embedded.lexical import ANALYZER, LexicalIndex
from nutgraf.indexer.embedded.manifest import Manifest, check_files, check_store, read_manifest
from nutgraf.indexer.embedded.store import FILENAME, Counts, Store
from nutgraf.indexer.embedded.vectors import DenseIndex, Ids, Scores, by_score, exact_search
from nutgraf.indexer.errors import IndexMismatch
from nutgraf.indexer.filters import Filter


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage with its article: `text == article.text[start:end]`."""

    id: int
    article: Article
    start: int
    end: int

    @property
    def text(self) -> str:
        """The passage's own words."""
        return self.article.text[self.start : self.end]


class EmbeddedIndex:
    """One generation of an index, with what the store holds beyond it.

    Passages that the store got since the generation was published are searched exactly; removed ones are
    left out. Raises IndexMissing, IndexMismatch or IndexDamaged when opened, each with what to type.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest: Manifest = read_manifest(folder)
        check_files(folder, self.manifest)
        if self.manifest.analyzer != ANALYZER:
            raise IndexMismatch(
                f"the index {folder} has terms of the analyzer {self.manifest.analyzer}, not {ANALYZER}",
                hint=f"nutgraf index --rebuild --index {folder}",
            )
        self.store = Store(folder / FILENAME, readonly=True)
        with ExitStack() as undo:
            undo.callback(self.store.close)
            check_store(folder, self.manifest, self.store)
            self._dense = DenseIndex(folder / self.manifest.vectors)
            self._lexical = LexicalIndex(folder / self.manifest.lexical / PASSAGES)
            self._articles = LexicalIndex(folder / self.manifest.lexical / ARTICLES)
            # Counted once: counting rows of a large table takes SQLite longer than finding passages.
            self.counts: Counts = self.store.counts()
            self._removed = np.array(self.store.tombstones(), np.int64)
            self._new_ids, self._new_vectors = _concatenated(self.store, self.manifest)
            undo.pop_all()

    def __enter__(self) -> "EmbeddedIndex":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the store; the mapped files go with the object."""
        self.store.close()

    @property
    def unpublished(self) -> int:
        """How many passages wait for the next generation; they are found by meaning, not yet by word."""
        return len(self._new_ids)

    @property
    def last(self) -> int:
        """The highest id of a passage that is searched; what is added or changed later gets higher ones."""
        return int(self._new_ids[-1]) if len(self._new_ids) else self.manifest.upto

    def dense(self, vector: npt.NDArray[np.float32], k: int, allow: Filter) -> tuple[Ids, Scores]:
        """Return ids and cosines of the `k` passages nearest to the unit vector float32 (dim,)."""
        allowed = self.store.allowed_passages(allow) if allow else None
        ids, scores = self._dense.search(vector, k + len(self._removed), allowed)
        ids, scores = self._without_removed(ids, scores)
        if len(self._new_ids):
            new_ids, new_scores = exact_search(self._new_ids, self._new_vectors, vector, k, allowed)
            ids, scores = by_score(np.concatenate([ids, new_ids]), np.concatenate([scores, new_scores]))
        return ids[:k], scores[:k]

    def lexical(self, question: str, k: int, allow: Filter) -> tuple[Ids, Scores]:
        """Return ids and BM25 scores of the `k` best passages."""
        ids, scores = self._lexical.search(question, k + len(self._removed), allow)
        ids, scores = self._without_removed(ids, scores)
        return ids[:k], scores[:k]

    def article_scores(self, question: str, passage_ids: Sequence[int]) -> dict[int, float]:
        """Return id -> BM25 score of the passage's whole article; absent where it has none of the words."""
        firsts = self.store.first_passages(passage_ids)
        among = sorted(set(firsts.values()))
        ids, scores = self._articles.search(question, len(among), Filter(), among)
        found = dict(zip(ids.tolist(), scores.tolist(), strict=True))
        return {passage_id: found[first] for passage_id, first in firsts.items() if first in found}

    def fetch(self, passage_ids: Sequence[int]) -> list[Passage]:
        """Return the passages in the order asked for, without those removed meanwhile."""
        rows = self.store.passages(passage_ids)
        articles = self.store.articles(list({row.article_id for row in rows.values()}))
        return [
            Passage(row.id, articles[row.article_id], row.start, row.end)
            for passage_id in passage_ids
            if (row := rows.get(passage_id)) is not None
            and (article := articles.get(row.article_id)) is not None
            and row.end <= len(article.text)  # it was changed between the two look-ups
        ]

    def clusters(self, passage_ids: Sequence[int]) -> dict[int, str]:
        """Return id -> cluster of the passages whose article is not alone in its cluster."""
        return clusters.of_passages(self.store, passage_ids)

    def copies(self, passage_ids: Sequence[int], allow: Filter) -> dict[int, list[Article]]:
        """Return id -> the articles of the passage's cluster that pass `allow`, by date, then id.

        Its own article is among them. Ids of passages whose article is alone in its cluster are left out.
        """
        names = clusters.of_passages(self.store, passage_ids)
        members: dict[str | None, list[Article]] = {}
        for article in clusters.articles_of(self.store, sorted(set(names.values())), allow):
            members.setdefault(article.cluster, []).append(article)
        return {i: members[name] for i, name in names.items() if name in members}

    def published_days(self, passage_ids: Sequence[int]) -> dict[int, int]:
        """Return id -> day number (days since 1970-01-01) of the passages whose article has a date."""
        return self.store.published_days(passage_ids)

    def _without_removed(self, ids: Ids, scores: Scores) -> tuple[Ids, Scores]:
        if not len(self._removed):
            return ids, scores
        keep = ~np.isin(ids, self._removed)
        return ids[keep], scores[keep]


def _concatenated(store: Store, manifest: Manifest) -> tuple[Ids, npt.NDArray[np.float16]]:
    chunks = list(store.vectors(after=manifest.upto))
    if not chunks:
        return np.empty(0, np.int64), np.empty((0, manifest.encoder.dim), np.float16)
    return np.concatenate([ids for ids, _ in chunks]), np.concatenate([v for _, v in chunks])
