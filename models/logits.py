"""The logits that a reader returns for one window, which is a (question, context) pair.

This module holds values only. The engines make them, `models.spans` searches them. No softmax is taken here,
so that the logits of several windows of one question can be compared.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

QUESTION_TOKENS = 64
"""Tokens after which a question is cut: the default of transformers' pipeline; not measured here."""


@dataclass(frozen=True, slots=True)
class WindowLogits:
    """The scores of one window with t tokens of context.

    `start` and `end` are float32 (t,) and hold one logit for each token of the context. Only sums of them
    have a meaning: the start logit of a span's first token plus the end logit of its last. The sum includes
    the reader's `length_cost`. `offsets` is int32 (t, 2) and holds each token's half-open span of code points
    in the unchanged context. `null` is the score of "no answer here": the start logit plus the end logit of
    the first special token. t is 0 for an empty context; where a context was cut, the tokens beyond the cut
    are absent.
    """

    start: NDArray[np.float32]
    end: NDArray[np.float32]
    offsets: NDArray[np.int32]
    null: float

    @classmethod
    def priced(
        cls,
        start: NDArray[np.float32],
        end: NDArray[np.float32],
        offsets: NDArray[np.int32],
        null: float,
        length_cost: float,
    ) -> "WindowLogits":
        """Return logits that make each span's sum lower by `length_cost` for every token after its first."""
        costs = np.arange(len(start), dtype=np.float32) * np.float32(length_cost)
        return cls(start + costs, end - costs, offsets, null)
