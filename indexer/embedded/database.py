"""The one home of sqlite3: a file, its transactions, its schema's version, and its errors as this package's.

Knows SQL statements as text; does not know what any table means. What the tables hold is written and read by
`indexer.embedded.store` and `indexer.embedded.sketches`, over one connection and so in one transaction.

A reader that may not write to the folder cannot keep SQLite's own files for readers there. Where no writer is
at work it opens the file as immutable. A writer may come later and change the file: so such a reader fetches
the rows of a statement at once, looks whether the file has changed meanwhile, and if so reads them again.
"""

import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, Self, TypeAlias

from nutgraf.indexer.embedded.migrations import MIGRATIONS
from nutgraf.indexer.errors import IndexDamaged, IndexerError, IndexMismatch, StorageFailed

Values: TypeAlias = Sequence[object]
"""The values for the question marks of a statement, in their order."""

Row: TypeAlias = tuple[Any, ...]

_CHUNK = 500  # question marks a statement; SQLite before 3.32 takes 999
_ATTEMPTS = 50  # not measured: a writer changes the file between two of its commits, seconds apart
_DAMAGE = re.compile("no such table|Could not decode to UTF-8|user-defined function raised")
"""What SQLite says of damage in an error of its own operation; an empty file is a healthy one to it."""


class Database:
    """One SQLite file. Use it as a context manager; every write happens inside `atomic()`.

    Every method raises StorageFailed where the disk says no, and IndexDamaged for a file that SQLite cannot
    read; opening raises IndexMismatch for a file that a newer nutgraf wrote.
    """

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self.path = path
        # Who may not write to the folder gets no lock that a writer respects.
        self._guest = readonly and not os.access(path.parent, os.W_OK)
        self._reopening = Lock()
        self._retired: list[sqlite3.Connection] = []
        with _mapped(path):
            self._stamp = _stamp(path)
            self._db = _connect(path, readonly=readonly, immutable=self._guest and not self._stamp.has_log)
            if readonly:
                self._check_version()
            else:
                self._migrate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        for connection in (*self._retired, self._db):
            connection.close()

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Run the block as one transaction: all of it is committed, or nothing where the block raises."""
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
        """Run a statement; return the number of the row that it inserted, None where it inserts none."""
        with _mapped(self.path):
            return self._db.execute(sql, values).lastrowid

    def run_each(self, sql: str, rows: Iterable[Values]) -> None:
        """Run a statement once for every row of values."""
        with _mapped(self.path):
            self._db.executemany(sql, rows)

    def one(self, sql: str, values: Values = ()) -> Row:
        """Return the first row, () where there is none."""
        if self._guest:
            return next(iter(self._guest_rows(sql, values)), ())
        with _mapped(self.path):
            return self._db.execute(sql, values).fetchone() or ()

    def rows(self, sql: str, values: Values = ()) -> Iterator[Row]:
        """Yield the rows; what SQLite raises while they are fetched is mapped, too."""
        if self._guest:
            yield from self._guest_rows(sql, values)
            return
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

    @property
    def version(self) -> int:
        """How many steps of `MIGRATIONS` the file has."""
        return int(self.one("PRAGMA user_version")[0])

    def quick_check(self) -> list[str]:
        """Let SQLite look over the whole file; return ["ok"], or the first fault that it finds."""
        return [str(row[0]) for row in self.rows("PRAGMA quick_check(1)")]

    def _guest_rows(self, sql: str, values: Values) -> list[Row]:
        """Return the rows of a statement, read while nobody changed the file."""
        for _ in range(_ATTEMPTS):
            stamp, connection = self._current()
            try:
                with _mapped(self.path):
                    rows = connection.execute(sql, values).fetchall()
            except IndexerError:
                if _stamp(self.path) == stamp:
                    raise
            else:
                # With a log SQLite itself sees to it that a reader gets one state of the file.
                if stamp.has_log or _stamp(self.path) == stamp:
                    return rows
        raise StorageFailed(
            f"{self.path} was changed by another process each of the {_ATTEMPTS} times that it was read",
            hint="wait until the other process has ended, then run the command again",
        )

    def _current(self) -> "tuple[_Stamp, sqlite3.Connection]":
        """Return a connection to the file as it is now, and what tells that the file has changed since."""
        stamp = _stamp(self.path)
        with self._reopening:
            # Opened beside a log, SQLite follows the writer by itself.
            follows = stamp.has_log and self._stamp.has_log and stamp.inode == self._stamp.inode
            if stamp != self._stamp and not follows:
                with _mapped(self.path):
                    fresh = _connect(self.path, readonly=True, immutable=not stamp.has_log)
                self._retired.append(self._db)  # another thread may be reading from it
                self._db = fresh
            self._stamp = stamp
            return stamp, self._db

    def _migrate(self) -> None:
        self._check_version()
        done = self.version
        for version, script in enumerate(MIGRATIONS[done:], start=done + 1):
            with self.atomic():
                if self.version >= version:  # another process took the step meanwhile
                    continue
                for statement in script:
                    self._db.execute(statement)
                now = datetime.now(UTC).isoformat(timespec="seconds")
                self._db.execute("INSERT INTO migrations VALUES (?, ?)", (version, now))
                self._db.execute(f"PRAGMA user_version = {version}")

    def _check_version(self) -> None:
        version = self.version
        if version > len(MIGRATIONS):
            raise IndexMismatch(
                f"{self.path} has storage version {version}; this nutgraf knows up to {len(MIGRATIONS)}",
                hint="install the nutgraf that wrote it",
            )


@dataclass(frozen=True, slots=True)
class _Stamp:
    """What changes whenever a writer touches the file; `has_log`: a writer's log stands beside it."""

    modified_ns: int
    size_bytes: int
    inode: int
    has_log: bool


def _stamp(path: Path) -> _Stamp:
    has_log = path.with_name(f"{path.name}-wal").exists()
    try:
        status = path.stat()
    except OSError:
        return _Stamp(0, 0, 0, has_log)
    return _Stamp(status.st_mtime_ns, status.st_size, status.st_ino, has_log)


def _connect(path: Path, *, readonly: bool, immutable: bool) -> sqlite3.Connection:
    uri = f"{path.resolve().as_uri()}?mode={'ro' if readonly else 'rwc'}{'&immutable=1' * immutable}"
    # Autocommit: transactions begin and end in `atomic` alone. Readers share one connection over threads.
    db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=30)
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA cell_size_check = ON")  # cells beyond their page are an error, no missing rows
    db.create_function("casefold", 1, str.casefold, deterministic=True)  # SQLite's lower() knows ASCII alone
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
        if _DAMAGE.search(str(error)):
            raise _unhealthy(path, error) from error
        raise StorageFailed(
            f"{path}: {error}",
            hint="check the disk's free space and the folder's permissions, then run it again",
        ) from error
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # the latter of a damaged name in a message
        raise _unhealthy(path, error) from error


def _unhealthy(path: Path, error: Exception) -> IndexDamaged:
    return IndexDamaged(
        f"{path} is not a healthy SQLite file: {error}",
        hint=restore_hint(path.parent),
    )


def restore_hint(folder: Path) -> str:
    """Return what to do about damage of the file, from which all else is derived."""
    return f"restore it from a backup, or remove {folder} and index the articles again"
