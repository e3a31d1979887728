"""The dense index against the exact numpy oracle."""

from pathlib import Path

import numpy as np
import pytest

from nutgraf.indexer.embedded import vectors
from nutgraf.indexer.embedded.vectors import DenseIndex, exact_search
from nutgraf.indexer.errors import IndexDamaged

DIM = 16


@pytest.fixture
def unit_rows() -> np.ndarray:
    rows = np.random.default_rng(3).standard_normal((300, DIM)).astype(np.float32)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)


IDS = np.arange(300, dtype=np.int64) * 3 + 5


@pytest.fixture
def dense_index(tmp_path: Path, unit_rows: np.ndarray) -> DenseIndex:
    path = tmp_path / "vectors-1.faiss"
    written = vectors.write(path, [(IDS[:100], unit_rows[:100]), (IDS[100:], unit_rows[100:])], DIM)
    assert written == 300
    return DenseIndex(path)


def test_search_equals_the_oracle(dense_index: DenseIndex, unit_rows: np.ndarray) -> None:
    for row in range(20):
        query = unit_rows[row].astype(np.float32)
        ids, scores = dense_index.search(query, 10)
        expected_ids, expected_scores = exact_search(IDS, unit_rows, query, 10)
        assert ids.tolist() == expected_ids.tolist()
        assert scores == pytest.approx(expected_scores, abs=1e-5)
        assert ids[0] == IDS[row]


@pytest.mark.parametrize("keep", [1, 7, 150, 299])
def test_filtered_search_equals_the_filtered_oracle(
    dense_index: DenseIndex, unit_rows: np.ndarray, keep: int
) -> None:
    allowed = np.sort(np.random.default_rng(keep).choice(IDS, keep, replace=False))
    query = unit_rows[0].astype(np.float32)
    ids, _ = dense_index.search(query, 10, np.isin(IDS, allowed))
    assert ids.tolist() == exact_search(IDS, unit_rows, query, 10, allowed)[0].tolist()
    assert len(ids) == min(10, keep)


def test_allowing_nothing_finds_nothing(dense_index: DenseIndex, unit_rows: np.ndarray) -> None:
    ids, scores = dense_index.search(unit_rows[0].astype(np.float32), 10, np.zeros(300, np.bool_))
    assert ids.tolist() == scores.tolist() == []


def test_five_are_the_first_of_fifty(dense_index: DenseIndex, unit_rows: np.ndarray) -> None:
    query = unit_rows[9].astype(np.float32)
    assert dense_index.search(query, 5)[0].tolist() == dense_index.search(query, 50)[0][:5].tolist()


def test_asking_for_more_than_there_is(dense_index: DenseIndex, unit_rows: np.ndarray) -> None:
    assert len(dense_index.search(unit_rows[0].astype(np.float32), 999)[0]) == 300


def test_equal_vectors_come_by_id(tmp_path: Path, unit_rows: np.ndarray) -> None:
    same = np.repeat(unit_rows[:1], 4, axis=0)
    vectors.write(tmp_path / "v.faiss", [(np.array([9, 2, 7, 4]), same)], DIM)
    ids, _ = DenseIndex(tmp_path / "v.faiss").search(unit_rows[0].astype(np.float32), 4)
    assert ids.tolist() == [2, 4, 7, 9]


@pytest.mark.parametrize("content", [b"", b"not an index", b"\x00" * 100])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "vectors-1.faiss"
    path.write_bytes(content)
    with pytest.raises(IndexDamaged, match=r"vectors-1\.faiss"):
        DenseIndex(path)


@pytest.mark.parametrize(
    ("at", "bit", "reason"),
    [
        (5, 0x01, "it does not fit the vectors of the encoder"),  # the number of dimensions
        (-8 * 300 - 1, 0x80, "bad_alloc|Error in"),  # how many ids follow
    ],
)
def test_damage_that_faiss_meets_when_it_opens_or_searches_is_named(
    tmp_path: Path, unit_rows: np.ndarray, at: int, bit: int, reason: str
) -> None:
    path = tmp_path / "vectors-1.faiss"
    vectors.write(path, [(np.arange(1, 301), unit_rows[:300])], DIM)
    content = bytearray(path.read_bytes())
    content[at] ^= bit
    path.write_bytes(content)
    with pytest.raises(IndexDamaged, match=rf"vectors-1\.faiss cannot be read: .*({reason})") as caught:
        DenseIndex(path).search(unit_rows[0].astype(np.float32), 3)
    assert caught.value.hint == f"nutgraf index --rebuild --index {tmp_path}"
