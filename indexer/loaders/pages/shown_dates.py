"""Finds the dates that readers see on a page, with their labels and how far from the headline they stand.

Does not decide which of them is the article's.
"""

import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from nutgraf.indexer.dates import parse_date
from nutgraf.indexer.loaders.pages.element_texts import Texts
from nutgraf.indexer.loaders.pages.subject import Subject
from nutgraf.indexer.loaders.texts.head import line_dates
from nutgraf.indexer.written_dates import LONGEST_CHARS, is_label, read_written, with_ascii_digits

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_DATE_KEY = re.compile(
    r"datetime$|data-(?:[a-z-]{0,20}(?:date|time|publish|epoch)|utc|seconds)", re.IGNORECASE
)
_BYLINE_CLASS = re.compile(r"meta|byline|author|info|posted|entry|credit", re.IGNORECASE)
_CHANGED_CLASS = re.compile(r"updat|modif|lastmod|revis|edited", re.IGNORECASE)
_PUBLISHED_CLASS = re.compile(r"publi|posted|pubdate|entry-date|post-date|issued|created", re.IGNORECASE)
_DATE_CLASS = re.compile(r"(?:^|[^a-z])(?:date|time|timestamp|dateline|datum|fecha|zeit)", re.IGNORECASE)
HAS_DAY = re.compile(
    r"(?:19|20)[0-9]{2}|[0-9]{1,2}[./-](?:[0-9]{1,2}|[A-Za-z]{3})[./-][0-9]{2}|['’][0-9]{2}\b|[0-9]{10}"
)
# How far from the headline a date counts as printed beside it: deck, byline and image credit are shorter. Not
# measured.
BELOW_CHARS, _ABOVE_CHARS = 700, 200
_PARAGRAPH_CHARS = 80  # of a paragraph of a story or its deck at least; not measured
# Words beside the day on which a picture was taken, and before the day of a film, a record or a game.
_PHOTO = re.compile(
    r"\b(?:photo(?:graph|s|graphs)?|foto|picture|getty|file image|archivbild)\b", re.IGNORECASE
)
_BAR = re.compile(r"[|•·]")
_OF_A_WORK = re.compile(r"(?:released|aired)\b", re.IGNORECASE)
_BESIDE_LEVELS = 2  # how far up from the headline a date beside it may stand; not measured
_INLINE_TAGS = frozenset(
    {"a", "abbr", "b", "cite", "em", "font", "i", "small", "span", "strong", "time", "u"}
)
_PROSE_TAGS = frozenset({"p", "li", "dd", "blockquote"})
_SENTENCE_ENDS = (".", "!", "?", "…", "。", '."', ".”", ".)")
_SUBHEADINGS = frozenset({"h2", "h3", "h4"})
# Words that a date ends which is that of something else: "In cinemas from".
_FORETELLS = re.compile(
    r"\b(?:from|until|till|since|through|ab|bis|seit|depuis|desde|hasta|dal|vanaf|tot)\W{0,3}$", re.IGNORECASE
)
_MOST_PARTS = 8  # of a line, such as its words in bold type
_MOST_LINES = 300  # lines with a date that are looked at; news pages have some dozen


@dataclass(frozen=True, slots=True)
class ShownDate:
    """A date that readers see: its words, the label that it has, and its distance from the headline.

    `distance_chars` counts the text between, and is negative above the headline. `marked` says that the page
    marks it up as a date.
    """

    text: str
    label: str
    distance_chars: int
    marked: bool


