"""Writes an index to files: its store, and a generation published at the end."""

from pathlib import Path
from typing import Self

from nutgraf.indexer.embedded.generation import publish, published, writer_lock
from nutgraf.indexer.embedded.manifest import Manifest
from nutgraf.indexer.embedded.segments import SegmentRule
from nutgraf.indexer.embedded.store import FILENAME, Store
from nutgraf.indexer.encoder import Encoder
from nutgraf.indexer.passages import PassageRule
from nutgraf.indexer.storage import Counts, IndexState
from nutgraf.indexer.store_writer import StoreWriter


class EmbeddedWriter(StoreWriter):
    """The one writer of an index in files. Use it as a context manager: it holds the lock in the block."""

    def __init__(
        self,
        folder: Path,
        encoder: Encoder,
        rule: PassageRule | None = None,
        segments: SegmentRule | None = None,
    ) -> None:
        super().__init__(folder, encoder, rule)
        self.folder = folder
        self._segments = segments or SegmentRule()

    def __enter__(self) -> Self:
        self._lock = writer_lock(self.folder)
        self._lock.__enter__()
        try:
            self._store = self._files = Store(self.folder / FILENAME)
        except BaseException:
            self._lock.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._files.close()
        self._lock.__exit__(*error)  # type: ignore[arg-type] # passed on as they came

    def _publish(self, *, anew: bool) -> IndexState:
        manifest = None if anew else published(self.folder, self._files)
        if manifest is None or not self._holds_all(manifest):
            rules = self._rule, self._segments
            manifest = publish(self.folder, self._files, self._identity, *rules, anew=anew)
        return _state(manifest)

    def _holds_all(self, manifest: Manifest) -> bool:
        """Whether nothing was stored, removed or encoded since a generation was published."""
        if manifest.upto != self._files.last_passage() or self._files.tombstones():
            return False
        return manifest.passages - manifest.encoded == self._files.count_unencoded()


def _state(manifest: Manifest) -> IndexState:
    """Return the state of an index that holds nothing beyond its published generation."""
    return IndexState(
        generation=manifest.generation,
        token=manifest.token,
        counts=Counts(manifest.articles, manifest.passages),
        unpublished_passages=0,
        last_passage=manifest.upto,
        encoder=manifest.encoder,
        encoded_passages=manifest.encoded,
    )
