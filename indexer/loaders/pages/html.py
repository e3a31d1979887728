"""Reads web pages: joins what the other modules here find of the article in a page. Fetches nothing."""

import html
import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.assemble import ArticleDraft
from nutgraf.indexer.loaders.base import LoadOptions, UnreadableError
from nutgraf.indexer.loaders.decode import decode_markup
from nutgraf.indexer.loaders.pages.authors import page_authors, separate_names
from nutgraf.indexer.loaders.pages.boilerplate import remove_boilerplate
from nutgraf.indexer.loaders.pages.data import state_article, stated_article
from nutgraf.indexer.loaders.pages.dates import page_dates
from nutgraf.indexer.loaders.pages.extraction import Guesses, main_text, parsed
from nutgraf.indexer.loaders.pages.head import (
    headline,
    is_site_name,
    is_title,
    meta_content,
    page_titles,
    part_beside,
    site_in_title,
    with_longest_parts,
)
from nutgraf.indexer.loaders.pages.kinds import NO_TEXT, is_shell, reason_of_other_kind, reason_without_text
from nutgraf.indexer.loaders.pages.story import article_blocks

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# The library's time grows with the square of the elements: 30,000 take seconds; news pages have thousands.
_MOST_ELEMENTS = 30_000
# The parser compares each attribute of an element with all others. Of an attribute its value is passed over.
_MOST_ATTRIBUTES = 200
_VALUE = r"=\s*+(?:\"[^\"]*+\"|'[^']*+')"
_TAG = re.compile(rf"<([a-zA-Z]++)((?:[^>=]++|{_VALUE}|=)*+)")
_ATTRIBUTE_VALUE = re.compile(_VALUE)
_MOST_COLUMNS = 20
_RAW_TEXT = frozenset({"script", "style"})
# JSON that the library reads, all blocks together. In what does not parse it looks with patterns whose time
# grows with the square of the block: one of this length takes some 0.3 s.
_LIBRARY_JSON_CHARS = 200_000
_LIBRARY_BROKEN_CHARS = 20_000
# Values that were not compared with others.
_LONGER = 1.2
_SHORT_WORDS = 50
_LEAST_WORDS_OF_SHELL = 20  # fewer are the frame around a text that scripts load
_SHOWN_SHARE = 0.8
# What browsers write into a page that they save.
_SAVED_FROM = re.compile(r"<!-- saved from url=\([0-9]{4}\)(https?://[^\s<>\"]{1,2000}) -->")
_HEAD_CHARS = 4000
_POWER_CHARS = 4  # which are enough to tell a number or a unit
_POWER = re.compile(r"(?:[0-9]|\b[ckmd]?m) ?$")
_EXPONENT = re.compile(r"[-−+]?[0-9]{1,3}")
_SUPERSCRIPTS = str.maketrans("0123456789-−+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁺")
_MARKUP = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]{0,20}[\s/>]")


def read_html(data: bytes, _: LoadOptions) -> ArticleDraft:
    """Return the article of a page; its dates from JSON-LD, meta tags, and what it shows to readers."""
    source = decode_markup(data).replace("\0", "")
    _check_attributes(source)
    tree = parsed(source)
    if tree is None:
        raise UnreadableError("not an HTML page")
    elements = [*tree.iter()]  # held to the end, since lxml makes the objects of those that are not anew
    if len(elements) > _MOST_ELEMENTS:
        raise UnreadableError(f"more than {_MOST_ELEMENTS:,} elements")
    dates = page_dates(tree)
    titles = page_titles(tree)
    stated = stated_article(tree, titles)
    state = state_article(tree, with_longest_parts((*titles, stated.headline)))
    bodies = ([stated.body], state.paragraphs)
    _drop_costly_json(tree)
    _drop_wide_cells(tree)
    saved = _SAVED_FROM.search(source, 0, _HEAD_CHARS)
    guesses = Guesses(tree, saved[1] if saved else None)
    if dates.possible and not dates.published:
        dates = dates.with_guess(guesses.day)
    url = guesses.url
    outlets = (meta_content(tree, "og:site_name"), stated.publisher, guesses.site)
    outlet = next((name for name in outlets if any(map(str.isalpha, name))), "")
    title = headline(tree, stated.headline or state.headline, outlet) or (
        guesses.title if is_title(guesses.title) else ""
    )
    outlet = outlet or site_in_title(tree, title)

    def other_authors() -> Sequence[str]:
        guess = "" if stated.has_author else guesses.author
        return separate_names(state.authors, outlet) or ((guess,) if guess else ())

    authors = separate_names(stated.authors, outlet) or page_authors(
        tree, (title, *titles), outlet, other_authors
    )
    other_kind = None if stated.headline else reason_of_other_kind(tree, titles)
    if other_kind:
        raise UnreadableError(other_kind)
    without_text = reason_without_text(tree)
    is_article = meta_content(tree, "og:type") == "article"
    is_brief = is_article and without_text == NO_TEXT
    brief = (meta_content(tree, "og:description") or title) if is_brief else ""
    least_words = _LEAST_WORDS_OF_SHELL if is_shell(tree) else 0
    text = _article_text(tree, (title, *titles))
    first = text.lstrip().partition("\n")[0].strip()
    other = part_beside(first, title)
    if other is not None:  # old pages print their headline in bold type, which is no heading
        title, outlet = first, outlet or (other if is_site_name(other) else "")
    text = _without_title(text, title)
    text = text if len(text.split()) >= least_words else ""
    for body in filter(any, bodies):
        full = "\n\n".join(filter(None, map(_plain, body)))
        text = full if _is_longer(full, text) else text
    text = text or brief  # a headline alone is a short article
    if not text:
        raise UnreadableError(without_text)
    return ArticleDraft(
        text=text,
        title=title,
        url=url,
        source=outlet,
        authors=authors,
        dates=dates.published,
        modified=dates.modified,
        day_order=dates.day_order,
    )


