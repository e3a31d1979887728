"""Widens an answer to what was asked for: a whole list, a clause, or the sentence. Pure.

A reader finds the few words that it is surest of. "Which countries signed?" asks for all of "France and
Spain", and a question for yes or no, or for a reason, is answered by a sentence: nutgraf quotes, and does not
judge. Knows questions and spans of a text; does not know scores. The rules are English, and rather leave an
answer as it is than widen it wrongly. They see one sentence and take time linear in its length.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from nutgraf.indexer.passages import sentence_around
from nutgraf.models.question_kinds import QUESTION_WORDS
from nutgraf.models.words import word_set

_MOST_WORDS = 100
"""A longer question is a text with several questions in it. Other bounds were not compared."""

_PLAIN_AUXILIARIES = word_set("is are was were am do does did has have had")
_AUXILIARIES = _PLAIN_AUXILIARIES | word_set("will would can could may might shall should must")
_CHOSEN_BY = word_set("who whom whose what which")
_IRREGULAR_PLURALS = word_set("people men women children police countrymen sportsmen congressmen mice feet")
_SINGULARS = word_set(
    "news sports series species politics physics mathematics business class address process crisis analysis"
    " basis gas bus virus campus census bonus status texas paris states dress glass boss loss cross press"
    " congress princess success illness always"
)
_PAST_VERBS = word_set(
    "won met took signed said left made gave held lost beat got ran became began went fell rose led came saw"
    " hit put set cut quit sent built bought sold told knew grew"
)
_BEHIND_NOUNS = _AUXILIARIES | _PAST_VERBS | word_set("of in on at from to with")
_COUNTS = word_set("two three four five six seven eight nine ten both several many")

_ANYBODY = word_set("people persons individuals victims casualties animals vehicles")
_SMALL_COUNTS = _COUNTS | word_set("a an one eleven twelve thirteen fourteen fifteen twenty")
_MOST_COUNTED_WORDS = 3  # "three young clerks"; not measured

_LINKS = word_set("and or &")
_PARTICLES = word_set("of the de la las los del di da du le van von der den bin ibn al el y e for")
_NO_MEMBERS = word_set("monday tuesday wednesday thursday friday saturday sunday he she they it we i you but"
                       " however meanwhile while when if after before")  # fmt: skip
_OPENINGS = word_set("in at on after before for from with by during since as under over near outside")
_TOKEN = re.compile(r",|[^\s,;:()\"“”]+")

_CAUSES = word_set("because due owing thanks after since for over amid following so to as")
_MEANS = word_set("by through via using with from of")
_CLAUSE_WORDS = _AUXILIARIES | word_set("he she they it we i you not be been being having because")
_LOOK_BACK = 3
"""Words before a span among which a "because of" or a "by" makes it a reason or a way. Reasoned."""

_DATELINE_DASH = re.compile(r" ?[–—] ?| --? ")
_DATELINE_CHARS = 80
_FEWEST_PLACE_CHARS = 3  # "UK — the" is rather no dateline

_PAIRS = {"“": "”", "„": "“", "«": "»", "‘": "’", "(": ")", "[": "]", '"': '"'}
_CLOSING = {closing: opening for opening, closing in _PAIRS.items() if closing not in "“’"}


class Extent(StrEnum):
    """How much of a text a question asks for."""

    SPAN = "span"
    LIST = "list"
    COUNTS = "counts"
    REASON = "reason"
    WAY = "way"
    SENTENCE = "sentence"


def asked_extent(question: str) -> Extent:
    """Return how much of a text answers the question.

    >>> [asked_extent(q).value for q in ("Who won?", "Which countries signed?", "Did Spain sign?", "Why?")]
    ['span', 'list', 'sentence', 'reason']
    """
    words = question.replace("’", "'").split(maxsplit=_MOST_WORDS)[:_MOST_WORDS]
    words = [word.casefold().strip("\"'“”?!.:;()") for word in words]
    ends = [at for at, word in enumerate(words[:-1]) if word.endswith(",")]
    words = [word.rstrip(",") for word in words]
    extent = _extent(words)
    for end in ends:  # "In 2016, did Spain sign?", but not "In which year, if any, did Spain sign?"
        rest = words[end + 1 :]
        # nor "The mayor, who lost, was voted out after how many years?"
        is_told = rest[:1] != [] and rest[0] in _AUXILIARIES and not QUESTION_WORDS.isdisjoint(rest)
        if extent is None and not is_told and QUESTION_WORDS.isdisjoint(words[: end + 1]):
            extent = _extent(rest)
    return extent or Extent.SPAN


def widened(text: str, start: int, end: int, extent: Extent) -> tuple[int, int]:
    """Return the span of `text` that answers a question of this extent, around what the reader chose.

    Marks without their counterpart at its ends fall away, and so do marks round the whole: "“in the red" and
    "“in the red”" are "in the red". So does a dateline: "BEIJING — Qin Gang" is "Qin Gang".

    >>> text = "Serena Williams and Lewis Hamilton have bid for Chelsea."
    >>> text[slice(*widened(text, 0, 15, Extent.LIST))]
    'Serena Williams and Lewis Hamilton'
    """
    first, last = sentence_around(text, start, end)
    if extent in _AROUND:
        start, end = _AROUND[extent](text[first:last], start - first, end - first)
        start, end = start + first, end + first
    elif extent is Extent.SENTENCE or (
        extent in (Extent.REASON, Extent.WAY) and _is_fragment(text[first:start], text[start:end], extent)
    ):
        return first, last
    return _balanced(text, _behind_dateline(text, start, end), end)


# --- questions --------------------------------------------------------------------------------------


def _extent(words: Sequence[str]) -> Extent | None:
    """Return what a clause asks for; None where it does not begin with a word that asks."""
    if not words:
        return None
    following = words[1].removesuffix("n't") if len(words) > 1 else ""
    word = words[0].removesuffix("n't")
    if word in _PLAIN_AUXILIARIES or (word in _AUXILIARIES and QUESTION_WORDS.isdisjoint(words)):
        # "Was it rain or snow?" asks for one of the two
        return Extent.SPAN if "or" in words or not _CHOSEN_BY.isdisjoint(words) else Extent.SENTENCE
    wider = {
        "why": Extent.REASON,
        "how": _asked_how(words[1:3]),
        "who": Extent.LIST if following in {"are", "were"} else Extent.SPAN,
        "which": Extent.LIST if _names_several(words[1:]) else Extent.SPAN,
    }
    wider["what"] = wider["which"]
    return wider.get(word, Extent.SPAN if word in QUESTION_WORDS else None)


def _asked_how(following: Sequence[str]) -> Extent:
    if following[:1] == ["come"]:
        return Extent.REASON
    if following[:1] == ["many"] and not _ANYBODY.isdisjoint(following):
        return Extent.COUNTS
    return Extent.WAY if not _AUXILIARIES.isdisjoint(following[:1]) else Extent.SPAN


def _names_several(words: Sequence[str]) -> bool:
    """Whether the noun behind "which" is a plural: "which two countries", "what are the names of"."""
    if words[:1] in (["are"], ["were"]):
        return True
    for at, word in enumerate(words[:5]):
        following = words[at + 1] if at + 1 < len(words) else ""
        if word in _COUNTS:
            return True
        if word in _AUXILIARIES:
            return False
        if _is_plural(word) and (not following or following in _BEHIND_NOUNS or following.endswith("ed")):
            return True
    return False


def _is_plural(word: str) -> bool:
    if word in _IRREGULAR_PLURALS:
        return True
    return word.endswith("s") and word not in _SINGULARS and word[-2:-1] not in {"s", "u", "i", "'", ""}


# --- lists ------------------------------------------------------------------------------------------


class _Token(NamedTuple):
    word: str
    start: int
    end: int


def _list_around(sentence: str, start: int, end: int) -> tuple[int, int]:
    """Return the list of names, or of single words, of which the span is a member; else the span."""
    body = sentence.rstrip(".!?")
    tokens = [_Token(m[0], m.start(), m.end()) for m in _TOKEN.finditer(body)]
    inside = [at for at, token in enumerate(tokens) if token.start < end and token.end > start]
    if not inside or any(_is_link(tokens[at]) for at in inside):
        return start, end
    is_name = any(tokens[at].word[0].isupper() for at in inside)
    after, has_link = _members_after(tokens, inside[-1] + 1, is_name)
    before = _members_before(tokens, inside[0] - 1, is_name, has_link)
    if not is_name and len(after) + len(before) == 1:
        return start, end  # "bread and butter": of words in small letters two are no list
    return (before[-1].start if before else start), (after[-1].end if after else end)


def _counts_from(sentence: str, start: int, end: int) -> tuple[int, int]:
    """Return the list of counted things that begins with the span; else the span.

    "Three clerks, two brokers and a banker" are not three people. "Three people and a dog" are.
    """
    tokens = [_Token(m[0], m.start(), m.end()) for m in _TOKEN.finditer(sentence.rstrip(".!?"))]
    at = next((at for at, token in enumerate(tokens) if token.start == start), len(tokens))
    behind = _behind_counted(tokens, at)
    if behind == at or tokens[behind - 1].word in _ANYBODY or end > tokens[behind - 1].end:
        return start, end
    while behind < len(tokens):
        behind += tokens[behind].word == ","
        is_last = behind < len(tokens) and _is_link(tokens[behind])
        at = behind + is_last
        behind = _behind_counted(tokens, at)
        if behind == at:
            break
        if is_last:
            return start, tokens[behind - 1].end
    return start, end


def _behind_counted(tokens: Sequence[_Token], at: int) -> int:
    """Return the place behind a number and the noun that it counts, or `at` where none stands there."""
    word = tokens[at].word.casefold() if at < len(tokens) else ""
    if word not in _SMALL_COUNTS and not word.isdecimal():
        return at
    behind = at + 1
    while behind < len(tokens) and behind - at <= _MOST_COUNTED_WORDS and _is_common(tokens[behind]):
        is_verb = tokens[behind].word.endswith("ed") or tokens[behind].word in _PAST_VERBS
        if is_verb and behind > at + 1:
            break
        behind += 1
    return behind if behind > at + 1 else at


def _members_after(tokens: Sequence[_Token], at: int, is_name: bool) -> tuple[list[_Token], bool]:
    """Return the last tokens of the members that follow, and whether an "and" joins the last of them.

    Without an "and" there are none: what follows a comma alone describes the name before it.
    """
    members = []
    while at < len(tokens):
        at += tokens[at].word == ","
        has_link = at < len(tokens) and _is_link(tokens[at])
        behind = _behind_member(tokens, at + has_link, is_name)
        if behind == at + has_link or not (has_link or tokens[at - 1].word == ","):
            break
        members.append(tokens[behind - 1])
        if has_link:
            return members, True
        at = behind
    return [], False


def _members_before(tokens: Sequence[_Token], at: int, is_name: bool, has_link: bool) -> list[_Token]:
    """Return the first tokens of the members in front, the nearest first; `has_link`: an "and" follows."""
    members: list[_Token] = []
    if not has_link:
        if at < 0 or not _is_link(tokens[at]):
            return members
        at -= 1
        if at >= 0 and tokens[at].word == ",":
            at -= 1
    elif at < 0 or tokens[at].word != ",":
        return members
    else:
        at -= 1
    while at >= 0:
        first = _first_of_member(tokens, at, is_name)
        if first is None:
            break
        members.append(tokens[first])
        at = first - 1
        if at < 0 or tokens[at].word != ",":
            break
        at -= 1
    return members


def _behind_member(tokens: Sequence[_Token], at: int, is_name: bool) -> int:
    """Return the place behind the member that begins at `at`, or `at` where none does."""
    if not is_name:
        return at + (at < len(tokens) and _is_common(tokens[at]))
    behind = at
    while at < len(tokens) and (_is_capital(tokens[at]) or tokens[at].word in _PARTICLES):
        at += 1
        if _is_capital(tokens[at - 1]):
            behind = at
    return behind


def _first_of_member(tokens: Sequence[_Token], at: int, is_name: bool) -> int | None:
    """Return the place of the first token of the member that ends at `at`; None where none does."""
    if not is_name:
        return at if _is_common(tokens[at]) else None
    first = None
    while at >= 0 and (_is_capital(tokens[at]) or (first is not None and tokens[at].word in _PARTICLES)):
        if _is_capital(tokens[at]):
            first = at
        at -= 1
    if first and tokens[first - 1].word == "the":
        first -= 1
    opens = first == 1 and tokens[0].word.casefold() in _OPENINGS
    return None if opens else first  # "In Paris, France and Spain signed": where, not who


def _is_link(token: _Token) -> bool:
    return token.word.casefold() in _LINKS


def _is_capital(token: _Token) -> bool:
    word = token.word.casefold()
    return token.word[0].isupper() and word not in _NO_MEMBERS and word not in _OPENINGS


def _is_common(token: _Token) -> bool:
    word = token.word
    return word.isalpha() and word.islower() and word not in _CLAUSE_WORDS | _NO_MEMBERS | _OPENINGS | _LINKS


_AROUND = {Extent.LIST: _list_around, Extent.COUNTS: _counts_from}


# --- clauses ----------------------------------------------------------------------------------------


def _is_fragment(before: str, span: str, extent: Extent) -> bool:
    """Whether the span is neither a clause nor joined to the sentence by a word of cause or of means."""
    links = _CAUSES if extent is Extent.REASON else _MEANS
    words = [token[0] for token in _TOKEN.finditer(span.casefold())]
    near = [token[0].lstrip("[") for token in _TOKEN.finditer(before.casefold())][-_LOOK_BACK:]
    is_clause = not _CLAUSE_WORDS.isdisjoint(words) or words[0].endswith("ing") if words else False
    return not is_clause and links.isdisjoint({*near, *words[:1]})


# --- datelines and marks ----------------------------------------------------------------------------


def _behind_dateline(text: str, start: int, end: int) -> int:
    """Return where the span begins without the dateline that opens its line, if it holds more than that."""
    line = text.rfind("\n", 0, start) + 1
    dash = _DATELINE_DASH.search(text, start, min(end, line + _DATELINE_CHARS))
    if dash is None or dash.end() >= end:
        return start
    place = re.split(r"[,(/]", text[line : dash.start()], maxsplit=1)[0].strip()
    is_dateline = len(place) >= _FEWEST_PLACE_CHARS and place.isupper() and ":" not in place
    return dash.end() if is_dateline else start


def _balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without an opening mark at its start, or a closing one at its end, that has no other.

    Where an opening mark inside is closed by the very next character, that belongs to it. A pair around the
    whole span is left out: the words are the answer, and two articles of which one has marks say the same.
    """
    while end - start > 1 and (closing := _PAIRS.get(text[start])) and closing not in text[start + 1 : end]:
        start += 1
    while (
        end - start > 1 and (opening := _CLOSING.get(text[end - 1])) and opening not in text[start : end - 1]
    ):
        end -= 1
    span, mark = text[start:end], text[end : end + 1]
    if mark in _CLOSING and mark != '"' and span.count(_CLOSING[mark]) == span.count(mark) + 1:
        end += 1
    first, inside, last = text[start], text[start + 1 : end - 1], text[end - 1]
    if inside and _PAIRS.get(first) == last and first not in inside and last not in inside:
        return start + 1, end - 1
    return start, end
