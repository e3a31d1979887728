"""The commands `eval`, `eval extraction`, `eval compare` and `calibrate`: they measure, and fit."""

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
  nutgraf eval dev-v1.1.json.gz                      the reader alone, on the paragraph of each question
  nutgraf eval dev-v1.1.json.gz --open               the whole system: all paragraphs as one archive
  nutgraf eval questions.jsonl.gz --index .nutgraf   news questions, answered from an index
  nutgraf eval scifact/                              retrieval, on a BEIR folder
  nutgraf eval queries.jsonl --qrels qrels.txt       retrieval, on an index
  nutgraf eval run.trec --qrels qrels.txt            a TREC run of any system
  nutgraf eval dev-v2.0.json --questions 500 --per-question answers.jsonl --plot curve.svg
  nutgraf eval questions.jsonl --ray 10.0.0.1:6379   answered by the machines of a Ray cluster
  nutgraf eval extraction pages/                     text, titles and dates that are read from pages
  nutgraf eval compare a.json b.json                 compare two reports that --json printed

With --per-question the same command goes on with a run that was stopped.
"""


def eval_command(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            help="A SQuAD file, news questions, queries, a BEIR folder or a TREC run.", show_default=False
        ),
    ],
    whole: Annotated[
        bool, typer.Option("--open", help="Use all paragraphs of the file as one archive.")
    ] = False,
    as_asked: Annotated[
        bool, typer.Option("--as-asked", help="Ask each news question as of the day on which it was written.")
    ] = False,
    remove_gold: Annotated[
        bool,
        typer.Option("--remove-gold", help="Ask each question a second time, with its own paragraph hidden."),
    ] = False,
    questions: Annotated[
        int | None,
        typer.Option("--questions", min=1, help="Use this many questions, drawn with a fixed seed."),
    ] = None,
    per_question: Annotated[
        Path | None,
        typer.Option(
            "--per-question",
            metavar="FILE",
            help="Write every answer to this file, one line of JSON for each.",
        ),
    ] = None,
    qrels: Annotated[
        Path | None,
        typer.Option(
            "--qrels", metavar="FILE", help="Relevance judgements: a TREC file or the .tsv of BEIR."
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option("--split", metavar="NAME", help="The qrels of a BEIR folder to use [default: test]."),
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option("--run", metavar="FILE", help="Write the passages that were found as a TREC run."),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE", help="Draw risk by coverage to this .svg or .png file."),
    ] = None,
    as_json: options.AsJson = False,
    index: options.IndexFolder = _INDEX,
    encoder: options.EncoderName = None,
    reader: options.ReaderName = None,
    threads: options.Threads = None,
    profile: options.ProfileName = None,
    ray: options.RayAsking = None,
) -> None:
    """Evaluate; EVAL_HELP is the help of the command."""
    from nutgraf.api.evaluation.evaluate import evaluate, write_files
    from nutgraf.api.evaluation.report import print_report, report_object
    from nutgraf.api.evaluation.request import EvalRequest
    from nutgraf.api.terminal.console import print_json

    source = context.get_parameter_source("index")
    # The archive of $NUTGRAF_INDEX holds news; only an index of the command line is filled with a benchmark.
    index_named = source is not None and source.name == "COMMANDLINE"
    request = EvalRequest(
        file=file,
        whole=whole,
        remove_gold=remove_gold,
        index_named=index_named,
        questions=questions,
        per_question=per_question,
        qrels=qrels,
        split=split,
        run=run,
        plot=plot,
        as_asked=as_asked,
        spread=ray is not None,
    )
    settings = options.settings(index, encoder, reader, threads, profile=profile, ray=ray)
    try:
        report = evaluate(settings, request)
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
    write_files(report, request)  # last: should the disk be full, the report is printed already


EXTRACTION_HELP = """Measure what nutgraf reads from pages of your outlets, against what they hold.

DIR holds pages of any format that can be indexed, and beside each page NAME.html a file NAME.json with its
right values, any of these: {"text": "...", "title": "...", "published": "2016-01-27", "authors": ["..."],
"source": "..."}. A published of null says that the page states no date.

\b
Examples:
  nutgraf eval extraction pages/
  nutgraf eval extraction pages/ --json > a.json     for nutgraf eval compare a.json b.json

Text: precision, recall and F1 of its runs of four words, each page with the same weight. Title and source:
the share that has the right words. Date: the share of right days (UTC) of those found, and of all.
Authors: precision, recall and F1 of the names.
"""


def extraction_command(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder of pages and right values.", show_default=False)
    ],
    as_json: options.AsJson = False,
) -> None:
    """Evaluate what is read from pages; EXTRACTION_HELP is the help of the command."""
    from nutgraf.api.evaluation.extraction import evaluate_extraction, print_report, report_object
    from nutgraf.api.terminal.console import print_json

    report = evaluate_extraction(folder)
    if as_json:
        print_json(report_object(report))
    else:
        print_report(report)


COMPARE_HELP = """Compare two evaluations of the same questions: is the difference more than chance?

\b
Example:
  nutgraf eval dev-v1.1.json --open --json > a.json
  nutgraf eval dev-v1.1.json --open --json --reader other > b.json
  nutgraf eval compare a.json b.json

It shows each figure with a paired randomisation test, then the twenty questions that changed most.
"""


def compare_command(
    a: Annotated[
        Path, typer.Argument(metavar="A.json", help="A report that --json printed.", show_default=False)
    ],
    b: Annotated[
        Path,
        typer.Argument(metavar="B.json", help="Another report of the same questions.", show_default=False),
    ],
    as_json: options.AsJson = False,
) -> None:
    """Compare two reports; COMPARE_HELP is the help of the command."""
    from nutgraf.api.evaluation.compare import compare, comparison_object, print_comparison
    from nutgraf.api.terminal.console import print_json

    comparison = compare(a, b)
    if as_json:
        print_json(comparison_object(comparison))
    else:
        print_comparison(comparison)


CALIBRATE_HELP = """Fit probabilities and threshold to this archive, on questions whose answers are known.

QUESTIONS has one question in each line: {"question": "...", "answers": ["..."], "article": "ID"}. Where the
archive has no answer, answers is []; article may be left out. A SQuAD file works, too. Each question is asked
as it is, and again with the articles that answer it hidden.

\b
Examples:
  nutgraf calibrate questions.jsonl --dry-run     show the figures, write nothing
  nutgraf calibrate questions.jsonl               keep the calibration beside the index
  nutgraf calibrate --reset                       go back to the calibration of the reader
"""


def calibrate(
    questions: Annotated[
        Path | None,
        typer.Argument(help="Questions as .jsonl[.gz], or a SQuAD file .json[.gz].", show_default=False),
    ] = None,
    false_answers: Annotated[
        float,
        typer.Option(
            "--false-answers",
            metavar="SHARE",
            min=0.0,
            max=1.0,
            help="Largest accepted share of unanswerable questions that get an answer (0 to 1).",
        ),
    ] = 0.1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the figures, and write nothing.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Remove the index's own calibration.")] = False,
    as_json: options.AsJson = False,
    index: options.IndexFolder = _INDEX,
    encoder: options.EncoderName = None,
    reader: options.ReaderName = None,
    threads: options.Threads = None,
    profile: options.ProfileName = None,
    passages: options.Passages = None,
) -> None:
    """Calibrate; CALIBRATE_HELP is the help of the command."""
    from nutgraf.api.evaluation import calibrate as calibrating
    from nutgraf.api.terminal.console import print_json

    settings = options.settings(index, encoder, reader, threads, passages, profile)
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
