"""Joins the HTTP door: the engine's life, the routes, the guard, and one shape for every failure."""

import math
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NoReturn

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Route

from nutgraf.api.engine.defects import defect_object
from nutgraf.api.engine.engine import Busy, Engine, EngineLimits
from nutgraf.api.engine.failures import failure_object
from nutgraf.api.engine.log import QuestionLog, log_to_stderr
from nutgraf.api.engine.writer import Writer
from nutgraf.api.mcp.transports import HttpDoor
from nutgraf.api.objects.responses import AliveSchema, ReadySchema
from nutgraf.api.web.cursors import StaleCursor
from nutgraf.api.web.guard import AccessRules, Guard
from nutgraf.api.web.metrics import CONTENT_TYPE, Metrics
from nutgraf.api.web.page.routes import readable
from nutgraf.api.web.page.routes import router as pages
from nutgraf.api.web.refused import RequestRefused
from nutgraf.api.web.routes import router
from nutgraf.errors import BadOption, NutgrafError, UnknownArticle
from nutgraf.indexer.errors import IndexLocked
from nutgraf.objects import Json
from nutgraf.opening import LoadedModels, load_models, open_with
from nutgraf.qa.errors import QAError
from nutgraf.settings import Settings

LOOPBACK = ("127.0.0.1", "::1", "localhost")
STATUS: dict[type[Exception], int] = {
    UnknownArticle: 404,
    StaleCursor: 409,
    IndexLocked: 409,
    Busy: 503,
    QAError: 400,
}
"""Of the first kind that an error is of; else it is 500, a fault of the server's."""


@dataclass(frozen=True, slots=True)
class Serving:
    """How to serve: where, to whom, how long a request may take, and whether questions are logged."""

    host: str = "127.0.0.1"
    port: int = 8017
    rules: AccessRules = field(default_factory=AccessRules)
    limits: EngineLimits = field(default_factory=EngineLimits)
    deadline_s: float = 30.0
    log_questions: bool = False


def create_app(
    settings: Settings, serving: Serving | None = None, models: LoadedModels | None = None
) -> FastAPI:
    """Return the application; its lifespan loads the models, if need be, and opens and closes the index."""
    serving, metrics, agents = serving or Serving(), Metrics(), HttpDoor()
    observer = QuestionLog(metrics) if serving.log_questions else metrics

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with Engine(settings, serving.limits, observer, models) as engine:
            metrics.watch(lambda: engine.waiting, lambda: engine.opened)
            app.state.engine, app.state.deadline_s = engine, serving.deadline_s
            app.state.writer = Writer(engine)
            try:
                async with agents.open(engine, serving.deadline_s):
                    yield
            finally:
                await app.state.writer.aclose()

    app = FastAPI(
        title="nutgraf",
        description="Ask a news archive. Every answer is a quote, with its source.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.include_router(router)
    app.include_router(pages)
    app.router.routes.append(Route(agents.path, agents, methods=["POST"]))
    app.add_api_route("/healthz", _alive, response_model=AliveSchema, tags=["health"])
    app.add_api_route("/readyz", _ready, response_model=ReadySchema, tags=["health"])

    @app.get("/metrics", tags=["health"], response_class=PlainTextResponse)
    async def show_metrics() -> Response:
        """Show what a dashboard wants to know, in Prometheus' text format."""
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    for kind in NutgrafError:
        app.add_exception_handler(kind, readable(_ours))
    app.add_exception_handler(RequestRefused, readable(_refused))
    app.add_exception_handler(RequestValidationError, readable(_invalid))
    app.add_exception_handler(ValidationError, readable(_invalid))
    app.add_exception_handler(HTTPException, readable(_http))
    app.add_exception_handler(Exception, readable(_defect))
    app.add_middleware(Guard, rules=serving.rules, failed=readable(_defect), count=metrics.request)
    return app


def serve(settings: Settings, serving: Serving) -> None:
    """Serve until interrupted; what is in flight is finished.

    Raises what opening raises, and BadOption for an address that cannot be had, or not without a key.
    """
    import uvicorn

    if serving.host not in LOOPBACK and not serving.rules.keys:
        raise BadOption(
            f"--host {serving.host} lets other machines in, and there is no API key",
            hint="--api-key-file FILE, or $NUTGRAF_API_KEY; without a key nutgraf serves this machine alone",
        )
    models = load_models(settings)
    with open_with(settings, models):
        pass  # what cannot be opened is one clear line here, and a failed start in the server
    family = socket.AF_INET6 if ":" in serving.host else socket.AF_INET
    try:
        listening = socket.create_server((serving.host, serving.port), family=family)
    except OSError as error:
        raise BadOption(
            f"port {serving.port} of {serving.host} cannot be listened on: {error.strerror}",
            hint=f"--port {serving.port % 65535 + 1}",
        ) from error
    with listening:
        host = f"[{serving.host}]" if ":" in serving.host else serving.host
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _ended)
        sys.stderr.write(f"listening on http://{host}:{serving.port}\n")
        log_to_stderr()
        config = uvicorn.Config(
            create_app(settings, serving, models),
            log_config=None,  # its warnings are lines of our log
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=math.ceil(serving.deadline_s),
        )
        uvicorn.Server(config).run(sockets=[listening])


def _ended(*_: object) -> NoReturn:
    """End well: uvicorn hands the signal on when what was in flight is finished.

    Set before anybody is told that there is a server, who might stop it before uvicorn looks.
    """
    raise SystemExit(0)


async def _alive() -> Json:
    """Say that the process is alive."""
    return {"status": "alive"}


async def _ready(request: Request) -> Json:
    """Say that models and index are open: it is not answered before they are."""
    return {"status": "ready", "waiting": request.app.state.engine.waiting}


# --- failures -------------------------------------------------------------------------------------------


async def _ours(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, NutgrafError)
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
    headers = {"Retry-After": str(Busy.retry_after_s)} if isinstance(error, Busy) else None
    shape = failure_object(error)
    if isinstance(error, UnknownArticle):  # its hint is a command
        shape["error"]["hint"] = "a search for its words shows the ids of articles"
    return JSONResponse(shape, status, headers)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestRefused)
    return error.response


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError | ValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body")
    return _shaped(422, "bad_request", f"{where or 'body'}: {first['msg']}")


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    answer = _shaped(error.status_code, "http", str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


async def _defect(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse(defect_object(request, error), 500)


def _shaped(status: int, code: str, message: str) -> JSONResponse:
    hint = "the routes and objects are in docs/http.md and /openapi.json"
    return JSONResponse({"error": {"code": code, "message": message, "hint": hint}}, status)
