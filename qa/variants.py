"""When two wordings name the same: "Prime Minister Anna Holt", "Anna Holt" and "Holt". Pure.

One wording in another proves nothing by itself: "guilty" stands in "not guilty", "Sudan" in "South Sudan".
So only names are joined, and one word alone only by what its own article says.
"""

import re
from collections.abc import Iterable

from indexer.lexical import STOP_WORDS
from qa.normalize import same_words

_MARKS = re.compile(r"[^\w\s]")
_ARTICLES = frozenset({"a", "an", "the"})


def without_title(wording: str, others: Iterable[str]) -> str:
    """Return the shortest of the others that is the wording less titles; the wording where there is none.

    It must be its end, and a name of two words or more. What stands before must be words too, and none of
    them a stop word: "governor Anna Holt", never "not Anna Holt", "Tom and Anna Holt" or "2 Anna Holt".
    """
    words = _words(wording)
    return min(
        (o for o in others if _is_titled(words, _words(o))), key=lambda o: (len(o), o), default=wording
    )


def full_name(wording: str, text: str, others: Iterable[str]) -> str:
    """Return the one of the others that a single word stands for in an article's text, else the wording.

    News writes "Anna Holt" first and "Holt" from then on. So of the names that begin or end with the word
    one must stand in this very article, and only one.
    """
    words = _words(wording)
    if len(words) != 1 or not _is_name(words):
        return wording
    spoken = f" {same_words(text)} "
    found = [
        other for other in others if _is_part(words, _words(other)) and f" {same_words(other)} " in spoken
    ]
    return found[0] if len(found) == 1 else wording


def _is_titled(long: list[str], name: list[str]) -> bool:
    before, end = long[: -len(name)], long[-len(name) :]
    plain = all(word.isalpha() and word.lower() not in STOP_WORDS for word in before)
    return bool(before) and plain and len(name) > 1 and _is_name(name) and _same(name, end)


def _is_part(word: list[str], name: list[str]) -> bool:
    plain = all(part.lower() not in STOP_WORDS for part in name)
    return len(name) > 1 and plain and _is_name(name) and (_same(word, name[:1]) or _same(word, name[-1:]))


def _is_name(words: list[str]) -> bool:
    """Whether the first and the last word have a capital; particles between them ("van der") have none."""
    return words[0][0].isupper() and words[-1][0].isupper() and all(word.isalpha() for word in words)


def _same(one: list[str], other: list[str]) -> bool:
    return [word.casefold() for word in one] == [word.casefold() for word in other]


def _words(wording: str) -> list[str]:
    return [word for word in _MARKS.sub("", wording).split() if word.lower() not in _ARTICLES]
