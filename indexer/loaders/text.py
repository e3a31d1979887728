"""Reads plain text: a title in the first line, then byline, date and outlet lines, then the body."""

from collections.abc import Sequence
from dataclasses import replace

from nutgraf.indexer.clean import normalise
from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate
from nutgraf.indexer.loaders.base import LoadOptions
from nutgraf.indexer.loaders.decode import decode
from nutgraf.indexer.loaders.head import read_head

# How long titles are in the seeds, with room; other values were not compared.
_TITLE_CHARS = 200


def read_text(data: bytes, _: LoadOptions) -> ArticleDraft:
    """Return the article of a plain text file."""
    return draft_of(decode(data))


def draft_of(text: str) -> ArticleDraft:
    """Take title, byline, date and outlet lines off the top; everything else is the body."""
    lines = normalise(text).split("\n")
    title = _title(lines)
    if not title:
        return ArticleDraft(text="\n".join(lines))
    return with_head(ArticleDraft(text="\n".join(lines[1:]), title=title))


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


def _title(lines: Sequence[str]) -> str:
    """Return the first line where it is a title: short, with more below, and not the start of a sentence."""
    first, rest = lines[0].strip(), [line for line in lines[1:] if line.strip()]
    if not rest or len(first) > _TITLE_CHARS:
        return ""
    second = lines[1].strip()
    runs_on = bool(second) and second[0].islower()
    return "" if runs_on else first
