"""The stories of an RTF document: paragraphs and tables, as its control words open and close them."""

import re
from dataclasses import dataclass, field

from nutgraf.indexer.loaders.word.labels import BULLET
from nutgraf.indexer.loaders.word.manuscript import Block, cell_words, row_block, sets_the_page

_SURROGATE = re.compile("[\ud800-\udfff]")


def joined(parts: list[str]) -> str:
    """Return the parts as one text; a character beyond the first plane comes in two halves."""
    text = "".join(parts).strip()
    halves = _SURROGATE.search(text) is not None
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if halves else text


@dataclass(slots=True)
class _Level:
    """A table, or a table in a cell of the one above: the open cell, and the cells of the open row."""

    cell: list[Block] = field(default_factory=list)
    row: list[list[Block]] = field(default_factory=list)


class Story:
    """Paragraphs and tables of the body, a note, a text box, a page header, or the label of a list's item."""

    def __init__(self, kind: str = "body") -> None:
        self.kind = kind
        self.blocks: list[Block] = []
        self.boxes: list[Block] = []  # of the text boxes that are anchored in the open paragraph
        self.has_bullet = False  # the open paragraph
        self._parts: list[str] = []
        self._levels: list[_Level] = []

    def write(self, text: str) -> None:
        """Add to the open paragraph."""
        self._parts.append(text)

    def end_paragraph(self, level: int, *, is_title: bool = False) -> None:
        """Close a paragraph, which stands in a table of this level; 0 is the page."""
        text = joined(self._parts)
        place = self._place(level)
        if text:
            place.append(Block(f"{BULLET}{text}" if self.has_bullet else text, is_title=is_title))
        place.extend(self.boxes)
        self._parts, self.boxes, self.has_bullet = [], [], False

    def end_cell(self, level: int) -> None:
        """Close a cell of a table of this level, 1 or more."""
        self.end_paragraph(level)
        table = self._levels[level - 1]
        table.row.append(table.cell)
        table.cell = []

    def end_row(self, level: int) -> None:
        """Close a row of a table of this level, 1 or more."""
        place, table = self._place(level - 1), self._level(level)
        cells, table.row = table.row, []
        if sets_the_page(cells, in_header=self.kind == "header"):
            place.extend(block for cell in cells for block in cell)
        else:
            place.extend(row_block([*map(cell_words, cells)]))

    def close(self) -> list[Block]:
        """Close what is open, and return all blocks."""
        self.end_paragraph(len(self._levels))
        for level in range(len(self._levels), 0, -1):
            if self._level(level).cell:
                self.end_cell(level)
            self.end_row(level)
        return self.blocks

    def _level(self, level: int) -> _Level:
        while len(self._levels) < level:
            self._levels.append(_Level())
        return self._levels[level - 1]

    def _place(self, level: int) -> list[Block]:
        return self._level(level).cell if level else self.blocks
