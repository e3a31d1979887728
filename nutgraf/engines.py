"""The storage engines: an archive in a folder of its own, or one in Milvus; the address says which.

The only place that knows both. Everything else asks `engine_of` and gets the Protocols of indexer/storage.py.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from nutgraf.indexer.milvus.address import MilvusAddress, check_not_lite, is_milvus, parse

if TYPE_CHECKING:
    from nutgraf.indexer.embedded.index import EmbeddedIndex
    from nutgraf.indexer.encoder import Encoder
    from nutgraf.indexer.kept_text import KeptText
    from nutgraf.indexer.milvus.index import MilvusIndex
    from nutgraf.indexer.storage import ArchiveWriter
    from nutgraf.indexer.watches import WatchBook
    from nutgraf.reloader import Stamp

    ArchiveIndex: TypeAlias = EmbeddedIndex | MilvusIndex


class Engine(Protocol):
    """What can be done with an archive at one place before it is opened. Nothing is opened to make it."""

    def __str__(self) -> str:
        """Return the place as messages name it."""
        ...

    def identifier(self) -> str:
        """Return a name of the archive that does not depend on where this process was started."""
        ...

    def open(self) -> "ArchiveIndex":
        """Open the newest published state; raises IndexMissing, IndexMismatch or IndexDamaged."""
        ...

    def check_published(self) -> None:
        """Raise what `open` raises where no state was published, and open as little as that takes."""
        ...

    def writer(self, encoder: "Encoder") -> "AbstractContextManager[ArchiveWriter]":
        """Open the archive for writing; raises IndexLocked where another process or thread writes to it."""
        ...

    def watches(self, *, readonly: bool = False) -> "WatchBook":
        """Open the standing questions, which must be there to be only read."""
        ...

    def has_watches(self) -> bool:
        """Whether the archive may have standing questions."""
        ...

    def text(self, name: str) -> "KeptText":
        """Return the text that is kept with the archive under a name."""
        ...

    def count_others(self, article_ids: Iterable[str]) -> int:
        """Count the stored articles, published or not, whose id is not among these; each of which comes once.

        Raises StorageFailed or IndexDamaged where the store cannot be read.
        """
        ...

    def is_archive(self) -> bool:
        """Whether there is an archive, be it damaged or not yet published."""
        ...

    def stamp(self) -> "Stamp | None":
        """Return what changes whenever a state is published; None where nothing was published."""
        ...


class EmbeddedEngine:
    """An archive in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __str__(self) -> str:
        return str(self._folder)

    def identifier(self) -> str:
        """As in `Engine`."""
        return str(self._folder.resolve())

    def open(self) -> "EmbeddedIndex":
        """As in `Engine`."""
        from nutgraf.indexer.embedded.index import EmbeddedIndex

        check_not_lite(self._folder)
        return EmbeddedIndex(self._folder)

    def check_published(self) -> None:
        """As in `Engine`; the manifest alone is read."""
        from nutgraf.indexer.embedded.manifest import read_manifest

        read_manifest(self._folder)

    @contextmanager
    def writer(self, encoder: "Encoder") -> "Iterator[ArchiveWriter]":
        """As in `Engine`."""
        from nutgraf.indexer.embedded.writer import EmbeddedWriter

        check_not_lite(self._folder)
        with EmbeddedWriter(self._folder, encoder) as writer:
            yield writer

    def watches(self, *, readonly: bool = False) -> "WatchBook":
        """As in `Engine`."""
        from nutgraf.indexer.embedded.watches import EmbeddedWatches

        return EmbeddedWatches(self._folder, readonly=readonly)

    def has_watches(self) -> bool:
        """As in `Engine`."""
        return self.is_archive()

    def text(self, name: str) -> "KeptText":
        """As in `Engine`: a file in the folder."""
        from nutgraf.indexer.embedded.kept_text import EmbeddedText

        return EmbeddedText(self._folder, name)

    def count_others(self, article_ids: Iterable[str]) -> int:
        """As in `Engine`."""
        from nutgraf.indexer.embedded.verify import count_other_articles

        return count_other_articles(self._folder, article_ids)

    def is_archive(self) -> bool:
        """As in `Engine`."""
        from nutgraf.indexer.embedded.manifest import MANIFEST
        from nutgraf.indexer.embedded.store import FILENAME

        return (self._folder / FILENAME).exists() or (self._folder / MANIFEST).exists()

    def stamp(self) -> "Stamp | None":
        """As in `Engine`: the manifest is replaced whenever a state is published."""
        from nutgraf.indexer.embedded.manifest import MANIFEST

        try:
            status = os.stat(self._folder / MANIFEST)  # noqa: PTH116 - Path.stat() makes the same call slower
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino, status.st_size


class MilvusEngine:
    """An archive in Milvus, of a server or of Milvus Lite."""

    def __init__(self, address: MilvusAddress) -> None:
        self._address = address

    def __str__(self) -> str:
        return str(self._address)

    def identifier(self) -> str:
        """As in `Engine`."""
        return str(self._address.resolved())

    def open(self) -> "MilvusIndex":
        """As in `Engine`."""
        from nutgraf.indexer.milvus.index import MilvusIndex

        return MilvusIndex(self._address)

    def check_published(self) -> None:
        """As in `Engine`."""
        self.open().close()

    @contextmanager
    def writer(self, encoder: "Encoder") -> "Iterator[ArchiveWriter]":
        """As in `Engine`."""
        from nutgraf.indexer.milvus.writer import MilvusWriter

        with MilvusWriter(self._address, encoder) as writer:
            yield writer

    def watches(self, *, readonly: bool = False) -> "WatchBook":
        """As in `Engine`."""
        from nutgraf.indexer.milvus.watches import MilvusWatches

        return MilvusWatches(self._address, readonly=readonly)

    def has_watches(self) -> bool:
        """As in `Engine`."""
        from nutgraf.indexer.milvus.watches import has_watches

        return has_watches(self._address)

    def text(self, name: str) -> "KeptText":
        """As in `Engine`: a row of its own."""
        from nutgraf.indexer.milvus.kept_text import MilvusText

        return MilvusText(self._address, name)

    def count_others(self, article_ids: Iterable[str]) -> int:
        """As in `Engine`."""
        from nutgraf.indexer.milvus.verify import count_other_articles

        return count_other_articles(self._address, article_ids)

    def is_archive(self) -> bool:
        """As in `Engine`."""
        from nutgraf.indexer.milvus.head import is_there

        return is_there(self._address)

    def stamp(self) -> "Stamp | None":
        """As in `Engine`."""
        from nutgraf.indexer.milvus.head import stamp

        return stamp(self._address)


def engine_of(location: Path) -> Engine:
    """Return the engine of an archive; raises StorageFailed for an address in Milvus that is misspelled."""
    return MilvusEngine(parse(location)) if is_milvus(location) else EmbeddedEngine(location)
