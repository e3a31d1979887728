"""Sketches in a real store: an article is found by every band of its own, and by none once it is gone."""

from pathlib import Path

from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.store import Store

ONE, TWO, THREE = (number.to_bytes(8, "little") for number in (1, 2, 3))


def article(article_id: str, text: str = "One.") -> Article:
    return Article(id=article_id, title="", text=text)


def test_a_sketch_goes_with_its_article(tmp_path: Path) -> None:
    with Store(tmp_path / "store.sqlite") as store:
        with store.atomic():
            store.put(article("a"), [])
            store.put(article("b"), [])
            store.sketches.put("a", ONE + TWO + TWO)
            store.sketches.put("b", TWO + THREE)
        assert store.sketches.of(["a", "b", "c"]) == {"a": ONE + TWO + TWO, "b": TWO + THREE}
        assert store.sketches.sharing(TWO, 9) == ["a", "b"]
        assert store.sketches.sharing(TWO, 1) == ["a"]
        assert store.sketches.sharing(THREE, 9) == ["b"]
        with store.atomic():
            store.put(article("a", "Three."), [])
        assert store.sketches.sharing(ONE + TWO, 9) == ["b"]
        assert store.sketches.missing(0, 9) == {3: "a"}
        with store.atomic():
            store.sketches.remove_all()
        assert store.sketches.sharing(ONE + TWO + THREE, 9) == []
        assert store.sketches.missing(0, 9) == {2: "b", 3: "a"}
        assert store.sketches.missing(0, 1) == {2: "b"}
        assert store.sketches.missing(2, 9) == {3: "a"}
