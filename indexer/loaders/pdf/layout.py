"""Puts what is printed on pages into reading order, and leaves running heads and feet out. Knows no PDF."""

import math
import re
import statistics
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby, pairwise

# All distances below were chosen on made-up pages of the tests, and not compared with others.
_STRIPES = 500  # that the width of a page is looked at in; about a point each
_GUTTERS = 8  # that are tried of a region, the emptiest first
_DEPTH = 6  # columns within columns; newspapers print up to eight side by side
_COLUMN_ROWS = 3  # fewer rows side by side are no columns
_COLUMN_CHARS = 20  # in a row, on average: columns of text are wider, those of tables narrower
_TABLE_ROWS = 3  # fewer rows of cells may be lines with gaps in them
_LAST_TABLE_ROWS = 2  # the same, below all columns
_NARROW_CHARS, _FULL, _FULL_SHARE = 10, 0.7, 0.6  # or else so many rows are so full, as in no table
_EDGE_ROWS = 3  # at the top and the bottom of a page, where running lines stand
_APART_ROWS = 2  # more rows than these that stand apart are a paragraph
_DRIFT_POINTS = 6.0  # between the heights of a running line on two pages
_MARGIN_POINTS = 3.0  # between the beginnings of lines of one column
_RUNNING_CHARS = 200
_SAME_SIZE = 0.08
_APART = 1.8  # times the size of the type, from a running line to the text
_HEADLINE_SIZE = 1.3  # the same, of the first line of another story; headings within a story are smaller
_CAP_SIZE = 1.8  # times the size of the text, of a letter that begins it over several lines
_MARGIN_GAP = 1.4  # the same, to a web address below the text
_BESIDE = 1.5  # the same, between parts of a row in different type that belong together
_FAR = 4.0  # the same, from the columns to a line that is in none of them
_PRINTED_AT = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}[:.]\d\d\b")
_MARGIN = re.compile(
    r"(?:(?:https?|file)://|www\.)\S++(?: (?:page )?\d{1,4} ?(?:/|of) ?\d{1,4})?"
    r"|(?:page )?\d{1,4} ?(?:/|of) ?\d{1,4}|page \d{1,4}",
    re.IGNORECASE,
)
LIST_MARK = r"[•▪‣●◦■–—*-]|\(?(?:\d{1,3}|[a-z])[.)]"
"""What stands before an item of a list, as a pattern: a bullet, a dash, "1." or "(a)"."""
_LIST_MARK = re.compile(LIST_MARK)
_FOLIO = re.compile(r"[–—-]? ?([0-9]{1,4}) ?[–—-]?")
_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]{3}")
_JUMP = re.compile(
    r"\W{0,3}(?:(?:[\w'’-]{1,30}, )?(?:please )?(?:continued|continues|cont['’]?d|turn) (?:on|from|to)"
    r"|(?:[\w'’-]{1,30}, )?from|see [\w'’ -]{1,30},)(?: the)?(?: next| previous)?"
    r" page(?: [a-z]?\d{1,3})?\W{0,3}"
    r"|[(\[–—-]{1,3} ?more ?[)\]–—-]{1,3}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """Words side by side on a page (from 1): their place in points from its lower left corner, their size.

    `is_row` says that they are the cells of a row of a table.
    """

    text: str
    page: int
    left: float
    right: float
    bottom: float
    top: float
    size: float
    is_row: bool = False

    @property
    def width(self) -> float:
        """How far it runs, in points."""
        return self.right - self.left

    @property
    def middle(self) -> float:
        """Its height on the page, in points."""
        return (self.bottom + self.top) / 2


def same_size(first: float, second: float) -> bool:
    """Whether two sizes of type are as good as one."""
    return abs(first - second) <= _SAME_SIZE * max(first, second)


def body_size(lines: Iterable[Line]) -> float:
    """Return the size of type that most characters have."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


# --- columns --------------------------------------------------------------------------------------------


def columns(page: Sequence[Line]) -> list[list[Line]]:
    """Return the columns of a page in the order in which they are read, each as its lines from the top.

    A last line that stands far from all others belongs to no column.
    """
    lines = rows(page)
    foot = len(lines) > _COLUMN_ROWS and _gap(lines, -1, -2) > _FAR * body_size(page)
    text = [part for row in (lines[:-1] if foot else lines) for part in row]
    return _columns(text, 0) + ([[_joined(lines[-1])]] if foot else [])


def _columns(parts: Sequence[Line], depth: int) -> list[list[Line]]:
    """Return the columns of a region; it is cut above rows of headlines.

    One with a gutter between columns is cut where lines run across the gutter.
    """
    stories = _stories(parts) if depth < _DEPTH else []
    if len(stories) > 1:
        return [column for story in stories for column in _columns(story, depth + 1)]
    around = _around_table(parts) if depth < _DEPTH else None
    if around:
        above, table, below = around
        before, behind = _columns(above, depth + 1), _columns(below, depth + 1)
        if max(len(before), len(behind)) > 1:
            return [*before, _with_tables(table), *behind]
    gutter = _gutter(parts) if depth < _DEPTH and len(parts) >= 2 * _COLUMN_ROWS else None
    if gutter is None:
        return [_with_tables(rows(parts))] if parts else []
    ordered = []
    across: list[Line] = []
    for crossing, left, right in _bands(parts, gutter):
        across += crossing
        if min(len(rows(left)), len(rows(right))) < 2:  # noqa: PLR2004 - lines of a single row are one line
            across += left + right
            continue
        ordered += [*_columns(across, _DEPTH), *_columns(left, depth + 1), *_columns(right, depth + 1)]
        across = []
    return ordered + _columns(across, _DEPTH)


def _stories(parts: Sequence[Line]) -> list[list[Line]]:
    """Return a region in parts, each but the first below a row of headlines beside which nothing else stands.

    Stories above one another are set in different numbers of columns.
    """
    least = _HEADLINE_SIZE * body_size(parts)
    lines = rows(parts)
    floors = [*accumulate((min(part.bottom for part in row) for row in lines), min)]
    ceilings = [*accumulate((max(part.top for part in row) for row in reversed(lines)), max)][::-1]
    is_large = [all(part.size >= least for part in row) for row in lines]
    cuts = [
        number for number in range(1, len(lines) - 1)
        if is_large[number] and not is_large[number - 1]
        and floors[number - 1] >= max(part.top for part in lines[number])
        and ceilings[number + 1] <= min(part.bottom for part in lines[number])
    ]  # fmt: skip
    return [
        [part for row in lines[first:end] for part in row] for first, end in pairwise([0, *cuts, len(lines)])
    ]


def _around_table(parts: Sequence[Line]) -> tuple[list[Line], list[list[Line]], list[Line]] | None:
    """Return what stands above a table below or between columns, its rows, and what stands below it.

    Its cells are short, and in each row one begins where no line of the columns does. None without a table.
    """
    lines = rows(parts)
    is_table = [_has_cells(row) for row in lines]
    margins = sorted(part.left for row, has in zip(lines, is_table, strict=True) if not has for part in row)

    def is_off(part: Line) -> bool:
        return bisect_left(margins, part.left - _MARGIN_POINTS) == bisect_right(
            margins, part.left + _MARGIN_POINTS
        )

    for has_cells, run in groupby(range(len(lines)), key=is_table.__getitem__):
        numbers = list(run)
        first, end = numbers[0], numbers[-1] + 1
        least = _LAST_TABLE_ROWS if end == len(lines) else _TABLE_ROWS
        if has_cells and first and len(numbers) >= least and margins:
            table = lines[first:end]
            if all(any(map(is_off, row)) for row in table):
                above, below = lines[:first], lines[end:]
                return [part for row in above for part in row], table, [part for row in below for part in row]
    return None


def rows(parts: Iterable[Line]) -> list[list[Line]]:
    """Return what stands at one height together, from the top, each row from the left."""
    grouped: list[list[Line]] = []
    for part in sorted(parts, key=lambda part: (-part.middle, part.left)):
        if grouped and grouped[-1][0].middle - part.middle < 0.4 * min(grouped[-1][0].size, part.size):
            grouped[-1].append(part)
        else:
            grouped.append([part])
    return [sorted(row, key=lambda part: part.left) for row in grouped]


def _with_tables(lines: Sequence[Sequence[Line]]) -> list[Line]:
    """Return each row as one line; rows of short cells below one another are those of a table."""
    joined = []
    for is_table, run in groupby(lines, key=_has_cells):
        table = list(run)
        is_row = is_table and len(table) >= _TABLE_ROWS
        joined += [
            _joined(part, is_row=is_row) for row in table for part in ([row] if is_row else _by_type(row))
        ]
    return joined


def _by_type(row: Sequence[Line]) -> list[list[Line]]:
    """Return a row in parts of one type: a heading of a box stands beside a line of the text, and apart."""
    parts = [[row[0]]]
    for before, part in pairwise(row):
        is_apart = part.left - before.right > _BESIDE * max(before.size, part.size)
        if is_apart and not same_size(before.size, part.size) and not _LIST_MARK.fullmatch(before.text):
            parts.append([part])
        else:
            parts[-1].append(part)
    return parts


def _has_cells(row: Sequence[Line]) -> bool:
    is_item = len(row) == 2 and _LIST_MARK.fullmatch(row[0].text)  # noqa: PLR2004 - a mark and its text
    return len(row) > 1 and not is_item and all(len(part.text) < _COLUMN_CHARS for part in row)


def _joined(row: Sequence[Line], *, is_row: bool = False) -> Line:
    if len(row) == 1:
        return row[0]
    return Line(
        (" | " if is_row else " ").join(part.text for part in row),
        row[0].page,
        row[0].left,
        max(part.right for part in row),
        min(part.bottom for part in row),
        max(part.top for part in row),
        max(row, key=lambda part: len(part.text)).size,
        is_row,
    )


def _gutter(parts: Sequence[Line]) -> float | None:
    """Return the place between the left and the right that parts most rows of text; None without columns."""
    left, right = min(part.left for part in parts), max(part.right for part in parts)
    if right <= left:
        return None
    stripe = (right - left) / _STRIPES
    changes = [0] * (_STRIPES + 2)
    for part in parts:
        changes[int((part.left - left) / stripe)] += 1
        changes[int((part.right - left) / stripe) + 1] -= 1
    runs: list[tuple[int, int, int]] = []
    for covering, group in groupby(enumerate(accumulate(changes)), key=lambda pair: pair[1]):
        stripes = [number for number, _ in group]
        runs.append((covering, stripes[0], len(stripes)))
    troughs = [
        run for before, run, after in zip(runs, runs[1:], runs[2:], strict=False)
        if before[0] > run[0] < after[0]
    ]  # fmt: skip
    emptiest = sorted(troughs, key=lambda run: (run[0], -run[2]))[:_GUTTERS]
    places = [left + (start + length / 2) * stripe for _, start, length in emptiest]
    score, place = max(((_rows_parted(parts, place), -place) for place in places), default=(0, 0.0))
    return -place if score >= _COLUMN_ROWS else None


def _rows_parted(parts: Sequence[Line], gutter: float) -> int:
    """Return how many rows have text on both sides of the gutter; 0 where a side is too narrow for text."""
    bands = [(rows(left), rows(right)) for _, left, right in _bands(parts, gutter)]
    parted = [(left, right) for left, right in bands if left and right]
    if not all(_is_text([row for band in parted for row in band[side]]) for side in (0, 1)):
        return 0
    return sum(min(len(left), len(right)) for left, right in parted)


def _is_text(side: Sequence[Sequence[Line]]) -> bool:
    """Whether rows are lines of text, not cells of a table: long, or else most of them about as long."""
    if not side:
        return False
    chars = sum(len(part.text) for row in side for part in row) / len(side)
    widths = sorted(max(part.right for part in row) - row[0].left for row in side)
    full = bisect_left(widths, _FULL * widths[-1 - len(widths) // 10])
    return chars >= _COLUMN_CHARS or (chars >= _NARROW_CHARS and full <= (1 - _FULL_SHARE) * len(widths))


def _bands(parts: Sequence[Line], gutter: float) -> list[tuple[list[Line], list[Line], list[Line]]]:
    """Return, from the top, each line across the gutter, and what stands left and right below it.

    A headline to which nothing stands beside is across the gutter however short it is.
    """
    lowest = min((part.bottom for part in parts if part.left >= gutter), default=math.inf)
    headlines = {id(part) for part in _headlines(parts) if part.right <= gutter and part.bottom > lowest}
    across = [part for part in parts if part.left < gutter < part.right or id(part) in headlines]
    crossing = sorted(across, key=lambda part: -part.middle)
    heights = [-part.middle for part in crossing]
    bands: list[tuple[list[Line], list[Line], list[Line]]] = [([], [], [])]
    bands += [([part], [], []) for part in crossing]
    for part in parts:
        if id(part) in headlines:
            continue
        if part.right <= gutter:
            bands[bisect_left(heights, -part.middle)][1].append(part)
        elif part.left >= gutter:
            bands[bisect_left(heights, -part.middle)][2].append(part)
    return bands


def _headlines(parts: Sequence[Line]) -> list[Line]:
    """Return the lines of a region in large type that have their height of it for themselves."""
    least = _HEADLINE_SIZE * body_size(parts)
    bottoms, tops = sorted(part.bottom for part in parts), sorted(part.top for part in parts)

    def beside(part: Line) -> int:
        return len(parts) - bisect_right(tops, part.bottom) - (len(parts) - bisect_left(bottoms, part.top))

    return [part for part in parts if part.size >= least and beside(part) == 1]


# --- running lines --------------------------------------------------------------------------------------


def without_running_lines(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Return the pages without what is printed on each: its head, foot and number, "continued on page 2".

    A line runs if the same words stand at the same height of the first or last rows of several pages; numbers
    may differ, but not in words of larger type: "Part 1" and "Part 2" are headings. On few pages it must also
    stand apart from the text, or be of another type.
    """
    size = body_size(part for page in pages for part in page)
    places: dict[tuple[bool, str], list[Line]] = defaultdict(list)
    apart: set[int] = set()
    folios: dict[int, list[Line]] = defaultdict(list)  # by how much they differ from the number of their page
    for page in pages:
        edges = rows(page)
        for at_top, side in ((True, edges[: _EDGE_ROWS + 1]), (False, edges[: -_EDGE_ROWS - 2 : -1])):
            for number, row in enumerate(side[:_EDGE_ROWS]):
                text = side[number + 1] if number + 1 < len(side) else ()
                gap = min((abs(row[0].bottom - part.bottom) for part in text), default=0.0)
                for part in row:
                    if number == 0 and (folio := _FOLIO.fullmatch(part.text)):
                        folios[int(folio[1]) - part.page].append(part)
                    if len(part.text) <= _RUNNING_CHARS:
                        words = part.text.casefold()
                        key = words if _is_heading(part, size) else _DIGITS.sub("#", words)
                        places[at_top, key].append(part)
                    if (gap > _APART * size and number < _APART_ROWS) or not same_size(part.size, size):
                        apart.update(id(part) for row in side[: number + 1] for part in row)
    running = {id(part) for (_, key), parts in places.items() for part in _running(key, parts, apart)}
    # Those of the first page, or of left and right pages, may stand elsewhere.
    counts = max(folios.values(), key=lambda parts: len({part.page for part in parts}), default=[])
    if len({part.page for part in counts}) > 1:
        running |= {id(part) for part in counts}
    rest = [[part for part in page if id(part) not in running] for page in pages]
    if not any(rest):  # one page, several times
        rest = [list(page) for page in pages]
    return [
        [part for part in _without_margins(page, size) if not _JUMP.fullmatch(part.text[:100])]
        for page in rest
    ]


def _is_heading(part: Line, size: float) -> bool:
    """Whether a line is words in larger type than the text: numbers tell headings apart, not page numbers."""
    is_larger = part.size > size and not same_size(part.size, size)
    return is_larger and bool(_LETTERS.search(part.text)) and not _MARGIN.fullmatch(part.text)


def _without_margins(page: Sequence[Line], size: float) -> list[Line]:
    """Return a page without what browsers print at its edges: a time and title, web address, page number."""
    edges = rows(page)
    if len(edges) > 1 and any(_PRINTED_AT.match(part.text) for part in edges[0]) and _gap(edges, 0, 1) > size:
        edges = edges[1:]
    if edges and all(_MARGIN.fullmatch(part.text) for part in edges[-1]):
        numbered = any("/" in part.text[-6:] for part in edges[-1])
        if numbered or len(edges) == 1 or _gap(edges, -1, -2) > _MARGIN_GAP * size:
            edges = edges[:-1]
    return [part for row in edges for part in row]


def _gap(edges: Sequence[Sequence[Line]], first: int, second: int) -> float:
    """Return the distance of two rows, in points."""
    return min(abs(edges[first][0].bottom - part.bottom) for part in edges[second])


def _running(key: str, parts: Sequence[Line], apart: set[int]) -> list[Line]:
    """Return those of the lines with one text that are printed on several pages at one height."""
    height = statistics.median_low([part.bottom for part in parts])
    near = [part for part in parts if abs(part.bottom - height) <= _DRIFT_POINTS]
    several = len({part.page for part in near})
    if several < 2:  # noqa: PLR2004 - a page alone repeats nothing
        return []
    if not any(char.isalpha() for char in key):
        counted = {int(number[0][:9]) - part.page for part in near if (number := _DIGITS.search(part.text))}
        return near if len(counted) == 1 else []
    if not _counts_pages(near):
        return []
    few = several < _EDGE_ROWS
    return near if not few or all(id(part) in apart for part in near) else []


def _counts_pages(parts: Sequence[Line]) -> bool:
    """Whether each number of a line is the same on all pages, or counts them: those of notes do neither."""
    numbers = [[int(number[:9]) for number in _DIGITS.findall(part.text)] for part in parts]
    pages = [part.page for part in parts]
    return all(
        len({*column}) == 1 or len({number - page for number, page in zip(column, pages, strict=True)}) == 1
        for column in zip(*numbers, strict=True)
    )


def with_drop_caps(parts: Sequence[Line], words: frozenset[str]) -> list[Line]:
    """Return the lines with a large first letter of a text put before the line that it begins.

    `words` are those of the document: they tell "A" and "court" from "A" and "fter".
    """
    size = body_size(parts)
    caps = [p for p in parts if len(p.text) == 1 and p.text.isalpha() and p.size > _CAP_SIZE * size]
    lines = list(parts)
    for cap in caps[:_EDGE_ROWS]:
        beside = [
            number for number, line in enumerate(lines)
            if line is not cap and line.bottom < cap.top and line.middle > cap.bottom
            and -1 <= line.left - cap.right < 2 * size
        ]  # fmt: skip
        if beside:
            first = max(beside, key=lambda number: lines[number].middle)
            line = lines[first]
            word = line.text.split(" ", 1)[0].casefold()
            apart = cap.text in "AI" and cap.text.casefold() + word.rstrip(",.") not in words
            text = f"{cap.text} {line.text}" if apart else cap.text + line.text
            lines[first] = replace(line, text=text)
            for number in beside:  # or else the lines beside it are indented
                lines[number] = replace(lines[number], left=min(cap.left, lines[number].left))
            lines.remove(cap)
    return lines
