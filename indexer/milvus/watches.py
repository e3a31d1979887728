"""The standing questions in Milvus: the `WatchBook` of any number of processes on any machines.

Knows the collections `WATCHES` and `CHANGES`; does not know what is asked or answered. What belongs together
is a batch with a head of its own, a row of `control`: a reader sees all of it or nothing, and what a writer
left that died is removed by the next one. Writers wait for each other, for moments (`claim`).
"""

import base64
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Self, TypeVar

import numpy as np
import numpy.typing as npt

from nutgraf.indexer import watches as seam
from nutgraf.indexer.errors import IndexDamaged
from nutgraf.indexer.milvus.address import MilvusAddress
from nutgraf.indexer.milvus.batch import Batch, undo
from nutgraf.indexer.milvus.claim import claimed
from nutgraf.indexer.milvus.connection import Connection, Row, connect
from nutgraf.indexer.milvus.tables import (
    ALIVE,
    CHANGES,
    SENT,
    WATCHED,
    WATCHES,
    both,
    cut,
    key_of,
    visible,
)
from nutgraf.indexer.watches import MOST_ID, ChangeRow, WatchRow, asked_already, now, too_many

T = TypeVar("T")

WAIT_SECONDS = 30.0
"""How long a writer waits for others, as long as for SQLite. Not compared."""

_HEAD = "watches"
_READER = "reader:"
_KEPT = 64  # batches whose removed rows are kept for those who read just now; not compared
_WINDOW = 1000  # ids of changes that are looked through at first; not compared

_WATCH = ["row", "watch", "definition", "webhook", "state", "seen", "revision", "created"]
_WHOLE = [*_WATCH, "key", "encoder", "vector"]
_CHANGE = ["row", "watch", "at", "body"]

_turns: defaultdict[MilvusAddress, Lock] = defaultdict(Lock)
"""Threads of this process wait here, rather than for each other's claims."""


@dataclass(frozen=True, slots=True)
class _Head:
    """Everything up to `batch` is committed, and what was removed up to the batch `cleaned` is deleted.

    `row`, `watch` and `change` are the highest numbers given.
    """

    batch: int = 0
    row: int = 0
    watch: int = 0
    change: int = 0
    cleaned: int = 0


