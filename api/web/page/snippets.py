"""The part of a text that has the words that were looked for, with these words marked. Pure.

The lexical index finds words by their stems. Here a word is marked that has the same beginning but for a
usual ending: it shows why an article was found, and decides nothing.
"""

import re
import unicodedata
from collections.abc import Sequence

from nutgraf.api.web.page.render import CharSpan
from nutgraf.indexer.stop_words import STOP_WORDS

SNIPPET_CHARS = 320
"""About three lines of the page."""

_MOST_MARKS = 2000  # a bound on the work, for a text that repeats one word
_WORD = re.compile(r"\w+")
_ENDINGS = ("ingly", "edly", "ings", "ing", "ies", "ied", "ers", "er", "ed", "es", "ly", "e", "s", "y")
_LEAST_STEM = 3


def marks(text: str, words: str) -> list[CharSpan]:
    """Return where the words stand in the text, inflected or not."""
    wanted = {_stem(word) for word in _WORD.findall(words) if word.casefold() not in STOP_WORDS}
    found: list[CharSpan] = []
    for match in _WORD.finditer(text):
        if _stem(match[0]) in wanted:
            found.append(match.span())
            if len(found) == _MOST_MARKS:
                break
    return found


def snippet_span(text: str, spans: Sequence[CharSpan]) -> CharSpan:
    """Return the span of the text that holds the most different words of the spans; else its beginning."""
    best, most = 0, 0
    last = 0
    for first, (start, _) in enumerate(spans):
        last = max(last, first)
        while last < len(spans) and spans[last][1] <= start + SNIPPET_CHARS * 3 // 4:
            last += 1
        different = len({_stem(text[slice(*span)]) for span in spans[first : min(last, first + 40)]})
        if different > most:
            best, most = start, different
    start = 0 if best < SNIPPET_CHARS // 3 else _word_start(text, best - SNIPPET_CHARS // 4)
    end = _word_end(text, start + SNIPPET_CHARS)
    return start, end


def _word_start(text: str, at: int) -> int:
    """Return where the line or the next word behind a place begins."""
    line = text.rfind("\n", at, at + SNIPPET_CHARS // 4)
    blank = text.find(" ", at, at + SNIPPET_CHARS // 4)
    return line + 1 if line >= 0 else blank + 1 if blank >= 0 else at


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    blank = max(text.rfind(" ", at - 40, at), text.rfind("\n", at - 40, at))
    return blank if blank >= 0 else at


def _stem(word: str) -> str:
    plain = word.casefold()
    if not plain.isascii():
        parts = unicodedata.normalize("NFKD", plain)
        plain = "".join(char for char in parts if not unicodedata.combining(char))
    for ending in _ENDINGS:
        if plain.endswith(ending) and len(plain) - len(ending) >= _LEAST_STEM:
            return plain.removesuffix(ending)
    return plain
