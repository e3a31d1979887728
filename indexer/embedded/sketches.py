"""The sketches of articles: how those that may be copies of an article are found without reading them all.

Knows the tables `sketches` and `bands`, and the number and id of a row of `articles`; does not know how a
sketch is made (`indexer.duplicates`), nor what follows when two articles are copies
(`indexer.clusters`).

A sketch is int64 bands, little-endian, one after another.
"""

from collections.abc import Sequence

import numpy as np

from nutgraf.indexer.embedded.database import Database


class Sketches:
    """The sketches in one store. The caller of a method that writes has begun a transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, article_id: str, sketch: bytes) -> None:
        """Keep the sketch of a stored article that has none yet."""
        number = self._db.one("SELECT num FROM articles WHERE id = ?", (article_id,))[0]
        self._db.run("INSERT INTO sketches VALUES (?, ?)", (number, sketch))
        # A sketch may hold a band twice.
        self._db.run_each(
            "INSERT OR IGNORE INTO bands VALUES (?, ?)", [(band, number) for band in _bands(sketch)]
        )

    def remove(self, number: int) -> None:
        """Remove the sketch of the article in the row `number`, if it has one."""
        row = self._db.one("SELECT sketch FROM sketches WHERE article = ?", (number,))
        if row:
            keys = [(band, number) for band in _bands(row[0])]
            self._db.run_each("DELETE FROM bands WHERE band = ? AND article = ?", keys)
            self._db.run("DELETE FROM sketches WHERE article = ?", (number,))

    def remove_all(self) -> None:
        """Remove the sketches of all articles."""
        self._db.run("DELETE FROM bands")
        self._db.run("DELETE FROM sketches")

    def of(self, article_ids: Sequence[str]) -> dict[str, bytes]:
        """Return id -> sketch of those articles that have one."""
        sql = "SELECT a.id, s.sketch FROM articles a JOIN sketches s ON s.article = a.num WHERE a.id IN ({})"
        return dict(self._db.rows_in(sql, article_ids))

    def sharing(self, sketch: bytes, most: int) -> list[str]:
        """Return the ids of the articles that share a band with the sketch, `most` a band, oldest first."""
        sql = "SELECT article FROM bands WHERE band = ? ORDER BY article LIMIT ?"
        numbers = {row[0] for band in _bands(sketch) for row in self._db.rows(sql, (band, most))}
        ids = self._db.rows_in("SELECT id FROM articles WHERE num IN ({})", sorted(numbers))
        return [row[0] for row in ids]

    def missing(self, after: int, limit: int) -> dict[int, str]:
        """Return row number -> id of up to `limit` articles without a sketch, beyond the row `after`."""
        rows = self._db.rows(
            "SELECT num, id FROM articles a WHERE num > ?"
            " AND NOT EXISTS (SELECT 1 FROM sketches WHERE article = a.num) ORDER BY num LIMIT ?",
            (after, limit),
        )
        return dict(rows)


def _bands(sketch: bytes) -> list[int]:
    bands: list[int] = np.frombuffer(sketch, "<i8").tolist()
    return bands
