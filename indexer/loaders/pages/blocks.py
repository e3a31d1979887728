"""Parts a web page into blocks of text: paragraphs, headings, items, rows and captions, in their order.

Does not know which of them are the article's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.pages.boilerplate import name_words

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_BLOCK_TAGS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_TEXT_KINDS = frozenset(
    ["blockquote", "caption", "dd", "dt", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "li", "p", "pre"]
)
_CONTAINERS = frozenset(["article", "section", "main", "body", "td", "table"])
_CAPTION_NAMES = frozenset({"caption", "captions", "legende", "bildunterschrift"})
_WHOLE_TAGS = frozenset({"div", "figcaption", "p", "small", "span", "table"})
_LONGEST_CELL_CHARS = 300  # longer cells lay out a page; not compared
_LEAST_ROWS, _LEAST_CELLS = 2, 3
_SENTENCE_END = (".", "!", "?", "…", '"', "”", "“", "»", "'", "’", ")", ":", ";", "。", "！", "？")
# Shares of a block's text that were not compared with others.
_LINKED_SHARE = 0.9
_LINKED_ROW_SHARE = 0.95
_MOSTLY_LINKED = 0.5


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, item, row or caption: its text in one line, and the element that holds it.

    Of text that a page shows as it was typed (`pre`), the lines and their blanks stay.
    """

    text: str
    kind: str
    element: "HtmlElement"
    link_chars: int = 0
    led_by: str = ""
    """The text in front of the first link; all of it where there is none."""

    @property
    def linked(self) -> float:
        """The share of the text that is links."""
        return self.link_chars / len(self.text)

    @property
    def is_links(self) -> bool:
        """Whether most of the text is links; the rows of a table often name what they link to."""
        return self.linked >= (_LINKED_ROW_SHARE if self.kind == "tr" else _MOSTLY_LINKED)

    @property
    def is_link(self) -> bool:
        """Whether nearly all of the text is links."""
        return self.linked >= _LINKED_SHARE

    @property
    def ends_sentence(self) -> bool:
        """Whether the text ends as a sentence does."""
        return self.text.endswith(_SENTENCE_END)


def page_blocks(tree: "HtmlElement") -> list[Block]:
    """Return the blocks of text of a page in their order."""
    return _Walk(tree).blocks()


class _Walk:
    """A walk over a tree that collects text until the block that holds it ends."""

    def __init__(self, tree: "HtmlElement", *, wholes: bool = True) -> None:
        self._tree = tree
        self._wholes = wholes
        self._blocks: list[Block] = []
        self._parts: list[str] = []
        self._before_link: str | None = None
        self._link_chars = 0
        self._links = 0
        self._typed = 0
        self._kinds: dict[HtmlElement, str] = {}

    def blocks(self) -> list[Block]:
        """Return the blocks; tables of data and captions as a whole, unless `wholes` is false."""
        from lxml.etree import iterwalk

        walk = iterwalk(self._tree, events=("start", "end"))
        for event, element in walk:
            tag = element.tag
            if tag in _BLOCK_TAGS:
                self._flush(element.getparent() if event == "start" else element)
            if event == "start":
                if self._wholes and tag in _WHOLE_TAGS and (rows := _whole(element)):
                    self._flush(element.getparent())
                    self._blocks += rows
                    walk.skip_subtree()
                    continue
                if tag == "a":
                    self._links += 1
                    if self._before_link is None:
                        self._before_link = "".join(self._parts)
                self._typed += self._wholes and tag == "pre"
                self._add(element.text)
                continue
            self._typed -= self._wholes and tag == "pre"
            if tag == "a" and self._links:
                self._links -= 1
            if element is not self._tree:
                self._add(element.tail)
        self._flush(self._tree)
        return self._blocks

    def _add(self, text: str | None) -> None:
        if not text:
            return
        piece = text if self._typed else _single_spaced(text)
        # Only a style sheet parts "The bridge." from "Photograph: Ann Lee".
        if self._parts and piece[0].isupper() and self._parts[-1].endswith((".", "!", "?")):
            self._parts.append(" ")
        self._parts.append(piece)
        if self._links:
            self._link_chars += len(piece)

    def _flush(self, element: "HtmlElement | None") -> None:
        if self._parts:
            text = (
                _typed_lines("".join(self._parts)) if self._typed else " ".join("".join(self._parts).split())
            )
            if text and element is not None:
                led_by = text if self._before_link is None else " ".join(self._before_link.split())
                link_chars = min(self._link_chars, len(text))
                self._blocks.append(Block(text, self._kind(element), element, link_chars, led_by))
            self._parts, self._link_chars = [], 0
        self._before_link = "" if self._links else None

    def _kind(self, element: "HtmlElement") -> str:
        """Return the tag of the nearest element that says what kind of text this is, else "div"."""
        kind, inside = "div", []
        part: HtmlElement | None = element
        while part is not None:
            if part in self._kinds or part.tag in _TEXT_KINDS:
                kind = self._kinds.get(part, str(part.tag))
                break
            inside.append(part)
            part = None if part.tag in _CONTAINERS else part.getparent()
        self._kinds.update(dict.fromkeys(inside, kind))
        return kind


