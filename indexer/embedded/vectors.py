"""The dense index of a segment: half-precision vectors in a flat FAISS file, and cells. The home of faiss.

Knows rows, ids and vectors; does not know articles, SQLite or what a vector means. The flat file is mapped
from disk: opening costs nothing, and 240,000 passages are searched in some 8 ms where float32 takes 35
(docs/log.md, 2026-11-21, "dense search, 240,000 vectors of 384 dimensions").

Beyond some size reading all vectors takes too long. Cells (an inverted file) part the vectors of a segment by
the nearest of some centroids, with one bit a dimension (RaBitQ: Gao and Long 2024). A question looks into the
nearest cells alone, and the best by their bits are compared again by their vectors. What that loses is
measured when cells are made.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.article_store import Vectors
from nutgraf.indexer.embedded.columns import Mask
from nutgraf.indexer.embedded.digests import CheckedBlocks
from nutgraf.indexer.errors import IndexDamaged, StorageFailed
from nutgraf.indexer.storage import Ids, Recall, Scores, by_score

_UNREADABLE = (RuntimeError, MemoryError)  # MemoryError: a size in the file is larger than any memory
_UNSEARCHABLE = (RuntimeError, AssertionError)  # AssertionError: it has another number of dimensions

_GATHERED = 64
"""Up to one row in so many is copied before it is compared; more are picked out while all rows are passed
over, which takes some 4 ns a row, where a copy takes some 300."""

CANDIDATES = 1000
"""Rows that cells find, to be compared by their vectors. With 400 recall@100 was 0.940 where it is 0.960 with
1000, and one byte a dimension has 0.962 (docs/log.md, 2026-11-27, "cells")."""

_MOST = CANDIDATES // 8
"""Hits up to which the number of candidates is the same, so that the first of few are the first of many."""

_SAMPLED = 64  # rows a centroid that are trained on; not compared
_ROUNDS = 8  # of k-means; not compared
_FEWEST_PROBES = 16  # cells of a question that are tried first; each try has a quarter more
_CHUNK = 1 << 16  # rows that are made float32 at a time: 100 MB

QUERIES = 200
"""Vectors that recall is measured with."""

_LIKENESS = 0.7
"""Their cosine with the stored vectors that they are made from by noise. That of 200 questions of the news
set with the nearest passage is 0.69 on average. Noise is the harder: where recall@100 is 0.959 with it, it is
0.991 for questions (docs/log.md, 2026-11-27, "cells")."""


def _faiss() -> Any:  # noqa: ANN401 - its stubs describe the C++ classes, not what Python makes of them
    import faiss

    return faiss


def write(path: Path, chunks: Iterable[tuple[Ids, Vectors]], dim: int) -> int:
    """Write the chunks, ids (n,) and vectors (n, dim), as one index file; return how many vectors it holds.

    The ids ascend. Raises StorageFailed where the disk says no.
    """
    index = _faiss().IndexIDMap(_half_precision(dim))
    for ids, vectors in chunks:
        index.add_with_ids(vectors.astype(np.float32), ids)
    _write(index, path)
    return int(index.ntotal)


def _half_precision(dim: int) -> Any:  # noqa: ANN401
    faiss = _faiss()
    return faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)


def _write(index: Any, path: Path) -> None:  # noqa: ANN401
    faiss = _faiss()
    try:
        # FAISS itself says nothing where the end of a file finds no place on the disk.
        with path.open("wb") as file:
            faiss.write_index(index, faiss.PyCallbackIOWriter(file.write))
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise StorageFailed(
            f"{path} cannot be written: {reason}", hint="check the disk's free space"
        ) from error


class DenseIndex:
    """A written index file, opened read-only.

    With `blocks` the vectors are compared with their digests when they are first searched; without, the file
    was compared before. Raises IndexDamaged, also for a file that FAISS cannot read.
    """

    def __init__(self, path: Path, blocks: CheckedBlocks | None = None) -> None:
        faiss = _faiss()

        self._path, self._blocks = path, blocks
        with _damage_named(path, (*_UNREADABLE, AttributeError, AssertionError)):
            self._index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
            self._codes: Any = faiss.downcast_index(self._index.index)
            self.ids: Ids = faiss.vector_to_array(self._index.id_map)
            size = self._codes.codes.size()
            assert self._index.d == self._codes.d
            assert size == 2 * self._codes.d * len(self.ids)
        self._begin = path.stat().st_size - size - 8 * len(self.ids) - 8  # ids stand behind the vectors
        if size:
            self._bytes = faiss.rev_swig_ptr(self._codes.codes.data(), size).reshape(len(self.ids), -1)

    def __len__(self) -> int:
        return len(self.ids)

    def places(self, ids: Ids) -> tuple[Ids, npt.NDArray[np.bool_]]:
        """Return the row of each passage, int64 (n,), and whether it has its vector there, bool (n,)."""
        rows = np.searchsorted(self.ids, ids)
        held: npt.NDArray[np.bool_] = np.append(self.ids, -1)[rows] == ids
        return rows, held

    def vectors(self, rows: Ids | slice) -> npt.NDArray[np.float32]:
        """Return the vectors of rows, float32 (n, dim)."""
        vectors: npt.NDArray[np.float32] = self._bytes[rows].view("<f2").astype(np.float32)
        return vectors

    def search(
        self, vector: npt.NDArray[np.float32], k: int, allowed: Mask | None = None
    ) -> tuple[Ids, Scores]:
        """Return the ids and inner products of the `k` nearest passages, best first, ties by id.

        vector float32 (dim,). With `allowed`, bool (n,), only these rows are searched: filtering comes before
        the search, so a selective filter never loses a hit. Fewer than `k` come back when there are no more.
        """
        if allowed is None:
            self._check(np.arange(len(self)))
            return self._ranked(self._codes, self.ids, vector, k, None)
        rows = np.flatnonzero(allowed)
        if len(rows) * _GATHERED <= len(self):
            return self.search_rows(vector, k, rows)
        self._check(rows)
        faiss = _faiss()
        selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        return self._ranked(self._codes, self.ids, vector, k, faiss.SearchParameters(sel=selector))

    def search_rows(self, vector: npt.NDArray[np.float32], k: int, rows: Ids) -> tuple[Ids, Scores]:
        """Search as `search` does, these rows alone."""
        codes = _half_precision(self._codes.d)
        self._check(rows)
        if len(rows):
            gathered = np.ascontiguousarray(self._bytes[rows])
            codes.add_sa_codes(gathered)
        return self._ranked(codes, self.ids[rows], vector, k, None)

    def _check(self, rows: Ids) -> None:
        if self._blocks is not None and len(rows):
            size = 2 * self._codes.d
            self._blocks.check_parts(self._begin + size * rows, size)

    def _ranked(
        self,
        index: Any,  # noqa: ANN401
        ids: Ids,
        vector: npt.NDArray[np.float32],
        k: int,
        params: Any,  # noqa: ANN401
    ) -> tuple[Ids, Scores]:
        if k < 1 or not len(ids):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        _faiss().omp_set_num_threads(1)  # one question is one thread's work: waking others costs 3 ms
        # FAISS keeps any of the passages that share the k-th score: fetch them all, take the least ids.
        depth = k + 1
        while True:
            with _damage_named(self._path, _UNSEARCHABLE):
                scores, rows = index.search(vector[None], min(depth, len(ids)), params=params)
            filled = rows[0] >= 0
            ranked, ranked_scores = by_score(ids[rows[0][filled]], scores[0][filled])
            if len(ranked) < depth or ranked_scores[-1] < ranked_scores[k - 1]:
                return ranked[:k], ranked_scores[:k]
            depth *= 2


class Cells:
    """Cells of the rows of a DenseIndex, opened read-only. Raises IndexDamaged as that does."""

    def __init__(self, path: Path, dense: DenseIndex) -> None:
        faiss = _faiss()

        self._path, self._dense = path, dense
        with _damage_named(path, (*_UNREADABLE, AttributeError, AssertionError)):
            self._index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
            self._probes, self._cells = int(self._index.nprobe), int(self._index.nlist)
            assert self._index.ntotal == len(dense)
        self.scanned = len(dense) * self._probes // self._cells
        """How many rows a question looks at, on average."""

    def search(
        self, vector: npt.NDArray[np.float32], k: int, allowed: Mask | None = None
    ) -> tuple[Ids, Scores]:
        """Search as DenseIndex does, and find most of what it finds. With `allowed` more cells are looked at.

        So many more that as many rows as without a filter are compared; where fewer pass, all of them are.
        """
        if allowed is None:
            return self._refined(vector, k, self._probes, None)
        count = int(np.count_nonzero(allowed))
        if count <= self.scanned:
            return self._dense.search(vector, k, allowed)
        selector = _faiss().IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        return self._refined(vector, k, -(-self._probes * len(self._dense) // count), selector)

    def _refined(
        self,
        vector: npt.NDArray[np.float32],
        k: int,
        probes: int,
        selector: Any,  # noqa: ANN401
    ) -> tuple[Ids, Scores]:
        faiss = _faiss()
        faiss.omp_set_num_threads(1)
        depth = CANDIDATES
        while depth < 8 * k and k > _MOST:
            depth *= 2
        params = faiss.SearchParametersIVF(nprobe=min(probes, self._cells), sel=selector)
        with _damage_named(self._path, _UNSEARCHABLE):
            _, rows = self._index.search(vector[None], min(depth, len(self._dense)), params=params)
        return self._dense.search_rows(vector, k, np.sort(rows[0][rows[0] >= 0]))


def write_cells(path: Path, dense: DenseIndex, least: float) -> Recall:
    """Part the rows of an index into cells, and write them if the recall of their search is at least `least`.

    A question looks into as few cells as that takes. Where all of them are not enough nothing is written.
    Returns the recall. Raises StorageFailed where the disk says no.
    """
    faiss = _faiss()
    draw = np.random.default_rng(0)
    size = len(dense)
    cells = max(1, int(size**0.5))
    dim = dense.vectors(slice(0, 1)).shape[1]

    faiss.omp_set_num_threads(os.cpu_count() or 1)
    index = faiss.IndexIVFRaBitQ(faiss.IndexFlatIP(dim), dim, cells, faiss.METRIC_INNER_PRODUCT)
    index.cp.niter, index.cp.spherical, index.cp.seed = _ROUNDS, True, 0
    index.cp.min_points_per_centroid, index.cp.max_points_per_centroid = 1, _SAMPLED
    sample = np.sort(draw.choice(size, min(size, _SAMPLED * cells), replace=False))
    index.train(dense.vectors(sample))
    for start in range(0, size, _CHUNK):
        index.add(dense.vectors(slice(start, start + _CHUNK)))

    queries = _queries(dense, draw)
    nearest = _nearest(dense, queries)
    index.nprobe = min(_FEWEST_PROBES, cells)
    while True:
        recall = _recall(index, dense, queries, nearest)
        if recall.reaches(least):
            _write(index, path)
            return recall
        if index.nprobe == cells:
            return recall
        index.nprobe = min(5 * index.nprobe // 4, cells)


def _queries(dense: DenseIndex, draw: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return vectors as near to stored ones as questions are, float32 (QUERIES, dim)."""
    vectors = dense.vectors(np.sort(draw.choice(len(dense), min(QUERIES, len(dense)), replace=False)))
    noise = draw.standard_normal(vectors.shape).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    mixed = _LIKENESS * vectors + (1 - _LIKENESS**2) ** 0.5 * noise
    unit: npt.NDArray[np.float32] = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    return unit


