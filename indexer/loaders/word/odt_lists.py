"""The numbers and bullets of an OpenDocument text's lists (ISO/IEC 26300 part 1, 5.3), which nobody wrote."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.word.labels import BULLET, MOST_LEVELS, letters, roman
from nutgraf.indexer.loaders.word.package import descendants, local, number, value

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_MOST_NUMBER = 32_767  # as in Word documents
_SIGN_CHARS = 20  # of what stands before and behind a number, which each item repeats; not measured
_FORMATS: Mapping[str, Callable[[int], str]] = {
    "1": str,
    "a": letters,
    "A": lambda count: letters(count).upper(),
    "i": roman,
    "I": lambda count: roman(count).upper(),
}


@dataclass(frozen=True, slots=True)
class _Level:
    """How the items of one level are numbered; `shown` is how many levels an item shows the numbers of."""

    is_bullet: bool = False
    format: str = ""
    before: str = ""
    behind: str = ""
    start: int = 1
    shown: int = 1


@dataclass(slots=True)
class _List:
    """An open list: its style, its level from 1, and the numbers so far of it and the lists around it."""

    style: str
    level: int
    counts: dict[int, int]
    waits: bool = False  # the item has no paragraph yet: the first one counts
    start: int | None = None  # what the item says that its number is


@dataclass(slots=True)
class Lists:
    """The lists of one story: which are open, and which numbers were used."""

    styles: Mapping[tuple[str, int], _Level]
    _open: list[_List] = field(default_factory=list)
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)  # of each list that may be gone on with

    def begin(self, element: "Element") -> bool:
        """Open a list: a new one, one in another, or one that goes on."""
        outer = self._open[-1] if self._open else None
        style = value(element, "style-name") or ("" if outer is None else outer.style)
        if outer is None:
            before = f"id {value(element, 'continue-list')}"
            if before not in self._counts and value(element, "continue-numbering") == "true":
                before = f"style {style}"
            counts = self._counts.get(before, {})
            self._counts[f"style {style}"] = counts
            if name := value(element, "id"):
                self._counts[f"id {name}"] = counts
            self._open.append(_List(style, 1, counts))
        else:
            self._open.append(_List(style, min(outer.level + 1, MOST_LEVELS), outer.counts))
        return True

    def end(self) -> None:
        """Close the list that was opened last."""
        self._open.pop()

    def begin_item(self, element: "Element") -> bool:
        """Open an item, whose first paragraph has the label."""
        if self._open:
            start = number(element, "start-value", _MOST_NUMBER + 1, _MOST_NUMBER)
            self._open[-1].waits = True
            self._open[-1].start = start if start <= _MOST_NUMBER else None
        return True

    def label(self) -> str:
        """Count the item that a paragraph begins; return "1. ", "a) ", "- "; "" where it begins none."""
        if not self._open or not self._open[-1].waits:
            return ""
        item = self._open[-1]
        item.waits = False
        level = self._level(item, item.level)
        counted = item.counts.get(item.level)
        following = level.start if counted is None else counted + 1
        item.counts[item.level] = min(following if item.start is None else item.start, _MOST_NUMBER)
        for below in range(item.level + 1, MOST_LEVELS + 1):
            item.counts.pop(below, None)
        if level.is_bullet:
            return BULLET
        first = max(1, item.level - level.shown + 1)
        numbers = (self._spelled(item, place) for place in range(first, item.level + 1))
        label = (
            f"{level.before}{'.'.join(filter(None, numbers)) if level.format else ''}{level.behind}".strip()
        )
        return f"{label} " if label else ""

    def _spelled(self, item: _List, place: int) -> str:
        level = self._level(item, place)
        return _FORMATS[level.format](item.counts.get(place, level.start)) if level.format else ""

    def _level(self, item: _List, place: int) -> _Level:
        return self.styles.get((item.style, place), _Level())


def list_styles(trees: Iterable["Element"]) -> dict[tuple[str, int], _Level]:
    """Return how each level, from 1, of each style of lists is numbered."""
    return {
        (value(style, "name"), number(level, "level", 1, MOST_LEVELS)): _level_of(level)
        for tree in trees
        for style in descendants(tree, "list-style")
        for level in style
    }


def _level_of(element: "Element") -> _Level:
    spelled = value(element, "num-format")
    return _Level(
        is_bullet=local(element) in {"list-level-style-bullet", "list-level-style-image"},
        format=spelled if spelled in _FORMATS else "1" if spelled else "",
        before=value(element, "num-prefix")[:_SIGN_CHARS],
        behind=value(element, "num-suffix")[:_SIGN_CHARS],
        start=number(element, "start-value", 1, _MOST_NUMBER),
        shown=number(element, "display-levels", 1, MOST_LEVELS),
    )
