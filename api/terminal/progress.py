"""Progress bars on a terminal. Knows counts and files; does not know how the work is done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nutgraf.api.terminal.console import console
from nutgraf.ingest import IngestProgress


@contextmanager
def progress_bar(run: IngestProgress) -> Iterator[Callable[[], None]]:
    """Show the share of bytes read, passages a second and time left; yield what to call after each batch.

    The bar is shown on a terminal only: through a pipe there is only the summary.
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
        total = max(1, sum(file.size_bytes for file in run.files))
        task = progress.add_task("index", total=total, articles=0, rate=0.0)

        def update() -> None:
            elapsed = progress.tasks[0].elapsed or 1.0
            progress.update(
                task,
                completed=sum(file.position_bytes for file in run.files),
                articles=run.articles,
                rate=run.encoded_passages / elapsed,
            )

        yield update


@contextmanager
def counting_bar(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how many of `total` are done, and the time left; yield what to call with the number of new ones.

    The bar is shown on a terminal only.
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
