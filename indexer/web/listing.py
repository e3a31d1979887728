"""Tells feeds and sitemaps from other documents, and reads what they list. It runs in a worker process.

Knows JSON and XML; what their elements mean is in `feeds` and `sitemaps`.
"""

import codecs
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from nutgraf.indexer.dates import parse_date
from nutgraf.indexer.loaders.base import LoadOptions, Skipped, SourceFile, UnreadableError, read_bytes
from nutgraf.indexer.loaders.decode import decode
from nutgraf.indexer.loaders.xml.stream import parse_xml, xml_records
from nutgraf.indexer.web.feeds import json_links, xml_link
from nutgraf.indexer.web.links import Link
from nutgraf.indexer.web.sitemaps import sitemap_links

MOST_LINKS = 50_000
"""As many as a sitemap may have by its protocol."""

_HEAD_BYTES = 8192  # enough for a declaration, comments and a style sheet before the first element
_FEEDS = frozenset({"rss", "rdf", "feed"})
_ENTRIES = frozenset({"item", "entry"})
_SITEMAPS = frozenset({"urlset", "sitemapindex"})
_FIRST_ELEMENT = re.compile(r"<(?:[\w.-]{1,30}:)?([A-Za-z]\w{0,30})[\s/>]")
_UTF16 = {
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
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
    links: list[Link] = []
    reason = ""
    try:
        # One more than are taken, to tell that there are more.
        for link in islice(_links(file, base, options), MOST_LINKS + 1):
            links.append(link)
    except UnreadableError as error:
        reason = str(error)
    yield from newest_first(links[:MOST_LINKS])
    if len(links) > MOST_LINKS:
        reason = f"lists more than {MOST_LINKS:,} addresses; the rest was not read"
    if reason:
        yield Skipped(file.origin, reason)


def newest_first(links: list[Link]) -> list[Link]:
    """Return the links by their dates, those without one last; equals stay in the order of the listing."""

    def moment(link: Link) -> datetime:
        dates = (parse_date(text).value for text in (link.entry.published, link.changed) if text)
        return next((date for date in dates if date is not None), _EARLIEST)

    return sorted(links, key=moment, reverse=True)


def _links(file: SourceFile, base: str, options: LoadOptions) -> Iterator[Link]:
    data = read_bytes(file, options)
    head = _head(data)
    if _is_json_feed(head):
        try:
            feed = json.loads(decode(data).removeprefix("\ufeff"))
        except (ValueError, RecursionError) as error:
            raise UnreadableError("is no JSON, as a feed of its kind must be") from error
        yield from json_links(feed, base)
    elif _first_element(head) in _SITEMAPS:
        yield from sitemap_links(parse_xml(data), base)
    else:
        yield from _feed_links(file, base, options)


def _feed_links(file: SourceFile, base: str, options: LoadOptions) -> Iterator[Link]:
    is_feed = False

    def names(root: str) -> frozenset[str]:
        nonlocal is_feed
        is_feed = root in _FEEDS
        return _ENTRIES if is_feed else frozenset()

    with file.open() as stream:
        for record in xml_records(file, stream, options.max_bytes, names):
            yield xml_link(record, base)
    if not is_feed:
        raise UnreadableError("is no feed and no sitemap")


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