class MilvusWatches:
    """The standing questions of one archive. The methods are described in `indexer.watches`."""

    def __init__(self, address: MilvusAddress, *, readonly: bool = False) -> None:
        self._connection = connect(address, make=not readonly)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing: the connection is that of the process."""

    # --- watches ------------------------------------------------------------------------------------

    def add(self, watches: Sequence[tuple[str, str | None]], state: str, seen: int, most: int) -> list[int]:
        """Keep watches; return their ids in order, those of known definitions among them.

        A known one gets the webhook, unless none is named.
        """
        webhooks, created = dict(watches), now()
        with self._writing() as batch:
            stored = batch.watches("key", [*map(key_of, webhooks)])
            known = {row["key"]: row for row in stored}
            ids: dict[str, int] = {}
            for definition, webhook in webhooks.items():
                row = known.get(key_of(definition))
                if row is None:
                    row = batch.put_watch(_new(definition, webhook, state, seen, created))
                elif webhook is not None and webhook != row["webhook"]:
                    batch.put_watch(row | {"webhook": webhook, "revision": row["revision"] + 1})
                ids[definition] = row["watch"]
            count = self._connection.count(WATCHES, visible(batch.head.batch)) + len(ids) - len(known)
            if count > most:
                raise too_many(count, most)
        return [ids[definition] for definition, _ in watches]

    def rows(self, after: int = 0, limit: int | None = None) -> list[WatchRow]:
        """Return watches by id."""

        def read(head: _Head) -> list[WatchRow]:
            where = both(visible(head.batch), f"watch > {after}")
            if limit is None:
                return _watches(self._connection.every_row(WATCHES, where, _WATCH))
            places = [*self._connection.every_row(WATCHES, where, ["row", "watch"])]
            places.sort(key=lambda row: int(row["watch"]))
            numbers = [row["row"] for row in places[:limit]]
            return _watches(self._connection.rows_among(WATCHES, "row", numbers, _WATCH))

        return self._read(read, [])

    def pick(self, ids: Sequence[int]) -> list[WatchRow]:
        """Return the watches of these ids by id."""
        wanted = _possible(ids)

        def read(head: _Head) -> list[WatchRow]:
            return _watches(
                self._connection.rows_among(WATCHES, "watch", wanted, _WATCH, visible(head.batch))
            )

        return self._read(read, [])

    def edit(self, row: WatchRow) -> bool:
        """Replace a watch of this revision."""
        with self._writing() as batch:
            key = key_of(row.definition)
            if clash := [w["watch"] for w in batch.watches("key", [key]) if w["watch"] != row.id]:
                raise asked_already(clash[0])
            stored = [w for w in batch.watches("watch", _possible([row.id])) if w["revision"] == row.revision]
            for watch in stored:
                batch.put_watch(
                    watch
                    | _new(row.definition, row.webhook, row.state, row.seen, row.created)
                    | {"revision": row.revision + 1}
                )
        return bool(stored)

    def remove(self, ids: Sequence[int]) -> list[int]:
        """Remove watches with their changes."""
        with self._writing() as batch:
            there = batch.watches("watch", _possible(ids))
            batch.remove(there)
        return sorted(row["watch"] for row in there)

    def pass_over(self, rows: Sequence[WatchRow], seen: int) -> None:
        """Note that nothing up to a passage touches these watches; each row changes by itself."""
        expected = {row.id: (row.revision, row.seen) for row in rows}
        if not expected:
            return
        with self._writing() as batch:
            stored = batch.watches("watch", [*expected], ["row", "watch", "revision", "seen"])
            same = [w for w in stored if (w["revision"], w["seen"]) == expected[w["watch"]]]
            self._connection.patch(WATCHES, [{"row": w["row"], "seen": seen} for w in same])

    def vectors(self, encoder: str) -> dict[int, npt.NDArray[np.float16]]:
        """Return watch -> the vector of its question."""

        def read(head: _Head) -> dict[int, npt.NDArray[np.float16]]:
            where = both(visible(head.batch), f'encoder == "{key_of(encoder)}"')
            rows = self._connection.every_row(WATCHES, where, ["watch", "vector"])
            return {row["watch"]: np.frombuffer(base64.b64decode(row["vector"]), "<f2") for row in rows}

        return self._read(read, {})

    def put_vectors(self, encoder: str, vectors: Mapping[int, npt.NDArray[np.float16]]) -> None:
        """Keep vectors of questions; each row changes by itself."""
        written = {
            watch: base64.b64encode(vector.astype("<f2").tobytes()).decode()
            for watch, vector in vectors.items()
        }
        with self._writing() as batch:
            patches = [
                {"row": row["row"], "encoder": key_of(encoder), "vector": written[row["watch"]]}
                for row in batch.watches("watch", [*written], ["row", "watch"])
            ]
            self._connection.patch(WATCHES, patches)

    # --- changes ------------------------------------------------------------------------------------

    def record(self, row: WatchRow, state: str, seen: int, body: str | None) -> ChangeRow | None:
        """Note a watch's new state and its change, unless the watch is not as it was."""
        with self._writing() as batch:
            stored = next(iter(batch.watches("watch", _possible([row.id]))), None)
            if stored is None or _version(_watch(stored)) != _version(row):
                return None
            batch.put_watch(stored | {"state": cut(state), "seen": seen})
            if body is None:
                return None
            return batch.put_change(row.id, body, SENT if row.webhook is None else 0)

    def changes(self, after: int = 0, limit: int = 100, watch: int | None = None) -> list[ChangeRow]:
        """Return changes by id."""
        return self._read(lambda head: self._changes(head, watch, limit, after=after), [])

    def newest_changes(self, limit: int, watch: int | None = None) -> list[ChangeRow]:
        """Return the last changes, the newest first."""
        return self._read(lambda head: self._changes(head, watch, limit, newest=True), [])

    def unsent(self, limit: int) -> Iterator[tuple[ChangeRow, str, int]]:
        """Yield (change, webhook, tries) of those that wait to be sent, so many for each webhook."""

        def read(head: _Head) -> list[tuple[ChangeRow, str, int]]:
            seen = visible(head.batch)
            waiting = [
                *self._connection.every_row(CHANGES, f"{seen} and tries > {SENT}", [*_CHANGE, "tries"])
            ]
            waiting.sort(key=lambda row: int(row["row"]))
            ids = [row["watch"] for row in waiting]
            watches = self._connection.rows_among(WATCHES, "watch", ids, ["watch", "webhook"], seen)
            webhooks = {row["watch"]: str(row["webhook"]) for row in watches}
            places: Counter[str] = Counter()
            unsent: list[tuple[ChangeRow, str, int]] = []
            for row in waiting:
                webhook = webhooks.get(row["watch"])
                places[webhook or ""] += 1
                if webhook and places[webhook] <= limit:
                    unsent.append((_change(row), webhook, int(row["tries"])))
            return unsent

        nothing: list[tuple[ChangeRow, str, int]] = []
        yield from self._read(read, nothing)

    def note_sent(self, change: int, tries: int | None) -> None:
        """Note that a change was sent, or how often it was tried."""
        with self._writing() as batch:
            stored = self._connection.rows(
                CHANGES, f"row == {change} and {visible(batch.head.batch)}", ["row"]
            )
            value = SENT if tries is None else tries
            self._connection.patch(CHANGES, [{"row": row["row"], "tries": value} for row in stored])

    def cursor(self, name: str) -> int:
        """Return the last change that a reader has been given."""
        if not self._connection.has_tables():
            return 0
        return int(self._connection.control().get(_READER + name, "0"))

    def set_cursor(self, name: str, change: int) -> None:
        """Remember the last change that a reader has been given."""
        self._connection.make_tables()
        self._connection.set_control(_READER + name, str(change))

    # --- inside -------------------------------------------------------------------------------------

    def _read(self, read: Callable[[_Head], T], nothing: T) -> T:
        """Return what is read of one batch; `nothing` where no watch was ever kept.

        It is read again where rows of that batch may have been deleted meanwhile.
        """
        if not _is_kept(self._connection):
            return nothing
        head = _head(self._connection)
        while True:
            result = read(head)
            newest = _head(self._connection)
            if newest.cleaned <= head.batch:
                return result
            head = newest

    def _changes(
        self, head: _Head, watch: int | None, limit: int, *, after: int = 0, newest: bool = False
    ) -> list[ChangeRow]:
        """Return up to `limit` changes beyond an id.

        Milvus does not sort. Ids were given one after another, so ranges of them are looked through, from one
        end, until enough are there; those of one watch are few and are all read.
        """
        where = both(visible(head.batch), "" if watch is None else f"watch == {watch}")
        low, high = max(0, after), head.change
        width = _WINDOW if watch is None else high + 1
        ids: list[int] = []
        while low < high and len(ids) < limit:
            first, last = (max(low, high - width), high) if newest else (low, min(high, low + width))
            there = self._connection.rows(CHANGES, both(where, f"row > {first} and row <= {last}"), ["row"])
            ids += sorted((row["row"] for row in there), reverse=newest)
            low, high, width = (low, first, 2 * width) if newest else (last, high, 2 * width)
        rows = {row["row"]: row for row in self._connection.rows_among(CHANGES, "row", ids[:limit], _CHANGE)}
        return [_change(rows[number]) for number in ids[:limit]]

    @contextmanager
    def _writing(self) -> Iterator["_WatchBatch"]:
        """Give the batch of the one writer for a block, and commit it; nothing where the block raises.

        Raises IndexLocked where others write for longer than `WAIT_SECONDS`.
        """
        connection = self._connection
        connection.make_tables()
        with _turns[connection.address], claimed(connection, "watching", WAIT_SECONDS) as claim:
            for table in WATCHED:
                connection.make(table)
            head = _head(connection)
            if any(connection.rows(table, _left(head.batch), ["row"], limit=1) for table in WATCHED):
                undo(connection, WATCHED, head.batch)
            batch = _WatchBatch(connection, head)
            yield batch
            if batch.rows:
                batch.rows.write(connection, head.batch + 1)
                claim.check()
                batch.commit()


