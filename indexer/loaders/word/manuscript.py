"""A manuscript: paragraphs, styles and properties, as any word processor keeps them. Knows no file format."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from nutgraf.indexer.clean import one_line
from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate
from nutgraf.indexer.loaders.base import LoadOptions, UnreadableError, too_large
from nutgraf.indexer.loaders.bylines import PARTICLES
from nutgraf.indexer.loaders.texts.text import draft_of, with_head
from nutgraf.indexer.newspaper_words import has_newspaper_word

_TITLE_STYLES = frozenset({"title", "heading 1", "headline"})
_LONGEST_CHAIN = 20  # of styles that are based on one another; no program's own have more than six
# A title stands among the first blocks, below short ones only (a date, a kicker); not measured.
_HEAD_BLOCKS = 6
_HEAD_CHARS = 160
_TITLE_CHARS = 200
_LAYOUT_CHARS = 200  # of a cell with more than one paragraph; not measured
_SENTENCE_END = re.compile(r"[.!?…:;,][\"'”’)]{0,2}")
# What programs write into the property by themselves.
_NO_TITLE = re.compile(
    r"(?:untitled|document|dokument|documento|unbenannt|sans nom|template|normal|blank|title|letter|memo)"
    r"[ _-]?[0-9]{0,9}|microsoft word.{0,300}|powerpoint presentation|word document|press release"
    r"|.{0,200}\.(?:docx?|docm|dot[xm]?|pdf|rtf|odt|ott|txt|indd|qxd)",
    re.IGNORECASE,
)
# The author of a file is often the owner or the program of a computer, not a person.
_NO_PERSON = re.compile(
    r"[0-9@_/\\]|\b(?:user|admin\w{0,20}|owner|office|microsoft|windows|desk|newsroom|redaktion|template|guest"
    r"|test|default|computer|laptop|mac|pc|python|openoffice|libreoffice|apache|aspose|pandoc|google|unknown"
    r"|author|company|department|team|inc|ltd|llc|gmbh)\b",
    re.IGNORECASE,
)
_BETWEEN_PERSONS = re.compile(r";|,|&| and ")
_MOST_WORDS = 5  # of a person's name
_HEADER_LINES = 20
_HEADER_PARTS = re.compile(r"[\t\n]++| {2}| [|•·—–-] ")
_SMALL_WORDS = frozenset({"of", "and", "the", "for", "&", "de", "la", "le", "der", "die"})
_MOST_OUTLET_WORDS = 7


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says by itself: whether its name is a title's, and whether it hides text, if it says so.

    `parent` is the key of the style that it is based on.
    """

    is_title: bool = False
    hides: bool | None = None
    parent: str = ""


class Styles:
    """The keys of the styles that are those of titles, and of those that hide their text."""

    def __init__(self, styles: Mapping[str, Style]) -> None:
        self.titles: set[str] = set()
        self.hidden: set[str] = set()
        for key in styles:
            chain = list(_chain(key, styles))
            if any(style.is_title for style in chain):
                self.titles.add(key)
            if next((style.hides for style in chain if style.hides is not None), False):
                self.hidden.add(key)


def _chain(key: str, styles: Mapping[str, Style]) -> Iterator[Style]:
    """Yield a style and those that it is based on; files have styles that are based on themselves."""
    for _ in range(_LONGEST_CHAIN):
        if key not in styles:
            return
        yield styles[key]
        key = styles[key].parent


