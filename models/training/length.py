"""`python -m models.training.length RUN/reader`: what every further token costs an answer, in logits.

Start and end are scored apart, so nothing says how long answers are, and sources whose answers are long teach
others to be too long. A cost chosen on held-out questions of the source that readers are measured by puts
that right; it goes into the reader's config.json, from there into the card of its export.
"""

import argparse
import json
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from models.cards import LENGTH_COST
from models.cores import available_cores
from models.errors import ModelError
from models.tokens import Tokens
from models.training.development import Network, best_span, logits
from models.training.network import Reader
from models.training.options import add_data
from models.training.questions import load
from models.training.recipe import SOURCES, Stage
from models.training.windows import Groups, Window, tokenize

COSTS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3)
SOURCE = "squad"
_STAGE = Stage("length", {}, context_tokens=(200, 200), negatives=0.0, titled=0.0)


def held_out(base: Path, data: Path) -> list[Window]:
    """Return a window for each answerable held-out question of the source, with its answer inside."""
    tokens, corpus = Tokens(base / "tokenizer.json"), load(data)
    tokenized = tokenize(corpus, tokens)
    no_others = np.empty((len(corpus.questions), 0), np.int32)
    groups, dice = Groups(tokenized, no_others, tokens), random.Random(0)
    windows = [
        groups.draw(_STAGE, number, dice)[0]
        for number, question in enumerate(corpus.questions)
        if question.source == SOURCE and corpus.held_out(question) and tokenized.answers[number]
    ]
    if not windows:
        raise ModelError(f"{data}: no question of {SOURCES[SOURCE].file} is held out", hint="see recipe.py")
    return windows


@dataclass(frozen=True, slots=True)
class Match:
    """How well best spans fit marked answers, in tokens: share of exact ones, and mean F1, both 0..1."""

    exact: float
    f1: float


def matches(reader: Network, windows: Sequence[Window], costs: Sequence[float]) -> dict[float, Match]:
    """Return how well the windows' best spans fit, by cost."""
    sums = {cost: np.zeros(2) for cost in costs}
    for number, start, end in logits(reader, windows):
        window = windows[number]
        for cost, summed in sums.items():
            span = best_span(window, start, end, cost)
            f1 = max(_f1((span.start, span.end - 1), answer) for answer in window.answers)
            summed[:] += f1 == 1.0, f1
    return {cost: Match(*(summed / len(windows)).tolist()) for cost, summed in sums.items()}


def _f1(span: tuple[int, int], answer: tuple[int, int]) -> float:
    """Return the F1 of two token spans, their last tokens included."""
    shared = min(span[1], answer[1]) - max(span[0], answer[0]) + 1
    return max(0, 2 * shared) / (span[1] - span[0] + 1 + answer[1] - answer[0] + 1)


def best(found: Mapping[float, Match]) -> float:
    """Return the cost with the highest sum of both; of equal ones the least."""
    return min(found, key=lambda cost: (-found[cost].exact - found[cost].f1, cost))


def main(arguments: list[str] | None = None) -> int:
    """Choose, write, print; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m models.training.length", description=__doc__)
    parser.add_argument("reader", type=Path)
    add_data(parser)
    parser.add_argument("--threads", type=int)
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads or available_cores())
    try:
        windows = held_out(given.reader, given.data)
        found = matches(Reader(given.reader), windows, COSTS)
    except ModelError as error:
        sys.stderr.write(f"error: {error}\n" + (f"hint: {error.hint}\n" if error.hint else ""))
        return 2
    chosen = best(found)
    path = given.reader / "config.json"
    config = json.loads(path.read_text(encoding="utf-8")) | {LENGTH_COST: chosen}
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(windows):,} questions, exact and F1 in tokens, by cost\n")
    for cost, match in found.items():
        sys.stdout.write(f"{cost:4g}  {match.exact:.1%}  {match.f1:.1%}\n")
    sys.stdout.write(f"{path}: {LENGTH_COST} {chosen:g}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
