"""Progress bars on a terminal. Knows counts and files; does not know how the work is done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nutgraf.api.terminal.console import console
from nutgraf.ingest_options import IngestProgress


@contextmanager
def progress_bar(run: IngestProgress) -> Iterator[Callable[[], None]]:
    """Show the share of bytes read, then of passages encoded, and the time left.

    Yields what to call after each batch.

    The bar is shown on a terminal only: through a pipe there is only the summary.
    """
    out = console(error=True)
    if not out.is_terminal:
        yield lambda: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[counts]},"),
        TimeElapsedColumn(),
        TextColumn("gone,"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, console=out) as progress:
        total = max(1, sum(file.size_bytes for file in run.files))
        task = progress.add_task("storing", total=total, counts="0 articles")

        def update() -> None:
            if run.missing_passages:
                done, missing = run.encoded_passages, run.missing_passages
                counts = f"{done:,} of {missing:,} passages"
                progress.update(task, description="encoding", total=missing, completed=done, counts=counts)
                return
            read_bytes = sum(file.position_bytes for file in run.files)
            progress.update(task, completed=read_bytes, counts=f"{run.articles:,} articles")

        yield update


@contextmanager
def counting_bar(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how many of `total` are done and the time gone and left; yield what to call with each number more.

    The bar is shown on a terminal only.
    """
    out = console(error=True)
    if not out.is_terminal:
        yield lambda _: None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn(label),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("gone,"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, console=out) as progress:
        task = progress.add_task(label, total=total)
        yield lambda more: progress.advance(task, more)
