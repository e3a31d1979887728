"""An article as a row of plain values, and a row as an article: what every storage engine keeps of one."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from nutgraf.indexer.article import Article
from nutgraf.indexer.filters import day_number

WRITTEN = (
    "id, title, text, url, source, authors, published, day, published_from, origin, ingested_at,"
    " content_hash, cluster, source_key, modified, page_breaks"
)
"""The columns that `article_row` gives values for."""

READ = (
    "id, title, text, url, source, authors, published, published_from, origin, ingested_at, cluster,"
    " content_hash"
)
"""The columns that `article_of` reads, before `modified` and `page_breaks`."""


def article_row(article: Article) -> tuple[object, ...]:
    """Return the values of `WRITTEN`; an article that has no moment of arrival arrives now."""
    published, ingested_at = (
        article.published,
        article.ingested_at or datetime.now(UTC).replace(microsecond=0),
    )
    return (
        article.id,
        article.title,
        article.text,
        article.url,
        article.source,
        json.dumps(article.authors, ensure_ascii=False),
        published.isoformat() if published else None,
        day_number(published.date()) if published else None,
        article.published_from,
        article.origin,
        ingested_at.isoformat(),
        article.content_hash,
        article.cluster,
        article.source.casefold() if article.source else None,
        article.modified.isoformat() if article.modified else None,
        json.dumps(article.page_breaks) if article.page_breaks else None,
    )


def article_of(row: Sequence[str | None]) -> Article:
    """Return the article of a row: `READ`, `modified`, `page_breaks`. Raises ValueError for another one."""
    moments = [datetime.fromisoformat(text) if text else None for text in (row[6], row[9], row[12])]
    article = Article(
        id=str(row[0]),
        title=str(row[1]),
        text=str(row[2]),
        url=row[3],
        source=row[4],
        authors=tuple(json.loads(row[5] or "[]")),
        published=moments[0],
        published_from=row[7],
        origin=row[8],
        ingested_at=moments[1],
        cluster=row[10],
        modified=moments[2],
        page_breaks=tuple(json.loads(row[13] or "[]")),
    )
    if article.content_hash != row[11]:
        raise ValueError(f"the article {article.id!r} is not the one that was stored: its hash differs")
    return article
