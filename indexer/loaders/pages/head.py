"""Reads the title of a web page, and its meta elements. Knows neither its text nor its dates."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.pages.boilerplate import short_text
from nutgraf.indexer.loaders.pages.data import letters

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SEPARATOR = re.compile(r" (?:[|\-–—»·•/]|::) |: | \| ?|\| ")
# What editors of pages write where nobody gave a title.
_UNTITLED = re.compile(
    r"untitled(?: (?:document|page))?(?: ?[0-9]{1,3})?|(?:new|blank) page(?: ?[0-9]{1,3})?|no title|title"
    r"|unbenanntes dokument|document sans (?:titre|nom)|documento (?:sin|sem) título|documento senza titolo"
    r"|naamloos document|namnlöst dokument|dokument bez tytułu",
    re.IGNORECASE,
)
_MOST_TITLE_CHARS = 1000
_MOST_TITLES = 5
_HOME = re.compile(r"/|#|(?:https?:)?//[^/]{1,200}/?")
_ALIKE_SHARE = 0.5  # of the words of a headline that another form of it has; not compared


def page_titles(tree: "HtmlElement") -> tuple[str, ...]:
    """Return the titles that a page gives itself, the one that readers see first; none of them is empty."""
    shown = _headings(tree) if next(tree.iter("h1"), None) is not None else []
    named = [meta_content(tree, "og:title"), meta_content(tree, "twitter:title")]
    first = next(tree.iter("title"), None)
    named.append("" if first is None else " ".join((first.text or "")[:_MOST_TITLE_CHARS].split()))
    return tuple(title for title in (*dict.fromkeys(shown), *named) if is_title(title))


def is_title(text: str) -> bool:
    """Whether a text says more than that there is no title."""
    return text.strip() != "" and _UNTITLED.fullmatch(text.strip()) is None


def meta_content(tree: "HtmlElement", name: str) -> str:
    """Return the content of the first meta element of this name or property; nothing where there is none."""
    return next(meta_contents(tree, name), "")


def meta_contents(tree: "HtmlElement", name: str) -> Iterator[str]:
    """Yield the contents of all meta elements of this name or property."""
    for meta in tree.iter("meta"):
        if (meta.get("property") or meta.get("name") or "").lower() == name:
            yield " ".join((meta.get("content") or "")[:_MOST_TITLE_CHARS].split())


def headline(tree: "HtmlElement", stated: str, outlet: str) -> str:
    """Return the title of the article without the name of the site.

    That is the heading that readers see, where it is a form of the title that the page states for machines.
    """
    sites = {letters(name) for name in (outlet, outlet.removeprefix("www.").partition(".")[0], *_logos(tree))}
    shown = [title for title in _headings(tree) if letters(title) not in sites]
    named = [title for title in (stated, *page_titles(tree)) if letters(title) not in {*sites, ""}]
    named = [without_site(title, sites, shown) for title in named if title not in shown]
    for title in shown:
        # A heading may begin with a kicker, which the page's own title leaves out.
        for short in named:
            if short != title and letters(title).endswith(letters(short) or title):
                return short
        if not named or any(_alike(title, other) for other in named):
            return title
    return named[0] if named else ""


def _headings(tree: "HtmlElement") -> list[str]:
    """Return the headings of the first rank; those of the second where a page has none."""
    for tag in ("h1", "h2"):
        texts = (" ".join(heading.text_content()[:_MOST_TITLE_CHARS].split()) for heading in tree.iter(tag))
        headings = [text for text in islice(texts, _MOST_TITLES) if text]
        if headings or tag == "h2":
            return headings
    return []


def _alike(shown: str, other: str) -> bool:
    own, words = ({*map(letters, title.split())} - {""} for title in (shown, other))
    return len(own & words) >= _ALIKE_SHARE * max(1, min(len(own), len(words)))


def _logos(tree: "HtmlElement") -> Iterator[str]:
    """Yield the headings that are no more than a link to the site."""
    for heading in islice(tree.iter("h1"), _MOST_TITLES):
        link = next(heading.iter("a"), None)
        if (
            link is not None
            and _HOME.fullmatch(link.get("href") or "")
            and short_text(link) == short_text(heading)
        ):
            yield short_text(heading)


def without_site(title: str, sites: Collection[str], shown: Sequence[str]) -> str:
    """Return the title without the name of the site in front of it or behind it."""
    own = {*map(letters, shown)}
    while parts := [*_SEPARATOR.finditer(title)]:
        head, tail = title[: parts[-1].start()].strip(), title[parts[-1].end() :].strip()
        first, rest = title[: parts[0].start()].strip(), title[parts[0].end() :].strip()
        if (tail and letters(tail) in sites) or letters(head) in own:
            title = head
        elif (first and letters(first) in sites) or letters(rest) in own:
            title = rest
        else:
            break
    return title
