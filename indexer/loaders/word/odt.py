"""Reads OpenDocument texts (ISO/IEC 26300), zipped or flat, as a reader of the printed page sees them."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.assemble import ArticleDraft
from nutgraf.indexer.loaders.base import LoadOptions, UnreadableError
from nutgraf.indexer.loaders.word.manuscript import (
    Block,
    Manuscript,
    Style,
    Styles,
    cell_words,
    is_title_style,
    row_block,
    sets_the_page,
)
from nutgraf.indexer.loaders.word.odt_lists import Lists, list_styles
from nutgraf.indexer.loaders.word.package import Package, descendants, local, number, parsed, value

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_KIND = "OpenDocument text"
_REPEATED_CHARS = 200  # as for Word documents
_MOST_COLUMNS = 10_000
_MOST_SPACES = 8  # of a run; verse is not set further in
# Deletions are kept apart from the text, in `tracked-changes`; the elements below hold no text of the page.
_NOT_SHOWN = frozenset({
    "tracked-changes", "annotation", "ruby-text", "note-citation", "desc", "binary-data", "scripts",
    "script", "forms", "sequence-decls", "variable-decls", "user-field-decls", "dde-connection-decls",
})  # fmt: skip
_CHANGING = frozenset({"date", "time", "print-date", "print-time", "modification-date", "modification-time"})
_BLANKS = re.compile(r"[ \t\r\n]+")
_ENCODED = re.compile(r"_([0-9a-f]{2})_")


def read_odt(data: bytes, options: LoadOptions) -> ArticleDraft:
    """Return the article of an OpenDocument text; words in notes come last. Raises UnreadableError."""
    content, *others = _trees(data, options.max_bytes)
    trees = (content, *others)
    body = next(
        (text for part in descendants(content, "body") for text in part if local(text) == "text"), None
    )
    if body is None:
        raise UnreadableError(f"not an {_KIND}")
    styles = _styles(trees)
    story = _Story(body, styles, Lists(list_styles(trees)))
    headers = (header for tree in trees for header in descendants(tree, "header"))
    properties = {
        local(element): "".join(element.itertext())
        for tree in trees
        for meta in descendants(tree, "meta")
        for element in meta
    }
    return Manuscript(
        [*story.blocks, *story.notes],
        title=properties.get("title", ""),
        authors=properties.get("initial-creator") or properties.get("creator", ""),
        created=properties.get("creation-date") or properties.get("date", ""),
        headers=[
            block.text
            for header in headers
            for block in _Story(header, styles, Lists({}), is_header=True).blocks
        ],
    ).draft(options)


def _trees(data: bytes, max_bytes: int) -> list["Element"]:
    """Return the content, and the parts with styles and properties where they are apart from it."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return [parsed(data, _KIND)]
    package = Package(data, _KIND, max_bytes)
    if "content.xml" not in package.names:
        raise UnreadableError(f"not an {_KIND}")
    manifest = "META-INF/manifest.xml"
    if manifest in package.names and b"encryption-data" in package.read(manifest):
        raise UnreadableError(f"{_KIND} that needs a password")
    return [package.tree(n) for n in ("content.xml", "styles.xml", "meta.xml") if n in package.names]


def _styles(trees: Iterable["Element"]) -> Styles:
    return Styles({
        _key(style): Style(
            is_title=is_title_style(_name(style, "name")) or is_title_style(_name(style, "display-name")),
            hides={"": None, "none": True}.get(_display(style), False),
            parent=_key(style, "parent-style-name"),
        )
        for tree in trees
        for style in descendants(tree, "style")
    })  # fmt: skip


def _key(style: "Element", name: str = "name") -> str:
    """Return the key of a style, or of its parent: each family has names of its own."""
    return f"{value(style, 'family')} {value(style, name)}"


def _name(style: "Element", name: str) -> str:
    """Return the name of a style as people write it: "Heading_20_1" is "Heading 1"."""
    return _ENCODED.sub(lambda match: chr(int(match[1], 16)), value(style, name))


def _display(style: "Element") -> str:
    return next((value(child, "display") for child in style if local(child) == "text-properties"), "")


@dataclass(slots=True)
class _Paragraph:
    is_title: bool
    hidden: bool
    label: str = ""  # the number or the bullet of a list's item
    parts: list[str] = field(default_factory=list)
    boxes: list[Block] = field(default_factory=list)  # of the frames and shapes that are anchored in it


@dataclass(slots=True)
class _Row:
    column: int = 0
    cells: list[tuple[int, list[Block]]] = field(default_factory=list)  # with their columns
    labels: dict[int, str] = field(default_factory=dict)  # column -> words of a cell that goes on below


