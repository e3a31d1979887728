"""Decides when two wordings name the same: "Prime Minister Anna Holt", "Anna Holt" and "Holt". Pure.

That a wording is part of another proves nothing by itself: "guilty" is part of "not guilty", "Sudan" of
"South Sudan". So only names are joined, and a single word only by what its own article says.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from nutgraf.indexer.stop_words import STOP_WORDS
from nutgraf.qa.normalize import same_words

_MARKS = re.compile(r"['’]s\b|[^\w\s]")  # "Holt's" is Holt
_TITLES = """
president minister chancellor premier governor mayor senator secretary chairman chairwoman chair
chief director judge justice general admiral colonel major captain lieutenant sergeant officer king
queen prince princess emperor pope cardinal bishop archbishop sir dame lord lady mr mrs ms miss dr
doctor prof professor rep representative congressman congresswoman lawmaker ambassador envoy
commissioner leader head speaker attorney prosecutor spokesman spokeswoman spokesperson coach
manager founder executive ceo boss host actor actress singer author writer
"""
TITLES = frozenset(_TITLES.split())
"""The last words of what may stand before a name and is no part of it."""

_ARTICLES = frozenset({"a", "an", "the"})


def without_title(wording: str, others: Iterable[str]) -> str:
    """Return the shortest of the others that is the wording without titles; the wording where there is none.

    It must be the wording's end, and a name of two words or more that is no title itself. What stands before
    it must be words and end in a title: "central bank governor Anna Holt", never "not Anna Holt", "Mary Anna
    Holt" or "Tom and Governor Anna Holt"; nor is "Deputy Prime Minister" a Prime Minister.
    """
    words = _words(wording)
    if all(word.casefold() not in TITLES for word in words[:-2]):
        return wording
    return min(
        (o for o in others if _is_titled(words, _words(o))), key=lambda o: (len(o), o), default=wording
    )


def full_name(wording: str, text: str, others: Iterable[str]) -> str:
    """Return the name among `others` that a single word stands for in an article's text, else the wording.

    News writes "Anna Holt" first and "Holt" or "Mayor Holt" from then on. So exactly one of the names that
    begin or end with the word must be in this very article, and no other first name may stand before it.
    """
    words = _words(wording)
    if len(words) == 2 and words[0].casefold() in TITLES:  # noqa: PLR2004
        words = words[1:]
    if len(words) != 1 or not _is_name(words):
        return wording
    names = [name for name in others if name != wording and _is_part(words, _words(name))]
    names = [name for name in names if f" {same_words(name)} " in _padded(text)]
    names = [name for name in names if _words(name)[0].casefold() not in TITLES] or names
    return names[0] if len(names) == 1 and _is_only(words[0], _words(names[0]), text) else wording


@lru_cache(maxsize=16)  # a text is asked for many words; the largest are a few megabytes
def _padded(text: str) -> str:
    return f" {same_words(text)} "


def _is_only(word: str, name: Sequence[str], text: str) -> bool:
    known = {*TITLES, *STOP_WORDS, *(part.casefold() for part in name)}
    before = re.findall(rf"\b([^\W\d_]+) +{re.escape(word)}\b", text)
    return all(other.islower() or other.casefold() in known for other in before)


def _is_titled(long: Sequence[str], name: Sequence[str]) -> bool:
    before, end = long[: -len(name)], long[-len(name) :]
    plain = all(word.isalpha() and word.lower() not in STOP_WORDS for word in before)
    titled = bool(before) and before[-1].casefold() in TITLES and name[-1].casefold() not in TITLES
    return titled and plain and len(name) > 1 and _is_name(name) and _same(name, end)


def _is_part(word: Sequence[str], name: Sequence[str]) -> bool:
    plain = all(part.lower() not in STOP_WORDS for part in name)
    return len(name) > 1 and plain and _is_name(name) and (_same(word, name[:1]) or _same(word, name[-1:]))


def _is_name(words: Sequence[str]) -> bool:
    """Whether the first and the last word have a capital; particles between them ("van der") have none."""
    return words[0][0].isupper() and words[-1][0].isupper() and all(word.isalpha() for word in words)


def _same(words: Sequence[str], other: Sequence[str]) -> bool:
    return [word.casefold() for word in words] == [word.casefold() for word in other]


@lru_cache(maxsize=4096)  # each wording of a question is compared with all others
def _words(wording: str) -> tuple[str, ...]:
    return tuple(word for word in _MARKS.sub("", wording).split() if word.lower() not in _ARTICLES)
