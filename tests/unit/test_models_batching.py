"""Batches by length, by hand and by hypothesis."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.models.batching import batches, pad


def test_by_hand() -> None:
    cut = batches([3, 9, 1, 4, 9], max_tokens=18, max_count=3)
    assert [part.tolist() for part in cut] == [[1, 4], [3, 0, 2]]


def test_equal_lengths_only() -> None:
    cut = batches([3, 5, 3, 5, 5, 1], max_tokens=10, max_count=8, padded=False)
    assert [part.tolist() for part in cut] == [[1, 3], [4], [0, 2], [5]]


def test_a_text_longer_than_the_bound_goes_alone() -> None:
    assert [part.tolist() for part in batches([7, 50, 6], max_tokens=14, max_count=9)] == [[1], [0, 2]]


def test_nothing() -> None:
    assert batches([], max_tokens=1, max_count=1) == []
    assert pad([]).shape == (0, 0)


@pytest.mark.parametrize(("tokens", "count"), [(0, 1), (1, 0)])
def test_bounds_must_be_positive(tokens: int, count: int) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        batches([1], max_tokens=tokens, max_count=count)


@given(st.lists(st.integers(0, 600)), st.integers(1, 2000), st.integers(1, 40), st.booleans())
def test_every_index_once_within_the_bounds(
    lengths: list[int], tokens: int, count: int, padded: bool
) -> None:
    cut = [part.tolist() for part in batches(lengths, max_tokens=tokens, max_count=count, padded=padded)]
    assert sorted(index for part in cut for index in part) == list(range(len(lengths)))
    for part in cut:
        longest = max(lengths[index] for index in part)
        assert len(part) <= count
        assert len(part) == 1 or longest * len(part) <= tokens
        assert padded or {lengths[index] for index in part} == {longest}
    order = [lengths[index] for part in cut for index in part]
    assert order == sorted(lengths, reverse=True)


@given(st.lists(st.lists(st.integers(1, 30522), max_size=9), min_size=1))
def test_padding_keeps_every_row(rows: list[list[int]]) -> None:
    table = pad(rows, fill=-1)
    assert table.dtype == np.int64
    assert [[value for value in line if value != -1] for line in table.tolist()] == rows
    assert table.shape == (len(rows), max(map(len, rows)))
