"""Reads the text of PDF pages and joins the printed lines to paragraphs. Reads no images (no OCR)."""

import re
import statistics
from typing import Any

from nutgraf.indexer.clean import normalise
from nutgraf.indexer.loaders.assemble import ArticleDraft
from nutgraf.indexer.loaders.base import LoadOptions, UnreadableError, too_large
from nutgraf.indexer.loaders.text import draft_of, with_head

_MOST_PAGES = 2_000  # a bound against hostile files; no newspaper has as many
_NO_TITLE = re.compile(
    r"untitled.{0,20}|microsoft word.{0,300}|.{0,200}\.(?:docx?|pdf|indd|qxd|rtf|odt)", re.IGNORECASE
)
_SHORT_LINE_SHARE = 0.75  # of the width of most lines; tried on the test files of the loaders only
_TITLE_CHARS = 200
_ENDS = re.compile(r"[.!?…:][\"'”’)]{0,2}")
# pdfium writes a hyphen at the end of a line as one of these, and swallows the newline.
_LINE_HYPHEN = re.compile("[\x02\ufffe]\r?\n?")
_LAST_WORD = re.compile(r"(?<!\w)(\w++)-$")
_BROKEN_WORD = re.compile(r"(?<!\w)\w++-\n\w++")
_WORD_CHARS = 100  # of a word that a line breaks; no language hyphenates a longer one
# Text set with hyphenation breaks a word in every tenth line or so; ragged text hardly ever.
_HYPHENATED_SHARE = 0.03
_FIRST_WORD = re.compile(r"\w+")
_HYPHENATED_WORD = re.compile(r"[\w-]++")


def read_pdf(data: bytes, options: LoadOptions) -> ArticleDraft:
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
        return draft_of(text)
    first, _, rest = text.partition("\n")
    body = rest if first.strip().casefold() == normalise(title).casefold() else text
    return with_head(ArticleDraft(text=body.strip("\n"), title=title))


def paragraphs(text: str) -> str:
    """Join printed lines: a line ends a paragraph where it is short for its column and ends a sentence.

    Lines before the first long one (title, byline, date) stay as they are.
    """
    lines = normalise(_LINE_HYPHEN.sub("-\n", text)).split("\n")
    lengths = [len(line) for line in lines if line.strip()]
    if not lengths:
        return ""
    width = statistics.quantiles(lengths, n=4)[-1] if len(lengths) > 1 else lengths[0]
    hyphens = _Hyphens("\n".join(lines))
    joined: list[_Paragraph] = []
    open_line = False
    for line in (line.strip() for line in lines):
        if open_line and line:
            joined[-1].join(line, hyphens)
        elif line:
            joined.append(_Paragraph(line))
        short = len(line) < _SHORT_LINE_SHARE * width
        ends = short and (not open_line or bool(_ENDS.search(line[-3:])))
        open_line = bool(line) and (not ends or bool(_LAST_WORD.search(line)))
    return "\n\n".join(paragraph.text for paragraph in joined)


class _Paragraph:
    """Printed lines that become one, at the end: a text that grows is copied each time."""

    def __init__(self, line: str) -> None:
        self._parts = [line]
        self._end = line[-_WORD_CHARS:]

    @property
    def text(self) -> str:
        """The lines as one."""
        return "".join(self._parts)

    def join(self, line: str, hyphens: "_Hyphens") -> None:
        """Add a line: "sanc-", "tions" without the hyphen where that is how the word is written."""
        if not self._end.endswith("-"):
            line = " " + line
        elif hyphens.is_printed_only(self._end, line):
            self._parts[-1] = self._parts[-1][:-1]
            self._end = self._end[:-1]
        self._parts.append(line)
        self._end = (self._end + line)[-_WORD_CHARS:]


class _Hyphens:
    """Which hyphens at the ends of lines belong to their words; the text's other words are the evidence."""

    def __init__(self, text: str) -> None:
        unbroken, broken = _BROKEN_WORD.subn(" ", text)
        words = (word.rstrip("-") for word in _HYPHENATED_WORD.findall(unbroken.casefold()))
        self._words = frozenset(word for word in words if word)
        self._hyphenates = broken > _HYPHENATED_SHARE * text.count("\n")

    def is_printed_only(self, before: str, line: str) -> bool:
        """Whether the hyphen at the end of `before` only breaks a word, where the text has "sanctions"."""
        head, tail = _LAST_WORD.search(before), _FIRST_WORD.match(line)
        if head is None or tail is None:
            return False
        first, second = head[1].casefold(), tail[0].casefold()
        compound = f"{first}-{second}" in self._words or {first, second} <= self._words
        syllables = first + second in self._words or (self._hyphenates and not compound)
        return syllables and tail[0].islower()


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
