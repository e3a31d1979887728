"""The command `follow`, which keeps an archive current until it is stopped."""

import json
import os
import signal
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from nutgraf.api.commands import options
from nutgraf.api.commands.exits import FOUND
from nutgraf.archive import Archive
from nutgraf.errors import AddInterrupted, BadOption, error_object, option
from nutgraf.follow import Follower, Round, interval, spelled
from nutgraf.indexer.web.options import WebOptions
from nutgraf.ingest_options import IngestOptions
from nutgraf.settings import DEFAULT_INDEX

_INDEX = Path(DEFAULT_INDEX)

FOLLOW_HELP = """Keep the index current: fetch what is new in feeds and sitemaps, again and again.

It prints a line for each round, and ends with Ctrl-C or SIGTERM. A server that reads the index meanwhile
answers from what each round adds. docs/follow.md says what is fetched, and how to start it with the machine.

\b
Examples:
  nutgraf follow https://news.example/feed.xml
  nutgraf follow https://news.example/feed.xml https://other.example/sitemap-news.xml --every 1h
"""


def follow(
    feeds: Annotated[
        list[str],
        typer.Argument(metavar="FEED...", help="Addresses of feeds and sitemaps.", show_default=False),
    ],
    every: Annotated[
        str, typer.Option("--every", metavar="TIME", help="Time between two rounds: 90s, 15m, 2h or 1d.")
    ] = "15m",
    index: options.IndexFolder = _INDEX,
    outlet: options.Outlet = None,
    max_articles: options.MaxArticles = 1000,
    pause: options.Pause = 1.0,
    timeout: options.Timeout = 60.0,
    allow_private: options.AllowPrivate = False,
    as_json: options.AsJson = False,
    encoder: options.EncoderName = None,
    threads: options.Threads = None,
    shortest: Annotated[float, typer.Option("--shortest", hidden=True)] = 60.0,
) -> None:
    """Follow feeds; FOLLOW_HELP is the help of the command."""
    from nutgraf.hooks import Hooks, hand_over

    seconds = interval(every)
    if seconds < shortest:
        raise BadOption(
            f"{{every}} {every!r} is less than {spelled(shortest)}", hint="{every} 15m", fields=["every"]
        )
    web = WebOptions(allow_private, max_articles, pause, timeout, listings_only=True)
    hooks = Hooks.of(os.environ)
    with Archive(options.settings(index, encoder, None, threads)) as archive:
        stop = _Stop()
        follower = Follower(archive, feeds, seconds, IngestOptions(outlet=outlet, web=web), stop.sleep)
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        try:
            for finished in follower.rounds():
                stop.wait()
                failures = hand_over(archive.settings, hooks) if finished.report is not None else []
                typer.echo(_json_line(finished) if as_json else _line(finished, failures))
                if as_json:
                    for failure in failures:
                        typer.echo(failure, err=True)
        except AddInterrupted as interrupt:
            typer.echo(_json_line(Round(interrupt.report)) if as_json else _line(Round(interrupt.report)))
        except KeyboardInterrupt:
            pass  # between two rounds, or while one was published: what was stored is kept
    typer.echo("stopped", err=True)
    raise typer.Exit(FOUND)


class _Stop:
    """Ends the run as Ctrl-C does; a second signal does not disturb how the first one is obeyed.

    From the end of a round to the sleep behind it a signal waits for that sleep: memory is freed there, and
    what is raised while Python calls a destructor is lost.
    """

    def __init__(self) -> None:
        self._is_asked = self._waits = False

    def __call__(self, *_: object) -> None:
        """Handle a signal."""
        self._is_asked = True
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if not self._waits:
            raise KeyboardInterrupt

    def wait(self) -> None:
        """Let a signal wait until the next sleep."""
        self._waits = True

    def sleep(self, seconds: float) -> None:
        """Sleep, unless a signal waits."""
        self._waits = False
        if self._is_asked:
            raise KeyboardInterrupt
        time.sleep(seconds)


def _line(finished: Round, not_told: Sequence[str] = ()) -> str:
    """Return the line of a round: its time, counts and the feeds that failed; then a line for each skip.

    Changed answers have a line, and so has each of `not_told`, the failures of handing these over.
    """
    from nutgraf.api.terminal.console import visible
    from nutgraf.api.terminal.summary import skip_lines
    from nutgraf.api.terminal.watches import change_note

    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    if finished.report is None:
        return f"{now}  {visible(str(finished.failure))}, next try in {spelled(finished.wait_seconds)}"
    report = finished.report
    failed = {feed for feed, _, _ in finished.failed}
    skipped = [status for status in report.skipped if status.origin not in failed]
    counts = {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "duplicate": report.duplicate,
        "skipped": len(skipped),
    }
    shown = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count or name == "added")
    failures = (
        f"; {feed} failed: {reason}, next try in {spelled(seconds)}"
        for feed, reason, seconds in finished.failed
    )
    line = f"{now}  {shown}; {report.state.counts.articles:,} articles{visible(''.join(failures))}"
    return "\n".join([line, *skip_lines(skipped), *change_note(report, not_told)])


def _json_line(finished: Round) -> str:
    """Return the JSON object of a round in one line: that of `nutgraf index`, or of an error."""
    if finished.report is None:
        assert finished.failure is not None, "a round has a report or a failure"
        return json.dumps(error_object(finished.failure, option), ensure_ascii=False)
    return json.dumps(finished.report.to_dict(), ensure_ascii=False)
