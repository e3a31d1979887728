"""Makes unanswerable questions: it swaps a name or number of a question for another of its context.

The annotators of SQuAD 2.0 wrote many of their unanswerable questions like this (Rajpurkar et al. 2018, arXiv
1806.03822). The context answers a few of the questions that this rule makes.
"""

import random
import re
from collections.abc import Sequence

_NUMBER = re.compile(r"\b\d[\d,.]*(?<=\d)\b")
# A name must not begin a sentence, where every word has a capital letter.
_NAME = re.compile(r"(?<=[a-z0-9,;:)] )[A-Z][\w'-]*(?: (?:of |the |de )?[A-Z][\w'-]*)*")


def swapped(question: str, context: str, answers: Sequence[str], dice: random.Random) -> str | None:
    """Return the question with a name or number swapped for another of its context, or None if there is none.

    The new name or number stands neither in the question nor in an answer.
    """
    taken = [question.lower(), *(answer.lower() for answer in answers)]
    places = [(kind, match.span()) for kind in (_NUMBER, _NAME) for match in kind.finditer(question)]
    dice.shuffle(places)
    for kind, (start, end) in places:
        others: list[str] = sorted(
            other for other in set(kind.findall(context)) if not any(other.lower() in text for text in taken)
        )
        if others:
            return question[:start] + dice.choice(others) + question[end:]
    return None
