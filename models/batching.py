"""Batches by length: which texts go through the model together.

Pure arithmetic on token counts. Texts are ordered by length so that little is wasted on padding; whoever runs
the batches writes each result back to its own place, so the input order is never lost.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def batches(
    lengths: Sequence[int], *, max_tokens: int, max_count: int, padded: bool = True
) -> list[NDArray[np.intp]]:
    """Cut the indices of `lengths` into batches, longest first.

    A batch holds at most `max_count` texts and, padded to its longest, at most `max_tokens` tokens; a text
    longer than `max_tokens` is a batch of its own. With `padded=False` only texts of equal length meet, so
    that nothing is padded. Ties keep the input order. Every index occurs exactly once.
    """
    if max_tokens < 1 or max_count < 1:
        raise ValueError(f"max_tokens and max_count must be positive, got {max_tokens} and {max_count}")
    counts = np.asarray(lengths, dtype=np.intp)
    order = np.argsort(-counts, kind="stable")
    cut: list[NDArray[np.intp]] = []
    first = 0
    while first < len(order):
        longest = int(counts[order[first]])
        last = min(len(order), first + min(max_count, max(1, max_tokens // max(1, longest))))
        if not padded:
            last = first + int(np.count_nonzero(counts[order[first:last]] == longest))
        cut.append(order[first:last])
        first = last
    return cut


def pad(rows: Sequence[Sequence[int]], *, fill: int = 0) -> NDArray[np.int64]:
    """Stack rows of ids into int64 (n, longest), each filled up on its right."""
    table = np.full((len(rows), max(map(len, rows), default=0)), fill, dtype=np.int64)
    for line, row in zip(table, rows, strict=True):
        line[: len(row)] = row
    return table
