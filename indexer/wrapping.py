"""Rejoins lines that were wrapped at a column, as in wire copy, mail, OCR and Markdown. Knows no formats.

A line break is soft where a program or a typist put it because the line was full: the next line's first word
would not have fitted. Lists, verse, tables, headings, quoted mail and signatures have breaks of another kind,
and keep them. A block (lines without a blank one between) is judged by its own lines; where its lines do not
tell, the width of the text's other blocks does. Joining once is joining for good: `unwrap(unwrap(t))` is
`unwrap(t)`.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

# These numbers were tried on the test files of the loaders only, where they say nothing else.
_NARROWEST, _WIDEST = 25, 130  # columns of a newspaper, and of a wide window, in characters
_FEW_BREAKS = 3  # with fewer breaks inside sentences a block must be as wide as a page, _PAGE_WIDTH
_PAGE_WIDTH = 45
_SLACK = 8  # a line counts as full up to an eighth of the width before its end: hand-made lines are ragged
_FULL_SHARE = 0.8
_LOWER_SHARE = 0.4  # most words of a sentence begin in lower case, the first words of verses and items do not
_RUNNING_WIDTH = 55  # lines so long that go on in lower case are no verse, full or not
_INDENT = 2  # blanks that begin a paragraph
_WORD_CHARS = 60  # of a word that a line breaks; no language hyphenates a longer one

_BREAK = re.compile(r"[^\n]\n[^\n]")
_SENTENCE_END = re.compile(r"[.!?…:;。！？]['\"’”»)\]]{0,3}$")
_INNER_END = re.compile(r"[^\W\d_]{3}[.!?…]['\"’”»)]{0,2} ['\"‘“«(]{0,2}(?![a-z])\w")
# Quoted mail, headings and fences of Markdown, rules; rows of tables: tabs, bars or wide gaps between words.
_ALONE = re.compile(
    r"\s{0,8}(?:>|#{1,6}\s|```|~~~|\||[-=*_+~.]{3}|\[[^\]\n]{1,80}\]:)|[^\n]{0,300}?\S(?:\t| {3,}| \| )\S"
)
_ITEM = re.compile(r"\s{0,12}(?:([-*+•◦▪‣·■□►–—])|\(?[0-9]{1,3}[.)]|\(?[a-z]\))\s{1,4}\S")
_PAIR = re.compile(r"\s{0,8}[^\W\d_][^:\n]{0,40}:[ \t]{1,8}\S")  # "Adults: 12 euros", which stands alone
_HYPHEN_END = re.compile(r"(?<![^\W_-])([^\W_]++(?:-[^\W_]++){0,3})[-¬]$")
_FIRST_WORD = re.compile(r"[^\W_]+")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*+")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u3001\u3002\uff01-\uff1f]")
# Words and parts of words that stand before a hyphen, and that stand behind one.
_HEADS = frozenset({
    "all", "anti", "cross", "double", "ex", "far", "first", "five", "four", "full", "half", "high", "ill",
    "left", "long", "low", "mid", "multi", "new", "nine", "non", "north", "old", "one", "out", "part",
    "post", "pre", "pro", "quasi", "right", "second", "self", "semi", "seven", "short", "six", "so",
    "south", "ten", "third", "three", "two", "vice", "well", "year",
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
})  # fmt: skip
_TAILS = frozenset({"backed", "based", "born", "elect", "funded", "led", "owned", "related", "run", "style"})
_JOINTS = frozenset({"and", "at", "by", "for", "in", "of", "on", "the", "to", "up", "year"})  # mother-in-law
# These begin words that are written without a hyphen, though both halves are words.
_PREFIXES = frozenset({
    "after", "any", "be", "can", "every", "for", "here", "in", "no", "on", "over", "some", "there", "to",
    "under", "what", "when", "where", "who", "with",
})  # fmt: skip


def is_compound(first: str, second: str, words: frozenset[str]) -> bool:
    """Whether a hyphen parts two halves of a word; all are in lower case, `words` are those of the text."""
    if first + second in words or first in _PREFIXES:
        return False
    if f"{first}-{second}" in words or first in _HEADS or second in _TAILS:
        return True
    return first in words and second in words


def unwrap(text: str) -> str:
    """Return a normalised text whose wrapped paragraphs are one line each, with a blank line between.

    A word that a hyphen breaks at a line's end is one again; "Franco-", "German" keeps its hyphen.
    """
    if not _BREAK.search(text):
        return text
    blocks = [block.split("\n") for block in text.split("\n\n")]
    widths = _own_widths(blocks)
    common = max(widths)
    hyphens = _Hyphens(text)
    return "\n\n".join(
        "\n\n".join(_paragraphs(block, width or common, hyphens, own=width > 0))
        if len(block) > 1
        else block[0]
        for block, width in zip(blocks, widths, strict=True)
    )


def _own_widths(blocks: Sequence[Sequence[str]]) -> list[int]:
    """Return the width at which each block was wrapped, 0 where it does not look wrapped.

    The lines of a stanza are about as long as each other, as ragged lines of prose are. So narrow blocks are
    ragged prose only where a block of that width has sentences that end within lines; the others must be full
    to the letter, each by itself and all together.
    """
    prose = {_width(block) for block in blocks if len(block) > 1 and _is_prose(block)}
    widths, doubtful = list[int](), list[int]()
    for at, block in enumerate(blocks):
        width = _width(block)
        ragged = width >= _RUNNING_WIDTH or any(abs(width - other) <= other // _SLACK for other in prose)
        widths.append(_own_width(block, width // _SLACK if ragged else 0))
        if len(block) > 1 and not ragged:
            doubtful.append(at)
    common = max((_width(blocks[at]) for at in doubtful), default=0)
    pairs = (pair for at in doubtful for pair in pairwise(blocks[at]))
    breaks = [pair for pair in pairs if not _SENTENCE_END.search(pair[0][-4:])]
    words = sum(_breaks_word(*pair) for pair in breaks)
    full = sum(_breaks_word(*pair) or _is_full(*pair, common) for pair in breaks)
    if full < _FULL_SHARE * len(breaks) or (not words and len(breaks) < _FEW_BREAKS):
        for at in doubtful:
            widths[at] = 0
    return widths


def _width(lines: Sequence[str]) -> int:
    lengths = sorted(map(len, lines))
    return lengths[-1 - len(lengths) // 20]  # a line in twenty may be longer, such as one with an address


def _is_prose(lines: Sequence[str]) -> bool:
    """Whether more sentences end within these lines than at the ends of lines, or words have no blanks."""
    within = sum(len(_INNER_END.findall(line)) for line in lines)
    return within > sum(bool(_SENTENCE_END.search(line[-4:])) for line in lines[:-1]) or bool(
        _UNSPACED.search(lines[0])
    )


def _own_width(lines: Sequence[str], slack: int) -> int:
    """Return the width at which these lines were wrapped, 0 where they do not look wrapped."""
    if len(lines) == 1:
        return 0
    lengths = sorted(map(len, lines))
    width = _width(lines)
    if width > _WIDEST:
        return 0
    has_case = not any(map(str.isupper, lines))
    inside = full = lower = hyphens = ends = 0
    for before, after, apart in _breaks(lines, width):
        if apart or _SENTENCE_END.search(before[-4:]):
            ends += not apart
            continue
        broken = _breaks_word(before, after)
        inside += 1
        hyphens += broken
        full += broken or _is_full(before, after, width - slack)
        lower += broken or not has_case or _goes_on(after)
    if not inside or inside < ends or lower < _LOWER_SHARE * inside:
        return 0
    if inside == hyphens:
        return width
    columns = 2 * width if _UNSPACED.search(lines[0]) else width
    if columns < (_PAGE_WIDTH if inside < _FEW_BREAKS else _NARROWEST):
        return 0
    runs_on = lower == inside and lengths[len(lengths) // 2] >= _RUNNING_WIDTH
    return width if full >= _FULL_SHARE * inside or runs_on else 0


def _paragraphs(lines: Sequence[str], width: int, hyphens: "_Hyphens", *, own: bool) -> Iterator[str]:
    """Yield the paragraphs of a block; the block as it is where no two of its lines belong together."""
    joined: list[list[str]] = [[lines[0]]]
    for before, after, apart in _breaks(lines, width) if width else ():
        if not apart and (_is_soft_inside(before, after, width) if own else _is_soft(before, after, width)):
            joined[-1].append(after)
        else:
            joined.append([after])
    if not width or len(joined) == len(lines):
        yield "\n".join(lines)
        return
    for paragraph in joined:
        yield hyphens.joined(paragraph) if len(paragraph) > 1 else paragraph[0]


def _is_soft_inside(before: str, after: str, width: int) -> bool:
    """Whether a line goes on in the next, in a block that was wrapped at this width."""
    if _SENTENCE_END.search(before[-4:]):
        return _is_full(before, after, width)
    return _breaks_word(before, after) or _goes_on(after) or _is_full(before, after, width - width // _SLACK)


def _is_soft(before: str, after: str, width: int) -> bool:
    """Whether a line goes on in the next, where other blocks of the text were wrapped at this width."""
    ended = _SENTENCE_END.search(before[-4:])
    return not ended and _is_full(before, after, width) and len(before) <= width + width // _SLACK


def _breaks(lines: Sequence[str], width: int) -> Iterator[tuple[str, str, bool]]:
    """Yield each two lines, and whether the second begins something by its form.

    That is a row, an item, or an indented paragraph.
    """
    in_items = bool(_ITEM.match(lines[0]))
    alone = bool(_ALONE.match(lines[0]))
    for before, after in pairwise(lines):
        alone_before, alone = alone, bool(_ALONE.match(after))
        item = bool(_ITEM.match(after)) and (
            in_items or bool(_SENTENCE_END.search(before[-4:])) or not _is_full(before, after, width)
        )
        indented = not in_items and _indent(after) >= _indent(before) + _INDENT
        is_pair = 2 * len(before) < width and _PAIR.match(before) is not None
        apart = alone_before or alone or item or indented or is_pair
        in_items = item or (in_items and not apart)
        yield before, after, apart


def _indent(line: str) -> int:
    lead = line[: len(line) - len(line.lstrip())]
    return len(lead.expandtabs())


def _is_full(before: str, after: str, width: int) -> bool:
    """Whether the first word of the next line would not have fitted into this one."""
    after = after.lstrip()
    word = 1 if _UNSPACED.match(after) else len(after[:_WIDEST].split(" ", 1)[0])
    return len(before) + 1 + word > width


def _goes_on(line: str) -> bool:
    """Whether a line begins as no sentence does: in lower case, or in a script without capitals."""
    first = line.lstrip(" \t'\"‘’“”«»([-–—")[:1]
    return first.isalpha() and not first.isupper() and not first.istitle()


def _breaks_word(before: str, after: str) -> bool:
    return bool(_HYPHEN_END.search(before[-_WORD_CHARS:])) and after.lstrip()[:1].isalpha()


class _Hyphens:
    """Which hyphens at the ends of lines belong to their words; the text's other words are the evidence."""

    def __init__(self, text: str) -> None:
        self._text = text

    def joined(self, lines: Sequence[str]) -> str:
        """Return wrapped lines as one, with single blanks."""
        parts: list[str] = []
        for line in lines:
            words = " ".join(line.split())
            if parts:
                parts[-1] = self._before(parts[-1], words)
            parts.append(words)
        return "".join(parts)

    def _before(self, line: str, after: str) -> str:
        """Return a line with what stands between it and the next."""
        broken = _HYPHEN_END.search(line[-_WORD_CHARS:])
        tail = _FIRST_WORD.match(after)
        if broken and tail:
            bare = line[:-1]
            joint = tail[0].casefold() in _JOINTS and after[tail.end() :].startswith(
                "-"
            )  # "brother-", "in-law"
            if line[-1] != "-" or not (joint or self._is_whole_with_hyphen(broken[1], tail[0])):
                return bare
            return line
        unspaced = _UNSPACED.match(line[-1:]) and _UNSPACED.match(after)
        return line if unspaced else f"{line} "

    def _is_whole_with_hyphen(self, head: str, tail: str) -> bool:
        """Whether the hyphen between two parts of a word stands there also within a line."""
        rest, _, last = head.rpartition("-")
        first, second = last.casefold(), tail.casefold()
        if last.isdigit() or (tail[0].isupper() and not (last.isupper() and tail.isupper())):
            return True  # 20-year-old, Franco-German
        if (rest and first in _JOINTS) or (last.isupper() and not tail.isupper()):
            return True  # mother-in-law, EU-funded
        return is_compound(first, second, self._words)

    @cached_property
    def _words(self) -> frozenset[str]:
        """The words of the text in lower case, less the parts of those that are broken."""
        text = re.sub(r"(?<![^\W_])[^\W_]+-\n\s{0,20}[^\W_]+", " ", self._text)
        return frozenset(match[0].casefold() for match in _WORD.finditer(text))
