"""Reads the addresses of sitemaps, sitemap indexes and news sitemaps. Knows parsed documents, no bytes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.base import Entry
from nutgraf.indexer.loaders.identity import absolute
from nutgraf.indexer.web.links import Link

if TYPE_CHECKING:
    from lxml.etree import _Element


def sitemap_links(root: "_Element", base: str) -> Iterator[Link]:
    """Return the addresses of a sitemap, or the further sitemaps of an index, in their order."""
    is_index = _name(root) == "sitemapindex"
    entries = (child for child in root if _name(child) == ("sitemap" if is_index else "url"))
    return (_link(entry, base, is_listing=is_index) for entry in entries)


def _link(entry: "_Element", base: str, *, is_listing: bool) -> Link:
    address = _words(entry, "loc")
    news = next((child for child in entry if _name(child) == "news"), None)
    published = source = title = ""
    if news is not None:
        publication = next((child for child in news if _name(child) == "publication"), news)
        published, title = _words(news, "publication_date"), _words(news, "title")
        source = _words(publication, "name")
    # The date of the last change is not that of publication.
    changed = _words(entry, "lastmod") or published
    entry_of = Entry(absolute(base, address), title, (), published, source)
    return Link(entry_of, changed, is_listing=is_listing)


def _name(element: "_Element") -> str:
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def _words(element: "_Element", name: str) -> str:
    child = next((child for child in element if _name(child) == name), None)
    return "" if child is None else "".join(child.itertext()).strip()