class ShownDates:
    """The dates of the page's own article among those that it shows, in the order of the page.

    `loose` are the words of others near the headline, which may be that of something else.
    """

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self.loose: set[str] = set()
        self.lines = [*self._read_lines()]

    def _read_lines(self) -> Iterator[ShownDate]:
        body = self._subject.tree.find(".//body")
        heading = self._subject.heading
        headings = (
            set() if heading is None else {heading}
        )  # its words tell of the day that the story is about
        texts = Texts(self._subject.tree if body is None else body, self._subject.others | headings)
        machine_dates = {element: words for element in texts.elements if (words := _machine_date(element))}
        entries = _entries(texts, self._subject.heading_path, machine_dates)
        heading_at = texts.starts.get(self._subject.heading, 0) if self._subject.heading is not None else 0
        heading_end = heading_at + texts.chars.get(self._subject.heading, 0)
        story_at = self._story_at(texts, heading_end)
        seen = 0
        covered: set[HtmlElement] = set()
        for element in texts.elements:
            parent = element.getparent()
            if parent in covered:
                covered.add(element)
                continue
            if element in self._subject.others or element.tag == "meta":
                continue
            if element in entries or (element in headings and element.tag != "time"):
                covered.add(element)
                continue
            machine = machine_dates.get(element, "")
            line = _line_behind(element, texts) if element.tag == "br" else texts.short.get(element, "")
            text = with_ascii_digits(line)
            if not (machine or HAS_DAY.search(text)):
                continue
            if element.tag != "time" and element.find(".//time") is not None:
                continue  # which is read by itself
            seen += 1
            if seen > _MOST_LINES:
                return
            at = texts.starts[element]
            distance = at - heading_end if at >= heading_end else at + texts.chars[element] - heading_at - 1
            before = texts.before(element)
            shown = list(_shown(element, text, machine, before, distance))
            if shown:
                covered.add(element)
            in_sentence = _in_sentence(element, texts)
            own = at < story_at and not in_sentence and self._is_own(element, texts, shown, distance)
            yield from (line for line in shown if own or (line.label and not in_sentence))
            if own and is_near(distance):
                self.loose.update(line_dates(text, loose=True))

    def _is_own(
        self, element: "HtmlElement", texts: Texts, shown: Sequence[ShownDate], distance_chars: int
    ) -> bool:
        """Whether a date counts without a label where it stands, and for its words."""
        if _FORETELLS.search(texts.before(element)):
            return False
        if not any(line.label or line.marked for line in shown) and _is_of_photo(
            _line_around(element, texts)
        ):
            return False
        if element.tag in _SUBHEADINGS and read_written(texts.short.get(element, "")):
            return any(line.marked for line in shown)
        return distance_chars >= 0 or self._is_with_heading(element)

    def _is_with_heading(self, element: "HtmlElement") -> bool:
        """Whether what stands above the headline is of the article: in its element, or right beside it.

        Elsewhere above is the head of all pages, with the day of the visit.
        """
        around = next((part for part in element.iterancestors() if part in self._subject.heading_path), None)
        if around is None:
            return False
        if any(part.tag in {"article", "main"} for part in (around, *around.iterancestors())):
            return True
        heading = self._subject.heading
        beside = [] if heading is None else list(islice(heading.iterancestors(), _BESIDE_LEVELS))
        return around in beside and around.tag not in {"body", "html"}

    def _story_at(self, texts: Texts, heading_end: int) -> float:
        """Return where the story goes on below its headline and its first paragraph, which may be a deck."""
        paragraphs = 0
        for element in texts.elements if self._subject.heading is not None else ():
            at, chars = texts.starts[element], texts.chars[element]
            if at < heading_end or element in self._subject.others:
                continue
            if element.tag in _SUBHEADINGS and paragraphs:
                return at
            paragraphs += element.tag == "p" and chars >= _PARAGRAPH_CHARS
            if paragraphs > 1:
                return at + chars
        return math.inf


def _entries(
    texts: Texts, heading_path: Collection["HtmlElement"], machine_dates: Collection["HtmlElement"]
) -> set["HtmlElement"]:
    """Return the elements that stand in a row and each hold a date and prose: live entries."""
    dated: set[HtmlElement] = set()
    told: set[HtmlElement] = set()
    rows: dict[tuple[HtmlElement, str], list[HtmlElement]] = {}
    for element in reversed(texts.elements):  # each after all that it holds
        if element.tag == "time" or element in machine_dates:
            dated.add(element)
        if element.tag == "p" and texts.chars[element] >= _PARAGRAPH_CHARS:
            told.add(element)
        parent = element.getparent()
        if parent is None:
            continue
        if element in dated and element in told and element not in heading_path:
            rows.setdefault((parent, str(element.tag)), []).append(element)
        if element in dated:
            dated.add(parent)
        if element in told:
            told.add(parent)
    return {entry for row in rows.values() if len(row) > 1 for entry in row}


