"""How well the reader in training reads questions it does not learn from: EM and F1, and with distractors."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from nutgraf.models.errors import ModelError
from nutgraf.models.spans import best_spans
from nutgraf.models.training.batching import stack
from nutgraf.models.training.recipe import Stage
from nutgraf.models.training.windows import Groups, TokenizedCorpus, TrainingWindow

_TOKENS = 8192
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
class DevelopmentScores:
    """Shares (0..1) of the questions whose best span is marked as an answer, exactly.

    `alone`: among the spans of its own window; `among`: of its own and the others.
    `null`: share of the windows without the answer whose null score beats their best span.
    """

    alone: float
    among: float
    null: float


class Development:
    """A fixed sample of held-out questions, each with windows that do not answer it."""

    def __init__(self, tokenized: TokenizedCorpus, groups: Groups, count: int, seed: int = 0) -> None:
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

    def score(self, reader: Network, device: str = "cpu") -> DevelopmentScores:
        """Read everything and count."""
        windows = [window for group in self._groups for window in group]
        order = sorted(range(len(windows)), key=lambda i: len(windows[i].ids))
        best: dict[int, _Guess] = {}
        rows = _TOKENS // max(len(window.ids) for window in windows)
        for first in range(0, len(order), rows):
            part = order[first : first + rows]
            for number, found in zip(part, _read(reader, [windows[i] for i in part], device), strict=True):
                best[number] = found
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
        return DevelopmentScores(alone / len(self._groups), among / len(self._groups), null / max(1, others))


def _read(reader: Network, windows: list[TrainingWindow], device: str) -> list[_Guess]:
    """Return each window's best guess."""
    laid = stack([windows], 1)
    with torch.inference_mode(), torch.autocast(device, torch.bfloat16):
        ids, types, mask = (torch.from_numpy(part).to(device) for part in (laid.ids, laid.types, laid.mask))
        start, end = (logits.cpu().numpy() for logits in reader(ids, types, mask))
    found = []
    for row, window in enumerate(windows):
        inside = slice(window.first, len(window.ids) - 1)
        position = np.arange(window.first, len(window.ids) - 1, dtype=np.int32)
        offsets = np.stack([position, position + 1], axis=1)
        (span, *_) = best_spans(start[row, inside], end[row, inside], offsets, count=1)
        null = float(start[row, 0] + end[row, 0])
        found.append(_Guess((span.start, span.end - 1), span.score, span.score - null))
    return found
