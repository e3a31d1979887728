"""The routes under /v1: they take bodies and return the objects of `nutgraf.objects`, and compute nothing."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from nutgraf.api.engine.engine import Engine
from nutgraf.api.engine.posted_files import plain_name
from nutgraf.api.engine.queue import QueuedRequest
from nutgraf.api.engine.remote_errors import defect_object, failure_object
from nutgraf.api.engine.writer import CHANGES, Writer
from nutgraf.api.objects import responses as shapes
from nutgraf.api.objects.requests import (
    ArticleUpload,
    AskQuery,
    AskRequest,
    BatchRequest,
    SearchQuery,
    SearchRequest,
)
from nutgraf.api.web import citations
from nutgraf.api.web.bodies import FILE, LINES, media_type
from nutgraf.api.web.cursors import cursor_at, place_of, request_hash
from nutgraf.api.web.deadline import in_time
from nutgraf.api.web.enclosed import enclosed_with_answers, enclosed_with_hits
from nutgraf.api.web.request_refused import RequestRefused
from nutgraf.api.web.uploads import stored_lines
from nutgraf.errors import NutgrafError
from nutgraf.indexer.loaders.suffixes import SUFFIXES
from nutgraf.objects import AskJson, InfoJson, SearchJson, SearchPageJson, search_object
from nutgraf.opening import OpenIndex, unknown_article
from nutgraf.qa.checks import MAX_TOP, check_top
from nutgraf.qa.result import QuestionResult
from nutgraf.qa.retrieval import SearchResult

_LISTS = ("source", "author")  # the parameters of an address that are lists


def check_json(request: Request) -> None:
    """Raise RequestRefused for a body that is not application/json; FastAPI would take evil+json as well."""
    _check_type(media_type(request.headers), "a question comes")


def check_parameters(request: Request) -> None:
    """Raise RequestRefused for a parameter of an address that counts for nothing.

    The route does not know it, or it is there several times, when only the last of them would count.
    """
    counts = Counter(name for name, _ in request.query_params.multi_items())
    for name in counts.keys() - _known_parameters(request.scope["route"].dependant, {*counts}):
        raise RequestRefused(
            422,
            "bad_request",
            f"{name[:100]}: there is no such parameter",
            "the routes and objects are in docs/http.md and /openapi.json",
        )
    repeated = next((name for name, count in counts.items() if count > 1 and name not in _LISTS), None)
    if repeated is not None:
        raise RequestRefused(
            422,
            "bad_request",
            f"{repeated[:100]}: it is there {counts[repeated]} times, expected once",
            "source and author alone may be there several times",
        )


def _known_parameters(dependant: Dependant, named: set[str]) -> set[str]:
    """Return the parameters that a route takes; one whose parameters are a model leaves `named` to that."""
    fields = dependant.query_params
    if any(isinstance(kind := f.field_info.annotation, type) and issubclass(kind, BaseModel) for f in fields):
        return named
    known = {f.alias for f in fields}
    return known.union(*(_known_parameters(inner, named) for inner in dependant.dependencies))


CHECKED = [Depends(check_parameters)]
router = APIRouter(prefix="/v1", dependencies=CHECKED)
_JSON_ONLY = [Depends(check_json)]
ArticleId = Annotated[
    str,
    Path(description="An article's id, as answers and passages have it.", examples=[shapes.ARTICLE_ID]),
]
Wait = Annotated[
    bool, Query(description="Return when searches by words find the articles, too.", examples=[True])
]
Accept = Annotated[
    str, Header(description="Says the format by its media type.", examples=["application/x-bibtex"])
]
FileName = Annotated[
    str, Query(description="Of a file: its name, whose ending says how to read it.", examples=["a.pdf"])
]
IfNoneMatch = Annotated[
    str | None,
    Header(
        description="The `ETag` of the article that you have, or several.",
        examples=['"0cc175b9c0f1b6a831c399e269772661"'],
    ),
]
_UPLOAD_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": ArticleUpload.model_json_schema()},
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            "application/x-ndjson": {"schema": {"type": "string", "description": "An article a line."}},
        },
    }
}


def gives(model: type[BaseModel], *statuses: int) -> dict[str, Any]:
    """Return what FastAPI describes of the responses of a route; it does not check them."""
    failure = {"model": shapes.ErrorSchema}
    success = {status: {"model": model} for status in statuses or (200,)}
    return {"response_model": None, "responses": {**success, "4XX": failure, "5XX": failure}}


_STREAM = gives(shapes.QuestionResultSchema)["responses"] | {
    200: {"description": "Server-sent events.", "content": {"text/event-stream": {}}}
}


@router.post(
    "/ask",
    tags=["asking"],
    dependencies=_JSON_ONLY,
    **citations.also_citations(gives(shapes.QuestionResultSchema)),
)
async def ask(body: AskRequest, request: Request, name: citations.WantedFormat) -> Response:
    """Answer a question with the exact words of an article, or say that none was found or is sure enough."""
    if name != "json":
        return await citations.answer_citation(request, _engine(request), body.inquiry(), name)
    return JSONResponse((await in_time(request, _engine(request).ask_all([_queued(body)])))[0])


@router.get(
    "/ask",
    tags=["asking"],
    **citations.also_citations(gives(shapes.QuestionResultSchema)),
)
async def get_ask(query: Annotated[AskQuery, Query()], request: Request, accept: Accept = "*/*") -> Response:
    """Answer the question of an address; `source` may be there several times."""
    return await ask(query, request, citations.wanted_format(query.format, accept))


@router.post(
    "/ask/batch",
    tags=["asking"],
    dependencies=_JSON_ONLY,
    **citations.also_citations(gives(shapes.BatchResultSchema)),
)
async def ask_batch(body: BatchRequest, request: Request, name: citations.WantedFormat) -> Response:
    """Answer up to 32 questions; the outcomes are in the order of the questions."""
    if name != "json":
        inquiries = [question.inquiry() for question in body.questions]
        return await citations.answers_citation(request, _engine(request), inquiries, name)
    requests = [_queued(question) for question in body.questions]
    return JSONResponse({"outcomes": await in_time(request, _engine(request).ask_all(requests))})


@router.post(
    "/ask/stream",
    tags=["asking"],
    dependencies=_JSON_ONLY,
    response_class=StreamingResponse,
    responses=_STREAM,
)
async def ask_stream(body: AskRequest, request: Request) -> StreamingResponse:
    """Answer as server-sent events: `passages` as soon as they are found, then `answer`, or else `error`."""
    engine, queued = _engine(request), _queued(body)
    inquiry = queued.inquiry

    def retrieve(opened: OpenIndex) -> tuple[SearchResult, SearchJson]:
        result = opened.answerer.retrieve(inquiry)
        passages = search_object(inquiry.question, result, opened.index.state)
        if body.articles:
            passages["articles"] = enclosed_with_hits(result.candidates)
        return result, passages

    async def events() -> AsyncIterator[str]:
        try:
            with engine.pinned() as handle:  # the answer is read from the same passages that are sent
                result, passages = await in_time(request, engine.run(retrieve, handle))
                yield _event("passages", passages)
                again = replace(queued, handle=handle, retrieved=result)
                yield _event("answer", (await in_time(request, engine.ask_all([again])))[0])
        except NutgrafError as error:
            yield _event("error", failure_object(error))
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 - the response has begun, so the error must be an event
            yield _event("error", defect_object(error))

    return StreamingResponse(events(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.post(
    "/search",
    tags=["asking"],
    dependencies=_JSON_ONLY,
    **citations.also_citations(gives(shapes.SearchResultSchema)),
)
async def search(body: SearchRequest, request: Request, name: citations.WantedFormat) -> Response:
    """Find the passages nearest to some words; up to 100, a page at a time."""
    check_top(body.top)
    allow = body.allow()
    hash_of_request = request_hash(body.question, allow, use_time=body.time)

    def work(opened: OpenIndex) -> Response:
        first = 0 if body.cursor is None else place_of(body.cursor, hash_of_request, opened)
        last = min(first + body.top, MAX_TOP) if first else body.top
        result = opened.searcher.search(body.question, top=last, allow=allow, use_time=body.time)
        shown = result.candidates[first:]
        if name != "json":
            return citations.hits_citation(shown, name)
        more = len(result.candidates) == last < MAX_TOP
        hits = search_object(body.question, result, opened.index.state)
        next_cursor = cursor_at(last, hash_of_request, opened) if more else None
        page: SearchPageJson = {**hits, "passages": hits["passages"][first:], "next": next_cursor}
        if body.articles:
            page["articles"] = enclosed_with_hits(shown)
        return JSONResponse(page)

    return await in_time(request, _engine(request).run(work))


@router.get(
    "/search",
    tags=["asking"],
    **citations.also_citations(gives(shapes.SearchResultSchema)),
)
async def get_search(
    query: Annotated[SearchQuery, Query()], request: Request, accept: Accept = "*/*"
) -> Response:
    """Find the passages nearest to the words of an address; `source` may be there several times."""
    return await search(query, request, citations.wanted_format(query.format, accept))


@router.get(
    "/articles/{article_id:path}",
    tags=["articles"],
    **citations.also_citations(gives(shapes.ArticleSchema)),
)
async def get_article(
    article_id: ArticleId,
    request: Request,
    name: citations.WantedFormat,
    place: citations.Place,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Return an article with all its fields; 304 where its `ETag` is one of those in the request."""
    if name != "json":
        return await citations.article_citation(request, _engine(request), article_id, place, name)
    article = await in_time(request, _engine(request).run(lambda opened: opened.article(article_id)))
    response = JSONResponse(article.to_dict())
    tag = f'"{sha256(bytes(response.body)).hexdigest()[:32]}"'
    known = [known_tag.strip().removeprefix("W/") for known_tag in (if_none_match or "").split(",")]
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response


