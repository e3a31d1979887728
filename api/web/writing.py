"""Articles that come and go over HTTP: stored at once, one request after another, published together.

What is stored is found by meaning as soon as the call returns, and by its words with the next generation,
which is published when nothing came for some seconds, or when the server stops.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from api.schemas import Json
from api.web.engine import Engine
from indexer.article import Article
from indexer.build import Builder
from indexer.clean import storable
from indexer.loaders import LoadOptions, Skipped, SourceFile
from indexer.loaders.records import record_article

STATUSES = ("added", "updated", "unchanged", "duplicate")
_NOWHERE = "neither an id nor a web address"
log = logging.getLogger("nutgraf")


class Writer:
    """The one writer of an engine's index. `aclose` publishes what is not published yet."""

    def __init__(self, engine: Engine, quiet_s: float = 5.0) -> None:
        self._engine = engine
        self._quiet_s = quiet_s
        self._turn = asyncio.Lock()
        self._publishing: asyncio.Task[None] | None = None

    async def add(self, records: Sequence[Mapping[str, object]]) -> list[Json]:
        """Store articles; return what became of each. Raises what a Builder raises."""
        async with self._turn:
            return await self._engine.write(partial(_add, records))

    async def remove(self, article_id: str) -> bool:
        """Remove an article; return whether it was there."""
        async with self._turn:
            return await self._engine.write(partial(_remove, storable(article_id)))

    async def written(self) -> None:
        """Let everyone find what was stored, and see to it that it is published."""
        await self._engine.reopen()
        if self._publishing is not None:
            self._publishing.cancel()
        self._publishing = asyncio.create_task(self._publish_later())

    async def aclose(self) -> None:
        """Publish now what waits to be."""
        if self._publishing is not None and not self._publishing.done():
            self._publishing.cancel()
            await self._publish()

    async def _publish_later(self) -> None:
        await asyncio.sleep(self._quiet_s)
        await asyncio.shield(self._publish())

    async def _publish(self) -> None:
        async with self._turn:
            try:
                await self._engine.write(Builder.publish)
            except Exception:
                log.exception("what was posted is stored, but could not be published")


def _add(records: Sequence[Mapping[str, object]], builder: Builder) -> list[Json]:
    return [_add_one(record, builder) for record in records]


def _add_one(record: Mapping[str, object], builder: Builder) -> Json:
    found = _article(record)
    if isinstance(found, Article):
        before = _counts(builder)
        builder.add([found])
        after = _counts(builder)
        for status in STATUSES:
            if after[status] > before[status]:
                return {"id": found.id, "status": status}
        found = builder.summary.skipped[-1]
    return {"status": "skipped", "reason": found.reason}


def _article(record: Mapping[str, object]) -> Article | Skipped:
    made = record_article(record, 1, SourceFile(Path(_NOWHERE), _NOWHERE, 0), LoadOptions())
    if isinstance(made, Skipped):
        return made
    if made.id == f"{_NOWHERE}#1":  # what has no name of its own is named by its place
        return Skipped("", _NOWHERE)
    return replace(made, origin=None)  # no file that could be missing one day


def _counts(builder: Builder) -> dict[str, int]:
    return {status: getattr(builder.summary, status) for status in STATUSES}


def _remove(article_id: str, builder: Builder) -> bool:
    known = builder.known([article_id])
    builder.remove(known)
    return bool(known)