def is_title_style(name: str) -> bool:
    """Whether a style of this name is the title's."""
    return name.casefold() in _TITLE_STYLES


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a row of a table. `is_title` says that its style is a title's."""

    text: str
    is_title: bool = False
    is_row: bool = False


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A document of a word processor. `title`, `authors` and `created` are properties of its file.

    `headers` are the lines at the top of its pages.
    """

    blocks: Sequence[Block]
    title: str = ""
    authors: str = ""
    created: str = ""
    headers: Sequence[str] = ()

    def draft(self, options: LoadOptions) -> ArticleDraft:
        """Return the article. What readers see of title, authors and date wins over properties.

        The day on which the file was made is not that of the article: it counts as the file's own date does,
        where the options ask for that. Raises UnreadableError where the text is larger than they allow.
        """
        draft = self._titled()
        if len(draft.text) > options.max_bytes:
            raise UnreadableError(too_large(options.max_bytes))
        header = _Header(self.headers, draft.title)
        created = [StatedDate(self.created, "file")] if options.file_dates and self.created else []
        return replace(
            draft,
            source=draft.source or header.source,
            authors=draft.authors or header.authors or tuple(persons(self.authors)),
            dates=(*draft.dates, *header.dates, *created),
        )

    def _titled(self) -> ArticleDraft:
        blocks = [block for block in self.blocks if block.text.strip()]
        text = "\n\n".join(block.text for block in blocks)
        at = _title_place(blocks)
        if at is not None and len(blocks) > 1:
            return _under_title(blocks[at].text.strip(), blocks[:at], blocks[at + 1 :])
        title = one_line(self.title, _TITLE_CHARS)
        first = one_line(blocks[0].text, _TITLE_CHARS) if blocks else ""
        if not title or _NO_TITLE.fullmatch(title) or len(blocks) < 1:
            return draft_of(text)
        if first.casefold() == title.casefold() and len(blocks) > 1:
            return with_head(ArticleDraft(text="\n\n".join(block.text for block in blocks[1:]), title=title))
        under_title = with_head(ArticleDraft(text=text, title=title))
        looks_like_title = (
            len(blocks) > 1 and len(first) < _TITLE_CHARS and not _SENTENCE_END.search(first[-3:])
        )
        return draft_of(text) if looks_like_title and under_title.text == text else under_title


def row_block(words: Sequence[str]) -> list[Block]:
    """Return a row of a table as a block of the words of its cells; nothing where it has none."""
    return [Block(" | ".join(words), is_row=True)] if any(words) else []


def cell_words(cell: Iterable[Block]) -> str:
    """Return the words of a cell in one line."""
    return " ".join(" ".join(block.text for block in cell).split())


def sets_the_page(cells: Sequence[Sequence[Block]], *, in_header: bool = False) -> bool:
    """Whether a row is a frame of paragraphs, not one of data.

    It stands in the header of pages, or a cell is alone in it, or holds a table, or paragraphs of an article.
    """
    return (
        in_header
        or len(cells) == 1
        or any(
            any(block.is_row for block in cell)
            or (len(cell) > 1 and sum(len(block.text) for block in cell) > _LAYOUT_CHARS)
            for cell in cells
        )
    )


def persons(names: str) -> Iterator[str]:
    """Yield the names of persons in the author property of a file."""
    for name in islice(_BETWEEN_PERSONS.split(names), 50):
        words = name.split()
        capital = all(word[0].isupper() or word in PARTICLES for word in words)
        if 1 < len(words) <= _MOST_WORDS and capital and not _NO_PERSON.search(name):
            yield " ".join(words)


def _under_title(title: str, above: Sequence[Block], below: Sequence[Block]) -> ArticleDraft:
    """Return the article of a title, what stands above it, and what stands below.

    A kicker above it, or a deck below it, may stand before the byline.
    """
    kicker, rest = ([block.text for block in blocks] for blocks in (above, below))
    whole = "\n\n".join(kicker + rest)
    heads = [([], whole), (kicker, "\n\n".join(rest))]
    if len(rest) > 1 and len(rest[0]) <= _HEAD_CHARS:
        heads.append((kicker, f"{rest[0]}\n" + "\n\n".join(rest[1:])))
    for before, text in heads:
        draft = with_head(ArticleDraft(text=text, title=title))
        if draft.text != text:
            return replace(draft, text="\n\n".join([*before, draft.text]))
    return ArticleDraft(text=whole, title=title)


def _title_place(blocks: Sequence[Block]) -> int | None:
    """Return where the title stands among the first blocks."""
    for place, block in enumerate(blocks[:_HEAD_BLOCKS]):
        if block.is_title:
            return place
        if len(block.text) > _HEAD_CHARS:
            break
    return None


class _Header:
    """What the top of the pages says: dates, authors and outlet; the rest of it is not the article's text."""

    def __init__(self, lines: Iterable[str], title: str) -> None:
        self.source = ""
        self.authors: tuple[str, ...] = ()
        self.dates: tuple[StatedDate, ...] = ()
        for line in islice(dict.fromkeys(lines), _HEADER_LINES):
            for part in _HEADER_PARTS.split(line[: 2 * _HEAD_CHARS]):
                if part.strip() and part.strip().casefold() != title.casefold():
                    self._read(part.strip())

    def _read(self, part: str) -> None:
        # "The Tarn Post, Monday, 3 May 2021": the outlet ends at a comma after which all is a date.
        for place in (-1, *(match.start() for match in re.finditer(",", part))):
            head = with_head(ArticleDraft(text=f"{part[place + 1 :].strip()}\n\n-"))
            if head.dates or head.authors:
                self.dates += head.dates
                self.authors = self.authors or head.authors
                self.source = self.source or head.source
                part = part[: max(place, 0)]
                break
        if not self.source and is_outlet(part.split()):
            self.source = part


def is_outlet(words: Sequence[str]) -> bool:
    """Whether these words are the name of a newspaper: "The Tarn Post", and not "Harbour to close"."""
    name = " ".join(words).replace("-", " ")
    parts = (name.title() if name.isupper() else name).split()
    named = has_newspaper_word(name) or (len(parts) > 1 and parts[0] == "The")
    capital = all(word[0].isupper() or word in _SMALL_WORDS for word in words)
    return named and capital and len(words) <= _MOST_OUTLET_WORDS
