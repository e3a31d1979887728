"""Reads plain text: a title in the first line, then byline, date and outlet lines, then the body."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from nutgraf.indexer.clean import normalise
from nutgraf.indexer.dates import parse_date_line
from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate
from nutgraf.indexer.loaders.base import LoadOptions
from nutgraf.indexer.loaders.decode import decode

# How long titles and head lines are in the seeds, with room; other values were not compared.
_TITLE_CHARS = 200
_WRAPPED_TITLE_LINES = 3
_HEAD_LINES = 8
_HEAD_CHARS = 160
# No word is read in two ways, and `*+` never gives a letter back: so a line is read once, whatever it holds.
_NAME = r"(?:[A-Z][\w.'’-]*+|[a-z]['’][A-Z][\w-]++)"
_PARTICLE = r"(?:al|bin|da|de|del|der|di|du|el|la|le|ten|van|von|y)"
_PERSON = rf"{_NAME}(?: (?:{_PARTICLE} ){{0,2}}{_NAME}){{1,4}}"
_BYLINE = re.compile(
    rf"(?i:by):? ((?:{_PERSON}|[A-Z]{{2,6}}|Reuters)(?:(?:, and |, | and | & ){_PERSON}){{0,9}})"
)
_BETWEEN_NAMES = re.compile(r", and |, | and | & ")
_NO_NAME = re.compile(
    r"\b(?:January|February|March|April|June|July|August|September|October|November|December"
    r"|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b"
)
_UPDATED = re.compile(r"\b(?:updated|modified)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…:;,]['\"’”)]{0,2}$")
_PARTS = re.compile(r" ++[|•·—–] ++| - ")
# BEIJING — ..., LONDON (Reuters) - ..., WASHINGTON, D.C. – ...
_DATELINE = re.compile(r"[A-Z][A-Z .,'’-]{2,40}(?:, [A-Z][\w.]++){0,2}(?: \([\w ]{2,30}\))? ?[—–-]++ \S")
_OUTLET = re.compile(r"((?:The )?[A-Z][\w.&'’-]*+(?: (?:of|and|the|&|[A-Z][\w.&'’-]*+)){0,5}):")


@dataclass(frozen=True, slots=True)
class _Head:
    """What the lines between title and body say, and how many lines there are."""

    lines: int = 0
    authors: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    source: str = ""


def read_text(data: bytes, _: LoadOptions) -> ArticleDraft:
    """Return the article of a plain text file."""
    return draft_of(decode(data))


def draft_of(text: str) -> ArticleDraft:
    """Take title, byline, date and outlet lines off the top; everything else is the body."""
    lines = normalise(text).split("\n")
    title_lines = _title_lines(lines)
    if not title_lines:
        return ArticleDraft(text="\n".join(lines))
    title = " ".join(line.strip() for line in lines[:title_lines])
    return with_head(ArticleDraft(text="\n".join(lines[title_lines:]), title=title))


def with_head(draft: ArticleDraft) -> ArticleDraft:
    """Move the byline, date and outlet lines at the top of the text to the fields that are still empty."""
    lines = draft.text.split("\n")
    head = _read_head(lines)
    if not any(line.strip() for line in lines[head.lines :]):
        return draft
    return replace(
        draft,
        text="\n".join(lines[head.lines :]),
        authors=draft.authors or head.authors,
        source=draft.source or head.source,
        dates=(*draft.dates, *(StatedDate(date, "byline") for date in sorted(head.dates, key=_is_update))),
    )


def _is_update(date: str) -> bool:
    return _UPDATED.search(date) is not None


def _title_lines(lines: Sequence[str]) -> int:
    """Return how many lines at the top are the title, 0 where they begin the text.

    It is the first line: short, with more below, and not the start of a sentence. A wrapped title goes on in
    lower case, and a blank line ends it.
    """
    first, rest = lines[0].strip(), [line for line in lines[1:] if line.strip()]
    if not rest or len(first) > _TITLE_CHARS:
        return 0
    second = lines[1].strip()
    if not second or not second[0].islower() or _read_line(second, "") is not None:
        return 1
    block = list(takewhile(str.strip, lines[: _WRAPPED_TITLE_LINES + 1]))
    is_title = len(block) <= min(_WRAPPED_TITLE_LINES, len(rest)) and sum(map(len, block)) <= _TITLE_CHARS
    return len(block) if is_title and not _SENTENCE_END.search(block[-1]) else 0


def _read_head(lines: Sequence[str]) -> _Head:
    head = _Head()
    filled = [number for number, line in enumerate(lines) if line.strip()][: _HEAD_LINES + 1]
    for place, number in enumerate(filled[:_HEAD_LINES]):
        after = lines[filled[place + 1]].strip() if place + 1 < len(filled) else ""
        read = _read_line(lines[number].strip(), after)
        if read is None:
            break
        head = _Head(
            lines=number + 1,
            authors=head.authors or read.authors,
            dates=head.dates + read.dates,
            source=head.source or read.source,
        )
    return head


def _read_line(line: str, after: str) -> _Head | None:
    """Return what a line of the head says; None where the body begins."""
    if len(line) > _HEAD_CHARS:
        return None
    outlet = _OUTLET.fullmatch(line)
    if outlet and _DATELINE.match(after):
        return _Head(source=outlet[1])
    head = _Head()
    for part in _PARTS.split(line):
        authors, stated = _byline(part), parse_date_line(part).stated
        if stated:
            head = replace(head, dates=(*head.dates, part))
        elif authors:
            head = replace(head, authors=head.authors + authors)
        elif part.strip().lower().rstrip(":") != "by":
            return None
    return head


def _byline(part: str) -> tuple[str, ...]:
    match = _BYLINE.fullmatch(part.strip())
    if match is None or _NO_NAME.search(match[1]):
        return ()
    return tuple(_BETWEEN_NAMES.split(match[1]))
