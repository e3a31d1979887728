"""The options that the commands of training share."""

import argparse
import os
from pathlib import Path


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add `--data`, the folder with the training files."""
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("NUTGRAF_DATA", "../shared/data")) / "reader-train",
        help="folder with the training files (default: reader-train in $NUTGRAF_DATA or ../shared/data)",
    )
