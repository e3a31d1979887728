"""The truth: articles, passages and vectors in one SQLite file. The one home of sqlite3.

Knows rows and transactions; does not know FAISS, the lexical engine, files of articles or models.
Everything derived (`vectors-<n>.faiss`, `lexical-<n>/`) can be made again from what is kept here.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.article import Article
from indexer.errors import IndexDamaged, IndexMismatch, StorageFailed
from indexer.filters import Filter, day_number
from indexer.migrations import MIGRATIONS

Vectors = npt.NDArray[np.float16]
"""(n, dim) float16 unit rows: exact enough (1e-3), half the memory and twice the speed of float32."""

FILENAME = "store.sqlite"
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A passage to store: its span, and the hash of the text that its vector was made from."""

    start: int
    end: int
    vector_hash: bytes


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as it stands in the store."""

    id: int
    article_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the store holds."""

    articles: int
    passages: int


def vector_hash(encoded_text: str) -> bytes:
    """Return the key under which the vector of an encoder's input text is kept."""
    return hashlib.blake2b(encoded_text.encode(), digest_size=16).digest()


class Store:
    """One SQLite file. Use it as a context manager; every write happens inside `atomic()`."""

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self.path = path
        with _mapped(path):
            self._db = _connect(path, readonly=readonly)
            if readonly:
                self._check_version()
            else:
                self._migrate()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; readers and writers alike."""
        self._db.close()

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Run the block as one transaction: all of it is kept, or nothing."""
        with _mapped(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    # --- articles -----------------------------------------------------------------------------------

    def put(self, article: Article, passages: Sequence[NewPassage]) -> None:
        """Store the article with its passages, in place of what stood under its id.

        The passages' vectors must be there already (`put_vectors`). Raises AssertionError for a span
        that is not a non-empty part of the text: a quote that does not stand there is never stored.
        """
        self.remove([article.id])
        cursor = self._run(
            "INSERT INTO articles (id, title, text, url, source, authors, published, day, published_from,"
            " origin, ingested_at, content_hash, cluster, source_key) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            _article_row(article),
        )
        number = cursor.lastrowid
        for passage in passages:
            assert 0 <= passage.start < passage.end <= len(article.text), (article.id, passage)
        self._db.executemany(
            "INSERT INTO passages (article, start, stop, vector)"
            " VALUES (?, ?, ?, (SELECT id FROM vectors WHERE hash = ?))",
            [(number, p.start, p.end, p.vector_hash) for p in passages],
        )

    def remove(self, article_ids: Iterable[str]) -> int:
        """Remove the articles, leaving a tombstone for each passage; return how many there were."""
        removed = 0
        for article_id in article_ids:
            row = self._run("SELECT num FROM articles WHERE id = ?", (article_id,)).fetchone()
            if row is None:
                continue
            self._run("INSERT INTO tombstones SELECT id FROM passages WHERE article = ?", row)
            self._run("DELETE FROM passages WHERE article = ?", row)
            self._forget_sketch(row[0])
            self._run("DELETE FROM articles WHERE num = ?", row)
            removed += 1
        return removed

    def content_hashes(self, article_ids: Sequence[str]) -> dict[str, str]:
        """Return id -> content hash of those articles that are stored."""
        rows = self._in("SELECT id, content_hash FROM articles WHERE id IN ({})", article_ids)
        return {row[0]: row[1] for row in rows}

    def set_origins(self, origins: Mapping[str, str | None]) -> None:
        """Note where articles were read from, now that it is somewhere else."""
        with _mapped(self.path):
            self._db.executemany(
                "UPDATE articles SET origin = ? WHERE id = ?", [(o, i) for i, o in origins.items()]
            )

    def origins(self, article_ids: Sequence[str]) -> dict[str, str | None]:
        """Return id -> origin of those articles that are stored."""
        return dict(self._in("SELECT id, origin FROM articles WHERE id IN ({})", article_ids))

    def all_origins(self) -> Iterator[tuple[str, str]]:
        """Yield (article id, origin) of every article that has an origin, by id."""
        yield from self._rows("SELECT id, origin FROM articles WHERE origin IS NOT NULL ORDER BY id")

    def articles(self, article_ids: Sequence[str]) -> dict[str, Article]:
        """Return id -> Article of those that are stored."""
        rows = self._in(f"SELECT {_ARTICLE_COLUMNS} FROM articles WHERE id IN ({{}})", article_ids)
        return {row[0]: _article(row) for row in rows}

    def counts(self) -> Counts:
        """Return the number of articles and passages."""
        row = self._one("SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)")
        return Counts(articles=row[0], passages=row[1])

    def sources(self) -> list[tuple[str, int]]:
        """Return (source, articles) by count; articles without a source are left out."""
        return list(
            self._rows(
                "SELECT source, count(*) FROM articles WHERE source IS NOT NULL"
                " GROUP BY source ORDER BY 2 DESC, 1"
            )
        )

    def days(self) -> tuple[str, str] | None:
        """Return the first and last `published` (ISO 8601), None where no article has a date."""
        first, last = self._run("SELECT min(published), max(published) FROM articles").fetchone()
        return None if first is None else (first, last)

    # --- copies -------------------------------------------------------------------------------------

    def put_sketch(self, article_id: str, sketch: bytes) -> None:
        """Keep the sketch (int64 bands, little-endian) of a stored article that has none."""
        number = self._run("SELECT num FROM articles WHERE id = ?", (article_id,)).fetchone()[0]
        self._run("INSERT INTO sketches VALUES (?, ?)", (number, sketch))
        # A sketch may hold a band twice.
        self._db.executemany(
            "INSERT OR IGNORE INTO bands VALUES (?, ?)", [(band, number) for band in _bands(sketch)]
        )

    def sketches(self, article_ids: Sequence[str]) -> dict[str, bytes]:
        """Return id -> sketch of those articles that have one."""
        sql = "SELECT a.id, s.sketch FROM articles a JOIN sketches s ON s.article = a.num WHERE a.id IN ({})"
        return dict(self._in(sql, article_ids))

    def sharing(self, sketch: bytes, most: int) -> list[str]:
        """Return the ids of the articles that share a band with the sketch, `most` a band, oldest first."""
        sql = "SELECT article FROM bands WHERE band = ? ORDER BY article LIMIT ?"
        numbers = {row[0] for band in _bands(sketch) for row in self._rows(sql, (band, most))}
        return [row[0] for row in self._in("SELECT id FROM articles WHERE num IN ({})", sorted(numbers))]

    def unsketched(self, after: int, limit: int) -> dict[int, str]:
        """Return row number -> id of up to `limit` articles without a sketch, beyond the row `after`."""
        rows = self._rows(
            "SELECT num, id FROM articles a WHERE num > ?"
            " AND NOT EXISTS (SELECT 1 FROM sketches WHERE article = a.num) ORDER BY num LIMIT ?",
            (after, limit),
        )
        return dict(rows)

    def forget_sketches(self) -> None:
        """Remove all sketches and put every article into a cluster of its own."""
        for sql in ("DELETE FROM bands", "DELETE FROM sketches", "UPDATE articles SET cluster = id"):
            self._run(sql)

    def texts(self, article_ids: Sequence[str]) -> dict[str, str]:
        """Return id -> text of those articles that are stored."""
        return dict(self._in("SELECT id, text FROM articles WHERE id IN ({})", article_ids))

    def clusters(self, article_ids: Sequence[str]) -> dict[str, str]:
        """Return id -> cluster of those articles that are stored and have one."""
        sql = "SELECT id, cluster FROM articles WHERE cluster IS NOT NULL AND id IN ({})"
        return dict(self._in(sql, article_ids))

    def set_apart(self, article_ids: Sequence[str]) -> None:
        """Put each of the articles into a cluster of its own, which has its id for a name."""
        self._db.executemany("UPDATE articles SET cluster = id WHERE id = ?", [(i,) for i in article_ids])

    def join_clusters(self, clusters: Sequence[str], name: str) -> None:
        """Make one cluster of several."""
        self._db.executemany(
            "UPDATE articles SET cluster = ? WHERE cluster = ?", [(name, c) for c in clusters]
        )

    def members(self, clusters: Sequence[str]) -> dict[str, str]:
        """Return id -> cluster of all articles of these clusters."""
        return dict(self._in("SELECT id, cluster FROM articles WHERE cluster IN ({})", clusters))

    def shared_clusters(self, passage_ids: Sequence[int]) -> dict[int, str]:
        """Return id -> cluster of the passages whose article is not alone in its cluster."""
        sql = "SELECT p.id, a.cluster FROM passages p JOIN articles a ON a.num = p.article"
        return dict(self._in(f"{sql} WHERE {_SHARED} AND p.id IN ({{}})", passage_ids))

    def published_days(self, passage_ids: Sequence[int]) -> dict[int, int]:
        """Return id -> day number of the passages whose article has a date."""
        sql = "SELECT p.id, a.day FROM passages p JOIN articles a ON a.num = p.article"
        return dict(self._in(f"{sql} WHERE a.day IS NOT NULL AND p.id IN ({{}})", passage_ids))

    def copies(self, clusters: Sequence[str], allow: Filter) -> list[Article]:
        """Return the passing articles of those clusters: by date (none last), then id."""
        conditions, values = _conditions(allow)
        where = " AND ".join([*conditions, "a.cluster IN ({})"])
        rows = self._in(f"SELECT {_ARTICLE_COLUMNS} FROM articles a WHERE {where}", clusters, before=values)
        last = datetime.max.replace(tzinfo=UTC)
        return sorted(map(_article, rows), key=lambda a: (a.published or last, a.id))

    def _forget_sketch(self, number: int) -> None:
        row = self._run("SELECT sketch FROM sketches WHERE article = ?", (number,)).fetchone()
        if row is not None:
            keys = [(band, number) for band in _bands(row[0])]
            self._db.executemany("DELETE FROM bands WHERE band = ? AND article = ?", keys)
            self._run("DELETE FROM sketches WHERE article = ?", (number,))

    # --- passages -----------------------------------------------------------------------------------

    def passages(self, passage_ids: Sequence[int]) -> dict[int, StoredPassage]:
        """Return id -> passage of those that are stored; removed ones are absent."""
        sql = "SELECT p.id, a.id, p.start, p.stop FROM passages p JOIN articles a ON a.num = p.article"
        return {row[0]: StoredPassage(*row) for row in self._in(sql + " WHERE p.id IN ({})", passage_ids)}

    def passage_texts(self, after: int) -> Iterator[tuple[int, str, str, str | None, int | None]]:
        """Yield (id, title, text, source, day) of the passages with an id above `after`, by id."""
        yield from self._rows(
            "SELECT p.id, a.title, substr(a.text, p.start + 1, p.stop - p.start), a.source, a.day"
            " FROM passages p JOIN articles a ON a.num = p.article WHERE p.id > ? ORDER BY p.id",
            (after,),
        )

    def allowed_passages(self, allow: Filter) -> npt.NDArray[np.int64]:
        """Return the ids (int64, ascending) of the passages whose article passes the filter."""
        conditions, values = _conditions(allow)
        rows = list(
            self._rows(
                "SELECT p.id FROM passages p JOIN articles a ON a.num = p.article"
                f" WHERE {' AND '.join(conditions) or '1'} ORDER BY p.id",
                values,
            )
        )
        return np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))

    def unsplit(self, limit: int) -> list[Article]:
        """Return up to `limit` articles that have no passages (after `forget_passages`)."""
        rows = self._rows(
            f"SELECT {_ARTICLE_COLUMNS} FROM articles"
            " WHERE num NOT IN (SELECT article FROM passages) ORDER BY num LIMIT ?",
            (limit,),
        )
        return [_article(row) for row in rows]

    def forget_passages(self) -> None:
        """Remove all passages and vectors, keeping the articles: for another encoder or passage rule."""
        self._run("INSERT INTO tombstones SELECT id FROM passages")
        self._run("DELETE FROM passages")
        self._run("DELETE FROM vectors")

    def last_passage(self) -> int:
        """Return the highest passage id, 0 when there is none."""
        return int(self._one("SELECT coalesce(max(id), 0) FROM passages")[0])

    def tombstones(self) -> list[int]:
        """Return the ids of removed passages that derived files may still hold, ascending."""
        return [row[0] for row in self._rows("SELECT passage FROM tombstones ORDER BY passage")]

    def clear_tombstones(self, passage_ids: Sequence[int]) -> None:
        """Forget these tombstones, once every derived file is without them, and the vectors unused since."""
        self._db.executemany("DELETE FROM tombstones WHERE passage = ?", [(i,) for i in passage_ids])
        self._run("DELETE FROM vectors WHERE id NOT IN (SELECT vector FROM passages)")

    # --- vectors ------------------------------------------------------------------------------------

    def known_vectors(self, hashes: Sequence[bytes]) -> set[bytes]:
        """Return those of the hashes that have a vector already."""
        return {row[0] for row in self._in("SELECT hash FROM vectors WHERE hash IN ({})", hashes)}

    def put_vectors(self, vectors: Mapping[bytes, Vectors]) -> None:
        """Store one float16 vector a hash; a hash that is there keeps what it has."""
        self._db.executemany(
            "INSERT INTO vectors (hash, vector) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING",
            [(key, vector.astype("<f2").tobytes()) for key, vector in vectors.items()],
        )

    def vectors(self, after: int = 0, chunk: int = 8192) -> Iterator[tuple[npt.NDArray[np.int64], Vectors]]:
        """Yield (ids, vectors) of the passages with an id above `after`, by id, in chunks.

        ids int64 (n,), vectors float16 (n, dim).
        """
        cursor = self._rows(
            "SELECT p.id, v.vector FROM passages p JOIN vectors v ON v.id = p.vector"
            " WHERE p.id > ? ORDER BY p.id",
            (after,),
        )
        while rows := list(islice(cursor, chunk)):
            ids = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
            yield ids, np.frombuffer(b"".join(row[1] for row in rows), dtype="<f2").reshape(len(rows), -1)

    # --- state --------------------------------------------------------------------------------------

    def checkpoint(self) -> None:
        """Move what is committed from the write-ahead log into the file and onto the disk."""
        self._run("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def state(self, key: str) -> str | None:
        """Return a remembered value, None where there is none."""
        row = self._run("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set_state(self, key: str, value: str) -> None:
        """Remember a value."""
        self._run("INSERT OR REPLACE INTO state VALUES (?, ?)", (key, value))

    # --- inside -------------------------------------------------------------------------------------

    def _run(self, sql: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        with _mapped(self.path):
            return self._db.execute(sql, values)

    def _rows(self, sql: str, values: Sequence[object] = ()) -> Iterator[Any]:
        """Yield the rows; errors are mapped while they are fetched, too."""
        with _mapped(self.path):
            yield from self._db.execute(sql, values)

    def _one(self, sql: str) -> tuple[int, ...]:
        row: tuple[int, ...] = self._run(sql).fetchone()
        return row

    def _in(self, sql: str, values: Sequence[object], before: Sequence[object] = ()) -> Iterator[Any]:
        """Run `sql` once for every few hundred values put into its `IN ({})`, those of `before` first."""
        for at in range(0, len(values), _CHUNK):
            part = values[at : at + _CHUNK]
            yield from self._rows(sql.format(",".join("?" * len(part))), [*before, *part])

    def _migrate(self) -> None:
        self._check_version()
        done = self._db.execute("PRAGMA user_version").fetchone()[0]
        for version, script in enumerate(MIGRATIONS[done:], start=done + 1):
            with self.atomic():
                for statement in script:
                    self._db.execute(statement)
                self._db.execute("INSERT INTO migrations VALUES (?, ?)", (version, _now()))
                self._db.execute(f"PRAGMA user_version = {version}")

    def _check_version(self) -> None:
        found = self._db.execute("PRAGMA user_version").fetchone()[0]
        if found > len(MIGRATIONS):
            raise IndexMismatch(
                f"{self.path} has storage version {found}; this nutgraf knows up to {len(MIGRATIONS)}",
                hint="pip install --upgrade nutgraf",
            )


def _bands(sketch: bytes) -> list[int]:
    bands: list[int] = np.frombuffer(sketch, "<i8").tolist()
    return bands


def _conditions(allow: Filter) -> tuple[list[str], list[object]]:
    """Return the filter as SQL conditions on the articles table `a`, and their values."""
    conditions: list[str] = []
    values: list[object] = []
    for operator, day in ((">=", allow.first_day), ("<=", allow.last_day)):
        if day is not None:
            conditions.append(f"a.day {operator} ?")
            values.append(day)
    if allow.sources:
        conditions.append(f"a.source_key IN ({','.join('?' * len(allow.sources))})")
        values.extend(source.casefold() for source in allow.sources)
    return conditions, values


_SHARED = "EXISTS (SELECT 1 FROM articles b WHERE b.cluster = a.cluster AND b.num <> a.num)"

_ARTICLE_COLUMNS = (
    "id, title, text, url, source, authors, published, published_from, origin, ingested_at, cluster"
)


def _article_row(article: Article) -> tuple[object, ...]:
    published = article.published
    return (
        article.id,
        article.title,
        article.text,
        article.url,
        article.source,
        json.dumps(article.authors, ensure_ascii=False),
        published.isoformat() if published else None,
        day_number(published.date()) if published else None,
        article.published_from,
        article.origin,
        article.ingested_at.isoformat() if article.ingested_at else _now(),
        article.content_hash,
        article.cluster,
        article.source.casefold() if article.source else None,
    )


def _article(row: Sequence[str | None]) -> Article:
    moments = [datetime.fromisoformat(text) if text else None for text in (row[6], row[9])]
    return Article(
        id=str(row[0]),
        title=str(row[1]),
        text=str(row[2]),
        url=row[3],
        source=row[4],
        authors=tuple(json.loads(row[5] or "[]")),
        published=moments[0],
        published_from=row[7],
        origin=row[8],
        ingested_at=moments[1],
        cluster=row[10],
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _connect(path: Path, *, readonly: bool) -> sqlite3.Connection:
    mode = "ro" if readonly else "rwc"
    uri = f"{path.resolve().as_uri()}?mode={mode}"
    # Autocommit: transactions begin and end in `atomic` alone. Readers share one connection over threads.
    db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=30)
    db.execute("PRAGMA foreign_keys = ON")
    if not readonly:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
    return db


@contextmanager
def _mapped(path: Path) -> Iterator[None]:
    """Turn sqlite3's errors into this package's."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StorageFailed(
            f"{path}: {error}",
            hint="check the disk's free space and the folder's permissions, then run it again",
        ) from error
    except sqlite3.DatabaseError as error:
        raise IndexDamaged(
            f"{path} is not a healthy SQLite file: {error}",
            hint=f"restore it from a backup, or remove {path.parent} and index the articles again",
        ) from error
