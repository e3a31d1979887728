"""`python -m nutgraf.models.training.average RUN/reader ... --out FOLDER`: one reader from several runs.

The mean of the weights of runs that began alike and learnt in other orders reads better than each of them and
costs no more (Wortsman et al. 2022, Model soups, arXiv 2203.05482).
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from nutgraf.models.errors import ModelError
from nutgraf.models.training.architectures import load_network
from nutgraf.models.training.network import SpanNetwork


def average(folders: Sequence[Path], out: Path) -> None:
    """Write to `out` the reader whose weights are the means of those in `folders`.

    Raises ModelError for readers of other shapes, or for a folder that holds none.
    """
    readers = [_reader(folder) for folder in folders]
    for folder, reader in zip(folders, readers, strict=True):
        if reader.config != readers[0].config:
            raise ModelError(f"{folder}: its config.json is another than that of {folders[0]}")
    states = [reader.state_dict() for reader in readers]
    means = {name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]}
    readers[0].load_state_dict(means)
    readers[0].save(out, folders[0])


def _reader(folder: Path) -> SpanNetwork:
    try:
        return load_network(folder)
    except OSError as error:
        raise ModelError(
            f"{folder} holds no reader: {error}", hint="RUN/reader, once the run is done"
        ) from error


def main(arguments: list[str] | None = None) -> int:
    """Average; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m nutgraf.models.training.average", description=__doc__)
    parser.add_argument("readers", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    try:
        average(given.readers, given.out)
    except ModelError as error:
        sys.stderr.write(f"error: {error}\n" + (f"hint: {error.hint}\n" if error.hint else ""))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
