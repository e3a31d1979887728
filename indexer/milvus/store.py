"""The store behind a writer: what is committed in Milvus, and above it the batch that is being written.

A batch is collected in memory. It is committed by writing its rows, which nobody sees, and then the head,
which has its number. What a batch that died left is removed before the next one (`undo`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.article import Article
from nutgraf.indexer.article_store import NewPassage, StoredPassage, Vectors
from nutgraf.indexer.errors import IndexerError, StorageFailed
from nutgraf.indexer.milvus.articles import (
    READ,
    article_from,
    articles_by_id,
    day_of,
    in_order,
    read_articles,
    rows_of,
    source_key,
    words_of,
)
from nutgraf.indexer.milvus.batch import Batch, undo
from nutgraf.indexer.milvus.connection import MOST_ROWS, Connection, Row
from nutgraf.indexer.milvus.head import Head, read_head
from nutgraf.indexer.milvus.tables import (
    ALIVE,
    ARTICLES,
    BATCHED,
    PASSAGES,
    PIECE_CHARS,
    PIECES,
    PRINTS,
    STATE,
    Table,
    key_of,
    vectors_of,
    visible,
)

_FORGOTTEN = "engine:forgotten"
"""The key of the state with the batch up to which articles have lost their passages."""

_SKETCHED = "engine:sketches_forgotten"
"""The key of the state with the batch up to which sketches count no more."""

_BANDS = 500  # bands that are looked for in one call; not compared
_PRINTS = ["row", "article", "key", "id", "cluster", "cluster_key", "origin", "bands", "sketched"]


class MilvusStore:
    """An `ArticleStore` in Milvus, of the one writer. `check` raises where it is that no more."""

    def __init__(self, connection: Connection, dim: int, check: Callable[[], None]) -> None:
        self.connection = connection
        self.head = read_head(connection) or Head()
        self._check = check
        self._vectors = vectors_of(dim)
        self._dim = dim
        self._is_broken = False
        self._values: dict[str, str | None] = {}
        self._undo()
        self._clear()

    def _clear(self) -> None:
        """Forget the batch that was collected."""
        self._rows = Batch()
        self._made: set[int] = set()
        self._fresh: dict[bytes, Vectors] = {}  # vectors that are stored with the next passages
        self._prints: dict[str, Row | None] = {}
        self._batch_bands: dict[int, set[str]] = {}  # band -> keys of articles
        self._stored_bands: dict[int, set[str]] = {}
        self._noted: set[int] = set()
        self._last_row, self._last_passage = self.head.last_row, self.head.last_passage

    @property
    def sketches(self) -> "MilvusSketches":
        """The sketches of the articles."""
        return MilvusSketches(self)

    @property
    def batch(self) -> int:
        """The number of the batch that is being written, or would be."""
        return self.head.batch + 1

    # --- transactions -------------------------------------------------------------------------------

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Collect a batch, and commit it at the end; nothing of it is seen where the block raises."""
        if self._is_broken:
            raise StorageFailed(
                f"{self.connection.address}: a batch failed and could not be undone",
                hint="run the same command again: it goes on where it was",
            )
        try:
            yield
            self._commit()
        except BaseException:
            self._values = {}
            raise
        finally:
            self._clear()

    def _commit(self) -> None:
        if not (self._rows or self._made):
            return
        self._check()
        batch = self.batch
        if vectors := [*self._rows.added(self._vectors).values()]:
            self.connection.make_vectors(len(vectors[0]["vector"]))
        head = replace(
            self.head,
            batch=batch,
            changed=batch if self._changes_answers() else self.head.changed,
            last_row=self._last_row,
            last_passage=self._last_passage,
        )
        try:
            self._rows.write(self.connection, batch)
            self.connection.patch(PASSAGES, [{"row": n, "made": batch} for n in sorted(self._made)])
            head.write(self.connection)
        except BaseException:
            self._after_failure(head)
            raise
        self.head = head

    def _after_failure(self, head: Head) -> None:
        """Undo a batch, unless its head arrived although no answer came."""
        try:
            self.head = read_head(self.connection) or Head()
            if self.head != head:
                self._undo()
        except IndexerError:
            self._is_broken = True

    def _undo(self) -> None:
        undo(self.connection, (*BATCHED, *self.connection.vector_tables()), self.head.batch)

    def _changes_answers(self) -> bool:
        answering = {ARTICLES.name, PASSAGES.name, self._vectors.name}
        return bool(self._made or self._rows.touched & answering)

    def _next_row(self) -> int:
        self._last_row += 1
        return self._last_row

    def _select(
        self, table: Table, column: str, values: Sequence[int] | Sequence[str], columns: Sequence[str]
    ) -> list[Row]:
        """Return the rows of which a column has one of the values, as the batch has them so far."""
        if not values:
            return []
        wanted, dead = {*values}, self._rows.dead(table)
        stored = self.connection.rows_among(
            table, column, values, [*{*columns, "row"}], visible(self.head.batch)
        )
        kept = [row for row in stored if row["row"] not in dead]
        return kept + [row for row in self._rows.added(table).values() if row[column] in wanted]

    # --- articles -----------------------------------------------------------------------------------

    def put(self, article: Article, passages: Sequence[NewPassage]) -> None:
        """Store the article with its passages, in place of what stood under its id."""
        for p in passages:
            assert 0 <= p.start < p.end <= len(article.content(p.field)), (article.id, p)
        self.remove([article.id])
        number = self._next_row()
        row, pieces = rows_of(article, number, self.head.means[1])
        self._rows.add(ARTICLES, row)
        for piece in pieces:
            self._rows.add(PIECES, {"row": self._next_row(), **piece})
        self._put_prints(
            {
                "article": number,
                "key": row["key"],
                "id": article.id,
                "cluster": article.id,
                "cluster_key": row["key"],
                "origin": article.origin or "",
                "bands": [],
                "sketched": 0,
            }
        )
        for passage in passages:
            self._put_passage(article, number, passage)

    def _put_passage(self, article: Article, number: int, passage: NewPassage) -> None:
        self._last_passage += 1
        content = article.content(passage.field)[passage.start : passage.end]
        is_title = passage.field == "title"
        vector = self._fresh.get(passage.vector_hash)
        shared: Row = {
            "row": self._last_passage,
            "hash": passage.vector_hash.hex(),
            "day": day_of(article),
            "source_key": source_key(article),
            "made": ALIVE if vector is None else self.batch,
        }
        self._rows.add(
            PASSAGES,
            shared
            | {
                "article": number,
                "key": key_of(article.id),
                "id": article.id,
                "start": passage.start,
                "stop": passage.end,
                "title": is_title,
                **words_of("" if is_title else article.title, content, self.head.means[0]),
            },
        )
        if vector is not None:
            self._rows.add(self._vectors, shared | {"vector": _floats(vector)})

    def remove(self, article_ids: Iterable[str]) -> list[str]:
        """Remove the articles; return the ids that were there."""
        ids = [*dict.fromkeys(article_ids)]
        self._load_prints(ids)
        there = [i for i in ids if self._prints[key_of(i)] is not None]
        if not there:
            return []
        keys = [*map(key_of, there)]
        for key in keys:
            self._drop_prints(key)
        numbers = [row["row"] for row in self._select(ARTICLES, "key", keys, ["key"])]
        for number in numbers:
            self._rows.kill(ARTICLES, number)
        for row in self._select(PIECES, "article", numbers, ["article"]):
            self._rows.kill(PIECES, row["row"])
        passages = [row["row"] for row in self._select(PASSAGES, "key", keys, ["key"])]
        for number in passages:
            self._rows.kill(PASSAGES, number)
        for table in {table.name: table for table in self.connection.vector_tables()}.values():
            for row in self._select(table, "row", passages, []):
                self._rows.kill(table, row["row"])
        return there

    def content_hashes(self, article_ids: Sequence[str]) -> dict[str, str]:
        """Return id -> content hash of those articles that are stored."""
        self._load_prints(article_ids)  # a batch asks for all at once, and for each of them afterwards
        rows = self._select(ARTICLES, "key", [*map(key_of, article_ids)], ["id", "hash"])
        return {row["id"]: row["hash"] for row in rows}

    def articles(self, article_ids: Sequence[str]) -> dict[str, Article]:
        """Return id -> Article of those that are stored."""
        keys, fresh = {key_of(i): i for i in article_ids}, self._rows.added(ARTICLES)
        mine = {row["key"]: row for row in fresh.values() if row["key"] in keys}
        self._load_prints(article_ids)
        pieces = self._rows.added(PIECES).values()
        batch = {
            keys[key]: article_from(
                row,
                [piece for piece in pieces if piece["article"] == row["row"]] if row["pieces"] else (),
                self._prints[key],
                self.connection.address,
            )
            for key, row in mine.items()
        }
        others = [i for key, i in keys.items() if key not in mine and self._prints[key] is not None]
        stored = articles_by_id(self.connection, others, visible(self.head.batch))
        moved = {
            i: replace(article, cluster=prints["cluster"], origin=prints["origin"] or None)
            for i, article in stored.items()
            if (prints := self._prints[key_of(i)]) is not None
        }
        return {article.id: article for article in in_order(batch | moved, article_ids)}

    def texts(self, article_ids: Sequence[str]) -> dict[str, str]:
        """Return id -> text of those articles that are stored."""
        return {i: article.text for i, article in self.articles(article_ids).items()}

    # --- clusters and origins -----------------------------------------------------------------------

    def _load_prints(self, article_ids: Sequence[str]) -> None:
        """Have the row of `PRINTS` of each id in `_prints`, None where no article has it."""
        unknown = [key for i in article_ids if (key := key_of(i)) not in self._prints]
        if unknown:
            dead = self._rows.dead(PRINTS)
            rows = self.connection.rows_among(PRINTS, "key", unknown, _PRINTS, visible(self.head.batch))
            self._prints |= dict.fromkeys(unknown)
            self._prints |= {row["key"]: row for row in rows if row["row"] not in dead}

    def _put_prints(self, row: Row) -> None:
        self._prints[row["key"]] = self._rows.add(PRINTS, row | {"row": self._next_row()})

    def _drop_prints(self, key: str) -> None:
        row = self._prints[key]
        if row is not None:
            self._rows.kill(PRINTS, row["row"])
            self._prints[key] = None

    def change_prints(self, article_id: str, **values: object) -> None:
        """Replace some values of the row of an article that is there."""
        key = key_of(article_id)
        self._load_prints([article_id])
        row = self._prints[key]
        if row is not None:
            changed = {name: row[name] for name in _PRINTS if name != "row"} | values
            self._drop_prints(key)
            self._put_prints(changed)

    def prints(self, article_ids: Sequence[str]) -> dict[str, Row]:
        """Return id -> row of `PRINTS` of those articles that are stored."""
        self._load_prints(article_ids)
        return {i: row for i in article_ids if (row := self._prints[key_of(i)]) is not None}

    def note_bands(self, key: str, bands: Sequence[int]) -> None:
        """Note that an article of this batch has the bands."""
        for band in bands:
            self._batch_bands.setdefault(band, set()).add(key)
        self._noted.update(bands)

    def with_bands(self, bands: set[int]) -> list[Row]:
        """Return the rows of `PRINTS` that have one of the bands, as the batch has them so far.

        The bands of all articles of the batch are looked for together.
        """
        unknown = sorted((bands | self._noted) - self._stored_bands.keys())
        self._noted.clear()
        self._stored_bands |= {band: set() for band in unknown}
        for at in range(0, len(unknown), _BANDS):
            listed = ", ".join(map(str, unknown[at : at + _BANDS]))
            where = f"{visible(self.head.batch)} and array_contains_any(bands, [{listed}])"
            for row in self.connection.rows(PRINTS, where, _PRINTS, limit=MOST_ROWS):
                if row["row"] not in self._rows.dead(PRINTS):
                    self._prints.setdefault(row["key"], row)
                for band in {*row["bands"]} & self._stored_bands.keys():
                    self._stored_bands[band].add(row["key"])
        keys = {
            key for band in bands for key in (*self._stored_bands[band], *self._batch_bands.get(band, ()))
        }
        known = [self._prints.get(key) for key in sorted(keys)]
        return [row for row in known if row is not None and not bands.isdisjoint(row["bands"])]

    def set_origins(self, origins: Mapping[str, str | None]) -> None:
        """Note where articles were read from, now that it is somewhere else."""
        for article_id, origin in origins.items():
            self.change_prints(article_id, origin=origin or "")

    def origins(self, article_ids: Sequence[str]) -> dict[str, str | None]:
        """Return id -> origin of those articles that are stored."""
        return {i: row["origin"] or None for i, row in self.prints(article_ids).items()}

    def all_origins(self) -> Iterator[tuple[str, str]]:
        """Yield (article id, origin) of every article that has an origin."""
        where = f'{visible(self.head.batch)} and origin != ""'
        for row in self.connection.every_row(PRINTS, where, ["id", "origin"]):
            yield row["id"], row["origin"]

    def clusters(self, article_ids: Sequence[str]) -> dict[str, str]:
        """Return id -> cluster of those articles that are stored."""
        return {i: row["cluster"] for i, row in self.prints(article_ids).items()}

    def shared_clusters(self, article_ids: Sequence[str]) -> set[str]:
        """Return the clusters of these articles that have another member."""
        members = [*self.cluster_members([*self.clusters(article_ids).values()]).values()]
        return {name for name in members if members.count(name) > 1}

    def cluster_members(self, names: Sequence[str]) -> dict[str, str]:
        """Return id -> cluster of all articles of these clusters."""
        rows = self._select(PRINTS, "cluster_key", [*map(key_of, names)], ["id", "cluster"])
        return {row["id"]: row["cluster"] for row in rows}

    def part(self, article_ids: Iterable[str] | None = None) -> None:
        """Give each of the articles (None: every one) a cluster of its own, named by its id."""
        ids = (
            [
                row["id"]
                for row in self.connection.every_row(
                    PRINTS, visible(self.head.batch), ["id", "key", "cluster_key"]
                )
                if row["key"] != row["cluster_key"]
            ]
            if article_ids is None
            else [*article_ids]
        )
        for article_id, name in self.clusters(ids).items():
            if name != article_id:
                self.change_prints(article_id, cluster=article_id, cluster_key=key_of(article_id))

    def join(self, name: str, others: Iterable[str]) -> None:
        """Move the articles of the clusters `others` into the cluster `name`."""
        for article_id in self.cluster_members([*others]):
            self.change_prints(article_id, cluster=name, cluster_key=key_of(name))

    # --- passages -----------------------------------------------------------------------------------

    def passages(self, passage_ids: Sequence[int]) -> dict[int, StoredPassage]:
        """Return id -> passage of those that are stored."""
        rows = self._select(PASSAGES, "row", passage_ids, ["id", "start", "stop", "title"])
        return {
            row["row"]: StoredPassage(
                row["row"], row["id"], row["start"], row["stop"], "title" if row["title"] else "text"
            )
            for row in rows
        }

    def unsplit(self, limit: int) -> list[Article]:
        """Return up to `limit` articles that have no passages (after `forget_passages`)."""
        forgotten = self.state(_FORGOTTEN)
        if forgotten is None:
            return []
        where = f"born <= {forgotten} and died > {self.head.batch}"
        rows = self.connection.rows(ARTICLES, where, READ, limit)
        rows.sort(key=lambda row: int(row["row"]))
        return read_articles(self.connection, rows, visible(self.head.batch))

    def untitled(self, limit: int) -> dict[int, Article]:
        """Return nothing: every article was stored with the passage of its title."""
        del limit
        return {}

    def put_titles(self, articles: Mapping[int, Article], passages: Mapping[str, NewPassage]) -> None:
        """Do nothing: `untitled` returns no article."""

    def forget_passages(self) -> None:
        """Remove all passages and vectors, keeping the articles: for another encoder or passage rule."""
        for table in (PASSAGES, *self.connection.vector_tables()):
            for row in self.connection.every_row(table, visible(self.head.batch), ["row"]):
                self._rows.kill(table, row["row"])
        self.set_state(_FORGOTTEN, str(self.head.batch))

    # --- vectors ------------------------------------------------------------------------------------

    def known_vectors(self, hashes: Sequence[bytes]) -> set[bytes]:
        """Return those of the hashes that have a vector already."""
        stored = self._stored_vectors(hashes)
        return {key for key in hashes if key in self._fresh or key in stored}

    def _stored_vectors(self, hashes: Sequence[bytes]) -> dict[bytes, Vectors]:
        if self._vectors.name not in {table.name for table in self.connection.vector_tables()}:
            return {}
        rows = self._select(self._vectors, "hash", [key.hex() for key in hashes], ["hash", "vector"])
        return {bytes.fromhex(row["hash"]): np.array(row["vector"], np.float16) for row in rows}

    def put_vectors(self, vectors: Mapping[bytes, npt.NDArray[np.float16]]) -> None:
        """Store a float16 vector (dim,) for each hash: of the passages that wait, and of those put next."""
        self._fresh |= vectors
        columns = ["hash", "day", "source_key", "made", "born"]
        for row in self._select(PASSAGES, "hash", [key.hex() for key in vectors], columns):
            if row["made"] == ALIVE and "born" in row:
                vector = _floats(vectors[bytes.fromhex(row["hash"])])
                self._rows.add(self._vectors, row | {"made": self.batch, "vector": vector})
                self._made.add(row["row"])

    def expect_vectors(self, hashes: Iterable[bytes]) -> None:
        """Note hashes whose vectors are to be made later; those that are stored are taken."""
        missing = [key for key in hashes if key not in self._fresh]
        self._fresh |= self._stored_vectors(missing)

    def vector_hashes(self, passage_ids: Sequence[int]) -> dict[int, bytes]:
        """Return id -> hash of the text that the vector of the passage is, or will be, made from."""
        rows = self._select(PASSAGES, "row", passage_ids, ["hash"])
        return {row["row"]: bytes.fromhex(row["hash"]) for row in rows}

    def count_unencoded(self) -> int:
        """Return how many passages have no vector yet."""
        return self.connection.count(PASSAGES, f"{visible(self.head.batch)} and made == {ALIVE}")

    def unencoded(self, limit: int) -> list[int]:
        """Return up to `limit` passages without a vector, those of the newest articles first."""
        where = f"{visible(self.head.batch)} and made == {ALIVE}"
        rows = [*self.connection.every_row(PASSAGES, where, ["row", "day", "article"])]
        rows.sort(key=lambda row: (-row["day"], -row["article"], row["row"]))
        return [row["row"] for row in rows[:limit]]

    # --- state --------------------------------------------------------------------------------------

    def state(self, key: str) -> str | None:
        """Return a remembered value, None where there is none."""
        if key not in self._values:
            rows = self._select(STATE, "key", [key_of(key)], ["part", "value"])
            rows.sort(key=lambda row: int(row["part"]))
            self._values[key] = "".join(row["value"] for row in rows) if rows else None
        return self._values[key]

    def set_state(self, key: str, value: str) -> None:
        """Remember a value."""
        for row in self._select(STATE, "key", [key_of(key)], ["key"]):
            self._rows.kill(STATE, row["row"])
        for part, at in enumerate(range(0, max(1, len(value)), PIECE_CHARS)):
            piece = value[at : at + PIECE_CHARS]
            self._rows.add(STATE, {"row": self._next_row(), "key": key_of(key), "part": part, "value": piece})
        self._values[key] = value


