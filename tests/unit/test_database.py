"""The database: all of a transaction or nothing, the schema's version, and errors that name the file."""

import os
import sqlite3
from collections.abc import Iterator
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
        assert db.execute("SELECT version FROM migrations").fetchall() == [(1,), (2,), (3,), (4,), (5,)]
        assert db.execute("PRAGMA user_version").fetchone() == (5,)


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


def damaged(path: Path, before: bytes, after: bytes) -> None:
    content = path.read_bytes()
    assert before in content
    path.write_bytes(content.replace(before, after))


def test_a_text_that_is_no_utf_8_is_damage(path: Path, db: Database) -> None:
    keep(db, "a key that is kept")
    db.close()
    damaged(path, b"a key that is kept", b"a key that \xf6s kept")
    with Database(path, readonly=True) as reader, pytest.raises(IndexDamaged, match=r"store\.sqlite"):
        kept(reader)


def test_a_name_in_the_schema_that_is_no_utf_8_is_damage(path: Path, db: Database) -> None:
    db.close()
    damaged(path, b"tombstones", b"tombston\xf6s")
    damaged(path, b"CREATE TABLE tombston", b"CREATE  ABLE tombston")
    match = r"store\.sqlite is not a healthy SQLite file"
    with pytest.raises(IndexDamaged, match=match), Database(path, readonly=True) as reader:
        kept(reader)


def test_a_full_disk_keeps_what_was_there(db: Database) -> None:
    keep(db, "a", "x" * 4_000)
    db.one("PRAGMA max_page_count = 30")
    with pytest.raises(StorageFailed, match="full"):
        keep(db, "b", "x" * 2_000_000)
    assert kept(db) == ["a"]


# --- a reader that may not write to the folder ------------------------------------------------------------


@pytest.fixture
def guest(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Open a file of 400 rows for reading only; root may write, so `os.access` is answered."""
    with Database(path) as writer:
        fill(writer, "a")
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda _, mode: mode != os.W_OK)
        reader = Database(path, readonly=True)
    with reader:
        yield reader


def fill(writer: Database, letter: str, size: int = 2_000) -> None:
    with writer.atomic():
        writer.run("DELETE FROM state")
        writer.run_each(
            "INSERT INTO state VALUES (?, ?)", [(f"{letter}{n:03d}", letter * size) for n in range(400)]
        )


def whole(db: Database) -> list[tuple[str, int]]:
    """Return the first letters of keys and values, and how many rows have them: one pair in a whole state."""
    sql = "SELECT substr(key, 1, 1) || substr(value, -1), count(*) FROM state GROUP BY 1 ORDER BY 1"
    return [*db.rows(sql)]


def test_a_guest_leaves_the_folder_as_it_is(path: Path, guest: Database) -> None:
    assert whole(guest) == [("aa", 400)]
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert guest.quick_check() == ["ok"]


def test_a_guest_follows_a_writer_that_comes_and_goes(path: Path, guest: Database) -> None:
    assert whole(guest) == [("aa", 400)]
    for letter, size in [("b", 9_000), ("c", 10), ("d", 5_000)]:
        with Database(path) as writer:
            fill(writer, letter, size)
            assert whole(guest) == [(letter * 2, 400)]  # from the writer's log
            writer.checkpoint()
            assert whole(guest) == [(letter * 2, 400)]
        assert whole(guest) == [(letter * 2, 400)]
        assert guest.one("SELECT count(*) FROM state WHERE value = ?", (letter * size,)) == (400,)


def test_a_guest_reads_again_what_changed_while_it_read(
    path: Path, guest: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer is at work between the look at the file and the reading of it."""
    assert whole(guest) == [("aa", 400)]
    current, letters = guest._current, iter("bc")

    def disturbed() -> object:
        answer = current()
        for letter in letters:
            with Database(path) as writer:
                fill(writer, letter, 9_000)
            break
        return answer

    monkeypatch.setattr(guest, "_current", disturbed)
    assert whole(guest) == [("cc", 400)]


def test_a_guest_gives_up_on_a_file_that_never_rests(
    path: Path, guest: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = guest._current

    def disturbed() -> object:
        answer = current()
        os.utime(path, ns=(0, path.stat().st_mtime_ns + 1_000_000))
        return answer

    monkeypatch.setattr(guest, "_current", disturbed)
    with pytest.raises(StorageFailed, match="was changed by another process each of the 50 times"):
        whole(guest)


def test_damage_is_damage_to_a_guest_too(path: Path, guest: Database) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:8192] + bytes(byte ^ 0x55 for byte in content[8192:]))
    with pytest.raises(IndexDamaged, match="not a healthy SQLite file"):
        whole(guest)
