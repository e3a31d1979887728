"""The plans of standing questions: one is kept, they are listed and removed, and so are their changes read.

Of a webhook a server names the host alone, because the rest may be a secret: such an address is "//host".
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from typing import Any, Unpack

from nutgraf.arguments import check_changes, checked_watch_ids
from nutgraf.calls import ArticleFilters, Call, Plan, filter_object, reading
from nutgraf.errors import UnknownWatch
from nutgraf.filters import article_filter
from nutgraf.indexer.filters import Filter
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.watching.standing import Standing, WatchedAnswer
from nutgraf.watches import MAX_WATCHES, Watch, WatchChange
from nutgraf.watching import unknown_watch

PAGE = 1000
"""Watches, or changes, that are asked for together: the most that a server returns."""

_LARGEST = 1 << 63  # no store has this id, and no address may name it


class WatchOptions(ArticleFilters, total=False):
    """The options of `Archive.watch`."""

    min_probability: float | None
    time: bool
    webhook: str | None


def watch(
    question: str,
    *,
    min_probability: float | None = None,
    time: bool = True,
    webhook: str | None = None,
    **filters: Unpack[ArticleFilters],
) -> Plan[Watch]:
    """Watch a question."""
    inquiry = Inquiry(question, 1, article_filter(**filters), min_probability, time).checked()
    body = {
        "question": inquiry.question,
        **filter_object(inquiry.allow),
        "min_probability": inquiry.min_probability,
        "time": inquiry.use_time,
        "webhook": webhook,
    }
    shown = yield Call("POST", "/v1/watches", body, safe=False)
    with reading():
        return _watch(shown)


def watches() -> Plan[list[Watch]]:
    """Return the standing questions by id."""
    shown = yield from _listed("/v1/watches", "watches", 0, MAX_WATCHES)
    with reading():
        return [_watch(listed) for listed in shown]


def unwatch(watch_ids: int | Iterable[int]) -> Plan[list[int]]:
    """Remove standing questions, one after another."""
    removed = []
    for watch_id in sorted({*checked_watch_ids(watch_ids)}):
        with suppress(UnknownWatch):
            yield Call("DELETE", _path(watch_id), safe=False)
            removed.append(watch_id)
    return removed


def changes(watch_id: int | None = None, *, after: int = 0, limit: int = 100) -> Plan[list[WatchChange]]:
    """Return changes of answers, oldest first."""
    check_changes(watch_id, after, limit)
    path = "/v1/watches" if watch_id is None else _path(watch_id)
    shown = yield from _listed(f"{path}/changes", "changes", after, limit)
    with reading():
        return [_change(listed) for listed in shown]


# --- inside -----------------------------------------------------------------------------------------------


def _path(watch_id: int) -> str:
    """Return the path of a watch; raises UnknownWatch for an id that none can have."""
    if not 0 < watch_id < _LARGEST:
        raise unknown_watch(watch_id)
    return f"/v1/watches/{watch_id}"


def _listed(path: str, name: str, after: int, limit: int) -> Plan[list[Any]]:
    """Return the objects of a list beyond an id, up to `limit`, page by page."""
    listed: list[Any] = []
    following: int | None = after
    while following is not None and len(listed) < limit:
        params = {"after": str(following), "limit": str(min(limit - len(listed), PAGE))}
        shown = yield Call("GET", path, params=params)
        with reading():
            listed += shown[name]
            following = shown["next"] if shown[name] else None
    return listed


def _watch(shown: Mapping[str, Any]) -> Watch:
    first, last, as_of = (_day(shown[name]) for name in ("after", "before", "as_of"))
    allow = Filter(first, last, tuple(shown["source"]), as_of)
    standing = Standing.from_dict(shown)
    return Watch(
        id=shown["id"],
        inquiry=Inquiry(shown["question"], 1, allow, shown["min_probability"], shown["time"]),
        webhook=_webhook(shown["webhook_host"]),
        created=shown["created"],
        revision=shown["revision"],
        asked=shown["asked"],
        answer=standing.answer,
        rival=standing.rival,
    )


def _change(shown: Mapping[str, Any]) -> WatchChange:
    before, after = (shown[name] and WatchedAnswer.from_dict(shown[name]) for name in ("before", "after"))
    return WatchChange(
        shown["id"], shown["watch"], shown["at"], shown["question"], shown["kind"], before, after
    )


def _webhook(host: str | None) -> str | None:
    if host is None:
        return None
    return f"//[{host}]" if ":" in host else f"//{host}"


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
