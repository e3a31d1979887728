"""Filters come before the search: whatever share they let pass, nothing that passes is lost.

A real index over random vectors; what is right is worked out from the list of articles by brute force.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.indexer.filters import Filter

DIM, ARTICLES, K = 32, 1000, 10
START = date(2019, 1, 1)
WORDS = "steel tariff strike harbour election budget minister court flood grain".split()  # noqa: SIM905


@dataclass(frozen=True)
class Card:
    id: str = "random"
    sha256: str = "0" * 64
    dim: int = DIM
    max_tokens: int = 512


class RandomEncoder:
    """A unit vector for each text, drawn from a generator that the text seeds."""

    card = Card()

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") for text in texts]
        rows = [np.random.default_rng(seed).standard_normal(DIM, np.float32) for seed in seeds]
        found = np.array(rows, np.float32).reshape(len(texts), DIM)
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    def token_spans(self, texts: Sequence[str]) -> list[npt.NDArray[np.int32]]:
        return [np.array([(0, 1)], np.int32) for _ in texts]


@cache
def articles() -> list[Article]:
    """Return one-passage articles, a day apart, each tenth without a date, in 20 outlets of falling size."""
    draw = np.random.default_rng(7)
    made = []
    for number in range(ARTICLES):
        words = " ".join(draw.choice(WORDS, size=6)) + f" number{number}"
        day = datetime.combine(START + timedelta(days=number), datetime.min.time(), UTC)
        made.append(
            Article(
                id=f"a{number:04d}",
                title="",
                text=words.capitalize() + ".",
                source=f"Outlet {int(20 * draw.random() ** 2)}",
                published=None if number % 10 == 0 else day,
            )
        )
    return made


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedIndex]:
    """Yield an index from which every fiftieth article was removed again."""
    folder = tmp_path_factory.mktemp("filters") / "index"
    made = articles()
    with EmbeddedWriter(folder, RandomEncoder()) as builder:
        builder.add(made)
        builder.remove([article.id for article in made[::50]])
        builder.publish()
    with EmbeddedIndex(folder) as opened:
        yield opened


def days(first: int, last: int) -> Filter:
    return Filter(START + timedelta(days=first), START + timedelta(days=last))


FILTERS = {
    "one of a thousand": days(501, 501),
    "one in a hundred": days(501, 511),
    "a tenth": days(100, 200),
    "half": Filter(first=START + timedelta(days=500)),
    "all that are dated": days(0, ARTICLES),
    "nearly all": Filter(sources=tuple(f"Outlet {number}" for number in range(19))),
    "one outlet": Filter(sources=("Outlet 19",)),
    "an outlet in another case": Filter(sources=("OUTLET 0",)),
    "outlets and days": Filter(days(200, 700).first, days(200, 700).last, ("outlet 1", "Outlet 2")),
    "none": Filter(sources=("no such outlet",)),
}


def passing(allow: Filter) -> set[str]:
    """Return the ids of the articles that pass, by the filter's words and not by its code."""
    names = {source.lower() for source in allow.sources}
    return {
        article.id
        for number, article in enumerate(articles())
        if number % 50
        and (not names or (article.source or "").lower() in names)
        and ((allow.first, allow.last) == (None, None) or article.published is not None)
        and (allow.first is None or article.published is None or article.published.date() >= allow.first)
        and (allow.last is None or article.published is None or article.published.date() <= allow.last)
    }


def ids(index: EmbeddedIndex, passages: npt.NDArray[np.int64]) -> list[str]:
    return [passage.article.id for passage in index.fetch(passages.tolist())]


@pytest.mark.parametrize("name", FILTERS)
def test_dense_search_finds_what_brute_force_finds(index: EmbeddedIndex, name: str) -> None:
    passed = passing(FILTERS[name])
    allowed = [article for article in articles() if article.id in passed]
    encoder = RandomEncoder()
    stored = encoder.encode([article.text for article in allowed]).astype(np.float16).astype(np.float32)
    for question in ("who", "what", "when"):
        vector = encoder.encode([question])[0]
        order = np.argsort(-(stored @ vector), kind="stable")
        found, scores = index.dense(vector, K, FILTERS[name])
        assert ids(index, found) == [allowed[at].id for at in order[:K]]
        assert len(found) == min(K, len(allowed))
        assert np.all(np.diff(scores) <= 0)


@pytest.mark.parametrize("name", FILTERS)
def test_lexical_search_is_the_whole_ranking_less_what_does_not_pass(index: EmbeddedIndex, name: str) -> None:
    """A filter changes no score: BM25 weighs words over the whole archive."""
    allowed = passing(FILTERS[name])
    for question in ("steel", "harbour flood", "the minister of grain"):
        every, scores = index.lexical(question, ARTICLES, Filter())
        kept = [at for at, article_id in enumerate(ids(index, every)) if article_id in allowed][:K]
        found, found_scores = index.lexical(question, K, FILTERS[name])
        assert found.tolist() == every[kept].tolist()
        assert found_scores.tolist() == scores[kept].tolist()


def test_what_waits_for_the_next_generation_is_filtered_too(tmp_path: Path) -> None:
    made = articles()[1:41]
    with EmbeddedWriter(tmp_path, RandomEncoder()) as builder:
        builder.add(made[:20])
        builder.publish()
        builder.add(made[20:])
    allow = days(11, 30)
    vector = RandomEncoder().encode(["who"])[0]
    with EmbeddedIndex(tmp_path) as index:
        found, _ = index.dense(vector, 100, allow)
        assert index.unpublished == 20
        assert sorted(ids(index, found)) == [a.id for a in made if a.id in passing(allow)]
    assert len(found) == 18  # 20 days, less two articles without a date


def test_the_shares_are_what_they_are_called() -> None:
    shares = {name: round(100 * len(passing(allow)) / ARTICLES, 1) for name, allow in FILTERS.items()}
    assert shares == {
        "one of a thousand": 0.1,
        "one in a hundred": 1.0,
        "a tenth": 9.0,
        "half": 45.0,
        "all that are dated": 90.0,
        "nearly all": 95.6,
        "one outlet": 2.4,
        "an outlet in another case": 24.0,
        "outlets and days": 7.2,
        "none": 0.0,
    }
