"""A batch of rows: collected in memory, written without being seen, and seen once its number is committed.

Knows `born` and `died` of rows; does not know which head commits the batch. What a batch that died left has
a higher number than the committed one: nobody sees it, and `undo` removes it before the next batch.
"""

from collections.abc import Iterable, Mapping, Set

from nutgraf.indexer.milvus.connection import Connection, Row
from nutgraf.indexer.milvus.tables import ALIVE, PASSAGES, Table


class Batch:
    """The rows that a batch adds, and the numbers of those that it removes, by their tables."""

    def __init__(self) -> None:
        self._tables: dict[str, Table] = {}
        self._added: dict[str, dict[int, Row]] = {}
        self._dead: dict[str, set[int]] = {}

    def __bool__(self) -> bool:
        return any([*self._added.values(), *self._dead.values()])

    @property
    def touched(self) -> set[str]:
        """The names of the tables of which it adds or removes rows."""
        return {*self._added, *self._dead}

    def add(self, table: Table, row: Row) -> Row:
        """Add a row, in place of one of the batch with the same number; return it."""
        self._tables[table.name] = table
        self._added.setdefault(table.name, {})[row["row"]] = row
        return row

    def kill(self, table: Table, number: int) -> None:
        """Remove a row, be it of the batch or stored."""
        if self._added.get(table.name, {}).pop(number, None) is None:
            self._tables[table.name] = table
            self._dead.setdefault(table.name, set()).add(number)

    def added(self, table: Table) -> Mapping[int, Row]:
        """Return number -> row of those that it adds to a table."""
        return self._added.get(table.name, {})

    def dead(self, table: Table) -> Set[int]:
        """Return the numbers of the stored rows of a table that it removes."""
        return self._dead.get(table.name, set())

    def write(self, connection: Connection, number: int) -> None:
        """Write the batch under its number; it is seen when its head is written."""
        for name, rows in self._added.items():
            born = [{"born": number, "died": ALIVE} | row for row in rows.values()]
            connection.insert(self._tables[name], born)
        for name, numbers in self._dead.items():
            died = [{"row": row, "died": number} for row in sorted(numbers)]
            connection.patch(self._tables[name], died)


def undo(connection: Connection, tables: Iterable[Table], batch: int) -> None:
    """Remove from the tables what a batch beyond the committed number `batch` left."""
    for table in tables:
        connection.delete(table, f"born > {batch}")
        for column in {"died", "made"} & table.columns.keys():
            if column == "made" and table is not PASSAGES:
                connection.delete(table, f"made > {batch}")
                continue
            left = connection.rows(table, f"{column} > {batch} and {column} < {ALIVE}", ["row"])
            connection.patch(table, [{"row": row["row"], column: ALIVE} for row in left])
