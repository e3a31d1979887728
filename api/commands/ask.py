"""`ask` and `search`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from nutgraf.api.commands import options
from nutgraf.api.commands.exits import FOUND, NOT_FOUND
from nutgraf.errors import BadOption
from nutgraf.filters import article_filter
from nutgraf.settings import DEFAULT_INDEX

_INDEX = Path(DEFAULT_INDEX)

ASK_HELP = """Answer a question with the exact words of an article, or say that no article answers it.

\b
Examples:
  ask "What did China agree to on sanctions?"
  ask "Who leads the central bank?" --as-of 2021-12-31 --explain
  ask "Who leads the central bank?" --timeline
  ask "What was agreed?" --after "last week" --before yesterday
  ask "Who won?" --source reuters.com --top 3 --json
  ask --file questions.txt --json > answers.jsonl

Exit code: 0 answered, 1 not answered in the archive, 2 error.
"""


def ask(
    question: Annotated[list[str] | None, typer.Argument(help="The question.", show_default=False)] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="Ask every line of this file; - reads standard input.")
    ] = None,
    top: options.Top = 1,
    after: options.After = None,
    before: options.Before = None,
    as_of: options.AsOf = None,
    source: options.Sources = None,
    min_probability: options.MinProbability = None,
    profile: options.ProfileName = None,
    windows: options.Windows = None,
    timeline: options.Timeline = False,
    explain: options.Explain = False,
    as_json: options.AsJson = False,
    index: options.IndexFolder = _INDEX,
    encoder: options.EncoderName = None,
    reader: options.ReaderName = None,
    threads: options.Threads = None,
) -> None:
    """Answer questions; see ASK_HELP."""
    from nutgraf.api.terminal.console import print_asked, print_json, visible
    from nutgraf.api.terminal.explanations import explained, print_explanation
    from nutgraf.api.terminal.timelines import print_timeline
    from nutgraf.objects import asked_object, timeline_object
    from nutgraf.opening import open_answerer
    from nutgraf.qa.inquiry import Inquiry

    questions = _questions(question, file)
    allow = article_filter(after, before, as_of, source)
    # Checked before any model is loaded.
    inquiries = [Inquiry(text, top, allow, min_probability).checked() for text in questions]
    answered = False
    with open_answerer(options.settings(index, encoder, reader, threads, windows, profile)) as opened:
        for asked in opened.answerer.answer(inquiries):
            answered = answered or bool(asked.answers)
            explanation = explained(opened.answerer, asked) if explain else None
            entries = opened.answerer.timeline(asked) if timeline else None
            if as_json:
                result = asked_object(asked, opened.index, explanation)
                over_time = {} if entries is None else {"timeline": timeline_object(entries)}
                print_json(result | over_time, indent=None if file else 2)
                continue
            if file:
                typer.echo(f"? {visible(asked.question)}")
            print_asked(asked)
            if entries is not None:
                print_timeline(entries)
            if explanation:
                print_explanation(asked, explanation)
    raise typer.Exit(FOUND if answered else NOT_FOUND)


def _questions(words: list[str] | None, file: Path | None) -> list[str]:
    """Return the questions: the arguments are the words of one, a file has one a line."""
    if words and file:
        raise BadOption("a question and --file were given", hint="give one of the two")
    if file is None:
        if not words:
            raise BadOption("no question was given", hint='ask "What did China agree to on sanctions?"')
        return [" ".join(words)]
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise BadOption(
            f"--file {file} cannot be read: {error.strerror}", hint="a text file, one question a line"
        ) from error
    questions = [line.strip() for line in text.splitlines() if line.strip()]
    if not questions:
        raise BadOption(f"--file {file} holds no question", hint="a text file, one question a line")
    return questions


SEARCH_HELP = """Find the passages nearest to some words, by meaning and by term.

\b
Examples:
  nutgraf search "missile defense South Korea"
  nutgraf search sanctions --after 2016 --before 2016-06 --top 20
  nutgraf search "missile defense" --duplicates
"""


def search(
    words: Annotated[list[str], typer.Argument(help="What to look for.", show_default=False)],
    top: options.Top = 10,
    after: options.After = None,
    before: options.Before = None,
    as_of: options.AsOf = None,
    source: options.Sources = None,
    duplicates: Annotated[
        bool, typer.Option("--duplicates", help="List every copy of an article, not only its outlets.")
    ] = False,
    as_json: options.AsJson = False,
    index: options.IndexFolder = _INDEX,
    encoder: options.EncoderName = None,
    threads: options.Threads = None,
) -> None:
    """Find passages; see SEARCH_HELP."""
    from nutgraf.api.terminal.console import print_found, print_json
    from nutgraf.objects import found_object
    from nutgraf.opening import open_answerer

    text = " ".join(words)
    allow = article_filter(after, before, as_of, source)
    with open_answerer(options.settings(index, encoder, None, threads)) as opened:
        found = opened.answerer.search(text, top=top, allow=allow)
        if as_json:
            print_json(found_object(text, found, opened.index))
        else:
            print_found(found, duplicates=duplicates)
    raise typer.Exit(FOUND if found.candidates else NOT_FOUND)
