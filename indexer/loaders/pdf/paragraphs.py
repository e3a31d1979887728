"""Joins printed lines to paragraphs, over hyphens, columns and pages. Knows no PDF."""

import re
import statistics
from collections.abc import Sequence
from itertools import pairwise

from nutgraf.indexer.clean import PAGE_BREAK
from nutgraf.indexer.loaders.pdf.layout import Line, body_size, same_size
from nutgraf.indexer.loaders.pdf.line_breaks import is_apart, line_breaks
from nutgraf.indexer.wrapping import is_compound

# All shares below were chosen on the test files of the loaders, and not compared with others.
_SHORT_LINE_SHARE = 0.75  # of the width of most lines
_LEADING = 1.2  # times the size of the type, as most programs set it
_MIN_INDENT, _MAX_INDENT = 0.6, 5.0  # times the size of the type
_COLUMN_LINES = 4  # fewer do not tell how wide a column is
_ENDS = re.compile(r"[.!?…:][\"'”’»)\]]{0,2}(?:\d{1,2})?")
_LAST_WORD = re.compile(r"(?<!\w)(\w++)-$")
_BROKEN_WORD = re.compile(r"(?<!\w)\w++-\n\w++")
_WORD_CHARS = 100  # of a word that a line breaks; no language hyphenates a longer one
# Text set with hyphenation breaks a word in every tenth line or so; ragged text hardly ever.
_HYPHENATED_SHARE = 0.03
_IN_ADDRESS = (".", "/", "=", "_")
_FIRST_WORD = re.compile(r"\w+")
_HYPHENATED_WORD = re.compile(r"[\w-]++")
_NOTE = re.compile(r"(?:\d{1,3}|\[\d{1,3}\]|[*†‡§]{1,3})[ .)]? ?\S")


class Paragraph:
    """Printed lines that become one text, at the end: a text that grows is copied each time."""

    def __init__(self, line: Line, *, short: bool) -> None:
        self.size = line.size
        self._short = short
        self._single = True
        self._parts = [(line.page, "", line.text)]
        self._end = line.text[-_WORD_CHARS:]

    @property
    def ends(self) -> bool:
        """Whether the last line ends a sentence."""
        return bool(_ENDS.search(self._end[-6:]))

    @property
    def _breaks_word(self) -> bool:
        """Whether the last line ends within a word; "-ENDS-" and "the mill -" do not."""
        return bool(_LAST_WORD.search(self._end)) and not self._parts[-1][2].startswith("-")

    def goes_on_in(self, line: Line) -> bool:
        """Whether the next line belongs to the paragraph."""
        if not same_size(self.size, line.size):
            return False
        ended = self._short and (self._single or self.ends) and not self._breaks_word
        return not ended or (not self.ends and line.text[:1].islower())

    def resumes_in(self, line: Line, between: "Paragraph") -> bool:
        """Whether a line goes on with a sentence of this paragraph, after another text between them."""
        if self.ends or not same_size(self.size, line.size):
            return False
        return line.text[:1].islower() or (not self._short and between.size < self.size)

    def join(self, line: Line, hyphens: "Hyphens", *, short: bool) -> None:
        """Add a line: "sanc-", "tions" without the hyphen where that is how the word is written."""
        between = "" if self._breaks_word else " "
        if not between and hyphens.is_printed_only(self._end, line.text):
            page, before, text = self._parts[-1]
            self._parts[-1] = page, before, text[:-1]
            self._end = self._end[:-1]
        self._parts.append((line.page, between, line.text))
        self._end = (self._end + between + line.text)[-_WORD_CHARS:]
        self._short, self._single = short, False

    def text_after(self, page: int) -> tuple[str, int]:
        """Return the text, with a mark where each page after `page` begins, and the last page that did."""
        pieces: list[str] = []
        for number, between, text in self._parts:
            pieces += [between, PAGE_BREAK * (number - page), text]
            page = max(page, number)
        return "".join(pieces), page


