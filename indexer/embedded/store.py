"""The truth: articles, passages and vectors in one SQLite file.

Knows the tables and what their rows mean; does not know how SQLite is spoken to (`database`), which tables
find copies (`sketches`), which articles belong together (`clusters`), FAISS, the lexical engine, or models.
Everything derived (`vectors-<n>.faiss`, `lexical-<n>/`) can be made again from what is kept here. No SQL
leaves this module: whoever needs a row asks a method for it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Self

import numpy as np

from nutgraf.indexer.article import Article
from nutgraf.indexer.article_rows import WRITTEN, article_of, article_row
from nutgraf.indexer.article_store import NewPassage, StoredPassage, Vectors
from nutgraf.indexer.embedded.catalog import Catalog
from nutgraf.indexer.embedded.database import Database, restore_hint
from nutgraf.indexer.embedded.rows import conditions, read_columns
from nutgraf.indexer.embedded.sketches import Sketches
from nutgraf.indexer.errors import IndexDamaged
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.storage import Counts, Ids, OutletCount, PassageFacts
from nutgraf.indexer.watches import AddedPassages

FILENAME = "store.sqlite"


_UNTITLED = "untitled"
"""The key of the state with the highest number of an article whose title was not looked at yet (0: none)."""

_WITH_FIELDS = 4
_WITH_MISSING = 5
_MISSING = "vector = x''"  # the words of the partial index `vectors_missing`, which SQLite compares
_LOOKED_UP = 8192  # passages that are looked up together; not compared
_FEW = 50_000  # missing vectors that are put in order, rather than looked for by article; not compared
_PART = 1024  # passages of a part, or as many more as an article has; not compared
_ALONE = "NOT EXISTS (SELECT 1 FROM articles b WHERE b.cluster = a.cluster AND b.num <> a.num)"


class Store:
    """The store of one index. Use it as a context manager; every write happens inside `atomic()`.

    Every method raises StorageFailed where the disk says no, and IndexDamaged for a file that SQLite cannot
    read; opening raises IndexMismatch for a file that a newer nutgraf wrote.
    """

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self.path = path
        self._db = Database(path, readonly=readonly)
        self.sketches = Sketches(self._db)
        self.catalog = Catalog(self._db, self.articles)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @property
    def is_blank(self) -> bool:
        """Whether the file has no tables yet."""
        return not self._db.version

    def atomic(self) -> AbstractContextManager[None]:
        """Return a block that is one transaction: all of it is committed, or nothing where it raises."""
        return self._db.atomic()

    def checkpoint(self) -> None:
        """Move what is committed from the write-ahead log into the file and onto the disk."""
        self._db.checkpoint()

    def quick_check(self) -> list[str]:
        """Let SQLite look over the whole file; return ["ok"], or the first fault that it finds."""
        return self._db.quick_check()

    def size_bytes(self) -> int:
        """Return the size of the file, without the write-ahead log."""
        return self.path.stat().st_size

    # --- articles -----------------------------------------------------------------------------------

    def put(self, article: Article, passages: Sequence[NewPassage]) -> None:
        """Store the article with its passages, in place of what stood under its id.

        The passages' vectors must be there or expected (`put_vectors`, `expect_vectors`). Raises
        AssertionError for a span that
        is not a non-empty part of the text or title: a quote that does not stand there is never stored.
        """
        self.remove([article.id])
        row = article_row(article)
        places = ",".join("?" * len(row))
        number = self._db.run(f"INSERT INTO articles ({WRITTEN}) VALUES ({places})", row)
        self._put_passages(number, article, passages)

    def _put_passages(self, number: int | None, article: Article, passages: Sequence[NewPassage]) -> None:
        for p in passages:
            assert 0 <= p.start < p.end <= len(article.content(p.field)), (article.id, p)
        self._db.run_each(
            "INSERT INTO passages (article, start, stop, vector, field)"
            " VALUES (?, ?, ?, (SELECT id FROM vectors WHERE hash = ?), ?)",
            [(number, p.start, p.end, p.vector_hash, p.field) for p in passages],
        )

    def remove(self, article_ids: Iterable[str]) -> list[str]:
        """Remove the articles, leaving a tombstone for each passage; return the ids that were there."""
        removed = []
        for article_id in article_ids:
            row = self._db.one("SELECT num FROM articles WHERE id = ?", (article_id,))
            if not row:
                continue
            self._db.run("INSERT INTO tombstones SELECT id FROM passages WHERE article = ?", row)
            self._db.run("DELETE FROM passages WHERE article = ?", row)
            self.sketches.remove(row[0])
            self._db.run("DELETE FROM articles WHERE num = ?", row)
            removed.append(article_id)
        return removed

    def content_hashes(self, article_ids: Sequence[str]) -> dict[str, str]:
        """Return id -> content hash of those articles that are stored."""
        return dict(self._db.rows_in("SELECT id, content_hash FROM articles WHERE id IN ({})", article_ids))

    def set_origins(self, origins: Mapping[str, str | None]) -> None:
        """Note where articles were read from, now that it is somewhere else."""
        self._db.run_each("UPDATE articles SET origin = ? WHERE id = ?", [(o, i) for i, o in origins.items()])

    def origins(self, article_ids: Sequence[str]) -> dict[str, str | None]:
        """Return id -> origin of those articles that are stored."""
        return dict(self._db.rows_in("SELECT id, origin FROM articles WHERE id IN ({})", article_ids))

    def all_origins(self) -> Iterator[tuple[str, str]]:
        """Yield (article id, origin) of every article that has an origin, by id."""
        yield from self._db.rows("SELECT id, origin FROM articles WHERE origin IS NOT NULL ORDER BY id")

    def articles(self, article_ids: Sequence[str]) -> dict[str, Article]:
        """Return id -> Article of those that are stored."""
        rows = self._db.rows_in(f"SELECT {self._columns} FROM articles WHERE id IN ({{}})", article_ids)
        return {article.id: article for article in self._read(rows)}

    def texts(self, article_ids: Sequence[str]) -> dict[str, str]:
        """Return id -> text of those articles that are stored."""
        return dict(self._db.rows_in("SELECT id, text FROM articles WHERE id IN ({})", article_ids))

    def counts(self) -> Counts:
        """Return the number of articles and passages."""
        row = self._db.one("SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)")
        return Counts(articles=row[0], passages=row[1])

    def page(self, allow: Filter, after: str | None, limit: int) -> list[Article]:
        """Return up to `limit` articles that pass the filter, by id, beyond the id `after`."""
        passing, values = conditions(allow)
        if after is not None:
            passing, values = [*passing, "a.id > ?"], [*values, after]
        where = " AND ".join(passing) or "1"
        sql = f"SELECT {self._columns} FROM articles a WHERE {where} ORDER BY a.id LIMIT ?"
        return self._read(self._db.rows(sql, [*values, limit]))

    def newest_day(self, allow: Filter) -> int | None:
        """Return the day number of the newest article that passes the filter; None where none has a date."""
        passing, values = conditions(allow)
        where = " AND ".join(passing) or "1"
        (day,) = self._db.one(f"SELECT max(a.day) FROM articles a WHERE {where}", values)
        return None if day is None else int(day)

    def outlets(self) -> tuple[OutletCount, ...]:
        """Return the outlets by count, the largest first, then by name; articles without one are left out."""
        rows = self._db.rows(
            "SELECT source, count(*) FROM articles WHERE source IS NOT NULL"
            " GROUP BY source ORDER BY 2 DESC, 1"
        )
        return tuple(OutletCount(*row) for row in rows)

    def published_range(self) -> tuple[str | None, str | None]:
        """Return the first and the last `published` (ISO 8601); None where no article has a date."""
        first, last = self._db.one("SELECT min(published), max(published) FROM articles")
        return first, last

    @property
    def _columns(self) -> str:
        return read_columns(self._db.version)

    @property
    def _field(self) -> str:
        """The column of passages that says which field they are of, as `_columns` those of articles."""
        return "p.field" if self._db.version >= _WITH_FIELDS else "'text'"

    def _read(self, rows: Iterable[Sequence[str | None]]) -> list[Article]:
        """Return the articles of rows of `read_columns`; all are fetched before the first is looked at."""
        try:
            return [*map(article_of, [*rows])]
        except (ValueError, TypeError, RecursionError) as error:
            folder = self.path.parent
            raise IndexDamaged(
                f"{self.path}: {error}",
                hint=restore_hint(folder),
            ) from error

    # --- clusters -----------------------------------------------------------------------------------

    def clusters(self, article_ids: Sequence[str]) -> dict[str, str]:
        """Return id -> cluster of those articles that are stored and have one."""
        sql = "SELECT id, cluster FROM articles WHERE cluster IS NOT NULL AND id IN ({})"
        return dict(self._db.rows_in(sql, article_ids))

    def shared_clusters(self, article_ids: Sequence[str]) -> set[str]:
        """Return the clusters of these articles that have another member."""
        sql = f"SELECT DISTINCT a.cluster FROM articles a WHERE NOT {_ALONE} AND a.id IN ({{}})"
        return {row[0] for row in self._db.rows_in(sql, article_ids) if row[0] is not None}

    def cluster_members(self, names: Sequence[str]) -> dict[str, str]:
        """Return id -> cluster of all articles of these clusters."""
        return dict(self._db.rows_in("SELECT id, cluster FROM articles WHERE cluster IN ({})", names))

    def cluster_articles(self, names: Sequence[str], allow: Filter) -> list[Article]:
        """Return the articles of these clusters that pass the filter: by date (none last), then id."""
        passing, values = conditions(allow)
        where = " AND ".join([*passing, "a.cluster IN ({})"])
        rows = self._db.rows_in(f"SELECT {self._columns} FROM articles a WHERE {where}", names, before=values)
        last = datetime.max.replace(tzinfo=UTC)
        return sorted(self._read(rows), key=lambda a: (a.published or last, a.id))

    def part(self, article_ids: Iterable[str] | None = None) -> None:
        """Give each of the articles (None: every one) a cluster of its own, named by its id."""
        sql = "UPDATE articles SET cluster = id WHERE cluster IS NOT id"
        if article_ids is None:
            self._db.run(sql)
        else:
            self._db.run_each(f"{sql} AND id = ?", [(article_id,) for article_id in article_ids])

    def join(self, name: str, others: Iterable[str]) -> None:
        """Move the articles of the clusters `others` into the cluster `name`."""
        self._db.run_each(
            "UPDATE articles SET cluster = ? WHERE cluster = ?", [(name, other) for other in others]
        )

    # --- passages -----------------------------------------------------------------------------------

    def passages(self, passage_ids: Sequence[int]) -> dict[int, StoredPassage]:
        """Return id -> passage of those that are stored; removed ones are absent."""
        sql = (
            f"SELECT p.id, a.id, p.start, p.stop, {self._field}"
            " FROM passages p JOIN articles a ON a.num = p.article"
        )
        return {
            row[0]: StoredPassage(*row) for row in self._db.rows_in(sql + " WHERE p.id IN ({})", passage_ids)
        }

    def passage_texts(self, after: int) -> Iterator[tuple[int, str, str, str | None, int | None]]:
        """Yield (id, title, text, source, day) of the passages with an id above `after`, by id.

        Of a passage of the title the text is that of the passage, and the title is "".
        """
        spans = self._db.rows(
            f"SELECT id, article, start, stop, {self._field} FROM passages p WHERE id > ? ORDER BY id",
            (after,),
        )
        # The passages of an article follow each other. SQLite's substr would read it once for each.
        for article, passages in groupby(spans, key=itemgetter(1)):
            title, text, source, day = self._db.one(
                "SELECT title, text, source, day FROM articles WHERE num = ?", (article,)
            )
            for number, _, start, stop, field in passages:
                prefix, content = ("", title) if field == "title" else (title, text)
                yield number, prefix, content[start:stop], source, day

    def article_texts(self, after: int) -> Iterator[tuple[int, str, str, str | None, int | None]]:
        """Yield (id, title, text, source, day) of the articles whose passages have ids above `after`.

        The id is that of the article's first passage, which no other article was or will be given.
        """
        yield from self._db.rows(
            "SELECT (SELECT min(id) FROM passages WHERE article = a.num) AS first, a.title, a.text, a.source,"
            " a.day FROM articles a WHERE a.num IN (SELECT article FROM passages WHERE id > ?) AND first > ?"
            " ORDER BY a.num",
            (after, after),
        )

    def first_passages(self, passage_ids: Sequence[int]) -> dict[int, int | None]:
        """Return id -> the first passage of its article, of those that are stored; None in a damaged file."""
        sql = "SELECT p.id, (SELECT min(id) FROM passages WHERE article = p.article) FROM passages p"
        return dict(self._db.rows_in(f"{sql} WHERE p.id IN ({{}})", passage_ids))

    def days_and_outlets(self, passage_ids: Ids) -> Iterator[tuple[int | None, str | None]]:
        """Yield the day and the casefolded outlet of the article of each passage, (None, None) if it is gone.

        Every article is read once for all its passages among some thousand: its day stands behind its text.
        """
        for start in range(0, len(passage_ids), _LOOKED_UP):
            ids = passage_ids[start : start + _LOOKED_UP].tolist()
            articles = dict(self._db.rows_in("SELECT id, article FROM passages WHERE id IN ({})", ids))
            sql = "SELECT num, day, source_key FROM articles WHERE num IN ({})"
            values = {row[0]: row[1:] for row in self._db.rows_in(sql, [*{*articles.values()}])}
            yield from (values.get(articles.get(i), (None, None)) for i in ids)

    def facts(self, passage_ids: Sequence[int]) -> dict[int, PassageFacts]:
        """Return id -> facts of its article, of the passages that are stored."""
        sql = (
            f"SELECT p.id, a.id, {self._field}, a.day, CASE WHEN {_ALONE} THEN NULL ELSE a.cluster END"
            " FROM passages p JOIN articles a ON a.num = p.article WHERE p.id IN ({})"
        )
        return {row[0]: PassageFacts(*row[1:]) for row in self._db.rows_in(sql, passage_ids)}

    def unsplit(self, limit: int) -> list[Article]:
        """Return up to `limit` articles that have no passages (after `forget_passages`)."""
        rows = self._db.rows(
            f"SELECT {self._columns} FROM articles a"
            " WHERE NOT EXISTS (SELECT 1 FROM passages WHERE article = a.num) ORDER BY num LIMIT ?",
            (limit,),
        )
        return self._read(rows)

    def untitled(self, limit: int) -> dict[int, Article]:
        """Return number -> article of up to `limit` articles that were stored without a passage of the title.

        An older nutgraf stored them; the highest numbers are first. Their titles were not looked at yet.
        """
        passing = "num <= (SELECT CAST(value AS INTEGER) FROM state WHERE key = ?)"
        numbers = self._db.rows(
            f"SELECT num, id FROM articles WHERE {passing} ORDER BY num DESC LIMIT ?", (_UNTITLED, limit)
        )
        by_number: dict[int, str] = dict(numbers)
        articles = self.articles([*by_number.values()])
        return {number: articles[article_id] for number, article_id in by_number.items()}

    def put_titles(self, articles: Mapping[int, Article], passages: Mapping[str, NewPassage]) -> None:
        """Store article id -> passage of its title for those that `untitled` returned; each is asked once."""
        titled = {
            row[0]
            for row in self._db.rows_in(
                "SELECT article FROM passages WHERE field = 'title' AND article IN ({})", [*articles]
            )
        }
        for number, article in articles.items():
            if article.id in passages and number not in titled:  # a number can be given to a newer article
                self._put_passages(number, article, [passages[article.id]])
        self.set_state(_UNTITLED, str(min(articles) - 1))

    def forget_passages(self) -> None:
        """Remove all passages and vectors, keeping the articles: for another encoder or passage rule."""
        self.set_state(_UNTITLED, "0")
        self._db.run("INSERT INTO tombstones SELECT id FROM passages")
        self._db.run("DELETE FROM passages")
        self._db.run("DELETE FROM vectors")

    def passages_after(self, passage_id: int) -> int:
        """Return how many passages have a higher id."""
        return int(self._db.one("SELECT count(*) FROM passages WHERE id > ?", (passage_id,))[0])

    def last_passage(self) -> int:
        """Return the highest passage id, 0 when there is none."""
        return int(self._db.one("SELECT coalesce(max(id), 0) FROM passages")[0])

    def tombstones(self) -> list[int]:
        """Return the ids of removed passages that derived files may still hold, ascending."""
        return [row[0] for row in self._db.rows("SELECT passage FROM tombstones ORDER BY passage")]

    def clear_tombstones(self, passage_ids: Sequence[int]) -> None:
        """Forget these tombstones, once every derived file is without them, and the vectors unused since."""
        if passage_ids:  # without a removal no vector is unused
            self._db.run_each("DELETE FROM tombstones WHERE passage = ?", [(i,) for i in passage_ids])
            self._db.run("DELETE FROM vectors WHERE id NOT IN (SELECT vector FROM passages)")

    # --- vectors ------------------------------------------------------------------------------------

    def known_vectors(self, hashes: Sequence[bytes]) -> set[bytes]:
        """Return those of the hashes that have a vector already."""
        sql = f"SELECT hash FROM vectors WHERE NOT {_MISSING} AND hash IN ({{}})"
        return {row[0] for row in self._db.rows_in(sql, hashes)}

    def put_vectors(self, vectors: Mapping[bytes, Vectors]) -> None:
        """Store a float16 vector (dim,) for each hash; a hash that has one keeps its vector."""
        self._db.run_each(
            "INSERT INTO vectors (hash, vector) VALUES (?, ?)"
            f" ON CONFLICT (hash) DO UPDATE SET vector = excluded.vector WHERE {_MISSING}",
            [(key, vector.astype("<f2").tobytes()) for key, vector in vectors.items()],
        )

    def expect_vectors(self, hashes: Iterable[bytes]) -> None:
        """Note hashes whose vectors are to be made later; those that are there already stay as they are."""
        self._db.run_each(
            "INSERT INTO vectors (hash, vector) VALUES (?, x'') ON CONFLICT (hash) DO NOTHING",
            [(key,) for key in hashes],
        )

    def vector_hashes(self, passage_ids: Sequence[int]) -> dict[int, bytes]:
        """Return id -> hash of the text that the vector of the passage is, or will be, made from."""
        sql = "SELECT p.id, v.hash FROM passages p JOIN vectors v ON v.id = p.vector WHERE p.id IN ({})"
        return dict(self._db.rows_in(sql, passage_ids))

    def count_unencoded(self) -> int:
        """Return how many passages have no vector yet."""
        if self._db.version < _WITH_MISSING:
            return 0
        sql = (
            "SELECT count(*) FROM passages WHERE vector IN"
            f" (SELECT id FROM vectors INDEXED BY vectors_missing WHERE {_MISSING})"
        )
        return int(self._db.one(sql)[0])

    def unencoded(self, limit: int) -> list[int]:
        """Return up to `limit` passages without a vector, those of the newest articles first."""
        missing = f"SELECT id FROM vectors INDEXED BY vectors_missing WHERE {_MISSING}"
        (few,) = self._db.one(f"SELECT count(*) <= ? FROM ({missing})", (_FEW,))
        # Few are put in order; of many those of the newest articles are looked for.
        tables = (
            f"({missing}) v CROSS JOIN passages p ON p.vector = v.id"
            " CROSS JOIN articles a ON a.num = p.article"
            if few
            else "articles a INDEXED BY articles_by_day CROSS JOIN passages p ON p.article = a.num"
            f" AND p.vector IN ({missing})"
        )
        rows = self._db.rows(
            f"SELECT p.id FROM {tables} ORDER BY a.day DESC, a.num DESC, p.id LIMIT ?", (limit,)
        )
        return [row[0] for row in rows]

    def vectors(self, after: int = 0, chunk: int = 8192) -> Iterator[tuple[Ids, Vectors]]:
        """Yield (ids, vectors) of the encoded passages with an id above `after`, by id, in chunks.

        ids int64 (n,), vectors float16 (n, dim).
        """
        cursor = self._db.rows(
            "SELECT p.id, v.vector FROM passages p JOIN vectors v ON v.id = p.vector"
            f" WHERE p.id > ? AND NOT v.{_MISSING} ORDER BY p.id",
            (after,),
        )
        while rows := list(islice(cursor, chunk)):
            ids = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
            yield ids, np.frombuffer(b"".join(row[1] for row in rows), dtype="<f2").reshape(len(rows), -1)

    def encoded_passages(self) -> Ids:
        """Return the ids (int64, ascending) of the passages that have vectors."""
        missing = f"SELECT id FROM vectors INDEXED BY vectors_missing WHERE {_MISSING}"
        where = f" WHERE vector NOT IN ({missing})" if self._db.version >= _WITH_MISSING else ""
        rows = self._db.rows(f"SELECT id FROM passages{where} ORDER BY id")
        return np.fromiter((row[0] for row in rows), dtype=np.int64)

    def vectors_of(self, passage_ids: Ids) -> Iterator[tuple[Ids, Vectors]]:
        """Yield (ids, vectors) of encoded passages, whose ids ascend, in chunks as `vectors` does."""
        sql = (
            "SELECT p.id, v.vector FROM passages p JOIN vectors v ON v.id = p.vector"
            " WHERE p.id IN ({}) ORDER BY p.id"
        )
        for start in range(0, len(passage_ids), _LOOKED_UP):
            rows = [*self._db.rows_in(sql, passage_ids[start : start + _LOOKED_UP].tolist())]
            ids = np.array([row[0] for row in rows], np.int64)
            yield ids, np.frombuffer(b"".join(row[1] for row in rows), dtype="<f2").reshape(len(rows), -1)

    def added_passages(self, after: int, dim: int) -> Iterator[AddedPassages]:
        """Yield the passages with an id above `after`, by id, in parts of whole articles.

        A vector that is still to be made is a row of NaN, of as many numbers as the others (`dim`).
        """
        missing = np.full(dim, np.nan, "<f2").tobytes()
        columns = "p.id, v.vector, p.start, p.stop, " + self._field
        spans = self._db.rows(
            f"SELECT p.article, {columns} FROM passages p JOIN vectors v ON v.id = p.vector"
            " WHERE p.id > ? ORDER BY p.id",
            (after,),
        )
        part: list[tuple[int, bytes, str, str, int | None, str | None]] = []
        for number, passages in groupby(spans, key=itemgetter(0)):
            row = self._db.one("SELECT id, title, text, day, source FROM articles WHERE num = ?", (number,))
            if row:
                article_id, title, text, day, source = row
                part += [
                    (
                        i,
                        vector or missing,
                        f"{title}\n{text[start:end]}" if field == "text" else title,
                        article_id,
                        day,
                        source,
                    )
                    for _, i, vector, start, end, field in passages
                ]
            if len(part) >= _PART:
                yield _added(part)
                part = []
        if part:
            yield _added(part)

    # --- state --------------------------------------------------------------------------------------

    def state(self, key: str) -> str | None:
        """Return a remembered value, None where there is none."""
        row = self._db.one("SELECT value FROM state WHERE key = ?", (key,))
        return str(row[0]) if row else None

    def set_state(self, key: str, value: str) -> None:
        """Remember a value."""
        self._db.run("INSERT OR REPLACE INTO state VALUES (?, ?)", (key, value))


def _added(part: Sequence[tuple[int, bytes, str, str, int | None, str | None]]) -> AddedPassages:
    ids, vectors, texts, articles, days, sources = zip(*part, strict=True)
    matrix = np.frombuffer(b"".join(vectors), dtype="<f2").reshape(len(ids), -1)
    return AddedPassages(np.array(ids, np.int64), matrix, texts, articles, days, sources)
