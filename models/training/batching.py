"""Puts the windows of questions into batches of about the same number of tokens, with few different lengths.

A CPU compiles its kernels again for each new tensor shape. So windows are padded to a multiple of 16 tokens,
and a batch has as many rows as its number of tokens allows. Drawing is deterministic: a run that is resumed
gets the same batches.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nutgraf.models.training.recipe import Recipe, Stage
from nutgraf.models.training.windows import Groups, TrainingWindow

_STEP_TOKENS = 16  # few shapes, little padding; not compared with other steps
_CHUNK_GROUPS = 4096  # questions that are sorted by length together; not compared with other numbers


@dataclass(frozen=True, slots=True)
class Batch:
    """n windows of g questions as arrays, padded with zeros to s tokens.

    `ids` and `types` are int64 (n, s). `mask` is bool (n, s) and true for real tokens. `context` is bool
    (n, s) and true where an answer can stand. `group` is int64 (n,) and holds the number of each window's
    question; it is g for a row that only fills the batch up. `marked` is the same, but it is g also for a
    window of which nobody said whether it answers. `answers` is int64 (n, a, 2) and holds token spans, of
    which the last token is a part; it is -1 where a window has fewer than a answers.
    """

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    mask: NDArray[np.bool_]
    context: NDArray[np.bool_]
    group: NDArray[np.int64]
    marked: NDArray[np.int64]
    answers: NDArray[np.int64]


def draw(
    groups: Groups, stage: Stage, numbers: list[int], recipe: Recipe
) -> Iterator[list[list[TrainingWindow]]]:
    """Yield the stage's batches. A batch is a list of groups, and a group holds all windows of a question.

    A question that is moved has no windows if BM25 finds no other context with a word of it.
    """
    dice = random.Random(f"{recipe.seed} {stage.name}")
    order = numbers.copy()
    dice.shuffle(order)
    for first in range(0, len(order), _CHUNK_GROUPS):
        drawn = [groups.draw(stage, number, dice) for number in order[first : first + _CHUNK_GROUPS]]
        batches = list(_cut([group for group in drawn if group], recipe.batch_tokens))
        dice.shuffle(batches)
        yield from batches


def _cut(drawn: list[list[TrainingWindow]], batch_tokens: int) -> Iterator[list[list[TrainingWindow]]]:
    """Yield batches of groups of similar length, the shortest groups first."""
    batch: list[list[TrainingWindow]] = []
    for group in sorted(drawn, key=_padded):
        rows = batch_tokens // _padded(group)
        if batch and sum(map(len, batch)) + len(group) > rows:
            yield batch
            batch = []
        batch.append(group)
    if batch:
        yield batch


def _padded(group: list[TrainingWindow]) -> int:
    longest = max(len(window.ids) for window in group)
    return -(-longest // _STEP_TOKENS) * _STEP_TOKENS


def stack(batch: list[list[TrainingWindow]], batch_tokens: int) -> Batch:
    """Return a batch as arrays, with rows without a window up to its full size."""
    length = max(map(_padded, batch))
    windows = [window for group in batch for window in group]
    rows = max(len(windows), batch_tokens // length)
    shape = (rows, length)
    most = max(1, *(len(window.answers) for window in windows))
    laid = Batch(
        np.zeros(shape, np.int64),
        np.zeros(shape, np.int64),
        np.zeros(shape, np.bool_),
        np.zeros(shape, np.bool_),
        np.full(rows, len(batch), np.int64),
        np.full(rows, len(batch), np.int64),
        np.full((rows, most, 2), -1, np.int64),
    )
    laid.group[: len(windows)] = np.repeat(np.arange(len(batch)), [*map(len, batch)])
    laid.marked[: len(windows)] = laid.group[: len(windows)]
    laid.marked[: len(windows)][[not window.marked for window in windows]] = len(batch)
    laid.mask[:, 0] = True  # attention would divide by zero in a row without any token
    for row, window in enumerate(windows):
        size = len(window.ids)
        laid.ids[row, :size] = window.ids
        laid.types[row, window.segment : size] = 1
        laid.mask[row, :size] = True
        laid.context[row, window.first : size - 1] = True
        laid.answers[row, : len(window.answers)] = np.array(window.answers).reshape(-1, 2)
    return laid
