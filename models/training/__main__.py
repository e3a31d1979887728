"""`python -m nutgraf.models.training --run FOLDER` trains a reader, or resumes a run that was stopped."""

import argparse
import sys
from pathlib import Path

from nutgraf.models.exits import exit_status
from nutgraf.models.export.sources import default_encoder
from nutgraf.models.training.command import run_options, say
from nutgraf.models.training.recipe import RECIPES


def main(arguments: list[str] | None = None) -> int:
    """Train a reader, or draw a run's log; return the exit status."""
    options = _parser().parse_args(arguments)
    return exit_status(lambda: _plot(options) if options.plot is not None else _train(options))


def _plot(options: argparse.Namespace) -> None:
    from nutgraf.models.training.plot import plot

    plot(options.run / "log.jsonl", options.plot)


def _train(options: argparse.Namespace) -> None:
    from nutgraf.models.training.distillation import DistillationParams
    from nutgraf.models.training.train import train

    folder = train(
        RECIPES[options.recipe],
        base=options.base or default_encoder(),
        data=options.data,
        run=options.run,
        threads=options.threads,
        device=options.device,
        distillation=None
        if options.teacher is None
        else DistillationParams(options.teacher, options.teacher_weight, options.temperature),
        say=say,
    )
    say(f"{folder}: export it with python -m nutgraf.models.export small-reader --source {folder} ...")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nutgraf.models.training", description=__doc__)
    parser.add_argument("--recipe", choices=[*RECIPES], default="reader-1", help="default: reader-1")
    run_options(parser, kept="the checkpoint, the log and the reader")
    parser.add_argument(
        "--teacher", type=Path, help="folder of a trained reader to learn from, too: RUN/reader"
    )
    parser.add_argument(
        "--teacher-weight",
        type=float,
        default=0.6,
        help="share of the teacher in the loss, above 0 and at most 1 (default: 0.6)",
    )
    parser.add_argument(
        "--temperature",
        type=float,
        default=2.0,
        help="divide the logits of teacher and reader by this before they are compared (default: 2)",
    )
    parser.add_argument("--plot", type=Path, help="only draw the run's log to this file (.svg or .png)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
