"""Reads who wrote the article of a web page: in its meta elements, in its byline. Knows no JSON."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.bylines import BY, PARTICLES
from nutgraf.indexer.loaders.pages.blocks import Block, page_blocks
from nutgraf.indexer.loaders.pages.boilerplate import name_words, other_stories, short_text
from nutgraf.indexer.loaders.pages.data import letters
from nutgraf.indexer.loaders.pages.head import meta_contents
from nutgraf.indexer.loaders.texts.head import read_head
from nutgraf.indexer.newspaper_words import MASTHEAD_WORDS

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_MOST_AUTHORS = 10
_MOST_NAME_WORDS = 5
_AUTHOR_METAS = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "byl")
_BYLINE_NAMES = frozenset({"byline", "bylines", "author", "authors", "byl", "submitted"})
_AUTHOR_TAGS = ("a", "span", "address", "div")
# A first choice; the words of the names decide.
_NEVER_BYLINES = frozenset({"a", "html", "body", "article"})
_BYLINE_CLASS = re.compile("yline|uthor|byl|ubmitted")
_BYLINE_ID = re.compile("yline|uthor")
_BIO_NAMES = frozenset({"bio", "about", "card", "box", "profile", "image", "avatar", "social", "date"})
_NO_BYLINE_TAGS = frozenset({"blockquote", "figure", "footer", "aside", "li"})
_BY = re.compile(
    r"(?:(?:words|text|story|written|posted|submitted|reporting|reported) )?"
    rf"(?:{BY}|texte?|(?:words|story|reporting|author)(?= ?:))\b ?:?\s?",
    re.IGNORECASE,
)
# "; Editing by Kim Sands", ". Photographs: Tom Reed": who did something else than write.
_OTHER_CREDIT = re.compile(
    r"(?:^|[.;,|\n/(]) ?(?:additional )?(?:edit|photo|picture|image|illustration|graphic|video|fotos?\b|bild"
    r"|(?:additional|further) reporting)[^.;|\n]{0,30}?(?:\bby\b|:)",
    re.IGNORECASE,
)
_WRITING_BY = re.compile(r"; ?(?:writing|reporting|words) by ", re.IGNORECASE)
_ASIDE = re.compile(r" ?\([^()]{0,80}\)")
# A byline that no element is called after. Without "by" a colon must say that it is none of the text.
_BYLINE = re.compile(
    rf"(?:[a-z]{{1,12}} by|{BY}|(?:words|text|texte|story) ?(?=:))\b ?:? ?",
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
_BEFORE_OUTLETS = frozenset({",", "|", "/", "·", "•"})
_MOST_WORDS_WITH_SURNAME = 2
_WEEKDAY = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", re.IGNORECASE)


def page_authors(
    tree: "HtmlElement", titles: Sequence[str], outlet: str, other: Callable[[], Sequence[str]]
) -> tuple[str, ...]:
    """Return the names in meta elements of a page, else in its byline, else those of `other`; not the outlet.

    The byline is what is called so, or a line below a heading that is one of the page's `titles`.
    """
    metas = [text for name in _AUTHOR_METAS for text in islice(meta_contents(tree, name), _MOST_AUTHORS)]
    if authors := _authors([text for text in metas if "://" not in text], outlet):
        return authors
    above, elsewhere, foreign = _bylines(tree)
    return (
        _authors(above, outlet)
        or _authors(_below_headline(page_blocks(tree), titles), outlet)
        or _authors(elsewhere, outlet)
        or tuple(name for name in _authors(other(), outlet) if name not in _authors(foreign, outlet))
    )


def separate_names(stated: Sequence[str], outlet: str) -> tuple[str, ...]:
    """Return the names that a page states for machines; several in one text, or a byline there, are parted.

    "Ann Lee, Tom Reed" are two, "By Ann Lee, Tarn Post" is one; the rest stays as it is stated.
    """
    names: dict[str, None] = {}
    for text in stated:
        parts = _authors([text], outlet)
        rest = letters(text.rpartition(",")[2])
        is_byline = _BY.match(text) or rest == letters(outlet) or _ROLE.search(text.rpartition(",")[2])
        is_parted = len(parts) > 1 or (parts and is_byline)
        names |= dict.fromkeys(parts if is_parted else [text])
    return tuple(names)


def _authors(texts: Sequence[str], outlet: str) -> tuple[str, ...]:
    names: dict[str, str] = {}
    for text in texts:
        for name in _names(text):
            names.setdefault(letters(name), name)
    names.pop(letters(outlet), None)
    return tuple(names.values())


def _bylines(tree: "HtmlElement") -> tuple[list[str], list[str], list[str]]:
    """Return the texts of the bylines above the text, of those elsewhere, and of those of other stories."""
    linked = [
        link
        for link in tree.iter(*_AUTHOR_TAGS)
        if "author" in (link.get("rel"), link.get("itemprop")) and short_text(link)
    ]
    called = [element for element in tree.iter("*") if _may_be_byline(element) and _is_byline(element)]
    if not linked and not called:
        return [], [], []
    others, above = other_stories(tree), _above_text(tree)
    own = [[part for part in parts if part not in others] for parts in (linked, called)]
    return (
        _byline_texts(*([part for part in parts if part in above] for parts in own)),
        _byline_texts(*own),
        _byline_texts(*([part for part in parts if part in others] for parts in (linked, called))),
    )


def _byline_texts(linked: Sequence["HtmlElement"], called: Sequence["HtmlElement"]) -> list[str]:
    """Return the names that links to authors have; else the text of the first element called a byline."""
    if linked:
        return [*map(short_text, linked[:_MOST_AUTHORS])]
    for element in called[:1]:
        links = [text for text in map(short_text, islice(element.iter("a"), _MOST_AUTHORS)) if text]
        text = "\n".join(filter(None, map(str.strip, element.itertext())))
        return links if any([*_names(link)] for link in links) else [text]
    return []


def _may_be_byline(element: "HtmlElement") -> bool:
    """Whether the class or the id of an element has letters that those of bylines have."""
    if not element.attrib or element.tag in _NEVER_BYLINES:
        return False
    names, own = element.get("class") or "", element.get("id") or ""
    return bool(_BYLINE_CLASS.search(names) or _BYLINE_ID.search(own))


def _is_byline(element: "HtmlElement") -> bool:
    """Whether an element with a short text is called a byline, and stands in no quotation or list."""
    names = [*name_words(element)]
    return (
        any(not _BYLINE_NAMES.isdisjoint(name) and _BIO_NAMES.isdisjoint(name) for name in names)
        and short_text(element) != ""
        and not any(part.tag in _NO_BYLINE_TAGS for part in element.iterancestors())
    )


def _above_text(tree: "HtmlElement") -> set["HtmlElement"]:
    """Return the elements of a page down to the first paragraph below its headline."""
    above: set[HtmlElement] = set()
    is_below = False
    for element in tree.iter("*"):
        is_below = is_below or element.tag == "h1"
        if is_below and element.tag == "p" and len((element.text or "").split()) >= _PARAGRAPH_WORDS:
            break
        above.add(element)
    return above


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
    text = text.strip()
    if credit := _OTHER_CREDIT.search(text):
        text = text[: credit.start()]
    text = _WRITING_BY.sub("; ", _ASIDE.sub("", text))
    by = _BY.match(text)
    for number, part in enumerate(_NAMES_END.split(text[by.end() :] if by else text)):
        if number % 2:
            before = part.strip().lower()
            continue
        name = part.strip(" .,-–—|")
        words = name.split()
        is_name = len(words) <= _MOST_NAME_WORDS and all(
            (word[0].isupper() or word.lower() in PARTICLES) and word.isprintable() for word in words
        )
        if not is_name and number == 0 and not _ROLE.search(name):
            return
        # Behind a comma a single word is a place, or what the author is.
        if not is_name or len(words) < (2 if number else 1) or before in _BEFORE_PLACES:
            continue
        if not _ROLE.search(name) and not _is_outlet(words, before) and not any(map(str.isdigit, name)):
            yield name


def _is_outlet(words: Sequence[str], before: str) -> bool:
    """Whether a name behind this separator is an outlet's: "The Tarn Post", and not "Ann Post"."""
    if MASTHEAD_WORDS.isdisjoint(map(str.casefold, words)):
        return False
    is_long = len(words) > _MOST_WORDS_WITH_SURNAME or words[0].lower() == "the"
    return is_long or before in _BEFORE_OUTLETS
