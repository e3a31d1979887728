"""The commands `watch add`, `list`, `remove` and `run`: questions that are asked again as articles come."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from nutgraf.api.commands import options
from nutgraf.api.commands.exits import FOUND, NOT_FOUND
from nutgraf.api.commands.questions import read_questions
from nutgraf.archive import Archive
from nutgraf.errors import BadOption
from nutgraf.filters import article_filter
from nutgraf.settings import DEFAULT_INDEX

_INDEX = Path(DEFAULT_INDEX)
_READER = "watch run"
_MOST_SHOWN = 1000  # changes that one run shows; the next shows what is left

WATCH_HELP = """Watch questions: be told when the answer changes.

A question that is watched is asked again when articles come that may touch it: after `index` and `follow`,
when an article is posted, and by `watch run`. docs/watch.md says what is a change.

\b
Examples:
  nutgraf watch add "Who leads the central bank?"
  nutgraf watch add "How many people died?" --after 2026-11-01 --source reuters.com
  nutgraf watch add --file questions.txt
  nutgraf watch list
  nutgraf watch run
  nutgraf watch remove 3
"""

watch_app = typer.Typer(
    help=WATCH_HELP, pretty_exceptions_enable=False, rich_markup_mode=None, no_args_is_help=False
)


@watch_app.callback(invoke_without_command=True)
def watch(context: typer.Context) -> None:
    """Print the help when no command is given; WATCH_HELP is the help of the commands."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@watch_app.command("add")
def add(
    question: Annotated[list[str] | None, typer.Argument(help="The question.", show_default=False)] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            help="Watch every line of this file, of a .csv its column `question`; - is standard input.",
        ),
    ] = None,
    after: options.After = None,
    before: options.Before = None,
    as_of: options.AsOf = None,
    source: options.Sources = None,
    min_probability: options.MinProbability = None,
    no_time: options.NoTime = False,
    webhook: Annotated[
        str | None,
        typer.Option(
            "--webhook", metavar="URL", help="Send changes there; $NUTGRAF_WEBHOOK_HOSTS allows its host."
        ),
    ] = None,
    as_json: options.AsJson = False,
    index: options.IndexFolder = _INDEX,
    encoder: options.EncoderName = None,
    reader: options.ReaderName = None,
    threads: options.Threads = None,
) -> None:
    """Watch a question, and ask it once: what is known already is no change later.

    An archive without articles can be watched, too. Days count from today: "last week" stays the week that
    it is now.
    """
    from nutgraf.api.terminal.console import print_json
    from nutgraf.api.terminal.watches import watch_lines
    from nutgraf.engines import engine_of
    from nutgraf.hooks import Hooks
    from nutgraf.qa.inquiry import Inquiry
    from nutgraf.watching import add_watches

    address = Hooks.of(os.environ).checked(webhook)
    questions = _questions(question, file)
    allow = article_filter(after, before, as_of, source)
    inquiries = [Inquiry(text, 1, allow, min_probability, not no_time).checked() for text in questions]
    with Archive(options.settings(index, encoder, reader, threads)) as archive:
        watches = add_watches(archive, inquiries, address)
        if engine_of(index).stamp() is not None:  # an empty archive has no outlets yet
            options.check_outlets(archive, source)
    if as_json:
        print_json([watch.to_dict() for watch in watches])
        return
    _print(line for added in {watch.id: watch for watch in watches}.values() for line in watch_lines(added))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def _questions(words: list[str] | None, file: Path | None) -> list[str]:
    if bool(words) == (file is not None):
        said = "a question and --file were given" if words else "no question was given"
        raise BadOption(said, hint='nutgraf watch add "Who leads the central bank?"')
    return read_questions(file) if file is not None else [" ".join(words or [])]


@watch_app.command("list")
def list_command(as_json: options.AsJson = False, index: options.IndexFolder = _INDEX) -> None:
    """List the watches with their numbers, and what each is answered with now."""
    from nutgraf.api.terminal.console import print_json
    from nutgraf.api.terminal.watches import watch_lines
    from nutgraf.watching import list_watches

    watches = list_watches(options.settings(index))
    if as_json:
        print_json([watch.to_dict() for watch in watches])
        return
    _print(line for watch in watches for line in watch_lines(watch))
    if not watches:
        typer.echo('nothing is watched; nutgraf watch add "QUESTION" watches a question', err=True)


@watch_app.command("remove")
def remove(
    watch_ids: Annotated[
        list[int], typer.Argument(metavar="NUMBER...", help="Numbers of watches.", show_default=False)
    ],
    as_json: options.AsJson = False,
    index: options.IndexFolder = _INDEX,
) -> None:
    """Remove watches with their changes."""
    from nutgraf.api.terminal.console import print_json
    from nutgraf.watching import remove_watches

    removed = remove_watches(options.settings(index), watch_ids)
    unknown = [number for number in dict.fromkeys(watch_ids) if number not in removed]
    if as_json:
        print_json({"removed": removed, "unknown": unknown})
    else:
        missing = f"; there is no watch {', '.join(map(str, unknown))}" if unknown else ""
        typer.echo(f"{len(removed):,} removed{missing}")
    raise typer.Exit(FOUND if removed else NOT_FOUND)


@watch_app.command("run")
def run(
    command: Annotated[
        str | None,
        typer.Option(
            "--exec",
            metavar="COMMAND",
            envvar="NUTGRAF_WATCH_EXEC",
            help="Run this with the changes on its standard input, each a line of JSON.",
        ),
    ] = None,
    as_json: options.AsJson = False,
    index: options.IndexFolder = _INDEX,
    encoder: options.EncoderName = None,
    reader: options.ReaderName = None,
    threads: options.Threads = None,
) -> None:
    """Ask the watches again that new articles may touch, and show what changed since the last `watch run`.

    Changes that `index`, `follow` or a server found meanwhile are among them.

    Exit code: 0 nothing changed, 1 something changed, 2 error.
    """
    from nutgraf.api.terminal.console import print_json
    from nutgraf.api.terminal.watches import change_lines
    from nutgraf.hooks import Hooks, hand_over
    from nutgraf.watches import WatchRun
    from nutgraf.watching import note_seen, run_watches, unseen_changes

    hooks = Hooks.of(os.environ, command or "")
    settings = options.settings(index, encoder, reader, threads)
    with Archive(settings) as archive:
        finished = run_watches(archive)
    changes = unseen_changes(settings, _READER, _MOST_SHOWN)
    if as_json:
        print_json(WatchRun(finished.watches, finished.asked, tuple(changes)).to_dict())
    else:
        _print(change_lines(changes))
        many = "answer" if len(changes) == 1 else "answers"
        typer.echo(
            f"{finished.watches:,} watched, {finished.asked:,} asked again, {len(changes):,} {many} changed",
            err=True,
        )
    if changes:
        note_seen(settings, _READER, changes[-1])
    for failure in hand_over(settings, hooks):
        typer.echo(failure, err=True)
    raise typer.Exit(NOT_FOUND if changes else FOUND)
