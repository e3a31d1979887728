"""Tells which standing questions new passages may touch, by meaning and by words, without asking them.

Pure: a matrix product and counts of words for all questions together, so that thousands of them cost seconds.
An article touches a question if one of its passages is near it, or is not far from it and the article has
enough of its words. `benchmarks/watching.py` measures how many answers this misses, and what it costs.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.filters import Filter
from nutgraf.indexer.stop_words import STOP_WORDS
from nutgraf.indexer.watches import AddedPassages

# Chosen in docs/log.md, 2026-11-27, "which watches an article touches", over 48 other triples.
NEAR = 0.55
"""Cosine from which a passage touches a question whatever its words are."""

LEAST = 0.35
"""Cosine below which no passage touches a question."""

SHARE = 0.5
"""Share of the question's words that an article between the two must have."""

_STEM_CHARS = 6  # "sanctions" and "sanction" are one word, "elected" and "elections" are two
_MOST_WORDS = 60  # of a question: a longer one is a text
_WORD = re.compile(r"\w+")
_BLOCK = 512  # questions of one matrix product: 512 x 1,024 cosines take 2 MB


@dataclass(frozen=True, slots=True)
class WatchedQuestion:
    """A standing question: its vector, float16 (dim,), its filter, and the last passage that it has seen."""

    question: str
    vector: npt.NDArray[np.float16]
    allow: Filter
    seen: int


class Touching:
    """Standing questions that are compared with one part of the new passages after another."""

    def __init__(self, questions: Sequence[WatchedQuestion]) -> None:
        self._questions = questions
        self._words = [stems(question.question) for question in questions]
        self._touched = np.zeros(len(questions), bool)

    @property
    def touched(self) -> list[int]:
        """The places of the questions that were touched so far, ascending."""
        return [int(place) for place in np.flatnonzero(self._touched)]

    def compare(self, passages: AddedPassages) -> None:
        """Note which questions these passages touch."""
        places = {article: place for place, article in enumerate(dict.fromkeys(passages.articles))}
        article_of = np.array([places[article] for article in passages.articles])
        postings = _postings(passages.texts, article_of)
        columns, masks = _Columns(passages), dict[tuple[Filter, int], npt.NDArray[np.bool_]]()
        matrix = passages.vectors.astype(np.float32).T
        waiting = np.flatnonzero(~self._touched)
        for first in range(0, len(waiting), _BLOCK):
            block = waiting[first : first + _BLOCK].tolist()
            vectors = np.stack([self._questions[place].vector for place in block]).astype(np.float32)
            for place, cosines in zip(block, vectors @ matrix, strict=True):
                if cosines.max() < LEAST:
                    continue
                question = self._questions[place]
                key = question.allow, question.seen
                if key not in masks:
                    masks[key] = columns.passing(*key)
                shares = _shares(self._words[place], postings, len(places))[article_of]
                may_be_near = (cosines >= LEAST) | np.isnan(cosines)  # without a vector only words tell
                is_near = (cosines >= NEAR) | (may_be_near & (shares >= SHARE))
                self._touched[place] = bool((is_near & masks[key]).any())


class _Columns:
    """What filters look at, as columns."""

    def __init__(self, passages: AddedPassages) -> None:
        self._ids = passages.ids
        undated = np.iinfo(np.int64).min
        self._days = np.array([undated if day is None else day for day in passages.days], np.int64)
        self._dated = self._days != undated
        self._sources = np.array([(source or "").casefold() for source in passages.sources])

    def passing(self, allow: Filter, seen: int) -> npt.NDArray[np.bool_]:
        """Return which passages pass a filter and were not seen, bool (n,)."""
        mask: npt.NDArray[np.bool_] = self._ids > seen
        if (first := allow.first_day) is not None:
            mask = mask & self._dated & (self._days >= first)
        if (last := allow.last_day) is not None:
            mask = mask & self._dated & (self._days <= last)
        if allow.sources:
            mask = mask & np.isin(self._sources, [source.casefold() for source in allow.sources])
        return mask


def stems(text: str) -> frozenset[str]:
    """Return the beginnings of the words that a text is about.

    >>> sorted(stems("Who leads the central bank?"))
    ['bank', 'centra', 'leads']
    """
    words = (word for word in _WORD.findall(text.casefold()) if word not in _STOPPED)
    return frozenset(word[:_STEM_CHARS] for word in words)


_STOPPED = frozenset(STOP_WORDS)


def _postings(texts: Iterable[str], article_of: npt.NDArray[np.int64]) -> dict[str, list[int]]:
    """Return word -> the places of the articles that have it, each once."""
    postings: dict[str, list[int]] = {}
    for text, article in zip(texts, article_of.tolist(), strict=True):
        for word in stems(text):
            articles = postings.setdefault(word, [])
            if not articles or articles[-1] != article:
                articles.append(article)
    return postings


def _shares(words: frozenset[str], postings: dict[str, list[int]], count: int) -> npt.NDArray[np.float32]:
    """Return for each article the share of the words that it has, float32 (count,)."""
    shares = np.zeros(count, np.float32)
    for word in sorted(words)[:_MOST_WORDS]:
        shares[postings.get(word, [])] += 1.0
    shares /= max(1, min(len(words), _MOST_WORDS))
    return shares
