"""Cells of a segment: what they find is measured when they are made, and holds with every filter."""

from pathlib import Path

import numpy as np
import pytest

from nutgraf.indexer.embedded import vectors
from nutgraf.indexer.embedded.vectors import Cells, DenseIndex, write_cells
from nutgraf.indexer.errors import IndexDamaged, StorageFailed

DIM, ROWS = 128, 12_000


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def dense(tmp_path_factory: pytest.TempPathFactory) -> DenseIndex:
    """Return vectors of 40 topics; every second id is missing."""
    draw = np.random.default_rng(4)
    topics = draw.standard_normal((40, DIM))
    rows = unit(topics[draw.integers(0, 40, ROWS)] + 0.6 * draw.standard_normal((ROWS, DIM)))
    path = tmp_path_factory.mktemp("cells") / "vectors-1.faiss"
    vectors.write(path, [(np.arange(0, 2 * ROWS, 2), rows.astype(np.float16))], DIM)
    return DenseIndex(path)


@pytest.fixture(scope="module")
def cells(dense: DenseIndex, tmp_path_factory: pytest.TempPathFactory) -> Cells:
    path = tmp_path_factory.mktemp("cells") / "cells-1.faiss"
    recall = write_cells(path, dense, 0.95)
    assert recall.passages == ROWS
    assert 0.95 <= min(recall.at_10, recall.at_100) <= 1.0
    return Cells(path, dense)


def recall(cells: Cells, dense: DenseIndex, k: int, allowed: np.ndarray | None) -> float:
    """Return the share of the exact `k` nearest that cells find, over 60 questions."""
    draw = np.random.default_rng(8)
    questions = unit(dense.vectors(draw.integers(0, ROWS, 60)) + 0.08 * draw.standard_normal((60, DIM)))
    shares = []
    for question in questions:
        exact, _ = dense.search(question, k, allowed)
        hits, scores = cells.search(question, k, allowed)
        assert allowed is None or allowed[hits // 2].all()
        assert [*zip(-scores, hits, strict=True)] == sorted(zip(-scores, hits, strict=True))
        shares.append(len({*exact.tolist()} & {*hits.tolist()}) / len(exact))
    return float(np.mean(shares))


def test_a_question_looks_at_few_rows(cells: Cells) -> None:
    assert 0 < cells.scanned < ROWS / 2


@pytest.mark.parametrize("k", [10, 100])
@pytest.mark.parametrize("share", [0.001, 0.02, 0.1, 0.3, 0.7, 0.99, 1.0])
def test_recall_holds_with_filters_of_every_share(
    cells: Cells, dense: DenseIndex, share: float, k: int
) -> None:
    allowed = np.random.default_rng(2).random(ROWS) < share if share < 1 else None
    found = recall(cells, dense, k, allowed)
    assert found >= 0.95
    if allowed is not None and np.count_nonzero(allowed) <= cells.scanned:
        assert found == 1.0  # all that pass are compared


@pytest.mark.parametrize("share", [0.05, 0.5])
def test_recall_holds_where_what_passes_has_a_topic_of_its_own(
    cells: Cells, dense: DenseIndex, share: float
) -> None:
    likeness = dense.vectors(slice(None)) @ dense.vectors(slice(0, 1))[0]
    assert recall(cells, dense, 10, likeness >= np.quantile(likeness, 1 - share)) >= 0.95


def test_five_are_the_first_of_fifty(cells: Cells, dense: DenseIndex) -> None:
    for question in dense.vectors(slice(0, 20)):
        assert cells.search(question, 5)[0].tolist() == cells.search(question, 50)[0][:5].tolist()


def test_scores_are_those_of_the_vectors(cells: Cells, dense: DenseIndex) -> None:
    question = dense.vectors(slice(7, 8))[0]
    ids, scores = cells.search(question, 20)
    exact = dict(zip(*(values.tolist() for values in dense.search(question, 2000)), strict=True))
    assert ids[0] == 14
    assert scores.tolist() == [exact[i] for i in ids.tolist()]


def test_all_can_be_asked_for(cells: Cells, dense: DenseIndex) -> None:
    question = dense.vectors(slice(7, 8))[0]
    ids, scores = cells.search(question, 300)
    assert len(ids) == len({*ids.tolist()}) == 300
    assert np.all(np.diff(scores) <= 0)


def test_cells_that_find_too_little_are_not_written(dense: DenseIndex, tmp_path: Path) -> None:
    recall = write_cells(tmp_path / "cells-1.faiss", dense, 1.01)
    assert min(recall.at_10, recall.at_100) < 1.01
    assert not (tmp_path / "cells-1.faiss").exists()


@pytest.mark.parametrize("rows", [1, 2, 5, 40])
def test_few_vectors_get_cells_too(tmp_path: Path, rows: int) -> None:
    draw = np.random.default_rng(rows)
    made = unit(draw.standard_normal((rows, DIM))).astype(np.float16)
    vectors.write(tmp_path / "vectors-1.faiss", [(np.arange(rows), made)], DIM)
    dense = DenseIndex(tmp_path / "vectors-1.faiss")
    assert write_cells(tmp_path / "cells-1.faiss", dense, 1.0).at_10 == 1.0
    cells = Cells(tmp_path / "cells-1.faiss", dense)
    for row in range(rows):
        assert cells.search(made[row].astype(np.float32), 1)[0].tolist() == [row]


def test_a_full_disk_is_one_error(dense: DenseIndex) -> None:
    with pytest.raises(StorageFailed, match=r"/dev/full cannot be written"):
        write_cells(Path("/dev/full"), dense, 0.5)


def test_cells_of_other_vectors_are_refused(cells: Cells, tmp_path: Path) -> None:
    made = np.eye(4, DIM, dtype=np.float16)
    vectors.write(tmp_path / "vectors-1.faiss", [(np.arange(4), made)], DIM)
    dense = DenseIndex(tmp_path / "vectors-1.faiss")
    write_cells(tmp_path / "cells-1.faiss", dense, 1.0)
    vectors.write(tmp_path / "vectors-2.faiss", [(np.arange(3), made[:3])], DIM)
    with pytest.raises(IndexDamaged, match=r"cells-1\.faiss cannot be read"):
        Cells(tmp_path / "cells-1.faiss", DenseIndex(tmp_path / "vectors-2.faiss"))
