"""The seam of standing questions: what an archive keeps of them, whichever engine stores it.

Knows rows and passages; what a question, an answer or a change is, is text that the caller understands.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.errors import BadWatch
from nutgraf.indexer.storage import Ids

NEVER = -1
"""What a watch has `seen` that was not asked yet."""

MOST_CHANGES = 100
"""Changes that are kept of a watch, the newest ones. A bound on the size of the store, not compared."""

MOST_ID = (1 << 63) - 1
"""The largest id that a store can have."""


@dataclass(frozen=True, slots=True)
class WatchRow:
    """A standing question as it is kept.

    `definition` is the question with its filters, and `state` what it was answered with. `seen` is the
    highest passage id that it was compared with. `revision` grows with every edit, `created` is ISO 8601.
    """

    id: int
    definition: str
    webhook: str | None
    state: str
    seen: int
    revision: int
    created: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change of what a watch is answered with; `at` is ISO 8601."""

    id: int
    watch: int
    at: str
    body: str


@dataclass(frozen=True, slots=True)
class AddedPassages:
    """Passages that were added after others, those of an article together.

    `ids` int64 (n,), `vectors` float16 (n, dim), unit rows, or NaN where a vector is still to be made.
    `texts` have the article's title in front, `articles` are ids of articles, `days` day numbers.
    """

    ids: Ids
    vectors: npt.NDArray[np.float16]
    texts: Sequence[str]
    articles: Sequence[str]
    days: Sequence[int | None]
    sources: Sequence[str | None]


class WatchBook(Protocol):
    """The standing questions of an archive. Use it as a context manager.

    Each method that writes is one transaction, and needs no lock: several processes may write. Every method
    raises StorageFailed where the store cannot be reached, and IndexDamaged where it cannot be read.
    """

    def __enter__(self) -> Self:
        """Open the book."""
        ...

    def __exit__(self, *error: object) -> None:
        """Close the book."""
        ...

    def add(self, watches: Sequence[tuple[str, str | None]], state: str, seen: int, most: int) -> list[int]:
        """Keep (definition, webhook) pairs; return their ids in order, of known definitions the known ones.

        A known one gets the webhook in place of its own, unless that is None.
        Raises BadWatch where there would be more than `most` watches; nothing is kept then.
        """
        ...

    def rows(self, after: int = 0, limit: int | None = None) -> list[WatchRow]:
        """Return up to `limit` watches by id, beyond the id `after`."""
        ...

    def pick(self, ids: Sequence[int]) -> list[WatchRow]:
        """Return the watches of these ids by id; unknown ids are left out."""
        ...

    def edit(self, row: WatchRow) -> bool:
        """Replace definition, webhook, state and seen of the watch of this id and revision.

        False where there is none: somebody else edited or removed it.
        """
        ...

    def remove(self, ids: Sequence[int]) -> list[int]:
        """Remove watches with their changes, and return the ids that were there."""
        ...

    def record(self, row: WatchRow, state: str, seen: int, body: str | None) -> ChangeRow | None:
        """Note what a watch is answered with now, and the change if there is one; return the change.

        Nothing is noted where the watch is not as `row` has it: another run was faster, or it was edited.
        """
        ...

    def pass_over(self, rows: Sequence[WatchRow], seen: int) -> None:
        """Note that nothing up to the passage `seen` touches these watches."""
        ...

    def vectors(self, encoder: str) -> dict[int, npt.NDArray[np.float16]]:
        """Return watch -> the vector of its question, of those that this encoder made."""
        ...

    def put_vectors(self, encoder: str, vectors: Mapping[int, npt.NDArray[np.float16]]) -> None:
        """Keep vectors of questions."""
        ...

    def changes(self, after: int = 0, limit: int = 100, watch: int | None = None) -> list[ChangeRow]:
        """Return up to `limit` changes by id, beyond the id `after`; of one watch, or of all."""
        ...

    def newest_changes(self, limit: int, watch: int | None = None) -> list[ChangeRow]:
        """Return the last `limit` changes, the newest first."""
        ...

    def unsent(self, limit: int) -> Iterator[tuple[ChangeRow, str, int]]:
        """Yield (change, webhook, tries) of those that wait to be sent, oldest first.

        They are up to `limit` for each webhook: those that one of them does not take hold up no other.
        """
        ...

    def note_sent(self, change: int, tries: int | None) -> None:
        """Note that a change was sent (None), or how often it was tried in vain."""
        ...

    def cursor(self, name: str) -> int:
        """Return the id of the last change that a reader of this name has been given; 0 at first."""
        ...

    def set_cursor(self, name: str, change: int) -> None:
        """Remember the id of the last change that a reader of this name has been given."""
        ...


def too_many(count: int, most: int) -> BadWatch:
    """Return what is raised where there would be more than `most` watches."""
    return BadWatch(
        f"there would be {count:,} watches; an archive keeps {most:,} at most",
        hint="remove one that is no longer needed",
    )


def asked_already(watch: int) -> BadWatch:
    """Return what is raised where another watch has the definition of one that is edited."""
    return BadWatch(f"watch {watch} asks the same already", hint="remove one of the two, or ask otherwise")


def now() -> str:
    """Return the moment as watches and changes have it, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
