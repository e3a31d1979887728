"""The database: all of a transaction or nothing, the schema's version, and errors that name the file."""

import sqlite3
from pathlib import Path

import pytest

from nutgraf.indexer.embedded.database import Database
from nutgraf.indexer.errors import IndexDamaged, IndexMismatch, StorageFailed


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


@pytest.fixture
def db(path: Path) -> Database:
    return Database(path)


def keep(db: Database, key: str, value: str = "") -> None:
    with db.atomic():
        db.run("INSERT INTO state VALUES (?, ?)", (key, value))


def kept(db: Database) -> list[str]:
    return [row[0] for row in db.rows("SELECT key FROM state ORDER BY key")]


def test_a_transaction_is_kept_whole_or_not_at_all(db: Database) -> None:
    keep(db, "a")

    def stop() -> None:
        with db.atomic():
            db.run_each("INSERT INTO state VALUES (?, '')", [("b",), ("c",)])
            assert kept(db) == ["a", "b", "c"]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()
    assert kept(db) == ["a"]
    keep(db, "d")
    assert kept(db) == ["a", "d"]


def test_a_statement_returns_the_row_it_inserted(db: Database) -> None:
    with db.atomic():
        numbers = [db.run("INSERT INTO vectors (hash, vector) VALUES (?, '')", (key,)) for key in "ab"]
    assert numbers == [1, 2]
    assert db.one("SELECT hash FROM vectors WHERE id = ?", (2,)) == ("b",)
    assert db.one("SELECT hash FROM vectors WHERE id = ?", (3,)) == ()


def test_any_number_of_values_is_looked_up(db: Database) -> None:
    with db.atomic():
        db.run_each("INSERT INTO tombstones VALUES (?)", [(n,) for n in range(0, 3000, 2)])
    sql = "SELECT passage FROM tombstones WHERE passage > ? AND passage IN ({})"
    assert [row[0] for row in db.rows_in(sql, range(1501), before=[10])] == list(range(12, 1501, 2))
    assert list(db.rows_in(sql, [], before=[10])) == []


def test_a_newer_file_is_refused(path: Path) -> None:
    Database(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    for readonly in (True, False):
        with pytest.raises(IndexMismatch, match="version 99"):
            Database(path, readonly=readonly)


def test_migrations_are_recorded(path: Path) -> None:
    Database(path).close()
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT version FROM migrations").fetchall() == [(1,), (2,)]
        assert db.execute("PRAGMA user_version").fetchone() == (2,)


def test_a_reader_writes_nothing(path: Path, db: Database) -> None:
    keep(db, "a")
    with Database(path, readonly=True) as reader:
        with pytest.raises(StorageFailed, match="readonly"):
            keep(reader, "b")
        assert kept(reader) == ["a"]


def test_a_file_that_is_no_database_is_named(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to look like one" * 30)
    with pytest.raises(IndexDamaged, match=r"store\.sqlite"):
        Database(path)


def test_a_full_disk_keeps_what_was_there(db: Database) -> None:
    keep(db, "a", "x" * 4_000)
    db.one("PRAGMA max_page_count = 30")
    with pytest.raises(StorageFailed, match="full"):
        keep(db, "b", "x" * 2_000_000)
    assert kept(db) == ["a"]
