"""Tests whether two systems really differ, and on which questions. Pure: numbers by question in, p out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FLIPS = 10_000  # the standard error of p near 0.05 is then 0.002
_BLOCK = 200
"""Flips at once: 17 MB for 10,570 questions."""
_SLACK = 1e-9
"""Sums of the same numbers in another order differ by less than this, and count as equal."""

_LESS_IS_BETTER = frozenset({"false", "answered_without", "false_without"})

FigureValues = Mapping[str, float]
"""One figure's values, 0 to 1, by question id."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure of two systems, A and B, over the questions that have it in both.

    `p` is two-sided; `wins` are the questions on which B is better.
    """

    key: str
    questions: int
    a: float
    b: float
    p: float
    wins: int
    ties: int
    losses: int

    @property
    def difference(self) -> float:
        """How much higher B is."""
        return self.b - self.a


def compared(a: Mapping[str, FigureValues], b: Mapping[str, FigureValues]) -> list[Comparison]:
    """Return the comparison of every figure, by key, that both systems have; in the order of `a`."""
    keys = [key for key in a if key in b and a[key].keys() & b[key].keys()]
    shared = [[q for q in a[key] if q in b[key]] for key in keys]
    place = {question: row for row, question in enumerate(dict.fromkeys(q for ids in shared for q in ids))}
    differences = np.zeros((len(place), len(keys)))
    for column, (key, ids) in enumerate(zip(keys, shared, strict=True)):
        differences[[place[q] for q in ids], column] = [b[key][q] - a[key][q] for q in ids]
    p = randomisation(differences)
    return [
        _comparison(key, [a[key][q] for q in ids], [b[key][q] for q in ids], float(p[column]))
        for column, (key, ids) in enumerate(zip(keys, shared, strict=True))
    ]


def _comparison(key: str, a: Sequence[float], b: Sequence[float], p: float) -> Comparison:
    difference = np.array(b) - np.array(a)
    better = -difference if key in _LESS_IS_BETTER else difference
    wins, losses = int((better > _SLACK).sum()), int((better < -_SLACK).sum())
    means = float(np.mean(a)), float(np.mean(b))
    return Comparison(key, len(a), *means, p, wins, len(a) - wins - losses, losses)


def randomisation(differences: npt.NDArray[np.float64], seed: int = 0) -> npt.NDArray[np.float64]:
    """Return the two-sided p of each column's mean under a paired randomisation test.

    `differences` is (questions, figures), 0 where a question lacks the figure. If the systems were the same,
    each difference might as well have the other sign: p estimates how often such a mean would be as far from
    0 (Fisher 1935; Smucker, Allan and Carterette 2007), from 10,000 draws of all signs, the observed one
    counted among them.
    """
    differences = differences[differences.any(axis=1)]  # the others change no mean, whatever their sign
    random = np.random.default_rng(seed)
    total = differences.sum(axis=0)
    as_far = np.zeros(differences.shape[1])
    for first in range(0, FLIPS, _BLOCK):
        signs = random.integers(0, 2, (min(_BLOCK, FLIPS - first), len(differences)), dtype=np.int8)
        flipped = 2.0 * (signs @ differences) - total
        as_far += (np.abs(flipped) >= np.abs(total) - _SLACK).sum(axis=0)
    return (as_far + 1) / (FLIPS + 1)


def most_changed(a: FigureValues, b: FigureValues, count: int) -> list[str]:
    """Return at most `count` of the questions on which the two differ, those that differ most first."""
    changes = {q: abs(b[q] - a[q]) for q in a if q in b and abs(b[q] - a[q]) > _SLACK}
    return sorted(changes, key=lambda q: (-changes[q], q))[:count]
