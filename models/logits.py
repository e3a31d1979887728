"""What a reader returns for one window: a (question, context) pair.

Only the values: no engine, no span search (`models.spans`), no softmax, so that logits of several windows of
one question stay comparable.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

QUESTION_TOKENS = 64


@dataclass(frozen=True, slots=True)
class WindowLogits:
    """A window's scores, of which only the sums mean something: start + end of a span, and `null`.

    `start` and `end` are float32 (t,), one number a token of the context; `offsets` is int32 (t, 2), each
    token's half-open code-point span in the context as it was given; `null` is the score of "no answer here",
    the sum of the first token's start and end scores. t is 0 for an empty context, and less than the context
    where it was cut. What the reader's `length_cost` takes from a span is in its sum.
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
        paid = np.arange(len(start), dtype=np.float32) * np.float32(length_cost)
        return cls(start + paid, end - paid, offsets, null)
