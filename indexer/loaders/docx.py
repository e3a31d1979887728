"""Reads the paragraphs and table cells of Word documents. The archive is checked before it is unpacked."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.assemble import ArticleDraft
from nutgraf.indexer.loaders.base import LoadOptions, UnreadableError, too_large
from nutgraf.indexer.loaders.text import draft_of, with_head

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.table import CT_Tbl, CT_Tc

_MOST_PARTS = 5_000  # files in the archive: a bound against bombs, not measured
# Pictures hardly unpack to more than they are; only XML is held as a tree.
_ALL_PARTS_FACTOR = 5
# The library takes some 20 µs an element; a book of a thousand pages has some hundred thousand of them.
_MOST_ELEMENTS = 500_000
# Of a cell that spans rows: a label is said again in each of them, a longer text is not.
_REPEATED_CHARS = 200
_TITLE_STYLES = frozenset({"Title", "Heading 1"})
_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the old container, which also wraps encrypted new documents


def read_docx(data: bytes, options: LoadOptions) -> ArticleDraft:
    """Return the article of a .docx.

    The document's properties are not read: they name the owner of the computer, and when the file was made.
    Raises UnreadableError.
    """
    if data.startswith(_LOCKED):
        raise UnreadableError("Word document that needs a password, or an old .doc")
    _check_sizes(data, options.max_bytes)
    import docx

    try:
        document = docx.Document(io.BytesIO(data))
    except (
        KeyError,
        ValueError,
        SyntaxError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:  # XML's is a SyntaxError
        raise UnreadableError("broken Word document") from error
    styles, other_style = _style_names(document)
    lines: list[str] = []
    title = ""
    for block in document.element.body.inner_content_elements:
        if hasattr(block, "tr_lst"):
            lines.extend(_rows(block))
            continue
        words = block.text
        if not title and not lines and styles.get(block.style, other_style) in _TITLE_STYLES:
            title = words.strip()
        elif lines or words.strip():
            lines.append(words)
    text = "\n\n".join(lines)
    return with_head(ArticleDraft(text=text, title=title)) if title else draft_of(text)


def _style_names(document: "Document") -> tuple[dict[str, str], str]:
    """Return the names of the paragraph styles by id, and that of the style of all other paragraphs.

    The library would look through all styles once more for each paragraph.
    """
    from docx.enum.style import WD_STYLE_TYPE

    names: dict[str, str] = {}
    for style in document.styles:
        if style.type == WD_STYLE_TYPE.PARAGRAPH and style.style_id is not None:
            names.setdefault(style.style_id, style.name or "")
    default = document.styles.default(WD_STYLE_TYPE.PARAGRAPH)
    return names, (default.name or "") if default is not None else ""


def _rows(table: "CT_Tbl") -> Iterator[str]:
    """Yield the words of each row.

    A cell is read once, however many columns it claims to span; the rows that it spans say its label again.
    """
    above: dict[int, str] = {}  # first column of a cell -> its words
    for row in table.tr_lst:
        cells: list[str] = []
        starts: dict[int, str] = {}
        column = row.grid_before
        for cell in row.tc_lst:
            continued = cell.vMerge == "continue" and column in above
            words = above[column] if continued else _words(cell)
            cells.append(words)
            starts[column] = words if len(words) <= _REPEATED_CHARS else ""
            column += cell.grid_span
        yield " | ".join(cells)
        above = starts


def _words(cell: "CT_Tc") -> str:
    return " ".join(" ".join(paragraph.text for paragraph in cell.p_lst).split())


def _check_sizes(data: bytes, max_bytes: int) -> None:
    """Refuse a bomb by what the archive says of itself: zipfile never unpacks more than that."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive, max_bytes)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise UnreadableError("broken Word document") from error


def _check_parts(archive: zipfile.ZipFile, max_bytes: int) -> None:
    parts = archive.infolist()
    if "word/document.xml" not in {part.filename for part in parts}:
        raise UnreadableError("not a Word document")
    trees = [part for part in parts if part.filename.endswith((".xml", ".rels"))]
    xml_bytes = sum(part.file_size for part in trees)
    all_bytes = sum(part.file_size for part in parts)
    if len(parts) > _MOST_PARTS or xml_bytes > max_bytes or all_bytes > _ALL_PARTS_FACTOR * max_bytes:
        raise UnreadableError(f"{too_large(max_bytes)} when unpacked")
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableError("Word document that needs a password")
    if sum(_elements(archive.read(part)) for part in trees) > _MOST_ELEMENTS:
        raise UnreadableError(f"more than {_MOST_ELEMENTS:,} elements")


def _elements(xml: bytes) -> int:
    """Return how many tags open in an XML part, at most a few too many."""
    return xml.count(b"<") - xml.count(b"</")
