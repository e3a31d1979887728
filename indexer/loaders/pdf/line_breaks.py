"""Tells which printed lines begin for themselves: items of lists, and lines of verse. Knows no paragraphs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nutgraf.indexer.loaders.pdf.layout import LIST_MARK, Line, same_size

# All distances below were chosen on the test files of the loaders, and not compared with others.
_SPACED = 1.35  # times the usual distance of two lines
_SAME_LEFT_POINTS = 3.0
_MIN_HANG, _MAX_HANG = 0.6, 5.0  # times the size of the type
_BLANK = 0.75  # times the size of the type: a blank, and what a line that is set ragged may lack
_VERSE_LINES = 4  # fewer may be a heading, an address or the end of a paragraph
_BROKEN_SHARE, _BROKEN_CAPITAL_SHARE = 0.5, 0.25  # of the breaks of verse, after which a word had room
_MARK = re.compile(rf"(?:{LIST_MARK})(?= )|[•▪‣●◦■](?=\S)")
_BULLETS = "•▪‣●◦■"
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]?$")


@dataclass(frozen=True, slots=True)
class LineBreaks:
    """The numbers of the lines of a column that begin for themselves, and of those that go on in an item."""

    begins: frozenset[int]
    hanging: frozenset[int]


def line_breaks(column: Sequence[Line], leading: float) -> LineBreaks:
    """Return what begins in a column, and what goes on; `leading` is the usual distance of two lines."""
    begins, hanging = set[int](), set[int]()
    items = [*_items(column)]
    for first, end in items:
        begins.add(first)
        hanging.update(range(first + 1, end))
    if hanging:
        begins.update(end for _, end in items)  # what goes on below a list, where lines of items hang
    for first, end in _blocks(column, leading):
        begins.update(number for number in _verse(column, first, end) if number not in hanging)
    return LineBreaks(frozenset(begins), frozenset(hanging))


def is_apart(above: Line, line: Line, leading: float) -> bool:
    """Whether there is more space above the line than between the lines of a paragraph."""
    return same_size(above.size, line.size) and above.bottom - line.bottom > _SPACED * leading * line.size


def _items(column: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """Yield the first line of each item and the line behind its last one, which hangs below the first.

    A bullet tells an item; a dash, a number or a letter only with that of the item before or after it. A line
    whose first word had room in the line above is the first of a paragraph.
    """
    spans = [
        (first, _hanging_end(column, first)) for first, line in enumerate(column) if _MARK.match(line.text)
    ]
    right = max((line.right for first, end in spans for line in column[first:end]), default=0.0)
    items = [
        (first, next((at for at in range(first + 1, end) if _has_room(column, at, right)), end))
        for first, end in spans
    ]
    for number, (first, end) in enumerate(items):
        is_next = number + 1 < len(items) and items[number + 1][0] == end and _alike(column, first, end)
        before = items[number - 1] if number else (0, 0)
        is_last = before[1] == first and _alike(column, before[0], first) if number else False
        if column[first].text[0] in _BULLETS or is_next or is_last:
            yield first, end


def _hanging_end(column: Sequence[Line], first: int) -> int:
    """Return the number of the line behind those that hang below a line with a mark."""
    end = first + 1
    while end < len(column) and _hangs(column, first, end):
        end += 1
    return end


def _hangs(column: Sequence[Line], first: int, number: int) -> bool:
    """Whether a line without a mark stands below the text of an item, right of its mark."""
    item, line = column[first], column[number]
    if _MARK.match(line.text) or line.is_row or not same_size(item.size, line.size):
        return False
    is_level = abs(line.left - column[first + 1].left) <= _SAME_LEFT_POINTS
    return is_level and _MIN_HANG < (line.left - item.left) / item.size < _MAX_HANG


def _alike(column: Sequence[Line], first: int, second: int) -> bool:
    """Whether two lines have marks that follow each other, one below the other: dashes, or "1." and "2."."""
    marks = [match[0] for match in (_MARK.match(column[at].text) for at in (first, second)) if match]
    if len(marks) < 2 or abs(column[first].left - column[second].left) > _SAME_LEFT_POINTS:  # noqa: PLR2004
        return False
    signs = [mark.strip("(.)") for mark in marks]
    if not signs[0].isalnum():
        return marks[0] == marks[1]
    shapes = [mark.replace(sign, "#") for mark, sign in zip(marks, signs, strict=True)]
    places = [int(sign) if sign.isdecimal() else ord(sign) for sign in signs]
    return shapes[0] == shapes[1] and places[1] - places[0] == 1


def _blocks(column: Sequence[Line], leading: float) -> Iterator[tuple[int, int]]:
    """Yield the runs of lines of one size with no more space between them than between those of a text."""
    first = 0
    for number in range(1, len(column) + 1):
        above, line = column[number - 1], column[number] if number < len(column) else None
        if line is None or above.is_row or line.is_row or not same_size(above.size, line.size):
            is_end = True
        else:
            is_end = is_apart(above, line, leading)
        if is_end:
            yield first, number
            first = number


def _verse(column: Sequence[Line], first: int, end: int) -> Iterator[int]:
    """Yield the numbers of the lines of a block that begin for themselves, where it is verse.

    A line that wraps has no room for the next word; where most lines have, or a good part of them and each
    begins with a capital, their ends are meant. The end of a sentence says nothing: so paragraphs end, too.
    """
    lines = column[first:end]
    if len(lines) < _VERSE_LINES or any(_MARK.match(line.text) for line in lines):
        return
    right = max(line.right for line in lines)
    is_free = [_has_room(column, number, right) for number in range(first + 1, end)]
    is_capital = all(line.text[0].isupper() or not line.text[0].isalpha() for line in lines)
    least = _BROKEN_CAPITAL_SHARE if is_capital else _BROKEN_SHARE
    is_broken = [
        free and not _SENTENCE_END.search(line.text) for line, free in zip(lines, is_free, strict=False)
    ]
    if sum(is_broken) >= least * len(is_broken):
        for number, free in enumerate(is_free, first + 1):
            if free or not column[number].text[0].islower():
                yield number


def _has_room(column: Sequence[Line], number: int, right: float) -> bool:
    """Whether the first word of a line would have fitted behind the line above, up to `right`."""
    above, line = column[number - 1], column[number]
    word_width = line.width * len(line.text.split(" ", 1)[0]) / len(line.text)
    return not above.text.endswith("-") and right - above.right > word_width + _BLANK * line.size
