"""The seam of storage: who may know what of the engine."""

from pathlib import Path

ROOT = Path(__file__).parents[2]


def holding(text: str, *folders: str) -> set[str]:
    """Return the files of the folders that hold the text."""
    return {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if text in path.read_text(encoding="utf-8")
    }


def test_answering_knows_no_engine() -> None:
    assert holding("indexer.embedded", "qa", "indexer/loaders") == set()


def test_rows_of_articles_are_changed_in_one_place() -> None:
    assert holding("UPDATE articles", "indexer", "qa", "api") == {"indexer/embedded/store.py"}
    assert holding("PRAGMA", "qa", "api") == set()
