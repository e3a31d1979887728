"""Tells which kinds of answer a question asks for: "How many people came?" a number.

The rules see the question's words alone, and are English. They take time linear in its length, since it may
come from anybody, and rather say nothing than something wrong. Pure.
"""

import re
from collections.abc import Sequence
from itertools import islice

from nutgraf.models.kinds import UNITS, AnswerKind, Kinds, kind_table
from nutgraf.models.words import word_set

_K = AnswerKind
_MOST_TOKENS = 100
"""A longer question is a text with several questions in it. Other bounds were not compared."""

_WHEN: Kinds = (_K.DATE, _K.YEAR, _K.MONTH, _K.WEEKDAY, _K.TIME, _K.DURATION, _K.WORDS)
_CLOCK: Kinds = (_K.TIME, _K.DATE, _K.NUMBER, _K.DURATION, _K.WORDS)
_AMOUNT: Kinds = (_K.NUMBER, _K.MONEY, _K.PERCENTAGE, _K.MEASURE, _K.DURATION, _K.WORDS)
_PRICE: Kinds = (_K.MONEY, _K.NUMBER, _K.PERCENTAGE, _K.WORDS)
_LENGTH: Kinds = (_K.DURATION, _K.MEASURE, _K.NUMBER, _K.WORDS)
_AGE: Kinds = (_K.DURATION, _K.NUMBER, _K.WORDS)
_SIZE: Kinds = (_K.MEASURE, _K.NUMBER, _K.PERCENTAGE, _K.DURATION, _K.MONEY, _K.WORDS, _K.NAME)
_NAMED: Kinds = (_K.NAME, _K.WORDS)
_PLACE: Kinds = (_K.NAME, _K.WORDS, _K.MEASURE)
_REASON: Kinds = (_K.WORDS, _K.NAME)

_HOW = kind_table(
    (_LENGTH, "long"), (_AGE, "old"), (_SIZE, "tall heavy wide deep big large high fast"), (_REASON, "come")
)
_NOUNS = kind_table(
    ((_K.YEAR,), "year years"),
    ((_K.MONTH,), "month months"),
    ((_K.WEEKDAY,), "weekday weekdays"),
    ((_K.DATE, _K.WEEKDAY), "day days date dates"),
    ((_K.DATE, _K.YEAR, _K.NUMBER), "decade decades century centuries"),
    ((_K.PERCENTAGE,), "percentage percent"),
    ((_K.PERCENTAGE, _K.NUMBER, _K.WORDS), "proportion fraction"),
    (_PRICE, "price prices cost costs salary salaries fee"),
    ((_K.NUMBER, _K.PERCENTAGE, _K.WORDS), "number population"),
    (_AGE, "age"),
    (_SIZE, "height weight width depth speed distance temperature size"),
    (
        _REASON,
        "kind kinds type types sort sorts color colour material product item genre role problem feature"
        " disease animal instrument job reason aspect effect",
    ),
    (
        _NAMED,
        "country countries nation nations city cities town towns village state states province provinces"
        " county continent continents region island river mountain street company companies organization"
        " organisation organizations agency newspaper magazine university school college team teams club"
        " player players actor actress singer artist band author writer president minister king queen"
        " senator politician general scientist director person people man woman character characters family"
        " group groups party language religion airline bank airport hospital court judge leader founder"
        " owner brand nationality contestant borough location sport celebrity",
    ),
)
"""What "what" and "which" ask for before a noun: "which month", "what is the exact date of"."""

_ONLY_OF = word_set("day days date dates number population")
"""Nouns that ask for their kind only before a verb, "of" or "in": not in "what dates from"."""

_MODIFIERS = word_set(
    "specific exact calendar approximate total other two three four average same particular first last fiscal"
    " estimated current annual overall new major american british european u.s us"
)
QUESTION_WORDS = word_set("who whom whose what which when where why how")
"""The words that ask."""

