"""The sketches of articles: how those that may be copies of an article are found without reading them all.

Knows the tables `sketches` and `bands`; does not know how a sketch is made (`indexer.duplicates`), nor what
follows when two articles are copies (`indexer.embedded.clusters`).

A sketch is int64 bands, little-endian, one after another. The caller of what writes holds a transaction.
"""

from collections.abc import Sequence

import numpy as np

from nutgraf.indexer.embedded.database import Database


def put(db: Database, article_id: str, sketch: bytes) -> None:
    """Keep the sketch of a stored article that has none."""
    number = db.one("SELECT num FROM articles WHERE id = ?", (article_id,))[0]
    db.run("INSERT INTO sketches VALUES (?, ?)", (number, sketch))
    # A sketch may hold a band twice.
    db.run_each("INSERT OR IGNORE INTO bands VALUES (?, ?)", [(band, number) for band in _bands(sketch)])


def remove(db: Database, number: int) -> None:
    """Remove the sketch of the article in the row `number`, if it has one."""
    row = db.one("SELECT sketch FROM sketches WHERE article = ?", (number,))
    if row:
        keys = [(band, number) for band in _bands(row[0])]
        db.run_each("DELETE FROM bands WHERE band = ? AND article = ?", keys)
        db.run("DELETE FROM sketches WHERE article = ?", (number,))


def remove_all(db: Database) -> None:
    """Remove the sketches of all articles."""
    db.run("DELETE FROM bands")
    db.run("DELETE FROM sketches")


def of(db: Database, article_ids: Sequence[str]) -> dict[str, bytes]:
    """Return id -> sketch of those articles that have one."""
    sql = "SELECT a.id, s.sketch FROM articles a JOIN sketches s ON s.article = a.num WHERE a.id IN ({})"
    return dict(db.rows_in(sql, article_ids))


def sharing(db: Database, sketch: bytes, most: int) -> list[str]:
    """Return the ids of the articles that share a band with the sketch, `most` a band, oldest first."""
    sql = "SELECT article FROM bands WHERE band = ? ORDER BY article LIMIT ?"
    numbers = {row[0] for band in _bands(sketch) for row in db.rows(sql, (band, most))}
    return [row[0] for row in db.rows_in("SELECT id FROM articles WHERE num IN ({})", sorted(numbers))]


def missing(db: Database, after: int, limit: int) -> dict[int, str]:
    """Return row number -> id of up to `limit` articles without a sketch, beyond the row `after`."""
    rows = db.rows(
        "SELECT num, id FROM articles a WHERE num > ?"
        " AND NOT EXISTS (SELECT 1 FROM sketches WHERE article = a.num) ORDER BY num LIMIT ?",
        (after, limit),
    )
    return dict(rows)


def _bands(sketch: bytes) -> list[int]:
    bands: list[int] = np.frombuffer(sketch, "<i8").tolist()
    return bands
