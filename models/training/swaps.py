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


_NEAR_YEARS = 9  # not compared with other numbers
_DATES = (
    re.compile(r"\b(?:1\d{3}|20\d{2})\b"),
    re.compile(
        r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
    ),
    re.compile(r"\b(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b"),
)


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


def redated(question: str, context: str, answers: Sequence[str], dice: random.Random) -> str | None:
    """Return the question with a year, month or day of the week swapped for another one, or None.

    `swapped` puts a number that is no year into the place of every second year. Here a date becomes another
    date of the same kind: one of the context, or if there is none, a year nearby that the context does not
    name.
    """
    for kind in _DATES:
        matches = list(kind.finditer(question))
        if len(matches) != 1:
            continue
        (match,) = matches
        taken = " ".join([question, *answers])
        others = sorted({match[0] for match in kind.finditer(context)} - {*kind.findall(taken)})
        if not others and match[0].isdigit():
            years = (str(int(match[0]) + step) for step in range(-_NEAR_YEARS, _NEAR_YEARS + 1))
            others = [year for year in years if year not in context and year not in taken]
        if others:
            return question[: match.start()] + dice.choice(others) + question[match.end() :]
    return None
