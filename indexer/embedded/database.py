"""The one home of sqlite3: a file, its transactions, its schema's version, and its errors as this package's.

Knows SQL statements as text; does not know what any table means. What the tables hold is written and read by
`indexer.embedded.store` and `indexer.embedded.sketches`, over one connection and so in one transaction.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from nutgraf.indexer.embedded.migrations import MIGRATIONS
from nutgraf.indexer.errors import IndexDamaged, IndexMismatch, StorageFailed

Values = Sequence[object]
"""What stands for the question marks of a statement, in their order."""

_CHUNK = 500


class Database:
    """One SQLite file. Use it as a context manager; every write happens inside `atomic()`.

    Every method raises StorageFailed where the disk says no, and IndexDamaged for a file that SQLite cannot
    read; opening raises IndexMismatch for a file that a newer nutgraf wrote.
    """

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self.path = path
        with _mapped(path):
            self._db = _connect(path, readonly=readonly)
            if readonly:
                self._check_version()
            else:
                self._migrate()

    def __enter__(self) -> Self:
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

    def checkpoint(self) -> None:
        """Move what is committed from the write-ahead log into the file and onto the disk."""
        with _mapped(self.path):
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def run(self, sql: str, values: Values = ()) -> int | None:
        """Run a statement; return the number of the row that it inserted, if it did."""
        with _mapped(self.path):
            return self._db.execute(sql, values).lastrowid

    def run_each(self, sql: str, rows: Iterable[Values]) -> None:
        """Run a statement once for every row of values."""
        with _mapped(self.path):
            self._db.executemany(sql, rows)

    def one(self, sql: str, values: Values = ()) -> tuple[Any, ...]:
        """Return the first row, () where there is none."""
        with _mapped(self.path):
            return self._db.execute(sql, values).fetchone() or ()

    def rows(self, sql: str, values: Values = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows; errors are mapped while they are fetched, too."""
        with _mapped(self.path):
            yield from self._db.execute(sql, values)

    def rows_in(self, sql: str, values: Values, before: Values = ()) -> Iterator[Any]:
        """Yield the rows of `sql`, run once for every few hundred values put into its `IN ({})`.

        Those of `before` stand for the question marks in front of it. Within a run the rows have the order of
        `sql`; SQLite takes a limited number of question marks.
        """
        for at in range(0, len(values), _CHUNK):
            part = values[at : at + _CHUNK]
            yield from self.rows(sql.format(",".join("?" * len(part))), [*before, *part])

    def _migrate(self) -> None:
        self._check_version()
        done = self._db.execute("PRAGMA user_version").fetchone()[0]
        for version, script in enumerate(MIGRATIONS[done:], start=done + 1):
            with self.atomic():
                for statement in script:
                    self._db.execute(statement)
                now = datetime.now(UTC).isoformat(timespec="seconds")
                self._db.execute("INSERT INTO migrations VALUES (?, ?)", (version, now))
                self._db.execute(f"PRAGMA user_version = {version}")

    def _check_version(self) -> None:
        found = self._db.execute("PRAGMA user_version").fetchone()[0]
        if found > len(MIGRATIONS):
            raise IndexMismatch(
                f"{self.path} has storage version {found}; this nutgraf knows up to {len(MIGRATIONS)}",
                hint="pip install --upgrade nutgraf",
            )


def _connect(path: Path, *, readonly: bool) -> sqlite3.Connection:
    uri = f"{path.resolve().as_uri()}?mode={'ro' if readonly else 'rwc'}"
    if readonly and not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists():
        # Readers of a write-ahead log keep files beside it, which they may not here: read what is there.
        uri += "&immutable=1"
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
