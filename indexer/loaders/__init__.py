"""Reads files into articles, and gives a reason for each document that does not become an article.

Everything that is read is untrusted: `load` never raises for content, whatever the bytes are.
"""

from collections.abc import Iterator

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions, RefusedDates, Skipped, SourceFile, UnreadableError
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import LOADERS, suffix_of
from nutgraf.indexer.loaders.records import record_to_article

__all__ = [
    "LoadOptions",
    "RefusedDates",
    "Skipped",
    "SourceFile",
    "discover",
    "load",
    "record_to_article",
]


def load(file: SourceFile, options: LoadOptions | None = None) -> Iterator[Article | Skipped]:
    """Yield the articles of a file, and what was skipped in it, in the order of the file."""
    options = options or LoadOptions()
    try:
        yield from _read(file, options)
    except UnreadableError as error:
        yield Skipped(file.origin, str(error))
    except OSError as error:
        yield Skipped(file.origin, f"cannot be read: {error.strerror or error}")
    except (ImportError, MemoryError):
        raise  # a library is missing, or there is too little memory: the document is not at fault
    except Exception as error:  # noqa: BLE001 - parsers of untrusted files raise anything; the run goes on
        yield Skipped(file.origin, f"cannot be parsed ({type(error).__name__})")
    finally:
        file.position_bytes = file.size_bytes


def _read(file: SourceFile, options: LoadOptions) -> Iterator[Article | Skipped]:
    if file.size_bytes == 0:
        raise UnreadableError("empty file")
    suffix = suffix_of(file.path)
    if suffix not in LOADERS:
        raise UnreadableError(f"unsupported type {suffix}")
    yield from LOADERS[suffix](file, options)