_RELATIVE = word_set("who whom whose which when where")
_COSTS = word_set(
    "cost costs pay paid pays paying spend spent spends worth charge charged charges price priced fined earn"
    " earned earns owe owed money sell sold buy bought donate donated"
)
_RANKS = word_set("rank ranks ranked ranking rankings place placed finish finished stand list")
_BE = word_set("is are was were")
_VERBS = _BE | word_set(
    "be been do does did has have had will would can could may might shall should must"
    " isn't aren't wasn't weren't don't doesn't didn't hasn't haven't hadn't won't wouldn't can't couldn't"
)
_LEADING = word_set(
    "in on at by for of to from with during since until till about around approximately after before and so"
    " but into within over under through up roughly"
)
_TOKEN = re.compile(r",|[^\W_]+(?:['’.][^\W_]+)*")


def question_kinds(question: str) -> Kinds:
    """Return the kinds of answer that a question asks for; none where its words do not tell."""
    tokens = islice(_TOKEN.finditer(question.casefold()), _MOST_TOKENS + 1)
    words = [token[0].replace("’", "'").removesuffix("'s") for token in tokens]
    at = None if len(words) > _MOST_TOKENS else _question_word(words)
    return () if at is None else _asked(words[at], words[at + 1 :])


def _question_word(words: Sequence[str]) -> int | None:
    """Return the place of the word that asks; None where none does, or several may.

    It begins the question, or it follows a comma: "When he left, who came?". Else it is the only one.
    """
    places = [at for at, word in enumerate(words) if word in QUESTION_WORDS]
    if not places or words[0] in _VERBS:
        return None
    first = places[0]
    if _LEADING.issuperset(words[:first]) and not (words[first] == "when" and not _asks(words, first)):
        return first
    if after_comma := [at for at in places if words[at - 1] == "," or words[at - 2 : at - 1] == [","]]:
        return after_comma[0] if len(after_comma) == 1 else None
    if len(places) > 1 or (words[first] in _RELATIVE and not _asks(words, first)):
        return None
    return first


def _asks(words: Sequence[str], at: int) -> bool:
    """Whether a verb follows the word, or nothing, as in "born when?"."""
    return at + 1 == len(words) or words[at + 1] in _VERBS


def _asked(word: str, rest: Sequence[str]) -> Kinds:
    following = rest[0] if rest else ""
    match word:
        case "how":
            return _asked_how(following, rest[1:])
        case "what" | "which":
            return _asked_what(rest)
        case "when":
            return _WHEN
        case "where":
            return () if _RANKS & {*rest} or following not in _VERBS else _PLACE
        case "why":
            return _REASON
        case _:
            return () if following in {"old", "much", "many", "long"} else _NAMED


def _asked_how(following: str, rest: Sequence[str]) -> Kinds:
    if following == "many":
        units = (kind for word in rest[:3] for kind in UNITS.get(word, ()))
        return tuple(dict.fromkeys((*units, _K.NUMBER, _K.PERCENTAGE)))
    if following == "much":
        if rest[:1] in (["time"], ["longer"]):
            return _LENGTH
        return _PRICE if _COSTS & {*rest} else _AMOUNT
    return _HOW.get(following, ())


def _asked_what(rest: Sequence[str]) -> Kinds:
    is_clause = len(rest) > 1 and rest[0] in _BE and rest[1] == "the"
    at = 2 if is_clause else 0
    while at < len(rest) and rest[at] in _MODIFIERS:
        at += 1
    while rest[at + 1 : at + 2] and rest[at + 1] in _NOUNS and rest[at] in _NOUNS:
        at += 1  # what school year
    noun, behind = rest[at : at + 1], rest[at + 1 :]
    following = behind[0] if behind else ""
    if noun == ["time"] and (following in _VERBS or behind[:2] == ["of", "day"]):
        return _CLOCK
    if noun == ["day"] and list(behind[:3]) == ["of", "the", "week"]:
        return (_K.WEEKDAY,)
    if not noun or (is_clause and following not in {"of", "when", "in", ""}):
        return ()
    if noun[0] in _ONLY_OF and following not in _VERBS | {"of", "in", ""}:
        return ()
    if noun == ["year"] and following == "of":
        return ()
    return _NOUNS.get(noun[0], ())
