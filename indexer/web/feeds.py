"""Reads the entries of feeds: RSS 0.9 to 2.0, Atom and JSON Feed. Knows parsed documents, and no bytes.

An entry that holds its article whole is one that need not be fetched; of any other entry only the link, date,
authors and title count.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import escape, unescape
from typing import TYPE_CHECKING, Any

from nutgraf.indexer.loaders.base import Entry, UnreadableError
from nutgraf.indexer.web.links import Link, absolute

if TYPE_CHECKING:
    from lxml.etree import _Element

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
_CORE = frozenset({
    "",
    "http://purl.org/rss/1.0/",
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://channel.netscape.com/rdf/simple/0.9/",
    "http://backend.userland.com/rss2",
    "http://blogs.law.harvard.edu/tech/rss",
})  # fmt: skip
_ATOM = frozenset({"http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#"})
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_MAIL_NAME = re.compile(r"[^\s@()]{1,100}@[^\s()]{1,100} \(([^()]{1,200})\)")


def xml_links(root: "_Element", base: str) -> Iterator[Link]:
    """Return the entries of an RSS or Atom document; raises UnreadableError for another."""
    kind = _local(root)[1].lower()
    if kind == "feed":
        return _atom_links(root, base)
    if kind in {"rss", "rdf"}:
        return _rss_links(root, base)
    raise UnreadableError("is no feed and no sitemap")


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


# --- RSS --------------------------------------------------------------------------------------------------


def _rss_links(root: "_Element", base: str) -> Iterator[Link]:
    channel = next((element for element in root.iter() if _local(element)[1] == "channel"), root)
    outlet = _words(_child(channel, "title"))
    for item in (element for element in root.iter() if _local(element)[1] == "item"):
        guid = _child(item, "guid")
        links = (_words(_child(item, "link")), _words(guid) if _is_permanent(guid) else "")
        published = _words(_child(item, "pubDate")) or _words(_other(item, "date"))
        content = _words(_other(item, "encoded"))
        authors = [_words(name) for name in item if _local(name)[1] == "creator"]
        entry = Entry(
            next((absolute(base, link) for link in links if link), ""),
            _words(_child(item, "title")),
            tuple(authors) or (_name(_words(_child(item, "author"))),),
            published,
            _words(_child(item, "source")),
            _words(guid),
        )
        changed = _words(_other(item, "modified")) or _words(_other(item, "updated")) or published
        yield _link(entry, changed, content, outlet)


def _is_permanent(guid: "_Element | None") -> bool:
    return guid is not None and guid.get("isPermaLink", "true").lower() != "false" and "://" in _words(guid)


def _name(author: str) -> str:
    """Return the name of an RSS author, which is a mail address with the name behind it."""
    mail = _MAIL_NAME.fullmatch(author)
    return mail[1] if mail else "" if "@" in author else author


# --- Atom -------------------------------------------------------------------------------------------------


def _atom_links(root: "_Element", base: str) -> Iterator[Link]:
    base = absolute(base, root.get(_BASE, "")) or base
    of_feed = _atom_authors(root)
    outlet = _words(_child(root, "title"))
    for entry in (child for child in root if _local(child)[1] == "entry"):
        published = _words(_child(entry, "published")) or _words(_child(entry, "issued"))
        changed = _words(_child(entry, "updated")) or _words(_child(entry, "modified"))
        source = _child(entry, "source")
        stated = Entry(
            _atom_address(entry, absolute(base, entry.get(_BASE, "")) or base),
            _plain(_child(entry, "title")),
            tuple(_atom_authors(entry) or of_feed),
            published,
            _words(_child(source, "title")) if source is not None else "",
            _words(_child(entry, "id")),
        )
        yield _link(stated, changed or published, _html(_child(entry, "content")), outlet)


def _atom_address(entry: "_Element", base: str) -> str:
    """Return the address of an entry's page: of several links the one to HTML, else the first."""
    pages = [
        link
        for link in entry
        if _local(link)[1] == "link" and link.get("href") and link.get("rel", "alternate") == "alternate"
    ]
    pages.sort(key=lambda link: "html" not in link.get("type", "html"))
    return absolute(base, pages[0].get("href", "").strip()) if pages else ""


def _atom_authors(element: "_Element") -> list[str]:
    people = (child for child in element if _local(child)[1] == "author")
    return [_words(_child(person, "name")) for person in people]


def _html(element: "_Element | None") -> str:
    """Return the content of an Atom element as HTML, whichever of its three types it has."""
    if element is None or element.get("src"):
        return ""
    kind = element.get("type", "text")
    if kind in {"html", "text/html"}:
        return _words(element)
    if kind in {"xhtml", "application/xhtml+xml"}:
        from lxml import etree

        return "".join(etree.tostring(child, method="html", encoding="unicode") for child in element)
    return _paragraphs(_words(element)) if kind in {"text", "text/plain"} else ""


def _plain(element: "_Element | None") -> str:
    return _TAG.sub(" ", _html(element)) if element is not None and element.get("type") else _words(element)


# --- JSON Feed --------------------------------------------------------------------------------------------


def _json_link(feed: Mapping[str, Any], item: Mapping[str, Any], base: str) -> Link:
    authors = item.get("authors") or [item.get("author")]
    if not any(authors if isinstance(authors, list) else ()):
        authors = feed.get("authors") or [feed.get("author")]
    authors = authors if isinstance(authors, list) else []
    published = _string(item, "date_published")
    content = _string(item, "content_html") or _paragraphs(_string(item, "content_text"))
    address = _string(item, "url") or _string(item, "external_url")
    if not address and "://" in _string(item, "id"):
        address = _string(item, "id")
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


# --- all kinds --------------------------------------------------------------------------------------------


def _link(entry: Entry, changed: str, content: str, outlet: str) -> Link:
    """Return the link of an entry, with the article where the entry holds it whole."""
    html = content if is_whole(content) else ""
    stated = replace(
        entry,
        title=unescape(entry.title),
        authors=tuple(" ".join(name.split()) for name in entry.authors if name.strip())[:_MOST_AUTHORS],
        # The title of a feed is often that of a section: it names an outlet only where no page does.
        source=entry.source or (outlet if html else ""),
        id="" if entry.url else entry.id,
    )
    return Link(stated, changed, html)


def _paragraphs(text: str) -> str:
    """Return plain text as HTML, a paragraph for each block of lines."""
    blocks = (block.strip() for block in re.split(r"\n[ \t]*+\n", text))
    return "".join(f"<p>{escape(block, quote=False)}</p>" for block in blocks if block)


def _local(element: "_Element") -> tuple[str, str]:
    """Return namespace and name of an element; of a prefix that is not declared the prefix."""
    tag = element.tag
    if not isinstance(tag, str):
        return "", ""
    space, brace, name = tag.rpartition("}")
    if brace:
        return space.removeprefix("{"), name
    prefix, _, name = tag.rpartition(":")
    return prefix, name


def _child(element: "_Element", name: str) -> "_Element | None":
    """Return the first child of this name that belongs to the feed's own format."""
    own = _ATOM if _local(element)[0] in _ATOM else _CORE
    return next((child for child in element if _local(child)[1] == name and _local(child)[0] in own), None)


def _other(element: "_Element", name: str) -> "_Element | None":
    """Return the first child of this name that another format lends, such as `dc:date`."""
    return next(
        (child for child in element if _local(child)[1] == name and _local(child)[0] not in _CORE), None
    )


def _words(element: "_Element | None") -> str:
    return "" if element is None else "".join(element.itertext()).strip()
