"""A connection to Milvus: rows in, rows out, every failure one clear error. The one home of pymilvus.

Knows how Milvus is spoken to; does not know what the tables are for.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.errors import IndexerError, IndexLocked, IndexMismatch, IndexMissing, StorageFailed
from nutgraf.indexer.milvus.address import PREFIX, TOKEN, TOKEN_FILE, MilvusAddress
from nutgraf.indexer.milvus.tables import CONTROL, INDEXED, TABLES, VARCHAR_BYTES, VECTORS, Table, vectors_of
from nutgraf.indexer.storage import Ids, IndexState, Scores, by_score

Row: TypeAlias = dict[str, Any]
Vector: TypeAlias = "npt.NDArray[np.float32] | Mapping[int, float]"

MOST_ROWS = 16_384
"""The most rows that Milvus returns at once."""

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
WRITE_SECONDS = 60.0
"""How long a call may take, its repetitions included. Not compared with other limits."""

_LISTED = 1000  # values of a column that are looked for in one call; not compared
_PAUSE_SECONDS = 0.5  # between two tries
_ARRAY_CAPACITY = 1024
_SCORE_DIGITS = 4  # as the embedded engine: the order in which a score is summed varies in the last bits
_PASSAGE_BYTES = 1500  # a passage without its vector; docs/scale.md, "Sizes"
_DUMMY = "nothing"  # Milvus Lite makes no collection without a vector

_DENIED = ("unauthenticated", "auth check", "permission", "privilege")
_TOO_MUCH = ("quota", "rate limit", "ratelimit", "deny to write", "memory limit", "disk limit")
_UNREACHABLE = ("timeout", "deadline", "unavailable", "fail connecting", "refused", "channel", "socket")
"""Words of messages by which failures are told apart: codes differ between Milvus, Lite and gRPC."""

_open: dict[MilvusAddress, "Connection"] = {}
_opening = Lock()


def connect(address: MilvusAddress, *, make: bool = False) -> "Connection":
    """Return this process's connection; `make` lets Milvus Lite make its folder.

    Raises StorageFailed where no Milvus answers, IndexMissing where folder or database are not there,
    IndexLocked where another process has Milvus Lite open.
    """
    with _opening:
        if address not in _open:
            if address.is_lite and not make and not Path(address.uri).is_dir():
                raise missing(address)
            _open[address] = Connection(address)
        return _open[address]


def disconnect() -> None:
    """Close all connections of this process; Milvus Lite lets other processes open its folders then."""
    with _opening:
        for connection in _open.values():
            connection.close()
        _open.clear()


def missing(address: MilvusAddress) -> IndexMissing:
    """Return what is raised where there is no archive."""
    return IndexMissing(
        f"there is no index in {address}", hint=f"nutgraf index PATH_TO_ARTICLES --index {address}"
    )


class Connection:
    """A connection that threads may share. Every method raises StorageFailed where Milvus does not answer."""

    def __init__(self, address: MilvusAddress) -> None:
        self.address = address
        self._checked = False
        self._there: set[str] = set()  # collections beyond `TABLES` that were checked
        # gRPC writes to the standard error what is raised as well.
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")
        try:
            import pymilvus
        except ImportError as error:
            raise StorageFailed(
                f"{address} needs the extra milvus, which is not installed",
                hint="python -m pip install 'nutgraf[milvus]'",
            ) from error
        # Every failure is logged with a traceback, and raised as well: here it becomes one message.
        for name in ("pymilvus", "milvus_lite"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        self._library = pymilvus
        with self._mapped(CONNECT_SECONDS):
            self._client = pymilvus.MilvusClient(
                uri=address.uri, token=address.token, db_name=address.database, timeout=CONNECT_SECONDS
            )
            # Milvus Lite can serve a port, too.
            self._is_lite = "lite" in self._client.get_server_version(timeout=CONNECT_SECONDS)

    def close(self) -> None:
        """Close the connection, and end Milvus Lite."""
        with suppress(Exception):
            self._client.close()
        if self.address.is_lite:
            from milvus_lite.server_manager import server_manager_instance

            server_manager_instance.release_server(self.address.uri)

    # --- collections --------------------------------------------------------------------------------

    def has_tables(self) -> bool:
        """Whether there is an archive; raises IndexMismatch for collections that are somebody else's."""
        if self._checked:
            return True
        with self._mapped(CONNECT_SECONDS):
            names = {*self._client.list_collections(timeout=CONNECT_SECONDS)}
            for table in TABLES:
                if table.name in names:
                    self._check(table)
            is_whole = all(table.name in names for table in TABLES)
            # What another process made is loaded by this one: Milvus Lite begins with nothing loaded.
            for name in sorted(names) if is_whole else ():
                if name in {table.name for table in TABLES} or name.startswith(VECTORS):
                    self._client.load_collection(name, timeout=READ_SECONDS)
            self._checked = is_whole
        return self._checked

    def make_tables(self) -> None:
        """Make what is missing of the collections of an archive, but those of vectors."""
        if not self.has_tables():
            with self._mapped(WRITE_SECONDS):
                for table in TABLES:
                    if not self._client.has_collection(table.name, timeout=CONNECT_SECONDS):
                        self._make(table)

    def has(self, table: Table) -> bool:
        """Whether a collection is there that not every archive has; raises IndexMismatch for another's."""
        if table.name not in self._there:
            with self._mapped(READ_SECONDS):
                if not self._client.has_collection(table.name, timeout=CONNECT_SECONDS):
                    return False
                self._check(table)
                self._client.load_collection(table.name, timeout=READ_SECONDS)
            self._there.add(table.name)
        return True

    def make(self, table: Table) -> None:
        """Make a collection that not every archive has, where it is missing."""
        if not self.has(table):
            with self._mapped(WRITE_SECONDS):
                self._make(table)
            self._there.add(table.name)

    def vector_tables(self) -> list[Table]:
        """Return the collections of vectors that are there."""
        with self._mapped(CONNECT_SECONDS):
            names = self._client.list_collections(timeout=CONNECT_SECONDS)
        dims = [name.removeprefix(VECTORS) for name in names if name.startswith(VECTORS)]
        return [vectors_of(int(dim)) for dim in sorted(dims) if dim.isdecimal()]

    def make_vectors(self, dim: int) -> Table:
        """Return the collection of vectors of this length, which is made where it is missing."""
        table = vectors_of(dim)
        with self._mapped(WRITE_SECONDS):
            if not self._client.has_collection(table.name, timeout=CONNECT_SECONDS):
                self._make(table, dim)
        return table

    def drop(self, table: Table) -> None:
        """Remove a collection."""
        with self._mapped(WRITE_SECONDS):
            self._client.drop_collection(table.name, timeout=WRITE_SECONDS)

    def _check(self, table: Table) -> None:
        fields = self._client.describe_collection(table.name, timeout=CONNECT_SECONDS)["fields"]
        names = {field["name"] for field in fields} - {_DUMMY}
        if names != table.columns.keys():
            raise IndexMismatch(
                f"the collection {table.name} in {self.address} is none of this nutgraf: it has the fields"
                f" {', '.join(sorted(names))}",
                hint="name another database for the archive, or install the nutgraf that made it",
            )

    def _make(self, table: Table, dim: int = 0) -> None:
        types = self._library.DataType
        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        indexes = self._client.prepare_index_params()
        text = {"max_length": VARCHAR_BYTES}
        kinds: dict[str, tuple[Any, dict[str, Any]]] = {
            "int": (types.INT64, {}),
            "bool": (types.BOOL, {}),
            "text": (types.VARCHAR, text),
            "pieces": (
                types.ARRAY,
                {"element_type": types.VARCHAR, "max_capacity": _ARRAY_CAPACITY, "max_length": VARCHAR_BYTES},
            ),
            "ints": (types.ARRAY, {"element_type": types.INT64, "max_capacity": _ARRAY_CAPACITY}),
            "texts": (
                types.ARRAY,
                {"element_type": types.VARCHAR, "max_capacity": _ARRAY_CAPACITY, "max_length": 64},
            ),
            "vector": (types.FLOAT_VECTOR, {"dim": dim}),
            "words": (types.SPARSE_FLOAT_VECTOR, {}),
        }
        for name, kind in table.columns.items():
            kind_type, options = kinds[kind]
            schema.add_field(name, kind_type, is_primary=name == table.key, **options)
            if kind == "words":
                indexes.add_index(name, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
            elif kind == "vector":
                # Exact in Lite, which is small; a graph on a server.
                kind_of_index = "FLAT" if self._is_lite else "HNSW"
                graph = {} if self._is_lite else {"M": 32, "efConstruction": 200}
                indexes.add_index(name, index_type=kind_of_index, metric_type="IP", params=graph)
            elif not self._is_lite and name in INDEXED:
                indexes.add_index(name, index_type="INVERTED")
        if not {"vector", "words"} & {*table.columns.values()}:
            schema.add_field(_DUMMY, types.FLOAT_VECTOR, dim=2)
            indexes.add_index(_DUMMY, index_type="FLAT", metric_type="IP")
        self._client.create_collection(
            table.name,
            schema=schema,
            consistency_level="Strong",  # what was committed is seen by everybody
            timeout=WRITE_SECONDS,
        )
        # There is nothing to index yet: waiting for it would take half a second each.
        self._client.create_index(table.name, indexes, timeout=WRITE_SECONDS, sync=False)
        self._client.load_collection(table.name, timeout=WRITE_SECONDS)

    # --- rows ---------------------------------------------------------------------------------------

    def rows(self, table: Table, where: str, columns: Sequence[str], limit: int = 0) -> list[Row]:
        """Return the rows that meet a condition, in no order; up to `limit` where that is not 0."""
        most = limit or min(MOST_ROWS, 16 * table.rows_at_once)
        first = self._retried(
            READ_SECONDS,
            lambda seconds: self._client.query(
                table.name, filter=where, output_fields=[*columns], limit=most, timeout=seconds
            ),
        )
        if limit or len(first) < most:
            return [dict(row) for row in first]
        return [*self.every_row(table, where, columns)]

    def every_row(self, table: Table, where: str, columns: Sequence[str]) -> Iterator[Row]:
        """Yield all rows that meet a condition, in parts."""
        iterator = self._retried(
            READ_SECONDS,
            lambda seconds: self._client.query_iterator(
                table.name,
                filter=where,
                output_fields=[*columns],
                batch_size=table.rows_at_once,
                timeout=seconds,
            ),
        )
        try:
            while True:
                part = self._retried(READ_SECONDS, lambda _: iterator.next())
                if not part:
                    return
                yield from map(dict, part)
        finally:
            with suppress(Exception):
                iterator.close()

    def rows_among(
        self,
        table: Table,
        column: str,
        values: Sequence[int] | Sequence[str],
        columns: Sequence[str],
        where: str = "",
    ) -> list[Row]:
        """Return the rows of which a column has one of the values, numbers or digests."""
        found: list[Row] = []
        distinct = [*dict.fromkeys(values)]
        at_once = min(_LISTED, table.rows_at_once)
        for at in range(0, len(distinct), at_once):
            part = distinct[at : at + at_once]
            listed = ", ".join(str(v) if isinstance(v, int) else f'"{v}"' for v in part)
            condition = f"{column} in [{listed}]"
            found += self.rows(table, f"{condition} and {where}" if where else condition, columns)
        return found

    def count(self, table: Table, where: str) -> int:
        """Return how many rows meet a condition."""
        answer = self._retried(
            READ_SECONDS,
            lambda seconds: self._client.query(
                table.name, filter=where, output_fields=["count(*)"], timeout=seconds
            ),
        )
        return int(answer[0]["count(*)"])

    def search(self, table: Table, column: str, vector: Vector, k: int, where: str) -> tuple[Ids, Scores]:
        """Return keys and inner products of the `k` best rows that meet a condition, ties by key.

        Milvus returns any of the rows at a tie: more are asked for until the last ones are below the `k`-th.
        """
        k = min(k, MOST_ROWS)
        asked = min(k + 16, MOST_ROWS)
        sought = vector if isinstance(vector, Mapping) else vector.astype(np.float32).tolist()
        while True:
            hits = self._hits(table, column, sought, asked, where)
            ids = np.array([hit[table.key] for hit in hits], np.int64)
            scores = _scores(hits, column, vector)
            ids, scores = by_score(ids, scores)
            if len(ids) < asked or asked == MOST_ROWS or scores[-1] < scores[k - 1]:
                return ids[:k], scores[:k]
            asked = min(4 * asked, MOST_ROWS)

    def _hits(self, table: Table, column: str, sought: object, limit: int, where: str) -> Sequence[Row]:
        params: dict[str, Any] = {} if self._is_lite else {"ef": max(128, 2 * limit)}
        answers = self._retried(
            READ_SECONDS,
            lambda seconds: self._client.search(
                table.name,
                data=[sought],
                anns_field=column,
                filter=where,
                limit=limit,
                output_fields=[] if isinstance(sought, Mapping) else [column],
                search_params={"metric_type": "IP", "params": params},
                timeout=seconds,
            ),
        )
        hits: Sequence[Row] = answers[0]
        return hits

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Write rows in place of those with the same keys; a repeated call writes the same."""
        self._write(table, rows, in_part=False)

    def patch(self, table: Table, rows: Sequence[Row]) -> None:
        """Change some columns of rows that are there."""
        self._write(table, rows, in_part=True)

    def _write(self, table: Table, rows: Sequence[Row], *, in_part: bool) -> None:
        has_dummy = not in_part and not {"vector", "words"} & {*table.columns.values()}
        waiting = iter(rows)
        while part := [*islice(waiting, table.rows_at_once)]:
            if has_dummy:
                part = [row | {_DUMMY: [1.0, 0.0]} for row in part]
            self._retried(WRITE_SECONDS, partial(self._upsert, table, part, in_part))

    def _upsert(self, table: Table, rows: Sequence[Row], in_part: bool, seconds: float) -> None:
        self._client.upsert(table.name, rows, timeout=seconds, partial_update=in_part)

    def delete(self, table: Table, where: str) -> None:
        """Delete the rows that meet a condition."""
        self._retried(
            WRITE_SECONDS,
            lambda seconds: self._client.delete(table.name, filter=where, timeout=seconds),
        )

    def size_bytes(self, state: IndexState) -> int:
        """Return the size of the folder of Milvus Lite; of a server, what vectors and words should take."""
        if self.address.is_lite:
            return sum(file.stat().st_size for file in Path(self.address.uri).rglob("*") if file.is_file())
        return state.encoded_passages * 4 * state.encoder.dim + state.counts.passages * _PASSAGE_BYTES

    # --- control ------------------------------------------------------------------------------------

    def control(self) -> dict[str, str]:
        """Return the rows of `control`."""
        rows = self.rows(CONTROL, 'key != ""', ["key", "value"])
        return {row["key"]: row["value"] for row in rows}

    def set_control(self, key: str, value: str) -> None:
        """Write a row of `control`, at once."""
        self.insert(CONTROL, [{"key": key, "value": value}])

    def remove_control(self, keys: Sequence[str]) -> None:
        """Delete rows of `control`."""
        if keys:
            listed = ", ".join(f'"{key}"' for key in keys)
            self.delete(CONTROL, f"key in [{listed}]")

    # --- errors -------------------------------------------------------------------------------------

    def _retried(self, seconds: float, call: Callable[[float], Any]) -> Any:  # noqa: ANN401
        """Return what the call returns, which gets the seconds that are left.

        It is repeated while the server cannot be reached: every call does the same when it is done again.
        pymilvus gives up at once where a connection was lost.
        """
        began = time.monotonic()
        while True:
            left = seconds - (time.monotonic() - began)
            try:
                return call(max(left, 1.0))
            except Exception as error:  # gRPC, pymilvus and Lite each raise their own
                failure = self._error(error, time.monotonic() - began, seconds)
                if left < _PAUSE_SECONDS or not _is_unreachable(error):
                    raise failure from error
            time.sleep(_PAUSE_SECONDS)

    @contextmanager
    def _mapped(self, seconds: float) -> Iterator[None]:
        """Turn every failure of pymilvus into one of this package's errors."""
        began = time.monotonic()
        try:
            yield
        except IndexerError:
            raise
        except Exception as error:  # gRPC, pymilvus and Lite each raise their own
            raise self._error(error, time.monotonic() - began, seconds) from error

    def _error(self, error: Exception, took: float, seconds: float) -> IndexerError:
        message = " ".join(str(getattr(error, "message", "") or error).split())
        said, where = message.lower(), self.address
        if where.is_lite and isinstance(error, self._library.exceptions.ConnectionConfigException):
            return IndexLocked(
                f"{where} is open in another process, or cannot be made: Milvus Lite is for one process",
                hint=f"end the other one, or ask it: nutgraf serve --index {where}",
            )
        if "database" in said and ("not found" in said or "not exist" in said):
            return IndexMissing(
                f"there is no database {where.database!r} in Milvus at {where.uri}",
                hint=f"name one that is there, or none for the default: --index {PREFIX}{where.uri}",
            )
        if any(words in said for words in _DENIED):
            return StorageFailed(
                f"Milvus at {where.uri} wants {'another' if where.token else 'a'} token",
                hint=f"put user:password or the key into ${TOKEN}, or name its file in ${TOKEN_FILE}",
            )
        if any(words in said for words in _TOO_MUCH):
            return StorageFailed(
                f"Milvus at {where.uri} takes no more now: {message[:200]}",
                hint="wait and run the same command again, or raise the quota",
            )
        if took >= seconds - 1 or _is_unreachable(error):
            return StorageFailed(
                f"Milvus at {where.uri} does not answer, after {took:.0f} s",
                hint="check that it runs and that address and port are right, then run the command again",
            )
        return StorageFailed(f"{where}: Milvus says: {message[:300]}", hint="look into the log of Milvus")


def _is_unreachable(error: Exception) -> bool:
    said = str(getattr(error, "message", "") or error).lower()
    return any(words in said for words in _UNREACHABLE)


def _scores(hits: Sequence[Row], column: str, vector: Vector) -> Scores:
    """Return the scores of hits, (n,): those of words rounded, and cosines computed again, row by row.

    The last bits of Milvus' own depend on which rows stand together, and decide about the order of copies.
    """
    if isinstance(vector, Mapping):
        return np.array([hit["distance"] for hit in hits], np.float32).round(_SCORE_DIGITS)
    rows = np.array([hit["entity"][column] for hit in hits], np.float32).reshape(-1, len(vector))
    scores: Scores = (rows * vector.astype(np.float32)).sum(axis=1)
    return scores
