"""The routes of standing questions under /v1/watches: kept, edited, removed; changes as JSON or Atom."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from nutgraf.api.engine.engine import Engine
from nutgraf.api.objects import watches as shapes
from nutgraf.api.web.atom import MEDIA_TYPE, feed
from nutgraf.api.web.deadline import in_time
from nutgraf.api.web.proxies import server_root
from nutgraf.api.web.routes import CHECKED, check_json, gives
from nutgraf.archive import Archive
from nutgraf.engines import engine_of
from nutgraf.hooks import Hooks
from nutgraf.watches import Watch, WatchChange
from nutgraf.watching import (
    add_watches,
    edit_watch,
    list_changes,
    list_watches,
    pick_watches,
    remove_watches,
    unknown_watch,
)

T = TypeVar("T")
_FEED_ENTRIES = 50
_MOST = (1 << 63) - 1  # the largest id that a store can have
_JSON_ONLY = [Depends(check_json)]

router = APIRouter(prefix="/v1/watches", tags=["watches"], dependencies=CHECKED)
WatchId = Annotated[int, Path(description="The id of a watch.", examples=[1], ge=1, le=_MOST)]
After = Annotated[int, Query(description="Go on behind this id.", examples=[0], ge=0, le=_MOST)]
Limit = Annotated[int, Query(description="How many at most, 1 to 1000.", examples=[100], ge=1, le=1000)]
Newest = Annotated[bool, Query(description="The last ones, the newest first.", examples=[False])]
Format = Annotated[
    str | None, Query(description="`atom` for a feed.", examples=["atom"], pattern="^(json|atom)$")
]
_CHANGES = gives(shapes.ChangePageSchema)
_CHANGES["responses"][200]["content"] = {MEDIA_TYPE: {"schema": {"type": "string"}}}


@router.get("", **gives(shapes.WatchPageSchema))
async def get_watches(request: Request, after: After = 0, limit: Limit = 100) -> JSONResponse:
    """List the standing questions by id, with what each is answered with now."""
    archive = _archive(request)
    watches = await _run(request, lambda: list_watches(archive.settings, after, limit + 1))
    following = watches[limit - 1].id if len(watches) > limit else None
    return JSONResponse({"watches": [watch.to_dict() for watch in watches[:limit]], "next": following})


@router.post("", dependencies=_JSON_ONLY, **gives(shapes.WatchSchema))
async def post_watch(body: shapes.WatchRequest, request: Request) -> JSONResponse:
    """Watch a question, and ask it once; with the same filters it is watched only once."""
    inquiry, webhook, archive = body.inquiry(), _webhook(request, body), _archive(request)
    (watch,) = await _run(request, lambda: add_watches(archive, [inquiry], webhook))
    return JSONResponse(watch.to_dict())


@router.get("/changes", **_CHANGES)
async def get_changes(
    request: Request,
    after: After = 0,
    limit: Limit = 100,
    newest: Newest = False,
    format: Format = None,  # noqa: A002 - every door calls it so
) -> Response:
    """List how answers changed, of all watches; as an Atom feed where the request asks for one."""
    return await _changes(request, None, after, limit, newest=newest, name=format)


@router.get("/{watch_id}", **gives(shapes.WatchSchema))
async def get_watch(watch_id: WatchId, request: Request) -> JSONResponse:
    """Return a standing question with what it is answered with now."""
    archive = _archive(request)
    (watch,) = await _run(request, lambda: pick_watches(archive.settings, [watch_id]))
    return JSONResponse(watch.to_dict())


@router.put("/{watch_id}", dependencies=_JSON_ONLY, **gives(shapes.WatchSchema))
async def put_watch(watch_id: WatchId, body: shapes.WatchEdit, request: Request) -> JSONResponse:
    """Replace the question of a watch, unless it was edited since the revision that the request names."""
    inquiry, webhook, archive = body.inquiry(), _webhook(request, body), _archive(request)

    def edit() -> Watch:
        return edit_watch(archive, watch_id, body.revision, inquiry, webhook)

    return JSONResponse((await _run(request, edit)).to_dict())


@router.delete("/{watch_id}", **gives(shapes.RemovedWatchesSchema))
async def delete_watch(watch_id: WatchId, request: Request) -> JSONResponse:
    """Remove a standing question with its changes."""
    archive = _archive(request)
    removed = await _run(request, lambda: remove_watches(archive.settings, [watch_id]))
    if not removed:
        raise unknown_watch(watch_id)
    return JSONResponse({"removed": removed})


@router.get("/{watch_id}/changes", **_CHANGES)
async def get_watch_changes(
    watch_id: WatchId,
    request: Request,
    after: After = 0,
    limit: Limit = 100,
    newest: Newest = False,
    format: Format = None,  # noqa: A002 - every door calls it so
) -> Response:
    """List how the answer to a watch changed; as an Atom feed where the request asks for one."""
    return await _changes(request, watch_id, after, limit, newest=newest, name=format)


# --- inside ---------------------------------------------------------------------------------------------


async def _changes(
    request: Request, watch_id: int | None, after: int, limit: int, *, newest: bool, name: str | None
) -> Response:
    settings = _archive(request).settings
    if name == "atom" or (name is None and MEDIA_TYPE in request.headers.get("accept", "")):
        work = partial(list_changes, settings, 0, _FEED_ENTRIES, watch_id, newest=True)
        changes = await _run(request, work)
        title = "Changed answers" if watch_id is None else f"Changed answers to watch {watch_id}"
        prefix = server_root(request).rstrip("/")
        address = request.url.replace(path=prefix + request.url.path)
        pages = request.url.replace(path=f"{prefix}/", query="")
        place = engine_of(settings.index).identifier()
        content = feed(title, str(address), str(pages), place, changes)
        return Response(content, media_type=f"{MEDIA_TYPE}; charset=utf-8")
    changes = await _run(request, partial(list_changes, settings, after, limit + 1, watch_id, newest=newest))
    is_last = newest or len(changes) <= limit
    shown: list[WatchChange] = changes[:limit]
    page = [change.to_dict() for change in shown]
    return JSONResponse({"changes": page, "next": None if is_last else shown[-1].id})


def _webhook(request: Request, body: shapes.WatchRequest) -> str | None:
    """Return the address of a request's webhook; raises BadOption unless this server may call it."""
    hooks: Hooks = request.app.state.hooks
    return hooks.checked(body.webhook)


def _archive(request: Request) -> Archive:
    engine: Engine = request.app.state.engine
    return engine.archive


async def _run(request: Request, work: Callable[[], T]) -> T:
    """Do some work in a thread of the engine, within the deadline of the request."""
    engine: Engine = request.app.state.engine
    return await in_time(request, engine.run(lambda _: work()))
