"""What is committed and published in an archive in Milvus: one row, which is replaced at once."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nutgraf.indexer.encoder import EncoderIdentity
from nutgraf.indexer.errors import IndexDamaged, IndexMismatch
from nutgraf.indexer.milvus.address import MilvusAddress
from nutgraf.indexer.milvus.connection import Connection, connect
from nutgraf.indexer.milvus.tables import FORMAT
from nutgraf.indexer.milvus.terms import MEAN_TERMS
from nutgraf.indexer.terms import ANALYZER

HEAD = "head"


@dataclass(frozen=True, slots=True)
class Head:
    """Everything up to `batch` is committed; `changed` is the last batch that a generation would show.

    `last_row` and `last_passage` are the highest numbers given. `published` is the batch of the generation,
    and `before` that of the one before. `words` are the passages and the articles whose words are counted,
    `means` their mean lengths, in thousandths of a term, by which words weigh;
    `encoder` is that of the generation, None until there is one.
    """

    format: int = FORMAT
    batch: int = 0
    changed: int = 0
    last_row: int = 0
    last_passage: int = 0
    generation: int = 0
    token: str = ""
    published: int = 0
    before: int = 0
    words: tuple[int, int] = (0, 0)
    means: tuple[int, int] = MEAN_TERMS
    analyzer: str = ANALYZER
    encoder: EncoderIdentity | None = None

    def write(self, connection: Connection) -> None:
        """Commit."""
        connection.set_control(HEAD, json.dumps(asdict(self)))


def is_there(address: MilvusAddress) -> bool:
    """Whether anything was committed at an address; raises StorageFailed where that cannot be told."""
    if address.is_lite and not Path(address.uri).is_dir():
        return False
    connection = connect(address)
    return connection.has_tables() and read_head(connection) is not None


def stamp(address: MilvusAddress) -> tuple[int, ...] | None:
    """Return what changes with every published generation; None where there is none."""
    if address.is_lite and not Path(address.uri).is_dir():
        return None
    connection = connect(address)
    head = read_head(connection) if connection.has_tables() else None
    return None if head is None or not head.generation else (head.generation, int(head.token, 16))


def read_head(connection: Connection) -> Head | None:
    """Return the head, None where nothing was committed yet.

    Raises IndexMismatch for an archive of a newer nutgraf, IndexDamaged for a row that is none.
    """
    written = connection.control().get(HEAD)
    if written is None:
        return None
    try:
        content: dict[str, Any] = json.loads(written)
        number = content["format"]
        if isinstance(number, int) and number > FORMAT:
            raise IndexMismatch(
                f"{connection.address} has storage version {number}; this nutgraf knows up to {FORMAT}",
                hint="install the nutgraf that wrote it",
            )
        encoder = content.pop("encoder")
        return Head(
            **content | {name: tuple(content[name]) for name in ("words", "means")},
            encoder=None if encoder is None else EncoderIdentity(**encoder),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(
            f"the row {HEAD!r} of {connection.address} is not what nutgraf wrote: {error}",
            hint="restore the database from a backup",
        ) from error