class MilvusSketches:
    """The sketches of the articles in a store."""

    def __init__(self, store: MilvusStore) -> None:
        self._store = store

    def put(self, article_id: str, sketch: bytes) -> None:
        """Keep the sketch of a stored article that has none yet."""
        bands = _bands(sketch)
        self._store.change_prints(article_id, bands=bands, sketched=self._store.batch)
        self._store.note_bands(key_of(article_id), bands)

    def remove_all(self) -> None:
        """Remove the sketches of all articles."""
        self._store.set_state(_SKETCHED, str(self._store.head.batch))

    def of(self, article_ids: Sequence[str]) -> dict[str, bytes]:
        """Return id -> sketch of those articles that have one."""
        rows = self._store.prints(article_ids)
        return {i: _sketch(row["bands"]) for i, row in rows.items() if row["sketched"] > self._since}

    def sharing(self, sketch: bytes, most: int) -> list[str]:
        """Return the ids of the articles that share a band with the sketch, `most` a band, oldest first."""
        bands = {*_bands(sketch)}
        if not bands:
            return []
        rows = [row for row in self._store.with_bands(bands) if row["sketched"] > self._since]
        rows.sort(key=lambda row: int(row["article"]))
        ids: dict[str, None] = {}
        for band in sorted(bands):
            ids |= dict.fromkeys([row["id"] for row in rows if band in row["bands"]][:most])
        return [*ids]

    def missing(self, after: int, limit: int) -> dict[int, str]:
        """Return number -> id of up to `limit` articles without a sketch, beyond the number `after`."""
        store = self._store
        where = f"{visible(store.head.batch)} and sketched <= {self._since} and article > {after}"
        rows = [*store.connection.every_row(PRINTS, where, ["article", "id"])]
        rows.sort(key=lambda row: int(row["article"]))
        return {row["article"]: row["id"] for row in rows[:limit]}

    @property
    def _since(self) -> int:
        return int(self._store.state(_SKETCHED) or 0)


def _bands(sketch: bytes) -> list[int]:
    bands: list[int] = np.frombuffer(sketch, "<i8").tolist()
    return bands


def _sketch(bands: Sequence[int]) -> bytes:
    return np.array(bands, "<i8").tobytes()


def _floats(vector: npt.NDArray[np.float16]) -> list[float]:
    floats: list[float] = vector.astype(np.float32).tolist()
    return floats
