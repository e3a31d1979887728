"""The paths under /v1: bodies in, the objects of `nutgraf.objects` out. Nothing is computed here."""

import json
from collections.abc import AsyncIterator
from functools import partial
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from nutgraf.api.engine.defects import defect_object
from nutgraf.api.engine.engine import Engine
from nutgraf.api.engine.failures import failure_object
from nutgraf.api.engine.queue import QueuedRequest
from nutgraf.api.engine.writer import CHANGES, Writer
from nutgraf.api.objects import responses as shapes
from nutgraf.api.objects.requests import ArticleUpload, AskRequest, BatchRequest, SearchRequest
from nutgraf.api.terminal.explanations import explained
from nutgraf.api.web.bodies import LINES, media_type
from nutgraf.api.web.cursors import cursor_at, place_of, request_hash
from nutgraf.api.web.deadline import in_time
from nutgraf.api.web.refused import RequestRefused
from nutgraf.api.web.uploads import stored_lines
from nutgraf.errors import NutgrafError
from nutgraf.index_calibration import in_force_object
from nutgraf.objects import (
    Json,
    asked_object,
    found_object,
    full_article_object,
    info_object,
    timeline_object,
)
from nutgraf.opening import OpenIndex, article, unknown
from nutgraf.qa.checks import MAX_TOP, check_top
from nutgraf.qa.result import QuestionResult

router = APIRouter(prefix="/v1")
ArticleId = Annotated[
    str,
    Path(description="An article's id, as answers and passages have it.", examples=[shapes.ARTICLE_ID]),
]
IfNoneMatch = Annotated[
    str | None,
    Header(
        description="An `ETag` of the article that you have, or several.",
        examples=['"0cc175b9c0f1b6a831c399e269772661"'],
    ),
]
_UPLOAD_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": ArticleUpload.model_json_schema()},
            "application/x-ndjson": {"schema": {"type": "string", "description": "An article a line."}},
        },
    }
}


def gives(model: type[BaseModel], *statuses: int) -> dict[str, Any]:
    """Return what FastAPI is told of a route's responses; they are made elsewhere, so it checks none."""
    failed = {"model": shapes.ErrorSchema}
    right = {status: {"model": model} for status in statuses or (200,)}
    return {"response_model": None, "responses": {**right, "4XX": failed, "5XX": failed}}


_STREAM = gives(shapes.QuestionResultSchema)["responses"] | {
    200: {"description": "Server-sent events.", "content": {"text/event-stream": {}}}
}


@router.post("/ask", tags=["asking"], **gives(shapes.QuestionResultSchema))
async def ask(asked: AskRequest, request: Request) -> JSONResponse:
    """Answer a question with the exact words of an article, or say that the archive does not answer it."""
    return JSONResponse((await in_time(request, _engine(request).ask_all([_wanted(asked)])))[0])


@router.post("/ask/batch", tags=["asking"], **gives(shapes.BatchResultSchema))
async def ask_batch(batch: BatchRequest, request: Request) -> JSONResponse:
    """Answer up to 32 questions; the outcomes have their order."""
    asks = [_wanted(one) for one in batch.questions]
    return JSONResponse({"outcomes": await in_time(request, _engine(request).ask_all(asks))})