class Hyphens:
    """Which hyphens at the ends of lines belong to their words; the text's other words are the evidence."""

    def __init__(self, lines: Sequence[Line]) -> None:
        unbroken, broken = _BROKEN_WORD.subn(" ", "\n".join(line.text for line in lines))
        words = (word.rstrip("-") for word in _HYPHENATED_WORD.findall(unbroken.casefold()))
        self._words = frozenset(word for word in words if word)
        self._hyphenates = broken > _HYPHENATED_SHARE * (len(lines) - 1)

    def is_printed_only(self, before: str, line: str) -> bool:
        """Whether the hyphen at the end of `before` only breaks a word, where the text has "sanctions"."""
        head, tail = _LAST_WORD.search(before), _FIRST_WORD.match(line)
        if head is None or tail is None:
            return False
        first, second = head[1].casefold(), tail[0].casefold()
        compound = is_compound(first, second, self._words) or before[: head.start()].endswith(_IN_ADDRESS)
        syllables = first + second in self._words or (self._hyphenates and not compound)
        return syllables and tail[0].islower()


def paragraphs(columns: Sequence[Sequence[Line]]) -> list[Paragraph]:
    """Return the paragraphs of columns in reading order.

    A line ends a paragraph where it is short for its column and ends a sentence; the next begins one where it
    is indented, set apart, or of another size. Short lines before the first long one (title, byline, date)
    stay as they are. What stands between two halves of a sentence, such as footnotes, follows its paragraph.
    """
    lines = [line for column in columns for line in column]
    hyphens, size, page_width, leading = Hyphens(lines), body_size(lines), _width(lines), _leading(columns)
    joined: list[Paragraph] = []
    current: Paragraph | None = None  # what the line before went to
    text: Paragraph | None = None  # the last one in the size of the text
    after_row = False
    for column in columns:
        width = _width(column) if len(column) >= _COLUMN_LINES else page_width
        margin = statistics.median_low([line.left for line in column])
        breaks = line_breaks(column, leading)
        for number, line in enumerate(column):
            short = line.width < _SHORT_LINE_SHARE * width
            above = column[number - 1] if number else None
            begins = (
                line.is_row
                or (above is not None and above.is_row)
                or (above is not None and is_apart(above, line, leading))
                or number in breaks.begins
                or (
                    number not in breaks.hanging
                    and _is_indented(column, number, margin, ended=current is None or current.ends)
                )
                or (line.size < size and bool(_NOTE.match(line.text)) and bool(current and current.ends))
            )
            if (
                current
                and not begins
                and not after_row
                and (number in breaks.hanging or current.goes_on_in(line))
            ):
                current.join(line, hyphens, short=short)
            elif text and current and text is not current and not begins and text.resumes_in(line, current):
                text.join(line, hyphens, short=short)
                current = text
            else:
                current = Paragraph(line, short=short)
                joined.append(current)
            if same_size(current.size, size):
                text = current
            after_row = line.is_row
    return joined


def printed(joined: Sequence[Paragraph], pages: int) -> str:
    """Return the text of paragraphs, with a mark where the second page and each later one begins."""
    page, texts = 1, []
    for paragraph in joined:
        text, page = paragraph.text_after(page)
        texts.append(text)
    return "\n\n".join(texts) + PAGE_BREAK * (pages - page)


def _width(lines: Sequence[Line]) -> float:
    """Return how wide most lines are, in points: the third quartile."""
    widths = [line.width for line in lines]
    return statistics.quantiles(widths, n=4)[-1] if len(widths) > 1 else sum(widths)


def _leading(columns: Sequence[Sequence[Line]]) -> float:
    """Return the usual distance of two lines of a paragraph, as a multiple of the size of their type.

    A line that begins in lower case goes on with its paragraph; where letters have case and none does, each
    line is a paragraph, and tells nothing.
    """
    pairs = [
        (above, line) for column in columns for above, line in pairwise(column)
        if same_size(above.size, line.size) and above.bottom > line.bottom
    ]  # fmt: skip
    within = [pair for pair in pairs if pair[1].text[:1].islower()]
    if not within and not any(line.text[:1].isupper() and not line.text.isupper() for _, line in pairs):
        within = pairs
    distances = [(above.bottom - line.bottom) / line.size for above, line in within]
    return statistics.median(distances) if distances else _LEADING


def _is_indented(column: Sequence[Line], number: int, margin: float, *, ended: bool) -> bool:
    """Whether the line begins further right than its column, after a sentence that `ended`.

    Within a column, that the next line does not is enough.
    """
    indents = [(line.left - margin) / line.size for line in column[number : number + 2]]
    is_first = number > 0 and indents[-1] < _MIN_INDENT
    return _MIN_INDENT < indents[0] < _MAX_INDENT and (ended or is_first)
