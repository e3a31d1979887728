"""Measures, during training, how many held-out questions the reader answers exactly, and what it refuses."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from nutgraf.models.errors import ModelError
from nutgraf.models.spans import best_spans
from nutgraf.models.training.batching import stack
from nutgraf.models.training.network import half_precision
from nutgraf.models.training.recipe import Stage
from nutgraf.models.training.twins import MISLEADING, kind_of
from nutgraf.models.training.windows import Groups, TokenizedCorpus, TrainingWindow

_TOKENS = 8192  # tokens in a batch; bounds memory
# Windows are about as long as those that `ask` reads. These numbers were not compared with others.
_STAGE = Stage("development", {}, context_tokens=(200, 200), negatives=3.0, titled=0.0)


Network: TypeAlias = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]
"""Takes ids, types and mask, and returns start and end logits, as a `SpanNetwork` does."""


@dataclass(frozen=True, slots=True)
class _Guess:
    """A window's best token span (with its last token), its score, and its margin over the null score."""

    span: tuple[int, int]
    score: float
    null_margin: float


@dataclass(frozen=True, slots=True)
class DevelopmentScores:
    """Shares (0 to 1) of right results on the held-out questions.

    `alone` is the share of questions for which the best span of their own window is exactly an answer.
    `among` is the share of those for which this span also scores higher than all spans of the other windows.
    `null` is the share of windows without an answer whose null score is higher than their best span's score.
    `twins` holds the same share for each kind of twin, of the windows that differ from a right one by a few
    words (twins.py).
    """

    alone: float
    among: float
    null: float
    twins: dict[str, float] = field(default_factory=dict)

    def shares(self) -> dict[str, float]:
        """Return all shares by name, those of twins by their kind."""
        return {"alone": self.alone, "among": self.among, "null": self.null, **self.twins}


class Development:
    """A fixed sample of held-out questions, each with its window and with windows that do not answer it.

    There are as many twins of each kind that the corpus has.
    """

    def __init__(self, tokenized: TokenizedCorpus, groups: Groups, count: int, seed: int = 0) -> None:
        dice = random.Random(seed)
        held_out = [
            number
            for number, question in enumerate(tokenized.corpus.questions)
            if tokenized.corpus.held_out(question)
            and tokenized.answers[number]
            and kind_of(question.source) is None
        ]
        chosen = dice.sample(held_out, min(count, len(held_out)))
        drawn = [groups.draw(_STAGE, number, dice) for number in chosen]
        self._groups = [group for group in drawn if group[0].answers]
        if not self._groups:
            raise ModelError(
                "no question is held out for development", hint="set holds_out for a source in recipe.py"
            )
        self._twins = {kind: self._misleading(kind, tokenized, groups, count, dice) for kind in MISLEADING}

    @staticmethod
    def _misleading(
        kind: str, tokenized: TokenizedCorpus, groups: Groups, count: int, dice: random.Random
    ) -> list[TrainingWindow]:
        """Return windows of held-out twins that do not answer and seem to."""
        corpus = tokenized.corpus
        numbers = [
            number
            for number, question in enumerate(corpus.questions)
            if kind_of(question.source) == kind and corpus.held_out(question)
        ]
        drawn = [
            groups.draw(_STAGE, number, dice) for number in dice.sample(numbers, min(count, len(numbers)))
        ]
        # A twin's own window comes first, and the one that it is read beside second.
        windows = [windows[1 if windows[0].answers else 0] for windows in drawn]
        return [window for window in windows if not window.answers]

    def score(self, reader: Network, device: str = "cpu") -> DevelopmentScores:
        """Read all windows and return the shares."""
        read = _guesses(reader, [window for group in self._groups for window in group], device)
        alone = among = null = others = 0
        at = 0
        for group in self._groups:
            spans = read[at : at + len(group)]
            at += len(group)
            exact = spans[0].span in group[0].answers
            alone += exact
            among += exact and all(spans[0].score > other.score for other in spans[1:])
            null += sum(other.null_margin < 0 for other in spans[1:])
            others += len(spans) - 1
        twins = {
            kind: sum(guess.null_margin < 0 for guess in _guesses(reader, windows, device)) / len(windows)
            for kind, windows in self._twins.items()
            if windows
        }
        questions = len(self._groups)
        return DevelopmentScores(alone / questions, among / questions, null / max(1, others), twins)


def _guesses(reader: Network, windows: list[TrainingWindow], device: str) -> list[_Guess]:
    """Return each window's best guess, in the order of the windows."""
    order = sorted(range(len(windows)), key=lambda i: len(windows[i].ids))
    best: dict[int, _Guess] = {}
    rows = _TOKENS // max(len(window.ids) for window in windows)
    for first in range(0, len(order), rows):
        part = order[first : first + rows]
        best |= zip(part, _read(reader, [windows[i] for i in part], device), strict=True)
    return [best[number] for number in range(len(windows))]


def _read(reader: Network, windows: list[TrainingWindow], device: str) -> list[_Guess]:
    """Return each window's best guess."""
    laid = stack([windows], 1)
    with torch.inference_mode(), half_precision(device):
        ids, types, mask = (torch.from_numpy(part).to(device) for part in (laid.ids, laid.types, laid.mask))
        start, end = (logits.cpu().numpy() for logits in reader(ids, types, mask))
    guesses = []
    for row, window in enumerate(windows):
        inside = slice(window.first, len(window.ids) - 1)
        position = np.arange(window.first, len(window.ids) - 1, dtype=np.int32)
        offsets = np.stack([position, position + 1], axis=1)
        (span, *_) = best_spans(start[row, inside], end[row, inside], offsets, count=1)
        null = float(start[row, 0] + end[row, 0])
        guesses.append(_Guess((span.start, span.end - 1), span.score, span.score - null))
    return guesses