class _Story:
    """The blocks of one story, in the order of the document. Read without recursion."""

    def __init__(self, root: "Element", styles: Styles, lists: Lists, *, is_header: bool = False) -> None:
        self._styles = styles
        self._lists = lists
        self._is_header = is_header
        self.blocks: list[Block] = []
        self.notes: list[Block] = []
        self._open: list[_Paragraph | list[Block]] = [self.blocks]
        self._tables: list[dict[int, str]] = []  # the labels of the row above, by column
        self._rows: list[_Row] = []
        self._starts: dict[str, Callable[[Element], bool]] = {
            "p": self._start_paragraph,
            "h": self._start_paragraph,
            "list": lists.begin,
            "list-item": lists.begin_item,
            "span": self._start_span,
            "s": lambda element: self._write(" " * number(element, "c", 1, _MOST_SPACES)),
            "tab": lambda _: self._write("\t"),
            "line-break": lambda _: self._write("\n"),
            "title": lambda element: (
                "svg" not in str(element.tag)
            ),  # of a picture; the field has the name, too
            "section": lambda element: value(element, "display") != "none",
            "hidden-text": lambda element: value(element, "is-hidden") == "false",
            "hidden-paragraph": self._hide_paragraph,
            "note-body": lambda _: self._start_place(),
            "table": self._start_table,
            "table-row": self._start_row,
            "table-cell": self._start_cell,
            "covered-table-cell": self._covered_cell,
        }
        self._ends: dict[str, Callable[[Element], None]] = {
            "p": self._end_paragraph,
            "h": self._end_paragraph,
            "list": lambda _: lists.end(),
            "number": self._end_number,
            "note-body": self._end_note,
            "table": lambda _: self._tables.__delitem__(-1),
            "table-row": self._end_row,
            "table-cell": self._end_cell,
        }
        self._walk(root)

    def _walk(self, root: "Element") -> None:
        from lxml import etree

        walk = etree.iterwalk(root, events=("start", "end"), tag="*")
        skipped = None
        for event, element in walk:
            name = local(element)
            if event == "start":
                start = self._starts.get(name)
                if not self._is_shown(name) or (start is not None and not start(element)):
                    skipped = element
                    walk.skip_subtree()
                else:
                    self._write_collapsed(element.text)
                continue
            if element is not skipped and name in self._ends:
                self._ends[name](element)
            skipped = None
            if element is not root:
                self._write_collapsed(element.tail)

    def _is_shown(self, name: str) -> bool:
        changing = self._is_header and name in _CHANGING
        return name not in _NOT_SHOWN and not name.endswith("-source") and not changing

    def _write(self, text: str) -> bool:
        if isinstance(self._open[-1], _Paragraph):
            self._open[-1].parts.append(text)
        return True

    def _write_collapsed(self, text: str | None) -> None:
        if text:
            self._write(_BLANKS.sub(" ", text))

    def _add(self, blocks: Iterable[Block]) -> None:
        place = self._open[-1]
        (place.boxes if isinstance(place, _Paragraph) else place).extend(blocks)

    def _start_place(self) -> bool:
        self._open.append([])
        return True

    def _end_place(self) -> list[Block]:
        place = self._open.pop()
        return place.boxes if isinstance(place, _Paragraph) else place

    def _start_paragraph(self, element: "Element") -> bool:
        style = f"paragraph {value(element, 'style-name')}"
        top_heading = local(element) == "h" and value(element, "outline-level") in {"", "1"}
        is_title = top_heading or style in self._styles.titles
        hidden = style in self._styles.hidden
        self._open.append(_Paragraph(is_title, hidden, "" if hidden else self._lists.label()))
        return True

    def _end_number(self, _: "Element") -> None:
        """Part a number that is written from its heading; it is the label of that."""
        self._write_collapsed(" ")
        if isinstance(self._open[-1], _Paragraph):
            self._open[-1].label = ""

    def _end_paragraph(self, _: "Element") -> None:
        paragraph = self._open.pop()
        if isinstance(paragraph, _Paragraph):
            text = "" if paragraph.hidden else "".join(paragraph.parts).strip()
            text = text and paragraph.label + text
            self._add([Block(text, is_title=paragraph.is_title), *paragraph.boxes])

    def _start_span(self, element: "Element") -> bool:
        return f"text {value(element, 'style-name')}" not in self._styles.hidden

    def _hide_paragraph(self, element: "Element") -> bool:
        place = self._open[-1]
        if isinstance(place, _Paragraph) and value(element, "is-hidden") == "true":
            place.hidden = True
        return False

    def _end_note(self, _: "Element") -> None:
        self.notes.extend(self._end_place())

    def _start_table(self, _: "Element") -> bool:
        self._tables.append({})
        return True

    def _start_row(self, _: "Element") -> bool:
        self._rows.append(_Row())
        return True

    def _end_row(self, _: "Element") -> None:
        row = self._rows.pop()
        cells = [blocks for _, blocks in row.cells]
        if sets_the_page(cells, in_header=self._is_header):
            self._add(block for cell in cells for block in cell)
        else:
            words = {column: cell_words(cell) for column, cell in row.cells}
            self._add(row_block([*words.values()]))
            row.labels |= {c: w for c, w in words.items() if c in row.labels and len(w) <= _REPEATED_CHARS}
        if self._tables:
            self._tables[-1] = row.labels

    def _start_cell(self, element: "Element") -> bool:
        if self._rows:
            row = self._rows[-1]
            if number(element, "number-rows-spanned", 1, _MOST_COLUMNS) > 1:
                row.labels[row.column] = ""
        return self._start_place()

    def _end_cell(self, element: "Element") -> None:
        blocks = self._end_place()
        if self._rows:
            row = self._rows[-1]
            row.cells.append((row.column, blocks))
            row.column += number(element, "number-columns-repeated", 1, _MOST_COLUMNS)
        else:
            self._add(blocks)

    def _covered_cell(self, element: "Element") -> bool:
        """Say the label of the cell above that spans this one; what a covered cell holds is not shown."""
        if self._rows:
            row, above = self._rows[-1], self._tables[-1] if self._tables else {}
            if row.column in above:
                row.cells.append((row.column, [Block(above[row.column])]))
                row.labels[row.column] = ""
            row.column += number(element, "number-columns-repeated", 1, _MOST_COLUMNS)
        return False
