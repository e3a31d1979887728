"""The routes of lists: articles that pass filters, the nearest other stories, the prints of a story."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from nutgraf.api.engine.engine import Engine
from nutgraf.api.objects import responses as shapes
from nutgraf.api.objects.requests import ArticlesQuery, RelatedQuery, VersionsQuery
from nutgraf.api.web.deadline import in_time
from nutgraf.api.web.routes import CHECKED, ArticleId, gives
from nutgraf.listing import article_page, selection_of
from nutgraf.objects import RelatedJson, VersionsJson, related_object
from nutgraf.opening import OpenIndex

WHOLE_CHARS = 2_000_000
"""Characters of the texts of a page of whole articles, but for the last one. Not measured."""


class _BehindId(APIRoute):
    """A route whose path ends behind an article's id, which may hold such an ending itself: "a%2Frelated"."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match a path in which the slash before the last part is not percent-encoded."""
        last = self.path.rpartition("/")[2]
        if "{" not in last and not bytes(scope.get("raw_path") or scope["path"].encode()).endswith(
            f"/{last}".encode()
        ):
            return Match.NONE, {}
        return super().matches(scope)


router = APIRouter(prefix="/v1", tags=["articles"], route_class=_BehindId, dependencies=CHECKED)


@router.get("/articles", **gives(shapes.ArticlePageSchema))
async def list_articles(query: Annotated[ArticlesQuery, Query()], request: Request) -> JSONResponse:
    """List the articles that pass the filters, a page at a time; `source` and `author` may be there often."""
    selection = selection_of(query.allow(), query.author, query.words)

    def work(opened: OpenIndex) -> JSONResponse:
        page = article_page(
            opened.index,
            selection,
            sort=query.sort,
            limit=query.limit,
            cursor=query.cursor,
            facets=query.facets,
            most_chars=WHOLE_CHARS if query.whole else None,
        )
        whole = {"articles": [article.to_dict() for article in page]} if query.whole else {}
        return JSONResponse({**page.to_dict(), **whole})

    return await in_time(request, _engine(request).run(work))


@router.get("/articles/{article_id:path}/related", **gives(shapes.RelatedSchema))
async def related_articles(
    article_id: ArticleId, query: Annotated[RelatedQuery, Query()], request: Request
) -> RelatedJson:
    """Return the nearest articles of other stories, nearest first; copies of the article are none."""
    allow = query.allow()

    def work(opened: OpenIndex) -> RelatedJson:
        return related_object(opened.related(article_id, query.top, allow))

    return await in_time(request, _engine(request).run(work))


@router.get("/articles/{article_id:path}/versions", **gives(shapes.VersionsSchema))
async def article_versions(
    article_id: ArticleId, query: Annotated[VersionsQuery, Query()], request: Request
) -> VersionsJson:
    """Return the other prints of an article's story, and the difference to the one that `with` names."""

    def work(opened: OpenIndex) -> VersionsJson:
        shown = opened.versions(article_id).to_dict()
        if query.other is not None:
            changes = opened.difference(article_id, query.other)
            shown["difference"] = [change.to_dict() for change in changes]
        return shown

    return await in_time(request, _engine(request).run(work))


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine
