"""`python -m nutgraf.models.export encoder|reader` makes a shipped model from float32 weights."""

import argparse
import sys
from pathlib import Path

from nutgraf.models.errors import ModelError
from nutgraf.models.export import ranges, sources
from nutgraf.models.export.folder import write
from nutgraf.models.export.measure import measure


def main(arguments: list[str] | None = None) -> int:
    """Measure ranges, export a model, or both; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        source = options.source or sources.default_encoder()
        measured = options.ranges or ranges.FOLDER / f"{options.kind}.json"
        if options.texts is not None:
            measure(options.kind, source, options.texts, measured)
        if options.out is not None:
            card = write(options.kind, source, options.out, measured)
            sys.stdout.write(f"{options.out}: {card.size_bytes} bytes, sha256 {card.sha256}\n")
    except ModelError as error:
        sys.stderr.write(f"error: {error}\n" + (f"hint: {error.hint}\n" if error.hint else ""))
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nutgraf.models.export", description=__doc__)
    parser.add_argument("kind", choices=["encoder", "reader"])
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
