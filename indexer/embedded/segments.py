"""The segments of the dense index: vectors of many passages that are written once, and searched one by one.

Knows the files of a segment, which segments a new generation keeps and which it writes anew, and what a
filter lets pass; does not know how vectors are compared (`indexer.embedded.vectors`).

    vectors-<s>.faiss  ids and vectors of segment s
    columns-<s>.npz    the days and outlets of the same passages
    cells-<s>.faiss    cells of a large segment, where their search finds enough
    blocks-<s>.npy     digests of the blocks of its vectors, then
    removed-<n>.npy    ids of passages that segments of generation n have, and the archive no longer has

A segment's files are never changed. A generation names the segments of the one before that it keeps, so that
what publishing costs depends on what is new.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.built_by import rebuild_hint
from nutgraf.indexer.embedded import vectors
from nutgraf.indexer.embedded.columns import Columns, Mask
from nutgraf.indexer.embedded.digests import CheckedBlocks, block_digests_of, check_digests
from nutgraf.indexer.embedded.manifest import Manifest
from nutgraf.indexer.embedded.store import Store
from nutgraf.indexer.embedded.vectors import Cells, DenseIndex
from nutgraf.indexer.errors import IndexDamaged, StorageFailed
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.storage import Ids, Recall, Scores, by_score

_GROWTH = 2
"""A segment is joined with what is new where it has at most so many times as many rows; not compared."""

_REMOVED_SHARE = 0.05
"""Removed passages that a segment may keep, as a share of its rows. Not compared: they cost their place."""

_MASKS = 8  # filters whose masks are kept: a byte a passage each


@dataclass(frozen=True, slots=True)
class SegmentRule:
    """How large segments are, and when they get cells.

    A segment has at most `most` vectors: 1.6 GB, which publishing keeps in memory, while fewer and larger
    segments are searched faster. Up to `whole` it is written anew whenever something changes; that takes a
    second. An archive of `passages` vectors or more gets cells. In smaller ones, and where the recall of a
    search by cells were below `recall` (0 to 1), all vectors are compared. No other numbers were compared.
    """

    most: int = 1 << 21
    whole: int = 20_000
    passages: int = 500_000
    recall: float = 0.95

    def is_large(self, rows: int, of_all: int) -> bool:
        """Whether a segment gets cells; the small ones of a large archive are compared whole."""
        return of_all >= self.passages and 5 * rows >= self.passages


@dataclass(frozen=True, slots=True)
class Grown:
    """The dense index of a new generation: the fields of its manifest, and all files by name."""

    vectors: list[str]
    files: list[str]
    removed: str
    recalls: dict[str, Recall]
    encoded: int


def columns_name(segment: str) -> str:
    """Return the name of the columns of a segment, which is named by its vectors."""
    return segment.replace("vectors", "columns").replace(".faiss", ".npz")


def cells_name(segment: str) -> str:
    """Return the name of the cells of a segment."""
    return segment.replace("vectors", "cells")


def blocks_name(segment: str) -> str:
    """Return the name of the digests of the blocks of a segment's vectors."""
    return segment.replace("vectors", "blocks").replace(".faiss", ".npy")


def grow(
    folder: Path, number: int, store: Store, previous: Manifest | None, dim: int, rule: SegmentRule
) -> Grown:
    """Write what the segments of the generation `number` need beyond those of the one before.

    Raises StorageFailed.
    """
    encoded = store.encoded_passages()
    old = {} if previous is None else _readable(folder, previous)
    kept = _kept({name: _alive(dense.ids, encoded) for name, dense in old.items()}, len(encoded), rule)
    waiting = np.ones(len(encoded), np.bool_)
    for name in kept:
        ids = old[name].ids
        waiting[np.searchsorted(encoded, ids[_alive(ids, encoded)])] = False
    names = [*kept]
    fresh = encoded[waiting]
    for part, start in enumerate(range(0, len(fresh), rule.most), start=1):
        names.append(f"vectors-{number}{f'.{part}' if part > 1 else ''}.faiss")
        chunks = store.vectors_of(fresh[start : start + rule.most])
        vectors.write(folder / names[-1], chunks, dim)
    had = previous.files if previous else {}
    recalls = {n: r for n, r in (previous.recalls if previous else {}).items() if n in kept}
    files = [*names]
    gone = [np.empty(0, np.int64)]
    for name in names:
        dense = old.get(name) or DenseIndex(folder / name)
        columns, cells = columns_name(name), cells_name(name)
        if columns not in had:
            Columns.of(store.days_and_outlets(dense.ids)).write(folder / columns)
        has_cells = cells in had
        if name not in recalls and rule.is_large(len(dense), len(encoded)):
            recalls[name] = vectors.write_cells(folder / cells, dense, rule.recall)
            has_cells = recalls[name].reaches(rule.recall)
        files.append(columns)
        if has_cells:
            files += [cells, blocks_name(name)]
            if blocks_name(name) not in had:
                _write_array(folder / blocks_name(name), block_digests_of(folder / name))
        gone.append(dense.ids[~_alive(dense.ids, encoded)])
    removed = ""
    if len(ids := np.sort(np.concatenate(gone))):
        removed = f"removed-{number}.npy"
        _write_array(folder / removed, ids)
        files.append(removed)
    return Grown(names, files, removed, recalls, len(encoded))


def _readable(folder: Path, manifest: Manifest) -> dict[str, DenseIndex]:
    """Return the segments that are as they were written; the others are written anew."""
    segments = {}
    for name in manifest.vectors:
        beside = [n for n in (columns_name(name), cells_name(name)) if n in manifest.files]
        try:
            check_digests(folder, manifest, beside)
            segments[name] = open_vectors(folder, manifest, name)
        except IndexDamaged:
            continue
    return segments


