"""The commands `index`, `show`, `remove` and `info`, which change or show what an archive holds."""

import os
from pathlib import Path
from typing import Annotated

import typer

from nutgraf.api.commands import options
from nutgraf.api.commands.exits import FAILED, FOUND, INTERRUPTED, NOT_FOUND
from nutgraf.archive import Archive
from nutgraf.errors import AddInterrupted, BadOption, SourceError, error_object, option
from nutgraf.indexer.loaders.suffixes import SUFFIXES
from nutgraf.indexer.origins import is_address
from nutgraf.indexer.sandbox.limits import Limits
from nutgraf.indexer.web.options import WebOptions
from nutgraf.ingest_options import IngestOptions, Progress
from nutgraf.qa.citing.citation import Citation
from nutgraf.qa.citing.formats import citation_format
from nutgraf.results import AddReport
from nutgraf.settings import DEFAULT_INDEX

_INDEX = Path(DEFAULT_INDEX)
_SHOWN_GONE = 10

INDEX_HELP = f"""Index articles: files, folders, globs and addresses of the web.

Types of files: {" ".join(SUFFIXES)}.

An address is that of an article, a feed or a sitemap; docs/follow.md says how it is fetched.

Run it again at any time: unchanged articles cost nothing, and a run that was stopped goes on.

Articles can be asked within seconds: all are stored by their words first, and then encoded for searches by
meaning, the newest first.

\b
Examples:
  nutgraf index articles/
  nutgraf index archive.jsonl.gz --field title=headline --field text=body
  nutgraf index articles/ --prune        also remove articles whose file is gone
  nutgraf index https://news.example/feed.xml
  nutgraf index articles/ --words-only   leave the vectors to nutgraf encode
  nutgraf index articles/ --ray          read and encode in processes of Ray; docs/scale.md
  nutgraf index --rebuild                derive everything again from the stored articles
"""


def index_command(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders, globs and addresses to index.", show_default=False),
    ] = None,
    index: options.IndexFolder = _INDEX,
    fields: Annotated[
        list[str] | None,
        typer.Option(
            "--field",
            metavar="OURS=THEIRS",
            help="Name of a field in your records, for example title=headline.",
        ),
    ] = None,
    outlet: options.Outlet = None,
    max_mb: Annotated[
        float,
        typer.Option("--max-mb", min=0.001, help="Skip files and records larger than this, in megabytes."),
    ] = 20.0,
    file_dates: Annotated[
        bool,
        typer.Option(
            "--file-dates",
            help="Where an article states no date, use the day on which its file was last changed.",
        ),
    ] = False,
    ocr: Annotated[
        bool, typer.Option("--ocr", help="Read PDF pages that have no text layer, with Tesseract.")
    ] = False,
    ocr_languages: Annotated[
        str,
        typer.Option(
            "--ocr-languages", metavar="LANGUAGES", help="Their languages, as Tesseract names them: eng+deu."
        ),
    ] = "eng",
    max_seconds: Annotated[
        float,
        typer.Option("--max-seconds", help="Skip files and records that take longer to read, in seconds."),
    ] = 20.0,
    max_memory_mb: Annotated[
        int,
        typer.Option(
            "--max-memory-mb", help="Skip files and records that need more memory to read, in megabytes."
        ),
    ] = 1000,
    max_articles: options.MaxArticles = 1000,
    pause: options.Pause = 1.0,
    timeout: options.Timeout = 60.0,
    allow_private: options.AllowPrivate = False,
    prune: Annotated[bool, typer.Option("--prune", help="Remove articles whose file is gone.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Let --prune remove more than a third of a folder.")
    ] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Derive everything again from the stored articles.")
    ] = False,
    words_only: Annotated[
        bool, typer.Option("--words-only", help="Make no vectors; nutgraf encode makes them later.")
    ] = False,
    as_json: options.AsJson = False,
    encoder: options.EncoderName = None,
    threads: options.Threads = None,
    ray: options.RayAddress = None,
) -> None:
    """Index articles; INDEX_HELP is the help of the command."""
    from nutgraf.api.terminal.console import print_json
    from nutgraf.api.terminal.progress import progress_bar
    from nutgraf.api.terminal.summary import print_summary
    from nutgraf.api.terminal.watches import change_note
    from nutgraf.hooks import Hooks, hand_over

    settings = options.settings(index, encoder, None, threads, ray=ray)
    if rebuild and words_only:
        raise BadOption("--rebuild makes all vectors, --words-only none", hint="give one of the two")
    if rebuild:
        report, interrupted = Archive(settings).rebuild(), False
    else:
        if not paths:
            raise BadOption("no path was given", hint="nutgraf index articles/")
        ingest_options = IngestOptions(
            _fields(fields),
            outlet,
            int(max_mb * 1e6),
            file_dates=file_dates,
            ocr=ocr_languages if ocr else "",
            prune=prune,
            prune_many=yes,
            limits=Limits(max_seconds, max_memory_mb),
            web=WebOptions(allow_private, max_articles, pause, timeout),
            words_only=words_only,
        )
        report, interrupted = _ingest(Archive(settings), paths, ingest_options, progress_bar)
    refusal = _refusal(report)
    if as_json:
        print_json({**report.to_dict(), **(error_object(refusal, option) if refusal else {})})
    else:
        print_summary(report)
    if interrupted:
        typer.echo("stopped; run the same command again to go on", err=True)
    _tell_gone(report)
    if prune and not any(Path(path).is_dir() for path in paths or ()):
        typer.echo("--prune looks in folders, and no folder was named: nothing was removed", err=True)
    for line in change_note(report, hand_over(settings, Hooks.of(os.environ))):
        typer.echo(line, err=True)
    if refusal and not as_json:
        raise refusal
    nothing = bool(paths and all(map(is_address, paths)) and _is_failure(report))
    raise typer.Exit(INTERRUPTED if interrupted else FAILED if nothing or refusal else FOUND)


