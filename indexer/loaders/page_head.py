"""Reads the title and the outlet of a web page. Knows neither its text nor its dates."""

import re
from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.page_data import letters

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SEPARATOR = re.compile(r" (?:[|\-–—»·•/]|::) |: | \| ?|\| ")
_MOST_TITLE_CHARS = 1000
_MOST_TITLES = 5
_ALIKE_SHARE = 0.5  # of the words of a headline that another form of it has; not compared


def page_titles(tree: "HtmlElement") -> tuple[str, ...]:
    """Return the titles that a page gives itself, the one that readers see first; none of them is empty."""
    shown = [" ".join(heading.text_content()[:_MOST_TITLE_CHARS].split()) for heading in tree.iter("h1")]
    shown = [title for title in dict.fromkeys(shown) if title]
    named = [meta_content(tree, "og:title"), meta_content(tree, "twitter:title")]
    first = next(tree.iter("title"), None)
    named.append("" if first is None else " ".join((first.text or "")[:_MOST_TITLE_CHARS].split()))
    return tuple(title for title in (*shown[:_MOST_TITLES], *named) if title)


def meta_content(tree: "HtmlElement", name: str) -> str:
    """Return the content of the first meta element of this name or property; nothing where there is none."""
    for meta in tree.iter("meta"):
        if (meta.get("property") or meta.get("name") or "").lower() == name:
            return " ".join((meta.get("content") or "")[:_MOST_TITLE_CHARS].split())
    return ""


def headline(tree: "HtmlElement", stated: str, outlet: str) -> str:
    """Return the title of the article without the name of the site.

    That is the heading that readers see, where it is a form of the title that the page states for machines.
    """
    titles = page_titles(tree)
    shown = [" ".join(heading.text_content()[:_MOST_TITLE_CHARS].split()) for heading in tree.iter("h1")]
    shown = [title for title in shown[:_MOST_TITLES] if title and letters(title) != letters(outlet)]
    named = [title for title in (stated, *titles) if title and title not in shown]
    named = [title for title in named if letters(title) != letters(outlet)]
    for title in shown:
        if not named or any(_alike(title, other) for other in named):
            return title
    return without_site(named[0] if named else "", outlet, shown)


def _alike(shown: str, other: str) -> bool:
    own, words = ({*map(letters, title.split())} - {""} for title in (shown, other))
    return len(own & words) >= _ALIKE_SHARE * max(1, min(len(own), len(words)))


def without_site(title: str, outlet: str, shown: list[str]) -> str:
    """Return the title without the name of the site in front of it or behind it."""
    sites = {letters(outlet), letters(outlet.removeprefix("www.").partition(".")[0])} - {""}
    own = {*map(letters, shown)}
    while parts := [*_SEPARATOR.finditer(title)]:
        head, tail = title[: parts[-1].start()].strip(), title[parts[-1].end() :].strip()
        first, rest = title[: parts[0].start()].strip(), title[parts[0].end() :].strip()
        if letters(tail) in sites or letters(head) in own:
            title = head
        elif letters(first) in sites or letters(rest) in own:
            title = rest
        else:
            break
    return title