class _WatchBatch:
    """A batch of watches and changes, by the one writer; `head` is what was committed before it."""

    def __init__(self, connection: Connection, head: _Head) -> None:
        self.rows = Batch()
        self.head = head
        self._connection = connection
        self._next = head

    def watches(
        self, column: str, values: Sequence[int] | Sequence[str], columns: Sequence[str] = _WHOLE
    ) -> list[Row]:
        """Return the committed rows of the watches of which a column has one of the values."""
        return self._connection.rows_among(WATCHES, column, values, columns, visible(self.head.batch))

    def put_watch(self, row: Row) -> Row:
        """Store a row of a watch, in place of the one that it was made from; a new one gets an id."""
        if "row" in row:
            self.rows.kill(WATCHES, row["row"])
        else:
            self._next = replace(self._next, watch=self._next.watch + 1)
        self._next = replace(self._next, row=self._next.row + 1)
        return self.rows.add(WATCHES, {"watch": self._next.watch, **row, "row": self._next.row})

    def put_change(self, watch: int, body: str, tries: int) -> ChangeRow:
        """Store a change, and remove the oldest ones of the watch beyond `MOST_CHANGES`."""
        where = both(visible(self.head.batch), f"watch == {watch}")
        older = sorted(row["row"] for row in self._connection.rows(CHANGES, where, ["row"]))
        for number in older[: max(0, len(older) + 1 - seam.MOST_CHANGES)]:
            self.rows.kill(CHANGES, number)
        self._next = replace(self._next, change=self._next.change + 1)
        row = {"row": self._next.change, "watch": watch, "at": now(), "body": cut(body), "tries": tries}
        return _change(self.rows.add(CHANGES, row))

    def remove(self, watches: Sequence[Row]) -> None:
        """Remove watches with their changes."""
        ids, seen = [row["watch"] for row in watches], visible(self.head.batch)
        for watch in watches:
            self.rows.kill(WATCHES, watch["row"])
        for change in self._connection.rows_among(CHANGES, "watch", ids, ["row"], seen):
            self.rows.kill(CHANGES, change["row"])

    def commit(self) -> None:
        """Write the head of the batch, and delete what nobody reads any more."""
        batch, cleaned = self.head.batch + 1, self.head.cleaned
        is_due = batch - cleaned >= 2 * _KEPT
        head = replace(self._next, batch=batch, cleaned=batch - _KEPT if is_due else cleaned)
        self._connection.set_control(_HEAD, json.dumps(asdict(head)))
        if is_due:
            for table in WATCHED:
                self._connection.delete(table, f"died <= {head.cleaned}")


