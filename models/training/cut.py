"""`python -m nutgraf.models.training.cut FOLDER --layers N --out FOLDER` keeps some layers of a network.

The result is a folder for `--base`, for `--teacher` or for the export. Its other weights are those of FOLDER.
"""

import argparse
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Literal, get_args

from safetensors.torch import load_file, save_file

from nutgraf.models.errors import ModelError
from nutgraf.models.exits import exit_status

Kept = Literal["bottom", "spread"]

_LAYER = re.compile(r"(.*encoder\.layer\.)(\d+)(\..*)")
_COPIED = ("tokenizer.json", "tokenizer_config.json")


def kept_layers(count: int, layers: int, kept: Kept) -> list[int]:
    """Return the numbers of `layers` of the first `count` layers: the bottom ones, or evenly spread ones.

    The top layer is always among the spread ones: 6 of 12 are 1, 3, 5, 7, 9 and 11.

    Raises ModelError unless there are that many layers.
    """
    if not 1 <= layers <= count:
        raise ModelError(f"layers is {layers}, expected 1 to {count}", hint=f"--layers {count // 2}")
    if kept == "bottom":
        return list(range(layers))
    return [(number + 1) * count // layers - 1 for number in range(layers)]


def cut(folder: Path, out: Path, layers: int, kept: Kept = "spread") -> None:
    """Write the network in `folder` with only some of its layers to `out`.

    Raises ModelError if the folder holds no network, if it has fewer layers, or if both folders are the same.
    """
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        weights = load_file(folder / "model.safetensors")
    except OSError as error:
        raise ModelError(f"{folder} holds no network: {error}", hint="name a folder with weights") from error
    if out.resolve() == folder.resolve():
        raise ModelError(f"{out} holds the network to cut", hint="name another folder: --out FOLDER")
    numbers = kept_layers(config["num_hidden_layers"], layers, kept)
    renamed = {}
    for name, tensor in weights.items():
        match = _LAYER.fullmatch(name)
        if match is None:
            renamed[name] = tensor
        elif int(match[2]) in numbers:
            renamed[f"{match[1]}{numbers.index(int(match[2]))}{match[3]}"] = tensor
    out.mkdir(parents=True, exist_ok=True)
    save_file(renamed, out / "model.safetensors", metadata={"format": "pt"})
    text = json.dumps(config | {"num_hidden_layers": layers}, indent=2) + "\n"
    (out / "config.json").write_text(text, encoding="utf-8")
    for name in _COPIED:
        shutil.copyfile(folder / name, out / name)


def main(arguments: list[str] | None = None) -> int:
    """Cut the network on the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m nutgraf.models.training.cut", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with model.safetensors, config.json and tokenizer")
    parser.add_argument("--layers", type=int, required=True, help="how many layers to keep")
    parser.add_argument(
        "--keep",
        choices=get_args(Kept),
        default="spread",
        help="the bottom layers, or evenly spread ones: every second of 12 for 6 (default: spread)",
    )
    parser.add_argument("--out", type=Path, required=True, help="write the network to this folder")
    options = parser.parse_args(arguments)
    return exit_status(lambda: cut(options.folder, options.out, options.layers, options.keep))


if __name__ == "__main__":
    sys.exit(main())
