"""The stories of a Word document (its body, a note, a page header): which words are shown, and where."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.word.labels import BULLET
from nutgraf.indexer.loaders.word.manuscript import (
    Block,
    Style,
    Styles,
    cell_words,
    is_title_style,
    row_block,
    sets_the_page,
)
from nutgraf.indexer.loaders.word.numbering import Counters, Numbering
from nutgraf.indexer.loaders.word.package import local, number, value
from nutgraf.indexer.loaders.word.symbols import symbol

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

# Of a cell that spans rows: a label is said again in each of them, a longer text is not.
_REPEATED_CHARS = 200
_MOST_COLUMNS = 10_000
_OFF = frozenset({"0", "false", "off"})
# Deleted and moved text, data of fields, and the readings that stand above ruby text.
_NOT_SHOWN = frozenset({"del", "moveFrom", "delText", "delInstrText", "rt", "tblGrid", "fldData"})
_WRITTEN = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "den": "/"}
_CHANGING = frozenset({"DATE", "TIME", "PRINTDATE", "SAVEDATE"})


def read_story(root: "Element", styles: "WordStyles", *, is_header: bool = False) -> "Story":
    """Read a story. An instruction that never ends would hide the rest: then all words are shown."""
    story = Story(root, styles, is_header=is_header)
    return Story(root, styles, without_fields=True) if story.ends_inside_a_field else story


class WordStyles(Styles):
    """The styles of a document, by id, which of them a paragraph has that names none, and its lists."""

    def __init__(self, trees: Sequence["Element"], numbering: Iterable["Element"]) -> None:
        self.numbering = Numbering(numbering, trees)
        styles: dict[str, Style] = {}
        self.default = ""
        for element in (child for tree in trees for child in tree if local(child) == "style"):
            name = value(element, "styleId")
            if value(element, "type") == "paragraph" and value(element, "default") not in {"", *_OFF}:
                self.default = name
            children = {local(child): child for child in element}
            styles[name] = Style(
                is_title="name" in children and is_title_style(value(children["name"], "val")),
                hides=_is_vanished(children.get("rPr", ())),
                parent=value(children["basedOn"], "val") if "basedOn" in children else "",
            )
        super().__init__(styles)


def _is_on(element: "Element") -> bool:
    return value(element, "val").lower() not in _OFF


def _is_vanished(properties: Iterable["Element"]) -> bool | None:
    """Whether these properties hide text; None where they do not say."""
    return next((_is_on(child) for child in properties if local(child) == "vanish"), None)


def _properties(element: "Element", name: str) -> Sequence["Element"]:
    """Return the properties of an element, which stand first in it."""
    return next((child for child in element[:2] if local(child) == name), ())


@dataclass(slots=True)
class _Paragraph:
    style: str
    hidden: bool = False
    # Its mark is deleted or hidden, or it is the large letter at the start of the next one.
    joins_next: bool = False
    label: str = ""  # the number or the bullet before it
    parts: list[str] = field(default_factory=list)
    boxes: list[Block] = field(default_factory=list)  # of the text boxes that are anchored in it


@dataclass(slots=True)
class _Cell:
    columns: int
    continues: bool  # it is the lower part of the cell above
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class _Row:
    first_column: int
    cells: list[_Cell] = field(default_factory=list)


@dataclass(slots=True)
class _Field:
    instruction: list[str] = field(default_factory=list)
    is_shown: bool = False  # from its separator on: what stands before that is the instruction


class Story:
    """The blocks of one story: the body, a note, a header. Read without recursion: documents may be deep.

    Of a header the results of fields that change by themselves, as today's date, are left out.
    With `without_fields` all words count as shown, also those that look like instructions.
    """

    def __init__(
        self,
        root: "Element",
        styles: WordStyles,
        *,
        is_header: bool = False,
        without_fields: bool = False,
    ) -> None:
        self._styles = styles
        self._is_header = is_header
        self._without_fields = without_fields
        self.notes: list[tuple[str, str]] = []  # part and id
        self.diagrams: list[str] = []  # ids of relations
        self.chunks: list[str] = []  # ids of relations
        self._sinks: list[list[Block]] = [[]]
        self._paragraphs: list[_Paragraph] = []
        self._tables: list[dict[int, str]] = []  # the labels of the row above, by column
        self._rows: list[_Row] = []
        self._cells: list[_Cell] = []
        self._alternatives: list[int] = []  # how much was written before each
        self._fields: list[_Field] = []
        self._unshown_fields = 0
        self._carried: list[str] = []
        self._written = 0
        self._counters = Counters(styles.numbering)
        self._starts: dict[str, Callable[[Element], bool]] = {
            "p": self._start_paragraph,
            "r": self._start_run,
            "t": self._write_text,
            "sym": self._write_symbol,
            "textpath": self._write_text_path,
            "fldChar": self._field_mark,
            "fldSimple": lambda element: not self._is_changing(value(element, "instr")),
            "instrText": self._instruction,
            "footnoteReference": lambda element: self._note("footnotes", element),
            "endnoteReference": lambda element: self._note("endnotes", element),
            "relIds": self._diagram,
            "altChunk": self._chunk,
            "AlternateContent": self._start_alternatives,
            "Choice": self._is_first_alternative,
            "Fallback": self._is_first_alternative,
            "txbxContent": self._start_sink,
            "tbl": self._start_table,
            "tr": self._start_row,
            "tc": self._start_cell,
        }
        self._ends: dict[str, Callable[[], None]] = {
            "p": self._end_paragraph,
            "AlternateContent": lambda: self._alternatives.__delitem__(-1),
            "txbxContent": self._end_text_box,
            "tbl": lambda: self._tables.__delitem__(-1),
            "tr": self._end_row,
            "tc": self._end_cell,
        }
        self._walk(root)
        self._flush()

    @property
    def blocks(self) -> list[Block]:
        """What was read, in the order of the document."""
        return self._sinks[0]

    @property
    def ends_inside_a_field(self) -> bool:
        """Whether an instruction or a result has no end."""
        return bool(self._fields)

    def _walk(self, root: "Element") -> None:
        from lxml import etree

        walk = etree.iterwalk(root, events=("start", "end"), tag="*")
        skipped = None
        for event, element in walk:
            name = local(element)
            if event == "start":
                if name in _WRITTEN:
                    self._write(_WRITTEN[name])
                start = self._starts.get(name)
                if name in _NOT_SHOWN or name.endswith("Pr") or (start is not None and not start(element)):
                    skipped = element
                    walk.skip_subtree()
            elif element is skipped:
                skipped = None
            elif name in self._ends:
                self._ends[name]()

    def _write(self, text: str) -> None:
        if self._unshown_fields or not text:
            return
        self._written += 1
        if self._paragraphs:
            self._paragraphs[-1].parts.append(text)
        else:
            self._sinks[-1].append(Block(text))

    def _flush(self) -> None:
        """Close a paragraph that was to run on into a next one, where none follows."""
        if self._carried:
            self._sinks[-1].append(Block("".join(self._carried).strip()))
            self._carried = []

    def _start_paragraph(self, element: "Element") -> bool:
        paragraph = _Paragraph(self._styles.default, parts=self._carried)
        self._carried = []
        numbered = None
        for child in _properties(element, "pPr"):
            name = local(child)
            if name == "pStyle":
                paragraph.style = value(child, "val")
            elif name == "numPr":
                numbered = child
            elif name == "framePr" and value(child, "dropCap") in {"drop", "margin"}:
                paragraph.joins_next = True
            elif name == "rPr":
                deleted = any(local(mark) in {"del", "moveFrom"} for mark in child)
                paragraph.joins_next |= deleted or bool(_is_vanished(child))
        paragraph.hidden = paragraph.style in self._styles.hidden
        if not paragraph.hidden and not paragraph.joins_next:
            paragraph.label = self._counters.label(paragraph.style, numbered)
        self._paragraphs.append(paragraph)
        return True

    def _end_paragraph(self) -> None:
        paragraph = self._paragraphs.pop()
        if paragraph.joins_next:
            self._carried = paragraph.parts
        else:
            text = "".join(paragraph.parts).strip()
            # An empty paragraph with a number is the number of a row, or nothing that anybody sees.
            if text or (self._cells and paragraph.label != BULLET):
                text = f"{paragraph.label}{text}".strip()
            self._sinks[-1].append(Block(text, is_title=paragraph.style in self._styles.titles))
        self._sinks[-1].extend(paragraph.boxes)

    def _start_run(self, element: "Element") -> bool:
        hidden = bool(self._paragraphs) and self._paragraphs[-1].hidden
        properties = _properties(element, "rPr")
        for child in properties:
            if local(child) == "rStyle" and value(child, "val") in self._styles.hidden:
                hidden = True
        vanished = _is_vanished(properties)
        return not (hidden if vanished is None else vanished)

    def _write_text(self, element: "Element") -> bool:
        self._write((element.text or "").replace("\n", " "))
        return True

    def _write_symbol(self, element: "Element") -> bool:
        self._write(symbol(value(element, "font"), value(element, "char")))
        return True

    def _write_text_path(self, element: "Element") -> bool:
        self._write(value(element, "string"))
        return True

    def _field_mark(self, element: "Element") -> bool:
        mark = value(element, "fldCharType")
        if self._without_fields:
            return True
        if mark == "begin":
            self._fields.append(_Field())
            self._unshown_fields += 1
        elif mark == "separate" and self._fields and not self._fields[-1].is_shown:
            shown = not self._is_changing("".join(self._fields[-1].instruction))
            self._fields[-1].is_shown = shown
            self._unshown_fields -= shown
        elif mark == "end" and self._fields:
            self._unshown_fields -= not self._fields.pop().is_shown
        return True

    def _instruction(self, element: "Element") -> bool:
        if self._fields:
            self._fields[-1].instruction.append(element.text or "")
        return False

    def _is_changing(self, instruction: str) -> bool:
        return self._is_header and (instruction.split() or [""])[0].upper() in _CHANGING

    def _note(self, part: str, element: "Element") -> bool:
        self.notes.append((part, value(element, "id")))
        return True

    def _diagram(self, element: "Element") -> bool:
        self.diagrams.append(value(element, "dm"))
        return True

    def _chunk(self, element: "Element") -> bool:
        self.chunks.append(value(element, "id"))
        return True

    def _start_alternatives(self, _: "Element") -> bool:
        self._alternatives.append(self._written)
        return True

    def _is_first_alternative(self, _: "Element") -> bool:
        """Whether nothing was read from the alternatives before: they say the same in another way."""
        return not self._alternatives or self._alternatives[-1] == self._written

    def _start_sink(self, _: "Element") -> bool:
        self._sinks.append([])
        return True

    def _end_sink(self) -> list[Block]:
        self._flush()
        return self._sinks.pop()

    def _end_text_box(self) -> None:
        blocks = self._end_sink()
        (self._paragraphs[-1].boxes if self._paragraphs else self._sinks[-1]).extend(blocks)

    def _start_table(self, _: "Element") -> bool:
        self._flush()
        self._tables.append({})
        return True

    def _start_row(self, element: "Element") -> bool:
        properties = _properties(element, "trPr")
        names = {local(child) for child in properties}
        if names & {"del", "hidden"}:
            return False
        before = next((child for child in properties if local(child) == "gridBefore"), None)
        self._rows.append(_Row(0 if before is None else number(before, "val", 0, _MOST_COLUMNS)))
        return True

    def _end_row(self) -> None:
        row = self._rows.pop()
        cells = [cell.blocks for cell in row.cells]
        above = self._tables[-1] if self._tables else {}
        labels: dict[int, str] = {}
        if sets_the_page(cells, in_header=self._is_header):
            self._sinks[-1].extend(block for cell in cells for block in cell)
        else:
            words, column = [], row.first_column
            for cell in row.cells:
                continued = cell.continues and column in above
                words.append(above[column] if continued else cell_words(cell.blocks))
                labels[column] = words[-1] if len(words[-1]) <= _REPEATED_CHARS else ""
                column += cell.columns
            self._sinks[-1].extend(row_block(words))
        if self._tables:
            self._tables[-1] = labels

    def _start_cell(self, element: "Element") -> bool:
        properties = {local(child): child for child in _properties(element, "tcPr")}
        if "cellDel" in properties:
            return False
        span, merge = properties.get("gridSpan"), properties.get("vMerge")
        columns = 1 if span is None else number(span, "val", 1, _MOST_COLUMNS)
        self._cells.append(_Cell(columns, merge is not None and value(merge, "val") in {"", "continue"}))
        return self._start_sink(element)

    def _end_cell(self) -> None:
        cell = self._cells.pop()
        cell.blocks = self._end_sink()
        if self._rows:
            self._rows[-1].cells.append(cell)
        else:
            self._sinks[-1].extend(cell.blocks)
