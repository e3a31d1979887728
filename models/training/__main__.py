"""`python -m nutgraf.models.training --run FOLDER` trains a reader, or resumes a run that was stopped."""

import argparse
import os
import sys
from pathlib import Path

from nutgraf.models.errors import ModelError
from nutgraf.models.export.sources import default_encoder
from nutgraf.models.training.recipe import RECIPES


def main(arguments: list[str] | None = None) -> int:
    """Train a reader, or draw a run's log; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.plot is not None:
            from nutgraf.models.training.plot import plot

            plot(options.run / "log.jsonl", options.plot)
            return 0
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
            say=_say,
        )
    except ImportError as error:
        sys.stderr.write(
            f"error: training needs more libraries: {error}\nhint: pip install sentence-transformers\n"
        )
        return 2
    except ModelError as error:
        sys.stderr.write(f"error: {error}\n" + (f"hint: {error.hint}\n" if error.hint else ""))
        return 2
    sys.stdout.write(
        f"{folder}: export it with python -m nutgraf.models.export reader --source {folder} ...\n"
    )
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nutgraf.models.training", description=__doc__)
    parser.add_argument("--recipe", choices=[*RECIPES], default="reader-1", help="default: reader-1")
    parser.add_argument(
        "--run", type=Path, required=True, help="keep the checkpoint, the log and the reader in this folder"
    )
    parser.add_argument(
        "--base", type=Path, help="folder of the weights to start from (default: all-MiniLM-L6-v2)"
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("NUTGRAF_DATA", "../shared/data")) / "reader-train",
        help="folder with the training files (default: reader-train in $NUTGRAF_DATA or ../shared/data)",
    )
    parser.add_argument("--threads", type=int, help="threads on a CPU (default: the physical cores)")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu", help="default: cpu")
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