def _article_text(tree: "HtmlElement", titles: tuple[str, ...]) -> str:
    """Return the text that the page shows of its article; the tree loses all else."""
    remove_boilerplate(tree)
    _raise_powers(tree)
    return "\n\n".join(block.text for block in article_blocks(tree, main_text(tree), titles))


def _plain(body: str) -> str:
    """Return the text of a body that a page states for machines, which may be HTML."""
    _check_attributes(body)
    tree = parsed(f"<html><body>{body}</body></html>") if _MARKUP.search(body) else None
    if tree is None or sum(1 for _ in tree.iter()) > _MOST_ELEMENTS:
        return html.unescape(body).strip()
    remove_boilerplate(tree)
    _raise_powers(tree)
    return "\n\n".join(block.text for block in article_blocks(tree, ""))


def _raise_powers(tree: "HtmlElement") -> None:
    """Write the powers of numbers and metres as such: `10<sup>3</sup>` is 10³. Marks of notes stay."""
    for power in [*tree.iter("sup")]:
        before, text = power.getprevious(), (power.text or "").strip()
        base = (power.getparent().text if before is None else before.tail) or ""
        if len(power) == 0 and _EXPONENT.fullmatch(text) and _POWER.search(base[-_POWER_CHARS:]):
            power.text = text.translate(_SUPERSCRIPTS)


def _is_longer(full: str, shown: str) -> bool:
    """Whether a text is that of an article of which a page shows less."""
    words, shown_words = full.casefold().split(), shown.casefold().split()
    if len(words) < _LONGER * len(shown_words):
        return False
    has = {*words}
    return len(shown_words) < _SHORT_WORDS or (
        sum(word in has for word in shown_words) >= _SHOWN_SHARE * len(shown_words)
    )


def _without_title(text: str, title: str) -> str:
    """Return the text without the headline that many pages print above it once more."""
    first, _, rest = text.lstrip().partition("\n")
    same = " ".join(first.split()).casefold() == " ".join(title.split()).casefold()
    return rest if same and rest.strip() else text


def _check_attributes(source: str) -> None:
    """Refuse a page with an element that has too many attributes, before the parser meets it."""
    at = 0
    while tag := _TAG.search(source, at):
        if len(tag[2]) > _MOST_ATTRIBUTES:
            names = _ATTRIBUTE_VALUE.sub(" ", tag[2]).replace("/", " ").split()
            if len(names) > _MOST_ATTRIBUTES:
                raise UnreadableError(f"an element with more than {_MOST_ATTRIBUTES} attributes")
        at = tag.end()
        if tag[1].lower() in _RAW_TEXT:
            at = source.find("</", at)
            if at < 0:
                return


def _drop_costly_json(tree: "HtmlElement") -> None:
    """Take the words out of scripts of JSON that the library would read for long."""
    whole_chars = broken_chars = 0
    for script in tree.iter("script"):
        text = script.text or ""
        if "json" not in (script.get("type") or "").lower():
            continue
        # Its own clean-up breaks a block with "<".
        if "<" not in text and _is_json(text):
            whole_chars += len(text)
            costly = whole_chars > _LIBRARY_JSON_CHARS
        else:
            broken_chars += len(text)
            costly = broken_chars > _LIBRARY_BROKEN_CHARS
        if costly:
            script.text = ""


def _drop_wide_cells(tree: "HtmlElement") -> None:
    """Take spans off cells that claim many columns: the library would fill each row of a table."""
    for cell in tree.iter("td", "th"):
        span = cell.get("colspan") or "1"
        if len(span) > len(str(_MOST_COLUMNS)) or (span.isdecimal() and int(span) > _MOST_COLUMNS):
            del cell.attrib["colspan"]


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
