"""Every error that nutgraf raises: each says what was wrong, what was expected, and what to type next.

    NutgrafError
    ├── IndexerError    about an archive
    │   ├── SourceError      a path or an iterable that cannot be read, a file of questions that is none
    │   ├── IndexMissing     there is no archive
    │   ├── IndexLocked      another process or thread writes to it
    │   ├── IndexMismatch    built by another encoder, passage rule or a newer nutgraf
    │   ├── IndexDamaged     a file is truncated, missing or contradicts the manifest
    │   ├── StorageFailed    the disk refuses (full, read-only, I/O error)
    │   └── BadWatch         a standing question that cannot be kept
    ├── ModelError      about a model
    │   ├── ModelMissing     no such model, or the extra that runs it is not installed
    │   ├── ModelDamaged     its files are not what its card says
    │   └── BadInput         what a reader was given cannot be read (a ValueError, too)
    ├── QAError         about what was asked
    │   ├── BadQuestion      empty, too long, or without a letter or digit
    │   ├── BadFilter        dates that exclude each other, a number out of range
    │   ├── BadOption        an option with a value that cannot be used
    │   ├── EmptyIndex       the archive holds no article
    │   ├── UnknownArticle   no article has that id
    │   ├── UnknownWatch     no standing question has that id
    │   ├── StaleWatch       a standing question was edited meanwhile
    │   └── ArchiveClosed    the archive was closed, or opened before a fork
    ├── ServerError     about a server that is asked, where no error above fits
    │   ├── ServerUnreachable  no connection, or no answer in time
    │   ├── ServerBusy         it has too much to do, or this key asked too often
    │   └── AccessDenied       the key is missing or wrong, or it only reads
    └── LibraryPanicked a library stopped at a fault of its own

`AddInterrupted` is a KeyboardInterrupt: what was stored before is published, and it has the report.
"""

from typing import TYPE_CHECKING

from nutgraf.error import LibraryPanicked, NutgrafError, Spelling
from nutgraf.indexer.errors import (
    BadWatch,
    IndexDamaged,
    IndexerError,
    IndexLocked,
    IndexMismatch,
    IndexMissing,
    SourceError,
    StorageFailed,
)
from nutgraf.models.errors import BadInput, ModelDamaged, ModelError, ModelMissing
from nutgraf.qa.errors import BadFilter, BadOption, BadQuestion, EmptyIndex, QAError

if TYPE_CHECKING:
    from nutgraf.objects import ErrorJson
    from nutgraf.results import AddReport

__all__ = [
    "AccessDenied",
    "AddInterrupted",
    "ArchiveClosed",
    "BadFilter",
    "BadInput",
    "BadOption",
    "BadQuestion",
    "BadWatch",
    "EmptyIndex",
    "IndexDamaged",
    "IndexLocked",
    "IndexMismatch",
    "IndexMissing",
    "IndexerError",
    "LibraryPanicked",
    "ModelDamaged",
    "ModelError",
    "ModelMissing",
    "NutgrafError",
    "QAError",
    "ServerBusy",
    "ServerError",
    "ServerUnreachable",
    "SourceError",
    "StaleWatch",
    "StorageFailed",
    "UnknownArticle",
    "UnknownWatch",
    "error_object",
    "option",
]


class UnknownArticle(QAError):
    """No article has that id."""

    code = "unknown_article"


class UnknownWatch(QAError):
    """No standing question has that id."""

    code = "unknown_watch"


class StaleWatch(QAError):
    """A standing question was edited or removed since it was read."""

    code = "stale_watch"


class ArchiveClosed(QAError):
    """The archive is used after it was closed, or in a process that was forked after it was opened."""

    code = "archive_closed"


class ServerError(NutgrafError):
    """A server cannot be asked, or its answer is none of nutgraf."""

    code = "server_error"


class ServerUnreachable(ServerError):
    """There is no connection to the server, or no answer in time."""

    code = "server_unreachable"


class ServerBusy(ServerError):
    """The server has too much to do, or was asked too often with this key: later it can be asked again."""

    code = "server_busy"


class AccessDenied(ServerError):
    """The server wants a key, or another one: this one is wrong, or it only reads."""

    code = "access_denied"


class AddInterrupted(KeyboardInterrupt):
    """Somebody interrupted an `add`: what was stored before is published, and `report` tells of it."""

    def __init__(self, report: "AddReport") -> None:
        super().__init__()
        self.report = report


def option(field: str) -> str:
    """Return what the command line calls a field: `--min-probability` for `min_probability`."""
    return f"--{field.replace('_', '-')}"


def error_object(error: NutgrafError, spelling: Spelling = str) -> "ErrorJson":
    """Return the one error shape, with fields as the door spells them."""
    message, hint = error.texts(spelling)
    return {"error": {"code": error.code, "message": message, "hint": hint}}
