"""`python -m nutgraf.models.export MODEL` makes a shipped model from float32 weights."""

import argparse
import sys
from pathlib import Path
from typing import get_args

from nutgraf.models.cards import ShippedModel
from nutgraf.models.exits import exit_status
from nutgraf.models.export import ranges, sources
from nutgraf.models.export.folder import write
from nutgraf.models.export.measure import measure


def main(arguments: list[str] | None = None) -> int:
    """Measure ranges, export a model, or both; return the exit status."""
    return exit_status(lambda: _export(_parser().parse_args(arguments)))


def _export(options: argparse.Namespace) -> None:
    source = options.source or sources.default_encoder()
    measured = options.ranges or ranges.FOLDER / f"{options.model}.json"
    if options.texts is not None:
        measure(options.model, source, options.texts, measured)
    if options.out is not None:
        card = write(options.model, source, options.out, measured)
        size_bytes = card.size_bytes + card.external_size_bytes
        sys.stdout.write(f"{options.out}: {size_bytes} bytes, sha256 {card.sha256}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nutgraf.models.export", description=__doc__)
    parser.add_argument(
        "model", choices=get_args(ShippedModel), help="the encoder, the small reader or the large one"
    )
    parser.add_argument(
        "--source",
        type=Path,
        help="folder with model.safetensors, config.json and tokenizer.json (default: all-MiniLM-L6-v2)",
    )
    parser.add_argument(
        "--out", type=Path, help="write model.onnx, tokenizer.json and card.json to this folder"
    )
    parser.add_argument(
        "--texts",
        type=Path,
        nargs="+",
        help="SQuAD files; measure the ranges of the activations on them first, as new weights need it",
    )
    parser.add_argument(
        "--ranges",
        type=Path,
        help="file of the ranges (default: that of the shipped model, which --texts writes anew)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
