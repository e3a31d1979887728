"""The standing questions in the store: the embedded `WatchBook`.

Knows the tables `watches` and `watch_changes`; does not know what is asked or answered. SQLite lets several
processes write, one transaction after another, so that questions can be added while articles are indexed.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from nutgraf.indexer import watches as seam
from nutgraf.indexer.embedded.database import Database
from nutgraf.indexer.embedded.store import FILENAME
from nutgraf.indexer.errors import StorageFailed
from nutgraf.indexer.watches import MOST_ID, ChangeRow, WatchRow, asked_already, now, too_many

_WITH_WATCHES = 5
_COLUMNS = "id, definition, webhook, state, seen, revision, created"
_CURSOR = "watch cursor:"


class EmbeddedWatches:
    """The standing questions of one index. The methods are described in `indexer.watches`."""

    def __init__(self, folder: Path, *, readonly: bool = False) -> None:
        self._readonly = readonly
        if not readonly:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StorageFailed(
                    f"{folder} cannot be written: {error.strerror}", hint="choose another folder with --index"
                ) from error
        self._db = Database(folder / FILENAME, readonly=readonly)
        self._is_old = self._db.version < _WITH_WATCHES  # read only: an older nutgraf wrote it

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def add(self, watches: Sequence[tuple[str, str | None]], state: str, seen: int, most: int) -> list[int]:
        """Keep watches; return their ids in order, those of known definitions among them.

        A known one gets the webhook, unless none is named.
        """
        created, sql = now(), "SELECT definition, id FROM watches WHERE definition IN ({})"
        definitions = [definition for definition, _ in watches]
        with self._db.atomic():
            known = dict(self._db.rows_in(sql, definitions))
            self._db.run_each(
                "INSERT INTO watches (definition, webhook, state, seen, revision, created)"
                " VALUES (?, ?, ?, ?, 1, ?)",
                [
                    (definition, webhook, state, seen, created)
                    for definition, webhook in dict(watches).items()
                    if definition not in known
                ],
            )
            self._db.run_each(
                "UPDATE watches SET webhook = ?, revision = revision + 1"
                " WHERE definition = ? AND webhook IS NOT ?",
                [
                    (webhook, definition, webhook)
                    for definition, webhook in dict(watches).items()
                    if webhook is not None
                ],
            )
            (count,) = self._db.one("SELECT count(*) FROM watches")
            if count > most:
                raise too_many(count, most)
            ids = dict(self._db.rows_in(sql, definitions))
        return [ids[definition] for definition in definitions]

    def rows(self, after: int = 0, limit: int | None = None) -> list[WatchRow]:
        """Return watches by id."""
        if self._is_old:
            return []
        sql = f"SELECT {_COLUMNS} FROM watches WHERE id > ? ORDER BY id LIMIT ?"
        return [WatchRow(*row) for row in self._db.rows(sql, (after, -1 if limit is None else limit))]

    def pick(self, ids: Sequence[int]) -> list[WatchRow]:
        """Return the watches of these ids by id."""
        if self._is_old:
            return []
        sql = f"SELECT {_COLUMNS} FROM watches WHERE id IN ({{}})"
        wanted = sorted({number for number in ids if 0 < number <= MOST_ID})
        return sorted((WatchRow(*row) for row in self._db.rows_in(sql, wanted)), key=lambda row: row.id)

    def edit(self, row: WatchRow) -> bool:
        """Replace a watch of this revision."""
        with self._db.atomic():
            clash = self._db.one(
                "SELECT id FROM watches WHERE definition = ? AND id <> ?", (row.definition, row.id)
            )
            if clash:
                raise asked_already(clash[0])
            self._db.run(
                "UPDATE watches SET definition = ?, webhook = ?, state = ?, seen = ?, vector = NULL,"
                " revision = revision + 1 WHERE id = ? AND revision = ?",
                (row.definition, row.webhook, row.state, row.seen, row.id, row.revision),
            )
            return self._changed()

    def remove(self, ids: Sequence[int]) -> list[int]:
        """Remove watches with their changes."""
        with self._db.atomic():
            there = [row.id for row in self.pick(ids)]
            self._db.run_each("DELETE FROM watches WHERE id = ?", [(number,) for number in there])
        return there

    def record(self, row: WatchRow, state: str, seen: int, body: str | None) -> ChangeRow | None:
        """Note a watch's new state and its change, unless the watch is not as it was."""
        with self._db.atomic():
            self._db.run(
                "UPDATE watches SET state = ?, seen = ? WHERE id = ? AND revision = ? AND seen = ?"
                " AND state = ?",
                (state, seen, row.id, row.revision, row.seen, row.state),
            )
            if not self._changed() or body is None:
                return None
            tries, at = None if row.webhook is None else 0, now()
            change = self._db.run(
                "INSERT INTO watch_changes (watch, at, body, tries) VALUES (?, ?, ?, ?)",
                (row.id, at, body, tries),
            )
            self._db.run(
                "DELETE FROM watch_changes WHERE watch = ? AND id NOT IN"
                " (SELECT id FROM watch_changes WHERE watch = ? ORDER BY id DESC LIMIT ?)",
                (row.id, row.id, seam.MOST_CHANGES),
            )
            return ChangeRow(int(change or 0), row.id, at, body)

    def pass_over(self, rows: Sequence[WatchRow], seen: int) -> None:
        """Note that nothing up to a passage touches these watches."""
        with self._db.atomic():
            self._db.run_each(
                "UPDATE watches SET seen = ? WHERE id = ? AND revision = ? AND seen = ?",
                [(seen, row.id, row.revision, row.seen) for row in rows],
            )

    def vectors(self, encoder: str) -> dict[int, npt.NDArray[np.float16]]:
        """Return watch -> the vector of its question."""
        sql = "SELECT id, vector FROM watches WHERE encoder = ? AND vector IS NOT NULL"
        return {row[0]: np.frombuffer(row[1], "<f2") for row in self._db.rows(sql, (encoder,))}

    def put_vectors(self, encoder: str, vectors: Mapping[int, npt.NDArray[np.float16]]) -> None:
        """Keep vectors of questions."""
        with self._db.atomic():
            self._db.run_each(
                "UPDATE watches SET encoder = ?, vector = ? WHERE id = ?",
                [(encoder, row.astype("<f2").tobytes(), number) for number, row in vectors.items()],
            )

    def changes(self, after: int = 0, limit: int = 100, watch: int | None = None) -> list[ChangeRow]:
        """Return changes by id."""
        return self._changes("id > ?", (after,), "ASC", limit, watch)

    def newest_changes(self, limit: int, watch: int | None = None) -> list[ChangeRow]:
        """Return the last changes, the newest first."""
        return self._changes("1", (), "DESC", limit, watch)

    def unsent(self, limit: int) -> Iterator[tuple[ChangeRow, str, int]]:
        """Yield (change, webhook, tries) of those that wait to be sent, so many for each webhook."""
        if self._is_old:
            return
        rows = self._db.rows(
            "SELECT id, watch, at, body, webhook, tries FROM (SELECT c.*, w.webhook,"
            " row_number() OVER (PARTITION BY w.webhook ORDER BY c.id) AS place FROM watch_changes c"
            " JOIN watches w ON w.id = c.watch"
            " WHERE c.tries IS NOT NULL AND w.webhook IS NOT NULL) WHERE place <= ? ORDER BY id",
            (limit,),
        )
        for row in [*rows]:  # all at once: the caller writes between two of them
            yield ChangeRow(*row[:4]), row[4], row[5]

    def note_sent(self, change: int, tries: int | None) -> None:
        """Note that a change was sent, or how often it was tried."""
        with self._db.atomic():
            self._db.run("UPDATE watch_changes SET tries = ? WHERE id = ?", (tries, change))

    def cursor(self, name: str) -> int:
        """Return the last change that a reader has been given."""
        row = self._db.one("SELECT value FROM state WHERE key = ?", (_CURSOR + name,))
        return int(row[0]) if row else 0

    def set_cursor(self, name: str, change: int) -> None:
        """Remember the last change that a reader has been given."""
        with self._db.atomic():
            self._db.run("INSERT OR REPLACE INTO state VALUES (?, ?)", (_CURSOR + name, str(change)))

    # --- inside -------------------------------------------------------------------------------------

    def _changes(
        self, condition: str, values: Sequence[object], order: str, limit: int, watch: int | None
    ) -> list[ChangeRow]:
        if self._is_old:
            return []
        of_watch, ids = ("", ()) if watch is None else (" AND watch = ?", (watch,))
        rows = self._db.rows(
            f"SELECT id, watch, at, body FROM watch_changes WHERE {condition}{of_watch}"
            f" ORDER BY id {order} LIMIT ?",
            (*values, *ids, limit),
        )
        return [ChangeRow(*row) for row in rows]

    def _changed(self) -> bool:
        """Whether the last statement changed a row."""
        return bool(self._db.one("SELECT changes()")[0])
