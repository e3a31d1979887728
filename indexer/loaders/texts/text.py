"""Reads plain text: a title in the first line, then byline, date and outlet lines, then the body."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from nutgraf.indexer.clean import normalise
from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate
from nutgraf.indexer.loaders.base import LoadOptions
from nutgraf.indexer.loaders.decode import decode
from nutgraf.indexer.loaders.texts.head import read_head
from nutgraf.indexer.loaders.texts.labels import labelled_draft

# How long titles are in the seeds, with room; other values were not compared.
_TITLE_CHARS = 200
_WRAPPED_TITLE_LINES = 3
_SENTENCE_END = re.compile(r"[.!?…:;,]['\"’”)]{0,2}$")


def read_text(data: bytes, _: LoadOptions) -> ArticleDraft:
    """Return the article of a plain text file."""
    return draft_of(decode(data))


def draft_of(text: str) -> ArticleDraft:
    """Take the fields, or title, byline, date and outlet lines off the top; everything else is the body."""
    lines = normalise(text).split("\n")
    known = labelled_draft(lines)
    if known is None or not known.text.strip():
        return _titled(ArticleDraft(text="\n".join(lines)))
    return with_head(known) if known.title else _titled(replace(known, text=known.text.lstrip("\n")))


def _titled(draft: ArticleDraft) -> ArticleDraft:
    lines = draft.text.split("\n")
    title_lines = _title_lines(lines)
    if not title_lines:
        return draft
    title = " ".join(line.strip() for line in lines[:title_lines])
    return with_head(replace(draft, text="\n".join(lines[title_lines:]), title=title))


def with_head(draft: ArticleDraft) -> ArticleDraft:
    """Move the byline, date and outlet lines at the top of the text to the fields that are still empty."""
    lines = draft.text.split("\n")
    head = read_head(lines)
    if not any(line.strip() for line in lines[head.lines :]):
        return draft
    return replace(
        draft,
        text="\n".join((*head.deck, *lines[head.lines :])),
        authors=draft.authors or head.authors,
        source=draft.source or head.source,
        dates=(*draft.dates, *(StatedDate(date, "byline") for date in head.dates)),
    )


def _title_lines(lines: Sequence[str]) -> int:
    """Return how many lines at the top are the title, 0 where they begin the text.

    It is the first line: short, with more below, and not the start of a sentence. A wrapped title goes on in
    lower case, and a blank line ends it.
    """
    first, rest = lines[0].strip(), [line for line in lines[1:] if line.strip()]
    if not rest or len(first) > _TITLE_CHARS:
        return 0
    second = lines[1].strip()
    if not second or not second[0].islower() or read_head([second]).lines:
        return 1
    block = list(takewhile(str.strip, lines[: _WRAPPED_TITLE_LINES + 1]))
    is_title = len(block) <= min(_WRAPPED_TITLE_LINES, len(rest)) and sum(map(len, block)) <= _TITLE_CHARS
    return len(block) if is_title and not _SENTENCE_END.search(block[-1]) else 0
