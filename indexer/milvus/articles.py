"""Articles as rows of Milvus, and rows as articles: a long text is cut into pieces, and joined again."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from nutgraf.indexer.article import Article
from nutgraf.indexer.article_rows import article_of, article_row
from nutgraf.indexer.errors import IndexDamaged
from nutgraf.indexer.filters import day_number
from nutgraf.indexer.milvus.connection import Connection, Row
from nutgraf.indexer.milvus.tables import ARTICLES, NO_DAY, PIECE_CHARS, PIECES, PRINTS, key_of
from nutgraf.indexer.milvus.terms import weights
from nutgraf.indexer.passages import title_prefix
from nutgraf.indexer.terms import TITLE_TIMES, analyzed

_READ = (0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 11, 14, 15)
"""Where `article_row` has what `article_of` reads, in its order."""

_ORIGIN, _CLUSTER = 8, 10
"""Where `article_of` reads what `PRINTS` has."""

_MOST_NAMES = 100
"""Authors by whose names an article is found and counted; not compared."""


def day_of(article: Article) -> int:
    """Return the day number of an article, `NO_DAY` where it has no date."""
    return day_number(article.published.date()) if article.published else NO_DAY


def source_key(article: Article) -> str:
    """Return the digest of the outlet, "" for none."""
    return key_of(article.source.casefold()) if article.source else ""


def words_of(title: str, text: str, mean: int) -> Row:
    """Return the columns of the words of a text, by the mean length `mean`."""
    terms = analyzed(title_prefix(title) * TITLE_TIMES + text)
    return {"words": weights(terms, mean), "terms": len(terms), "mean": mean}


def rows_of(article: Article, number: int, mean: int) -> tuple[Row, list[Row]]:
    """Return the row of an article and its other pieces, which have no numbers yet.

    Its words weigh by the mean length `mean` of articles.
    """
    values = article_row(article)
    written = json.dumps([values[at] for at in _READ], ensure_ascii=False)
    first, *others = [written[at : at + PIECE_CHARS] for at in range(0, len(written), PIECE_CHARS)]
    names = [name[:200] for name in article.authors[:_MOST_NAMES]]
    row: Row = {
        "row": number,
        "key": key_of(article.id),
        "id": article.id,
        "hash": article.content_hash,
        "source": (article.source or "")[:PIECE_CHARS],
        "source_key": source_key(article),
        "day": day_of(article),
        "published": article.published.isoformat() if article.published else "",
        "authors": [key_of(name.casefold()) for name in names],
        "names": json.dumps(names, ensure_ascii=False),
        "body": first,
        "pieces": len(others),
        **words_of(article.title, article.text, mean),
    }
    pieces: list[Row] = [
        {"article": number, "part": part, "body": body} for part, body in enumerate(others, start=1)
    ]
    return row, pieces


READ = ["row", "key", "body", "pieces"]
"""The columns of `ARTICLES` that `article_from` reads."""


def article_from(row: Row, pieces: Iterable[Row], prints: Row | None, where: object) -> Article:
    """Return the article of its row, its other pieces and its row of `PRINTS`; raises IndexDamaged."""
    parts = {0: str(row["body"])} | {piece["part"]: str(piece["body"]) for piece in pieces}
    try:
        values = json.loads("".join(parts[at] for at in sorted(parts)))
        if prints is not None:
            values[_ORIGIN], values[_CLUSTER] = prints["origin"] or None, prints["cluster"]
        return article_of(values)
    except (ValueError, TypeError, IndexError, RecursionError) as error:
        raise IndexDamaged(
            f"an article in {where} cannot be read: {error}",
            hint="restore the database from a backup, or index the articles again into a new one",
        ) from error


def read_articles(connection: Connection, rows: Sequence[Row], where: str) -> list[Article]:
    """Return the articles of rows of `ARTICLES`; `where` says which rows of other tables are seen."""
    long = [row["row"] for row in rows if row["pieces"]]
    pieces: dict[int, list[Row]] = {}
    for piece in connection.rows_among(PIECES, "article", long, ["article", "part", "body"], where):
        pieces.setdefault(piece["article"], []).append(piece)
    prints = connection.rows_among(
        PRINTS, "key", [row["key"] for row in rows], ["key", "cluster", "origin"], where
    )
    by_key = {row["key"]: row for row in prints}
    return [
        article_from(row, pieces.get(row["row"], ()), by_key.get(row["key"]), connection.address)
        for row in rows
    ]


def articles_by_id(connection: Connection, ids: Sequence[str], where: str) -> dict[str, Article]:
    """Return id -> article of those that are there."""
    rows = connection.rows_among(ARTICLES, "key", [*map(key_of, ids)], READ, where)
    return {article.id: article for article in read_articles(connection, rows, where)}


def by_date(articles: Iterable[Article]) -> list[Article]:
    """Return articles by date (none last), then id."""
    last = datetime.max.replace(tzinfo=UTC)
    return sorted(articles, key=lambda a: (a.published or last, a.id))


def in_order(articles: Mapping[str, Article], ids: Sequence[str]) -> list[Article]:
    """Return those of the articles that are there, in the order of the ids."""
    return [articles[i] for i in ids if i in articles]
