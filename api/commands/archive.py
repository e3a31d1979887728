"""`index`, `show`, `remove` and `info`: what the archive holds."""

from pathlib import Path
from typing import Annotated

import typer

from nutgraf.api.commands import options
from nutgraf.api.commands.exits import FOUND, INTERRUPTED, NOT_FOUND
from nutgraf.errors import BadOption
from nutgraf.settings import DEFAULT_INDEX

_INDEX = Path(DEFAULT_INDEX)

INDEX_HELP = """Index articles: .txt .md .html .pdf .docx .jsonl .jsonl.gz .csv, folders and globs.

Run it again at any time: what is unchanged costs nothing, and a run that was stopped goes on.

\b
Examples:
  nutgraf index articles/
  nutgraf index archive.jsonl.gz --field title=headline --field text=body
  nutgraf index articles/ --prune        also remove articles whose file is gone
  nutgraf index --rebuild                derive everything again from what is stored
"""


def index_command(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Files, folders, globs.", show_default=False)
    ] = None,
    index: options.IndexFolder = _INDEX,
    fields: Annotated[
        list[str] | None,
        typer.Option("--field", metavar="OURS=THEIRS", help="A record's field name, e.g. title=headline."),
    ] = None,
    outlet: Annotated[
        str | None, typer.Option("--outlet", metavar="NAME", help="Outlet of articles that name none.")
    ] = None,
    max_mb: Annotated[
        float, typer.Option("--max-mb", min=0.001, help="Skip larger files and records.")
    ] = 20.0,
    file_dates: Annotated[
        bool,
        typer.Option(
            "--file-dates", help="Date an article that states no date by when its file was changed."
        ),
    ] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Remove articles whose file is gone.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Derive everything again.")] = False,
    as_json: options.AsJson = False,
    encoder: options.EncoderName = None,
    threads: options.Threads = None,
) -> None:
    """Index articles; see INDEX_HELP."""
    from nutgraf.api.terminal.console import print_json
    from nutgraf.api.terminal.progress import print_summary, progress_bar, summary_object
    from nutgraf.ingest import index_paths, rebuild_index

    settings = options.settings(index, encoder, None, threads)
    if rebuild:
        outcome = rebuild_index(settings)
    else:
        outcome = index_paths(
            settings,
            paths or [],
            fields=_fields(fields),
            outlet=outlet,
            max_bytes=int(max_mb * 1e6),
            prune=prune,
            file_dates=file_dates,
            progress=progress_bar,
        )
    if as_json:
        print_json(summary_object(outcome.summary, outcome.manifest, outcome.refused))
    else:
        print_summary(outcome.summary, outcome.manifest, outcome.refused)
    for notice in outcome.notices:
        typer.echo(notice, err=True)
    raise typer.Exit(INTERRUPTED if outcome.interrupted else FOUND)


def _fields(pairs: list[str] | None) -> dict[str, str]:
    fields = {}
    for pair in pairs or []:
        ours, equals, theirs = pair.partition("=")
        if not equals or not ours or not theirs:
            raise BadOption(f"--field {pair!r} is not of the form OURS=THEIRS", hint="--field title=headline")
        fields[ours] = theirs
    return fields


def show(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="The article's id.", show_default=False)],
    as_json: options.AsJson = False,
    index: options.IndexFolder = _INDEX,
) -> None:
    """Print a whole article."""
    from nutgraf.api.terminal.console import print_article, print_json
    from nutgraf.objects import full_article_object
    from nutgraf.opening import article, open_index

    with open_index(options.settings(index)) as opened:
        found = article(opened, article_id)
    if as_json:
        print_json(full_article_object(found))
    else:
        print_article(found)


def remove(
    article_ids: Annotated[
        list[str], typer.Argument(metavar="ID...", help="Ids of articles.", show_default=False)
    ],
    as_json: options.AsJson = False,
    index: options.IndexFolder = _INDEX,
    encoder: options.EncoderName = None,
) -> None:
    """Remove articles from the index; they are gone from every search when the command returns."""
    from nutgraf.api.terminal.console import print_json, visible
    from nutgraf.ingest import remove_articles

    removed, unknown = remove_articles(options.settings(index, encoder), article_ids)
    if as_json:
        print_json({"removed": removed, "unknown": unknown})
    else:
        typer.echo(
            f"{len(removed):,} removed"
            + (f"; not in the index: {visible(', '.join(unknown))}" if unknown else "")
        )
    raise typer.Exit(FOUND if removed else NOT_FOUND)


def info(
    as_json: options.AsJson = False, index: options.IndexFolder = _INDEX, reader: options.ReaderName = None
) -> None:
    """Say what the index holds, what built it, and by which calibration it is answered from."""
    from nutgraf import index_calibration as calibrations
    from nutgraf.api.terminal.console import print_info, print_json, visible
    from nutgraf.objects import info_object
    from nutgraf.opening import open_index

    with open_index(options.settings(index)) as opened:
        described = info_object(opened, opened.store.sources())
        calibration = calibrations.info_object(index, reader, opened.manifest.encoder)
    if as_json:
        print_json(described | {"calibration": calibration})
    else:
        print_info(described)
        typer.echo(f"calibration {visible(calibrations.info_line(calibration))}")
