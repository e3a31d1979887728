"""Encodes what has no vector while a server is idle, with a limit on its share of the time.

Knows when nobody asks, how long to rest and when to publish; does not know how anything is encoded.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event

from nutgraf.api.engine.engine import Engine
from nutgraf.errors import IndexLocked, NutgrafError
from nutgraf.indexer.storage import ArchiveWriter
from nutgraf.publishing import EVERY_S

BATCH_S = 0.3
"""How long a batch takes, by which a question that comes meanwhile may be slowed. Not measured."""

LOOK_S = 1.0
"""Seconds between two looks whether there is something to encode and nobody asks."""

LOCKED_S = 30.0
"""Seconds after which to look again where another process writes to the archive, and may encode itself."""

log = logging.getLogger("nutgraf")


@asynccontextmanager
async def encoding_in_background(engine: Engine, share: float, look_s: float = LOOK_S) -> AsyncIterator[None]:
    """Encode in the background for the time of the block; a `share` of 0 is not to encode.

    `share` is the part of the time, up to 1, in which the encoder's threads may work while nobody asks.
    """
    if share <= 0:
        yield
        return
    background = _Background(engine, share, look_s)
    task = asyncio.create_task(background.run())
    try:
        yield
    finally:
        background.stopped.set()
        await task


class _Background:
    """Encodes in steps: each ends when somebody asks, when it is time to publish, or when all is encoded."""

    def __init__(self, engine: Engine, share: float, look_s: float) -> None:
        self.stopped = Event()
        self._engine = engine
        self._resting = 1 / share - 1  # seconds of rest for each second of work
        self._look_s = look_s
        self._published = time.monotonic()

    async def run(self) -> None:
        """Look for work until it is stopped, or the archive cannot be written."""
        while not self.stopped.is_set():
            wait_s = self._look_s
            try:
                if self._engine.opened.index.state.encoded < 1 and self._engine.is_idle:
                    await asyncio.to_thread(self._engine.archive.write, self._step)
            except IndexLocked:
                wait_s = LOCKED_S
            except NutgrafError as error:
                log.warning("vectors are missing and cannot be made here: %s", error)
                return
            except Exception:
                log.exception("vectors are missing and cannot be made here")
                return
            await self._sleep(wait_s)

    def _step(self, writer: ArchiveWriter) -> None:
        """Encode for a while in a thread, and publish when it is time."""
        began = time.monotonic()

        def go_on() -> bool:
            nonlocal began
            self.stopped.wait((time.monotonic() - began) * self._resting)
            began = time.monotonic()
            return not self.stopped.is_set() and self._engine.is_idle and not self._is_due()

        writer.encode(go_on, BATCH_S)
        if self._is_due() or not writer.unencoded_passages:
            writer.publish()
            self._published = time.monotonic()

    def _is_due(self) -> bool:
        return time.monotonic() - self._published >= EVERY_S

    async def _sleep(self, seconds: float) -> None:
        """Sleep, but not on when it is stopped."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self.stopped.is_set():
            await asyncio.sleep(min(left, 0.1))
