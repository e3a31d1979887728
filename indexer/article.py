"""The article: one news story as one outlet printed it. Knows nothing of files, passages or vectors."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Article:
    """A cleaned article.

    `text` is the body that every quote is cut from: spans are half-open code-point offsets into it.
    `published` is timezone-aware UTC (midnight where only a day is known) or None; `published_from`
    says where it came from: given, json-ld, meta, url, byline, text or file. `origin` is where the article
    was read from (a path, or a path and line), for messages and for finding vanished files.
    """

    id: str
    title: str
    text: str
    url: str | None = None
    source: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    published_from: str | None = None
    origin: str | None = None
    ingested_at: datetime | None = None
    cluster: str | None = None

    @property
    def content_hash(self) -> str:
        """Hex sha256 of everything a reader could see; it saves work and is never an identity."""
        published = self.published.isoformat() if self.published else None
        seen = [self.title, self.text, self.url, self.source, self.authors, published]
        return hashlib.sha256(json.dumps(seen, ensure_ascii=True).encode()).hexdigest()
