"""Keeps an archive current: fetches feeds and sitemaps in rounds, each published before the next begins.

Knows when a feed is due; how one is fetched is in `nutgraf.indexer.web`.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from nutgraf.archive import Archive
from nutgraf.errors import BadOption, IndexLocked, NutgrafError, SourceError, StorageFailed
from nutgraf.indexer.origins import is_address
from nutgraf.ingest_options import IngestOptions, no_progress
from nutgraf.results import AddReport

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_INTERVAL = re.compile(r"([0-9]{1,6})([smhd])")
_LONGEST_INTERVAL = 365 * 86_400.0
_LONGEST_SECONDS = 86_400.0  # between two tries of a feed that fails, unless rounds are rarer


@dataclass(frozen=True, slots=True)
class Round:
    """What came of a round: a report, or the failure of the archive that kept it from being written.

    `failed` are the feeds that could not be read: address, reason, and seconds until the next try.
    `wait_seconds` is the time until the next round.
    """

    report: AddReport | None
    failure: NutgrafError | None = None
    failed: tuple[tuple[str, str, float], ...] = ()
    wait_seconds: float = 0.0


class Follower:
    """Feeds of an archive, each fetched when it is due: every so many seconds, a failing one more rarely.

    The archive is locked only while a round runs, and rounds follow one another, however long they take.
    """

    def __init__(
        self,
        archive: Archive,
        feeds: Sequence[str],
        seconds: float,
        options: IngestOptions,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        for feed in feeds:
            if not is_address(feed):
                raise SourceError(
                    f"{feed!r} is no address of a feed", hint="nutgraf follow https://news.example/feed.xml"
                )
        self._archive = archive
        self._seconds = seconds
        self._options = options
        self._sleep = sleep
        self._due = dict.fromkeys(dict.fromkeys(feed.strip() for feed in feeds), 0.0)
        self._failures = dict.fromkeys(self._due, 0)

    def rounds(self) -> Iterator[Round]:
        """Yield each round when it is published, without an end; the time between them is slept here.

        Another writer, or a disk that is full, costs a round. Raises what else `Archive.ingest` raises.
        """
        while True:
            started = time.monotonic()
            due = [feed for feed, moment in self._due.items() if moment <= started]
            try:
                report = self._archive.ingest(due, self._options, no_progress)
            except (IndexLocked, StorageFailed) as error:
                self._due |= dict.fromkeys(due, started + self._seconds)
                yield Round(None, error, wait_seconds=self._seconds)
            else:
                yield self._finished(report, due, started)
            self._archive.release()  # no memory is held between rounds
            self._sleep(max(0.0, min(self._due.values()) - time.monotonic()))

    def _finished(self, report: AddReport, due: Sequence[str], started: float) -> Round:
        """Return the round, and note when each of its feeds is due again."""
        reasons = {
            status.origin: status.reason for status in report.skipped if status.origin in report.failed
        }
        failed = []
        for feed in due:
            count = self._failures[feed] = self._failures[feed] + 1 if feed in reasons else 0
            longest = max(self._seconds, _LONGEST_SECONDS)
            wait = min(longest, self._seconds * 2 ** min(count, 20))
            self._due[feed] = started + wait
            if count:
                failed.append((feed, reasons[feed], wait))
        return Round(report, None, tuple(failed), min(self._due.values()) - started)


def interval(text: str) -> float:
    """Return the seconds of a time such as "90s", "15m", "2h" or "1d"; raises BadOption.

    >>> interval("15m")
    900.0
    """
    match = _INTERVAL.fullmatch(text.strip().lower())
    if match is None or not int(match[1]):
        message = f"{{every}} {text[:40]!r} is no time, expected a number and s, m, h or d"
        raise BadOption(message, hint="{every} 15m", fields=["every"])
    seconds = int(match[1]) * _UNITS[match[2]]
    if seconds > _LONGEST_INTERVAL:  # no system sleeps for ever
        most = spelled(_LONGEST_INTERVAL)
        raise BadOption(f"{{every}} {text[:40]!r} is more than {most}", hint="{every} 15m", fields=["every"])
    return seconds


def spelled(seconds: float) -> str:
    """Return a time as it is typed: "90s", "15m", "2h".

    >>> spelled(7200), spelled(90)
    ('2h', '90s')
    """
    for unit in ("d", "h", "m"):
        if seconds >= _UNITS[unit] and not seconds % _UNITS[unit]:
            return f"{seconds / _UNITS[unit]:.0f}{unit}"
    return f"{seconds:.0f}s"