def _nearest(dense: DenseIndex, queries: npt.NDArray[np.float32]) -> Scores:
    """Return the 100 highest inner products of each query, the highest first, by comparing all vectors."""
    faiss = _faiss()
    heap = faiss.ResultHeap(len(queries), min(100, len(dense)), keep_max=True)
    for start in range(0, len(dense), _CHUNK):
        block = dense.vectors(slice(start, start + _CHUNK))
        depth = min(heap.k, len(block))
        heap.add_result(*faiss.knn(queries, block, depth, metric=faiss.METRIC_INNER_PRODUCT))
    heap.finalize()
    scores: Scores = heap.D
    return scores


def _recall(index: Any, dense: DenseIndex, queries: npt.NDArray[np.float32], nearest: Scores) -> Recall:  # noqa: ANN401
    """Return the recall of the search that `Cells` does, by scores: equal vectors stand for each other."""
    _, rows = index.search(queries, min(CANDIDATES, len(dense)))
    shares: dict[int, list[float]] = {10: [], 100: []}
    for vector, candidates, best in zip(queries, rows, nearest, strict=True):
        _, scores = dense.search_rows(vector, len(best), np.sort(candidates[candidates >= 0]))
        for depth, of_depth in shares.items():
            wanted = best[:depth]
            of_depth.append(float(np.mean(np.append(scores, -1.0)[: len(wanted)] > wanted[-1] - 1e-5)))
    return Recall(len(dense), *(round(float(np.mean(of_depth)), 4) for of_depth in shares.values()))


@contextmanager
def _damage_named(path: Path, errors: tuple[type[Exception], ...]) -> Iterator[None]:
    """Raise IndexDamaged where FAISS raises one of these errors at the file."""
    try:
        yield
    except errors as error:
        reason = next(iter(str(error).splitlines()), "it does not fit the vectors of the encoder")
        raise IndexDamaged(
            f"{path} cannot be read: {reason}", hint=f"nutgraf index --rebuild --index {path.parent}"
        ) from error


def exact_search(
    ids: Ids, vectors: Vectors, vector: npt.NDArray[np.float32], k: int, allowed: Ids | None = None
) -> tuple[Ids, Scores]:
    """Search vectors (n, dim) in numpy: passages too new to be published, and in tests the right result."""
    if allowed is not None:
        keep = np.isin(ids, allowed)
        ids, vectors = ids[keep], vectors[keep]
    scores = vectors.astype(np.float32) @ vector
    ids, scores = by_score(ids, scores)
    return ids[:k], scores[:k]
