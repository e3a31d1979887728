"""What the commands of the training share: the options of a run, and how a line is printed."""

import argparse
import os
import sys
from pathlib import Path


def run_options(parser: argparse.ArgumentParser, *, kept: str) -> None:
    """Add the options of a command that trains; `kept` names what the run's folder keeps."""
    parser.add_argument("--run", type=Path, required=True, help=f"keep {kept} in this folder")
    parser.add_argument(
        "--base", type=Path, help="folder of the weights to start from (default: all-MiniLM-L6-v2)"
    )
    data_option(parser)
    parser.add_argument("--threads", type=int, help="threads on a CPU (default: the physical cores)")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu", help="default: cpu")


def data_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the training files."""
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("NUTGRAF_DATA", "../shared/data")) / "reader-train",
        help="folder with the training files (default: reader-train in $NUTGRAF_DATA or ../shared/data)",
    )


def say(line: str) -> None:
    """Write a line to stdout at once, so that a log file shows the progress of a run."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
