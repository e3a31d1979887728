"""Picks the blocks of a page that are its article.

Another extractor says where the article is (its `main` text); it leaves out captions, tables, fact boxes and
items of lists. This module takes them back, and leaves out what is told to be furniture of the page.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from nutgraf.indexer.dates import parse_date_line
from nutgraf.indexer.loaders.pages.blocks import Block, page_blocks
from nutgraf.indexer.loaders.pages.data import letters
from nutgraf.indexer.loaders.pages.furniture import furniture, is_led_by_label
from nutgraf.indexer.loaders.pages.places import Place, places_of
from nutgraf.indexer.loaders.texts.head import LINES_OF_DATE, lines_of_date, read_head

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# Shares and numbers that were not compared with others.
_SEEN_SHARE = 0.75
_CORE_SHARE = 0.9
_SHINGLE_WORDS = 4
_TEXT_WORDS = 8
_PROSE_WORDS = 15
_ITEM_WORDS = 3
# "Opened: 1968", a line of a fact box.
_VALUE = re.compile(r"[^\W\d_][^:]{1,40}:\s\S")
# Behind the story: what asks readers for something, or says who wrote it.
_TO_READERS = re.compile(
    r"\b(?:you|your|our|us|sign up|subscribe\w*|newsletters?|follow|contact|e-?mail|copyright|rights reserved"
    r"|reporter|correspondent|writer|editor|author|journalist|columnist|republish\w*|donat\w+|comments?|cookies?"
    r"|sie|ihre?|unsere?\w?|redakteur\w*|autor\w*|vous|votre|notre|nos|journaliste|usted|nuestr\w+|periodista)\b",
    re.IGNORECASE,
)
_BYLINE_KINDS = frozenset({"div", "li", "p"})
_TOLD_KINDS = frozenset({"blockquote", "p", "pre"})
_CAPTIONS = frozenset({"figcaption", "tr", "caption"})
_WORD = re.compile(r"\w+")
_BYLINE = re.compile(
    r"(?:by|von|par|por|di|door|av|text:|words by) (?-i:[A-ZÀ-Þ]).{1,80}(?<![.!?])"
    r"|[^.!?]{0,40}\b(?:[0-9]{1,2}[./:][0-9]{2}|jan|feb|m[aä]r|a[pbv]r|ma[iy]|jun|jul|aug|ago|ao[uû]t|sep|o[ck]t"
    r"|nov|de[cz]|dic)"
    r"[^!?]{0,40}\b(?:19|20)[0-9]{2}\b[^!?]{0,40}|[^.!?]{0,20}\b(?:19"
    r"|20)[0-9]{2}-[0-9]{2}-[0-9]{2}\b[^!?]{0,30}",
    re.IGNORECASE,
)
# The time above an entry of a live blog. Short words are zones and parts of the day: GMT, pm, Uhr.
_LONGEST_STAMP_CHARS = 50
_TIME = re.compile(r"\b(?:[0-9]{1,2}[:.h][0-9]{2}(?:\b|(?=[ap]\.?m))|[0-9]{1,2} ?[ap]\.?m\b)", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]+")
_STAMP_WORD = re.compile(
    r"[^\W\d_]{1,4}\b|jan|feb|m[aä]r|a[pbv]r|ma[iy]|jun|jul|aug|ago|ao[uû]t|sep|o[ck]t|nov|de[cz]"
    r"|mon|tue|wed|thu|fri|sat|sun|today|yesterday",
    re.IGNORECASE,
)


def article_blocks(tree: "HtmlElement", main: str, titles: Sequence[str] = ()) -> list[Block]:
    """Return the blocks of the article, given the text that another extractor found to be its `main` one.

    `titles` are those that the page has, in any form.
    """
    blocks = page_blocks(tree)
    seen = _seen(blocks, main)
    extra = furniture(blocks)
    if not any(seen):
        return [block for number, block in enumerate(blocks) if number not in extra and not block.is_links]
    places = places_of(tree, _core(tree, blocks, seen))
    first, last = seen.index(True), len(seen) - 1 - seen[::-1].index(True)
    kept = _beside(blocks, (first, last), places, titles) - extra
    for number, block in enumerate(blocks):
        place = places[block.element]
        is_between = first < number < last and place.in_core and _is_text(block)
        if number not in extra and (seen[number] or is_between or _is_attached(block, place)):
            kept.add(number)
    stamps = _stamps(blocks, kept)
    article = [block for number, block in enumerate(blocks) if number in kept or number in stamps]
    heads = {blocks[number] for number in stamps if blocks[number + 1].kind in _HEADINGS}
    return _without_lone_headings(_without_ends(article, titles, heads))


def _beside(
    blocks: Sequence[Block],
    ends: tuple[int, int],
    places: Mapping["HtmlElement", Place],
    titles: Sequence[str],
) -> set[int]:
    """Return the numbers of the blocks right before and behind the main text that are of the story, too.

    These are the standfirst and key points below the headline, and lists and paragraphs behind the text.
    `ends` are the first and the last block of the main text.
    """
    first, last = ends
    own = {*map(letters, titles)} - {""}
    headlines = [n for n in range(first) if blocks[n].kind == "h1" or letters(blocks[n].text) in own]
    front = range(max(headlines) + 1, first) if headlines else range(0)
    beside = {number for number in front if _is_beside(blocks[number], places)}
    for number in range(last + 1, len(blocks)):
        block = blocks[number]
        if block.kind in _HEADINGS or _is_attached(block, places[block.element]):
            continue
        if not _is_beside(block, places) or _TO_READERS.search(block.text):
            break
        if block.kind == "div" or (block.kind == "p" and not block.ends_sentence):
            break
        beside.add(number)
    headed = {number - 1 for number in beside if number and blocks[number - 1].kind in _HEADINGS}
    return beside | {number for number in headed if number in front or number > last}


def _is_beside(block: Block, places: Mapping["HtmlElement", Place]) -> bool:
    """Whether a block around the main text is a part of the story: no byline, label or link of the page."""
    place = places[block.element]
    if not place.in_article or place.in_page_part or block.link_chars or _BYLINE.fullmatch(block.text):
        return False
    words = len(block.text.split())
    if block.kind == "li":
        least = _ITEM_WORDS
    elif block.kind in _TOLD_KINDS or (block.kind == "div" and block.ends_sentence):
        least = _TEXT_WORDS
    else:
        return False
    return words >= least


def _stamps(blocks: Sequence[Block], kept: Collection[int]) -> set[int]:
    """Return the numbers of the times and days above the entries of a live blog, which has several."""
    stamps = {
        number - 1
        for number in kept
        if number and _is_stamp(blocks[number - 1].text) and not _is_stamp(blocks[number].text)
    }
    return stamps if len(stamps) > 1 else set()


def _is_stamp(text: str) -> bool:
    """Whether a text is no more than a time or a day: "18:05 GMT, 3 Nov"."""
    if len(text) > _LONGEST_STAMP_CHARS or not any(map(str.isdigit, text)):
        return False
    return parse_date_line(text).stated or (
        _TIME.search(text) is not None and all(map(_STAMP_WORD.match, _LETTERS.findall(text)))
    )


def _seen(blocks: Sequence[Block], main: str) -> list[bool]:
    """Return for each block whether the main text has most of its runs of four words, or a line like it."""
    same = {" ".join(line.split()) for line in main.splitlines() if _WORD.search(line)}
    lines = [_words(line) for line in main.splitlines()]
    whole = {tuple(line) for line in lines if line}
    runs = {run for line in lines for run in _runs(line)}

    def is_seen(text: str) -> bool:
        if text in same:  # as most are; the rest takes longer
            return True
        words = _words(text)
        own = _runs(words)
        return tuple(words) in whole or sum(run in runs for run in own) >= _SEEN_SHARE * max(1, len(own))

    return [is_seen(block.text) for block in blocks]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _runs(words: Sequence[str]) -> list[tuple[str, ...]]:
    return [*zip(*(words[at:] for at in range(_SHINGLE_WORDS)), strict=False)]


def _core(tree: "HtmlElement", blocks: Sequence[Block], seen: Sequence[bool]) -> "HtmlElement":
    """Return the innermost element that holds nearly all of the main text."""
    chars = dict.fromkeys(tree.iter("*"), 0)
    for block, is_seen in zip(blocks, seen, strict=True):
        chars[block.element] += len(block.text) * is_seen
    least = _CORE_SHARE * sum(chars.values())
    core = tree
    for element in reversed(chars):  # what is inside comes first
        if chars[element] >= least:
            return element
        if (parent := element.getparent()) in chars:
            chars[parent] += chars[element]
    return core


def _is_text(block: Block) -> bool:
    """Whether a block between two of the main text is a part of it, too, and no label of the page."""
    if block.is_links:
        return False
    if block.kind != "div" or len(block.text.split()) >= _TEXT_WORDS or block.ends_sentence:
        return True
    is_value = _VALUE.match(block.text) is not None and not is_led_by_label(block.text)
    return is_value and _BYLINE.fullmatch(block.text) is None


def _is_attached(block: Block, place: Place) -> bool:
    """Whether a block is a caption, a table or a fact box of the article, before or behind its main text."""
    if not place.in_article or place.in_teaser or block.is_links:
        return False
    return place.in_box or block.kind in _CAPTIONS


def _without_ends(
    blocks: Sequence[Block], titles: Sequence[str], stamps: Collection[Block] = ()
) -> list[Block]:
    """Leave out the title, byline and day in front of the first long paragraph, and links behind the last.

    `stamps` stay: the times above the entries of a live blog.
    """
    first = next((number for number, block in enumerate(blocks) if _is_prose(block)), None)
    if first is None:
        heads = len([*takewhile(_is_head, blocks)])
        return [*(blocks[heads:] or blocks)]
    last = next(number for number in reversed(range(len(blocks))) if _is_prose(blocks[number]))
    own = {*map(letters, titles)} - {""}
    front = [*blocks[:first]]
    for number, block in enumerate(front):
        if letters(block.text) in own:
            front = [block for block in front[:number] if block.kind in _CAPTIONS] + front[number + 1 :]
            break
    lines = _heads(front)
    front = [block for block in front if block in stamps or block not in lines]
    back = [block for block in blocks[last + 1 :] if block.kind == "tr" or not block.is_link]
    return [*front, *blocks[first : last + 1], *back]


def _heads(blocks: Sequence[Block]) -> set[Block]:
    """Return the bylines and days among blocks, also a day that is printed over several of them."""
    heads: set[Block] = set()
    for number, block in enumerate(blocks):
        if block in heads:
            continue
        if _is_head(block):
            heads.add(block)
        day = [*takewhile(lambda part: part.kind in _BYLINE_KINDS, blocks[number : number + LINES_OF_DATE])]
        heads.update(day[: lines_of_date([part.text for part in day])])
    return heads


def _is_prose(block: Block) -> bool:
    """Whether a block is a long paragraph of the story."""
    return len(block.text.split()) >= _PROSE_WORDS and not _is_head(block)


def _is_head(block: Block) -> bool:
    """Whether a block is a byline, or a line with the days of the article."""
    if block.kind not in _BYLINE_KINDS:
        return False
    return _BYLINE.fullmatch(block.text) is not None or read_head((block.text,)).lines > 0


def _without_lone_headings(blocks: Sequence[Block]) -> list[Block]:
    """Leave out headings with nothing under them before the next of their rank, or at the end."""
    kept: list[Block] = []
    for block in blocks:
        while kept and block.kind in _HEADINGS and kept[-1].kind in _HEADINGS and kept[-1].kind >= block.kind:
            kept.pop()
        kept.append(block)
    while kept and kept[-1].kind in _HEADINGS:
        kept.pop()
    return kept or [*blocks]
