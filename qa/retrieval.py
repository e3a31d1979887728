"""Retrieves the passages that may answer: dense and lexical candidates, fused.

This module knows the index only as a Protocol; it does not know which engine stores it, nor how a passage is
read.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.article import Article
from nutgraf.indexer.filters import Filter, calendar_day, day_number
from nutgraf.indexer.storage import Passage, PassageFacts, PassageIndex
from nutgraf.qa.collapse import collapse, newest
from nutgraf.qa.fusion import Ranking, ranking_of, weighted_sum
from nutgraf.qa.question_time import QuestionTime
from nutgraf.qa.time_fit import PREFERRED, is_of_time, names_time, newest_losses
from nutgraf.qa.variation import is_version

MAX_DEPTH = 1600
"""At most so many passages are taken from each engine, however many are copies of one another.

It is sixteen times the depth of `RetrievalParams`, four doublings; no entry of docs/log.md compares others.
"""

NAMING_DEPTH = 50
"""So many passages are looked through for words that name the asked time; others: not compared."""


class QuestionEncoder(Protocol):
    """Turns questions into vectors: unit rows, float32 (n, dim)."""

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return one row a text, in order."""
        ...


@dataclass(frozen=True, slots=True)
class RetrievalParams:
    """How candidates are retrieved: `depth` passages from each engine, ranked by three scores.

    `dense_weight` is for meaning, `article_weight` for the words of the whole article (a question names
    what a passage takes for granted), the rest for the passage's own words.

    A question as of a day is mostly about the days before it: an article of that very day gains `recency`,
    an article that is `recency_days` older gains a third of that (Li and Croft 2003, Time-based language
    models).
    """

    # Entries of docs/log.md that chose them, those of the depth looked at 100 only.
    depth: int = 100  # 2026-11-21, "fusing dense and BM25"
    dense_weight: float = 0.3  # 2026-11-22, "the words of the whole article"
    article_weight: float = 0.4  # 2026-11-22, "the words of the whole article"
    recency: float = 0.3  # 2026-11-22, "asking as of a day"
    recency_days: float = 30.0  # 2026-11-22, "asking as of a day"


@dataclass(frozen=True, slots=True)
class EngineRank:
    """The place of a passage, or of its article, in one engine's ranking: rank from 1."""

    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer; `dense` or `lexical` is None where that engine did not return it.

    `article` is the place of its article's words among the articles of all candidates, None where the article
    has none of the question's words.

    Candidates rank by `score`, 0 to 1, + `recency` + `time`. `recency` is what it gains or loses by its date,
    0 in a search that is not as of a day; `time` is what a passage of the asked time gains. A candidate
    stands for its copies: it has the score and the places of the best of them, and the passage of the newest
    article. `copies` are the other articles of its cluster that state its facts, `versions` those that state
    one differently; both by date, then id.

    The title of an article has no place of its own beside the article's text: it is the `headline` of its
    best candidate, where an engine found it, and is read with that one. A title alone, found without its
    text, is a candidate by itself.
    """

    passage: Passage
    rank: int
    score: float
    dense: EngineRank | None
    lexical: EngineRank | None
    copies: tuple[Article, ...] = ()
    recency: float = 0.0
    article: EngineRank | None = None
    versions: tuple[Article, ...] = ()
    time: float = 0.0
    headline: Passage | None = None

    @property
    def passages(self) -> tuple[Passage, ...]:
        """What is read: its passage, and the headline if there is any."""
        return (self.passage,) if self.headline is None else (self.passage, self.headline)


def prints(candidates: Sequence[Candidate]) -> dict[str, list[Article]]:
    """Return by the id of each candidate's article the copies and versions of all its passages, each once."""
    by_article: dict[str, dict[str, Article]] = {}
    for candidate in candidates:
        others = by_article.setdefault(candidate.passage.article.id, {})
        others |= {other.id: other for other in (*candidate.copies, *candidate.versions)}
    return {article_id: [*others.values()] for article_id, others in by_article.items()}


def read_prints(candidates: Sequence[Candidate]) -> dict[str, list[Article]]:
    """Return by the id of each candidate's article the other prints of its story among the candidates."""
    every = prints(candidates)
    return {
        article_id: [other for other in others if other.id in every] for article_id, others in every.items()
    }


