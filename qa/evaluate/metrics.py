"""How good an answer is: exact match and F1 as SQuAD's official script counts them. Pure."""

from collections import Counter
from collections.abc import Sequence

from nutgraf.qa.normalize import normalize

RIGHT_F1 = 0.5
"""From this token F1 on an answer counts as right, for calibration and for what is told of abstaining."""


def exact_match(answer: str, golds: Sequence[str]) -> float:
    """Return 1.0 if the answer normalises to a gold, else 0.0; no golds: 1.0 for an empty answer."""
    if not golds:
        return float(not normalize(answer))
    return float(any(normalize(answer) == normalize(gold) for gold in golds))


def f1(answer: str, golds: Sequence[str]) -> float:
    """Return the best token F1 of the answer over the golds; no golds: 1.0 for an empty answer."""
    if not golds:
        return float(not normalize(answer))
    return max(_f1(normalize(answer).split(), normalize(gold).split()) for gold in golds)


def right(answer: str, golds: Sequence[str]) -> bool:
    """Return whether the answer counts as right; where there is no answer, none does."""
    return bool(golds) and f1(answer, golds) >= RIGHT_F1


def _f1(answer: list[str], gold: list[str]) -> float:
    common = sum((Counter(answer) & Counter(gold)).values())
    if not answer or not gold:
        return float(answer == gold)
    return 2 * common / (len(answer) + len(gold))
