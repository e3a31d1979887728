"""A flipped bit in any file of an index: the answer is refused, and the file is named."""

import json
import shutil
import sqlite3
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from nutgraf.indexer.embedded import digests
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.embedded.manifest import read_manifest
from nutgraf.indexer.embedded.segments import SegmentRule
from nutgraf.indexer.embedded.verify import check_digests_anew
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.indexer.errors import IndexDamaged
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.selection import Selection

PARTS = [".faiss", ".fast", ".fieldnorm", ".idx", ".pos", ".store", ".term", "meta.json"]


@pytest.fixture
def copy(seeds_index: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(seeds_index, tmp_path / "copy"))


def flip(path: Path, place: float) -> None:
    """Flip a bit at this share of the file."""
    content = bytearray(path.read_bytes())
    content[int(place * (len(content) - 1))] ^= 4
    path.write_bytes(content)


@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("part", PARTS)
def test_a_flipped_bit_is_seen_before_a_derived_file_is_read(copy: Path, part: str, place: float) -> None:
    file = next(
        path for path in sorted(copy.rglob("*")) if path.name.endswith(part) and path.name != "manifest.json"
    )
    flip(file, place)
    with (
        EmbeddedIndex(copy) as index,
        pytest.raises(IndexDamaged, match="is damaged: its digest is") as raised,
    ):
        index.prepare()
    assert str(raised.value).startswith(str(file))
    assert raised.value.hint == f"nutgraf index --rebuild --index {copy}"


CELLS = SegmentRule(passages=1, recall=0.0)


@pytest.fixture
def with_cells(copy: Path, encoder) -> Path:  # noqa: ANN001
    with EmbeddedWriter(copy, encoder, segments=CELLS) as writer:
        writer.rebuild()
    return copy


def published(folder: Path, part: str) -> Path:
    """Return the file of a part of the dense index that the last generation has."""
    (name,) = (name for name in read_manifest(folder).files if name.startswith(f"{part}-"))
    return folder / name


def answers(folder: Path) -> list[list[int]]:
    """Return what is found by each of some vectors, without and with a filter."""
    with EmbeddedIndex(folder) as index:
        index.prepare()
        _, vectors = next(index.store.vectors())
        return [
            index.dense(vector.astype(np.float32), 5, allow)[0].tolist()
            for vector in vectors[:8]
            for allow in (Filter(), Filter(last=date(2016, 12, 31)))
        ]


@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("part", ["vectors", "cells", "blocks", "columns"])
def test_a_flipped_bit_of_an_approximate_index_is_seen(with_cells: Path, part: str, place: float) -> None:
    file = published(with_cells, part)
    flip(file, place)
    with pytest.raises(IndexDamaged, match="is damaged: ") as raised:
        answers(with_cells)
    assert str(raised.value).startswith(str(file))
    assert raised.value.hint == f"nutgraf index --rebuild --index {with_cells}"


@pytest.mark.parametrize("part", ["vectors", "cells", "blocks", "columns"])
def test_bits_flipped_anywhere_give_the_right_answer_or_an_error(with_cells: Path, part: str) -> None:
    expected = answers(with_cells)
    file = published(with_cells, part)
    for place in np.random.default_rng(1).random(12):
        flip(file, place)
        try:
            outcome: object = answers(with_cells)
        except IndexDamaged as error:
            outcome = file.name in str(error)
        assert outcome in (expected, True)
        flip(file, place)
    assert answers(with_cells) == expected


@pytest.mark.parametrize("part", ["vectors", "cells", "blocks", "columns"])
def test_a_short_file_of_an_approximate_index_is_refused(with_cells: Path, part: str) -> None:
    file = published(with_cells, part)
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(IndexDamaged, match=f"{file.name} has .* bytes instead of"):
        EmbeddedIndex(with_cells)


def test_rebuild_mends_it(copy: Path, encoder) -> None:  # noqa: ANN001
    flip(next(copy.glob("*.faiss")), 0.5)
    with EmbeddedWriter(copy, encoder) as writer:
        writer.rebuild()
    with EmbeddedIndex(copy) as index:
        index.prepare()
        assert check_digests_anew(index).status == "ok"


def test_damage_of_a_shared_file_is_not_taken_over_by_the_next_generation(
    copy: Path,
    encoder,  # noqa: ANN001
) -> None:
    (file,) = (copy / next(iter(copy.glob("lexical-*"))) / "passages").glob("*.pos")
    flip(file, 0.5)
    with EmbeddedWriter(copy, encoder) as writer:
        writer.publish()
    with EmbeddedIndex(copy) as index, pytest.raises(IndexDamaged, match=r"\.pos is damaged"):
        index.prepare()


