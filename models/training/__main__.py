"""`python -m nutgraf.models.training --run FOLDER`: train a reader, or go on with a stopped run."""

import argparse
import os
import sys
from pathlib import Path

from nutgraf.models.errors import ModelError
from nutgraf.models.export.sources import default_encoder
from nutgraf.models.training.recipe import RECIPES


def main(arguments: list[str] | None = None) -> int:
    """Train; return the exit status."""
    given = _parser().parse_args(arguments)
    try:
        if given.plot is not None:
            from nutgraf.models.training.plot import plot

            plot(given.run / "log.jsonl", given.plot)
            return 0
        from nutgraf.models.training.train import train

        folder = train(
            RECIPES[given.recipe],
            base=given.base or default_encoder(),
            data=given.data,
            run=given.run,
            threads=given.threads,
            device=given.device,
            say=_say,
        )
    except ImportError as error:
        sys.stderr.write(f"error: training needs more libraries: {error}\nhint: pip install 'nutgraf[hf]'\n")
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
    parser.add_argument("--recipe", choices=[*RECIPES], default="reader-1")
    parser.add_argument("--run", type=Path, required=True, help="folder for checkpoint, log and result")
    parser.add_argument("--base", type=Path, help="weights to start from (default: all-MiniLM-L6-v2)")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("NUTGRAF_DATA", "../shared/data")) / "reader-train",
        help="folder with the training files (default: reader-train in $NUTGRAF_DATA or ../shared/data)",
    )
    parser.add_argument("--threads", type=int)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--plot", type=Path, help="draw the run's log to this file (.svg, .png); no training")
    return parser


if __name__ == "__main__":
    sys.exit(main())
