"""Makes an article of the pages of a PDF. Knows what a title looks like, not how pages are read."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice, pairwise, takewhile

from nutgraf.indexer.clean import PAGE_BREAK
from nutgraf.indexer.dates import parse_date_line
from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate
from nutgraf.indexer.loaders.base import LoadOptions, UnreadableError
from nutgraf.indexer.loaders.pdf.layout import (
    Line,
    body_size,
    columns,
    same_size,
    with_drop_caps,
    without_running_lines,
)
from nutgraf.indexer.loaders.pdf.pages import read_pages
from nutgraf.indexer.loaders.pdf.paragraphs import paragraphs, printed
from nutgraf.indexer.loaders.texts.text import draft_of, with_head
from nutgraf.indexer.loaders.word.manuscript import is_outlet

_NO_TITLE = re.compile(
    r"(?:untitled|layout|document|slide|blank|page|print|file|doc)[ _-]?\d{0,20}|about:blank"
    r"|microsoft (?:office )?(?:word|powerpoint|excel|publisher).{0,300}|powerpoint presentation"
    r"|(?:https?://|[a-z]:\\|file:|/).{0,300}"
    r"|.{0,300}\.(?:docx?|pdf|indd|indb|qxd|qxp|rtf|odt|pages|tex|dvi|html?|pptx?|xlsx?|txt|pub|ai|eps|tiff?)",
    re.IGNORECASE,
)
_TITLE_CHARS = 200
_TITLE_SIZE = 1.15  # times the size of the text; other values were not compared
_TITLE_LETTERS = 4
_NO_TEXT = "no text layer, try --ocr"
_NAMED_PAGES = 10
_ISSUE_PAGES = 3
_HEAD_LINES, _HEAD_WORDS = 6, 16  # as many lines and words as the head of a page has; not compared
_DAY_WORDS = 5  # "Thursday, the 4 March 2021"
_SMALL_WORDS = frozenset({"of", "the", "and", "page", "vol.", "no.", "p."})
_DAY = re.compile(r"[\w., ]{0,40}[^\W\d_]{3}[\w., ]{0,40}")
_WORD = re.compile(r"\w+")


def read_pdf(data: bytes, options: LoadOptions) -> ArticleDraft:
    """Return the article of a PDF; UnreadableError where it is locked, broken or only pictures."""
    pages, title = read_pages(data, options)
    pictures = [str(number) for number, page in enumerate(pages, 1) if page.is_picture]
    if not any(page.lines and not page.is_picture for page in pages):
        raise UnreadableError("no text on its pages" if options.ocr else _NO_TEXT)
    title = "" if len(title) > _TITLE_CHARS or _NO_TITLE.fullmatch(title) else title
    draft = _draft([page.lines for page in pages], title)
    # A page that begins within the head of the article begins with its text.
    lost = PAGE_BREAK * (len(pages) - 1 - draft.text.count(PAGE_BREAK))
    named = ", ".join(pictures[:_NAMED_PAGES]) + (", ..." if len(pictures) > _NAMED_PAGES else "")
    return replace(
        draft,
        text=lost + draft.text,
        title=draft.title.replace(PAGE_BREAK, ""),
        has_pages=True,
        left_out=f"page{'s' * (len(pictures) > 1)} {named}: {_NO_TEXT}" if pictures else "",
    )


def _draft(pages: Sequence[Sequence[Line]], title: str) -> ArticleDraft:
    """Return the article of printed pages; without a title, its largest type is taken for it."""
    words = frozenset(word for page in pages for part in page for word in _WORD.findall(part.text.casefold()))
    texts = without_running_lines(pages)
    lines = [column for page in texts for column in columns(with_drop_caps(page, words))]
    heading, masthead = _heading(lines)
    printed_title = " ".join(line.text for line in heading)
    if not title:
        title = printed_title
    elif not _same_title(title, printed_title):
        heading = []
    heads = _dated_heads(lines, heading)
    no_text = {id(line) for line in (*heading, *masthead, *(line for line, _ in heads))}
    rests = ([line for line in column if id(line) not in no_text] for column in lines)
    joined = paragraphs([rest for rest in rests if rest])
    text = printed(joined, len(pages))
    first, _, rest = text.partition("\n")
    if title and not heading and _same_title(title, first.strip(PAGE_BREAK)):
        text = rest.strip("\n")
    size = body_size(line for column in lines for line in column)
    decks = len([*takewhile(lambda part: part.size > size and not same_size(part.size, size), joined)])
    draft = _titled(text, title, decks) if title else draft_of(text)
    days = (StatedDate(day, "byline") for _, day in heads)
    return replace(
        draft,
        source=draft.source or " ".join(line.text for line in masthead),
        dates=(*draft.dates, *days, *_issue_dates(pages, texts)),
    )


def _titled(text: str, title: str, decks: int) -> ArticleDraft:
    """Return the article; as many first paragraphs as `decks` may belong to the byline below them."""
    close = text.replace("\n\n", "\n", decks)
    draft = with_head(ArticleDraft(text=close, title=title))
    return draft if draft.text != close else with_head(ArticleDraft(text=text, title=title))


def _dated_heads(lines: Sequence[Sequence[Line]], heading: Sequence[Line]) -> list[tuple[Line, str]]:
    """Return the lines above the heading that hold a day, with that day, and else only names and numbers.

    So the head of a page is printed: "A3 THE ISLE POST THURSDAY, MARCH 4, 2021".
    """
    if not heading:
        return []
    above = (line for line in islice(chain.from_iterable(lines), _HEAD_LINES) if line.page == 1)
    heads = ((line, _named_day(line.text)) for line in above if line.bottom > heading[0].middle)
    return [(line, day) for line, day in heads if day]


def _named_day(text: str) -> str:
    """Return the day in a line of names and numbers, its month a word; "" where there is none.

    >>> _named_day("THE ISLE POST Thursday, March 4, 2021 A3"), _named_day("By Ada Quill, March 4, 2021")
    ('Thursday, March 4, 2021', '')
    """
    words = text.split()
    if not 0 < len(words) <= _HEAD_WORDS or words[0].casefold() in {"by", "printed"}:
        return ""
    for count in range(min(_DAY_WORDS, len(words)), 0, -1):
        for first in range(len(words) - count + 1):
            day = " ".join(words[first : first + count])
            if _DAY.fullmatch(day) and parse_date_line(day).stated:
                around = words[:first] + words[first + count :]
                is_named = all(not word[0].islower() or word.casefold() in _SMALL_WORDS for word in around)
                return day if is_named else ""
    return ""


def _issue_dates(pages: Sequence[Sequence[Line]], texts: Sequence[Sequence[Line]]) -> Iterator[StatedDate]:
    """Yield the day that a newspaper prints on each page: beside names and numbers, its month a word.

    A browser prints the time at which it printed, and the day in digits.
    """
    kept = {id(line) for text in texts for line in text}
    for line in (line for page in pages[:_ISSUE_PAGES] for line in page if id(line) not in kept):
        if day := _named_day(line.text):
            yield StatedDate(day, "byline")
            return


def _same_title(title: str, line: str) -> bool:
    """Whether a printed line is the title, or the part of it that a browser adds no name to."""
    plain_title, plain_line = ("".join(_WORD.findall(text.casefold())) for text in (title, line))
    return bool(plain_line) and plain_title.startswith(plain_line) and 2 * len(plain_line) > len(plain_title)


def _heading(lines: Sequence[Sequence[Line]]) -> tuple[list[Line], list[Line]]:
    """Return the lines of the first page in its largest type, if sizes differ, and the masthead.

    What stands right above a date is the name of the paper, if there is another heading.
    """
    least = _TITLE_SIZE * body_size(line for column in lines for line in column)
    blocks: list[list[Line]] = []
    for line in (line for column in lines for line in column if line.page == 1):
        if blocks and same_size(blocks[-1][-1].size, line.size):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    titles = [(block, below) for block, below in pairwise([*blocks, []]) if _is_title(block, least)]
    stories = [block for block, below in titles if not below or not _has_day(below[0])]
    heading = max(stories or [block for block, _ in titles], key=lambda block: block[0].size, default=[])
    above = takewhile(lambda title: title[0] is not heading, titles)
    mastheads = (block for block, below in above if below and _has_day(below[0]))
    return heading, next((block for block in mastheads if is_outlet(_words(block))), [])


def _has_day(line: Line) -> bool:
    return bool(parse_date_line(line.text).stated or _named_day(line.text))


def _words(block: Sequence[Line]) -> list[str]:
    return [word for line in block for word in line.text.split()]


def _is_title(block: Sequence[Line], least_size: float) -> bool:
    text = " ".join(line.text for line in block)
    letters = sum(map(str.isalpha, text))
    return block[0].size >= least_size and len(text) <= _TITLE_CHARS and letters >= _TITLE_LETTERS
