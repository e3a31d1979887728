"""Tells from a question how its answer may change: one holder after another, a growing count, a new winner.

Pure: knows the question's words alone. The rules are English; what they do not know is a state.
"""

import re
from itertools import islice
from typing import Literal

from nutgraf.models.words import word_set

Change = Literal["state", "growing count", "recurring event"]
"""A "state" lasts until another one follows: who leads, who owns, what something costs."""

STATE: Change = "state"
GROWING_COUNT: Change = "growing count"
RECURRING_EVENT: Change = "recurring event"

_MOST_WORDS = 100
"""A longer question is a text with several questions in it. Other bounds were not compared."""

_PRESENT = word_set(
    "is are does do has have owns leads heads chairs manages coaches captains holds plays runs current"
    " currently now last latest recent reigning"
)
_PAST = word_set("did was were had")
_WORD = re.compile(r"\w+")
_IS = re.compile(r"\b(?:who|what|where|how|which|there|it|that|he|she)['’]s\b", re.IGNORECASE)  # no "Lind's"
_COUNTED = word_set(
    "dead die died dies death deaths toll killed kill kills injured wounded hurt casualties casualty victims"
    " infected infections cases displaced evacuated arrested destroyed"
)
_NUMBERS = word_set("many number count toll")
_EVENTS = word_set(
    "win wins won winner winners champion champions champs beat medal medallist medalist gold prize award"
    " awards trophy title crown crowned hosted hosts host"
)


def asked_change(question: str) -> Change:
    """Return how the answer to a question may change.

    >>> [asked_change(q) for q in ("Who leads Orlow?", "How many people died?", "Who won the Orlow Cup?")]
    ['state', 'growing count', 'recurring event']
    """
    words = {match[0].casefold() for match in islice(_WORD.finditer(question), _MOST_WORDS)}
    if words & _NUMBERS and words & _COUNTED:
        return GROWING_COUNT
    return RECURRING_EVENT if words & _EVENTS and not words & _NUMBERS else STATE


def asks_for_the_present(question: str) -> bool:
    """Whether an answer that nobody has given for long may no longer be the one that a question asks for.

    It asks what is so now, or for an event that comes back; not for what happened, or how many died.

    >>> [asks_for_the_present(q) for q in ("Who leads Orlow?", "Who won the Cup?", "Where did he land?")]
    [True, True, False]
    """
    change = asked_change(question)
    words = {match[0].casefold() for match in islice(_WORD.finditer(question), _MOST_WORDS)}
    is_present = (bool(words & _PRESENT) or _IS.search(question) is not None) and not words & _PAST
    return change is RECURRING_EVENT or (change is STATE and is_present)