@router.post(
    "/articles", tags=["articles"], openapi_extra=_UPLOAD_BODY, **gives(shapes.StoredArticleSchema, 200, 201)
)
async def post_articles(request: Request, wait: Wait = False, name: FileName = "") -> Response:
    """Store one article (application/json), or one in each line (application/x-ndjson); return each status.

    A file (application/octet-stream, with its `name`) is read as `nutgraf index` reads it.

    When the call returns, searches by meaning find them; searches by words find them some seconds later, or,
    with `wait`, when the call returns.
    """
    kind = media_type(request.headers)
    if kind in LINES:
        lines = await stored_lines(request.stream(), _writer(request), publish=wait)
        return Response(lines, media_type="application/x-ndjson")
    if kind == FILE:
        return await _posted_file(request, name, publish=wait)
    _check_type(kind, "articles come")
    upload = ArticleUpload.model_validate_json(await request.body())
    writer = _writer(request)
    (result,) = await writer.add([upload.record()])
    if result["status"] == "skipped":
        raise RequestRefused(422, "bad_article", result["reason"], 'send {"id": "...", "text": "..."}')
    if wait or result["status"] in CHANGES:
        await writer.refresh(publish=wait)
    return JSONResponse(result, 201 if result["status"] in {"added", "duplicate"} else 200)


