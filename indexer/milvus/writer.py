"""The writer of an archive in Milvus: the steps of every writer, over the store in Milvus."""

from contextlib import ExitStack
from typing import Self

from nutgraf.indexer.encoder import Encoder
from nutgraf.indexer.errors import IndexMismatch
from nutgraf.indexer.milvus.address import MilvusAddress
from nutgraf.indexer.milvus.claim import claimed
from nutgraf.indexer.milvus.connection import connect
from nutgraf.indexer.milvus.publish import publish, state_of
from nutgraf.indexer.milvus.store import MilvusStore
from nutgraf.indexer.passages import PassageRule
from nutgraf.indexer.storage import IndexState
from nutgraf.indexer.store_writer import StoreWriter
from nutgraf.indexer.terms import ANALYZER


class MilvusWriter(StoreWriter):
    """The one writer of an archive in Milvus. Use it as a context manager: its claim lasts for the block."""

    def __init__(self, address: MilvusAddress, encoder: Encoder, rule: PassageRule | None = None) -> None:
        super().__init__(str(address), encoder, rule)
        self._address = address

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            connection = connect(self._address, make=True)
            connection.make_tables()
            claim = undo.enter_context(claimed(connection))
            self._milvus = MilvusStore(connection, self._identity.dim, claim.check)
            self._store = self._milvus
            self._left = undo.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._left.close()

    def _publish(self, *, anew: bool) -> IndexState:
        store, head = self._milvus, self._milvus.head
        if head.analyzer != ANALYZER:
            raise IndexMismatch(
                f"{self._address} has terms of the analyzer {head.analyzer}, not {ANALYZER}",
                hint=f"nutgraf index --rebuild --index {self._address}",
            )
        if anew or not head.generation or head.changed > head.published:
            store.head = publish(store.connection, head, self._identity, anew=anew)
        return state_of(store.connection, store.head)
