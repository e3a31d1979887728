"""Decides which texts go through the model together: texts of similar length.

This is arithmetic on token counts. Texts are ordered by length, so that little is wasted on padding. A batch
holds the texts' positions, so that the caller can put each result back in its place.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def batches(
    lengths: Sequence[int], *, max_tokens: int, max_count: int, padded: bool = True
) -> list[NDArray[np.intp]]:
    """Cut the indices of `lengths` into batches, longest first.

    A batch holds at most `max_count` texts. Padded to its longest text, it holds at most `max_tokens` tokens;
    a text longer than `max_tokens` is a batch of its own. With `padded=False`, all texts of a batch have the
    same length, so that nothing is padded. Texts of equal length keep their order. Every index occurs once.
    """
    if max_tokens < 1 or max_count < 1:
        raise ValueError(f"max_tokens and max_count must be positive, got {max_tokens} and {max_count}")
    counts = np.asarray(lengths, dtype=np.intp)
    order = np.argsort(-counts, kind="stable")
    parts: list[NDArray[np.intp]] = []
    first = 0
    while first < len(order):
        longest = int(counts[order[first]])
        last = min(len(order), first + min(max_count, max(1, max_tokens // max(1, longest))))
        if not padded:
            last = first + int(np.count_nonzero(counts[order[first:last]] == longest))
        parts.append(order[first:last])
        first = last
    return parts


def pad(rows: Sequence[Sequence[int]], *, fill: int = 0) -> NDArray[np.int64]:
    """Stack n rows of ids into int64 (n, longest); shorter rows are filled up on their right."""
    table = np.full((len(rows), max(map(len, rows), default=0)), fill, dtype=np.int64)
    for line, row in zip(table, rows, strict=True):
        line[: len(row)] = row
    return table
