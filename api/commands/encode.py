"""The command `encode`, which makes the vectors that an index lacks."""

from pathlib import Path
from typing import Annotated

import typer

from nutgraf.api.commands import options
from nutgraf.api.commands.exits import FOUND, INTERRUPTED
from nutgraf.archive import Archive
from nutgraf.errors import AddInterrupted
from nutgraf.settings import DEFAULT_INDEX

ENCODE_HELP = """Make the vectors that an index lacks, those of the newest articles first.

An index of nutgraf index --words-only, or of a run that was stopped, is found by words alone where it has no
vectors. The index can be asked meanwhile, and a run that was stopped goes on.

\b
Examples:
  nutgraf encode
  nutgraf encode news.nutgraf --threads 8
  nutgraf encode --ray 10.0.0.1:6379     on the machines of a Ray cluster
"""


def encode(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[INDEX]", help="Folder of the index, as --index.")
    ] = None,
    index: options.IndexFolder = Path(DEFAULT_INDEX),
    as_json: options.AsJson = False,
    encoder: options.EncoderName = None,
    threads: options.Threads = None,
    ray: options.RayAddress = None,
) -> None:
    """Encode an index; ENCODE_HELP is the help of the command."""
    from nutgraf.api.terminal.console import print_json
    from nutgraf.api.terminal.encoded import percent
    from nutgraf.api.terminal.progress import progress_bar

    archive = Archive(options.settings(folder or index, encoder, None, threads, ray=ray))
    try:
        report, interrupted = archive.encode(progress_bar), False
    except AddInterrupted as interrupt:
        report, interrupted = interrupt.report, True
    if as_json:
        print_json(report.to_dict())
    else:
        state = report.state
        typer.echo(
            f"{report.encoded_passages:,} encoded; {percent(state.encoded)} of {state.counts.passages:,}"
            " passages have vectors."
        )
    if interrupted:
        typer.echo("stopped; run the same command again to go on", err=True)
    raise typer.Exit(INTERRUPTED if interrupted else FOUND)
