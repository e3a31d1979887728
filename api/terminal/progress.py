"""Progress bars, and the summary of `nutgraf index`. Knows counts and files; not how the work is done."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.text import Text

from nutgraf.api.terminal.console import console, visible
from nutgraf.opening import origin_path

if TYPE_CHECKING:
    from nutgraf.indexer.embedded.manifest import Manifest
    from nutgraf.indexer.embedded.writer import WriteSummary
    from nutgraf.indexer.loaders import RefusedDates, SourceFile

SHOWN_SKIPS = 20


@contextmanager
def progress_bar(files: "Sequence[SourceFile]", summary: "WriteSummary") -> Iterator[Callable[[], None]]:
    """Show bytes read of all files, articles a second and time left; yields what to call after each batch.

    On a terminal only: a pipe gets the summary alone.
    """
    out = console(error=True)
    if not out.is_terminal:
        yield lambda: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("indexing"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[articles]:,} articles, {task.fields[rate]:.0f} passages/s,"),
        TimeElapsedColumn(),
        TextColumn("gone,"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, console=out) as progress:
        task = progress.add_task(
            "index", total=max(1, sum(f.size_bytes for f in files)), articles=0, rate=0.0
        )

        def update() -> None:
            elapsed = progress.tasks[0].elapsed or 1.0
            progress.update(
                task,
                completed=sum(f.position_bytes for f in files),
                articles=_seen(summary),
                rate=summary.encoded / elapsed,
            )

        yield update


@contextmanager
def counting_bar(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how many of `total` are done, and time left; yields what to call with how many more are.

    On a terminal only, as `progress_bar`.
    """
    out = console(error=True)
    if not out.is_terminal:
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(label),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, console=out) as progress:
        task = progress.add_task(label, total=total)
        yield lambda more: progress.advance(task, more)


def _seen(summary: "WriteSummary") -> int:
    return summary.added + summary.updated + summary.unchanged + summary.duplicate


def _skips(summary: "WriteSummary") -> list[str]:
    """Return one line a file and reason: a thousand bad records of one file are one line."""
    counts = Counter((str(origin_path(s.origin)), s.reason) for s in summary.skipped)
    origins = {(str(origin_path(s.origin)), s.reason): s.origin for s in reversed(summary.skipped)}
    return [
        f"{origins[path, reason]}: {reason}" if count == 1 else f"{path}: {count:,} records: {reason}"
        for (path, reason), count in counts.items()
    ]


def _refused_lines(refused: "Sequence[RefusedDates]") -> Iterator[str]:
    """Yield one line a reason, over all files, with the first such date."""
    counts = Counter[str]()
    for dates in refused:
        counts[dates.reason] += dates.count
    firsts = {dates.reason: dates for dates in reversed(refused)}
    for reason, count in counts.items():
        first = firsts[reason]
        yield f"{count:,} {reason}, such as {first.given!r} in {first.origin}"


def summary_object(
    summary: "WriteSummary", manifest: "Manifest", refused: "Sequence[RefusedDates]" = ()
) -> dict[str, Any]:
    """Return the summary of a run as JSON-ready data."""
    return {
        "added": summary.added,
        "updated": summary.updated,
        "unchanged": summary.unchanged,
        "duplicate": summary.duplicate,
        "removed": summary.removed,
        "encoded_passages": summary.encoded,
        "skipped": [{"origin": s.origin, "reason": s.reason} for s in summary.skipped],
        "dates_not_used": [
            {"origin": d.origin, "reason": d.reason, "given": d.given, "count": d.count} for d in refused
        ],
        "index": {
            "generation": manifest.generation,
            "articles": manifest.articles,
            "passages": manifest.passages,
        },
    }


def print_summary(
    summary: "WriteSummary", manifest: "Manifest", refused: "Sequence[RefusedDates]" = ()
) -> None:
    """Print what a run did, each file that was skipped with its reason, and why dates were not used."""
    out = console()
    counts = {
        "added": summary.added,
        "updated": summary.updated,
        "unchanged": summary.unchanged,
        "duplicate": summary.duplicate,
        "removed": summary.removed,
        "skipped": len(summary.skipped),
    }
    always = {"added", "unchanged", "skipped"}
    out.print(
        Text(", ".join(f"{count:,} {name}" for name, count in counts.items() if count or name in always))
    )
    skips = _skips(summary)
    for line in skips[:SHOWN_SKIPS]:
        out.print(Text(f"  skipped {visible(line)}"))
    if len(skips) > SHOWN_SKIPS:
        out.print(Text(f"  and {len(skips) - SHOWN_SKIPS:,} more; --json lists them all"))
    for line in _refused_lines(refused):
        out.print(Text(f"  dates not used: {visible(line)}"))
    out.print(Text(f"The index holds {manifest.articles:,} articles in {manifest.passages:,} passages."))
