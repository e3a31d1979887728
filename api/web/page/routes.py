"""The routes of the pages: `/`, articles, `/docs` and the static files.

Pages are rendered on the server, so they work without their script, and an address holds the whole request.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from nutgraf.api.engine.engine import Engine
from nutgraf.api.engine.limits import Busy
from nutgraf.api.web.deadline import in_time
from nutgraf.api.web.page import reference
from nutgraf.api.web.page.browse_form import BrowseForm
from nutgraf.api.web.page.examples import FrontPage
from nutgraf.api.web.page.form import SearchForm, has_empty_fields
from nutgraf.api.web.page.looking import search_view, surroundings
from nutgraf.api.web.page.passages import passage_views
from nutgraf.api.web.page.render import CharSpan, assets, paragraphs, pieces, render, version
from nutgraf.api.web.page.strips import rival, strips
from nutgraf.api.web.proxies import link_root
from nutgraf.filters import article_filter
from nutgraf.indexer.fields import Field
from nutgraf.indexer.headlines import headline_span
from nutgraf.objects import AskJson
from nutgraf.opening import OpenIndex
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.result import QuestionResult
from nutgraf.qa.timeline import TimelineEntryJson
from nutgraf.reloader import IndexHandle
from nutgraf.results import AskResult
from nutgraf.watching import list_changes, list_watches

Handler = Callable[[Request, Exception], Awaitable[Response]]
FOR_PROGRAMS = ("/v1/", "/mcp", "/metrics", "/openapi.json", "/healthz", "/readyz")
router = APIRouter(include_in_schema=False)
_READING = ["GET", "HEAD"]
_MOST_WATCHES, _MOST_CHANGES = 200, 100  # of one page
_OTHER_READINGS = 3  # runners-up that are shown below the answer
WatchPlace = Annotated[int, Query(ge=0, le=(1 << 63) - 1)]
"""The id of a watch, behind which a page of watches begins."""


@router.api_route("/", methods=_READING)
async def home(request: Request) -> Response:
    """Show the empty form, or answer the question in the address."""
    form = SearchForm.of(request.query_params)
    if has_empty_fields(request.query_params):
        return RedirectResponse(link_root(request) + form.url, 303)
    front = _front(request)
    if not form.q:
        examples = await in_time(request, front.examples())
        return await _page(request, "home.html", form=form, examples=examples)
    allow = article_filter(form.after or None, form.before or None, form.as_of or None, [*form.source])
    engine = _engine(request)
    with engine.pinned() as handle:  # the timeline comes from the state of the index that answered
        inquiry = Inquiry(form.q, top=1 + _OTHER_READINGS, allow=allow, use_time=not form.no_time)
        answer = await in_time(request, engine.ask(inquiry, _answer, handle=handle))
        over_time = strips(await _timeline(request, engine, answer.result, handle))
    shown = answer.shown
    return await _page(
        request,
        "answer.html",
        form=form,
        result=shown,
        calibrated=answer.calibrated,
        strips=over_time,
        rival=rival(over_time, shown["answers"][0]) if shown["answers"] else None,
        looked=passage_views(shown),
    )


@router.api_route("/search", methods=_READING)
async def browse(request: Request) -> Response:
    """Show the articles that have some words or mean the same; without words all of them, by date."""
    form = BrowseForm.of(request.query_params)
    if has_empty_fields(request.query_params):
        return RedirectResponse(link_root(request) + form.url, 303)
    view = await in_time(request, _engine(request).run(lambda opened: search_view(opened, form)))
    return await _page(request, "search.html", form=SearchForm(), browse=form, view=view)


@router.api_route("/add", methods=_READING)
async def add(request: Request) -> Response:
    """Show the form that adds an article; its script sends it to the route for programs."""
    return await _page(request, "add.html", form=SearchForm())


@router.api_route("/articles/{article_id:path}", methods=_READING)
async def read(
    article_id: str,
    request: Request,
    start: int = 0,
    end: int = 0,
    field: Field = "text",
    compare: str = "",
) -> Response:
    """Show an article with the words from `start` to `end` of its text, or of its title, marked.

    What stands around it is shown, too: other prints of the story, what changed in `compare`, and what is
    related.
    """

    def work(opened: OpenIndex) -> dict[str, object]:
        article = opened.article(article_id)
        inside = 0 <= start < end <= len(article.content(field))
        marks: dict[Field, list[CharSpan]] = {"text": [], "title": []}
        if inside:
            marks[field].append((start, end))
        first, last = headline_span(article)
        if any(mark_end > last for _, mark_end in marks["title"]):  # the quote has the name of the site
            first, last = 0, len(article.title)
        return {
            "article": article.to_dict(),
            "title": pieces(article.title[first:last], first, marks["title"]),
            "lines": [*paragraphs(article.text, marks["text"])],
            "quote": {"field": field, "start": start, "end": end} if inside else None,
            "missing": not inside and end != 0,
            "around": surroundings(opened, article, compare),
        }

    values = await in_time(request, _engine(request).run(work))
    return await _page(request, "article.html", form=SearchForm(), **values)


@router.api_route("/watches", methods=_READING)
async def watched(request: Request, beyond: WatchPlace = 0) -> Response:
    """Show the standing questions from one on, how their answers changed, and a form that watches another.

    The form has the question and the filters of the address. A script sends it, and marks what is new.
    """
    settings = _engine(request).archive.settings

    def work(_: OpenIndex) -> dict[str, object]:
        watches = list_watches(settings, beyond, _MOST_WATCHES + 1)
        shown = [watch.to_dict() for watch in watches[:_MOST_WATCHES]]
        changes = list_changes(settings, limit=_MOST_CHANGES, newest=True)
        return {
            "watches": shown,
            "forms": {watch["id"]: SearchForm.of_watch(watch) for watch in shown},
            "next": shown[-1]["id"] if len(watches) > _MOST_WATCHES else None,
            "changes": [change.to_dict() for change in changes],
            "archive": settings.index.resolve().name,
        }

    values = await in_time(request, _engine(request).run(work))
    form = SearchForm.of(request.query_params)
    return await _page(request, "watches.html", form=form, plain=SearchForm(), beyond=beyond, **values)


@router.api_route("/docs", methods=_READING)
async def docs(request: Request) -> Response:
    """Show the API for people, from the description that programs read."""
    described = request.app.openapi()
    operations, shapes = reference.operations(described), reference.shapes(described)
    return await _page(request, "docs.html", form=SearchForm(), operations=operations, shapes=shapes)


@router.api_route("/static/{name}", methods=_READING)
async def static(name: str, v: str = "") -> Response:
    """Send a static file; a browser may keep it under its version."""
    if name not in assets():
        raise HTTPException(404, "Not Found")
    cache_control = "private, max-age=31536000, immutable" if v == version() else "no-cache"
    return Response(
        assets()[name].body, media_type=assets()[name].kind, headers={"Cache-Control": cache_control}
    )


def readable(handler: Handler) -> Handler:
    """Return a handler of failures that shows a page to browsers, and sends the same JSON to programs."""

    async def answer(request: Request, error: Exception) -> Response:
        response = await handler(request, error)
        wants_page = "text/html" in request.headers.get("accept", "")
        if not wants_page or request.url.path.startswith(FOR_PROGRAMS):
            return response
        body = json.loads(bytes(response.body))["error"]
        form = SearchForm.of(request.query_params) if request.url.path == "/" else SearchForm()
        page = render(
            "error.html", link_root(request), form=form, facts=None, status=response.status_code, error=body
        )
        headers = {
            name: value for name, value in response.headers.items() if name in {"retry-after", "allow"}
        }
        return HTMLResponse(page, response.status_code, headers)

    return answer


# --- inside ---------------------------------------------------------------------------------------------


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


def _front(request: Request) -> FrontPage:
    """Return the front page of this engine; the first page that is shown makes it."""
    state, engine = request.app.state, _engine(request)
    front: FrontPage | None = getattr(state, "front", None)
    if front is None or front.engine is not engine:
        front = state.front = FrontPage(engine)
    return front


async def _page(request: Request, template: str, **values: object) -> HTMLResponse:
    facts = await in_time(request, _front(request).facts())
    return HTMLResponse(render(template, link_root(request), facts=facts, **values))


@dataclass(frozen=True, slots=True)
class _PageAnswer:
    """A result, and what the page shows of it; where it is not calibrated, the page says so."""

    result: QuestionResult
    shown: AskJson
    calibrated: bool


def _answer(opened: OpenIndex, result: QuestionResult) -> _PageAnswer:
    calibrated = opened.calibration.used or opened.reader.calibration is not None
    return _PageAnswer(result, AskResult(result, opened.index.state).to_dict(), calibrated)


async def _timeline(
    request: Request, engine: Engine, result: QuestionResult, handle: IndexHandle[OpenIndex]
) -> list[TimelineEntryJson]:
    """Return the timeline of a result, or nothing when the engine is busy.

    It is made apart from the batch, so that other callers need not wait for it.
    """
    if not result.answers:
        return []

    def work(opened: OpenIndex) -> list[TimelineEntryJson]:
        return [entry.to_dict() for entry in opened.answerer.timeline(result)]

    try:
        return await in_time(request, engine.run(work, handle))
    except Busy:
        return []
