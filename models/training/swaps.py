"""Questions that look as if the text answered them, and it does not: one name or number of them is another's.

SQuAD 2.0's annotators wrote many of its unanswerable questions like this (Rajpurkar et al. 2018, arXiv
1806.03822). A rule makes more of them; a few may still be answered.
"""

import random
import re
from collections.abc import Sequence

_NUMBER = re.compile(r"\b\d[\d,.]*(?<=\d)\b")
# Not at the beginning of a sentence, where every word has a capital.
_NAME = re.compile(r"(?<=[a-z0-9,;:)] )[A-Z][\w'-]*(?: (?:of |the |de )?[A-Z][\w'-]*)*")


def swapped(question: str, context: str, answers: Sequence[str], dice: random.Random) -> str | None:
    """Return the question with one name or number swapped for another of its context, None if it has none.

    What comes in stands neither in the question nor in an answer.
    """
    taken = [question.lower(), *(answer.lower() for answer in answers)]
    places = [(kind, found.span()) for kind in (_NUMBER, _NAME) for found in kind.finditer(question)]
    dice.shuffle(places)
    for kind, (start, end) in places:
        others: list[str] = sorted(
            other for other in set(kind.findall(context)) if not any(other.lower() in text for text in taken)
        )
        if others:
            return question[:start] + dice.choice(others) + question[end:]
    return None
