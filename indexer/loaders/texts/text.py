"""Reads plain text: a title in the first line, then byline, date and outlet lines, then the body."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from nutgraf.indexer.clean import normalise
from nutgraf.indexer.dates import parse_date_line
from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate
from nutgraf.indexer.loaders.base import LoadOptions
from nutgraf.indexer.loaders.decode import decode
from nutgraf.indexer.loaders.identity import web_url
from nutgraf.indexer.loaders.texts.head import is_masthead, read_head
from nutgraf.indexer.loaders.texts.labels import labelled_draft
from nutgraf.indexer.wrapping import unwrap

# How long titles are in the seeds, with room; other values were not compared.
_TITLE_CHARS = 200
_WRAPPED_TITLE_LINES = 3
_SENTENCE_END = re.compile(r"[.!?…:;,]['\"’”)]{0,2}$")
_FULL_STOP = re.compile(r"\S{1,30}(?<![.…])[.。]['\"’”»)」』]{0,2}$")
# A headline ends in a stop only where its last word does: "U.S.", "Harrow Bay Fish Co.", "Fresno, Calif."
_ABBREVIATION = re.compile(
    r"(?:\w\.)++|(?:Inc|Corp|Co|Ltd|Bros|Jr|Sr|St|Mt|Dr|Dept|Univ|Assn|Sept?|Oct|Nov|Dec|Jan|Feb|Aug|etc|vs"
    r"|Calif|Ga|Va|Pa|Ky|Vt|Md|Conn|Mass|Mich|Minn|Miss|Tenn|Penn|Wash|Wis|Okla|Ariz|Colo|Ark|Ala|Fla|Ill|Ind|Kan|Neb|Ore|Tex)\."
)
# LONDON, Feb 3 (Reuters) - ...; Berlin (dpa) – ...; HARROW BAY, April 14 — ...; (ANSA) - ROMA, 14 APR - ...
_AGENCY = r"[(/](?:[A-Z][\w /]{1,29}|dpa|epd|sid)[)/]"
_DASH = r"\.? ?(?:[—–]|--?) ?"
_DATELINE = re.compile(
    rf"[^\W\d_a-z][\w .,'’/-]{{1,80}}{_AGENCY}{_DASH}\S"
    rf"|{_AGENCY}{_DASH}[A-Z]"
    rf"|[A-Z][A-Z .,'’-]{{2,40}},[\w .,]{{0,40}}\b[0-9]{{1,2}}(?:, [12][0-9]{{3}})?{_DASH}\S"
)
_AFTER_NAME = re.compile(r"[,.|:–—-]++ ?")
_PAGE = re.compile(r"[,.;|]? (?:p|pg|page|seite|s|sivu|sida)\.? ?[A-Z]?[0-9]{1,3}\.?$", re.IGNORECASE)
_LINES_ABOVE = 4  # a title, with room for one more; not measured
_SAMPLE_LINES = 200  # from which it is seen how wide a text was wrapped; not measured


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
    start, above = _above_title(lines)
    if start and not _title_lines(lines[start:]):
        start, above = 0, ArticleDraft(text="")
    title_lines = _title_lines(lines[start:])
    if not title_lines:
        return draft
    title = " ".join(line.strip() for line in lines[start : start + title_lines])
    return with_head(
        replace(
            draft,
            text="\n".join(lines[start + title_lines :]),
            title=title,
            url=draft.url or above.url,
            source=draft.source or above.source,
            dates=(*draft.dates, *above.dates),
        )
    )


def _above_title(lines: Sequence[str]) -> tuple[int, ArticleDraft]:
    """Return where a title can begin, and what is said above it: an address, a day, a newspaper and a day."""
    filled = [at for at, line in enumerate(lines[: 4 * _LINES_ABOVE]) if line.strip()]
    above = ArticleDraft(text="")
    for place, at in enumerate(filled[:_LINES_ABOVE]):
        line = lines[at].strip()
        after = lines[filled[place + 1]].strip() if place + 1 < len(filled) else ""
        if web_url(line):
            above = replace(above, url=line)
        elif parse_date_line(line).stated:
            above = replace(above, dates=(*above.dates, StatedDate(line, "byline")))
        elif not above.source and is_masthead(line) and parse_date_line(after).stated:
            above = replace(above, source=line)
        elif not above.source and (issue := _issue(line)):
            above = replace(above, source=issue[0], dates=(*above.dates, StatedDate(issue[1], "byline")))
        else:
            return at, above
    return 0, ArticleDraft(text="")


def _issue(line: str) -> tuple[str, str] | None:
    """Return the newspaper and the day of a line with both: "THE LORNE POST, FRIDAY, JULY 22, 1921."."""
    for mark in _AFTER_NAME.finditer(line[:_TITLE_CHARS]):
        name, day = line[: mark.start()].strip(), _PAGE.sub("", line[mark.end() :]).strip(" .,")
        if is_masthead(name) and parse_date_line(day).stated:
            return name, day
    return None


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

    It is the first line: short, with more below, no sentence and not the start of one. A wrapped title goes
    on in lower case, and a blank line ends it.
    """
    first, rest = lines[0].strip(), [line for line in lines[1:] if line.strip()]
    if not rest or len(first) > _TITLE_CHARS or _DATELINE.match(first):
        return 0
    second = lines[1].strip()
    if not second or read_head([second]).lines:
        return 0 if _is_sentence(first) and not _has_head(lines[1:]) else 1
    block = list(takewhile(str.strip, lines[: _WRAPPED_TITLE_LINES + 1]))
    if len(block) <= min(_WRAPPED_TITLE_LINES, len(rest)) and all(map(str.isupper, block)):
        return len([*takewhile(lambda line: not read_head([line]).lines, block)])  # a headline in capitals
    if not second[0].islower():
        return 0 if _is_sentence(first) or _goes_on(lines) else 1
    is_title = len(block) <= min(_WRAPPED_TITLE_LINES, len(rest)) and sum(map(len, block)) <= _TITLE_CHARS
    return len(block) if is_title and not _SENTENCE_END.search(block[-1]) else 0


def _is_sentence(line: str) -> bool:
    """Whether a line ends in a full stop, as the lead of a brief does; old headlines in capitals do, too."""
    stop = _FULL_STOP.search(line)
    return stop is not None and not line.isupper() and not _ABBREVIATION.fullmatch(stop[0].rstrip("'\"’”»)"))


def _has_head(lines: Sequence[str]) -> bool:
    """Whether a byline or a date, and then a text, stand below a title."""
    head = read_head(lines)
    return head.lines > 0 and any(line.strip() for line in lines[head.lines :])


def _goes_on(lines: Sequence[str]) -> bool:
    """Whether the first line was wrapped, and the second is the rest of its paragraph."""
    paragraph = unwrap("\n".join(lines[:_SAMPLE_LINES])).partition("\n")[0]
    return paragraph != lines[0] and bool(_FULL_STOP.search(paragraph))
