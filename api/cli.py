"""The command line: `nutgraf ...` and `ask`. Thin: options in, one call, one rendering, one exit code.

Exit codes, as grep's: 0 answered or found, 1 not in the archive, 2 an error, 130 interrupted.
"""

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from api import options
from api.errors import BadOption, NutgrafError, error_object
from api.settings import DEFAULT_INDEX

FOUND, NOT_FOUND, FAILED, INTERRUPTED = 0, 1, 2, 130
_INDEX = Path(DEFAULT_INDEX)


class _Commands(TyperGroup):
    """Commands of which one, `eval compare`, has a name of two words: its first is a command as well."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:  # noqa: ANN401 - typer's own
        """Join the two words, where they stand first."""
        if args[:2] == ["eval", "compare"]:
            args = ["eval compare", *args[2:]]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    name="nutgraf",
    cls=_Commands,
    help="Ask your news archive. Every answer is a quote, with its source.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    invoke_without_command=True,
)
ask_app = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode=None)


def main() -> NoReturn:
    """Run `nutgraf`."""
    _run(app)


def ask_main() -> NoReturn:
    """Run `ask`, which is `nutgraf ask`."""
    _run(ask_app)


def _run(command: Callable[..., int | None]) -> NoReturn:
    """Run a command; whatever happens, end with one line and an exit code, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # an article's dash must not fail on a terminal without it
            stream.reconfigure(errors="backslashreplace")
    code: int | None = FAILED
    try:
        code = command(standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except (BrokenPipeError, SystemExit):  # typer turns the first into the second, and into nothing else
        # The reader of our output is gone (`| head`): nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = FOUND
    except NutgrafError as error:
        _report(error_object(error)["error"])
    except Exception as error:
        if os.environ.get("NUTGRAF_DEBUG"):
            raise
        _report(_described(error))
    sys.exit(code or FOUND)


def _described(error: Exception) -> dict[str, str]:
    """Describe a wrong option, which typer raises under private names, or a defect of ours."""
    message = getattr(error, "format_message", None)
    if message is not None:
        path = getattr(getattr(error, "ctx", None), "command_path", "nutgraf")
        return {"code": BadOption.code, "message": message(), "hint": f"{path} --help"}
    return {
        "code": "defect",
        "message": f"{type(error).__name__}: {error}",
        "hint": "this is a defect of nutgraf: please report it with the output of NUTGRAF_DEBUG=1",
    }


def _report(error: dict[str, str]) -> None:
    from api.render import print_error, print_json

    if "--json" in sys.argv:
        print_json({"error": error})
    else:
        print_error(error["message"], error["hint"])


@app.callback()
def nutgraf(context: typer.Context) -> None:
    """Print the help when no command is given."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


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


@ask_app.command(help=ASK_HELP)
@app.command(help=ASK_HELP)
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
    windows: options.Windows = None,
    timeline: options.Timeline = False,
    explain: options.Explain = False,
    as_json: options.AsJson = False,
    index: options.Index = _INDEX,
    encoder: options.EncoderName = None,
    reader: options.ReaderName = None,
    threads: options.Threads = None,
) -> None:
    """Answer questions; see ASK_HELP."""
    from api.explanations import explained, print_explanation
    from api.render import print_asked, print_json, visible
    from api.schemas import asked_object
    from api.service import open_answerer
    from api.timelines import print_timeline, timeline_object
    from qa.checks import checked_filter, checked_question

    questions = _questions(question, file)
    allow = checked_filter(options.article_filter(after, before, as_of, source))
    for text in questions:  # before any model is loaded
        checked_question(text)
    answered = False
    with open_answerer(options.settings(index, encoder, reader, threads, windows)) as opened:
        outcomes = opened.answerer.ask_each(questions, top=top, allow=allow, min_probability=min_probability)
        for asked in outcomes:
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


@app.command(help=SEARCH_HELP)
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
    index: options.Index = _INDEX,
    encoder: options.EncoderName = None,
    threads: options.Threads = None,
) -> None:
    """Find passages; see SEARCH_HELP."""
    from api.render import print_found, print_json
    from api.schemas import found_object
    from api.service import open_answerer

    text = " ".join(words)
    allow = options.article_filter(after, before, as_of, source)
    with open_answerer(options.settings(index, encoder, None, threads)) as opened:
        found = opened.answerer.search(text, top=top, allow=allow)
        if as_json:
            print_json(found_object(text, found, opened.index))
        else:
            print_found(found, duplicates=duplicates)
    raise typer.Exit(FOUND if found.candidates else NOT_FOUND)


INDEX_HELP = """Index articles: .txt .md .html .pdf .docx .jsonl .jsonl.gz .csv, folders and globs.

Run it again at any time: what is unchanged costs nothing, and a run that was stopped goes on.

\b
Examples:
  nutgraf index articles/
  nutgraf index archive.jsonl.gz --field title=headline --field text=body
  nutgraf index articles/ --prune        also remove articles whose file is gone
  nutgraf index --rebuild                derive everything again from what is stored
"""


@app.command(name="index", help=INDEX_HELP)
def index_command(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Files, folders, globs.", show_default=False)
    ] = None,
    index: options.Index = _INDEX,
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
    from api.indexing import index_paths, rebuild_index
    from api.progress import print_summary, summary_object
    from api.render import print_json

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


@app.command()
def show(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="The article's id.", show_default=False)],
    as_json: options.AsJson = False,
    index: options.Index = _INDEX,
) -> None:
    """Print a whole article."""
    from api.render import print_article, print_json
    from api.schemas import full_article_object
    from api.service import article, open_index

    with open_index(options.settings(index)) as opened:
        found = article(opened, article_id)
    if as_json:
        print_json(full_article_object(found))
    else:
        print_article(found)


@app.command()
def remove(
    article_ids: Annotated[
        list[str], typer.Argument(metavar="ID...", help="Ids of articles.", show_default=False)
    ],
    as_json: options.AsJson = False,
    index: options.Index = _INDEX,
    encoder: options.EncoderName = None,
) -> None:
    """Remove articles from the index; they are gone from every search when the command returns."""
    from api.indexing import remove_articles
    from api.render import print_json, visible

    removed, unknown = remove_articles(options.settings(index, encoder), article_ids)
    if as_json:
        print_json({"removed": removed, "unknown": unknown})
    else:
        typer.echo(
            f"{len(removed):,} removed"
            + (f"; not in the index: {visible(', '.join(unknown))}" if unknown else "")
        )
    raise typer.Exit(FOUND if removed else NOT_FOUND)


@app.command()
def info(
    as_json: options.AsJson = False, index: options.Index = _INDEX, reader: options.ReaderName = None
) -> None:
    """Say what the index holds, what built it, and by which calibration it is answered from."""
    from api import calibrations
    from api.render import print_info, print_json, visible
    from api.schemas import info_object
    from api.service import open_index

    with open_index(options.settings(index)) as opened:
        described = info_object(opened, opened.store.sources())
        calibration = calibrations.info_object(index, reader, opened.manifest.encoder)
    if as_json:
        print_json(described | {"calibration": calibration})
    else:
        print_info(described)
        typer.echo(f"calibration {visible(calibrations.info_line(calibration))}")


EVAL_HELP = """Measure how good answers and retrieval are, on questions whose answers are known.

\b
Examples:
  nutgraf eval dev-v1.1.json.gz                      the reader, each question asked of its own paragraph
  nutgraf eval dev-v1.1.json.gz --open               the whole system: all paragraphs as one archive
  nutgraf eval questions.jsonl.gz --index .nutgraf   news questions, asked of an index
  nutgraf eval scifact/                              retrieval, on a BEIR folder
  nutgraf eval queries.jsonl --qrels qrels.txt       retrieval, on an index
  nutgraf eval run.trec --qrels qrels.txt            anybody's TREC run
  nutgraf eval dev-v2.0.json --questions 500 --per-question answers.jsonl --plot curve.svg
  nutgraf eval compare a.json b.json                 two reports that --json printed

With --per-question a run that was stopped goes on when the same command is given again.
"""


@app.command(name="eval", help=EVAL_HELP)
def eval_command(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            help="SQuAD, news questions, queries, a BEIR folder or a TREC run.", show_default=False
        ),
    ],
    whole: Annotated[bool, typer.Option("--open", help="Ask all paragraphs as one archive.")] = False,
    as_asked: Annotated[
        bool, typer.Option("--as-asked", help="Ask each news question as of the day it is from.")
    ] = False,
    remove_gold: Annotated[
        bool, typer.Option("--remove-gold", help="Ask also with a question's own paragraph hidden.")
    ] = False,
    questions: Annotated[
        int | None, typer.Option("--questions", min=1, help="Only so many, drawn with a fixed seed.")
    ] = None,
    per_question: Annotated[
        Path | None, typer.Option("--per-question", metavar="FILE", help="Keep every answer: JSON lines.")
    ] = None,
    qrels: Annotated[
        Path | None, typer.Option("--qrels", metavar="FILE", help="What is relevant: TREC's, or BEIR's .tsv.")
    ] = None,
    split: Annotated[
        str | None,
        typer.Option("--split", metavar="NAME", help="Which qrels of a BEIR folder [default: test]."),
    ] = None,
    run: Annotated[
        Path | None, typer.Option("--run", metavar="FILE", help="Write what was found as a TREC run.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw what abstaining brings: .svg or .png.")
    ] = None,
    as_json: options.AsJson = False,
    index: options.Index = _INDEX,
    encoder: options.EncoderName = None,
    reader: options.ReaderName = None,
    threads: options.Threads = None,
) -> None:
    """Evaluate; see EVAL_HELP."""
    from api.eval_options import Wanted
    from api.evaluating import evaluate
    from api.render import print_json
    from api.reports import print_report, report_object

    source = context.get_parameter_source("index")
    # An archive that $NUTGRAF_INDEX names is there to be asked, not to be filled with a benchmark.
    named = source is not None and source.name == "COMMANDLINE"
    wanted = Wanted(
        file, whole, remove_gold, named, questions, per_question, qrels, split, run, plot, as_asked
    )
    try:
        report = evaluate(options.settings(index, encoder, reader, threads), wanted)
    except KeyboardInterrupt:
        if per_question:
            typer.echo("stopped; give the same command again to go on", err=True)
        raise
    if as_json:
        print_json(report_object(report))
    else:
        print_report(report)
    for notice in report.notices:
        typer.echo(notice, err=True)


COMPARE_HELP = """Compare two evaluations of the same questions: is the difference more than chance?

\b
Example:
  nutgraf eval dev-v1.1.json --open --json > a.json
  nutgraf eval dev-v1.1.json --open --json --reader other > b.json
  nutgraf eval compare a.json b.json

Each figure with a paired randomisation test, then the twenty questions that changed most.
"""


@app.command(name="eval compare", help=COMPARE_HELP)
def compare_command(
    a: Annotated[Path, typer.Argument(metavar="A.json", help="A report of --json.", show_default=False)],
    b: Annotated[Path, typer.Argument(metavar="B.json", help="Another one.", show_default=False)],
    as_json: options.AsJson = False,
) -> None:
    """Compare; see COMPARE_HELP."""
    from api.comparing import compare, compared_object, print_compared
    from api.render import print_json

    found = compare(a, b)
    if as_json:
        print_json(compared_object(found))
    else:
        print_compared(found)


CALIBRATE_HELP = """Fit probabilities and threshold to this archive, by questions whose answers are known.

QUESTIONS has one a line: {"question": "...", "answers": ["..."], "article": "ID"}; answers is [] where the
archive has none, article may be left out. Or a SQuAD file. Each question is asked as it is, and again with
the articles that answer it hidden.

\b
Examples:
  nutgraf calibrate questions.jsonl --dry-run     say what it would bring
  nutgraf calibrate questions.jsonl               and keep it beside the index
  nutgraf calibrate --reset                       go back to the reader's own
"""


@app.command(help=CALIBRATE_HELP)
def calibrate(
    questions: Annotated[
        Path | None, typer.Argument(help="Questions .jsonl[.gz], or SQuAD .json[.gz].", show_default=False)
    ] = None,
    false_answers: Annotated[
        float,
        typer.Option(
            "--false-answers", metavar="SHARE", min=0.0, max=1.0, help="Answered without an answer."
        ),
    ] = 0.1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Remove the index's own calibration.")] = False,
    as_json: options.AsJson = False,
    index: options.Index = _INDEX,
    encoder: options.EncoderName = None,
    reader: options.ReaderName = None,
    threads: options.Threads = None,
    windows: options.Windows = None,
) -> None:
    """Calibrate; see CALIBRATE_HELP."""
    from api import calibrating
    from api.render import print_json

    settings = options.settings(index, encoder, reader, threads, windows)
    if reset:
        if questions is not None or dry_run:
            raise BadOption("--reset was given with something else", hint="nutgraf calibrate --reset")
        removed = calibrating.reset(settings)
        if as_json:
            print_json({"removed": removed})
        else:
            typer.echo("the reader's own calibration is in force" + ("" if removed else ", as it was before"))
        return
    report = calibrating.calibrate(settings, questions, false_answers, dry_run=dry_run)
    if as_json:
        print_json(calibrating.report_object(report))
    else:
        calibrating.print_report(report)


@app.command()
def serve(
    port: Annotated[int, typer.Option("--port", envvar="NUTGRAF_PORT", min=1, max=65535)] = 8017,
    index: options.Index = _INDEX,
    encoder: options.EncoderName = None,
    reader: options.ReaderName = None,
    threads: options.Threads = None,
    windows: options.Windows = None,
) -> None:
    """Answer over HTTP, on this machine only: POST /v1/ask, /v1/search; GET /v1/articles/ID, /v1/info."""
    from api.app import serve as serve_http

    serve_http(options.settings(index, encoder, reader, threads, windows), port)
