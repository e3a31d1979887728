"""Everything that can go wrong while building or opening an index.

    IndexerError
    ├── SourceError     a path, glob or option that names nothing readable
    ├── IndexMissing    no index there
    ├── IndexLocked     another process writes to it
    ├── IndexMismatch   built by another encoder, passage rule or a newer nutgraf
    ├── IndexDamaged    a file is truncated, missing or contradicts the manifest
    ├── StorageFailed   a file cannot be read or written (disk full, no permission, I/O error)
    └── BadWatch        a standing question that cannot be kept

Each message holds the bad value and what was expected; `hint` is the next thing to type.
"""

from typing import ClassVar

from nutgraf.error import NutgrafError


class IndexerError(NutgrafError):
    """Base of this package's errors."""

    code: ClassVar[str] = "indexer_error"


class SourceError(IndexerError):
    """A source that cannot be read at all: a path that does not exist, a bad option."""

    code = "bad_source"


class IndexMissing(IndexerError):
    """There is no index in the folder."""

    code = "index_missing"


class IndexLocked(IndexerError):
    """Another process holds the writer lock."""

    code = "index_locked"


class IndexMismatch(IndexerError):
    """The index was built by another encoder, passage rule or version than the one that opens it."""

    code = "index_mismatch"


class IndexDamaged(IndexerError):
    """A file of the index is missing, truncated, or contradicts the manifest."""

    code = "index_damaged"


class StorageFailed(IndexerError):
    """The operating system refused a write or a read."""

    code = "storage_failed"


class BadWatch(IndexerError):
    """A standing question cannot be kept: there are too many, or another asks the same."""

    code = "bad_watch"
