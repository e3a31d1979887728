"""A published index, opened for searching: the embedded `PassageIndex` and `ArticleCatalog`.

Knows the generation and the store; does not know questions, fusion or answers.
"""

from collections.abc import Container, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.article import Article
from nutgraf.indexer.built_by import rebuild_hint
from nutgraf.indexer.embedded.columns import Columns
from nutgraf.indexer.embedded.database import restore_hint
from nutgraf.indexer.embedded.digests import check_digests
from nutgraf.indexer.embedded.generation import ARTICLES, PASSAGES
from nutgraf.indexer.embedded.lexical import LexicalIndex
from nutgraf.indexer.embedded.manifest import TOKENS, Manifest, check_files, check_store, read_manifest
from nutgraf.indexer.embedded.segments import Segments, best_of, cells_name, read_removed
from nutgraf.indexer.embedded.store import FILENAME, Store
from nutgraf.indexer.embedded.vectors import exact_search
from nutgraf.indexer.errors import IndexDamaged, IndexMismatch
from nutgraf.indexer.fields import FIELDS
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.selection import Facets, ListedArticle, ListPlace, Selection, Sort
from nutgraf.indexer.storage import (
    ArchiveInfo,
    Counts,
    Ids,
    IndexState,
    Passage,
    PassageFacts,
    Recall,
    Scores,
)
from nutgraf.indexer.terms import ANALYZER
from nutgraf.indexer.watches import AddedPassages

LOOKED_OVER_BYTES = 32_000_000
"""Of a store up to this size SQLite reads all pages when the index is prepared, while models are loaded.
Of 40 MB that took 0.05 s, on two cores without VNNI."""

_looked_over: set[tuple[int, int]] = set()
"""The stores, by device and inode, in which it found no fault in this process."""