@router.post("/ask/stream", tags=["asking"], response_class=StreamingResponse, responses=_STREAM)
async def ask_stream(asked: AskRequest, request: Request) -> StreamingResponse:
    """Answer as server-sent events: `passages` as soon as they are found, then `answer`, or else `error`."""
    engine, wanted = _engine(request), _wanted(asked)
    inquiry = wanted.inquiry

    def passages(opened: OpenIndex) -> Json:
        windows = opened.answerer.profile.reading.windows
        found = opened.answerer.search(inquiry.question, top=windows, allow=inquiry.allow)
        return found_object(inquiry.question, found, opened.index)

    async def events() -> AsyncIterator[str]:
        try:
            yield _event("passages", await in_time(request, engine.run(passages)))
            yield _event("answer", (await in_time(request, engine.ask_all([wanted])))[0])
        except NutgrafError as error:
            yield _event("error", failure_object(error))
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 - the answer has begun: nobody else could tell of it
            yield _event("error", defect_object(request, error))

    return StreamingResponse(events(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.post("/search", tags=["asking"], **gives(shapes.SearchResultSchema))
async def search(wanted: SearchRequest, request: Request) -> JSONResponse:
    """Find the passages nearest to some words; up to 100, a page at a time."""
    check_top(wanted.top)
    allow = wanted.allow()
    asked = request_hash(wanted.question, allow)

    def work(opened: OpenIndex) -> Json:
        first = 0 if wanted.cursor is None else place_of(wanted.cursor, asked, opened)
        last = min(first + wanted.top, MAX_TOP) if first else wanted.top
        found = opened.answerer.search(wanted.question, top=last, allow=allow)
        more = len(found.candidates) == last < MAX_TOP
        page = found_object(wanted.question, found, opened.index)
        page["passages"] = page["passages"][first:]
        return page | {"next": cursor_at(last, asked, opened) if more else None}

    return JSONResponse(await in_time(request, _engine(request).run(work)))


@router.get("/articles/{article_id:path}", tags=["articles"], **gives(shapes.ArticleSchema))
async def get_article(article_id: ArticleId, request: Request, if_none_match: IfNoneMatch = None) -> Response:
    """Return an article with all that is kept of it; 304 where the `ETag` given is still its own."""
    found = await in_time(request, _engine(request).run(lambda opened: article(opened.index, article_id)))
    whole = JSONResponse(full_article_object(found))
    tag = f'"{sha256(bytes(whole.body)).hexdigest()[:32]}"'
    known = [one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")]
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    whole.headers.update(headers)
    return whole


@router.post(
    "/articles", tags=["articles"], openapi_extra=_UPLOAD_BODY, **gives(shapes.StoredArticleSchema, 200, 201)
)
async def post_articles(request: Request) -> Response:
    """Store an article (application/json), or one a line (application/x-ndjson), and say what became of each.

    They can be found when the call returns: by meaning at once, by their words some seconds later.
    """
    kind = media_type(request.headers)
    if kind in LINES:
        return Response(
            await stored_lines(request.stream(), _writer(request)), media_type="application/x-ndjson"
        )
    if kind != "application/json":  # what a form of another page could send is taken from nobody
        raise RequestRefused(
            415, "bad_type", f"{kind or 'no type'!r} is no type of articles", "application/json"
        )
    given = ArticleUpload.model_validate_json(await request.body())
    writer = _writer(request)
    (result,) = await writer.add([given.record()])
    if result["status"] in CHANGES:
        await writer.found()
    return JSONResponse(result, 201 if result["status"] in {"added", "duplicate"} else 200)


@router.delete("/articles/{article_id:path}", tags=["articles"], **gives(shapes.RemovedArticlesSchema))
async def delete_article(article_id: ArticleId, request: Request) -> Json:
    """Remove an article; it is gone from every search when the call returns."""
    writer = _writer(request)
    if not await writer.remove(article_id):
        raise unknown(article_id)
    await writer.found()
    return {"removed": [article_id]}


@router.get("/info", tags=["archive"], **gives(shapes.InfoSchema))
async def info(request: Request) -> JSONResponse:
    """Say what the index holds."""

    def work(opened: OpenIndex) -> Json:
        described = info_object(opened.index, opened.index.store.sources())
        return described | {"calibration": in_force_object(opened.calibration)}

    return JSONResponse(await in_time(request, _engine(request).run(work)))


# --- inside ---------------------------------------------------------------------------------------------


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


def _writer(request: Request) -> Writer:
    writer: Writer = request.app.state.writer
    return writer


def _wanted(asked: AskRequest) -> QueuedRequest:
    return QueuedRequest(asked.inquiry(), partial(_rendered, asked), slow=asked.timeline)


def _rendered(asked: AskRequest, opened: OpenIndex, outcome: QuestionResult) -> Json:
    explanation = explained(opened.answerer, outcome) if asked.explain else None
    result = asked_object(outcome, opened.index, explanation)
    if asked.timeline:
        result["timeline"] = timeline_object(opened.answerer.timeline(outcome))
    return result


def _event(name: str, value: Json) -> str:
    return f"event: {name}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n"
