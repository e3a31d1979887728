"""The paths for people: `/`, articles, `/docs`, and what stands beside them. Looks are in `api.web.page`.

Everything is rendered here, so that a page works without its script; and an address says all that was asked.
"""

import json
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from nutgraf.api.engine.engine import Busy, Engine
from nutgraf.api.web.deadline import in_time
from nutgraf.api.web.page import reference
from nutgraf.api.web.page.examples import FrontPage
from nutgraf.api.web.page.form import SearchForm, is_untidy
from nutgraf.api.web.page.passages import looked_at
from nutgraf.api.web.page.render import assets, paragraphs, render, version
from nutgraf.api.web.page.strips import rival, strips
from nutgraf.filters import article_filter
from nutgraf.objects import Json, asked_object, full_article_object, timeline_object
from nutgraf.opening import OpenIndex, article
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.result import QuestionResult

Handler = Callable[[Request, Exception], Awaitable[Response]]
FOR_PROGRAMS = ("/v1/", "/mcp", "/metrics", "/openapi.json", "/healthz", "/readyz")
router = APIRouter(include_in_schema=False)
_READING = ["GET", "HEAD"]


@router.api_route("/", methods=_READING)
async def home(request: Request) -> Response:
    """Show the empty form, or answer what its address asks."""
    form = SearchForm.of(request.query_params)
    if is_untidy(request.query_params):
        return RedirectResponse(form.url, 303)
    front = _front(request)
    if not form.q:
        examples = await in_time(request, front.examples())
        return await _page(request, "home.html", form=form, examples=examples)
    allow = article_filter(form.after or None, form.before or None, form.as_of or None, [*form.source])
    engine = _engine(request)
    told = await in_time(request, engine.ask(Inquiry(form.q, allow=allow), _told))
    over_time = strips(await _timeline(request, engine, told.pop("outcome")))
    return await _page(
        request,
        "answer.html",
        form=form,
        told=told,
        calibrated=told.pop("calibrated"),
        strips=over_time,
        rival=rival(over_time, told["answers"][0]) if told["answers"] else None,
        looked=looked_at(told),
    )


@router.api_route("/articles/{article_id:path}", methods=_READING)
async def read(article_id: str, request: Request, start: int = 0, end: int = 0) -> Response:
    """Show an article, and the words from `start` to `end` marked."""

    def work(opened: OpenIndex) -> Json:
        found = article(opened.index, article_id)
        there = 0 <= start < end <= len(found.text)
        lines = [*paragraphs(found.text, [(start, end)] if there else [])]
        return {"article": full_article_object(found), "lines": lines, "missing": not there and end != 0}

    shown = await in_time(request, _engine(request).run(work))
    return await _page(request, "article.html", form=SearchForm(), **shown)


@router.api_route("/docs", methods=_READING)
async def docs(request: Request) -> Response:
    """Show what programs may ask, from the same description that they read."""
    described = request.app.openapi()
    operations, shapes = reference.operations(described), reference.shapes(described)
    return await _page(request, "docs.html", form=SearchForm(), operations=operations, shapes=shapes)


@router.api_route("/static/{name}", methods=_READING)
async def static(name: str, v: str = "") -> Response:
    """Send what the page needs; under its version a browser may keep it."""
    if name not in assets():
        raise HTTPException(404, "Not Found")
    kept = "private, max-age=31536000, immutable" if v == version() else "no-cache"
    return Response(assets()[name].body, media_type=assets()[name].kind, headers={"Cache-Control": kept})


def readable(handler: Handler) -> Handler:
    """Return a handler of failures that shows a page to whoever came with a browser, and else what it did."""

    async def answer(request: Request, error: Exception) -> Response:
        failed = await handler(request, error)
        wants_page = "text/html" in request.headers.get("accept", "")
        if not wants_page or request.url.path.startswith(FOR_PROGRAMS):
            return failed
        shape = json.loads(bytes(failed.body))["error"]
        form = SearchForm.of(request.query_params) if request.url.path == "/" else SearchForm()
        shown = render("error.html", form=form, facts=None, status=failed.status_code, error=shape)
        kept = {name: value for name, value in failed.headers.items() if name in {"retry-after", "allow"}}
        return HTMLResponse(shown, failed.status_code, kept)

    return answer


# --- inside ---------------------------------------------------------------------------------------------


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


def _front(request: Request) -> FrontPage:
    """Return what is remembered about the archive that is open now; made with the first page."""
    state, engine = request.app.state, _engine(request)
    front: FrontPage | None = getattr(state, "front", None)
    if front is None or front.engine is not engine:
        front = state.front = FrontPage(engine)
    return front


async def _page(request: Request, template: str, **values: object) -> HTMLResponse:
    facts = await in_time(request, _front(request).facts())
    return HTMLResponse(render(template, facts=facts, **values))


def _told(opened: OpenIndex, outcome: QuestionResult) -> Json:
    calibrated = opened.calibration.used or opened.reader.calibration is not None
    return asked_object(outcome, opened.index) | {"outcome": outcome, "calibrated": calibrated}


async def _timeline(request: Request, engine: Engine, outcome: QuestionResult) -> list[Json]:
    """Return how the answer changed, apart from the batch that others wait for; nothing when too busy."""
    if not outcome.answers:
        return []

    def work(opened: OpenIndex) -> list[Json]:
        return timeline_object(opened.answerer.timeline(outcome))

    try:
        return await in_time(request, engine.run(work))
    except Busy:
        return []
