"""Changes of the archive while it is served: each is stored at once, and several are published together.

Searches by meaning find an article as soon as the call returns. Searches by words find it in the next
generation. That is published when no change came for some seconds, at the latest a minute after the first
change that waits for it, when a caller waits for it, and when the server stops.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from nutgraf.api.engine.engine import Engine
from nutgraf.api.engine.posted_files import file_articles
from nutgraf.indexer.article import Article
from nutgraf.indexer.clean import storable
from nutgraf.indexer.loaders.base import LoadOptions, Skipped
from nutgraf.indexer.sandbox.pool import WorkerPool
from nutgraf.indexer.storage import ArchiveWriter, ArticleStatus
from nutgraf.objects import StoredJson, UnusedDateJson

CHANGES = {"added", "updated", "duplicate", "removed"}
"""The statuses of articles that changed the archive, so that a generation must be published."""
log = logging.getLogger("nutgraf")


class Writer:
    """Changes the archive of an engine, and publishes the changes; `aclose` publishes those that still wait.

    It publishes `quiet_s` seconds after the last change, and `latest_s` seconds after the first at the
    latest. Neither number was measured: publishing is costly, so changes of one upload share a generation.
    `published` is called whenever a generation was published.
    """

    def __init__(
        self,
        engine: Engine,
        quiet_s: float = 5.0,
        latest_s: float = 60.0,
        published: Callable[[], None] = lambda: None,
    ) -> None:
        self._engine = engine
        self._published = published
        self._quiet_s = quiet_s
        self._latest_s = latest_s
        self._pool = WorkerPool()
        self._since: float | None = None  # the time of the first change that is not published, in seconds
        self._publishing: asyncio.Task[None] | None = None
        self._publishing_turn = asyncio.Lock()
        self._reading_turn = asyncio.Lock()

    async def add(self, records: Sequence[Mapping[str, object]]) -> list[StoredJson]:
        """Store articles, and return the status of each, with the dates of it that were not used.

        Raises what an ArchiveWriter raises, and Busy.
        A worker process makes articles of the records: one that takes too long is skipped with that reason,
        and meanwhile nobody waits.
        """
        if not records:
            return []
        dates: dict[int, list[UnusedDateJson]] = {}

        def refuse(place: int, given: str, reason: str) -> None:
            dates.setdefault(place, []).append({"given": given, "reason": reason})

        articles = await asyncio.to_thread(self._pool.records, records, LoadOptions(), refuse)
        results = await self._change(partial(_add, articles))
        return [
            {**result, "dates_not_used": dates[place]} if place in dates else result
            for place, result in enumerate(results)
        ]

    async def add_file(self, name: str, content: bytes) -> list[StoredJson]:
        """Store the articles of a file, and return the status of each; raises what `add` raises.

        `name` is one that `plain_name` returned.
        """
        async with self._reading_turn:  # the files of a pool are for one thread
            articles = await asyncio.to_thread(file_articles, self._pool, name, content)
        return [*await self._change(partial(_add, articles))] if articles else []

    async def remove(self, article_id: str) -> bool:
        """Remove an article, and return whether it was there."""
        return bool(await self._change(partial(_remove, storable(article_id))))

    async def refresh(self, *, publish: bool = False) -> None:
        """Return when searches by meaning see the changes that were made before.

        With `publish` searches by words see them, too; raises what an ArchiveWriter raises.
        """
        if publish:
            await self._publish()
        await self._engine.reopen()

    async def aclose(self) -> None:
        """Publish now the changes that wait to be published."""
        if self._publishing is not None:
            self._publishing.cancel()
        await self._publish_or_log()
        self._pool.close()

    async def _change(self, work: Callable[[ArchiveWriter], Sequence[StoredJson]]) -> Sequence[StoredJson]:
        """Change the archive, and publish the change later, even when the caller leaves."""

        async def change() -> Sequence[StoredJson]:
            results = await self._engine.write(work)
            if any(result["status"] in CHANGES for result in results):
                self._publish_soon()
            return results

        return await asyncio.shield(asyncio.create_task(change()))

    def _publish_soon(self) -> None:
        """Publish after a quiet time, or at the latest time where changes keep coming."""
        now = asyncio.get_running_loop().time()
        self._since = now if self._since is None else self._since
        if self._publishing is not None:
            self._publishing.cancel()
        wait_s = min(self._quiet_s, max(0.0, self._since + self._latest_s - now))
        self._publishing = asyncio.create_task(self._publish_after(wait_s))

    async def _publish_after(self, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        await asyncio.shield(asyncio.create_task(self._publish_or_log()))

    async def _publish(self) -> None:
        """Publish the changes that wait; those who come while others publish share the next generation."""
        async with self._publishing_turn:
            if self._since is None:
                return
            self._since = None
            try:
                await self._engine.write(lambda writer: writer.publish())
            except BaseException:
                self._since = asyncio.get_running_loop().time()
                raise
        self._published()

    async def _publish_or_log(self) -> None:
        try:
            await self._publish()
        except Exception:
            log.exception("the articles that were posted are stored, but could not be published")


def _add(articles: Sequence[Article | Skipped], writer: ArchiveWriter) -> list[StoredJson]:
    return [_status_object(status) for status in writer.add(articles)]


def _status_object(status: ArticleStatus) -> StoredJson:
    if status.status == "skipped":
        return {"status": "skipped", "reason": status.reason}
    return {"id": status.id, "status": status.status}


def _remove(article_id: str, writer: ArchiveWriter) -> list[StoredJson]:
    return [{"id": removed, "status": "removed"} for removed in writer.remove([article_id])]
