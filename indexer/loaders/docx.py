"""Reads the paragraphs and table cells of Word documents. The archive is checked before it is unpacked."""

import io
import zipfile
import zlib

from nutgraf.indexer.loaders.assemble import ArticleDraft
from nutgraf.indexer.loaders.base import LoadOptions, UnreadableError, too_large
from nutgraf.indexer.loaders.text import draft_of, with_head

_MOST_PARTS = 5_000  # files in the archive: a bound against bombs, not measured
# Pictures hardly unpack to more than they are; only XML is held as a tree.
_ALL_PARTS_FACTOR = 5
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
    lines: list[str] = []
    title = ""
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            lines.extend(" | ".join(_cells(row)) for row in block.rows)
        elif not title and not lines and block.style is not None and block.style.name in _TITLE_STYLES:
            title = block.text.strip()
        elif block.text.strip() or lines:
            lines.append(block.text)
    text = "\n\n".join(lines)
    return with_head(ArticleDraft(text=text, title=title)) if title else draft_of(text)


def _cells(row: object) -> list[str]:
    """Return the words of a row; a merged cell is listed once for each column it spans, and counts once."""
    words: list[str] = []
    previous = None
    for cell in row.cells:  # type: ignore[attr-defined]  # python-docx is not typed
        if cell._tc is not previous:
            words.append(" ".join(cell.text.split()))
        previous = cell._tc
    return words


def _check_sizes(data: bytes, max_bytes: int) -> None:
    """Refuse a bomb by what the archive says of itself: zipfile never unpacks more than that."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise UnreadableError("broken Word document") from error
    if "word/document.xml" not in {part.filename for part in parts}:
        raise UnreadableError("not a Word document")
    xml_bytes = sum(part.file_size for part in parts if part.filename.endswith((".xml", ".rels")))
    all_bytes = sum(part.file_size for part in parts)
    if len(parts) > _MOST_PARTS or xml_bytes > max_bytes or all_bytes > _ALL_PARTS_FACTOR * max_bytes:
        raise UnreadableError(f"{too_large(max_bytes)} when unpacked")
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableError("Word document that needs a password")
