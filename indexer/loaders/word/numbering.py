"""The numbers and bullets of a Word document's lists (ECMA-376 part 1, 17.9), which stand in no paragraph."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.word.labels import BULLET, CYRILLIC, MOST_LEVELS, letters, ordinal, roman
from nutgraf.indexer.loaders.word.package import local, number, value

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_MOST_NUMBER = 32_767  # that Word itself counts to
_LABEL_CHARS = 60  # of the text around the numbers of a level, which each of its items repeats; not measured
_LONGEST_CHAIN = 20  # of styles that are based on one another
_NUMBER_OF = re.compile("%([1-9])")
_OFF = frozenset({"0", "false", "off"})
_FORMATS: Mapping[str, Callable[[int], str]] = {
    "decimalZero": lambda count: f"{count:02}",
    "lowerLetter": letters,
    "upperLetter": lambda count: letters(count).upper(),
    "lowerRoman": roman,
    "upperRoman": lambda count: roman(count).upper(),
    "ordinal": ordinal,
    "russianLower": lambda count: letters(count, CYRILLIC),
    "russianUpper": lambda count: letters(count, CYRILLIC).upper(),
    "none": lambda _: "",
}
"""Format -> the spelling of a number; those of other formats are digits."""


@dataclass(frozen=True, slots=True)
class _Level:
    """How the items of one level are numbered.

    `text` is what stands before an item, with "%1" for the number of the first level. `restart` is the level
    up to which an item starts this one anew.
    """

    start: int = 0
    format: str = "decimal"
    text: str = ""
    gap: str = " "
    restart: int = MOST_LEVELS
    digits_only: bool = False
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class _Reference:
    """The list and the level that a paragraph or a style names; "" where it names none."""

    list: str = ""
    level: str = ""
    parent: str = ""  # the style that a style is based on


@dataclass(frozen=True, slots=True)
class _Place:
    """The place of a paragraph: the definition whose items are counted together, the list, and the level."""

    definition: str
    list: str
    level: int


class Numbering:
    """The lists that a document defines, and those of its styles."""

    def __init__(self, trees: Iterable["Element"], styles: Iterable["Element"]) -> None:
        self._levels: dict[tuple[str, int], _Level] = {}  # of definitions
        self._own_levels: dict[tuple[str, int], _Level] = {}  # of lists
        self._starts: dict[tuple[str, int], int] = {}  # of lists
        self._definitions: dict[str, str] = {}  # list -> definition
        self._level_of_style: dict[tuple[str, str], int] = {}  # of definition and style
        self._styles: dict[str, _Reference] = {}
        links: dict[str, str] = {}  # definition -> the style whose list it stands for
        for style in (child for tree in styles for child in tree if local(child) == "style"):
            self._styles[value(style, "styleId")] = _reference_of_style(style)
        for element in (child for tree in trees for child in tree):
            if local(element) == "abstractNum":
                self._define(element, links)
            elif local(element) == "num":
                self._add_list(element)
        for name, definition in self._definitions.items():
            if definition in links:
                linked = self._styles.get(links[definition], _Reference()).list
                self._definitions[name] = self._definitions.get(linked, definition)

    def place(self, style: str, properties: "Element | None") -> _Place | None:
        """Return the place of a paragraph of a style, with the list that it names itself, if any."""
        own = _Reference() if properties is None else _reference(properties)
        of_style, named_by = self._of_style(style)
        name = own.list or of_style.list
        if name not in self._definitions:
            return None
        definition = self._definitions[name]
        level = own.level or of_style.level
        if not own.level and (definition, named_by) in self._level_of_style:
            return _Place(definition, name, self._level_of_style[definition, named_by])
        return _Place(definition, name, min(int(level), MOST_LEVELS) if level.isdecimal() else 0)

    def level(self, place: _Place) -> _Level:
        """Return how the items of a list and a level are numbered."""
        own = self._own_levels.get((place.list, place.level))
        return own or self._levels.get((place.definition, place.level), _Level())

    def start(self, place: _Place) -> int | None:
        """Return the number that a list of its own begins with; None where it goes on with the others."""
        return self._starts.get((place.list, place.level))

    def _define(self, element: "Element", links: dict[str, str]) -> None:
        definition = value(element, "abstractNumId")
        for child in element:
            if local(child) == "lvl":
                place = number(child, "ilvl", 0, MOST_LEVELS)
                self._levels[definition, place] = _level(child)
                for style in (value(part, "val") for part in child if local(part) == "pStyle"):
                    self._level_of_style[definition, style] = place
            elif local(child) == "numStyleLink":
                links[definition] = value(child, "val")

    def _add_list(self, element: "Element") -> None:
        name = value(element, "numId")
        for child in element:
            if local(child) == "abstractNumId" and name != "0":  # "0" takes a paragraph out of its list
                self._definitions[name] = value(child, "val")
            elif local(child) == "lvlOverride":
                place = number(child, "ilvl", 0, MOST_LEVELS)
                for part in child:
                    if local(part) == "startOverride":
                        self._starts[name, place] = number(part, "val", 0, _MOST_NUMBER)
                    elif local(part) == "lvl":
                        self._own_levels[name, place] = _level(part)

    def _of_style(self, style: str) -> tuple[_Reference, str]:
        """Return the list of a style, and which style names it: itself, or one that it is based on."""
        level = ""
        for _ in range(_LONGEST_CHAIN):
            reference = self._styles.get(style, _Reference())
            level = level or reference.level
            if reference.list or not reference.parent:
                return _Reference(reference.list, level), style
            style = reference.parent
        return _Reference(), ""


class Counters:
    """The numbers of the items of one story so far."""

    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering
        self._counts: dict[str, dict[int, int]] = {}  # definition -> level -> number
        self._begun: set[tuple[str, int]] = set()  # lists and levels

    def label(self, style: str, properties: "Element | None") -> str:
        """Count a paragraph, and return what stands before it: "1. ", "a) ", "- "; "" if it is in no list."""
        place = self._numbering.place(style, properties)
        if place is None:
            return ""
        counts = self._counts.setdefault(place.definition, {})
        level = self._numbering.level(place)
        start = None if (place.list, place.level) in self._begun else self._numbering.start(place)
        self._begun.add((place.list, place.level))
        if start is None:
            start = counts[place.level] + 1 if place.level in counts else level.start
        counts[place.level] = min(start, _MOST_NUMBER)
        for below in range(place.level + 1, MOST_LEVELS + 1):
            restart = self._numbering.level(_Place(place.definition, place.list, below)).restart
            if place.level < restart:
                counts.pop(below, None)
        if level.is_hidden or not level.text:
            return ""
        if level.format == "bullet":
            return BULLET
        return (
            _NUMBER_OF.sub(lambda match: self._spelled(int(match[1]) - 1, place, level), level.text)
            + level.gap
        )

    def _spelled(self, place: int, item: _Place, level: _Level) -> str:
        """Return the number of a level as an item shows it; of one without an item yet that of its first."""
        if place > item.level:
            return ""
        other = self._numbering.level(_Place(item.definition, item.list, place))
        count = self._counts[item.definition].get(place, other.start)
        is_plain = other.format == "bullet" or (level.digits_only and other.format != "none")
        return str(count) if is_plain else _FORMATS.get(other.format, str)(count)


def _reference_of_style(style: "Element") -> _Reference:
    children = {local(child): child for child in style}
    parent = value(children["basedOn"], "val") if "basedOn" in children else ""
    numbered = next((child for child in children.get("pPr", ()) if local(child) == "numPr"), None)
    reference = _Reference() if numbered is None else _reference(numbered)
    return _Reference(reference.list, reference.level, parent)


def _reference(properties: "Element") -> _Reference:
    values = {local(child): value(child, "val") for child in properties}
    return _Reference(values.get("numId", ""), values.get("ilvl", ""))


def _level(element: "Element") -> _Level:
    children = {local(child): child for child in element}
    values = {name: value(child, "val") for name, child in children.items()}
    vanish = (child for child in children.get("rPr", ()) if local(child) == "vanish")
    restart = MOST_LEVELS
    if "lvlRestart" in children:
        restart = number(children["lvlRestart"], "val", MOST_LEVELS, MOST_LEVELS)
    return _Level(
        start=number(children["start"], "val", 0, _MOST_NUMBER) if "start" in children else 0,
        format=values.get("numFmt") or "decimal",
        text=values.get("lvlText", "")[:_LABEL_CHARS],
        gap="" if values.get("suff") == "nothing" else " ",
        restart=restart,
        digits_only="isLgl" in values and values["isLgl"].lower() not in _OFF,
        is_hidden=any(value(child, "val").lower() not in _OFF for child in vanish),
    )