def test_a_file_is_compared_once_in_a_process_unless_anew(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EmbeddedIndex(copy) as index:
        index.prepare()
    compared: list[Path] = []
    monkeypatch.setattr(digests, "digest_of", lambda path: compared.append(path) or "0")
    with EmbeddedIndex(copy) as index:
        index.prepare()
        assert compared == []
        assert check_digests_anew(index).status == "problem"
    assert len(compared) == 1


def test_an_index_of_an_older_nutgraf_has_no_digests(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_text())
    del manifest["digests"]
    (copy / "manifest.json").write_text(json.dumps(manifest | {"format": 1}))
    with EmbeddedIndex(copy) as index:
        index.prepare()
        check = check_digests_anew(index)
    assert (check.status, check.advice) == ("warning", f"nutgraf index --rebuild --index {copy}")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            "text = replace(text, 'sanctions', 'sanction5')",
            "is not the one that was stored: its hash differs",
        ),
        ("published = 'yesterday'", "Invalid isoformat string"),
        ("authors = '['", "Expecting value"),
    ],
)
def test_an_article_that_changed_in_the_store_is_refused(copy: Path, change: str, why: str) -> None:
    with EmbeddedIndex(copy) as index:
        ids = [article.id for article in index.page(Filter(), None, 10)]
    with sqlite3.connect(copy / "store.sqlite") as database:
        database.execute(f"UPDATE articles SET {change}")
    database.close()
    with EmbeddedIndex(copy) as index, pytest.raises(IndexDamaged, match=why) as raised:
        index.get(ids)
    assert raised.value.hint.startswith("restore it from a backup")


def hide_a_passage(folder: Path) -> None:
    """Let the place of the fifth passage in its page be that of the fourth: the fifth cannot be found."""
    file = folder / "store.sqlite"
    with sqlite3.connect(file) as database:
        (size,) = database.execute("PRAGMA page_size").fetchone()
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'passages'").fetchone()
    database.close()
    content = bytearray(file.read_bytes())
    leaf = (page - 1) * size
    assert content[leaf] == 13, "the passages have one page"
    fourth, fifth = leaf + 8 + 2 * 3, leaf + 8 + 2 * 4
    content[fifth : fifth + 2] = content[fourth : fourth + 2]
    file.write_bytes(content)


def test_sqlite_looks_over_a_small_store(copy: Path) -> None:
    hide_a_passage(copy)
    with EmbeddedIndex(copy) as index, pytest.raises(IndexDamaged, match="Rowid 4 out of order") as raised:
        index.prepare()
    assert raised.value.hint.startswith("restore it from a backup")


def test_a_passage_that_the_store_has_lost_is_no_removed_one(copy: Path) -> None:
    hide_a_passage(copy)
    with EmbeddedIndex(copy) as index:
        ids = range(1, index.manifest.upto + 1)
        with pytest.raises(IndexDamaged, match="passage 5 was published and is not there"):
            index.facts(ids)
        with pytest.raises(IndexDamaged, match="passage 5 was published and is not there"):
            index.article_scores("sanctions", ids)


@pytest.mark.parametrize("publish", [False, True])
def test_a_passage_that_was_removed_meanwhile_is_absent(copy: Path, encoder, publish: bool) -> None:  # noqa: ANN001
    with EmbeddedIndex(copy) as index:
        ids = range(1, index.manifest.upto + 1)
        article = index.fetch([1])[0].article.id
        with EmbeddedWriter(copy, encoder) as writer:
            writer.remove([article])
            if publish:
                writer.publish()
        facts = index.facts(ids)
        assert 1 not in facts
        assert article not in {fact.article for fact in facts.values()}
        assert index.article_scores("sanctions", ids)


def flip_in(folder: Path, name: str) -> None:
    """Flip a bit of the id of the article of the first passage in an index of SQLite's, and nowhere else."""
    file = folder / "store.sqlite"
    with EmbeddedIndex(folder) as index:
        article = index.fetch([1])[0].article.id
    with sqlite3.connect(file) as database:
        (size,) = database.execute("PRAGMA page_size").fetchone()
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()
    database.close()
    content = bytearray(file.read_bytes())
    place = content.index(article.encode(), (page - 1) * size)
    assert place < page * size
    content[place] ^= 1
    file.write_bytes(content)


def test_an_article_of_a_list_that_is_not_found_was_not_removed(copy: Path) -> None:
    flip_in(copy, "articles_in_lists")
    with (
        EmbeddedIndex(copy) as index,
        pytest.raises(IndexDamaged, match="an article of its lists is not found by its id"),
    ):
        index.listed(Selection(), "newest", None, 10)


def test_an_article_that_is_not_found_by_its_id_was_not_removed(copy: Path) -> None:
    flip_in(copy, "sqlite_autoindex_articles_1")
    with (
        EmbeddedIndex(copy) as index,
        pytest.raises(IndexDamaged, match="the article of passage 1 is not found by its id"),
    ):
        index.fetch([1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("passages SET field = 'tezt' WHERE id = 2", "passage 2 is of no field of its article"),
        ("passages SET start = start + 8 WHERE id = 2", "passage 2 is not the words that were indexed"),
        ("passages SET stop = stop + 64000 WHERE id = 2", "passage 2 is not the words that were indexed"),
        ("passages SET vector = vector + 1 WHERE id = 2", "passage 2 is not the words that were indexed"),
    ],
)
def test_a_passage_that_differs_from_what_was_indexed(copy: Path, change: str, message: str) -> None:
    with sqlite3.connect(copy / "store.sqlite") as database:
        database.execute(f"UPDATE {change}")
    database.close()

    def look(index: EmbeddedIndex) -> None:
        index.facts([1, 2, 3])
        index.fetch([1, 2, 3])

    with EmbeddedIndex(copy) as index, pytest.raises(IndexDamaged, match=message):
        look(index)
