"""The commands `list` and `export`, which look through an archive without a question."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nutgraf.api.commands import completion, options
from nutgraf.api.commands.exits import FOUND, NOT_FOUND
from nutgraf.archive import Archive
from nutgraf.export import (
    EXPORT_FORMATS,
    CountedBatches,
    checked_file,
    checked_format,
    checked_target,
    export_parts,
    selected,
    write_export,
    write_failed,
)
from nutgraf.filters import article_filter
from nutgraf.indexer.article import Article
from nutgraf.indexer.selection import SORTS, Selection
from nutgraf.listing import selection_of
from nutgraf.settings import DEFAULT_INDEX

if TYPE_CHECKING:
    from nutgraf.client import Client

_INDEX = Path(DEFAULT_INDEX)
_ENDINGS = {
    ".csv": "csv",
    ".bib": "bibtex",
    ".ris": "ris",
    ".md": "markdown",
    ".html": "html",
    ".txt": "text",
}
_LINES = (".jsonl", ".ndjson")

LIST_HELP = """List articles: newest first, or with --words best match first.

Exits 0 if there are any, 1 if there are none.

\b
Examples:
  nutgraf list --after 2016 --source "The New York Times"
  nutgraf list --words "missile defense" --sort newest
  nutgraf list --author "Jane Perlez" --facets
"""
EXPORT_HELP = f"""Export articles: all of them, or those that pass the filters.

Formats: {", ".join(EXPORT_FORMATS)}. JSON Lines (jsonl) have all that is kept of an article: nutgraf index
restores the archive from them. All but jsonl and csv are references without the texts.

\b
Examples:
  nutgraf export --output backup.jsonl.gz
  nutgraf export --after 2016 --source "The New York Times" --output nyt.csv
  nutgraf export --author "Jane Perlez" --format bibtex > perlez.bib
  nutgraf export --server https://archive.example/news --output backup.jsonl.gz
"""


def list_command(
    after: options.After = None,
    before: options.Before = None,
    as_of: options.AsOf = None,
    sources: options.Sources = None,
    authors: options.Authors = None,
    words: options.Words = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort",
            metavar="ORDER",
            help=f"The order: {', '.join(SORTS)}.",
            autocompletion=completion.sorts,
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many to show at most, 1 to 1,000.")] = 20,
    cursor: Annotated[
        str | None, typer.Option("--cursor", metavar="CURSOR", help="Go on where another list ended.")
    ] = None,
    facets: Annotated[
        bool, typer.Option("--facets", help="Also count all of them by outlet, author and month.")
    ] = False,
    as_json: options.AsJson = False,
    index: options.IndexFolder = _INDEX,
) -> None:
    """List articles; LIST_HELP is the help of the command."""
    from nutgraf.api.terminal.console import print_json
    from nutgraf.api.terminal.listing import print_page

    with Archive(options.settings(index)) as archive:
        archive.check()  # no archive is an error here, and not an empty list
        options.check_outlets(archive, sources)
        page = archive.articles(
            after=after,
            before=before,
            as_of=as_of,
            source=sources,
            author=authors,
            words=words,
            sort=sort,
            limit=limit,
            cursor=cursor,
            facets=facets,
        )
    if as_json:
        print_json(page.to_dict())
    else:
        print_page(page)
    raise typer.Exit(FOUND if page.articles else NOT_FOUND)


def export(
    context: typer.Context,
    after: options.After = None,
    before: options.Before = None,
    as_of: options.AsOf = None,
    sources: options.Sources = None,
    authors: options.Authors = None,
    words: options.Words = None,
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help=f"{', '.join(EXPORT_FORMATS)} [default: as the file is named, else jsonl].",
            autocompletion=completion.export_formats,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write to this file; one that ends with .gz is gzipped."
        ),
    ] = None,
    server: options.ServerUrl = None,
    api_key_file: options.ServerKeyFile = None,
    index: options.IndexFolder = _INDEX,
) -> None:
    """Export articles; EXPORT_HELP is the help of the command."""
    from nutgraf.api.commands.remote import check_no_key_file, open_server

    ending = "" if output is None else Path(output.name.removesuffix(".gz")).suffix
    name = checked_format(_ENDINGS.get(ending, "jsonl") if format_name is None else format_name)
    selection = selection_of(article_filter(after, before, as_of, sources), authors, words)
    target = None if output is None or str(output) == "-" else output
    with ExitStack() as stack:
        if server is None:
            check_no_key_file(api_key_file)
            archive = stack.enter_context(Archive(options.settings(index)))
            options.check_outlets(archive, sources)
            opened = stack.enter_context(archive.reading())
            batches = CountedBatches(selected(opened.index, selection))
        else:
            client = stack.enter_context(open_server(context, server, api_key_file))
            options.check_outlets(client, sources)
            batches = CountedBatches(_pages(client, selection))
        parts = export_parts(batches, name)
        if target is None:
            _print(parts)
        else:
            checked = checked_file(target) if server else checked_target(target, index)
            write_export(checked, parts)
    where = "" if output is None else f" to {output}"
    if output is not None and format_name is None and ending not in {*_ENDINGS, *_LINES}:
        where += f", as {name}"  # the file's name says something else, or nothing
    count = f"{batches.articles:,} {'article' if batches.articles == 1 else 'articles'}"
    typer.echo(f"{count} exported{where}", err=True)
    raise typer.Exit(FOUND if batches.articles else NOT_FOUND)


def _pages(client: "Client", selection: Selection) -> Iterator[Sequence[Article]]:
    """Yield the articles of a selection from a server, some at a time."""
    from nutgraf.list_calls import EXPORT_PAGE

    allow, cursor = selection.allow, None
    while True:
        page = client.articles(
            after=allow.first,
            before=allow.last,
            as_of=allow.as_of,
            source=allow.sources,
            author=selection.authors,
            words=selection.words,
            sort="id",
            limit=EXPORT_PAGE,
            cursor=cursor,
        )
        yield page.articles
        cursor = page.next
        if cursor is None:
            return


def _print(parts: Iterable[str]) -> None:
    """Write an export to standard output, as the file that it is; raises StorageFailed."""
    try:
        for part in parts:
            sys.stdout.buffer.write(part.encode())
            sys.stdout.buffer.flush()
    except OSError as error:
        # What is left in the buffer would fail again when the program ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise write_failed("standard output", error) from error
