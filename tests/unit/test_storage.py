"""The seam of storage: counting statuses, and who may know what of the engine."""

from pathlib import Path

from nutgraf.indexer.storage import ArticleStatus, WriteSummary

ROOT = Path(__file__).parents[2]


def holding(text: str, *folders: str) -> set[str]:
    """Return the files of the folders that hold the text."""
    return {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if text in path.read_text(encoding="utf-8")
    }


def test_a_summary_counts_every_status() -> None:
    summary = WriteSummary()
    statuses = [
        *(ArticleStatus("added", f"a{n}", "") for n in range(4)),
        *(ArticleStatus("updated", f"u{n}", "") for n in range(3)),
        *(ArticleStatus("unchanged", f"s{n}", "") for n in range(2)),
        ArticleStatus("duplicate", "d", ""),
        ArticleStatus("skipped", None, "x.pdf", "empty file"),
    ]
    for status in statuses:
        summary.count(status)
    assert (summary.added, summary.updated, summary.unchanged, summary.duplicate) == (4, 3, 2, 1)
    assert summary.stored == 10
    assert summary.skipped == [ArticleStatus("skipped", None, "x.pdf", "empty file")]


def test_answering_knows_no_engine() -> None:
    assert holding("indexer.embedded", "qa") == set()
    assert holding("embedded", "indexer/loaders") == set()


def test_rows_of_articles_are_changed_in_one_place() -> None:
    assert holding("UPDATE articles", "indexer", "qa", "api") == {"indexer/embedded/store.py"}
    assert holding("PRAGMA", "qa", "api") == set()
