"""Small changes of a text, its sentences, and its words: what the rules that make twins are written with."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

# A mark ends a sentence if a blank and a capital letter, a digit or a quotation mark follow. A single letter
# or a common abbreviation before the mark does not.
_END = re.compile(
    r"(?<![\s.(][A-Za-z])(?<!\b(?:Mr|Dr|St|vs|Jr|Sr|No|Lt|Mt|Co))(?<!\b(?:Mrs|Inc|Gen|Col|Sgt|Rev|Gov))[.?!][\"'”’)]*"
    r"\s+(?=[\"'“‘(]?[A-Z0-9])"
)
_LINE = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """The code points `start` to `end` of a text become `text`. If both are equal, `text` is inserted."""

    start: int
    end: int
    text: str


def edited(text: str, edits: Sequence[Edit]) -> str:
    """Return the text after all edits, whose places are those of the unchanged text and do not overlap."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


@lru_cache(maxsize=64)  # the questions of a context come one after the other
def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Return the half-open span of each sentence, without the blanks around it. A line end also ends one."""
    ends = sorted(
        [(m.end(), m.end()) for m in _END.finditer(text)] + [m.span() for m in _LINE.finditer(text)]
    )
    spans, start = [], 0
    for _, end in [*ends, (len(text), len(text))]:
        sentence = text[start:end]
        if sentence.strip():
            first = start + len(sentence) - len(sentence.lstrip())
            spans.append((first, start + len(sentence.rstrip())))
        start = max(start, end)
    return tuple(spans)


def sentence_around(text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Return the one sentence that holds all spans, or None if there is no such sentence."""
    for start, end in sentences(text):
        if spans and all(start <= first and last <= end for first, last in spans):
            return start, end
    return None


def words(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    return re.findall(r"\w+", text.lower())
