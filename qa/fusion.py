"""Joins rankings into one. Pure numpy: it knows ids and scores, nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.storage import Ids, Scores


@dataclass(frozen=True, slots=True)
class Ranking:
    """A search result: ids int64 (n,) and scores float32 (n,), best first."""

    ids: Ids
    scores: Scores

    def pairs(self) -> Iterator[tuple[int, float]]:
        """Return (id, score), best first."""
        return zip(self.ids.tolist(), self.scores.tolist(), strict=True)

    def without(self, ids: Ids) -> "Ranking":
        """Return the ranking without some ids."""
        keep = np.isin(self.ids, ids, invert=True)
        return Ranking(self.ids[keep], self.scores[keep])


def ranking_of(scores: Mapping[int, float]) -> Ranking:
    """Return id -> score as a ranking."""
    return _ordered(np.array([*scores], np.int64), np.array([*scores.values()], np.float64))


def weighted_sum(
    dense: Ranking,
    lexical: Ranking,
    articles: Ranking | None = None,
    *,
    dense_weight: float,
    article_weight: float = 0.0,
    unencoded: Ids | None = None,
) -> Ranking:
    """Add the scores of each id, each scaled to 0..1 over its own ranking.

    `articles` scores the ids of the other two rankings by the whole articles that they are part of. `lexical`
    has the weight that the other two leave: 1 - `dense_weight` - `article_weight`.

    Convex combination after min-max scaling (Bruch, Gai and Ingber 2023, arXiv 2210.11934). The lower bound
    of BM25 is 0 by theory; that of cosines is the ranking's own lowest. An id that one of them did not
    find gets 0 from it. `unencoded` are ids that have no vector, so that `dense` cannot find them: what their
    words score stands for the missing part, too (other values were not compared). Result: every id once,
    score descending, then id ascending.
    """
    dense_scaled = _scaled(dense.scores, low=float(dense.scores.min()) if len(dense.scores) else 0.0)
    lexical_scaled = _scaled(lexical.scores, low=0.0)
    ids = np.union1d(dense.ids, lexical.ids)
    fused = np.zeros(len(ids), np.float64)
    fused[np.searchsorted(ids, dense.ids)] += dense_weight * dense_scaled
    fused[np.searchsorted(ids, lexical.ids)] += (1.0 - dense_weight - article_weight) * lexical_scaled
    if articles is not None:
        fused[np.searchsorted(ids, articles.ids)] += article_weight * _scaled(articles.scores, low=0.0)
    if unencoded is not None and dense_weight < 1.0:
        fused[np.isin(ids, unencoded)] /= 1.0 - dense_weight
    return _ordered(ids, fused)


def _scaled(scores: Scores, *, low: float) -> npt.NDArray[np.float64]:
    if len(scores) == 0:
        return np.empty(0, np.float64)
    spread = float(scores.max()) - low
    return (scores.astype(np.float64) - low) / spread if spread > 0 else np.ones(len(scores))


def _ordered(ids: Ids, scores: npt.NDArray[np.float64]) -> Ranking:
    rounded = scores.astype(np.float32)
    order = np.lexsort((ids, -rounded))
    return Ranking(ids[order], rounded[order])