def _typed_lines(text: str) -> str:
    """Return the lines of a text without blank ones at its ends; blanks at the ends of lines go."""
    return "\n".join(line.rstrip() for line in text.expandtabs().split("\n")).strip("\n")


def _single_spaced(text: str) -> str:
    """Return a text with one blank for each run of white space, also at its ends."""
    words = " ".join(text.split())
    if not words:
        return " "
    return f"{' ' * text[0].isspace()}{words}{' ' * text[-1].isspace()}"


def _whole(element: "HtmlElement") -> list[Block]:
    """Return the blocks of an element that is read as a whole: the rows of a table, or a caption."""
    if element.tag == "table":
        return [*_rows(element)]
    if element.tag == "figcaption" or _is_caption(element):
        return [*_block(element, "figcaption", _one_line(element))]
    return []


def _block(element: "HtmlElement", kind: str, text: str) -> Iterator[Block]:
    if text:
        link_chars = sum(len(_one_line(link)) for link in element.iter("a"))
        yield Block(text, kind, element, min(link_chars, len(text)), text)


def _is_caption(element: "HtmlElement") -> bool:
    return (
        any(not _CAPTION_NAMES.isdisjoint(name) for name in name_words(element))
        and next(element.iterdescendants("img", "table", "figure", "figcaption"), None) is None
    )


def _rows(table: "HtmlElement") -> Iterator[Block]:
    """Yield the caption and the rows of a table that holds values; nothing of one that lays out the page."""
    if next(table.iterdescendants("table", "h1", "article", "form"), None) is not None:
        return
    rows = [[*row.iter("td", "th")] for row in table.iter("tr")]
    if sum(len(row) > 1 for row in rows) < _LEAST_ROWS and not _is_result(rows):
        return
    lines = {cell: _one_line(cell) for row in rows for cell in row}
    if any(len(line) > _LONGEST_CELL_CHARS for line in lines.values()):
        return
    for part in table.iter("caption", "tr"):
        texts = (
            [_one_line(part)] if part.tag == "caption" else [lines[cell] for cell in part.iter("td", "th")]
        )
        yield from _block(part, str(part.tag), " | ".join(filter(None, texts)))


def _is_result(rows: Sequence[Sequence["HtmlElement"]]) -> bool:
    """Whether a table has a row of values only: the result of a match."""
    if len(rows) != 1 or len(rows[0]) < _LEAST_CELLS:
        return False
    lines = [_one_line(cell) for cell in rows[0]]
    linked = any(next(cell.iter("a", "input"), None) is not None for cell in rows[0])
    return not linked and any(line.isdecimal() for line in lines)


def _one_line(element: "HtmlElement") -> str:
    if len(element) == 0:
        return " ".join((element.text or "").split())
    return " ".join(block.text for block in _Walk(element, wholes=False).blocks())
