"""Reads who wrote the article of a web page: in its meta elements, in its byline. Knows no JSON."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.pages.blocks import Block, page_blocks
from nutgraf.indexer.loaders.pages.boilerplate import name_words, short_text
from nutgraf.indexer.loaders.pages.data import letters
from nutgraf.indexer.loaders.pages.head import meta_contents
from nutgraf.indexer.loaders.texts.head import read_head

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_MOST_AUTHORS = 10
_MOST_NAME_WORDS = 5
_AUTHOR_METAS = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "byl")
_BYLINE_NAMES = frozenset({"byline", "bylines", "author", "authors", "byl", "submitted"})
_AUTHOR_LINKS = (
    "//*[self::a or self::span or self::address or self::div][@rel='author' or @itemprop='author']"
)
# A first choice, which the library's own code makes faster; the words of the names decide.
_CALLED_BYLINE = (
    "//*[not(self::a or self::html or self::body or self::article)]"
    "[contains(@class, 'yline') or contains(@class, 'uthor') or contains(@class, 'byl')"
    " or contains(@class, 'ubmitted') or contains(@id, 'yline') or contains(@id, 'uthor')]"
)
_BIO_NAMES = frozenset({"bio", "about", "card", "box", "profile", "image", "avatar", "social", "date"})
_NO_BYLINE_TAGS = frozenset({"blockquote", "figure", "footer", "aside", "li"})
_PARTICLES = frozenset({
    "al", "bin", "da", "de", "del", "della", "der", "des", "di", "dos", "du", "el", "la", "le", "ten", "ter",
    "van", "vom", "von", "y", "zu",
})  # fmt: skip
_BY = re.compile(
    r"(?:(?:words|text|story|written|posted|submitted) )?(?:by|von|par|por|di|door|av|af|texte?)\b ?:?\s?",
    re.IGNORECASE,
)
# A byline that no element is called after. Without "by" a colon must say that it is none of the text.
_BYLINE = re.compile(
    r"(?:(?:[a-z]{1,12} )?by|von|par|por|di|door|av|af|(?:words|text|texte|story) ?(?=:))\b ?:? ?",
    re.IGNORECASE,
)
_PARTS = re.compile(r" [|•·–—] ")
_PICTURES_BY = re.compile(r"(?:photo|picture|image|illustration|video|graphic|edit|compile)", re.IGNORECASE)
# Bounds of the lines between headline and text, which were not compared with others.
_LINES = 8
_LINE_CHARS = 160
_PARAGRAPH_WORDS = 15
_NAMES_END = re.compile(r"( (?:and|und|et|y|e|och|og|en|for|in|at|on|,|–|—|-) |[,;|&/·•]|\n)", re.IGNORECASE)
_BEFORE_PLACES = frozenset({"for", "in", "at", "on", "–", "—", "-"})
_ROLE = re.compile(
    r"\b(?:editor|reporter|writer|correspondent|staff|news|contributor|agency|online"
    r"|columnist|critic|redaktion|redaction)s?\b",
    re.IGNORECASE,
)
# Words of outlets that are surnames, too: "Ann Post" is a person, "The Tarn Post" is none.
_OUTLET_WORD = re.compile(r"\b(?:post|times|herald|press)\b", re.IGNORECASE)
_BEFORE_OUTLETS = frozenset({",", "|", "/", "·", "•"})
_MOST_WORDS_WITH_SURNAME = 2
_WEEKDAY = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", re.IGNORECASE)


def page_authors(tree: "HtmlElement", titles: Sequence[str], outlet: str) -> tuple[str, ...]:
    """Return the names in meta elements of a page, else in its byline; not the outlet.

    The byline is what is called so, or a line below a heading that is one of the page's `titles`.
    """
    metas = [text for name in _AUTHOR_METAS for text in islice(meta_contents(tree, name), _MOST_AUTHORS)]
    return (
        author_names([text for text in metas if "://" not in text], outlet)
        or author_names(_bylines(tree), outlet)
        or author_names(_below_headline(page_blocks(tree), titles), outlet)
    )


def author_names(texts: Sequence[str], outlet: str) -> tuple[str, ...]:
    """Return the names in texts such as bylines, each once; not the outlet."""
    names: dict[str, str] = {}
    for text in texts:
        for name in _names(text):
            names.setdefault(letters(name), name)
    names.pop(letters(outlet), None)
    return tuple(names.values())


def _bylines(tree: "HtmlElement") -> list[str]:
    """Return the names that links to authors have; else the text of the first element called a byline."""
    linked = [text for link in islice(tree.xpath(_AUTHOR_LINKS), _MOST_AUTHORS) if (text := short_text(link))]
    if linked:
        return linked
    for element in tree.xpath(_CALLED_BYLINE):
        names = [*name_words(element)]
        if any(not _BYLINE_NAMES.isdisjoint(name) and _BIO_NAMES.isdisjoint(name) for name in names):
            links = [text for text in map(short_text, islice(element.iter("a"), _MOST_AUTHORS)) if text]
            text = "\n".join(filter(None, map(str.strip, element.itertext()))) if short_text(element) else ""
            if text and not any(part.tag in _NO_BYLINE_TAGS for part in element.iterancestors()):
                return links if any([*_names(link)] for link in links) else [text]
    return []


def _below_headline(blocks: Sequence[Block], titles: Sequence[str]) -> Sequence[str]:
    """Return the names in the byline between the headline and the text, which may follow one paragraph."""
    own = [letters(title) for title in titles]
    for number, block in enumerate(blocks):
        last = letters(block.text.rpartition(" ")[2])  # most blocks need no more than their last word
        if " " not in block.text or not any(title.endswith(last) for title in own):
            continue
        text = letters(block.text)
        if not any(title.endswith(text) for title in own):
            continue
        lines = [line for line in blocks[number + 1 : number + 1 + _LINES] if line.kind != "figcaption"]
        after_paragraph = False
        for line, after in pairwise([*lines, block]):
            is_alone = line.text.casefold().rstrip(" :") == "by"
            if names := _line_names(f"By {after.text}" if is_alone else line.text):
                return names
            if after_paragraph:
                break
            after_paragraph = len(line.text.split()) >= _PARAGRAPH_WORDS
    return ()


def _line_names(line: str) -> Sequence[str]:
    """Return the names in a line such as "By Ann Lee and Tom Reed" or "4 May 2021 by Ann Lee"."""
    if len(line) > _LINE_CHARS or line.endswith((".", "!", "?", ":")) or _PICTURES_BY.match(line):
        return ()
    for part in _PARTS.split(line):
        if by := _BYLINE.match(part):
            names = [name for name in _names(part[by.end() :]) if " " in name]
            if names and part.startswith(names[0], by.end()) and not _WEEKDAY.search(names[0]):
                return names
    return read_head([line]).authors


def _names(text: str) -> Iterator[str]:
    """Yield the names in a byline such as "By Ann Lee and Tom Reed, Political Editors"."""
    before = ""
    for number, part in enumerate(_NAMES_END.split(_BY.sub("", text.strip(), count=1))):
        if number % 2:
            before = part.strip().lower()
            continue
        name = part.strip(" .,-–—|")
        words = name.split()
        is_name = len(words) <= _MOST_NAME_WORDS and all(
            (word[0].isupper() or word.lower() in _PARTICLES) and word.isprintable() for word in words
        )
        if not is_name and number == 0 and not _ROLE.search(name):
            return
        # Behind a comma a single word is a place, or what the author is.
        if not is_name or len(words) < (2 if number else 1) or before in _BEFORE_PLACES:
            continue
        if not _ROLE.search(name) and not _is_outlet(words, before) and not any(map(str.isdigit, name)):
            yield name


def _is_outlet(words: Sequence[str], before: str) -> bool:
    """Whether a name behind this separator has the word of an outlet, and is no surname there."""
    if not any(map(_OUTLET_WORD.fullmatch, words)):
        return False
    is_long = len(words) > _MOST_WORDS_WITH_SURNAME or words[0].lower() == "the"
    return is_long or before in _BEFORE_OUTLETS
