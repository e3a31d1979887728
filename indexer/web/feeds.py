"""Makes links of the entries of feeds: RSS, Atom and JSON Feed. Knows parsed documents, and no bytes.

An entry that holds its article whole, or has no page, is one that need not be fetched; of any other entry
only the link, date, authors and title count.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import unescape
from typing import Any

from nutgraf.indexer.loaders.base import Entry, UnreadableError
from nutgraf.indexer.loaders.identity import absolute
from nutgraf.indexer.loaders.xml.feed import feed_entry, paragraphs
from nutgraf.indexer.loaders.xml.stream import XmlRecord
from nutgraf.indexer.web.links import Link

# Feeds shorten what they call their content, too. A brief of this length may be fetched without need, and no
# article is taken for whole that ends in an ellipsis or an invitation to read on. Not measured.
_WHOLE_CHARS = 1000
_TAG = re.compile(r"<[^<>]*+>")
_CUT = re.compile(
    r"(?:…|\.\.\.|\[(?:…|\.\.\.)\]|(?:continue|keep|read) (?:more|on|reading)|full (?:story|article))"
    r"[\s.»›→>\])]{0,9}$",
    re.IGNORECASE,
)
_TAIL_CHARS = 300
_MOST_AUTHORS = 50


def xml_link(record: XmlRecord, base: str) -> Link:
    """Return the link of an item of RSS or an entry of Atom."""
    stated = feed_entry(record, base)
    published = next(iter(stated.published), "")
    entry = Entry(stated.link, stated.title, stated.authors, published, stated.source, stated.guid)
    return _link(entry, stated.changed, stated.content, stated.feed)


def json_links(feed: object, base: str) -> Iterator[Link]:
    """Return the entries of a JSON Feed; raises UnreadableError for another document."""
    if not isinstance(feed, Mapping) or not isinstance(feed.get("items"), list):
        raise UnreadableError('has no list "items", as a JSON Feed must')
    return (_json_link(feed, item, base) for item in feed["items"] if isinstance(item, Mapping))


def is_whole(html: str) -> bool:
    """Whether what a feed holds of an article looks like all of it.

    >>> is_whole("<p>" + "It rained at Tarn. " * 80 + "</p>"), is_whole("<p>It rained… <a>Read more</a></p>")
    (True, False)
    """
    text = " ".join(unescape(_TAG.sub(" ", html)).split())
    return len(text) >= _WHOLE_CHARS and not _CUT.search(text[-_TAIL_CHARS:])


def _json_link(feed: Mapping[str, Any], item: Mapping[str, Any], base: str) -> Link:
    authors = item.get("authors") or [item.get("author")]
    if not any(authors if isinstance(authors, list) else ()):
        authors = feed.get("authors") or [feed.get("author")]
    authors = authors if isinstance(authors, list) else []
    published = _string(item, "date_published")
    content = _string(item, "content_html") or paragraphs(_string(item, "content_text"))
    address = _string(item, "url") or _string(item, "external_url")
    if not address and "://" in _string(item, "id"):
        address = _string(item, "id")
    if not address:
        content = content or paragraphs(_string(item, "summary"))
    names = (author.get("name") for author in authors if isinstance(author, Mapping))
    entry = Entry(
        absolute(base, address),
        _string(item, "title"),
        tuple(name for name in names if isinstance(name, str)),
        published,
        id=_string(item, "id"),
    )
    return _link(entry, _string(item, "date_modified") or published, content, _string(feed, "title"))


def _string(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value.strip() if isinstance(value, str) else ""


def _link(entry: Entry, changed: str, content: str, outlet: str) -> Link:
    """Return the link of an entry, with the article where the entry holds it whole."""
    # An entry without a page is all that there is of its article, however short.
    html = content if is_whole(content) or not entry.url else ""
    stated = replace(
        entry,
        title=unescape(entry.title),
        authors=tuple(" ".join(name.split()) for name in entry.authors if name.strip())[:_MOST_AUTHORS],
        # The title of a feed is often that of a section: it names an outlet only where no page does.
        source=entry.source or (outlet if html else ""),
        id="" if entry.url else entry.id,
    )
    return Link(stated, changed, html)
