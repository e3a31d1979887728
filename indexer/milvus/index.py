"""A published archive in Milvus, opened for searching: `PassageIndex` and `ArticleCatalog`.

Knows what was committed when it was opened, and sees that alone; keeps nothing on this machine.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Self

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.article import Article
from nutgraf.indexer.errors import IndexMismatch
from nutgraf.indexer.fields import Field
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.milvus.address import MilvusAddress
from nutgraf.indexer.milvus.articles import READ, articles_by_id, by_date, read_articles
from nutgraf.indexer.milvus.catalog import behind, counted, ordered
from nutgraf.indexer.milvus.connection import MOST_ROWS, Row, connect, missing
from nutgraf.indexer.milvus.head import Head, read_head
from nutgraf.indexer.milvus.publish import encoded, holders_of, state_of
from nutgraf.indexer.milvus.tables import (
    ARTICLES,
    NO_DAY,
    PASSAGES,
    PRINTS,
    Table,
    both,
    key_of,
    passing,
    vectors_of,
    visible,
)
from nutgraf.indexer.milvus.terms import ARTICLE_TERMS, number_of, rarities
from nutgraf.indexer.passages import PassageRule
from nutgraf.indexer.selection import Facets, ListedArticle, ListPlace, Selection, Sort
from nutgraf.indexer.storage import ArchiveInfo, Ids, OutletCount, Passage, PassageFacts, Scores
from nutgraf.indexer.terms import ANALYZER, question_terms
from nutgraf.indexer.watches import AddedPassages

_LAST_DAY = 1 << 22  # the year 13,000
_PART = 1024  # ids of passages that are looked through at a time; not compared
_ADDED = ["row", "article", "id", "start", "stop", "title", "day"]
_LISTED = ["row", "key", "id", "source", "source_key", "published", "authors", "names"]


class MilvusIndex:
    """What was committed and published when it was opened. Use it as a context manager.

    Opening raises IndexMissing, IndexMismatch, IndexDamaged or StorageFailed, each with what to type. The
    methods are described in `indexer.storage`.
    """

    def __init__(self, address: MilvusAddress) -> None:
        self.address = address
        self._connection = connect(address)
        head = read_head(self._connection) if self._connection.has_tables() else None
        if head is None or head.encoder is None:
            raise missing(address)
        if head.analyzer != ANALYZER:
            raise IndexMismatch(
                f"{address} has terms of the analyzer {head.analyzer}, not {ANALYZER}",
                hint=f"nutgraf index --rebuild --index {address}",
            )
        self.head: Head = head
        self._seen = visible(head.batch)
        self._published = f"born <= {head.published} and died > {head.batch}"
        self._vectors = vectors_of(head.encoder.dim)
        self._order: tuple[tuple[Selection, Sort], list[ListPlace]] | None = None
        self.state = state_of(self._connection, head)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Do nothing: the connection is that of the process."""

    @property
    def fingerprint(self) -> list[object]:
        """What passages and terms of the same articles depend on, JSON-ready: passage rule and analyzer."""
        return [asdict(PassageRule()), self.head.analyzer]

    def prepare(self) -> None:
        """Do nothing: Milvus has its collections loaded."""

    # --- PassageIndex -------------------------------------------------------------------------------

    def dense(self, vector: npt.NDArray[np.float32], k: int, allow: Filter) -> tuple[Ids, Scores]:
        """Return ids and cosines of the `k` passages nearest to the unit vector float32 (dim,)."""
        where = both(self._seen, encoded(self.head), passing(allow))
        return self._connection.search(self._vectors, "vector", vector, k, where)

    def lexical(self, question: str, k: int, allow: Filter) -> tuple[Ids, Scores]:
        """Return ids and BM25 scores of the `k` best passages that share a word with the question."""
        sought = self._weighted(question, 0)
        return self._by_words(PASSAGES, sought, k, passing(allow))

    def article_scores(self, question: str, passage_ids: Sequence[int]) -> dict[int, float]:
        """Return passage id -> BM25 score of its whole article; absent where it has none of the words."""
        owners = {row["row"]: row["article"] for row in self._passages(passage_ids, ["article"])}
        sought = self._weighted(question, ARTICLE_TERMS)
        if not owners or not sought:
            return {}
        numbers = sorted({*owners.values()})
        listed = f"row in [{', '.join(map(str, numbers))}]"
        ids, scores = self._by_words(ARTICLES, sought, len(numbers), listed)
        by_article = dict(zip(ids.tolist(), scores.tolist(), strict=True))
        return {i: by_article[owner] for i, owner in owners.items() if owner in by_article}

    def facts(self, passage_ids: Sequence[int]) -> dict[int, PassageFacts]:
        """Return passage id -> facts of it and its article; unknown ids are absent."""
        rows = self._passages(passage_ids, ["id", "key", "title", "day", "made", "born"])
        clusters = self._shared_clusters([row["key"] for row in rows])
        return {
            row["row"]: PassageFacts(
                row["id"],
                _field(row),
                None if row["day"] == NO_DAY else row["day"],
                clusters.get(row["key"]),
                self._is_encoded(row),
            )
            for row in rows
        }

    def fetch(self, passage_ids: Sequence[int]) -> list[Passage]:
        """Return the passages in the order of the ids, without those that are gone."""
        rows = {row["row"]: row for row in self._passages(passage_ids, ["id", "start", "stop", "title"])}
        articles = self.get(list({row["id"] for row in rows.values()}))
        return [
            Passage(i, article, row["start"], row["stop"], _field(row))
            for i in passage_ids
            if (row := rows.get(i)) is not None and (article := articles.get(row["id"])) is not None
        ]

    def copies(self, passage_ids: Sequence[int], allow: Filter) -> dict[int, list[Article]]:
        """Return passage id -> the articles of its cluster that pass `allow`, by date, then id."""
        rows = self._passages(passage_ids, ["key"])
        clusters = self._shared_clusters([row["key"] for row in rows])
        names = {row["row"]: clusters[row["key"]] for row in rows if row["key"] in clusters}
        members: dict[str | None, list[Article]] = {}
        for article in self._members(sorted({*names.values()}), allow):
            members.setdefault(article.cluster, []).append(article)
        return {i: members[name] for i, name in names.items() if name in members}

    def newest_day(self, allow: Filter) -> int | None:
        """Return the day number of the newest article that passes; None where none has a date."""
        where = both(self._seen, passing(allow))
        newest, after, nothing = NO_DAY, NO_DAY, _LAST_DAY
        while after < nothing:  # Milvus has no maximum: of many days it is looked for by halves
            days = self._connection.rows(ARTICLES, both(where, f"day > {after}"), ["day"], limit=MOST_ROWS)
            newest = max([newest, *(row["day"] for row in days)])
            if days and len(days) < MOST_ROWS:
                break
            nothing = nothing if days else after
            after = max(newest, (max(newest, 0) + nothing) // 2) if nothing > newest + 1 else nothing
        return None if newest == NO_DAY else newest

    # --- ArticleCatalog -----------------------------------------------------------------------------

    def get(self, article_ids: Sequence[str]) -> dict[str, Article]:
        """Return id -> article; ids that no article has are absent."""
        return articles_by_id(self._connection, article_ids, self._seen)

    def page(self, allow: Filter, after: str | None, limit: int) -> list[Article]:
        """Return the next `limit` articles that pass `allow`, by id, beyond the id `after`."""
        place = None if after is None else ListPlace(None, after)
        return [entry.article for entry in self.listed(Selection(allow), "id", place, limit)]

    def listed(
        self, selection: Selection, sort: Sort, after: ListPlace | None, limit: int
    ) -> list[ListedArticle]:
        """Return the next `limit` articles of a selection in the order of `sort`."""
        key = selection, sort
        if self._order is None or self._order[0] != key:  # the next page is often asked for
            matches = self._matches(selection)
            self._order = key, ordered(self._selected(selection, matches), matches, sort)
        places = behind(self._order[1], after, sort)[:limit]
        articles = self.get([place.id for place in places])
        return [ListedArticle(articles[place.id], place) for place in places]

    def facets(self, selection: Selection) -> Facets:
        """Return how many articles a selection has, by outlet, author and month."""
        return counted(self._selected(selection, self._matches(selection)))

    def cluster(self, name: str) -> list[Article]:
        """Return the articles of a cluster, by date (none last), then id."""
        return self._members([name], Filter())

    def info(self) -> ArchiveInfo:
        """Return what the archive holds."""
        rows = self._rows("")
        outlets = Counter(row["source"] for row in rows if row["source"])
        ranked = sorted(outlets.items(), key=lambda outlet: (-outlet[1], outlet[0]))
        dates = sorted(row["published"] for row in rows if row["published"])
        first, last = (dates[0], dates[-1]) if dates else (None, None)
        return ArchiveInfo(
            location=str(self.address),
            state=self.state,
            outlets=tuple(OutletCount(*outlet) for outlet in ranked),
            first_published=first,
            last_published=last,
            size_bytes=self._connection.size_bytes(self.state),
        )

    # --- standing questions -------------------------------------------------------------------------

    def holds(self, article_ids: Sequence[str]) -> set[str]:
        """Return those of the ids that an article has."""
        keys = [*map(key_of, article_ids)]
        return {row["id"] for row in self._connection.rows_among(ARTICLES, "key", keys, ["id"], self._seen)}

    def added(self, after: int) -> Iterator[AddedPassages]:
        """Yield the passages with ids above `after`, by id, in parts of whole articles."""
        waiting: list[Row] = []
        for first in range(after, self.state.last_passage, _PART):
            where = both(self._seen, f"row > {first} and row <= {first + _PART}")
            rows = self._connection.rows(PASSAGES, where, _ADDED)
            waiting += sorted(rows, key=lambda row: int(row["row"]))
            if first + _PART >= self.state.last_passage:
                whole = waiting
            else:  # the last article may go on
                whole = [row for row in waiting if row["article"] != waiting[-1]["article"]]
            if whole:
                yield self._added(whole)
            waiting = waiting[len(whole) :]

    # --- inside -------------------------------------------------------------------------------------

    def _passages(self, passage_ids: Sequence[int], columns: Sequence[str]) -> list[Row]:
        ids = [int(i) for i in passage_ids]
        return self._connection.rows_among(PASSAGES, "row", ids, ["row", *columns], self._seen)

    def _added(self, rows: Sequence[Row]) -> AddedPassages:
        """Return passages of whole articles with what they are compared by."""
        ids, dim = [int(row["row"]) for row in rows], self.state.encoder.dim
        made = self._connection.rows_among(
            self._vectors, "row", ids, ["row", "vector"], both(self._seen, f"made <= {self.head.batch}")
        )
        vectors = {row["row"]: row["vector"] for row in made}
        missing = [np.nan] * dim
        articles = self.get([*dict.fromkeys(row["id"] for row in rows)])
        return AddedPassages(
            ids=np.array(ids, np.int64),
            vectors=np.array([vectors.get(i, missing) for i in ids], np.float16).reshape(-1, dim),
            texts=[_compared_text(row, articles[row["id"]]) for row in rows],
            articles=[row["id"] for row in rows],
            days=[None if row["day"] == NO_DAY else row["day"] for row in rows],
            sources=[articles[row["id"]].source for row in rows],
        )

    def _is_encoded(self, row: Row) -> bool:
        head = self.head
        return bool(
            row["made"] <= head.published or (row["born"] > head.published and row["made"] <= head.batch)
        )

    def _weighted(self, question: str, offset: int) -> dict[int, float]:
        """Return number -> weight of the question's terms that any published text has."""
        numbers = [number_of(term) for term in question_terms(question)]
        if not numbers:
            return {}
        holders = holders_of(self._connection, [offset + n for n in numbers], self.head)
        texts = self.head.words[1 if offset else 0]
        return rarities(numbers, {term - offset: count for term, count in holders.items()}, texts)

    def _by_words(self, table: Table, sought: Mapping[int, float], k: int, where: str) -> tuple[Ids, Scores]:
        if not sought or not k:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        ids, scores = self._connection.search(table, "words", sought, k, both(self._published, where))
        return ids[scores > 0], scores[scores > 0]

    def _matches(self, selection: Selection) -> dict[int, float] | None:
        """Return article -> score of those that have every word; None without words.

        The rarest word comes first; of one that more articles have than Milvus returns, the best are taken.
        """
        numbers = [number_of(term) for term in question_terms(selection.words)]
        if not numbers:
            return None
        sought = self._weighted(selection.words, ARTICLE_TERMS)
        if len(sought) < len({*numbers}):
            return {}
        scores: dict[int, float] = {}
        where = passing(selection.allow)
        for n in sorted(sought, key=lambda n: (-sought[n], n)):
            ids, found = self._by_words(ARTICLES, {n: sought[n]}, MOST_ROWS, where)
            scores = {
                i: scores.get(i, 0.0) + score for i, score in zip(ids.tolist(), found.tolist(), strict=True)
            }
            if not scores:
                break
            where = f"row in [{', '.join(map(str, scores))}]"
        return scores

    def _selected(self, selection: Selection, matches: Mapping[int, float] | None) -> list[Row]:
        """Return the rows of the articles of a selection."""
        authors = ""
        if selection.authors:
            keys = ", ".join(f'"{key_of(name.casefold())}"' for name in selection.authors)
            authors = f"array_contains_any(authors, [{keys}])"
        where = both(passing(selection.allow), authors)
        if matches is None:
            return self._rows(where)
        return self._connection.rows_among(ARTICLES, "row", [*matches], _LISTED, both(self._seen, where))

    def _rows(self, where: str) -> list[Row]:
        return [*self._connection.every_row(ARTICLES, both(self._seen, where), _LISTED)]

    def _shared_clusters(self, keys: Sequence[str]) -> dict[str, str]:
        """Return key of an article -> name of its cluster, where that has another member."""
        rows = self._connection.rows_among(PRINTS, "key", keys, ["key", "cluster", "cluster_key"], self._seen)
        names = [row["cluster_key"] for row in rows]
        members = self._connection.rows_among(PRINTS, "cluster_key", names, ["cluster_key"], self._seen)
        sizes = Counter(row["cluster_key"] for row in members)
        return {row["key"]: row["cluster"] for row in rows if sizes[row["cluster_key"]] > 1}

    def _members(self, names: Sequence[str], allow: Filter) -> list[Article]:
        keys = [*map(key_of, names)]
        members = self._connection.rows_among(PRINTS, "cluster_key", keys, ["key"], self._seen)
        rows = self._connection.rows_among(
            ARTICLES, "key", [row["key"] for row in members], READ, both(self._seen, passing(allow))
        )
        return by_date(read_articles(self._connection, rows, self._seen))


def _field(row: Row) -> Field:
    return "title" if row["title"] else "text"


def _compared_text(row: Row, article: Article) -> str:
    """Return what the words of a question are looked for in: a passage behind its title."""
    return article.title if row["title"] else f"{article.title}\n{article.text[row['start'] : row['stop']]}"