def _refusal(report: AddReport) -> SourceError | None:
    """Return why nothing was pruned, if it was too much."""
    if not report.not_pruned:
        return None
    return SourceError(
        f"--prune would remove {report.not_pruned}; nothing was removed",
        hint="if the folder is whole (is its disk mounted?), run the same command with --yes",
    )


def _is_failure(report: AddReport) -> bool:
    """Whether nothing came of a run but reasons why not."""
    return bool(report.skipped) and len(report.skipped) == len(report.statuses)


def _tell_gone(report: AddReport) -> None:
    """List the articles whose file is gone, and which are still there."""
    from nutgraf.api.terminal.console import visible

    if not report.gone:
        return
    how = "" if report.not_pruned else "; --prune removes them"
    typer.echo(f"These articles are no longer in these folders{how}:", err=True)
    for article_id in report.gone[:_SHOWN_GONE]:
        typer.echo(f"  {visible(article_id)}", err=True)
    if len(report.gone) > _SHOWN_GONE:
        typer.echo(f"  and {len(report.gone) - _SHOWN_GONE:,} more; --json lists them all", err=True)


def _ingest(
    archive: Archive, paths: list[str], ingest_options: IngestOptions, progress: Progress
) -> tuple[AddReport, bool]:
    """Add the paths; return the report, and whether the run was interrupted."""
    try:
        return archive.ingest(paths, ingest_options, progress), False
    except AddInterrupted as interrupt:
        return interrupt.report, True


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
    format_name: options.FormatName = None,
    index: options.IndexFolder = _INDEX,
) -> None:
    """Print a whole article, or with --format its reference."""
    from nutgraf.api.terminal.articles import print_article
    from nutgraf.api.terminal.citations import print_citations
    from nutgraf.api.terminal.console import print_json

    output = options.output_format(format_name, as_json)
    with Archive(options.settings(index)) as archive:
        article = archive.get(article_id)
    if output == "json":
        print_json(article.to_dict())
    elif output is not None:
        print_citations(citation_format(output).write([Citation(article)]))
    else:
        print_article(article)


def remove(
    article_ids: Annotated[
        list[str], typer.Argument(metavar="ID...", help="Ids of the articles.", show_default=False)
    ],
    as_json: options.AsJson = False,
    index: options.IndexFolder = _INDEX,
    encoder: options.EncoderName = None,
) -> None:
    """Remove articles from the index; no search finds them after the command returns."""
    from nutgraf.api.terminal.console import print_json, visible

    with Archive(options.settings(index, encoder)) as archive:
        report = archive.remove(article_ids)
    if as_json:
        print_json(report.to_dict())
    else:
        unknown = f"; not in the index: {visible(', '.join(report.unknown))}" if report.unknown else ""
        typer.echo(f"{len(report.removed):,} removed{unknown}")
    raise typer.Exit(FOUND if report.removed else NOT_FOUND)


def info(
    as_json: options.AsJson = False, index: options.IndexFolder = _INDEX, reader: options.ReaderName = None
) -> None:
    """Show what the index holds, which encoder built it, and the calibration of its answers."""
    from nutgraf.api.terminal.articles import print_info
    from nutgraf.api.terminal.console import print_json

    with Archive(options.settings(index, reader=reader)) as archive:
        report = archive.info()
    if as_json:
        print_json(report.to_dict())
    else:
        print_info(report)
