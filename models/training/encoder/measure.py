"""`python -m nutgraf.models.training.encoder.measure RUN/encoder` prints how much held-out questions find.

There is a row for each share of the trained weights; share 0 is the published encoder. The passages are all
of the held-out documents, and some of other documents as distractors. The last column is the recall@1 of the
sum of cosine and BM25, which ranks the passages of an archive.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from nutgraf.models.cores import available_cores
from nutgraf.models.exits import exit_status
from nutgraf.models.export.sources import default_encoder
from nutgraf.models.tokens import Tokens
from nutgraf.models.training.command import data_option, say
from nutgraf.models.training.encoder.mix import mixed
from nutgraf.models.training.encoder.passages import passages
from nutgraf.models.training.encoder.retrieval import HeldOutRetrieval, RetrievalScores
from nutgraf.models.training.questions import load

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
DISTRACTORS = 3000


def measure(
    held_out: HeldOutRetrieval,
    base: Path,
    trained: Path,
    shares: Sequence[float],
    *,
    device: str = "cpu",
    tell: Callable[[float, RetrievalScores], None],
) -> None:
    """Score the average of `base` and `trained` at every share, and tell each result at once."""
    for share in shares:
        network = mixed(base, trained, share).to(device)
        tell(share, held_out.score(network.encode))


def main(arguments: list[str] | None = None) -> int:
    """Print the table; return the exit status."""
    options = _parser().parse_args(arguments)
    return exit_status(lambda: _print(options))


def _print(options: argparse.Namespace) -> None:
    torch.set_num_threads(options.threads or available_cores())
    base = options.base or default_encoder()
    held_out = HeldOutRetrieval(
        passages(load(options.data)), Tokens(base / "tokenizer.json"), distractors=options.distractors
    )
    questions, found = held_out.size
    say(f"{questions:,} held-out questions, {found:,} passages")
    say("| share | recall@1 | recall@5 | MRR@10 | recall@1 with BM25 |\n| --- | --- | --- | --- | --- |")

    def tell(share: float, scores: RetrievalScores) -> None:
        shares = (scores.recall_1, scores.recall_5, scores.mrr_10, scores.sum_1)
        say(f"| {share:g} | " + " | ".join(f"{100 * value:.1f}" for value in shares) + " |")

    measure(held_out, base, options.encoder, options.shares, device=options.device, tell=tell)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m nutgraf.models.training.encoder.measure", description=__doc__
    )
    parser.add_argument("encoder", type=Path, help="folder of a trained encoder, RUN/encoder")
    parser.add_argument(
        "--shares",
        type=float,
        nargs="+",
        default=[*SHARES],
        help="shares of its weights, 0 to 1 (default: 0 0.25 0.5 0.75 1)",
    )
    parser.add_argument(
        "--base", type=Path, help="folder of the weights it began with (default: all-MiniLM-L6-v2)"
    )
    data_option(parser)
    parser.add_argument(
        "--distractors",
        type=int,
        default=DISTRACTORS,
        help=f"passages of documents that are not held out (default: {DISTRACTORS})",
    )
    parser.add_argument("--threads", type=int, help="threads on a CPU (default: the physical cores)")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu", help="default: cpu")
    return parser


if __name__ == "__main__":
    sys.exit(main())
