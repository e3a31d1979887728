"""Turns start and end logits into spans. Pure numpy: knows one window's numbers, not where they came from."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MAX_ANSWER_TOKENS = 30


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open code-point span of a window, with `score` = start logit + end logit.

    Not a softmax over its own window: raw sums of a reader that was trained with one softmax over several
    windows can be compared over windows (Clark and Gardner 2018, arXiv 1710.10723).
    """

    start: int
    end: int
    score: float


def best_spans(
    start: npt.NDArray[np.float32],
    end: npt.NDArray[np.float32],
    offsets: npt.NDArray[np.int32],
    *,
    first_char: int = 0,
    count: int = 5,
    max_tokens: int = MAX_ANSWER_TOKENS,
) -> list[Span]:
    """Return the `count` best valid spans of one window, best first, ties by position.

    start, end: float32 (t,); offsets: int32 (t, 2). A span is valid when its first token is not after its
    last, both stand at or after `first_char` and have characters, and it has at most `max_tokens` tokens.
    """
    usable = (offsets[:, 0] >= first_char) & (offsets[:, 1] > offsets[:, 0])
    tokens = len(start)
    if not usable.any():
        return []
    position = np.arange(tokens)
    length = position[None, :] - position[:, None]
    valid = usable[:, None] & usable[None, :] & (length >= 0) & (length < max_tokens)
    scores = np.where(valid, start[:, None] + end[None, :], -np.inf).ravel()
    # Stable, so that equal scores keep reading order.
    order = np.argsort(-scores, kind="stable")[: min(count, int(valid.sum()))]
    return [
        Span(int(offsets[i, 0]), int(offsets[j, 1]), float(scores[i * tokens + j]))
        for i, j in (divmod(int(at), tokens) for at in order)
    ]
