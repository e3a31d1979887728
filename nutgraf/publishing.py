"""Publishes from time to time what a long run stores and encodes, so that an archive is asked while it grows.

Knows when a generation is due; does not know what is in it.
"""

import time
from collections.abc import Callable

from nutgraf.indexer.storage import ArchiveWriter

FIRST_S = 10.0
"""Seconds after which a run publishes for the first time: whoever started it can ask. Not measured."""

EVERY_S = 60.0
"""Seconds between two publications of a run, at least; a chosen pace, not measured."""

LARGEST_SHARE = 0.1
"""The largest share of a run's time that publishing may take: a large archive is published more rarely."""


class Publisher:
    """Publishes for one writer whenever it is time."""

    def __init__(self, writer: ArchiveWriter, clock: Callable[[], float] = time.monotonic) -> None:
        self._writer = writer
        self._clock = clock
        self._due = clock() + FIRST_S

    def publish_if_due(self) -> None:
        """Publish what was stored and encoded, if the last time is long enough ago."""
        began = self._clock()
        if began < self._due:
            return
        self._writer.publish()
        ended = self._clock()
        self._due = ended + max(EVERY_S, (ended - began) / LARGEST_SHARE)

    def hurry(self) -> None:
        """Publish within the next few seconds: all words are stored, and only vectors are to come."""
        self._due = min(self._due, self._clock() + FIRST_S / 2)


def encode_missing(writer: ArchiveWriter, publisher: Publisher, each_batch: Callable[[], None]) -> bool:
    """Encode what has no vector, and publish from time to time; return whether it was interrupted.

    `each_batch` is called after each batch. The last vectors are not published yet.
    """

    def go_on() -> bool:
        each_batch()
        publisher.publish_if_due()
        return True

    try:
        writer.encode(go_on)
    except KeyboardInterrupt:
        return True
    return False
