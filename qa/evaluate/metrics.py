"""Measures an answer: exact match and F1 as SQuAD's official script counts them. Pure."""

from collections import Counter
from collections.abc import Sequence

from nutgraf.qa.normalize import normalize

RIGHT_F1 = 0.5
"""From this token F1 on an answer counts as right, for calibration and for the figures of abstaining.

A convention, not a finding: no entry of docs/log.md compares other bounds.
"""


def exact_match(answer: str, gold_answers: Sequence[str]) -> float:
    """Return 1.0 if the answer normalises to a gold answer, else 0.0; without any, 1.0 for an empty one."""
    if not gold_answers:
        return float(not normalize(answer))
    return float(any(normalize(answer) == normalize(gold) for gold in gold_answers))


def f1(answer: str, gold_answers: Sequence[str]) -> float:
    """Return the best token F1 over the gold answers, 0 to 1; without any, 1.0 for an empty answer."""
    if not gold_answers:
        return float(not normalize(answer))
    return max(_f1(normalize(answer).split(), normalize(gold).split()) for gold in gold_answers)


def right(answer: str, gold_answers: Sequence[str]) -> bool:
    """Return whether the answer counts as right; where there is no gold answer, none does."""
    return is_right(f1(answer, gold_answers), gold_answers)


def is_right(f1: float, gold_answers: Sequence[str]) -> bool:
    """Return whether an answer of this F1 counts as right: the one place of the rule."""
    return bool(gold_answers) and f1 >= RIGHT_F1


def _f1(answer: list[str], gold: list[str]) -> float:
    common = sum((Counter(answer) & Counter(gold)).values())
    if not answer or not gold:
        return float(answer == gold)
    return 2 * common / (len(answer) + len(gold))
