"""`python -m nutgraf.models.export encoder|reader`: make the shipped models from published weights."""

import argparse
import sys
from pathlib import Path

from nutgraf.models.errors import ModelError
from nutgraf.models.export import ranges, sources
from nutgraf.models.export.folder import write
from nutgraf.models.export.measure import measure


def main(arguments: list[str] | None = None) -> int:
    """Export a model, or measure the ranges an export needs; return the exit status."""
    given = _parser().parse_args(arguments)
    try:
        source = given.source or sources.default_encoder()
        if given.texts is not None:
            measure(given.kind, source, given.texts, ranges.FOLDER / f"{given.kind}.json")
        if given.out is not None:
            card = write(given.kind, source, given.out, ranges.FOLDER / f"{given.kind}.json")
            sys.stdout.write(f"{given.out}: {card.size_bytes} bytes, sha256 {card.sha256}\n")
    except ModelError as error:
        sys.stderr.write(f"error: {error}\n" + (f"hint: {error.hint}\n" if error.hint else ""))
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nutgraf.models.export", description=__doc__)
    parser.add_argument("kind", choices=["encoder", "reader"])
    parser.add_argument(
        "--source", type=Path, help="folder with model.safetensors, config.json, tokenizer.json"
    )
    parser.add_argument(
        "--out", type=Path, help="folder to write model.onnx, tokenizer.json and card.json to"
    )
    parser.add_argument(
        "--texts",
        type=Path,
        nargs="+",
        help="SQuAD files to measure the activations' ranges on first (new weights)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
