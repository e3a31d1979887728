"""Filters come before the search: whatever share they let pass, nothing that passes is lost.

Indexes of each storage engine over random vectors; what is right is worked out from the list of articles by
brute force.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.filters import Filter, day_number
from nutgraf.indexer.storage import PassageIndex
from tests.contract.conftest import STORAGES, Storage
from tests.fakes import FakeEncoder

DIM, ARTICLES, K = 32, 1000, 10
START = date(2019, 1, 1)
WORDS = "steel tariff strike harbour election budget minister court flood grain".split()  # noqa: SIM905


ENCODER = FakeEncoder(DIM)


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


@pytest.fixture(scope="module", params=STORAGES)
def any_index(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PassageIndex]:
    """Yield an index from which every fiftieth article was removed again."""
    storage = STORAGES[request.param](tmp_path_factory.mktemp("filters") / "archive")
    storage.publish(articles(), ENCODER)
    storage.remove(*(article.id for article in articles()[::50]), publish=True, encoder=ENCODER)
    with storage.index() as index:
        yield index


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


def ids(index: PassageIndex, passages: npt.NDArray[np.int64]) -> list[str]:
    return [passage.article.id for passage in index.fetch(passages.tolist())]


@pytest.mark.parametrize("name", FILTERS)
def test_dense_search_finds_what_brute_force_finds(any_index: PassageIndex, name: str) -> None:
    passed = passing(FILTERS[name])
    allowed = [article for article in articles() if article.id in passed]
    stored = ENCODER.encode([article.text for article in allowed]).astype(np.float16).astype(np.float32)
    for question in ("who", "what steel", "when"):
        vector = ENCODER.encode([question])[0]
        order = np.argsort(-(stored @ vector), kind="stable")
        nearest, scores = any_index.dense(vector, K, FILTERS[name])
        assert ids(any_index, nearest) == [allowed[at].id for at in order[:K]]
        assert scores == pytest.approx((stored @ vector)[order[:K]], abs=1e-5)
        assert len(nearest) == min(K, len(allowed))
        assert np.all(np.diff(scores) <= 0)


@pytest.mark.parametrize("name", FILTERS)
def test_lexical_search_is_the_whole_ranking_less_what_does_not_pass(
    any_index: PassageIndex, name: str
) -> None:
    """A filter changes no score: BM25 weighs words over the whole archive."""
    allowed = passing(FILTERS[name])
    for question in ("steel", "harbour flood", "the minister of grain"):
        every, scores = any_index.lexical(question, ARTICLES, Filter())
        kept = [at for at, article_id in enumerate(ids(any_index, every)) if article_id in allowed][:K]
        best, best_scores = any_index.lexical(question, K, FILTERS[name])
        assert best.tolist() == every[kept].tolist()
        assert best_scores.tolist() == scores[kept].tolist()


@pytest.mark.parametrize("name", FILTERS)
def test_the_newest_day_is_that_of_what_passes(any_index: PassageIndex, name: str) -> None:
    passed = passing(FILTERS[name])
    dates = [article.published for article in articles() if article.id in passed]
    newest = max((day_number(date.date()) for date in dates if date), default=None)
    assert any_index.newest_day(FILTERS[name]) == newest


def test_what_waits_for_the_next_generation_is_filtered_too(any_storage: Storage) -> None:
    made = articles()[1:41]
    any_storage.publish(made[:20], ENCODER)
    any_storage.add(made[20:], ENCODER)
    allow = days(11, 30)
    with any_storage.index() as index:
        nearest, _ = index.dense(ENCODER.encode(["who"])[0], 100, allow)
        assert index.state.unpublished_passages == 20
        assert sorted(ids(index, nearest)) == [a.id for a in made if a.id in passing(allow)]
    assert len(nearest) == 18  # 20 days, less two articles without a date


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
