"""The commands `ask` and `search`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nutgraf.api.commands import options
from nutgraf.api.commands.exits import FOUND, NOT_FOUND
from nutgraf.api.commands.questions import read_questions
from nutgraf.archive import Archive
from nutgraf.errors import BadOption
from nutgraf.filters import article_filter
from nutgraf.qa.citing.citation import Citation
from nutgraf.results import AskResult
from nutgraf.settings import DEFAULT_INDEX, Settings

if TYPE_CHECKING:
    from nutgraf.client import Client

_INDEX = Path(DEFAULT_INDEX)

ASK_HELP = """Answer a question with the exact words of an article, or say that no answer was found.

\b
Examples:
  ask "What did China agree to on sanctions?"
  ask "Who leads the central bank?" --as-of 2021-12-31 --explain
  ask "Who leads the central bank?" --timeline
  ask "Who won the election in 2016?"
  ask "What was agreed?" --after "last week" --before yesterday
  ask "Who won?" --source reuters.com --top 3 --json
  ask "Who leads the central bank?" --format bibtex
  ask --file questions.txt --json > answers.jsonl
  ask --file questions.csv --format csv > answers.csv
  ask "Who leads the central bank?" --server https://archive.example/news

Exit code: 0 answered, 1 unsure or not found, 2 error.
"""


def ask(
    context: typer.Context,
    question: Annotated[list[str] | None, typer.Argument(help="The question.", show_default=False)] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            help="Ask every line of this file, of a .csv its column `question`; - is standard input.",
        ),
    ] = None,
    top: options.Top = 1,
    after: options.After = None,
    before: options.Before = None,
    as_of: options.AsOf = None,
    source: options.Sources = None,
    min_probability: options.MinProbability = None,
    profile: options.ProfileName = None,
    passages: options.Passages = None,
    no_time: options.NoTime = False,
    timeline: options.Timeline = False,
    explain: options.Explain = False,
    as_json: options.AsJson = False,
    format_name: options.FormatName = None,
    server: options.ServerUrl = None,
    api_key_file: options.ServerKeyFile = None,
    index: options.IndexFolder = _INDEX,
    encoder: options.EncoderName = None,
    reader: options.ReaderName = None,
    threads: options.Threads = None,
    version: options.Version = False,  # noqa: ARG001 - its callback prints the version
) -> None:
    """Answer questions; ASK_HELP is the help of the command."""
    from nutgraf.api.terminal.console import print_json
    from nutgraf.api.terminal.results import print_result
    from nutgraf.qa.inquiry import Inquiry

    output = options.output_format(format_name, as_json, timeline=timeline, explain=explain)
    questions = _questions(question, file)
    allow = article_filter(after, before, as_of, source)
    # Every question is checked before a model is loaded.
    inquiries = [Inquiry(text, top, allow, min_probability, not no_time).checked() for text in questions]
    answered = False
    settings = options.settings(index, encoder, reader, threads, passages, profile)
    with _opened(context, settings, server, api_key_file) as archive:
        options.check_outlets(archive, source)
        results = archive.answers(inquiries, timeline=timeline, explain=explain)
        if output is None or output == "json":
            for result in results:
                answered = answered or result.answered
                if output == "json":
                    print_json(result.to_dict(), indent=None if file else 2)
                else:
                    print_result(result, with_question=file is not None)
        else:
            answered = _cite(results, output)
    raise typer.Exit(FOUND if answered else NOT_FOUND)


def _opened(
    context: typer.Context, settings: Settings, server: str | None, key_file: Path | None
) -> "Archive | Client":
    """Return the archive of a server, or else that of the settings."""
    from nutgraf.api.commands.remote import check_no_key_file, open_server

    if server is not None:
        return open_server(context, server, key_file)
    check_no_key_file(key_file)
    return Archive(settings)


def _cite(results: Iterator[AskResult], format_name: str) -> bool:
    """Print the answers in a format; return whether there are any. The rows of a table come one by one."""
    from nutgraf.api.terminal.citations import print_citations
    from nutgraf.api.terminal.console import visible
    from nutgraf.qa.citing.answers import answered_questions
    from nutgraf.qa.citing.formats import citation_format
    from nutgraf.qa.citing.table import question_table

    citations: list[Citation] = []
    for number, result in enumerate(results):
        citations += [answer.citation for answer in result.answers]
        if format_name == "csv":
            print_citations(question_table(answered_questions([result.result]), with_head=number == 0))
        elif result.abstention is not None:
            typer.echo(f"nothing to cite: {visible(result.question)} ({result.abstention.reason})", err=True)
    if format_name != "csv":
        print_citations(citation_format(format_name).write(citations))
    return bool(citations)


def _questions(words: list[str] | None, file: Path | None) -> list[str]:
    """Return the questions: the words of one question, or the lines of a file."""
    if words and file:
        raise BadOption("a question and --file were given", hint="give one of the two")
    if file is None:
        if not words:
            raise BadOption("no question was given", hint='ask "What did China agree to on sanctions?"')
        return [" ".join(words)]
    return read_questions(file)


SEARCH_HELP = """Find the passages nearest to some words, by their meaning and by their words.

\b
Examples:
  nutgraf search "missile defense South Korea"
  nutgraf search sanctions --after 2016 --before 2016-06 --top 20
  nutgraf search "missile defense" --duplicates
  nutgraf search "election in 2016" --no-time
"""


def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(help="The words to look for.", show_default=False)],
    top: options.Top = 10,
    after: options.After = None,
    before: options.Before = None,
    as_of: options.AsOf = None,
    source: options.Sources = None,
    duplicates: Annotated[
        bool,
        typer.Option(
            "--duplicates", help="List every copy of an article, not only the outlets that printed it."
        ),
    ] = False,
    no_time: options.NoTime = False,
    as_json: options.AsJson = False,
    format_name: options.FormatName = None,
    server: options.ServerUrl = None,
    api_key_file: options.ServerKeyFile = None,
    index: options.IndexFolder = _INDEX,
    encoder: options.EncoderName = None,
    threads: options.Threads = None,
) -> None:
    """Find passages; SEARCH_HELP is the help of the command."""
    from nutgraf.api.terminal.citations import print_citations
    from nutgraf.api.terminal.console import print_json
    from nutgraf.api.terminal.results import print_hits

    output = options.output_format(format_name, as_json, duplicates=duplicates)
    settings = options.settings(index, encoder, None, threads)
    with _opened(context, settings, server, api_key_file) as archive:
        options.check_outlets(archive, source)
        hits = archive.search(
            " ".join(words),
            top=top,
            after=after,
            before=before,
            as_of=as_of,
            source=source,
            time=not no_time,
        )
    if output == "json":
        print_json(hits.to_dict())
    elif output is not None:
        print_citations(hits.cite(output))
    else:
        print_hits(hits, duplicates=duplicates)
    raise typer.Exit(FOUND if hits else NOT_FOUND)
