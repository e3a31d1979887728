"""Prints with `--timeline` how an answer changed over time."""

from collections.abc import Sequence

from rich.text import Text

from nutgraf.api.terminal.console import console, visible
from nutgraf.qa.timeline import TimelineEntry

_STYLES = {
    "current": "bold green",
    "stale": "yellow",
    "superseded": "dim",
    "disputed": "yellow",
    "undated": "dim",
}
_DATES_CHARS = len("2016-01-27 to 2016-01-27")
_SHOWN_OUTLETS = 6


def print_timeline(entries: Sequence[TimelineEntry]) -> None:
    """Print one line for each answer, with its days and status, and below it the outlets that gave it."""
    out = console()
    out.print(Text("over time", style="bold"))
    for entry in entries:
        status, text = (
            Text(f"{entry.status:<10}", _STYLES[entry.status]),
            Text(visible(entry.best.text), "bold"),
        )
        out.print(Text.assemble(f"  {_dates(entry):<{_DATES_CHARS}}  ", status, "  ", text))
        out.print(Text(f"    {_who(entry)}", style="dim"))
    if not entries:
        out.print(Text("  no article gives an answer that is sure enough by itself"))


def _dates(entry: TimelineEntry) -> str:
    if entry.first is None:
        return "no date"
    return f"{entry.first}" if entry.first == entry.last else f"{entry.first} to {entry.last}"


def _who(entry: TimelineEntry) -> str:
    """Return how many articles give the answer, and their first outlets."""
    number = len(entry.spans)
    copies = f", {entry.independent} of them independent" if entry.independent < number else ""
    more = len(entry.outlets) - _SHOWN_OUTLETS
    outlets = ", ".join(entry.outlets[:_SHOWN_OUTLETS]) + (f" and {more} more" if more > 0 else "")
    return f"{number} {'article' if number == 1 else 'articles'}{copies}" + (
        f": {visible(outlets)}" if outlets else ""
    )
