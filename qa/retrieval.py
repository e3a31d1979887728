"""Finds the passages that may answer: dense and lexical candidates, fused.

Knows the index only as a Protocol; does not know which engine stores it, nor how a passage is read.
"""

import math
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.index import Passage
from nutgraf.indexer.embedded.store import Counts
from nutgraf.indexer.filters import Filter, day_number
from nutgraf.qa.collapse import collapse, most_complete
from nutgraf.qa.fusion import Ids, Ranking, Scores, ranking_of, weighted_sum


class PassageIndex(Protocol):
    """What answering needs of an index. Embedded today; a server's tomorrow."""

    @property
    def counts(self) -> Counts:
        """Articles and passages that can be found."""
        ...

    def dense(self, vector: npt.NDArray[np.float32], k: int, allow: Filter) -> tuple[Ids, Scores]:
        """Return ids and cosines of the `k` nearest passages that pass `allow`, best first, ties by id."""
        ...

    def lexical(self, question: str, k: int, allow: Filter) -> tuple[Ids, Scores]:
        """Return ids and BM25 scores of the `k` best passages that pass `allow`, best first, ties by id."""
        ...

    def article_scores(self, question: str, passage_ids: Sequence[int]) -> dict[int, float]:
        """Return id -> BM25 score of the passage's whole article; absent where it has none of the words."""
        ...

    def fetch(self, passage_ids: Sequence[int]) -> list[Passage]:
        """Return the passages in the order given; an id that is gone is left out."""
        ...

    def published_days(self, passage_ids: Sequence[int]) -> dict[int, int]:
        """Return id -> day number of the passages whose article has a date."""
        ...

    def clusters(self, passage_ids: Sequence[int]) -> dict[int, str]:
        """Return id -> cluster of the passages whose article is not alone in its cluster."""
        ...

    def copies(self, passage_ids: Sequence[int], allow: Filter) -> dict[int, list[Article]]:
        """Return id -> the articles of the passage's cluster that pass `allow`, by date, then id.

        Its own article is among them. Ids of passages whose article is alone in its cluster are left out.
        """
        ...


class QuestionEncoder(Protocol):
    """Turns questions into vectors: unit rows, float32 (n, dim)."""

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return one row a text, in order."""
        ...


@dataclass(frozen=True, slots=True)
class RetrievalParams:
    """How candidates are found: `depth` from each engine, ranked by three scores.

    `dense_weight` is for meaning, `article_weight` for the words of the whole article (a question names
    what a passage takes for granted), the rest for the passage's own words.

    Who asks as of a day mostly asks about the days before it: an article of that very day gains `recency`,
    one that is `recency_days` older a third of that (Li and Croft 2003, Time-based language models).
    """

    depth: int = 100
    dense_weight: float = 0.3
    article_weight: float = 0.4
    recency: float = 0.3
    recency_days: float = 30.0


@dataclass(frozen=True, slots=True)
class EngineRank:
    """Where one engine put a passage, or its article: rank from 1."""

    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer; `dense` or `lexical` is None where that engine did not find it.

    `article` is the place of its article's words among the articles of all candidates, None without any.

    It ranks by `score`, 0 to 1, + `recency`, which is 0 unless one asked as of a day.
    It stands for its copies: score and places are those of the best of them, the passage that of the most
    complete article. `copies` are the other articles of its cluster, by date, then id.
    """

    passage: Passage
    rank: int
    score: float
    dense: EngineRank | None
    lexical: EngineRank | None
    copies: tuple[Article, ...] = ()
    recency: float = 0.0
    article: EngineRank | None = None


