"""An index that an older nutgraf wrote has no passages of titles: it is read so, and gets them later."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from nutgraf.indexer import store_writer
from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.embedded.store import FILENAME
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.storage import Counts
from tests.fakes import FakeEncoder

ARTICLES = [
    Article(f"a{number}", f"{name} named coach", f"The award number {number} was handed over on Saturday.")
    for number, name in enumerate(["Falk", "Holt", "Weber", "Brandt", "Novak"])
]


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an index with the schema that had no passages of titles."""
    folder = tmp_path / "index"
    with monkeypatch.context() as patch, EmbeddedWriter(folder, FakeEncoder()) as writer:
        patch.setattr(store_writer, "headline", lambda _: None)
        assert [status.status for status in writer.add(ARTICLES)] == ["added"] * 5
        writer.publish()
    with sqlite3.connect(folder / FILENAME) as db:
        db.execute("ALTER TABLE passages DROP COLUMN field")
        db.execute("DELETE FROM state WHERE key = 'untitled'")
        for dropped in (
            "INDEX vectors_missing",
            "INDEX articles_in_lists",
            "TABLE watch_changes",
            "TABLE watches",
        ):
            db.execute(f"DROP {dropped}")
        db.execute("DELETE FROM migrations WHERE version >= 4")
        db.execute("PRAGMA user_version = 3")
    return folder


def titles(folder: Path) -> list[str]:
    """Return the titles that are passages, by the ids of their articles."""
    with EmbeddedIndex(folder) as index:
        passages = index.fetch(range(1, index.state.last_passage + 1))
        assert index.state.counts == Counts(len({p.article.id for p in passages}), len(passages))
        return sorted(p.article.id for p in passages if p.field == "title")


def test_it_is_read_as_before(older: Path) -> None:
    with EmbeddedIndex(older) as index:
        assert index.state.counts == Counts(5, 5)
        assert {fact.field for fact in index.facts(range(1, 6)).values()} == {"text"}
        assert len(index.lexical("Falk", 9, Filter())[0]) == 1
        assert [p.text for p in index.fetch([1])] == [ARTICLES[0].text]


def test_it_gets_them_when_it_is_next_written_to(older: Path) -> None:
    with EmbeddedWriter(older, FakeEncoder()) as writer:
        assert [status.status for status in writer.add(ARTICLES[:1])] == ["unchanged"]
        state = writer.publish()
        assert (state.counts, state.encoded, writer.encoded_passages) == (Counts(5, 10), 0.5, 0)
        writer.encode()
        assert (writer.publish().encoded, writer.encoded_passages) == (1.0, 5)
        assert (writer.publish().generation, writer.encoded_passages) == (3, 5)
    assert titles(older) == ["a0", "a1", "a2", "a3", "a4"]
    with EmbeddedIndex(older) as index:
        ids, _ = index.lexical("Falk", 9, Filter())
        assert sorted(passage.field for passage in index.fetch(ids.tolist())) == ["text", "title"]


def test_a_writer_that_is_stopped_goes_on(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_writer, "_UNTITLED", 2)

    def stop() -> None:
        raise KeyboardInterrupt

    with EmbeddedWriter(older, FakeEncoder()) as writer, pytest.raises(KeyboardInterrupt):
        writer.rebuild(stop)
    assert titles(older) == ["a3", "a4"]
    changed = replace(ARTICLES[4], text="The award was handed over on Sunday.")
    with EmbeddedWriter(older, FakeEncoder()) as writer:
        assert writer.remove(["a0"]) == ["a0"]
        assert [status.status for status in writer.add([changed])] == ["updated"]
        writer.publish()
    assert titles(older) == ["a1", "a2", "a3", "a4"]


def test_another_encoder_makes_each_of_them_once(older: Path) -> None:
    encoder = FakeEncoder(dim=16)
    with EmbeddedWriter(older, encoder) as writer:
        assert writer.rebuild().counts == Counts(5, 10)
    assert titles(older) == ["a0", "a1", "a2", "a3", "a4"]
