"""The dense index of one generation: a flat FAISS file, searched exactly. The one home of faiss.

Knows ids and vectors; does not know articles, SQLite or what a vector means. The file holds half-precision
codes and is mapped from disk: opening costs nothing, and 240,000 passages are searched in some 8 ms where
float32 takes 35 (docs/log.md, 2026-11-21, "dense search, 240,000 vectors of 384 dimensions").
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.embedded.store import Vectors
from nutgraf.indexer.errors import IndexDamaged, StorageFailed
from nutgraf.indexer.storage import Ids, Scores

_UNREADABLE = (RuntimeError, MemoryError)  # MemoryError: a size in the file is larger than any memory
_UNSEARCHABLE = (RuntimeError, AssertionError)  # AssertionError: it has another number of dimensions


def _faiss() -> Any:  # noqa: ANN401 - its stubs describe the C++ classes, not what Python makes of them
    import faiss

    return faiss


def write(path: Path, chunks: Iterable[tuple[Ids, Vectors]], dim: int) -> int:
    """Write the chunks, ids (n,) and vectors (n, dim), as one index file; return how many vectors it holds.

    Raises StorageFailed where the disk says no.
    """
    faiss = _faiss()

    codes = faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    index = faiss.IndexIDMap(codes)
    for ids, vectors in chunks:
        index.add_with_ids(vectors.astype(np.float32), ids)
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        raise StorageFailed(
            f"{path} cannot be written: {str(error).splitlines()[0]}", hint="check the disk's free space"
        ) from error
    return int(index.ntotal)


class DenseIndex:
    """A written index file, opened read-only.

    Raises IndexDamaged for a file that FAISS cannot read, when it is opened or searched.
    """

    def __init__(self, path: Path) -> None:
        faiss = _faiss()

        self._path = path
        with _damage_named(path, _UNREADABLE):
            self._index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def holds(self, ids: Ids) -> npt.NDArray[np.bool_]:
        """Return which of these passages have their vectors in the file, bool (n,)."""
        places = np.searchsorted(self._ids, ids)
        held: npt.NDArray[np.bool_] = np.append(self._ids, -1)[places] == ids
        return held

    @cached_property
    def _ids(self) -> Ids:
        """The ids of the file, ascending, as they were written."""
        ids: Ids = _faiss().vector_to_array(self._index.id_map)
        return ids

    def search(
        self, vector: npt.NDArray[np.float32], k: int, allowed: Ids | None = None
    ) -> tuple[Ids, Scores]:
        """Return the ids and inner products of the `k` nearest passages, best first, ties by id.

        vector float32 (dim,). With `allowed` (ascending ids) only those are searched: filtering comes before
        the search, so a selective filter never loses a hit. Fewer than `k` come back when there are no more.
        """
        if k < 1 or len(self) == 0 or (allowed is not None and len(allowed) == 0):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        params = None
        if allowed is not None:
            faiss = _faiss()
            bits = np.zeros(int(allowed[-1]) + 1, dtype=bool)
            bits[allowed] = True
            selector = faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little"))
            params = faiss.SearchParameters(sel=selector)
        _faiss().omp_set_num_threads(1)  # one question is one thread's work: waking others costs 3 ms
        # FAISS keeps any of the passages that share the k-th score: fetch them all, take the least ids.
        depth = k + 1
        while True:
            with _damage_named(self._path, _UNSEARCHABLE):
                scores, ids = self._index.search(vector[None], min(depth, len(self)), params=params)
            filled = ids[0] >= 0
            ranked, ranked_scores = by_score(ids[0][filled], scores[0][filled])
            if len(ranked) < depth or ranked_scores[-1] < ranked_scores[k - 1]:
                return ranked[:k], ranked_scores[:k]
            depth *= 2


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


def by_score(ids: Ids, scores: Scores) -> tuple[Ids, Scores]:
    """Return both in the total order used everywhere: score descending, then id ascending."""
    order = np.lexsort((ids, -scores))
    return ids[order], scores[order]


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
