"""How deep the engines are searched: once where passages differ, further where copies take the places."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.storage import Passage
from nutgraf.models.onnx import OnnxEncoder
from nutgraf.qa import retrieval
from nutgraf.qa.retrieval import Candidate, RetrievalParams, read_prints, retrieve

QUESTION = "What does the harbour bridge of Veldmoor cost?"
STORY = (
    "The harbour bridge of Veldmoor will cost 84 million crowns, the treasurer Ilse Brandt said on Monday."
)
COPIES = [Article(f"copy-{number:03}", "", STORY) for number in range(200)]
OTHER = Article("other", "", "Ferries run to Veldmoor until the old bridge is repaired in the spring.")
PLACES = ["Orlow", "Quist", "Tarn", "Eastport", "Lindby", "Marsk", "Holt", "Brede", "Falken", "Norrby"]
DISTINCT = [
    Article(
        f"town-{number:03}", "", f"{town} opens school {number} near bridge {number * 7} for the children."
    )
    for number, town in enumerate(PLACES * 15)
]

Build = Callable[[list[Article]], EmbeddedIndex]


@pytest.fixture(scope="module")
def build(open_index: Callable[..., EmbeddedIndex], encoder: OnnxEncoder) -> Build:
    return lambda articles: open_index(articles, encoder)


@pytest.fixture(scope="module")
def vector(encoder: OnnxEncoder) -> npt.NDArray[np.float32]:
    return np.asarray(encoder.encode([QUESTION])[0])


class DepthIndex:
    """An index that notes how many passages it is asked for."""

    def __init__(self, index: EmbeddedIndex) -> None:
        self._index = index
        self.depths: list[int] = []

    def dense(self, vector: npt.NDArray[np.float32], k: int, allow: Filter) -> Any:
        self.depths.append(k)
        return self._index.dense(vector, k, allow)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)


def found(index: Any, vector: npt.NDArray[np.float32], k: int) -> list[Candidate]:
    return retrieve(index, QUESTION, vector, k, Filter(), RetrievalParams())


def test_two_hundred_copies_leave_room_for_another_article(
    build: Build, vector: npt.NDArray[np.float32]
) -> None:
    index = DepthIndex(build([*COPIES, OTHER]))
    story, other = found(index, vector, 10)
    assert index.depths == [100, 200, 400]
    assert [article.id for article in story.copies] == [article.id for article in COPIES[1:]]
    assert (story.passage.article.id, story.rank) == ("copy-000", 1)
    assert (other.passage.article.id, other.rank, other.copies) == ("other", 2, ())
    assert story.score > other.score


def test_the_first_of_many_are_the_first_of_more(build: Build, vector: npt.NDArray[np.float32]) -> None:
    index = build([*COPIES, *DISTINCT, OTHER])
    most = found(index, vector, 100)
    assert len(most) == 100
    assert [candidate.rank for candidate in most] == [*range(1, 101)]
    for k in (1, 5, 50):
        assert found(index, vector, k) == most[:k]
    assert len({candidate.passage.text for candidate in most}) == 100
    scores = [candidate.score for candidate in most]
    assert scores == sorted(scores, reverse=True)


def test_where_passages_differ_one_search_is_enough(build: Build, vector: npt.NDArray[np.float32]) -> None:
    index = DepthIndex(build(DISTINCT))
    assert len(found(index, vector, 100)) == 100
    assert index.depths == [100]


def test_the_depth_is_bounded(
    build: Build, vector: npt.NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieval, "MAX_DEPTH", 150)
    index = DepthIndex(build([*COPIES, OTHER]))
    (story,) = found(index, vector, 10)
    assert index.depths == [100, 150]
    assert len(story.copies) == 199


HEADLINE = "Harbour bridge of Veldmoor costs 84 million"
TITLED = [
    Article("bridge", f"{HEADLINE} - BBC News", "The treasurer Ilse Brandt said so on Monday."),
    Article("ferries", "Ferries run again", "The harbour of Veldmoor is open until the bridge is repaired."),
]


def test_a_title_is_read_with_the_text_of_its_article(
    build: Build, vector: npt.NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    candidates = found(build(TITLED), vector, 10)
    read = [[(p.field, p.text) for p in candidate.passages] for candidate in candidates]
    assert read == [
        [("text", TITLED[0].text), ("title", HEADLINE)],
        [("text", TITLED[1].text), ("title", "Ferries run again")],
    ]
    monkeypatch.setattr("nutgraf.indexer.store_writer.headline", lambda _: None)
    without = found(build(TITLED), vector, 10)
    assert [c.passage.text for c in without] == [c.passage.text for c in candidates]
    assert [c.score for c in without] == pytest.approx([c.score for c in candidates], abs=0.05)
    assert [c.headline for c in without] == [None, None]


def test_of_copies_the_title_of_the_newest_is_read(build: Build, vector: npt.NDArray[np.float32]) -> None:
    day = datetime(2021, 1, 1, tzinfo=UTC)
    first = Article("first", "Harbour bridge of Veldmoor costs 80 million", STORY, published=day)
    update = replace(first, id="update", title=HEADLINE, published=day.replace(day=2))
    (candidate,) = found(build([first, update]), vector, 10)
    assert [(p.article.id, p.field) for p in candidate.passages] == [("update", "text"), ("update", "title")]
    assert [article.id for article in candidate.copies] == ["first"]


def test_it_is_read_with_the_first_passage_of_its_article_alone(
    build: Build, vector: npt.NDArray[np.float32]
) -> None:
    long = Article("long", HEADLINE, " ".join(f"{a.text} {a.text}" for a in DISTINCT[:12]))
    candidates = found(build([long]), vector, 10)
    assert len(candidates) > 1
    assert [candidate.headline is not None for candidate in candidates] == [
        number == 0 for number in range(len(candidates))
    ]


def test_a_title_stands_alone_where_no_text_of_its_article_is_found(
    build: Build, vector: npt.NDArray[np.float32]
) -> None:
    first, *_ = retrieve(build(TITLED), QUESTION, vector, 1, Filter(), RetrievalParams(depth=1))
    assert (first.passage.field, first.passage.text, first.headline) == ("title", HEADLINE, None)


def test_prints_of_a_story_are_those_of_all_passages_of_an_article() -> None:
    first, newer, unread = (Article(id=name, title="", text="It rained.") for name in ("a", "b", "c"))
    with_version = Candidate(Passage(1, first, 0, 10), 1, 1.0, None, None, versions=(newer, unread))
    without = Candidate(Passage(2, first, 0, 10), 2, 0.9, None, None)
    other = Candidate(Passage(3, newer, 0, 10), 3, 0.8, None, None)
    assert read_prints([with_version, without, other]) == {"a": [newer], "b": []}
