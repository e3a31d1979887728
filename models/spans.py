"""Turns start and end logits into spans, and the spans of several windows into shares of one softmax.

This is arithmetic on arrays. It knows logits and code-point offsets; it does not know where they come from.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MAX_ANSWER_TOKENS = 30
"""Tokens of the longest answer: the limit of BERT's SQuAD script; not measured here."""

_Keys = npt.NDArray[np.int64]
_Logits = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open span of code points, with its score.

    `best_spans` gives it the sum of a start and an end logit, which includes the cost of its length. There
    is no softmax over its window: the reader was trained with one softmax over several windows, so sums can
    be compared over windows (Clark and Gardner 2018, arXiv 1710.10723). `Pool.best` gives it a share, 0 to 1.
    """

    start: int
    end: int
    score: float


def span_scores(
    start: _Logits,
    end: _Logits,
    offsets: npt.NDArray[np.int32],
    *,
    first_char: int = 0,
    max_tokens: int = MAX_ANSWER_TOKENS,
    lines: npt.NDArray[np.int64] | None = None,
) -> _Logits:
    """Return float32 (t, t): the score of the span from token i to token j, and -inf if it is not valid.

    `start` and `end` are float32 (t,), `offsets` is int32 (t, 2). A span is valid if its first token is not
    after its last, if both begin at or after `first_char` and have characters, and if it has at most
    `max_tokens` tokens. `lines`, int64 (t,), holds the number of each token's line; if it is passed, a valid
    span lies in one line.
    """
    usable = (offsets[:, 0] >= first_char) & (offsets[:, 1] > offsets[:, 0])
    position = np.arange(len(start))
    length = position[None, :] - position[:, None]
    valid = usable[:, None] & usable[None, :] & (length >= 0) & (length < max_tokens)
    if lines is not None:
        valid &= lines[:, None] == lines[None, :]
    scores: _Logits = np.where(valid, start[:, None] + end[None, :], np.float32(-np.inf))
    return scores


def best_spans(
    start: _Logits,
    end: _Logits,
    offsets: npt.NDArray[np.int32],
    *,
    first_char: int = 0,
    count: int = 5,
    max_tokens: int = MAX_ANSWER_TOKENS,
    lines: npt.NDArray[np.int64] | None = None,
) -> list[Span]:
    """Return the `count` best valid spans of one window, best first; equal scores are in the text's order.

    The other arguments are those of `span_scores`, which says which spans are valid.
    """
    scores = span_scores(
        start, end, offsets, first_char=first_char, max_tokens=max_tokens, lines=lines
    ).ravel()
    valid = np.flatnonzero(scores > -np.inf)
    # The sort is stable, so that spans of equal score keep the order of the text.
    order = valid[np.argsort(-scores[valid], kind="stable")[:count]]
    first, last = np.divmod(order, max(1, len(start)))
    return [
        Span(int(offsets[i, 0]), int(offsets[j, 1]), float(scores[at]))
        for at, i, j in zip(order, first, last, strict=True)
    ]


def token_lines(text: str, offsets: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Return int64 (t,): the number of the line in which each token starts; `offsets` is int32 (t, 2)."""
    ends = np.array([at for at, character in enumerate(text) if character == "\n"], np.int64)
    return np.searchsorted(ends, offsets[:, 0])


class Pool:
    """The spans of all windows of one text under one softmax (Clark and Gardner, arXiv 1710.10723).

    The members of the softmax are the distinct spans of the text and one "no answer". A span has the highest
    score that any window gives it. "No answer" has the lowest null score of any window, as in BERT's script
    for SQuAD 2.0. The shares of all members add up to 1. Windows are added in the order of their text: so
    memory holds only the `count` best spans and those that the next window can hold, too.
    """

    def __init__(self, count: int) -> None:
        """Make an empty pool of which `best` returns at most `count` spans."""
        self._count = count
        self._best = self._open = (np.empty(0, np.int64), np.empty(0, np.float32))
        self._total = -np.inf
        self._null = np.inf

    def add(self, scores: _Logits, offsets: npt.NDArray[np.int32], null: float, settled: int | None) -> None:
        """Add a window: its `span_scores`, its tokens' offsets in the whole text, and its null score.

        No later window holds a span that starts before `settled`. It is None for the last window.
        """
        self._null = min(self._null, null)
        first, last = np.nonzero(scores > -np.inf)
        # start x 2^32 + end is one number for a span, and sorts in the order of the text
        keys = (offsets[first, 0].astype(np.int64) << 32) | offsets[last, 1]
        keys, logits = _distinct(
            np.concatenate([self._open[0], keys]), np.concatenate([self._open[1], scores[first, last]])
        )
        split = len(keys) if settled is None else int(np.searchsorted(keys, settled << 32))
        self._open = keys[split:], logits[split:]
        self._total = float(np.logaddexp(self._total, _log_sum(logits[:split])))
        self._keep(keys[:split], logits[:split])

    def best(self, *, with_null: bool) -> list[Span]:
        """Return the best spans, highest share first; the `score` of each is its share.

        Equal shares are in the order of the text. "No answer" is Span(0, 0). It is among the spans if
        `with_null` is true, and it is the only one if the text has no span.
        """
        keys, logits = self._best
        if with_null or not len(keys):
            keys, logits = np.append(0, keys), np.append(self._null, logits)
        total = np.logaddexp(self._total, self._null)
        order = np.lexsort((keys, -logits))[: self._count]
        shares = np.exp(np.minimum(logits - total, 0.0))
        return [Span(int(keys[i] >> 32), int(keys[i] & 0xFFFFFFFF), float(shares[i])) for i in order]

    def _keep(self, keys: _Keys, logits: _Logits) -> None:
        keys, logits = np.concatenate([self._best[0], keys]), np.concatenate([self._best[1], logits])
        order = np.lexsort((keys, -logits))[: self._count]
        self._best = keys[order], logits[order]


def _distinct(keys: _Keys, logits: _Logits) -> tuple[_Keys, _Logits]:
    """Return each key once, in ascending order, with its highest logit."""
    order = np.lexsort((-logits, keys))
    keys, logits = keys[order], logits[order]
    first = np.ones(len(keys), dtype=bool)
    first[1:] = keys[1:] != keys[:-1]
    return keys[first], logits[first]


def _log_sum(logits: _Logits) -> float:
    """Return log(sum(exp(logits))), computed in float64; it is -inf for an empty array."""
    if not len(logits):
        return -np.inf
    highest = float(logits.max())
    return highest + float(np.log(np.exp(logits.astype(np.float64) - highest).sum()))
