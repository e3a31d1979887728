"""A record that nutgraf exported becomes the article again that it was: nothing is cleaned, nothing guessed.

Such a record has a field for everything that is kept of an article, and the hash of all that a reader could
see. Where the hash is not that of the fields, somebody edited the record: then it is one like any other.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nutgraf.indexer.article import Article, ExportedArticleJson
from nutgraf.indexer.loaders.article_values import checked_article
from nutgraf.indexer.loaders.base import Skipped

_FIELDS = ExportedArticleJson.__required_keys__


def exported_article(record: Mapping[str, object], origin: str, max_bytes: int) -> Article | Skipped | None:
    """Return the article of a record that nutgraf exported, or why it cannot be stored; None for another one.

    `origin` is where the record stands, for the reason; the article keeps the origin that it had.
    """
    if not record.keys() >= _FIELDS:
        return None
    try:
        article = _article({name: record[name] for name in _FIELDS})
        if article.content_hash != record["content_hash"]:
            return None
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    return checked_article(article, origin, max_bytes)


def _article(fields: Mapping[str, Any]) -> Article:
    """Return the article of the fields; raises ValueError or TypeError for what no export writes."""
    moments: dict[str, Any] = {
        name: None if fields[name] is None else datetime.fromisoformat(fields[name])
        for name in ("published", "modified", "ingested_at")
    }
    kept = {
        name: fields[name] for name in ("id", "title", "text", "url", "source", "published_from", "origin")
    }
    authors, page_breaks = tuple(fields["authors"]), tuple(fields["page_breaks"])
    return Article(**kept, **moments, authors=authors, page_breaks=page_breaks)
