"""What page this is: its meta elements, addresses, titles and headline, as its article is known by them."""

import itertools
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nutgraf.indexer.loaders.pages.json_data import JsonArticle
from nutgraf.indexer.loaders.pages.others import other_elements

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_WORD = re.compile(r"\w{3,}")
_MOST_METAS = 500  # that are looked at; news pages have some dozen
_SAME_TITLE = 0.6  # of the words of the shorter title; titles carry the outlet's name, headlines are cut


@dataclass
class Subject:
    """A page as its own words name it; `url` is where it was fetched, if that is known.

    `metas` are the names of its meta elements with their contents, without those of other things.
    """

    tree: "HtmlElement"
    url: str
    metas: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for meta in itertools.islice(self.tree.iter("meta"), _MOST_METAS):
            content = (meta.get("content") or meta.get("value") or "").strip()
            names = {meta.get(key, "").lower() for key in ("property", "name", "itemprop", "http-equiv")}
            if content and meta not in self.others:
                self.metas.extend((name, content) for name in sorted(names) if name)

    @cached_property
    def urls(self) -> list[str]:
        """The addresses of the page, the one that it was fetched from first."""
        links = [
            link.get("href") or ""
            for link in self.tree.iter("link")
            if (link.get("rel") or "").lower() == "canonical"
        ]
        stated = [content for name, content in self.metas if name in {"og:url", "twitter:url", "al:web:url"}]
        return [url.strip() for url in (self.url, *links, *stated) if "://" in url]

    @cached_property
    def titles(self) -> list[str]:
        """The titles of the page, each of at most 500 characters where it is shown."""
        stated = [
            content for name, content in self.metas if name in {"og:title", "twitter:title", "headline"}
        ]
        elements = [self.tree.find(".//title"), self.heading]
        shown = ["".join(element.itertext())[:500] for element in elements if element is not None]
        return [*stated, *shown]

    @cached_property
    def heading(self) -> "HtmlElement | None":
        """The headline of the article: a heading that is like a stated title, else the first one."""
        headings = list(self.tree.iter("h1"))[:20]
        stated = [content for name, content in self.metas if name in {"og:title", "twitter:title"}]
        title = self.tree.find(".//title")
        stated += [] if title is None else ["".join(title.itertext())[:500]]
        for heading in (*headings, *list(self.tree.iter("h2"))[:50]):
            if any(_is_same("".join(heading.itertext())[:500], words) for words in stated):
                return heading
        return headings[0] if headings else None

    @cached_property
    def heading_path(self) -> frozenset["HtmlElement"]:
        """The elements that hold the headline."""
        return frozenset() if self.heading is None else frozenset(self.heading.iterancestors())

    @cached_property
    def others(self) -> set["HtmlElement"]:
        """The elements that stand in something else than the page's own article."""
        return other_elements(self.tree, self.heading_path)

    def score(self, article: JsonArticle) -> int:
        """Return how sure an article in JSON is the page's own; below 0 where it is another."""
        same_title = any(_is_same(article.headline, title) for title in self.titles)
        pages = {_path(url) for url in self.urls}
        paths = {_path(url) for url in article.urls} - {""}
        same_url = bool(paths & pages)
        if article.needs_title and not same_title:
            return -1
        if not same_url and not same_title and paths and pages - {""}:
            return -1
        return 2 * same_title + same_url

    def contents(self, names: frozenset[str]) -> list[str]:
        """Return the contents of the meta elements that have one of these names."""
        return [content for name, content in self.metas if name in names]


def _is_same(left: str, right: str) -> bool:
    """Whether two titles are of one article; one of them may be cut, or have the outlet's name behind it."""
    first, second = ({word.casefold() for word in _WORD.findall(title[:500])} for title in (left, right))
    shared = len(first & second)
    return shared > 0 and shared >= _SAME_TITLE * min(len(first), len(second))


def _path(url: str) -> str:
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""
