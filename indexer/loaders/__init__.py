"""Reads files into articles, and gives a reason for each document that does not become an article.

Everything that is read is untrusted: `load` never raises for content, whatever the bytes are.
"""

from nutgraf.indexer.loaders.base import LoadOptions, RefusedDates, Skipped, SourceFile, UnusedFields
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load
from nutgraf.indexer.loaders.records.record import record_to_article
from nutgraf.indexer.loaders.records.unused import unused_fields

__all__ = [
    "LoadOptions",
    "RefusedDates",
    "Skipped",
    "SourceFile",
    "UnusedFields",
    "discover",
    "load",
    "record_to_article",
    "unused_fields",
]
