"""`python -m nutgraf.models.training.average RUN/reader ... --out FOLDER` makes one reader of several runs.

Its weights are the means of those of runs that began with the same weights and learnt in different orders.
Such a mean reads better than each run and takes no more time (Wortsman et al. 2022, arXiv 2203.05482;
docs/log.md, 2026-11-22, "the mean of three runs, and its calibration").
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from nutgraf.models.errors import ModelError
from nutgraf.models.exits import exit_status
from nutgraf.models.training.architectures import load_network
from nutgraf.models.training.network import SpanNetwork


def average(folders: Sequence[Path], out: Path) -> None:
    """Write to `out` the reader whose weights are the means of those in `folders`.

    Raises ModelError if the readers differ in their config.json, or if a folder holds no reader.
    """
    readers = [_reader(folder) for folder in folders]
    for folder, reader in zip(folders, readers, strict=True):
        if reader.config != readers[0].config:
            raise ModelError(f"{folder}: its config.json differs from that of {folders[0]}")
    states = [reader.state_dict() for reader in readers]
    means = {name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]}
    readers[0].load_state_dict(means)
    readers[0].save(out, folders[0])


def _reader(folder: Path) -> SpanNetwork:
    try:
        return load_network(folder)
    except OSError as error:
        raise ModelError(
            f"{folder} holds no reader: {error}", hint="name the folder RUN/reader of a run that has ended"
        ) from error


def main(arguments: list[str] | None = None) -> int:
    """Write the mean of the readers on the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m nutgraf.models.training.average", description=__doc__)
    parser.add_argument("readers", type=Path, nargs="+", help="folders of readers, RUN/reader of each run")
    parser.add_argument("--out", type=Path, required=True, help="write the mean to this folder")
    options = parser.parse_args(arguments)
    return exit_status(lambda: average(options.readers, options.out))


if __name__ == "__main__":
    sys.exit(main())
