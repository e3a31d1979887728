"""Reads what is printed on the pages of a PDF, and where. The one home of pypdfium2."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Any

from nutgraf.indexer.clean import PAGE_BREAK
from nutgraf.indexer.loaders.base import LoadOptions, UnreadableError, too_large
from nutgraf.indexer.loaders.pdf.layout import Line
from nutgraf.indexer.loaders.pdf.ocr import PageReader

_MOST_PAGES = 2_000  # a bound against hostile files; no newspaper has as many
# pdfium writes a hyphen at the end of a line as one of the two characters, and swallows the newline.
_PRINTED_WORD = re.compile(r"([^\s\x02\ufffe]++)([\x02\ufffe]?+)([\r\n]?+)")
_LETTERS = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\0": "", PAGE_BREAK: ""}
)
_GAP = 1.0  # times the size of the type: wider blanks part columns and cells, not words; not compared
_DPI = 300  # of a picture of a page: Tesseract's manual says that it reads best from 300 on
_MOST_PIXELS = 25_000_000  # a sheet of A3 at 300 dots per inch has 17 million
_STAMP_CHARS = 60  # that programs print on a scanned page; not measured
_COVERED = 0.5  # of a scanned page is picture; not measured
_MOST_PICTURES = 1_000
_LEAST_SIZE = 0.1  # points
_MOST_SLANT = 0.05  # of a quarter turn; scanned pages lie a little askew


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """A page's lines; `is_picture` tells that it is a picture whose words were not read."""

    lines: list[Line]
    is_picture: bool = False


