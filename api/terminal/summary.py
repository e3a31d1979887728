"""Prints the summary of `nutgraf index`: counts, skipped files with reasons, dates that were not used."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.text import Text

from nutgraf.api.terminal.console import console, visible
from nutgraf.indexer.loaders import RefusedDates
from nutgraf.indexer.origins import is_address, origin_path
from nutgraf.indexer.storage import ArticleStatus
from nutgraf.results import AddReport

SHOWN_SKIPS = 20


def print_summary(report: AddReport) -> None:
    """Print the counts of a run, each skipped file with its reason, and why dates were not used."""
    out = console()
    counts = {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "duplicate": report.duplicate,
        "removed": len(report.removed),
        "skipped": len(report.skipped),
    }
    always = {"added", "unchanged", "skipped"}
    shown = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count or name in always)
    out.print(Text(shown))
    skips = _skip_lines(report.skipped)
    for line in skips[:SHOWN_SKIPS]:
        out.print(Text(f"  skipped {visible(line)}"))
    if len(skips) > SHOWN_SKIPS:
        out.print(Text(f"  and {len(skips) - SHOWN_SKIPS:,} more; --json lists them all"))
    for line in _refused_lines(report.dates_not_used):
        out.print(Text(f"  dates not used: {visible(line)}"))
    total = report.state.counts
    out.print(Text(f"The index holds {total.articles:,} articles in {total.passages:,} passages."))


def _skip_lines(skipped: Sequence[ArticleStatus]) -> list[str]:
    """Return one line for each file and reason: a thousand bad records of one file are one line."""
    counts = Counter((_source(skip.origin), skip.reason) for skip in skipped)
    origins = {(_source(skip.origin), skip.reason): skip.origin for skip in reversed(skipped)}
    return [
        f"{origins[path, reason]}: {reason}" if count == 1 else f"{path}: {count:,} records: {reason}"
        for (path, reason), count in counts.items()
    ]


def _source(origin: str) -> str:
    """Return the file or the address of an origin."""
    return origin if is_address(origin) else str(origin_path(origin))


def _refused_lines(refused: Sequence[RefusedDates]) -> Iterator[str]:
    """Yield one line for each reason, over all files, with the first such date."""
    counts = Counter[str]()
    for dates in refused:
        counts[dates.reason] += dates.count
    firsts = {dates.reason: dates for dates in reversed(refused)}
    for reason, count in counts.items():
        first = firsts[reason]
        yield f"{count:,} {reason}, such as {first.given!r} in {first.origin}"
