"""Reads files into articles, and gives a reason for each document that does not become an article.

Everything that is read is untrusted: `load` never raises for content, whatever the bytes are.
"""

from nutgraf.indexer.loaders.base import LoadOptions, RefusedDates, Skipped, SourceFile
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load
from nutgraf.indexer.loaders.records.record import record_to_article

__all__ = [
    "LoadOptions",
    "RefusedDates",
    "Skipped",
    "SourceFile",
    "discover",
    "load",
    "record_to_article",
]