@dataclass(frozen=True, slots=True)
class _ScoredPassages:
    """The passages that two engines return, what each one's score is made of, and the facts of each.

    `is_all` tells that both engines returned fewer passages than they were asked for: there are no more.
    """

    fused: Ranking
    dense: Ranking
    lexical: Ranking
    articles: Mapping[int, float]
    recency: Mapping[int, float]
    facts: Mapping[int, PassageFacts]
    is_all: bool
    time: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Candidates, best first, and the milliseconds that encoding the question and retrieving took.

    `time` is what they were ordered by as well: the time of the question; None where it was not looked for.
    """

    candidates: list[Candidate]
    encode_ms: float
    retrieve_ms: float
    time: QuestionTime | None = None

    @property
    def named_time(self) -> QuestionTime | None:
        """The time that the question names; None where it names none, or where none was looked for."""
        return self.time if self.time is not None and self.time.is_named else None


def retrieve(
    index: PassageIndex,
    question: str,
    vector: npt.NDArray[np.float32],
    k: int,
    allow: Filter,
    rule: RetrievalParams,
    time: QuestionTime | None = None,
) -> list[Candidate]:
    """Return the `k` best candidates for the question and its vector; the first 5 of 50 are the 5 of 5.

    Copies share a place. Where a story in many copies leaves fewer places than the engines' depth, both are
    asked for twice as many passages, until there are as many places, or no more passages, or `MAX_DEPTH`. The
    depth at which this ends does not depend on `k`, and so neither does the order.

    Passages of the question's `time` gain; without one the newer gain a little. None is to prefer neither.
    """
    depth = enough = max(rule.depth, k)
    while True:
        scored = _scored(index, question, vector, depth, allow, rule, time)
        places = _places_of(index, scored)
        if len(places) >= enough or scored.is_all or depth >= MAX_DEPTH:
            return _candidates(index, scored, dict(islice(places.items(), k)), allow)
        depth = min(2 * depth, MAX_DEPTH)


def _scored(
    index: PassageIndex,
    question: str,
    vector: npt.NDArray[np.float32],
    depth: int,
    allow: Filter,
    rule: RetrievalParams,
    time: QuestionTime | None,
) -> _ScoredPassages:
    """Return what both engines find, `depth` passages each at most, with the parts of their scores."""
    dense = Ranking(*index.dense(vector, depth, allow))
    lexical = Ranking(*index.lexical(question, depth, allow))
    ids = np.union1d(dense.ids, lexical.ids).tolist()
    articles, facts = index.article_scores(question, ids), index.facts(ids)
    fused = _fused(dense, lexical, articles, facts, rule)
    recency = _recency(facts, allow, rule, time)
    gains = _time_gains(index, fused, facts, time)
    is_all = max(len(dense.ids), len(lexical.ids)) < depth
    return _ScoredPassages(fused, dense, lexical, articles, recency, facts, is_all, gains)


def _fused(
    dense: Ranking,
    lexical: Ranking,
    articles: Mapping[int, float],
    facts: Mapping[int, PassageFacts],
    rule: RetrievalParams,
) -> Ranking:
    """Return the passages with their scores, 0 to 1; those of texts are scaled as if there were no titles.

    A passage that has no vector yet is scored by words alone, as if its meaning were as near as its words.
    """
    unencoded = np.array([i for i, fact in facts.items() if not fact.encoded], np.int64)
    rankings = dense, lexical, ranking_of(articles)

    def fused(*rankings: Ranking) -> dict[int, float]:
        dense_weight, article_weight = rule.dense_weight, rule.article_weight
        ranking = weighted_sum(
            *rankings, dense_weight=dense_weight, article_weight=article_weight, unencoded=unencoded
        )
        return dict(ranking.pairs())

    titles = np.array([i for i, fact in facts.items() if fact.field == "title"], np.int64)
    return ranking_of(fused(*rankings) | fused(*(ranking.without(titles) for ranking in rankings)))


def _recency(
    facts: Mapping[int, PassageFacts], allow: Filter, rule: RetrievalParams, time: QuestionTime | None
) -> Mapping[int, float]:
    """Return id -> what the passage gains by its day, as of a day, for "now", or a little in any question.

    A time that the question names takes the place of the day that it is asked on, if it is another time.
    """
    days = {i: fact.day for i, fact in facts.items()}
    gains, as_of = dict[int, float](), allow.as_of
    if time is not None:
        if time.is_now or not time.is_named:
            gains = newest_losses(days, day_number(time.asked_on))
        if time.is_now:
            as_of = time.relative_to
        elif as_of is not None and time.spans and not is_of_time(as_of, time):
            as_of = None
    if as_of is not None:
        last = day_number(as_of)
        for i, day in days.items():
            if day is not None and day <= last:
                gains[i] = gains.get(i, 0.0) + rule.recency * math.exp((day - last) / rule.recency_days)
    return gains


def _time_gains(
    index: PassageIndex, fused: Ranking, facts: Mapping[int, PassageFacts], time: QuestionTime | None
) -> Mapping[int, float]:
    """Return id -> what the passage gains if its article is of the asked time, or its words name that time.

    The texts of the best `NAMING_DEPTH` alone are looked at.
    """
    if time is None or not time.spans:
        return {}
    of_time = {
        i for i, fact in facts.items() if fact.day is not None and is_of_time(calendar_day(fact.day), time)
    }
    if not time.is_now:
        others = [i for i in fused.ids[:NAMING_DEPTH].tolist() if i not in of_time]
        of_time |= {p.id for p in index.fetch(others) if names_time(p.text, p.article, time)}
    return dict.fromkeys(of_time, PREFERRED)


def _places_of(index: PassageIndex, scored: _ScoredPassages) -> dict[int, int]:
    """Return, best first, one id for each passage and its copies -> the id of the one that stands for them.

    The key is the id of the copy with the best score, the value that of the newest article's. A title has no
    place beside a passage of its article's text.
    """
    scores, recency, time, facts = dict(scored.fused.pairs()), scored.recency, scored.time, scored.facts
    with_text = {fact.article for fact in facts.values() if fact.field == "text"}
    places = {
        i: i
        for i in sorted(scores, key=lambda i: (-scores[i] - recency.get(i, 0.0) - time.get(i, 0.0), i))
        if i in facts and (facts[i].field == "text" or facts[i].article not in with_text)
    }
    for first, *others in _copy_groups(index, facts, [*places]):
        places[first.id] = newest([first, *others]).id
        for passage in others:
            del places[passage.id]
    return places


def _candidates(
    index: PassageIndex, scored: _ScoredPassages, places: Mapping[int, int], allow: Filter
) -> list[Candidate]:
    """Return a candidate for each place, in their order; a passage that is gone by now has none."""
    headlines = _headlines(places.values(), scored.facts)
    wanted = [*places.values(), *headlines.values()]
    passages = {passage.id: passage for passage in index.fetch(wanted)}
    copies = index.copies([*places.values()], allow)
    scores = dict(scored.fused.pairs())
    dense, lexical, articles = _ranks(scored.dense), _ranks(scored.lexical), _article_ranks(scored.articles)
    others = _Others(copies)
    shown = [(i, passages[stands]) for i, stands in places.items() if stands in passages]
    return [
        Candidate(
            passage,
            rank,
            scores[i],
            dense.get(i),
            lexical.get(i),
            others.of(passage, is_version=False),
            scored.recency.get(i, 0.0),
            articles.get(i),
            others.of(passage, is_version=True),
            scored.time.get(i, 0.0),
            passages.get(headlines.get(passage.id, 0)),
        )
        for rank, (i, passage) in enumerate(shown, start=1)
    ]


def _headlines(places: Iterable[int], facts: Mapping[int, PassageFacts]) -> dict[int, int]:
    """Return passage -> title, for the first passage of each article whose title an engine found."""
    first: dict[str, int] = {}
    for passage_id in places:
        if facts[passage_id].field == "text":
            first.setdefault(facts[passage_id].article, passage_id)
    titles = {fact.article: i for i, fact in facts.items() if fact.field == "title"}
    return {first[article]: title for article, title in titles.items() if article in first}


def _copy_groups(
    index: PassageIndex, facts: Mapping[int, PassageFacts], passage_ids: Sequence[int]
) -> list[list[Passage]]:
    """Return the passages that are copies of one another in groups, each in the order of the ids."""
    clusters = {i: cluster for i in passage_ids if (cluster := facts[i].cluster) is not None}
    sizes = Counter(clusters.values())
    return collapse(index.fetch([i for i in passage_ids if sizes[clusters.get(i, "")] > 1]))


class _Others:
    """The other articles of the clusters of passages, each compared with an article once."""

    def __init__(self, copies: Mapping[int, Sequence[Article]]) -> None:
        self._copies = copies
        self._is_version: dict[tuple[str, str], bool] = {}

    def of(self, passage: Passage, *, is_version: bool) -> tuple[Article, ...]:
        """Return those that are another version of the passage's article, or those that are not."""
        own = passage.article
        others = [other for other in self._copies.get(passage.id, ()) if other.id != own.id]
        return tuple(other for other in others if self._compared(own, other) is is_version)

    def _compared(self, own: Article, other: Article) -> bool:
        pair = (own.id, other.id)
        if pair not in self._is_version:
            self._is_version[pair] = is_version(own.text, other.text)
        return self._is_version[pair]


def _ranks(ranking: Ranking) -> dict[int, EngineRank]:
    return {i: EngineRank(rank, score) for rank, (i, score) in enumerate(ranking.pairs(), start=1)}


def _article_ranks(scores: Mapping[int, float]) -> dict[int, EngineRank]:
    """Return the rank of each passage's article; passages of one article share it, as do equal scores."""
    ranks = {score: rank for rank, score in enumerate(sorted({*scores.values()}, reverse=True), start=1)}
    return {i: EngineRank(ranks[score], score) for i, score in scores.items()}
