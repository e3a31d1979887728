"""How well the reader in training reads questions it does not learn from: EM and F1, and with distractors."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from models.errors import ModelError
from models.spans import Span, best_spans
from models.training.batching import stack
from models.training.recipe import Stage
from models.training.windows import Groups, Tokenized, Window
from models.windows import WindowLogits

_TOKENS = 8192
Logits = npt.NDArray[np.float32]
_STAGE = Stage("development", {}, context_tokens=(200, 200), negatives=3.0, titled=0.0)


Network: TypeAlias = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]
"""Takes ids, types and mask, returns start and end logits, as `network.Reader` does."""


@dataclass(frozen=True, slots=True)
class _Guess:
    """A window's best token span, the last token included, its score and its lead over the null score."""

    span: tuple[int, int]
    score: float
    over_null: float


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares (0..1) of the questions whose best span is marked as an answer, exactly.

    `alone`: among the spans of its own window; `among`: of its own and the others.
    `null`: share of the windows without the answer whose null score beats their best span.
    """

    alone: float
    among: float
    null: float


class Development:
    """A fixed sample of held-out questions, each with windows that do not answer it."""

    def __init__(self, tokenized: Tokenized, groups: Groups, count: int, seed: int = 0) -> None:
        dice = random.Random(seed)
        held_out = [
            number
            for number, question in enumerate(tokenized.corpus.questions)
            if tokenized.corpus.held_out(question) and tokenized.answers[number]
        ]
        chosen = dice.sample(held_out, min(count, len(held_out)))
        drawn = [groups.draw(_STAGE, number, dice) for number in chosen]
        self._groups = [group for group in drawn if group[0].answers]
        if not self._groups:
            raise ModelError(
                "no question is held out for development", hint="see Source.holds_out in recipe.py"
            )

    def score(self, reader: Network) -> Scores:
        """Read everything and count."""
        windows = [window for group in self._groups for window in group]
        best = {number: _guess(windows[number], start, end) for number, start, end in logits(reader, windows)}
        alone = among = null = others = 0
        at = 0
        for group in self._groups:
            spans = [best[at + i] for i in range(len(group))]
            at += len(group)
            exact = spans[0].span in group[0].answers
            alone += exact
            among += exact and all(spans[0].score > other.score for other in spans[1:])
            null += sum(other.over_null < 0 for other in spans[1:])
            others += len(spans) - 1
        return Scores(alone / len(self._groups), among / len(self._groups), null / max(1, others))


def logits(reader: Network, windows: Sequence[Window]) -> Iterator[tuple[int, Logits, Logits]]:
    """Yield each window's number with its start and end logits, float32 (s,); the shortest first."""
    order = sorted(range(len(windows)), key=lambda i: len(windows[i].ids))
    rows = _TOKENS // max(len(window.ids) for window in windows)
    for first in range(0, len(order), rows):
        part = order[first : first + rows]
        laid = stack([[windows[i] for i in part]], 1)
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            ids, types, mask = map(torch.from_numpy, (laid.ids, laid.types, laid.mask))
            start, end = (found.numpy() for found in reader(ids, types, mask))
        yield from zip(part, start, end, strict=True)


def best_span(window: Window, start: Logits, end: Logits, length_cost: float = 0.0) -> Span:
    """Return the window's best span, in tokens, half-open; each token after its first costs `length_cost`."""
    inside = slice(window.first, len(window.ids) - 1)
    position = np.arange(window.first, len(window.ids) - 1, dtype=np.int32)
    priced = WindowLogits.priced(
        start[inside], end[inside], np.stack([position, position + 1], axis=1), 0.0, length_cost
    )
    return best_spans(priced.start, priced.end, priced.offsets, count=1)[0]


def _guess(window: Window, start: Logits, end: Logits) -> _Guess:
    span = best_span(window, start, end)
    return _Guess((span.start, span.end - 1), span.score, span.score - float(start[0] + end[0]))
