"""Tells a time that a question asks about from a part of a name or an amount. Pure.

In "Blade Runner 2049", "the class of 2020", "the Clean Air Act of 1970" and "Theresa May" no time is meant.
Knows the question's words; does not know calendars.
"""

from collections.abc import Sequence

from nutgraf.models.words import word_set
from nutgraf.qa.periods import Period

_BEFORE_YEARS = word_set(
    "in during since before after until till by from to between and or for of throughout around about circa"
    " early late mid pre post en im em nel w v в у anno año ano année jahr rok i vuonna år seit desde depuis"
)
_BEFORE_NAMES = word_set("in last this next since during until till early late mid from between before after")
_BEFORE_MAY = word_set("in last this next since during until till early late mid")
_BEFORE_WEEKDAYS = word_set("on last this next since until till by")
_AGENTS = word_set("may april june august")
_EVENTS = word_set(
    "election elections vote referendum primary primaries midterms cup olympics games championship"
    " championships final finals season open prix race races tournament league marathon contest eurovision"
    " euro expo summit conference convention festival awards award ceremony oscars budget census crisis war"
    " attack attacks bombing shooting earthquake flood floods fire fires hurricane eruption crash strike"
    " strikes protests riots uprising revolution coup pandemic outbreak drought merger deal agreement treaty"
    " campaign presidential mayoral tour draft world olympic paralympic super"
)
_LAWS = word_set("act acts bill law code convention directive constitution treaty accord accords model")
_NUMBERED = word_set("room flight route highway number no area channel chapter page model version windows")
_COUNTED = word_set(
    "people persons men women children cases households dollars euros pounds km kilometres kilometers miles"
    " metres meters feet jobs homes deaths words votes points workers employees members students soldiers"
)
_NO_MODIFIERS = word_set("in of on at for to was were is are did does do has had and or who what when where")
_QUOTES = "\"'“”‘’„«»"
_CURRENTS = word_set("electric direct alternating ocean eddy gulf jet")
_ACCOUNTS = word_set("account accounts affairs density flow")
_NEAR = (
    4  # words between a year and the event that it is the year of: "the 2016 Tolmar city mayoral election"
)
CONTEXT_CHARS = 80  # more than so many words take; it keeps the time of a long question linear
_CAN_BE_NAMES = {"bare day", "month name", "weekday", "season"}


def is_time(question: str, period: Period) -> bool:  # noqa: PLR0911 - a kind a line
    """Whether the words are a time of the question, and not a part of a name or an amount."""
    before = question[max(0, period.start - CONTEXT_CHARS) : period.start]
    after = question[period.end : period.end + CONTEXT_CHARS]
    behind = after.split(maxsplit=_NEAR + 1)
    if before[-1:] and before[-1:] in _QUOTES and after[:1] and after[:1] in _QUOTES:
        return False
    lead = plain_words(before.split()[-_NEAR:])
    following = plain_words(behind)
    if period.kind == "year":
        if not question[period.start : period.end].isdecimal():  # 2016年
            return True
        return _is_year(question, before, lead, following)
    if period.kind == "now":
        return not _is_noun(question[period.start : period.end].lower(), lead, following)
    if period.kind not in _CAN_BE_NAMES:
        return True
    starts_name = bool(behind) and behind[0][0].isupper() and question != question.upper()
    if period.kind == "bare day":  # "the January 6 committee" is named after a day
        is_modifier = lead[-1:] == ["the"] and bool(following) and after[:1] == " "
        return not (starts_name or (is_modifier and following[0] not in _NO_MODIFIERS))
    word = question[period.start : period.end]
    is_verb = word in {"may", "march"} and question != question.lower()
    allowed = _BEFORE_WEEKDAYS if period.kind == "weekday" else _BEFORE_NAMES
    if word.lower() in _AGENTS:
        allowed = _BEFORE_MAY
    place = lead[-2:-1] if period.kind == "season" and lead[-1:] == ["the"] else lead[-1:]
    return bool(place) and place[0] in allowed and not starts_name and not is_verb


def _is_year(question: str, before: str, lead: Sequence[str], following: Sequence[str]) -> bool:
    """Whether a year is a time: behind a preposition, before or behind an event, or at the end."""
    if following[:1] and following[0] in _LAWS | _COUNTED:
        return False
    if lead[-1:] == ["of"]:
        named = before.split()[-2:-1]
        return not (named and (named[0].lower() in {"class", *_LAWS}))
    if lead and (lead[-1] in _BEFORE_YEARS or lead[-1] in _EVENTS):
        return True
    if any(word in _EVENTS for word in following[:_NEAR]):
        return lead[-1:] != ["flight"]
    last = before.split()[-1:]
    is_word = bool(last) and last[0].isalpha() and (last[0].islower() or question == question.upper())
    if not following:
        return any(word in _EVENTS for word in lead) or (is_word and lead[-1] not in _NUMBERED)
    return following[0] in {"roku", "году", "год", "года", "року"}


def _is_noun(word: str, lead: Sequence[str], following: Sequence[str]) -> bool:
    """Whether "current" or "latest" is no time: "electric current", "current account", "at the latest"."""
    if word == "current":
        is_last = not following or following[0] in _NO_MODIFIERS
        return is_last or following[0] in _ACCOUNTS or bool(lead and lead[-1] in _CURRENTS)
    return word == "latest" and [*lead[-2:]] == ["at", "the"]


def plain_words(words: Sequence[str]) -> list[str]:
    """Return words in small letters, without marks at their ends; "mid-" is "mid"."""
    bare = (word.strip(",.;:!?()[]-–—'’\"“”").lower() for word in words)
    return [word.removesuffix("'s").removesuffix("’s") for word in bare if word]