def has_watches(address: MilvusAddress) -> bool:
    """Whether standing questions may be kept at an address; nothing is made to find out."""
    if address.is_lite and not Path(address.uri).is_dir():
        return False
    return _is_kept(connect(address))


def _is_kept(connection: Connection) -> bool:
    return connection.has_tables() and all(map(connection.has, WATCHED))


def _head(connection: Connection) -> _Head:
    written = connection.control().get(_HEAD)
    if written is None:
        return _Head()
    try:
        return _Head(**json.loads(written))
    except (ValueError, TypeError) as error:
        raise IndexDamaged(
            f"the row {_HEAD!r} of {connection.address} is not what nutgraf wrote: {error}",
            hint="restore the database from a backup",
        ) from error


def _left(batch: int) -> str:
    """Return the condition on rows that a batch touched that was never committed."""
    return f"born > {batch} or (died > {batch} and died < {ALIVE})"


def _possible(ids: Sequence[int]) -> list[int]:
    return sorted({number for number in ids if 0 < number <= MOST_ID})


def _new(definition: str, webhook: str | None, state: str, seen: int, created: str) -> Row:
    """Return the row of a watch whose question has no vector yet, without its id and number."""
    return {
        "key": key_of(definition),
        "definition": cut(definition),
        "webhook": webhook or "",
        "state": cut(state),
        "seen": seen,
        "revision": 1,
        "created": created,
        "encoder": "",
        "vector": "",
    }


def _watches(rows: Iterator[Row] | Sequence[Row]) -> list[WatchRow]:
    return sorted(map(_watch, rows), key=lambda watch: watch.id)


def _watch(row: Row) -> WatchRow:
    return WatchRow(
        id=row["watch"],
        definition="".join(row["definition"]),
        webhook=row["webhook"] or None,
        state="".join(row["state"]),
        seen=row["seen"],
        revision=row["revision"],
        created=row["created"],
    )


def _version(watch: WatchRow) -> tuple[int, int, str]:
    return watch.revision, watch.seen, watch.state


def _change(row: Row) -> ChangeRow:
    return ChangeRow(row["row"], row["watch"], row["at"], "".join(row["body"]))