def read_pages(data: bytes, options: LoadOptions) -> tuple[list[PrintedPage], str]:
    """Return what is printed on each page, and the title that the file's metadata state.

    UnreadableError where the file is locked, broken, or too long.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise UnreadableError("PDF that needs a password" if locked else "broken PDF") from error
    with ExitStack() as stack:
        stack.callback(document.close)
        title = str(document.get_metadata_dict().get("Title") or "")
        if len(document) > _MOST_PAGES:
            raise UnreadableError(f"more than {_MOST_PAGES:,} pages")
        reader = cache(lambda: stack.enter_context(PageReader(options.ocr)))
        pages: list[PrintedPage] = []
        chars = 0
        for number in range(1, len(document) + 1):
            try:
                page = document[number - 1]
                textpage = page.get_textpage()
            except pypdfium2.PdfiumError:  # such a page is empty in every PDF viewer
                pages.append(PrintedPage([]))
                continue
            chars += textpage.count_chars()
            if chars > options.max_bytes:
                raise UnreadableError(too_large(options.max_bytes))
            pages.append(_printed(page, textpage, number, reader if options.ocr else None))
            page.close()
    return pages, title.translate(_LETTERS).strip()


def _printed(
    page: Any,  # noqa: ANN401 - pypdfium2 is not typed
    textpage: Any,  # noqa: ANN401
    number: int,
    reader: Callable[[], PageReader] | None,
) -> PrintedPage:
    """Return what is printed on a page; where it is a picture, what the reader reads, if there is one."""
    lines = _lines(_upright(list(_words(page, textpage, number))))
    if sum(len(line.text) for line in lines) >= _STAMP_CHARS or not _is_picture(page):
        return PrintedPage(lines)
    return (
        PrintedPage(lines, is_picture=True) if reader is None else PrintedPage(_read(page, number, reader()))
    )


def _is_picture(page: Any) -> bool:  # noqa: ANN401
    """Whether pictures cover half of the page or more."""
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    bounds = (picture.get_bounds() for picture in page.get_objects(filter=(FPDF_PAGEOBJ_IMAGE,), max_depth=3))
    areas = ((right - left) * (top - bottom) for left, bottom, right, top in islice(bounds, _MOST_PICTURES))
    return bool(sum(areas) >= _COVERED * page.get_width() * page.get_height())


def _read(page: Any, number: int, reader: PageReader) -> list[Line]:  # noqa: ANN401
    """Return the lines that are read from a picture of the page."""
    scale = min(_DPI / 72, math.sqrt(_MOST_PIXELS / (page.get_width() * page.get_height())))
    bitmap = page.render(scale=scale, grayscale=True)
    grey = bytes(bitmap.buffer)
    lines = reader.lines(grey, bitmap.width, bitmap.height, page=number, dpi=scale * 72)
    bitmap.close()
    return lines


@dataclass(frozen=True, slots=True)
class _Word:
    """A printed word: `turned` is its angle in quarters of a turn; None where it is slanted."""

    line: Line
    turned: int | None
    ends_line: bool


def _words(page: Any, textpage: Any, number: int) -> Iterator[_Word]:  # noqa: ANN401 - pypdfium2 is not typed
    """Yield the words of a page in the order in which pdfium reads them; none that stand beside the page."""
    from pypdfium2 import raw

    left, bottom, right, top = page.get_bbox()
    handle, count = textpage.raw, textpage.count_chars()
    text = textpage.get_text_range()
    if len(text) != count:  # a character outside of the Basic Multilingual Plane, or one without a meaning
        text = "".join(chr(raw.FPDFText_GetUnicode(handle, index)) for index in range(count))
    first, last, matrix = raw.FS_RECTF(), raw.FS_RECTF(), raw.FS_MATRIX()
    for match in _PRINTED_WORD.finditer(text):
        start, end = match.span(1)
        raw.FPDFText_GetLooseCharBox(handle, start, first)
        raw.FPDFText_GetLooseCharBox(handle, end - 1, last)
        raw.FPDFText_GetMatrix(handle, start, matrix)
        angle = math.atan2(matrix.b, matrix.a) / (math.pi / 2)
        line = Line(
            match[1].translate(_LETTERS) + ("-" if match[2] else ""),
            number,
            min(first.left, last.left),
            max(first.right, last.right),
            min(first.bottom, last.bottom),
            max(first.top, last.top),
            max(_LEAST_SIZE, abs(raw.FPDFText_GetFontSize(handle, start)) * math.hypot(matrix.c, matrix.d)),
        )
        turned = round(angle) % 4 if abs(angle - round(angle)) < _MOST_SLANT else None
        is_seen = left <= line.right and line.left <= right and bottom <= line.top and line.bottom <= top
        if line.text and is_seen and line.size < math.inf:
            yield _Word(line, turned, bool(match[2] or match[3]))


def _upright(words: list[_Word]) -> list[_Word]:
    """Return the words that are turned as most are, and turn them upright: stamps across a page are no text.

    Words of languages that are written from the right are mirrored, so that each line begins at the left.
    """
    turns: Counter[int | None] = Counter()
    for word in words:
        turns[word.turned] += len(word.line.text)
    turned = turns.most_common(1)[0][0] if turns else None
    kept = [word for word in words if word.turned == turned]
    sideways = sum(unicodedata.bidirectional(word.line.text[0]) in {"R", "AL"} for word in kept)
    mirrored = 2 * sideways > len(kept)
    if not turned and not mirrored:
        return kept
    return [replace(word, line=_turned(word.line, turned or 0, mirrored=mirrored)) for word in kept]


def _turned(line: Line, quarters: int, *, mirrored: bool) -> Line:
    """Return the line with the page turned back by as many quarters of a turn."""
    left, right, bottom, top = line.left, line.right, line.bottom, line.top
    for _ in range(quarters):
        left, right, bottom, top = bottom, top, -right, -left
    if mirrored:
        left, right = -right, -left
    return replace(line, left=left, right=right, bottom=bottom, top=top)


def _lines(words: Iterable[_Word]) -> list[Line]:
    """Join words that stand side by side."""
    lines: list[list[Line]] = []
    goes_on = False
    for word in words:
        if goes_on and _is_beside(lines[-1][-1], word.line):
            lines[-1].append(word.line)
        else:
            lines.append([word.line])
        goes_on = not word.ends_line
    return [_joined(line) for line in lines]


def _is_beside(before: Line, word: Line) -> bool:
    gap = max(word.left - before.right, before.left - word.right)
    return gap < _GAP * max(before.size, word.size) and before.bottom < word.top and word.bottom < before.top


def _joined(words: list[Line]) -> Line:
    sizes: Counter[float] = Counter()
    for word in words:
        sizes[word.size] += len(word.text)
    return Line(
        " ".join(word.text for word in words),
        words[0].page,
        min(word.left for word in words),
        max(word.right for word in words),
        min(word.bottom for word in words),
        max(word.top for word in words),
        sizes.most_common(1)[0][0],
    )
