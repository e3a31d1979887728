"""An index of the version before has the vectors of all its passages: it is read so, and goes on as any."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded import database
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.embedded.manifest import FORMAT, MANIFEST, read_manifest
from nutgraf.indexer.embedded.verify import OPENED_CHECKS
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.indexer.filters import Filter
from tests.fakes import FakeEncoder

ARTICLES = [
    Article(f"a{number}", "", f"The ferry of {town} sails on Sunday.")
    for number, town in enumerate(["Orlow", "Quist", "Tarn"])
]


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an index of the schema and of the manifest that knew no missing vectors."""
    folder = tmp_path / "index"
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", database.MIGRATIONS[:4])
        with EmbeddedWriter(folder, FakeEncoder()) as writer:
            assert len([*writer.add(ARTICLES)]) == 3
            writer.publish()
    manifest = json.loads((folder / MANIFEST).read_text())
    assert manifest.pop("encoded") == 3
    (folder / MANIFEST).write_text(json.dumps(manifest | {"format": 2}))
    return folder


def test_it_is_read_as_before(older: Path) -> None:
    with EmbeddedIndex(older) as index:
        assert (index.state.encoded, index.state.encoded_passages) == (1.0, 3)
        assert {fact.encoded for fact in index.facts([1, 2, 3]).values()} == {True}
        vector = FakeEncoder().encode([ARTICLES[1].text])[0]
        assert index.dense(vector, 1, Filter())[0].tolist() == [2]
        assert {name: check(index).status for name, check in OPENED_CHECKS.items()} == dict.fromkeys(
            OPENED_CHECKS, "ok"
        )


def test_it_goes_on_with_what_has_no_vectors(older: Path) -> None:
    with EmbeddedWriter(older, FakeEncoder()) as writer:
        assert (writer.unencoded_passages, writer.publish().generation) == (0, 1)
        new = [replace(ARTICLES[0], id="copy"), Article("new", "", "A ferry sank.")]
        assert [s.status for s in writer.add(new, words_only=True)] == ["duplicate", "added"]
        state = writer.publish()
        assert (state.generation, state.encoded, writer.unencoded_passages) == (2, 0.8, 1)
    assert (read_manifest(older).format, read_manifest(older).encoded) == (FORMAT, 4)
    with EmbeddedWriter(older, FakeEncoder()) as writer:
        writer.encode()
        assert (writer.encoded_passages, writer.publish().encoded) == (1, 1.0)
