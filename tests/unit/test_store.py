"""The store: what goes in comes out, all or nothing, ids never reused."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.article_store import NewPassage, vector_hash
from nutgraf.indexer.embedded.columns import Columns
from nutgraf.indexer.embedded.store import Store
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.storage import OutletCount


def article(article_id: str, text: str = "One. Two.", **more: object) -> Article:
    return Article(id=article_id, title="Title", text=text, **more)  # type: ignore[arg-type]


def put(store: Store, item: Article, *spans: tuple[int, int]) -> None:
    keys = {vector_hash(item.text[s:e]): np.full(4, i + 1, np.float16) for i, (s, e) in enumerate(spans)}
    with store.atomic():
        store.put_vectors(keys)
        store.put(item, [NewPassage(s, e, vector_hash(item.text[s:e])) for s, e in spans])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store.sqlite")


def test_an_article_comes_back_as_it_went_in(store: Store) -> None:
    given = article(
        "a\u00e9\u4e2d😀",
        url="https://example.org/x",
        source="Example",
        authors=("A B", "C"),
        published=datetime(2016, 1, 27, tzinfo=UTC),
        published_from="byline",
        modified=datetime(2016, 1, 28, 9, tzinfo=UTC),
        origin="seeds/a.txt",
        cluster="c",
        page_breaks=(3, 4),
    )
    put(store, given, (0, 4))
    found = store.articles([given.id])[given.id]
    assert found.ingested_at is not None
    assert found.ingested_at.tzinfo is UTC or found.ingested_at.utcoffset() is not None
    assert found.content_hash == given.content_hash == store.content_hashes([given.id])[given.id]
    assert (found.title, found.text, found.url, found.source, found.authors) == (
        given.title, given.text, given.url, given.source, given.authors,
    )  # fmt: skip
    assert (found.published, found.published_from) == (given.published, "byline")
    assert (found.modified, found.page_breaks) == (given.modified, (3, 4))
    assert (found.origin, found.cluster) == ("seeds/a.txt", "c")


def test_replacing_gives_new_passage_ids_and_tombstones(store: Store) -> None:
    put(store, article("a"), (0, 4), (5, 9))
    assert sorted(store.passages([1, 2, 3])) == [1, 2]
    put(store, article("a", "Three."), (0, 6))
    assert store.tombstones() == [1, 2]
    assert store.last_passage() == 3
    assert store.passages([1, 2, 3])[3].article_id == "a"
    assert store.counts().articles == store.counts().passages == 1


def test_ids_are_never_given_twice(store: Store) -> None:
    put(store, article("a"), (0, 4))
    with store.atomic():
        assert store.remove(["a", "unknown"]) == ["a"]
        store.clear_tombstones([1])
    put(store, article("b"), (0, 4))
    assert list(store.passages([1, 2])) == [2]


def test_a_failing_transaction_leaves_nothing(store: Store) -> None:
    put(store, article("a"), (0, 4))
    with pytest.raises(AssertionError), store.atomic():
        store.put(article("a"), [NewPassage(0, 99, b"x")])
    assert store.counts().articles == 1
    assert store.tombstones() == []


@pytest.mark.parametrize("span", [(3, 3), (4, 2), (-1, 2), (0, 99)])
def test_a_span_that_is_no_quote_is_refused(store: Store, span: tuple[int, int]) -> None:
    with pytest.raises(AssertionError), store.atomic():
        store.put(article("a"), [NewPassage(*span, b"x")])
    assert store.counts().articles == 0


def test_vectors_come_by_id_and_are_shared_by_equal_text(store: Store) -> None:
    put(store, article("a"), (0, 4), (5, 9))
    with store.atomic():
        store.put(article("b"), [NewPassage(0, 4, vector_hash("One."))])
    chunks = list(store.vectors(chunk=2))
    assert [ids.tolist() for ids, _ in chunks] == [[1, 2], [3]]
    assert [rows[:, 0].tolist() for _, rows in chunks] == [[1.0, 2.0], [1.0]]
    assert [ids.tolist() for ids, _ in store.vectors(after=2)] == [[3]]


@pytest.mark.parametrize("few", [0, 50_000])
def test_vectors_that_are_to_be_made_later(store: Store, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nutgraf.indexer.embedded.store._FEW", few)
    one, two = vector_hash("One."), vector_hash("Two.")
    for number, day in enumerate([None, 1, 2]):
        published = datetime(2020, 1, day, tzinfo=UTC) if day else None
        with store.atomic():
            store.expect_vectors([one, two])
            spans = [NewPassage(0, 4, one)] if number else [NewPassage(0, 4, one), NewPassage(5, 9, two)]
            store.put(article(f"a{number}", published=published), spans)
    assert (store.count_unencoded(), store.unencoded(9), store.unencoded(2)) == (4, [4, 3, 1, 2], [4, 3])
    assert (store.known_vectors([one, two]), [*store.vectors()]) == (set(), [])
    assert store.vector_hashes([1, 2, 3, 99]) == {1: one, 2: two, 3: one}
    with store.atomic():
        store.put_vectors({one: np.full(4, 1, np.float16)})
        store.put_vectors({one: np.full(4, 2, np.float16)})
        store.expect_vectors([one])
    assert (store.count_unencoded(), store.unencoded(9), store.known_vectors([one, two])) == (1, [2], {one})
    ((ids, rows),) = store.vectors()
    assert (ids.tolist(), rows[:, 0].tolist()) == ([1, 3, 4], [1.0, 1.0, 1.0])


def test_unused_vectors_go_with_their_tombstones(store: Store) -> None:
    put(store, article("a"), (0, 4))
    with store.atomic():
        store.remove(["a"])
    assert store.known_vectors([vector_hash("One.")])
    with store.atomic():
        store.clear_tombstones(store.tombstones())
    assert not store.known_vectors([vector_hash("One.")])


def test_filters_pass_by_day_and_outlet(store: Store) -> None:
    for number, (source, day) in enumerate([("CNN", 1), ("bbc", 2), (None, 3), ("cnn", None)], start=1):
        published = datetime(2020, 1, day, 23, tzinfo=UTC) if day else None
        put(store, article(f"a{number}", source=source, published=published), (0, 4))
    columns = Columns.of(store.days_and_outlets(np.arange(1, 6)))
    passing = {
        Filter(): [1, 2, 3, 4, 5],
        Filter(first=date(2020, 1, 2)): [2, 3],
        Filter(last=date(2020, 1, 2)): [1, 2],
        Filter(sources=("Cnn",)): [1, 4],
        Filter(first=date(2020, 1, 1), last=date(2020, 1, 1), sources=("cnn", "BBC")): [1],
        Filter(sources=("'; DROP TABLE articles; --",)): [],
    }
    for allow, expected in passing.items():
        assert (np.flatnonzero(columns.passing(allow)) + 1).tolist() == expected


def test_passage_texts_are_quotes_in_code_points(store: Store) -> None:
    text = "😀 Ünï. Zweite — “Satz”."
    put(
        store,
        article("a", text, source="s", published=datetime(1970, 1, 3, tzinfo=UTC)),
        (2, 6),
        (7, len(text)),
    )
    rows = list(store.passage_texts(0))
    assert [row[2] for row in rows] == [text[2:6], text[7:]]
    assert rows[0] == (1, "Title", "Ünï.", "s", 2)


def test_articles_are_listed_by_id_page_by_page(store: Store) -> None:
    for number in (3, 1, 4, 2):
        put(store, article(f"a{number}", source="x" if number % 2 else "y"), (0, 4))
    assert [a.id for a in store.page(Filter(), None, 3)] == ["a1", "a2", "a3"]
    assert [a.id for a in store.page(Filter(), "a3", 3)] == ["a4"]
    assert store.page(Filter(), "a4", 3) == []
    assert [a.id for a in store.page(Filter(sources=("X",)), None, 9)] == ["a1", "a3"]
    assert [a.id for a in store.page(Filter(sources=("x",)), "a1", 9)] == ["a3"]


def test_outlets_come_by_count_then_name(store: Store) -> None:
    for number, source in enumerate(["b", "a", "c", "c", None]):
        put(store, article(f"a{number}", source=source), (0, 4))
    assert store.outlets() == (OutletCount("c", 2), OutletCount("a", 1), OutletCount("b", 1))
    assert store.published_range() == (None, None)


def test_parted_and_joined_clusters(store: Store) -> None:
    for article_id in "abc":
        put(store, article(article_id, cluster="old"), (0, 4))
    with store.atomic():
        store.part(["a", "b"])
    assert store.clusters(["a", "b", "c", "d"]) == {"a": "a", "b": "b", "c": "old"}
    with store.atomic():
        store.join("a", ["b", "old"])
    assert store.cluster_members(["a", "b", "old"]) == {"a": "a", "b": "a", "c": "a"}
    with store.atomic():
        store.part()
    assert store.clusters(["a", "b", "c"]) == {"a": "a", "b": "b", "c": "c"}
