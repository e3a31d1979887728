"""Runs the standing questions of a served archive in the background, whenever articles were published."""

import asyncio
import logging

from nutgraf.api.engine.engine import Engine
from nutgraf.hooks import Hooks, hand_over
from nutgraf.watching import run_watches

log = logging.getLogger("nutgraf")


class Watcher:
    """Runs the watches of an engine's archive: one run at a time, and one more for what came meanwhile.

    After each run the changes are handed over to the `hooks`. `aclose` ends a run soon: the next one goes on.
    """

    def __init__(self, engine: Engine, hooks: Hooks) -> None:
        self._engine = engine
        self._hooks = hooks
        self._is_wanted = self._is_stopped = False
        self._task: asyncio.Task[None] | None = None

    def run_soon(self) -> None:
        """Run the watches, now or when the run that is going on has ended."""
        self._is_wanted = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def aclose(self) -> None:
        """Wait until a run that is going on has noted what it read."""
        self._is_stopped = True
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while self._is_wanted and not self._is_stopped:
            self._is_wanted = False
            try:
                await asyncio.to_thread(self._work)
            except Exception:
                log.exception("the watches could not be run; the next run goes on")

    def _work(self) -> None:
        run = run_watches(self._engine.archive, is_stopped=lambda: self._is_stopped)
        if run.changes:
            log.info("%d watched answers changed", len(run.changes))
        for failure in hand_over(self._engine.archive.settings, self._hooks):
            log.warning("%s", failure)
