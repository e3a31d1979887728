"""Rows of numbers that take minutes to compute, kept in a file, so that a killed run does not begin again."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def digest(parts: Iterable[str]) -> str:
    """Return 16 hexadecimal digits that stand for all these texts in this order."""
    hashed = hashlib.sha256()
    for part in parts:
        hashed.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return hashed.hexdigest()[:16]


def cached_rows(
    path: Path,
    shape: tuple[int, int],
    compute: Callable[[int, int], NDArray[np.float32]],
    *,
    block: int,
    progress: Callable[[int], None],
) -> NDArray[np.float32]:
    """Return float32 `shape`: the rows in `path`, of which the missing ones are computed and written first.

    `compute(first, last)` returns rows without NaN, which marks the missing ones. It is called for `block`
    rows at a time, and `progress` is told how many are there. The name of the file must stand for all that
    the rows depend on.
    """
    if not path.is_file():
        new = path.with_suffix(".new")
        empty = np.lib.format.open_memmap(new, "w+", np.float32, shape)
        empty[:] = np.nan
        empty.flush()
        new.replace(path)
    rows = np.lib.format.open_memmap(path, "r+")
    for first in range(0, shape[0], block):
        last = min(first + block, shape[0])
        if np.isnan(rows[first:last]).any():
            rows[first:last] = compute(first, last)
            rows.flush()
            progress(last)
    return np.array(rows)
