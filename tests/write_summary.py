"""Counts of what an `ArchiveWriter` yielded."""

from dataclasses import dataclass, field

from nutgraf.indexer.storage import ArticleStatus


@dataclass(slots=True)
class WriteSummary:
    """Counts what a run did: give every `ArticleStatus` to `count`.

    `encoded` counts passages; the other numbers count articles.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    removed: int = 0
    encoded: int = 0
    skipped: list[ArticleStatus] = field(default_factory=list)

    def count(self, status: ArticleStatus) -> None:
        """Add one article to the counts."""
        match status.status:
            case "added":
                self.added += 1
            case "updated":
                self.updated += 1
            case "unchanged":
                self.unchanged += 1
            case "duplicate":
                self.duplicate += 1
            case "skipped":
                self.skipped.append(status)

    @property
    def stored(self) -> int:
        """How many articles of the run are in the archive now."""
        return self.added + self.updated + self.unchanged + self.duplicate
