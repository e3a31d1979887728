"""Segments of vectors: which of them a generation keeps, and that a search over all is exact."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.embedded.manifest import read_manifest
from nutgraf.indexer.embedded.segments import SegmentRule, _kept
from nutgraf.indexer.embedded.verify import OPENED_CHECKS
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.indexer.errors import IndexDamaged, StorageFailed
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.storage import Recall
from tests.fakes import FakeEncoder

RULE = SegmentRule(most=40, whole=4, passages=1000)
START = date(2020, 1, 1)
SINCE = Filter(first=START + timedelta(days=50))


def articles(first: int, last: int) -> list[Article]:
    """Return one-passage articles, a day apart."""
    return [
        Article(
            f"a{number:03d}",
            "",
            f"Ship {number} left Orlow with {number % 7} loads of grain.",
            published=datetime.combine(START + timedelta(days=number), datetime.min.time(), UTC),
        )
        for number in range(first, last)
    ]


def kept(rows: dict[str, tuple[int, int]], new: int, rule: SegmentRule = RULE) -> list[str]:
    """Return which segments stay of those with so many (live, dead) rows, when `new` rows come."""
    alive = {name: np.arange(live + dead) < live for name, (live, dead) in rows.items()}
    return _kept(alive, sum(live for live, _ in rows.values()) + new, rule)


@pytest.mark.parametrize(
    ("rows", "new", "stay"),
    [
        ({}, 5, []),
        ({"a": (20, 0)}, 0, ["a"]),  # nothing is new
        ({"a": (20, 0)}, 3, ["a"]),
        ({"a": (20, 0)}, 10, []),  # at most twice as many rows as are new
        ({"a": (39, 0)}, 30, ["a"]),  # together they were too large
        ({"a": (4, 0)}, 1, []),  # small ones are written whole
        ({"a": (4, 0)}, 0, ["a"]),
        ({"a": (3, 1)}, 0, []),
        ({"a": (30, 1)}, 0, ["a"]),  # few rows are dead
        ({"a": (30, 2)}, 0, []),  # too many are
        ({"a": (30, 0), "b": (10, 0), "c": (5, 0)}, 3, ["a"]),  # c joins what is new, then b joins both
        ({"a": (30, 0), "b": (28, 9)}, 0, ["a"]),
    ],
)
def test_what_a_generation_keeps(rows: dict[str, tuple[int, int]], new: int, stay: list[str]) -> None:
    assert kept(rows, new) == stay


@pytest.fixture
def grown(tmp_path: Path) -> Path:
    """Return an index that was published with 100 articles, with 10 more, and without two of these."""
    with EmbeddedWriter(tmp_path, FakeEncoder(), segments=RULE) as writer:
        list(writer.add(articles(0, 100)))
        writer.publish()
        list(writer.add(articles(100, 110)))
        writer.publish()
        writer.remove(["a003", "a104"])
        writer.publish()
    return tmp_path


def check_exact(folder: Path, present: list[Article]) -> None:
    """Check that a search finds what comparing all vectors finds, without and with a filter."""
    encoder = FakeEncoder()
    with EmbeddedIndex(folder) as index:
        for allow in (Filter(), SINCE):
            passing = [a for a in present if not allow or a.published.date() >= allow.first]  # type: ignore[union-attr, operator]
            stored = encoder.encode([a.text for a in passing]).astype(np.float16).astype(np.float32)
            vector = encoder.encode(["who left Orlow"])[0]
            ids, scores = index.dense(vector, 200, allow)
            expected = sorted(zip(-(stored @ vector).round(5), [a.id for a in passing], strict=True))
            assert sorted(p.article.id for p in index.fetch(ids.tolist())) == sorted(a.id for a in passing)
            assert scores == pytest.approx([-score for score, _ in expected], abs=1e-4)
        assert {name: check(index).status for name, check in OPENED_CHECKS.items()} == dict.fromkeys(
            OPENED_CHECKS, "ok"
        )


PRESENT = [a for a in articles(0, 110) if a.id not in {"a003", "a104"}]


def test_segments_stay_and_removed_passages_are_named(grown: Path) -> None:
    manifest = read_manifest(grown)
    assert manifest.vectors == ["vectors-1.faiss", "vectors-1.2.faiss", "vectors-2.faiss"]
    assert (manifest.encoded, manifest.removed) == (108, "removed-3.npy")
    assert {*manifest.files} >= {"columns-1.npz", "columns-1.2.npz", "columns-2.npz", "removed-3.npy"}
    check_exact(grown, PRESENT)


def test_many_removed_passages_are_left_out_of_their_segment(grown: Path) -> None:
    with EmbeddedWriter(grown, FakeEncoder(), segments=RULE) as writer:
        writer.remove([f"a{number:03d}" for number in range(10, 20)])
        writer.publish()
    check_exact(grown, [a for a in PRESENT if not "a010" <= a.id < "a020"])
    assert "vectors-1.faiss" not in read_manifest(grown).vectors


def test_what_was_removed_since_is_not_found(grown: Path) -> None:
    with EmbeddedWriter(grown, FakeEncoder(), segments=RULE) as writer:
        writer.remove(["a055", "a003", "a001"])
    with EmbeddedIndex(grown) as index:
        ids, _ = index.dense(FakeEncoder().encode(["who"])[0], 200, Filter())
        assert (len(ids), index.state.encoded, index.state.encoded_passages) == (106, 1.0, 106)


def test_rebuilding_gives_the_same_results(grown: Path) -> None:
    with EmbeddedWriter(grown, FakeEncoder(), segments=RULE) as writer:
        writer.rebuild()
    check_exact(grown, PRESENT)
    assert read_manifest(grown).removed == ""


@pytest.mark.parametrize("name", ["vectors-1.2.faiss", "columns-1.npz", "removed-3.npy"])
def test_a_damaged_file_is_refused_and_the_next_publication_mends_segments(grown: Path, name: str) -> None:
    content = bytearray((grown / name).read_bytes())
    content[len(content) // 2] ^= 4
    (grown / name).write_bytes(content)
    with EmbeddedIndex(grown) as index, pytest.raises(IndexDamaged, match=rf"{name} is damaged"):
        index.dense(FakeEncoder().encode(["who"])[0], 5, SINCE)
    with EmbeddedWriter(grown, FakeEncoder(), segments=RULE) as writer:
        list(writer.add(articles(110, 111)))
        writer.publish()
    check_exact(grown, [*PRESENT, *articles(110, 111)])


def test_a_large_archive_gets_cells_and_says_what_they_find(tmp_path: Path) -> None:
    rule = SegmentRule(most=200, whole=0, passages=100, recall=1.0)
    with EmbeddedWriter(tmp_path, FakeEncoder(), segments=rule) as writer:
        list(writer.add(articles(0, 90)))
        writer.publish()
    with EmbeddedIndex(tmp_path) as index:
        assert index.info().recall is None
    with EmbeddedWriter(tmp_path, FakeEncoder(), segments=rule) as writer:
        list(writer.add(articles(90, 120)))
        writer.publish()
    assert read_manifest(tmp_path).vectors == ["vectors-1.faiss", "vectors-2.faiss"]
    assert {*read_manifest(tmp_path).files} >= {"cells-1.faiss", "cells-2.faiss"}
    with EmbeddedIndex(tmp_path) as index:
        assert index.info().recall == Recall(120, 1.0, 1.0)
    check_exact(tmp_path, articles(0, 120))


def test_cells_that_find_too_little_are_refused(tmp_path: Path) -> None:
    rule = SegmentRule(passages=1, recall=1.01)
    with EmbeddedWriter(tmp_path, FakeEncoder(), segments=rule) as writer:
        list(writer.add(articles(0, 30)))
        writer.publish()
    assert not [*tmp_path.glob("cells-*")]
    with EmbeddedIndex(tmp_path) as index:
        assert index.info().recall == Recall(0, 1.0, 1.0)
    check_exact(tmp_path, articles(0, 30))


def test_a_disk_that_fills_while_cells_are_written_leaves_the_archive_as_it_was(
    grown: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nutgraf.indexer.embedded.segments.cells_name", lambda _: "/dev/full")
    rule = SegmentRule(most=40, whole=4, passages=1, recall=0.5)
    with EmbeddedWriter(grown, FakeEncoder(), segments=rule) as writer:
        list(writer.add(articles(110, 150)))
        with pytest.raises(StorageFailed, match="/dev/full cannot be written"):
            writer.publish()
    monkeypatch.undo()
    with EmbeddedWriter(grown, FakeEncoder(), segments=rule) as writer:
        writer.publish()
    check_exact(grown, [*PRESENT, *articles(110, 150)])
