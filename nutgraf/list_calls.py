"""The plans of lists: articles that pass filters, the nearest other stories, the prints of a story.

A server names the articles of a list without their texts, so each of them is asked for by a call of its own.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Unpack

from nutgraf import parser
from nutgraf.arguments import checked_ids
from nutgraf.calls import ArticleFilters, Call, Plan, article_path, filter_object, get, reading
from nutgraf.errors import UnknownArticle
from nutgraf.filters import article_filter
from nutgraf.indexer.article import Article
from nutgraf.listing import checked_place, selection_of
from nutgraf.qa.checks import check_top, checked_filter
from nutgraf.qa.difference import Change
from nutgraf.qa.difference import difference as difference_of
from nutgraf.qa.related import RelatedArticle
from nutgraf.results import ArticlePage, Versions


class ListOptions(ArticleFilters, total=False):
    """The options of `Archive.articles`."""

    author: str | Sequence[str] | None
    words: str | None
    sort: str | None
    limit: int
    cursor: str | None
    facets: bool


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
    """Return a page of the articles that pass the filters."""
    selection = selection_of(article_filter(**filters), author, words)
    order, _ = checked_place(selection, sort, limit, cursor)
    params = {**filter_object(selection.allow), "author": list(selection.authors), "sort": order}
    params |= {"limit": str(limit), "facets": "true" if facets else "false"}
    if selection.words:
        params["words"] = selection.words
    if cursor is not None:
        params["cursor"] = cursor
    shown = yield Call("GET", "/v1/articles", params=params)
    with reading():
        ids, counts = parser.article_ids(shown["articles"]), parser.facets(shown.get("facets"))
        following = shown["next"]
    page = yield from _whole(ids)
    return ArticlePage(tuple(page.values()), following, counts)


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
