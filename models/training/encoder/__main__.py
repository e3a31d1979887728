"""`python -m nutgraf.models.training.encoder --run FOLDER` trains an encoder, or resumes a stopped run."""

import argparse
import sys
from pathlib import Path

from nutgraf.models.exits import exit_status
from nutgraf.models.export.sources import default_encoder
from nutgraf.models.training.command import run_options, say
from nutgraf.models.training.encoder.recipe import RECIPES


def main(arguments: list[str] | None = None) -> int:
    """Train an encoder; return the exit status."""
    options = _parser().parse_args(arguments)
    return exit_status(lambda: _train(options))


def _train(options: argparse.Namespace) -> None:
    from nutgraf.models.training.encoder.train import train

    folder: Path = train(
        RECIPES[options.recipe],
        base=options.base or default_encoder(),
        data=options.data,
        run=options.run,
        reader=options.reader,
        threads=options.threads,
        device=options.device,
        say=say,
    )
    say(f"{folder}: compare it with python -m nutgraf.models.training.encoder.measure {folder}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nutgraf.models.training.encoder", description=__doc__)
    parser.add_argument("--recipe", choices=[*RECIPES], default="encoder-2", help="default: encoder-2")
    run_options(parser, kept="the reader's scores, the checkpoint, the log and the encoder")
    parser.add_argument(
        "--reader",
        help="the reader whose scores are learnt, a name or a folder (default: the small one in the box)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