def _alive(ids: Ids, encoded: Ids) -> Mask:
    """Return which of the ids are among the encoded ones; both ascend."""
    alive: Mask = np.append(encoded, -1)[np.searchsorted(encoded, ids)] == ids
    return alive


def _kept(alive: Mapping[str, Mask], encoded: int, rule: SegmentRule) -> list[str]:
    """Return the segments that the next generation keeps, of those whose rows are alive or not."""
    live = {name: int(np.count_nonzero(mask)) for name, mask in alive.items()}
    rows = encoded - sum(live.values())
    kept = [*alive]
    for name in sorted(alive, key=lambda name: live[name]):
        dead = len(alive[name]) - live[name]
        is_small = len(alive[name]) <= rule.whole and (rows or dead)
        joins = rows + live[name] <= rule.most and (is_small or live[name] <= _GROWTH * rows)
        if joins or dead > _REMOVED_SHARE * len(alive[name]):
            rows += live[name]
            kept.remove(name)
    return kept


def _write_array(path: Path, array: npt.NDArray[Any]) -> None:
    try:
        np.save(path, array)
    except OSError as error:
        raise StorageFailed(
            f"{path} cannot be written: {error.strerror or error}", hint="check the disk's free space"
        ) from error


def read_removed(folder: Path, manifest: Manifest) -> Ids:
    """Return the ids that segments have and the archive did not have when it was published; ascending.

    Raises IndexDamaged.
    """
    if not manifest.removed:
        return np.empty(0, np.int64)
    return _read_array(folder, manifest, manifest.removed)


def _read_array(folder: Path, manifest: Manifest, name: str) -> npt.NDArray[Any]:
    check_digests(folder, manifest, [name])
    try:
        array: npt.NDArray[Any] = np.load(folder / name, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise IndexDamaged(f"{folder / name} cannot be read: {error}", hint=rebuild_hint(folder)) from error
    return array


def open_vectors(folder: Path, manifest: Manifest, name: str) -> DenseIndex:
    """Open the vectors of a segment; a large one's are compared with their digests where they are used.

    Raises IndexDamaged.
    """
    path = folder / name
    if blocks_name(name) not in manifest.files:
        check_digests(folder, manifest, [name])
        return DenseIndex(path)
    blocks = CheckedBlocks(path, _read_array(folder, manifest, blocks_name(name)))
    size, row = manifest.files[name], 2 * manifest.encoder.dim + 8
    blocks.check_range(0, 1)
    blocks.check_range(size - 8 * (size // row + 2), size)  # how many ids there are, and the ids
    return DenseIndex(path, blocks)


class Segments:
    """The dense index of a published generation, opened read-only.

    `gone` (ids, ascending) are never found. Raises IndexDamaged when it is opened or searched.
    """

    def __init__(self, folder: Path, manifest: Manifest, store: Store, gone: Ids) -> None:
        self._segments = [_Segment(folder, manifest, name, store, gone) for name in manifest.vectors]

    def holds(self, ids: Ids) -> npt.NDArray[np.bool_]:
        """Return which of these passages have vectors here, bool (n,)."""
        held = np.zeros(len(ids), np.bool_)
        for segment in self._segments:
            held |= segment.dense.places(ids)[1]
        return held

    def search(self, vector: npt.NDArray[np.float32], k: int, allow: Filter) -> tuple[Ids, Scores]:
        """Return the ids and inner products of the `k` nearest passages that pass, best first, ties by id."""
        hits = [segment.search(vector, k, allow) for segment in self._segments]
        return best_of(hits, k)


def best_of(hits: Sequence[tuple[Ids, Scores]], k: int) -> tuple[Ids, Scores]:
    """Return the `k` best of several lists of hits."""
    ids, scores = by_score(
        np.concatenate([np.empty(0, np.int64), *(ids for ids, _ in hits)]),
        np.concatenate([np.empty(0, np.float32), *(scores for _, scores in hits)]),
    )
    return ids[:k], scores[:k]


class _Segment:
    def __init__(self, folder: Path, manifest: Manifest, name: str, store: Store, gone: Ids) -> None:
        self._folder, self._manifest, self._name, self._store = folder, manifest, name, store
        cells = cells_name(name)
        self.dense = open_vectors(folder, manifest, name)
        self._index: DenseIndex | Cells = self.dense
        if cells in manifest.files:
            check_digests(folder, manifest, [cells])
            self._index = Cells(folder / cells, self.dense)
        rows, held = self.dense.places(gone)
        self._alive: Mask | None = None
        if held.any():
            self._alive = np.ones(len(self.dense), np.bool_)
            self._alive[rows[held]] = False
        self._masks: dict[Filter, Mask] = {}

    def search(self, vector: npt.NDArray[np.float32], k: int, allow: Filter) -> tuple[Ids, Scores]:
        return self._index.search(vector, k, self._passing(allow.without_preference()))

    def _passing(self, allow: Filter) -> Mask | None:
        if not allow:
            return self._alive
        mask = self._masks.get(allow)
        if mask is None:
            mask = self._columns.passing(allow)
            if self._alive is not None:
                mask &= self._alive
            if len(self._masks) >= _MASKS:
                self._masks = {}
            self._masks[allow] = mask
        return mask

    @cached_property
    def _columns(self) -> Columns:
        name = columns_name(self._name)
        if name not in self._manifest.files:  # an older nutgraf wrote the segment
            return Columns.of(self._store.days_and_outlets(self.dense.ids))
        check_digests(self._folder, self._manifest, [name])
        return Columns.read(self._folder / name)