@dataclass(frozen=True, slots=True)
class _ScoredPassages:
    """What was found: by whom, and what each passage's score is made of."""

    fused: Ranking
    dense: Ranking
    lexical: Ranking
    articles: Mapping[int, float]
    recency: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Candidates, best first, and what finding them took."""

    candidates: list[Candidate]
    encode_ms: float
    retrieve_ms: float


def retrieve(
    index: PassageIndex, encoder: QuestionEncoder, question: str, k: int, allow: Filter, rule: RetrievalParams
) -> SearchResult:
    """Return the `k` best candidates for the question; the first 5 of 50 are the 5 of 5."""
    began = time.perf_counter()
    vector = encoder.encode([question])[0]
    encoded = time.perf_counter()
    depth = max(rule.depth, k)
    dense = Ranking(*index.dense(vector, depth, allow))
    lexical = Ranking(*index.lexical(question, depth, allow))
    articles = index.article_scores(question, np.union1d(dense.ids, lexical.ids).tolist())
    fused = weighted_sum(
        dense,
        lexical,
        ranking_of(articles),
        dense_weight=rule.dense_weight,
        article_weight=rule.article_weight,
    )
    recency = _recency(index, fused.ids.tolist(), allow, rule)
    candidates = _candidates(index, _ScoredPassages(fused, dense, lexical, articles, recency), k, allow)
    ended = time.perf_counter()
    return SearchResult(candidates, (encoded - began) * 1e3, (ended - encoded) * 1e3)


def _recency(
    index: PassageIndex, passage_ids: Sequence[int], allow: Filter, rule: RetrievalParams
) -> Mapping[int, float]:
    """Return id -> what the passage gains by its date; empty unless one asks as of a day."""
    if allow.as_of is None:
        return {}
    asked = day_number(allow.as_of)
    return {
        passage_id: rule.recency * math.exp((day - asked) / rule.recency_days)
        for passage_id, day in index.published_days(passage_ids).items()
    }


def _candidates(index: PassageIndex, found: _ScoredPassages, k: int, allow: Filter) -> list[Candidate]:
    """Return the first `k` places, one a passage and its copies.

    Which of several copies stands there depends on all that was found, not on `k`.
    """
    scores, recency = dict(found.fused.pairs()), found.recency
    ids = sorted(scores, key=lambda i: (-scores[i] - recency.get(i, 0.0), i))
    stands_for = {i: i for i in ids}
    for first, *copied in _found_copies(index, ids):
        stands_for[first.id] = most_complete([first, *copied]).id
        for passage in copied:
            del stands_for[passage.id]
    best = dict(islice(stands_for.items(), k))
    passages = {passage.id: passage for passage in index.fetch([*best.values()])}
    copies = index.copies([*passages], allow)
    dense, lexical, articles = _places(found.dense), _places(found.lexical), _article_places(found.articles)
    there = [(i, passages[shown]) for i, shown in best.items() if shown in passages]
    return [
        Candidate(
            passage,
            rank,
            scores[i],
            dense.get(i),
            lexical.get(i),
            _others(passage, copies),
            recency.get(i, 0.0),
            articles.get(i),
        )
        for rank, (i, passage) in enumerate(there, start=1)
    ]


def _found_copies(index: PassageIndex, passage_ids: Sequence[int]) -> list[list[Passage]]:
    """Return the passages that are copies of one another in groups, each in the order given."""
    clusters = index.clusters(passage_ids)
    found = Counter(clusters.values())
    return collapse(index.fetch([i for i in passage_ids if found[clusters.get(i, "")] > 1]))


def _others(passage: Passage, copies: Mapping[int, Sequence[Article]]) -> tuple[Article, ...]:
    return tuple(other for other in copies.get(passage.id, ()) if other.id != passage.article.id)


def _places(ranking: Ranking) -> dict[int, EngineRank]:
    return {i: EngineRank(rank, score) for rank, (i, score) in enumerate(ranking.pairs(), start=1)}


def _article_places(scores: Mapping[int, float]) -> dict[int, EngineRank]:
    """Return the place of each passage's article; passages of one article share it, as do equal scores."""
    ranks = {score: rank for rank, score in enumerate(sorted({*scores.values()}, reverse=True), start=1)}
    return {i: EngineRank(ranks[score], score) for i, score in scores.items()}
