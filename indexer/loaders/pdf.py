"""PDF: the text of the pages, with its printed lines joined to paragraphs again. Reads no images (no OCR)."""

import re
import statistics
from typing import Any

from indexer.clean import normalise
from indexer.loaders.assemble import Draft
from indexer.loaders.base import LoadOptions, UnreadableError, too_large
from indexer.loaders.text import read_text, with_head

_MOST_PAGES = 2_000
_NO_TITLE = re.compile(
    r"untitled.{0,20}|microsoft word.{0,300}|.{0,200}\.(?:docx?|pdf|indd|qxd|rtf|odt)", re.IGNORECASE
)
_SHORT_LINE_SHARE = 0.75
_TITLE_CHARS = 200
_ENDS = re.compile(r"[.!?…:][\"'”’)]{0,2}")
# pdfium writes a hyphen at the end of a line as one of these, and swallows the newline.
_LINE_HYPHEN = re.compile("[\x02\ufffe]\r?\n?")
_LAST_WORD = re.compile(r"(\w+)-$")
_FIRST_WORD = re.compile(r"\w+")


def read_pdf(data: bytes, options: LoadOptions) -> Draft:
    """Return the article of a PDF; UnreadableError where it is locked, broken or only pictures."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise UnreadableError("PDF that needs a password" if locked else "broken PDF") from error
    try:
        pages = _pages(document, options)
        title = str(document.get_metadata_dict().get("Title") or "").strip()
    finally:
        document.close()
    if not any(page.strip() for page in pages):
        raise UnreadableError("PDF without text (pictures of pages?)")
    text = paragraphs("\n".join(pages))
    if not title or len(title) > _TITLE_CHARS or _NO_TITLE.fullmatch(title):
        return read_text(text)
    first, _, rest = text.partition("\n")
    body = rest if first.strip().casefold() == normalise(title).casefold() else text
    return with_head(Draft(text=body.strip("\n"), title=title))


def paragraphs(text: str) -> str:
    """Join printed lines: a line ends a paragraph where it is short for its column and ends a sentence.

    Lines before the first long one (title, byline, date) stay as they are.
    """
    lines = normalise(_LINE_HYPHEN.sub("-\n", text)).split("\n")
    lengths = [len(line) for line in lines if line.strip()]
    if not lengths:
        return ""
    width = statistics.quantiles(lengths, n=4)[-1] if len(lengths) > 1 else lengths[0]
    words = frozenset(re.findall(r"[\w-]*\w", text.casefold()))
    joined: list[str] = []
    open_line = False
    for line in (line.strip() for line in lines):
        if open_line and line:
            joined[-1] = _joined(joined[-1], line, words)
        elif line:
            joined.append(line)
        short = len(line) < _SHORT_LINE_SHARE * width
        open_line = bool(line) and not (short and (not open_line or bool(_ENDS.search(line[-3:]))))
    return "\n\n".join(joined)


def _joined(before: str, line: str, words: frozenset[str]) -> str:
    """Join two printed lines; the text's own words decide whether a hyphen between them belongs to a word.

    "nuclear-" + "armed" keeps it where both are words of the text, "sanc-" + "tions" loses it.
    """
    head, tail = _LAST_WORD.search(before), _FIRST_WORD.match(line)
    if head is None or tail is None:
        return before + ("" if before.endswith("-") else " ") + line
    first, second = head[1].casefold(), tail[0].casefold()
    if first + second in words or not second.islower():
        keeps = first + second not in words
    else:
        keeps = f"{first}-{second}" in words or {first, second} <= words
    return (before if keeps else before[:-1]) + line


def _pages(document: Any, options: LoadOptions) -> list[str]:  # noqa: ANN401 - pypdfium2 is not typed
    """Return the text of each page; a page that pdfium cannot read is left out, as in every PDF viewer."""
    import pypdfium2

    if len(document) > _MOST_PAGES:
        raise UnreadableError(f"more than {_MOST_PAGES:,} pages")
    pages: list[str] = []
    for number in range(len(document)):
        try:
            page = document[number]
            pages.append(page.get_textpage().get_text_bounded())
            page.close()
        except pypdfium2.PdfiumError:
            continue
        if sum(map(len, pages)) > options.max_bytes:
            raise UnreadableError(too_large(options.max_bytes))
    return pages
