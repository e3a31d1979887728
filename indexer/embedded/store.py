"""The truth: articles, passages and vectors in one SQLite file.

Knows the tables and what their rows mean; does not know how SQLite is spoken to (`database`), what finds and
joins copies (`sketches`, `clusters`), FAISS, the lexical engine, or models.
Everything derived (`vectors-<n>.faiss`, `lexical-<n>/`) can be made again from what is kept here.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded import sketches
from nutgraf.indexer.embedded.database import Database
from nutgraf.indexer.embedded.rows import READ, WRITTEN, article_of, article_row, conditions
from nutgraf.indexer.filters import Filter

Vectors = npt.NDArray[np.float16]
"""(n, dim) float16 unit rows: exact enough (1e-3), half the memory and twice the speed of float32."""

FILENAME = "store.sqlite"


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


class Store(Database):
    """The database of one index. Use it as a context manager; every write happens inside `atomic()`."""

    # --- articles -----------------------------------------------------------------------------------

    def put(self, article: Article, passages: Sequence[NewPassage]) -> None:
        """Store the article with its passages, in place of what stood under its id.

        The passages' vectors must be there already (`put_vectors`). Raises AssertionError for a span
        that is not a non-empty part of the text: a quote that does not stand there is never stored.
        """
        self.remove([article.id])
        row = article_row(article)
        places = ",".join("?" * len(row))
        number = self.run(f"INSERT INTO articles ({WRITTEN}) VALUES ({places})", row)
        for passage in passages:
            assert 0 <= passage.start < passage.end <= len(article.text), (article.id, passage)
        self.run_each(
            "INSERT INTO passages (article, start, stop, vector)"
            " VALUES (?, ?, ?, (SELECT id FROM vectors WHERE hash = ?))",
            [(number, p.start, p.end, p.vector_hash) for p in passages],
        )

    def remove(self, article_ids: Iterable[str]) -> int:
        """Remove the articles, leaving a tombstone for each passage; return how many there were."""
        removed = 0
        for article_id in article_ids:
            row = self.one("SELECT num FROM articles WHERE id = ?", (article_id,))
            if not row:
                continue
            self.run("INSERT INTO tombstones SELECT id FROM passages WHERE article = ?", row)
            self.run("DELETE FROM passages WHERE article = ?", row)
            sketches.remove(self, row[0])
            self.run("DELETE FROM articles WHERE num = ?", row)
            removed += 1
        return removed

    def content_hashes(self, article_ids: Sequence[str]) -> dict[str, str]:
        """Return id -> content hash of those articles that are stored."""
        return dict(self.rows_in("SELECT id, content_hash FROM articles WHERE id IN ({})", article_ids))

    def set_origins(self, origins: Mapping[str, str | None]) -> None:
        """Note where articles were read from, now that it is somewhere else."""
        self.run_each("UPDATE articles SET origin = ? WHERE id = ?", [(o, i) for i, o in origins.items()])

    def origins(self, article_ids: Sequence[str]) -> dict[str, str | None]:
        """Return id -> origin of those articles that are stored."""
        return dict(self.rows_in("SELECT id, origin FROM articles WHERE id IN ({})", article_ids))

    def all_origins(self) -> Iterator[tuple[str, str]]:
        """Yield (article id, origin) of every article that has an origin, by id."""
        yield from self.rows("SELECT id, origin FROM articles WHERE origin IS NOT NULL ORDER BY id")

    def articles(self, article_ids: Sequence[str]) -> dict[str, Article]:
        """Return id -> Article of those that are stored."""
        rows = self.rows_in(f"SELECT {READ} FROM articles WHERE id IN ({{}})", article_ids)
        return {row[0]: article_of(row) for row in rows}

    def texts(self, article_ids: Sequence[str]) -> dict[str, str]:
        """Return id -> text of those articles that are stored."""
        return dict(self.rows_in("SELECT id, text FROM articles WHERE id IN ({})", article_ids))

    def counts(self) -> Counts:
        """Return the number of articles and passages."""
        row = self.one("SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)")
        return Counts(articles=row[0], passages=row[1])

    def sources(self) -> list[tuple[str, int]]:
        """Return (source, articles) by count; articles without a source are left out."""
        return list(
            self.rows(
                "SELECT source, count(*) FROM articles WHERE source IS NOT NULL"
                " GROUP BY source ORDER BY 2 DESC, 1"
            )
        )

    def days(self) -> tuple[str, str] | None:
        """Return the first and last `published` (ISO 8601), None where no article has a date."""
        first, last = self.one("SELECT min(published), max(published) FROM articles")
        return None if first is None else (first, last)

    # --- passages -----------------------------------------------------------------------------------

    def passages(self, passage_ids: Sequence[int]) -> dict[int, StoredPassage]:
        """Return id -> passage of those that are stored; removed ones are absent."""
        sql = "SELECT p.id, a.id, p.start, p.stop FROM passages p JOIN articles a ON a.num = p.article"
        return {row[0]: StoredPassage(*row) for row in self.rows_in(sql + " WHERE p.id IN ({})", passage_ids)}

    def passage_texts(self, after: int) -> Iterator[tuple[int, str, str, str | None, int | None]]:
        """Yield (id, title, text, source, day) of the passages with an id above `after`, by id."""
        yield from self.rows(
            "SELECT p.id, a.title, substr(a.text, p.start + 1, p.stop - p.start), a.source, a.day"
            " FROM passages p JOIN articles a ON a.num = p.article WHERE p.id > ? ORDER BY p.id",
            (after,),
        )

    def article_texts(self, after: int) -> Iterator[tuple[int, str, str, str | None, int | None]]:
        """Yield (id, title, text, source, day) of the articles whose passages have ids above `after`.

        The id is that of the article's first passage, which no other article was or will be given.
        """
        yield from self.rows(
            "SELECT (SELECT min(id) FROM passages WHERE article = a.num) AS first, a.title, a.text, a.source,"
            " a.day FROM articles a WHERE first > ? ORDER BY a.num",
            (after,),
        )

    def first_passages(self, passage_ids: Sequence[int]) -> dict[int, int]:
        """Return id -> the first passage of its article, of the passages that are stored."""
        sql = "SELECT p.id, (SELECT min(id) FROM passages WHERE article = p.article) FROM passages p"
        return dict(self.rows_in(f"{sql} WHERE p.id IN ({{}})", passage_ids))

    def allowed_passages(self, allow: Filter) -> npt.NDArray[np.int64]:
        """Return the ids (int64, ascending) of the passages whose article passes the filter."""
        passing, values = conditions(allow)
        rows = list(
            self.rows(
                "SELECT p.id FROM passages p JOIN articles a ON a.num = p.article"
                f" WHERE {' AND '.join(passing) or '1'} ORDER BY p.id",
                values,
            )
        )
        return np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))

    def published_days(self, passage_ids: Sequence[int]) -> dict[int, int]:
        """Return id -> day number of the passages whose article has a date."""
        sql = "SELECT p.id, a.day FROM passages p JOIN articles a ON a.num = p.article"
        return dict(self.rows_in(f"{sql} WHERE a.day IS NOT NULL AND p.id IN ({{}})", passage_ids))

    def unsplit(self, limit: int) -> list[Article]:
        """Return up to `limit` articles that have no passages (after `forget_passages`)."""
        rows = self.rows(
            f"SELECT {READ} FROM articles"
            " WHERE num NOT IN (SELECT article FROM passages) ORDER BY num LIMIT ?",
            (limit,),
        )
        return [article_of(row) for row in rows]

    def forget_passages(self) -> None:
        """Remove all passages and vectors, keeping the articles: for another encoder or passage rule."""
        self.run("INSERT INTO tombstones SELECT id FROM passages")
        self.run("DELETE FROM passages")
        self.run("DELETE FROM vectors")

    def last_passage(self) -> int:
        """Return the highest passage id, 0 when there is none."""
        return int(self.one("SELECT coalesce(max(id), 0) FROM passages")[0])

    def tombstones(self) -> list[int]:
        """Return the ids of removed passages that derived files may still hold, ascending."""
        return [row[0] for row in self.rows("SELECT passage FROM tombstones ORDER BY passage")]

    def clear_tombstones(self, passage_ids: Sequence[int]) -> None:
        """Forget these tombstones, once every derived file is without them, and the vectors unused since."""
        self.run_each("DELETE FROM tombstones WHERE passage = ?", [(i,) for i in passage_ids])
        self.run("DELETE FROM vectors WHERE id NOT IN (SELECT vector FROM passages)")

    # --- vectors ------------------------------------------------------------------------------------

    def known_vectors(self, hashes: Sequence[bytes]) -> set[bytes]:
        """Return those of the hashes that have a vector already."""
        return {row[0] for row in self.rows_in("SELECT hash FROM vectors WHERE hash IN ({})", hashes)}

    def put_vectors(self, vectors: Mapping[bytes, Vectors]) -> None:
        """Store one float16 vector a hash; a hash that is there keeps what it has."""
        self.run_each(
            "INSERT INTO vectors (hash, vector) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING",
            [(key, vector.astype("<f2").tobytes()) for key, vector in vectors.items()],
        )

    def vectors(self, after: int = 0, chunk: int = 8192) -> Iterator[tuple[npt.NDArray[np.int64], Vectors]]:
        """Yield (ids, vectors) of the passages with an id above `after`, by id, in chunks.

        ids int64 (n,), vectors float16 (n, dim).
        """
        cursor = self.rows(
            "SELECT p.id, v.vector FROM passages p JOIN vectors v ON v.id = p.vector"
            " WHERE p.id > ? ORDER BY p.id",
            (after,),
        )
        while rows := list(islice(cursor, chunk)):
            ids = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
            yield ids, np.frombuffer(b"".join(row[1] for row in rows), dtype="<f2").reshape(len(rows), -1)

    # --- state --------------------------------------------------------------------------------------

    def state(self, key: str) -> str | None:
        """Return a remembered value, None where there is none."""
        row = self.one("SELECT value FROM state WHERE key = ?", (key,))
        return str(row[0]) if row else None

    def set_state(self, key: str, value: str) -> None:
        """Remember a value."""
        self.run("INSERT OR REPLACE INTO state VALUES (?, ?)", (key, value))
