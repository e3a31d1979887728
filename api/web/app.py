"""Joins the HTTP door: the life of the engine, the routes, the guard, and one error object for failures."""

import math
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from nutgraf.api.engine.encoding import encoding_in_background
from nutgraf.api.engine.engine import Engine
from nutgraf.api.engine.limits import Busy, EngineLimits
from nutgraf.api.engine.log import QuestionLog, log_to_stderr
from nutgraf.api.engine.remote_errors import defect_object, failure_object
from nutgraf.api.engine.watcher import Watcher
from nutgraf.api.engine.writer import Writer
from nutgraf.api.mcp.transports import HttpDoor
from nutgraf.api.objects.responses import AliveSchema, ErrorSchema, ReadySchema
from nutgraf.api.web.bodiless import BodilessMiddleware
from nutgraf.api.web.browse import router as browsing
from nutgraf.api.web.compression import CompressionMiddleware
from nutgraf.api.web.cursors import StaleCursor
from nutgraf.api.web.description import described
from nutgraf.api.web.guard import OPEN_PATHS, AccessRules, Guard
from nutgraf.api.web.heads import head_deadline
from nutgraf.api.web.metrics import CONTENT_TYPE, Metrics
from nutgraf.api.web.origins import METHODS, SHOWN_HEADERS
from nutgraf.api.web.page.routes import readable
from nutgraf.api.web.page.routes import router as pages
from nutgraf.api.web.proxies import ProxyMiddleware, ProxyRules, server_root
from nutgraf.api.web.request_refused import RequestRefused
from nutgraf.api.web.routes import router
from nutgraf.api.web.watches import router as watches
from nutgraf.archive import Archive
from nutgraf.errors import BadOption, NutgrafError, StaleWatch, UnknownArticle, UnknownWatch
from nutgraf.hooks import Hooks
from nutgraf.indexer.errors import BadWatch, IndexLocked
from nutgraf.qa.errors import QAError

LEAST_ZIPPED_BYTES, ZIP_LEVEL = 1000, 6
"""Least size of an answer that is compressed, and the level of zlib. Neither was compared with others."""

LOOPBACK = ("127.0.0.1", "::1", "localhost")
STATUS: dict[type[Exception], int] = {
    UnknownArticle: 404,
    UnknownWatch: 404,
    StaleWatch: 409,
    StaleCursor: 409,
    IndexLocked: 409,
    Busy: 503,
    BadWatch: 400,
    QAError: 400,
}
"""The status of an error is that of the first matching class; otherwise it is 500, a fault of the server."""


@dataclass(frozen=True, slots=True)
class Serving:
    """The address to serve, who may come in, the deadline of a request, and whether questions are logged.

    `proxy` is what a proxy in front changes; pages of the `cors_origins` may ask from a browser.
    `encode_share` is the part of the time in which missing vectors are made while nobody asks; 0: none.
    Changed answers are handed over to the `hooks`.
    """

    host: str = "127.0.0.1"
    port: int = 8017
    rules: AccessRules = field(default_factory=AccessRules)
    limits: EngineLimits = field(default_factory=EngineLimits)
    deadline_s: float = 30.0
    log_questions: bool = False
    proxy: ProxyRules = field(default_factory=ProxyRules)
    cors_origins: tuple[str, ...] = ()
    encode_share: float = 0.5
    hooks: Hooks = field(default_factory=Hooks)


def create_app(archive: Archive, serving: Serving | None = None) -> FastAPI:
    """Return the application; its lifespan loads the models and opens the newest state, and frees both."""
    serving, metrics, mcp_door = serving or Serving(), Metrics(), HttpDoor()
    observer = QuestionLog(metrics) if serving.log_questions else metrics

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with Engine(archive, serving.limits, observer) as engine:
            metrics.watch(lambda: engine.waiting, lambda: engine.opened)
            app.state.engine, app.state.deadline_s = engine, serving.deadline_s
            app.state.hooks = serving.hooks
            watcher = Watcher(engine, serving.hooks)
            app.state.writer = Writer(engine, published=watcher.run_soon)
            try:
                async with (
                    mcp_door.open(engine, serving.deadline_s),
                    encoding_in_background(engine, serving.encode_share),
                ):
                    yield
            finally:
                await app.state.writer.aclose()
                await watcher.aclose()

    app = FastAPI(
        title="nutgraf",
        description="Ask a news archive. Every answer is a quote, with its source.",
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,  # made clients call it by that name
        openapi_url=None,  # the route is below: what it says depends on keys and prefix
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it would lead to an address without the prefix of a proxy
    )
    _add_routes(app, mcp_door, metrics)
    _add_description(app, keys=bool(serving.rules.keys))
    _add_failures(app)
    app.add_middleware(CompressionMiddleware, minimum_size=LEAST_ZIPPED_BYTES, compresslevel=ZIP_LEVEL)
    app.add_middleware(BodilessMiddleware)
    app.add_middleware(Guard, rules=serving.rules, failed=readable(_defect), count=metrics.request)
    if serving.cors_origins:  # outside the guard: a browser asks whether it may without a key
        app.add_middleware(
            CORSMiddleware,
            allow_origins=serving.cors_origins,
            allow_methods=METHODS,
            allow_headers=["*"],
            expose_headers=SHOWN_HEADERS,
        )
    app.add_middleware(ProxyMiddleware, rules=serving.proxy)
    return app


