"""Tells feeds and sitemaps from other documents, and reads what they list. It runs in a worker process.

Knows JSON and XML; what their elements mean is in `feeds` and `sitemaps`.
"""

import codecs
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.entities import html5
from itertools import islice
from typing import TYPE_CHECKING

from nutgraf.indexer.dates import parse_date
from nutgraf.indexer.loaders.base import LoadOptions, Skipped, SourceFile, UnreadableError, read_bytes
from nutgraf.indexer.loaders.decode import decode
from nutgraf.indexer.web.feeds import json_links, xml_links
from nutgraf.indexer.web.links import Link
from nutgraf.indexer.web.sitemaps import sitemap_links

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_LINKS = 50_000
"""As many as a sitemap may have by its protocol."""

_HEAD_BYTES = 8192  # enough for a declaration, comments and a style sheet before the first element
_FEEDS = frozenset({"rss", "rdf", "feed"})
_SITEMAPS = frozenset({"urlset", "sitemapindex"})
_FIRST_ELEMENT = re.compile(r"<(?:[\w.-]{1,30}:)?([A-Za-z]\w{0,30})[\s/>]")
_UTF16 = {
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
_DECLARED = re.compile(r"""<\?xml[^>]{0,200}?encoding\s{0,5}=\s{0,5}["']([\w.:-]{1,40})["']""")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LONE_AMPERSAND = re.compile(r"&(?!#?[A-Za-z0-9]{1,32};)")
_OF_HTML = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31};)")
_EARLIEST = datetime.min.replace(tzinfo=UTC)


def is_listing(data: bytes) -> bool:
    """Whether a document is a feed or a sitemap, whatever its server calls it.

    >>> is_listing(b"<?xml version='1.0'?><!-- news --><rss version='2.0'>"), is_listing(b"<html><rss>")
    (True, False)
    """
    head = _head(data)
    return _first_element(head) in _FEEDS | _SITEMAPS or _is_json_feed(head)


def read_listing(file: SourceFile, options: LoadOptions) -> Iterator[Link | Skipped]:
    """Yield what a feed or sitemap lists, the newest first, or the reason why it cannot be read."""
    base = file.entry.url if file.entry else file.address
    try:
        # One more than are taken, to tell that there are more.
        links = [*islice(_links(read_bytes(file, options), base), MOST_LINKS + 1)]
    except UnreadableError as error:
        yield Skipped(file.origin, str(error))
        return
    yield from newest_first(links[:MOST_LINKS])
    if len(links) > MOST_LINKS:
        yield Skipped(file.origin, f"lists more than {MOST_LINKS:,} addresses; the rest was not read")


def newest_first(links: list[Link]) -> list[Link]:
    """Return the links by their dates, those without one last; equals stay in the order of the listing."""

    def moment(link: Link) -> datetime:
        dates = (parse_date(text).value for text in (link.entry.published, link.changed) if text)
        return next((date for date in dates if date is not None), _EARLIEST)

    return sorted(links, key=moment, reverse=True)


def _links(data: bytes, base: str) -> Iterator[Link]:
    head = _head(data)
    if _is_json_feed(head):
        try:
            return json_links(json.loads(decode(data).removeprefix("\ufeff")), base)
        except (ValueError, RecursionError) as error:
            raise UnreadableError("is no JSON, as a feed of its kind must be") from error
    root = _parsed(_text(data, head))
    return (sitemap_links if _first_element(head) in _SITEMAPS else xml_links)(root, base)


def _parsed(text: str) -> "_Element":
    """Return the root of an XML document, however broken: entities are never looked up, nothing is loaded."""
    from lxml import etree

    parser = etree.XMLParser(
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError("is no XML, as feeds and sitemaps are") from error
    if root is None:
        raise UnreadableError("is no XML, as feeds and sitemaps are")
    return root


def _text(data: bytes, head: str) -> str:
    """Return the text of an XML document: by its mark, else by its declaration, else by what it looks like.

    Entities that HTML knows and XML does not become their characters, and what XML forbids is left out.
    """
    declared = _DECLARED.search(head)
    text = _decoded(data, declared[1] if declared else "utf-8")
    text = _NOT_XML.sub("", text.removeprefix("\ufeff")).lstrip()
    if text.startswith("<?xml"):
        text = text.partition("?>")[2]
    text = _LONE_AMPERSAND.sub("&amp;", text)  # as in "Mill & bridge"
    return _OF_HTML.sub(lambda name: html5.get(name[1], f"&amp;{name[1]}"), text)


def _decoded(data: bytes, name: str) -> str:
    for mark, encoding in _UTF16.items():
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    name = name.lower()
    if name in {"utf-8", "utf8"}:
        return data.decode("utf-8", "replace")
    try:
        # What calls itself latin-1 is cp1252: so every browser reads it (WHATWG Encoding, 4.2).
        codec = "cp1252" if name in {"iso-8859-1", "latin1", "us-ascii"} else name
        return data.decode(codec, "replace")
    except (LookupError, ValueError):
        return decode(data)


def _head(data: bytes) -> str:
    """Return the beginning of a document, enough to see its first element; not all of it may be right."""
    head = data[:_HEAD_BYTES]
    encoding = next((name for mark, name in _UTF16.items() if head.startswith(mark)), "utf-8")
    return head.decode(encoding, "ignore").removeprefix("\ufeff").lstrip()


def _first_element(head: str) -> str:
    """Return the local name of the first element, in lower case; "" where there is none at the beginning."""
    at = 0
    while head.startswith(("<?", "<!"), at):
        end = "-->" if head.startswith("<!--", at) else ">"
        at = head.find(end, at)
        if at < 0:
            return ""
        at += len(end)
        at += len(head[at:]) - len(head[at:].lstrip())
    element = _FIRST_ELEMENT.match(head, at)
    return element[1].lower() if element else ""


def _is_json_feed(head: str) -> bool:
    return head.startswith("{") and "://jsonfeed.org/version" in head.replace("\\/", "/")
