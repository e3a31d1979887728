"""Keeps the newest generation of the index open, and older ones as long as somebody uses them.

Everything happens in the event loop's thread but for the opening itself, so that nothing here needs a lock
of threads.
"""

import asyncio
import logging
import os
from concurrent.futures import Executor
from contextlib import ExitStack
from functools import partial

from nutgraf.indexer.embedded.manifest import MANIFEST
from nutgraf.opening import LoadedModels, OpenIndex, open_with
from nutgraf.settings import Settings

Stamp = tuple[int, int, int]
log = logging.getLogger("nutgraf")


def stamp(settings: Settings) -> Stamp | None:
    """Return what changes whenever a generation is published; None where there is no manifest."""
    try:
        found = os.stat(settings.index / MANIFEST)  # noqa: PTH116 - Path.stat() makes the same call slower
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


class IndexHandle:
    """An opened index, closed when it was replaced and its last user is gone."""

    def __init__(self, settings: Settings, models: LoadedModels) -> None:
        """Open it; raises what opening raises."""
        self._stack = ExitStack()
        self.stamp = stamp(settings)
        self.opened = self._stack.enter_context(open_with(settings, models))
        self._users = 0
        self._retired = False

    def stay(self) -> None:
        """Somebody uses it, until as many have left as stayed."""
        self._users += 1

    def leave(self) -> None:
        """One user is gone."""
        self._users -= 1
        self._close_if_free()

    def retire(self) -> None:
        """Nobody will come any more."""
        self._retired = True
        self._close_if_free()

    def _close_if_free(self) -> None:
        if self._retired and not self._users:
            self._stack.close()


class IndexReloader:
    """The generation that is open now, and its successor as soon as there is one. Opens in `threads`."""

    def __init__(self, settings: Settings, models: LoadedModels, threads: Executor) -> None:
        self._settings, self._models, self._threads = settings, models, threads
        self._held: IndexHandle
        self._turn = asyncio.Lock()
        self._wanted = self._done = 0
        self._reopening: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Open the index for the first time; raises what opening raises."""
        self._held = await self._open()

    @property
    def opened(self) -> OpenIndex:
        """What is open now; only for what is read at once."""
        return self._held.opened

    def held(self) -> IndexHandle:
        """Return what is open, to `stay` with at once; see to it that a newer generation is opened."""
        now = stamp(self._settings)
        if now is not None and now != self._held.stamp and self._reopening is None:
            self._reopening = asyncio.create_task(self._reopen_quietly(now))
        return self._held

    async def reopen(self) -> None:
        """Open the index anew, whatever has changed in it; who uses the old one goes on with it.

        Callers that wait at the same time share one opening that began after all of them asked.
        """
        self._wanted += 1
        mine = self._wanted
        async with self._turn:
            if self._done >= mine:
                return
            wanted = self._wanted
            held = await self._open()
            old, self._held = self._held, held
            self._done = wanted
            old.retire()

    async def finish(self) -> None:
        """Wait for an opening that is going on."""
        if self._reopening is not None:
            await asyncio.gather(self._reopening, return_exceptions=True)

    def close(self) -> None:
        """Close what is open, once nobody uses it."""
        self._held.retire()

    async def _open(self) -> IndexHandle:
        opening = partial(IndexHandle, self._settings, self._models)
        return await asyncio.get_running_loop().run_in_executor(self._threads, opening)

    async def _reopen_quietly(self, seen: Stamp) -> None:
        try:
            await self.reopen()
        except Exception:
            log.exception(
                "the new generation of %s cannot be opened; the old one goes on", self._settings.index
            )
            self._held.stamp = seen  # tried once; the next change is tried again
        finally:
            self._reopening = None