def _add_routes(app: FastAPI, mcp_door: HttpDoor, metrics: Metrics) -> None:
    app.include_router(browsing)  # before the articles, whose ids may have any ending
    app.include_router(router)
    app.include_router(watches)
    app.include_router(pages)
    app.router.routes.append(Route(mcp_door.path, mcp_door, methods=["POST"]))
    app.add_api_route("/healthz", is_alive, response_model=AliveSchema, tags=["health"])
    not_ready: dict[int | str, dict[str, Any]] = {503: {"model": ErrorSchema}}
    app.add_api_route("/readyz", is_ready, response_model=ReadySchema, responses=not_ready, tags=["health"])

    @app.get("/metrics", tags=["health"], response_class=PlainTextResponse)
    async def show_metrics() -> Response:
        """Show the figures of this server in the text format of Prometheus."""
        return Response(metrics.text(), media_type=CONTENT_TYPE)


def _add_description(app: FastAPI, *, keys: bool) -> None:
    async def show_description(request: Request) -> JSONResponse:
        return JSONResponse(described(app.openapi(), server_root(request), [*OPEN_PATHS], keys=keys))

    app.add_route("/openapi.json", show_description, include_in_schema=False)


def _add_failures(app: FastAPI) -> None:
    app.add_exception_handler(NutgrafError, readable(_nutgraf_error))
    app.add_exception_handler(RequestRefused, readable(_refused))
    app.add_exception_handler(RequestValidationError, readable(_invalid))
    app.add_exception_handler(ValidationError, readable(_invalid))
    app.add_exception_handler(HTTPException, readable(_http))
    app.add_exception_handler(Exception, readable(_defect))


def serve(archive: Archive, serving: Serving) -> None:
    """Serve until interrupted; requests in flight are finished.

    Raises what opening the archive raises, and BadOption for an address that cannot be listened on, or that
    needs a key.
    """
    import uvicorn

    if serving.host not in LOOPBACK and not serving.rules.keys:
        raise BadOption(
            f"--host {serving.host} lets other machines in, and there is no API key",
            hint="--api-key-file FILE, or $NUTGRAF_API_KEY; without a key nutgraf serves this machine alone",
        )
    archive.prepare()  # an error is one clear line here; inside the server it would be a failed start
    with _listening(serving) as listening:
        host = f"[{serving.host}]" if ":" in serving.host else serving.host
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _exit)
        sys.stderr.write(f"listening on http://{host}:{serving.port}\n")
        log_to_stderr()
        config = uvicorn.Config(
            create_app(archive, serving),
            http=head_deadline(serving.rules.bodies.seconds),
            ws="none",  # no route speaks WebSocket
            log_config=None,  # its warnings are lines of the log of nutgraf
            log_level="warning",
            access_log=False,
            proxy_headers=False,  # ProxyMiddleware reads them, once it has seen from whom they come
            server_header=False,
            timeout_graceful_shutdown=math.ceil(serving.deadline_s),
        )
        uvicorn.Server(config).run(sockets=[listening])


def _listening(serving: Serving) -> socket.socket:
    """Return a socket that listens on the address; raises BadOption where that is not possible."""
    family = socket.AF_INET6 if ":" in serving.host else socket.AF_INET
    try:
        return socket.create_server((serving.host, serving.port), family=family)
    except OSError as error:
        raise BadOption(
            f"port {serving.port} of {serving.host} cannot be listened on: {error.strerror}",
            hint=f"--port {serving.port % 65535 + 1}",
        ) from error


def _exit(*_: object) -> NoReturn:
    """Exit with 0: uvicorn passes the signal on when the requests in flight are finished.

    This handler is set before the server says that it listens, because it may be stopped from then on.
    """
    raise SystemExit(0)


async def is_alive() -> dict[str, str]:
    """Say that the process is alive."""
    return {"status": "alive"}


async def is_ready(request: Request) -> dict[str, str | int | float]:
    """Say that models and index are open: before that the server does not answer.

    After a request that met damage in the index the answer is 503, until a sound generation is open.
    """
    engine: Engine = request.app.state.engine
    if engine.damage is not None:
        raise RequestRefused(
            503,
            "index_damaged",
            "the server's index cannot be used",
            "the server's log has the cause, and what to type there",
        )
    encoded = round(engine.opened.index.state.encoded, 4)
    return {"status": "ready", "waiting": engine.waiting, "encoded": encoded}


# --- failures -------------------------------------------------------------------------------------------


async def _nutgraf_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, NutgrafError)
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
    headers = {"Retry-After": str(Busy.retry_after_s)} if isinstance(error, Busy) else None
    body = failure_object(error)
    if isinstance(error, UnknownArticle):  # its own hint is a command of the command line
        body["error"]["hint"] = "a search for its words shows the ids of articles"
    if isinstance(error, UnknownWatch):
        body["error"]["hint"] = "GET /v1/watches lists them with their ids"
    return JSONResponse(body, status, headers)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestRefused)
    return error.response


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError | ValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return _shaped(422, "bad_request", f"the body is not JSON: {first['ctx']['error']}")
    places = [*first["loc"]]
    if isinstance(error, RequestValidationError) and len(places) > 1:
        places = places[1:]  # the first says whether it is a field of the body or a parameter
    where = ".".join(str(place) for place in places if place != "body")
    return _shaped(422, "bad_request", f"{where or 'body'}: {first['msg']}")


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    is_no_text = isinstance(error.__cause__, UnicodeDecodeError)
    detail = "the body is not UTF-8" if is_no_text else str(error.detail)
    response = _shaped(error.status_code, "http", detail)
    response.headers.update(error.headers or {})
    return response


async def _defect(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse(defect_object(error), 500)


def _shaped(status: int, code: str, message: str) -> JSONResponse:
    hint = "the routes and objects are in docs/http.md and /openapi.json"
    return JSONResponse({"error": {"code": code, "message": message, "hint": hint}}, status)
