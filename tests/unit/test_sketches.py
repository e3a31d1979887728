"""Sketches in a real store: an article is found by every band of its own, and by none once it is gone."""

from pathlib import Path

from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded import sketches
from nutgraf.indexer.embedded.store import Store

ONE, TWO, THREE = (number.to_bytes(8, "little") for number in (1, 2, 3))


def article(article_id: str, text: str = "One.") -> Article:
    return Article(id=article_id, title="", text=text)


def test_a_sketch_goes_with_its_article(tmp_path: Path) -> None:
    with Store(tmp_path / "store.sqlite") as store:
        with store.atomic():
            store.put(article("a"), [])
            store.put(article("b"), [])
            sketches.put(store, "a", ONE + TWO + TWO)
            sketches.put(store, "b", TWO + THREE)
        assert sketches.of(store, ["a", "b", "c"]) == {"a": ONE + TWO + TWO, "b": TWO + THREE}
        assert sketches.sharing(store, TWO, 9) == ["a", "b"]
        assert sketches.sharing(store, TWO, 1) == ["a"]
        assert sketches.sharing(store, THREE, 9) == ["b"]
        with store.atomic():
            store.put(article("a", "Three."), [])
        assert sketches.sharing(store, ONE + TWO, 9) == ["b"]
        assert sketches.missing(store, 0, 9) == {3: "a"}
        with store.atomic():
            sketches.remove_all(store)
        assert sketches.sharing(store, ONE + TWO + THREE, 9) == []
        assert sketches.missing(store, 0, 9) == {2: "b", 3: "a"}
        assert sketches.missing(store, 0, 1) == {2: "b"}
        assert sketches.missing(store, 2, 9) == {3: "a"}
