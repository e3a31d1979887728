"""Asking as of a day: what came later is hidden, and of the rest the newer is preferred."""

import math
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.filters import Filter
from nutgraf.models.onnx import OnnxEncoder
from nutgraf.qa.checks import checked_filter
from nutgraf.qa.errors import BadFilter
from nutgraf.qa.retrieval import Candidate, RetrievalParams, retrieve

QUESTION = "Who leads the harbour office?"
DAY = date(2022, 6, 30)
WORDS = {
    "old": ("Ada Novak leads the harbour office of the town.", datetime(2022, 5, 31, tzinfo=UTC)),
    "new": ("The harbour office is led by Bo Lind since this week.", datetime(2022, 6, 30, 23, tzinfo=UTC)),
    "later": ("Cy Marsh leads the harbour office.", datetime(2022, 7, 1, tzinfo=UTC)),
    "undated": ("Di Petrov leads the harbour office.", None),
}


@pytest.fixture(scope="module")
def harbour_index(open_index: Callable[..., EmbeddedIndex], encoder: OnnxEncoder) -> EmbeddedIndex:
    return open_index([Article(id=i, title="", text=t, published=p) for i, (t, p) in WORDS.items()], encoder)


def found(
    index: EmbeddedIndex, encoder: OnnxEncoder, allow: Filter, rule: RetrievalParams
) -> dict[str, Candidate]:
    candidates = retrieve(index, QUESTION, encoder.encode([QUESTION])[0], 10, allow, rule)
    return {candidate.passage.article.id: candidate for candidate in candidates}


def test_a_month_older_gains_a_third(harbour_index: EmbeddedIndex, encoder: OnnxEncoder) -> None:
    asked = found(harbour_index, encoder, Filter(as_of=DAY), RetrievalParams(recency=0.3, recency_days=30))
    assert asked.keys() == {"old", "new"}
    assert (asked["new"].recency, asked["old"].recency) == (0.3, pytest.approx(0.3 / math.e))


def test_the_order_is_by_both(harbour_index: EmbeddedIndex, encoder: OnnxEncoder) -> None:
    """Alone, the old one resembles the question more; 10 for the day itself outweighs any resemblance."""
    plain = found(harbour_index, encoder, Filter(last=DAY), RetrievalParams())
    assert [*plain] == ["old", "new"]
    assert {candidate.recency for candidate in plain.values()} == {0.0}
    asked = found(harbour_index, encoder, Filter(as_of=DAY), RetrievalParams(recency=10.0, recency_days=30))
    assert [*asked] == ["new", "old"]
    assert [c.rank for c in asked.values()] == [1, 2]
    assert asked["old"].score == plain["old"].score, "what was found is not changed by when one asks"


def test_as_of_is_the_last_day_unless_another_is_earlier() -> None:
    assert Filter(as_of=DAY).last_day == Filter(last=DAY).last_day
    assert Filter(as_of=DAY, last=date(2022, 1, 1)).without_preference() == Filter(last=date(2022, 1, 1))
    assert Filter(as_of=date(2022, 1, 1), last=DAY).without_preference() == Filter(last=date(2022, 1, 1))
    assert Filter(as_of=DAY)
    assert not Filter()
    with pytest.raises(BadFilter, match="after 2022-07-01 is later than as_of 2022-06-30"):
        checked_filter(Filter(first=date(2022, 7, 1), as_of=DAY))