class EmbeddedIndex:
    """One generation of an index, with what the store holds beyond it. Use it as a context manager.

    Passages that were stored with their vectors since the generation was published are searched exactly;
    removed ones are left out. Opening raises IndexMissing, IndexMismatch, IndexDamaged or StorageFailed, each
    with what to type. The derived files are compared with their digests before they are first searched, or by
    `prepare`, which raises IndexDamaged. The methods are described in `indexer.storage`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest: Manifest = read_manifest(folder)
        check_files(folder, self.manifest)
        if self.manifest.analyzer != ANALYZER:
            raise IndexMismatch(
                f"the index {folder} has terms of the analyzer {self.manifest.analyzer}, not {ANALYZER}",
                hint=rebuild_hint(folder),
            )
        self.store = Store(folder / FILENAME, readonly=True)
        with ExitStack() as undo:
            undo.callback(self.store.close)
            check_store(folder, self.manifest, self.store)
            # Counted once: counting rows of a large table takes SQLite longer than finding passages.
            counts = self.store.counts()
            self._removed = np.array(self.store.tombstones(), np.int64)
            self._new_ids, self._new_vectors = _concatenated(self.store, self.manifest)
            self.state = self._state(counts)
            undo.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the store; the mapped files go with the object."""
        self.store.close()

    @property
    def fingerprint(self) -> list[object]:
        """What passages and terms of the same articles depend on, JSON-ready: passage rule and analyzer."""
        return [asdict(self.manifest.rule), self.manifest.analyzer]

    def prepare(self) -> None:
        """Compare the derived files with their digests and open them now, not at the first search.

        Of a small store SQLite looks over the whole file, once in a process. Raises IndexDamaged.
        """
        _ = self._dense, self._lexical, self._articles
        if self.store.size_bytes() <= LOOKED_OVER_BYTES and self._place not in _looked_over:
            faults = self.store.quick_check()
            if faults != ["ok"]:
                raise self._damaged("; ".join(faults))
            _looked_over.add(self._place)

    # --- PassageIndex -------------------------------------------------------------------------------

    def dense(self, vector: npt.NDArray[np.float32], k: int, allow: Filter) -> tuple[Ids, Scores]:
        """Return ids and cosines of the `k` passages nearest to the unit vector float32 (dim,)."""
        hits = [self._dense.search(vector, k, allow)]
        if len(self._new_ids):
            new = self._new_columns.passing(allow) if allow else slice(None)
            hits.append(exact_search(self._new_ids[new], self._new_vectors[new], vector, k))
        return best_of(hits, k)

    def lexical(self, question: str, k: int, allow: Filter) -> tuple[Ids, Scores]:
        """Return ids and BM25 scores of the `k` best passages that share a word with the question."""
        ids, scores = self._lexical.search(question, k + len(self._removed), allow)
        ids, scores = self._without_removed(ids, scores)
        return ids[:k], scores[:k]

    def article_scores(self, question: str, passage_ids: Sequence[int]) -> dict[int, float]:
        """Return passage id -> BM25 score of its whole article; absent where it has none of the words."""
        stored = self.store.first_passages(passage_ids)
        firsts = {passage: first for passage, first in stored.items() if first is not None}
        self._check_all_there(passage_ids, firsts)
        among = sorted(set(firsts.values()))
        ids, scores = self._articles.search(question, len(among), Filter(), among)
        by_article = dict(zip(ids.tolist(), scores.tolist(), strict=True))
        return {passage: by_article[first] for passage, first in firsts.items() if first in by_article}

    def facts(self, passage_ids: Sequence[int]) -> dict[int, PassageFacts]:
        """Return passage id -> facts of it and its article; unknown ids are absent.

        Raises IndexDamaged where the store has lost passages that the published files have.
        """
        facts = self.store.facts(passage_ids)
        self._check_all_there(passage_ids, facts)
        if strange := [i for i, fact in facts.items() if fact.field not in FIELDS]:
            raise self._damaged(f"passage {min(strange)} is of no field of its article")
        if self.state.encoded_passages == self.state.counts.passages:
            return facts
        ids = np.array([*facts], np.int64)
        encoded = self._dense.holds(ids) | np.isin(ids, self._new_ids)
        return facts | {i: replace(facts[i], encoded=False) for i in ids[~encoded].tolist()}

    def fetch(self, passage_ids: Sequence[int]) -> list[Passage]:
        """Return the passages in the order of the ids, without those removed meanwhile.

        Raises IndexDamaged where the article of a passage cannot be found by its id, and where a passage is
        not the words that its vector is of.
        """
        rows = self.store.passages(passage_ids)
        keys = self.store.vector_hashes(passage_ids)
        articles = self.store.articles(list({row.article_id for row in rows.values()}))
        whole: dict[int, Passage] = {}
        strange: dict[int, str] = {}
        for i, row in rows.items():
            if (article := articles.get(row.article_id)) is None:
                strange[i] = f"the article of passage {i} is not found by its id"
            elif row.key_in(article) != keys.get(i):
                strange[i] = f"passage {i} is not the words that were indexed"
            else:
                whole[i] = Passage(i, article, row.start, row.end, row.field)
        # No passage gets an id that was used: one that is still there has had its article all the time.
        if strange and (left := self.store.passages([*strange])):
            raise self._damaged(strange[min(left)])
        return [whole[i] for i in passage_ids if i in whole]

    def copies(self, passage_ids: Sequence[int], allow: Filter) -> dict[int, list[Article]]:
        """Return passage id -> the articles of its cluster that pass `allow`, by date, then id."""
        names = {
            i: facts.cluster for i, facts in self.facts(passage_ids).items() if facts.cluster is not None
        }
        members: dict[str | None, list[Article]] = {}
        for article in self.store.cluster_articles(sorted(set(names.values())), allow):
            members.setdefault(article.cluster, []).append(article)
        return {i: members[name] for i, name in names.items() if name in members}

    def newest_day(self, allow: Filter) -> int | None:
        """Return the day number of the newest article that passes; None where none has a date."""
        return self.store.newest_day(allow)

    # --- ArticleCatalog -----------------------------------------------------------------------------

    def get(self, article_ids: Sequence[str]) -> dict[str, Article]:
        """Return id -> article; ids that no article has are absent."""
        return self.store.articles(article_ids)

    def page(self, allow: Filter, after: str | None, limit: int) -> list[Article]:
        """Return the next `limit` articles that pass `allow`, by id, beyond the id `after`."""
        return self.store.page(allow, after, limit)

    def listed(
        self, selection: Selection, sort: Sort, after: ListPlace | None, limit: int
    ) -> list[ListedArticle]:
        """Return the next `limit` articles of a selection in the order of `sort`."""
        return self.store.catalog.listed(selection, self._matches(selection), sort, after, limit)

    def facets(self, selection: Selection) -> Facets:
        """Return how many articles a selection has, by outlet, author and month."""
        return self.store.catalog.facets(selection, self._matches(selection))

    def cluster(self, name: str) -> list[Article]:
        """Return the articles of a cluster, by date (none last), then id."""
        return self.store.cluster_articles([name], Filter())

    def info(self) -> ArchiveInfo:
        """Return what the archive holds."""
        first, last = self.store.published_range()
        return ArchiveInfo(
            location=str(self.folder),
            state=self.state,
            outlets=self.store.outlets(),
            first_published=first,
            last_published=last,
            size_bytes=sum(self.manifest.files.values()) + self.store.size_bytes(),
            recall=self._recall(),
        )

    # --- standing questions -------------------------------------------------------------------------

    def holds(self, article_ids: Sequence[str]) -> set[str]:
        """Return those of the ids that an article has."""
        return {*self.store.content_hashes(article_ids)}

    def added(self, after: int) -> Iterator[AddedPassages]:
        """Yield the passages with ids above `after`, by id, in parts of whole articles."""
        return self.store.added_passages(after, self.state.encoder.dim)

    # --- inside -------------------------------------------------------------------------------------

    @cached_property
    def _place(self) -> tuple[int, int]:
        status = (self.folder / FILENAME).stat()
        return status.st_dev, status.st_ino

    def _check_all_there(self, passage_ids: Sequence[int], stored: Container[int]) -> None:
        """Raise IndexDamaged for a passage whose vector is published, and which is neither there nor removed.

        Passages that a writer removed since have a tombstone until the next generation is published.
        """
        absent = np.array([i for i in passage_ids if i not in stored], np.int64)
        if not len(absent):
            return
        lost = np.setdiff1d(absent[self._dense.holds(absent)], read_removed(self.folder, self.manifest))
        lost = np.setdiff1d(lost, self.store.tombstones())
        tokens = (self.store.state(TOKENS) or "").split()
        if len(lost) and tokens[:1] == [self.manifest.token]:  # no later generation has buried them
            raise self._damaged(f"passage {lost[0]} was published and is not there")

    def _damaged(self, what: str) -> IndexDamaged:
        return IndexDamaged(f"{self.folder / FILENAME} is damaged: {what}", hint=restore_hint(self.folder))

    def _recall(self) -> Recall | None:
        """Return the least recall of the segments that have cells; of those that were to, where none has."""
        recalls = self.manifest.recalls
        used = [r for name, r in recalls.items() if cells_name(name) in self.manifest.files]
        measured = used or [*recalls.values()]
        if not measured:
            return None
        at_10, at_100 = min(r.at_10 for r in measured), min(r.at_100 for r in measured)
        return Recall(sum(r.passages for r in used), at_10, at_100)

    def _state(self, counts: Counts) -> IndexState:
        """Return what is searched. The vectors are opened for it only where some are missing, others gone."""
        manifest, unpublished = self.manifest, self.store.passages_after(self.manifest.upto)
        if manifest.encoded == manifest.passages:
            encoded = counts.passages - unpublished
        else:
            since = np.setdiff1d(self._removed, read_removed(self.folder, manifest))
            removed = int(self._dense.holds(since).sum()) if len(since) else 0
            encoded = manifest.encoded - removed
        return IndexState(
            generation=manifest.generation,
            token=manifest.token,
            counts=counts,
            unpublished_passages=unpublished,
            last_passage=max(manifest.upto, self.store.last_passage()),
            encoder=manifest.encoder,
            # A writer may be at work between two of these look-ups.
            encoded_passages=max(0, min(encoded + len(self._new_ids), counts.passages)),
        )

    @cached_property
    def _dense(self) -> Segments:
        gone = np.union1d(read_removed(self.folder, self.manifest), self._removed)
        return Segments(self.folder, self.manifest, self.store, gone)

    @cached_property
    def _new_columns(self) -> Columns:
        """The columns of the passages that wait for the next generation."""
        return Columns.of(self.store.days_and_outlets(self._new_ids))

    @cached_property
    def _lexical(self) -> LexicalIndex:
        return self._words(PASSAGES)

    @cached_property
    def _articles(self) -> LexicalIndex:
        return self._words(ARTICLES)

    def _matches(self, selection: Selection) -> dict[int, float] | None:
        """Return first passage -> score of the articles that have the words; None without words."""
        return self._articles.matching(selection.words, selection.allow) if selection.words else None

    def _words(self, part: str) -> LexicalIndex:
        folder = f"{self.manifest.lexical}/{part}"
        names = [name for name in self.manifest.files if name.startswith(f"{folder}/")]
        check_digests(self.folder, self.manifest, names)
        return LexicalIndex(self.folder / folder)

    def _without_removed(self, ids: Ids, scores: Scores) -> tuple[Ids, Scores]:
        if not len(self._removed):
            return ids, scores
        keep = ~np.isin(ids, self._removed)
        return ids[keep], scores[keep]


def _concatenated(store: Store, manifest: Manifest) -> tuple[Ids, npt.NDArray[np.float16]]:
    """Return ids and vectors, (n,) and (n, dim), of the encoded passages that the manifest does not know."""
    chunks = list(store.vectors(after=manifest.upto))
    if not chunks:
        return np.empty(0, np.int64), np.empty((0, manifest.encoder.dim), np.float16)
    return np.concatenate([ids for ids, _ in chunks]), np.concatenate([v for _, v in chunks])
