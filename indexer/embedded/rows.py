"""The table `articles` in Python: an article as a row, a row as an article, a filter as conditions on rows.

Knows the table's columns; does not know a connection, nor any other table.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from nutgraf.indexer.article import Article
from nutgraf.indexer.filters import Filter, day_number

WRITTEN = (
    "id, title, text, url, source, authors, published, day, published_from, origin, ingested_at,"
    " content_hash, cluster, source_key, modified, page_breaks"
)
"""The columns that `article_row` gives values for."""

_WITH_PAGES = 3
_READ = (
    "id, title, text, url, source, authors, published, published_from, origin, ingested_at, cluster,"
    " content_hash"
)


def read_columns(version: int) -> str:
    """Return the columns that `article_of` reads, of a store of this version.

    One that an older nutgraf wrote can be read, and gets the newer columns when it is next written to.
    """
    return f"{_READ}, modified, page_breaks" if version >= _WITH_PAGES else f"{_READ}, NULL, NULL"


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
    """Return the article of a row of `READ`; raises ValueError where it is not what was written."""
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


def conditions(allow: Filter, sign: str = "") -> tuple[list[str], list[object]]:
    """Return the filter as SQL conditions on `articles a`, all of which must hold, and their values.

    With "+" for a sign SQLite does not use the index over a column by itself.
    """
    passing: list[str] = []
    values: list[object] = []
    for operator, day in ((">=", allow.first_day), ("<=", allow.last_day)):
        if day is not None:
            passing.append(f"{sign}a.day {operator} ?")
            values.append(day)
    if allow.sources:
        passing.append(f"{sign}a.source_key IN ({','.join('?' * len(allow.sources))})")
        values.extend(source.casefold() for source in allow.sources)
    return passing, values