@router.delete("/articles/{article_id:path}", tags=["articles"], **gives(shapes.RemovedArticlesSchema))
async def delete_article(article_id: ArticleId, request: Request) -> dict[str, list[str]]:
    """Remove an article; no search finds it after the call returns."""
    writer = _writer(request)
    if not await writer.remove(article_id):
        raise unknown_article(article_id)
    await writer.refresh()
    return {"removed": [article_id]}


@router.get("/info", tags=["archive"], **gives(shapes.InfoSchema))
async def info(request: Request) -> JSONResponse:
    """Return what the index holds."""

    def work(opened: OpenIndex) -> InfoJson:
        return opened.report().to_dict()

    return JSONResponse(await in_time(request, _engine(request).run(work)))


# --- inside ---------------------------------------------------------------------------------------------


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


def _writer(request: Request) -> Writer:
    writer: Writer = request.app.state.writer
    return writer


async def _posted_file(request: Request, name: str, *, publish: bool) -> Response:
    """Store the articles of a file, and return one line of JSON about each."""
    plain = plain_name(name)
    if not plain:
        raise RequestRefused(
            415,
            "bad_type",
            f"the name of the file is {name[:100]!r}, which does not end as that of a type that is read",
            f"?name=report.pdf; these types are read: {' '.join(SUFFIXES)}",
        )
    writer = _writer(request)
    results = await writer.add_file(plain, await request.body())
    stored = any(result["status"] in CHANGES for result in results)
    if len(results) == 1 and results[0]["status"] == "skipped":
        raise RequestRefused(422, "bad_article", results[0]["reason"], "send a file that has text")
    if publish or stored:
        await writer.refresh(publish=publish)
    lines = [
        json.dumps({"line": line, **result}, ensure_ascii=False) for line, result in enumerate(results, 1)
    ]
    return Response("".join(f"{line}\n" for line in lines), media_type="application/x-ndjson")


def _check_type(kind: str, wanted: str) -> None:
    """Raise RequestRefused for another media type: an HTML form of another page could send some of them."""
    if kind != "application/json":
        what = f"the body is {kind[:100]}" if kind else "the request has no Content-Type"
        raise RequestRefused(
            415,
            "bad_type",
            f"{what}, and {wanted} as JSON",
            "send the header Content-Type: application/json",
        )


def _queued(body: AskRequest) -> QueuedRequest[AskJson]:
    return QueuedRequest(body.inquiry(), partial(_rendered, body), slow=body.timeline)


def _rendered(body: AskRequest, opened: OpenIndex, result: QuestionResult) -> AskJson:
    outcome = opened.result(result, timeline=body.timeline, explain=body.explain)
    shown = outcome.to_dict()
    if body.articles:
        shown["articles"] = enclosed_with_answers(result, outcome.timeline)
    return shown


def _event(name: str, value: Mapping[str, object]) -> str:
    return f"event: {name}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n"
