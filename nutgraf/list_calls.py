"""The plans of lists: articles that pass filters, the nearest other stories, the prints of a story.

A server gives the related articles and the prints of a story without their texts, so each of them is asked
for by a call of its own.
"""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Unpack

from nutgraf import parser
from nutgraf.arguments import checked_ids
from nutgraf.calls import ArticleFilters, Call, Plan, article_path, filter_object, get, reading
from nutgraf.errors import UnknownArticle
from nutgraf.export import ExportText, checked_file, checked_format, export_file
from nutgraf.filters import article_filter
from nutgraf.indexer.article import Article
from nutgraf.listing import checked_place, selection_of
from nutgraf.qa.checks import check_top, checked_filter
from nutgraf.qa.difference import Change
from nutgraf.qa.difference import difference as difference_of
from nutgraf.qa.related import RelatedArticle
from nutgraf.results import ArticlePage, Versions


class ExportFilters(ArticleFilters, total=False):
    """The filters of `Archive.export`."""

    author: str | Sequence[str] | None
    words: str | None


class ListOptions(ExportFilters, total=False):
    """The options of `Archive.articles`."""

    sort: str | None
    limit: int
    cursor: str | None
    facets: bool


EXPORT_PAGE = 200
"""Articles of a call of an export. Not measured."""


class RelatedOptions(ArticleFilters, total=False):
    """The options of `Archive.related`."""

    top: int


def articles(
    *,
    author: str | Sequence[str] | None = None,
    words: str | None = None,
    sort: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
    facets: bool = False,
    **filters: Unpack[ArticleFilters],
) -> Plan[ArticlePage]:
    """Return a page of the articles that pass the filters; where they are long, it takes several calls."""
    selection = selection_of(article_filter(**filters), author, words)
    order, _ = checked_place(selection, sort, limit, cursor)
    params = {**filter_object(selection.allow), "author": list(selection.authors), "sort": order}
    params |= {"whole": "true", "facets": "true" if facets else "false"}
    if selection.words:
        params["words"] = selection.words
    page, counts = list[Article](), None
    while True:
        params["limit"] = str(limit - len(page))
        if cursor is not None:
            params["cursor"] = cursor
        shown = yield Call("GET", "/v1/articles", params=dict(params))
        with reading():
            part, cursor = [parser.article(article) for article in shown["articles"]], shown["next"]
            counts = counts or parser.facets(shown.get("facets"))
            if cursor is not None and not part:
                raise ValueError("a page without articles has another one behind it")
        page += part
        if cursor is None or len(page) >= limit:
            return ArticlePage(tuple(page), cursor, counts)
        params["facets"] = "false"


def export(
    path: str | os.PathLike[str],
    *,
    format: str = "jsonl",  # noqa: A002 - every door calls it so
    **filters: Unpack[ExportFilters],
) -> Plan[int]:
    """Write the articles that pass the filters to a file on this machine; return how many they are."""
    text, target = ExportText(checked_format(format)), checked_file(Path(path))
    count, cursor = 0, None
    page = yield from articles(sort="id", limit=EXPORT_PAGE, **filters)
    with export_file(target) as write:
        write(text.head())
        while True:
            write(text.of(page.articles))
            count, cursor = count + len(page), page.next
            if cursor is None:
                break
            page = yield from articles(sort="id", limit=EXPORT_PAGE, cursor=cursor, **filters)
        write(text.rest())
    return count


def related(
    article_id: str, *, top: int = 10, **filters: Unpack[ArticleFilters]
) -> Plan[list[RelatedArticle]]:
    """Return the nearest articles of other stories."""
    (article_id,) = checked_ids([article_id])
    allow = article_filter(**filters)
    check_top(top)
    params = {**filter_object(checked_filter(allow)), "top": str(top)}
    shown = yield Call("GET", f"{article_path(article_id)}/related", params=params)
    with reading():
        ids = parser.article_ids(shown["articles"])
        likeness = {listed["id"]: float(listed["likeness"]) for listed in shown["articles"]}
    nearest = yield from _whole(ids)
    return [RelatedArticle(article, likeness[name]) for name, article in nearest.items()]


def versions(article_id: str) -> Plan[Versions]:
    """Return the other prints of an article's story."""
    (article_id,) = checked_ids([article_id])
    shown = yield Call("GET", f"{article_path(article_id)}/versions")
    with reading():
        copies, others = (parser.article_ids(shown[kind]) for kind in ("copies", "versions"))
    prints = yield from _whole([*copies, *others])
    return Versions(
        tuple(prints[name] for name in copies if name in prints),
        tuple(prints[name] for name in others if name in prints),
    )


def difference(article_id: str, other_id: str) -> Plan[list[Change]]:
    """Return what became of an article's text in that of another, compared on this machine."""
    article_id, other_id = checked_ids([article_id, other_id])
    article = yield from get(article_id)
    other = yield from get(other_id)
    return difference_of(article.text, other.text)


def _whole(ids: Iterable[str]) -> Plan[dict[str, Article]]:
    """Return the articles by id, in order; one that was removed since the list was made is left out."""
    articles: dict[str, Article] = {}
    for article_id in ids:
        with suppress(UnknownArticle):
            articles[article_id] = yield from get(article_id)
    return articles