def _line_behind(line_break: "HtmlElement", texts: Texts) -> str:
    """Return the text between a line break and the next one, or the next block."""
    parts = [line_break.tail or ""]
    for element in islice(line_break.itersiblings(), _MOST_PARTS):
        if element.tag not in _INLINE_TAGS:
            break
        parts += texts.short.get(element, ""), element.tail or ""
    line = "".join(parts) if sum(map(len, parts)) <= LONGEST_CHARS * 2 else ""
    return " ".join(line.split())


def _line_around(element: "HtmlElement", texts: Texts) -> str:
    """Return the text of the element that holds the line of another: a paragraph, where it is short."""
    part: HtmlElement | None = element
    while part is not None and part.tag in _INLINE_TAGS:
        part = part.getparent()
    return texts.short.get(part, "") if part is not None else ""


def _is_of_photo(line: str) -> bool:
    """Whether the date of a line is that of a picture: "The quay, 2 March 2019 (AP Photo)"."""
    return _PHOTO.search(line) is not None and not any(map(read_written, _BAR.split(line)))


def _in_sentence(element: "HtmlElement", texts: Texts) -> bool:
    """Whether an element is a part of a paragraph of prose, which tells of other days than its own."""
    part: HtmlElement | None = element
    while part is not None and part.tag in _INLINE_TAGS:
        part = part.getparent()
    if part is None or part.tag not in _PROSE_TAGS:
        return False
    text = texts.short.get(part)
    return text is None or (text.endswith(_SENTENCE_ENDS) and not line_dates(text))


def _shown(
    element: "HtmlElement", text: str, machine: str, before: str, distance: int
) -> Iterator[ShownDate]:
    """Yield the dates of an element: of its text where that says a day, else of its attribute."""
    names = " ".join((element.get("class") or "", element.get("id") or "", element.get("itemprop") or ""))
    changed = _CHANGED_CLASS.search(names) and not _PUBLISHED_CLASS.search(names)
    label = "modified" if changed else "published" if _PUBLISHED_CLASS.search(names) else ""
    following = element.getnext()
    if is_label(before) and not (changed and following is not None and _is_published(following)):
        label = read_written(f"{before} 2001-01-01")[0].label
    marked = bool(machine) or element.tag == "time" or bool(_DATE_CLASS.search(names))
    lines = line_dates(text, loose=marked or bool(_BYLINE_CLASS.search(names)))
    for words in lines:
        if _OF_A_WORK.match(words):
            continue
        for written in read_written(words):
            # An attribute has the moment; the words may have both days.
            exact = words
            if machine and len(lines) == 1 and len(read_written(words)) == 1:
                exact = _local(machine, words)
            yield ShownDate(exact, written.label or label, distance, marked)
    if machine and not lines:
        yield ShownDate(machine, label, distance, marked)


def _local(machine: str, words: str) -> str:
    """Return the date of an attribute, or the words where they state another day: the outlet's."""
    shown, moment = parse_date(words), parse_date(machine)
    if shown.value is None or moment.value is None:
        return machine
    return machine if shown.local_day == moment.local_day else words


def _machine_date(element: "HtmlElement") -> str:
    """Return the date in an attribute of an element that is marked as a date; "" where there is none."""
    attributes = element.items()
    if not attributes:
        return ""
    values = [value for key, value in attributes if _DATE_KEY.match(key)]
    if element.tag == "time" or _is_dated(element):
        values += [element.get("content") or "", element.get("title") or ""]
    return next((value for value in values if HAS_DAY.search(value[:LONGEST_CHARS])), "")


def _is_published(element: "HtmlElement") -> bool:
    return bool(_PUBLISHED_CLASS.search(element.get("class") or ""))


def _is_dated(element: "HtmlElement") -> bool:
    names = " ".join((element.get("class") or "", element.get("id") or "", element.get("itemprop") or ""))
    return bool(_DATE_CLASS.search(names) or _PUBLISHED_CLASS.search(names))


def is_near(distance_chars: int) -> bool:
    """Whether a date stands beside the headline."""
    return -_ABOVE_CHARS <= distance_chars <= BELOW_CHARS
