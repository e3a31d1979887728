"""The HTTP door, first part: ask, search, read an article. The one home of FastAPI, with `queries.py`.

Knows routes and status codes; the objects are those of `schemas.py`. It listens on this machine only: there
are no keys yet, so nobody else may come in.
"""

import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware.base import RequestResponseEndpoint

from api.calibrations import in_force_object
from api.errors import BadOption, NutgrafError, UnknownArticle, error_object
from api.explanations import explained
from api.options import article_filter
from api.queries import Ask, Search
from api.schemas import Json, asked_object, found_object, full_article_object, info_object
from api.service import Open, article, open_answerer
from api.settings import Settings
from api.timelines import timeline_object
from qa.errors import QAError

HOST = "127.0.0.1"


def create_app(settings: Settings) -> FastAPI:
    """Return the application; its lifespan opens the index and the models once, and closes them."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with open_answerer(settings) as opened:
            app.state.opened = opened
            yield

    app = FastAPI(title="nutgraf", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.middleware("http")(_known_host)
    _routes(app)
    for kind in NutgrafError:
        app.add_exception_handler(kind, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _defect)
    return app


def serve(settings: Settings, port: int) -> None:
    """Serve on this machine until interrupted. Raises what opening raises, and BadOption for a taken port."""
    import uvicorn

    with open_answerer(settings):
        pass  # what cannot be opened is one clear line here, and a failed start in the server
    try:
        listening = socket.create_server((HOST, port))
    except OSError as error:
        raise BadOption(
            f"port {port} cannot be listened on: {error.strerror}", hint=f"--port {port % 65535 + 1}"
        ) from error
    with listening:
        sys.stderr.write(f"listening on http://{HOST}:{port}\n")
        server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="warning"))
        server.run(sockets=[listening])


def _routes(app: FastAPI) -> None:
    # Plain functions, not coroutines: answering is computation, and runs in the thread pool.
    @app.post("/v1/ask")
    def ask(asked: Ask, request: Request) -> Json:
        """Answer a question, or say that the archive does not answer it."""
        opened = _opened(request)
        outcome = opened.answerer.ask(
            asked.question, top=asked.top, allow=_filter(asked), min_probability=asked.min_probability
        )
        explanation = explained(opened.answerer, outcome) if asked.explain else None
        result = asked_object(outcome, opened.index, explanation)
        if asked.timeline:
            result["timeline"] = timeline_object(opened.answerer.timeline(outcome))
        return result

    @app.post("/v1/search")
    def search(wanted: Search, request: Request) -> Json:
        """Find the passages nearest to some words."""
        opened = _opened(request)
        found = opened.answerer.search(wanted.question, top=wanted.top, allow=_filter(wanted))
        return found_object(wanted.question, found, opened.index)

    @app.get("/v1/articles/{article_id:path}")
    def get_article(article_id: str, request: Request) -> Json:
        """Return an article with all that is kept of it."""
        return full_article_object(article(_opened(request).index, article_id))

    @app.get("/v1/info")
    def info(request: Request) -> Json:
        """Say what the index holds."""
        index = _opened(request).index
        calibration = in_force_object(_opened(request).calibration)
        return info_object(index, index.store.sources()) | {"calibration": calibration}

    @app.get("/healthz")
    def healthz() -> Json:
        """Say that the process is alive."""
        return {"status": "alive"}


def _opened(request: Request) -> Open:
    opened: Open = request.app.state.opened
    return opened


def _filter(wanted: Search) -> Any:  # noqa: ANN401 - an indexer.filters.Filter
    return article_filter(wanted.after, wanted.before, wanted.as_of, wanted.source)


async def _known_host(request: Request, answer: RequestResponseEndpoint) -> Response:
    """Refuse other names of this machine: a page from elsewhere could bring its own (DNS rebinding)."""
    host = request.headers.get("host", "").rsplit(":", 1)[0]
    if host not in {HOST, "localhost"}:
        return _shaped(400, "http", f"this server is not known as {host[:100]!r}")
    return await answer(request)


async def _ours(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, NutgrafError)
    wrong_request = 404 if isinstance(error, UnknownArticle) else 400
    status = wrong_request if isinstance(error, QAError) else 500
    return JSONResponse(error_object(error), status)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return _shaped(422, "bad_request", f"{where}: {first['msg']}")


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return _shaped(error.status_code, "http", str(error.detail))


async def _defect(_: Request, error: Exception) -> JSONResponse:
    return _shaped(500, "defect", f"a defect of nutgraf: {type(error).__name__}")


def _shaped(status: int, code: str, message: str) -> JSONResponse:
    hint = "the routes and objects are in docs/http.md"
    return JSONResponse({"error": {"code": code, "message": message, "hint": hint}}, status)
