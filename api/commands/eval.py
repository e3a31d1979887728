"""`eval`, `eval compare` and `calibrate`: how good it is, and what its probabilities mean."""

from pathlib import Path
from typing import Annotated

import typer

from nutgraf.api.commands import options
from nutgraf.errors import BadOption
from nutgraf.settings import DEFAULT_INDEX

_INDEX = Path(DEFAULT_INDEX)

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
    index: options.IndexFolder = _INDEX,
    encoder: options.EncoderName = None,
    reader: options.ReaderName = None,
    threads: options.Threads = None,
    profile: options.ProfileName = None,
) -> None:
    """Evaluate; see EVAL_HELP."""
    from nutgraf.api.evaluation.evaluate import evaluate, write_files
    from nutgraf.api.evaluation.report import print_report, report_object
    from nutgraf.api.evaluation.request import EvalRequest
    from nutgraf.api.terminal.console import print_json

    source = context.get_parameter_source("index")
    # An archive that $NUTGRAF_INDEX names is there to be asked, not to be filled with a benchmark.
    named = source is not None and source.name == "COMMANDLINE"
    wanted = EvalRequest(
        file=file,
        whole=whole,
        remove_gold=remove_gold,
        index_named=named,
        questions=questions,
        per_question=per_question,
        qrels=qrels,
        split=split,
        run=run,
        plot=plot,
        as_asked=as_asked,
    )
    try:
        report = evaluate(options.settings(index, encoder, reader, threads, profile=profile), wanted)
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
    write_files(report, wanted)  # last: what took an hour is printed already, should the disk be full


COMPARE_HELP = """Compare two evaluations of the same questions: is the difference more than chance?

\b
Example:
  nutgraf eval dev-v1.1.json --open --json > a.json
  nutgraf eval dev-v1.1.json --open --json --reader other > b.json
  nutgraf eval compare a.json b.json

Each figure with a paired randomisation test, then the twenty questions that changed most.
"""


def compare_command(
    a: Annotated[Path, typer.Argument(metavar="A.json", help="A report of --json.", show_default=False)],
    b: Annotated[Path, typer.Argument(metavar="B.json", help="Another one.", show_default=False)],
    as_json: options.AsJson = False,
) -> None:
    """Compare; see COMPARE_HELP."""
    from nutgraf.api.evaluation.compare import compare, compared_object, print_compared
    from nutgraf.api.terminal.console import print_json

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
    index: options.IndexFolder = _INDEX,
    encoder: options.EncoderName = None,
    reader: options.ReaderName = None,
    threads: options.Threads = None,
    profile: options.ProfileName = None,
    windows: options.Windows = None,
) -> None:
    """Calibrate; see CALIBRATE_HELP."""
    from nutgraf.api.evaluation import calibrate as calibrating
    from nutgraf.api.terminal.console import print_json

    settings = options.settings(index, encoder, reader, threads, windows, profile)
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
