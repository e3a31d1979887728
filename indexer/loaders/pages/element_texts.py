"""The texts of a tree's elements, and where in the text of the whole each of them begins."""

from collections.abc import Set
from typing import TYPE_CHECKING

from nutgraf.indexer.written_dates import LONGEST_CHARS

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LABEL_CHARS, _LABEL_LEVELS = 40, 3  # of the words before a date, and how far up they stand; not measured


class Texts:
    """The text of a tree: where each element begins and how long it is, and the text of the short ones.

    The text has no words of the `others`.
    """

    def __init__(self, root: "HtmlElement", others: Set["HtmlElement"]) -> None:
        self.elements = [element for element in root.iter() if isinstance(element.tag, str)]
        self.chars: dict[HtmlElement | None, int] = {}
        self.short: dict[HtmlElement, str] = {}
        self.starts: dict[HtmlElement | None, int] = {}
        for element in reversed(self.elements):  # each after all that it holds
            hidden = element.tag in {"script", "style", "noscript", "template"}
            if len(element) == 0 and not hidden:
                text = element.text or ""
                self.chars[element] = len(text)
                if len(text) <= LONGEST_CHARS * 2:
                    self.short[element] = " ".join(text.split())
                continue
            parts = [] if hidden else [element.text or ""]
            chars = 0 if hidden else len(element.text or "")
            for child in () if hidden else element:
                chars += self.chars.get(child, 0) + len(child.tail or "")
                if chars <= LONGEST_CHARS * 2:
                    parts += ["" if child in others else self.short.get(child, ""), child.tail or ""]
            self.chars[element] = chars
            if chars <= LONGEST_CHARS * 2:
                self.short[element] = " ".join(" ".join(parts).split())
        self._place(root)

    def _place(self, root: "HtmlElement") -> None:
        self.starts[root] = 0
        for element in filter(len, self.elements):
            at = self.starts[element] + len(element.text or "")
            for child in element:
                self.starts[child] = at
                at += self.chars.get(child, 0) + len(child.tail or "")

    def before(self, element: "HtmlElement") -> str:
        """Return the words right before an element, in its parent: "Updated: "."""
        for _ in range(_LABEL_LEVELS):
            previous, parent = element.getprevious(), element.getparent()
            if parent is None:
                break
            words = (parent.text if previous is None else previous.tail) or ""
            if previous is not None and not words.strip():
                words = self.short.get(previous, "")
            if words.strip():
                return words[-_LABEL_CHARS:].strip()
            element = parent
        return ""
