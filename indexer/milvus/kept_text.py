"""A text that is kept as a row of `control`, which is replaced at once: the `KeptText` in Milvus."""

from pathlib import Path

from nutgraf.indexer.milvus.address import MilvusAddress
from nutgraf.indexer.milvus.connection import connect

_TEXT = "text:"


class MilvusText:
    """A row of one name. The methods are described in `indexer.kept_text`."""

    def __init__(self, address: MilvusAddress, name: str) -> None:
        self._address = address
        self._key = _TEXT + name

    def __str__(self) -> str:
        return f"the row {self._key!r} of {self._address}"

    def read(self) -> str | None:
        """Return the value of the row."""
        if self._address.is_lite and not Path(self._address.uri).is_dir():
            return None
        connection = connect(self._address)
        return connection.control().get(self._key) if connection.has_tables() else None

    def write(self, text: str) -> None:
        """Replace the row."""
        connection = connect(self._address)
        connection.make_tables()
        connection.set_control(self._key, text)

    def remove(self) -> bool:
        """Delete the row."""
        there = self.read() is not None
        if there:
            connect(self._address).remove_control([self._key])
        return there
