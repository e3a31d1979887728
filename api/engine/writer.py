"""Articles that come and go over HTTP: stored at once, one request after another, published together.

What is stored is found by meaning as soon as the call returns, and by its words with the next generation,
which is published when nothing came for some seconds, a minute after the first change that waits for it, or
when the server stops.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from nutgraf.api.engine.engine import Engine
from nutgraf.indexer.article import Article
from nutgraf.indexer.clean import storable
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.indexer.loaders import LoadOptions, Skipped, SourceFile
from nutgraf.indexer.loaders.records import record_article
from nutgraf.objects import Json

STATUSES = ("added", "updated", "unchanged", "duplicate")
CHANGES = {"added", "updated", "duplicate", "removed"}
_NOWHERE = "neither an id nor a web address"
log = logging.getLogger("nutgraf")


class Writer:
    """Changes an engine's index, and publishes what was changed. `aclose` publishes what is not yet."""

    def __init__(self, engine: Engine, quiet_s: float = 5.0, latest_s: float = 60.0) -> None:
        self._engine = engine
        self._quiet_s = quiet_s
        self._latest_s = latest_s
        self._since: float | None = None  # when the first change came that is not published
        self._publishing: asyncio.Task[None] | None = None

    async def add(self, records: Sequence[Mapping[str, object]]) -> list[Json]:
        """Store articles; return what became of each. Raises what a Builder raises, and Busy."""
        results = await self._change(partial(_add, records)) if records else []
        return [*results]

    async def remove(self, article_id: str) -> bool:
        """Remove an article; return whether it was there."""
        return bool(await self._change(partial(_remove, storable(article_id))))

    async def found(self) -> None:
        """Return when everyone finds what was changed before."""
        await self._engine.reopen()

    async def aclose(self) -> None:
        """Publish now what waits to be."""
        if self._publishing is not None:
            self._publishing.cancel()
        if self._since is not None:
            await self._publish()

    async def _change(self, work: Callable[[EmbeddedWriter], Sequence[Json]]) -> Sequence[Json]:
        """Change the index, and publish it later, even if nobody waits for that any more."""

        async def changed() -> Sequence[Json]:
            results = await self._engine.write(work)
            if any(result["status"] in CHANGES for result in results):
                self._publish_soon()
            return results

        return await asyncio.shield(asyncio.create_task(changed()))

    def _publish_soon(self) -> None:
        """Wait for more to come, but not for ever: who posts now and then is published, too."""
        now = asyncio.get_running_loop().time()
        self._since = now if self._since is None else self._since
        if self._publishing is not None:
            self._publishing.cancel()
        wait_s = min(self._quiet_s, max(0.0, self._since + self._latest_s - now))
        self._publishing = asyncio.create_task(self._publish_after(wait_s))

    async def _publish_after(self, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        await asyncio.shield(asyncio.create_task(self._publish()))

    async def _publish(self) -> None:
        self._since = None
        try:
            await self._engine.write(EmbeddedWriter.publish)
        except Exception:
            self._since = asyncio.get_running_loop().time()
            log.exception("what was posted is stored, but could not be published")


def _add(records: Sequence[Mapping[str, object]], builder: EmbeddedWriter) -> list[Json]:
    return [_add_one(record, builder) for record in records]


def _add_one(record: Mapping[str, object], builder: EmbeddedWriter) -> Json:
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


def _counts(builder: EmbeddedWriter) -> dict[str, int]:
    return {status: getattr(builder.summary, status) for status in STATUSES}


def _remove(article_id: str, builder: EmbeddedWriter) -> list[Json]:
    known = builder.known([article_id])
    builder.remove(known)
    return [{"id": one, "status": "removed"} for one in known]
