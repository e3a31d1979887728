"""Reads an item of RSS 0.9 to 2.0 or an entry of Atom (RFC 4287), with the usual modules of RSS."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate
from nutgraf.indexer.loaders.base import UnreadableError
from nutgraf.indexer.loaders.identity import absolute, web_url
from nutgraf.indexer.loaders.pages.fragment import element_text, fragment_text, local_name
from nutgraf.indexer.loaders.xml.stream import LOGIN, XmlRecord

if TYPE_CHECKING:
    from lxml.etree import _Element

_CONTENTS = frozenset({"encoded", "content", "full-text", "body"})
_TEXTS = _CONTENTS | {"description", "summary"}
# When the article was published, the most exact first; `updated` of Atom is when it was changed.
_DATES = ("published", "pubdate", "issued", "post_date_gmt", "date", "created")
_CHANGED = ("updated", "modified", "post_modified_gmt")
_OTHER_WORDS = (
    "media",
    "itunes",
    "excerpt",
    "search.yahoo",
)  # parts of namespaces whose elements have the same names
_AND = re.compile(r"(?:,| and |;)")
_MAIL_NAME = re.compile(r"[^\s()]{1,100} \(([^()]{1,200})\)")  # "quill@tarn.example (Ada Quill)", RSS 2.0
_POSTED = re.compile(r"The post .{1,400} (?:first appeared|appeared first) on .{1,300}\Z")
_REMARK_CHARS = 700
_BY = re.compile(r"by[: ]\s{0,5}", re.IGNORECASE)
_SHORTCODE = re.compile(r"\[/?(?:caption|gallery|embed|audio|video|playlist)\b[^\[\]]{0,500}\]")
_BLANK_LINE = re.compile(r"\n[ \t]*+\n")
_APART = "\n\n<hr>\n\n"  # parts paragraphs in text and in markup, and is no word
_UNPUBLISHED = frozenset({"draft", "auto-draft", "pending", "private", "future", "trash"})
_NO_ARTICLES = frozenset(
    {"attachment", "nav_menu_item", "revision", "custom_css", "wp_block", "wp_navigation"}
)


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """What an item says of its article; "" and () where it says nothing.

    `link` is the address of its page, `guid` its name. `published` are its dates, the best first, `changed`
    is the newest of all. `source` is the outlet that it names, `feed` the title of the feed. `content` is the
    article as HTML where the feed gives more of it than a description, or the item has no page.
    """

    link: str
    guid: str
    title: str
    authors: tuple[str, ...]
    published: tuple[str, ...]
    changed: str
    source: str
    feed: str
    content: str


def read_entry(record: XmlRecord) -> ArticleDraft:
    """Return the article of an item: its longest text, which is content:encoded where there is one."""
    children = _own(record)
    _check_published(children)
    bases = (web_url(record.context.get(name, "")) for name in ("link", "self"))
    entry = feed_entry(record, next((base for base in bases if base), ""))
    is_linked = web_url(entry.link) is not None
    texts = [_markup_text(child) for child in children if _name(child) in _TEXTS]
    text = max(texts, key=len, default="").strip()
    return ArticleDraft(
        text=_without_remark(text) or (entry.title if is_linked else ""),  # a headline alone is short
        id="" if is_linked else entry.guid,
        title=entry.title,
        url=entry.link,
        source=entry.source or entry.feed,
        authors=entry.authors,
        dates=tuple(StatedDate(date, "feed") for date in entry.published),
        modified=() if entry.changed in {"", *entry.published} else (entry.changed,),
    )


def feed_entry(record: XmlRecord, base: str) -> FeedEntry:
    """Return what an item says; `base` is what its addresses are relative to, unless its feed says that."""
    children = _own(record)
    dates = {_name(child): _plain(child) for child in reversed(children)}
    published = tuple(dates[name] for name in _DATES if dates.get(name))
    link = _link(children, absolute(base, record.element.base or "") or base)
    texts = _CONTENTS if link else _TEXTS
    return FeedEntry(
        link=link,
        guid=_first(children, "guid") or _first(children, "id"),
        title=" ".join(fragment_text(_first(children, "title")).split()),
        authors=_authors(children, record.context) or _names(record.context.get("author", "")),
        published=published,
        changed=next((dates[name] for name in _CHANGED if dates.get(name)), "") or next(iter(published), ""),
        source=_source(children),
        feed=" ".join(fragment_text(record.context.get("title", "")).split()),
        content=max((_html(child) for child in children if _name(child) in texts), key=len, default=""),
    )


def _own(record: XmlRecord) -> "list[_Element]":
    return [child for child in record.element if not _is_other(child)]


def _check_published(children: "list[_Element]") -> None:
    """Refuse what an export of WordPress holds beside articles: drafts, pictures, menus."""
    wordpress = {_name(child): _plain(child) for child in children if "wordpress" in child.tag}
    if wordpress.get("status", "publish") in _UNPUBLISHED:
        raise UnreadableError(f"not published ({wordpress['status']})")
    if wordpress.get("post_type", "post") in _NO_ARTICLES:
        raise UnreadableError(f"not an article ({wordpress['post_type']})")


def _name(child: "_Element") -> str:
    """Return the name of an element without its prefix, which feeds often forget to declare."""
    return local_name(child).rpartition(":")[2]


def _is_other(child: "_Element") -> bool:
    space, _, name = child.tag.rpartition("}") if isinstance(child.tag, str) else ("media", "", "")
    prefix = f"{space} {name.rpartition(':')[0]}".lower()
    return any(word in prefix for word in _OTHER_WORDS)


def _plain(child: "_Element") -> str:
    return "".join(child.itertext()).strip()


def _first(children: "list[_Element]", name: str) -> str:
    return next((text for child in children if _name(child) == name and (text := _plain(child))), "")


def _markup_text(child: "_Element") -> str:
    """Return the words of markup that is written as text, or as elements; a picture's stand apart."""
    return element_text(child) if len(child) else fragment_text(_SHORTCODE.sub(_APART, child.text or ""))


def _without_remark(text: str) -> str:
    """Return the text without the line that WordPress adds to each item of its feeds."""
    body, _, last = text.rpartition("\n\n")
    return body if body and len(last) <= _REMARK_CHARS and _POSTED.match(last) else text


def _html(child: "_Element") -> str:
    """Return the content of an item as HTML; "" where it is of another kind, as Atom's type says."""
    kind = child.get("type", "")
    if child.get("src") or (kind and not kind.startswith(("text", "html", "xhtml", "application/xhtml"))):
        return ""
    if len(child):
        from lxml import etree

        parts = (etree.tostring(part, method="html", encoding="unicode") for part in child)
        return (child.text or "") + "".join(parts)
    text = (child.text or "").strip()
    return paragraphs(text) if kind in {"text", "text/plain"} else text


def paragraphs(text: str) -> str:
    """Return plain text as HTML, a paragraph for each block of lines."""
    blocks = (block.strip() for block in _BLANK_LINE.split(text))
    return "".join(f"<p>{escape(block, quote=False)}</p>" for block in blocks if block)


def _link(children: "list[_Element]", base: str) -> str:
    """Return the address of an item's page: not the one behind which a feed counts its readers' clicks."""
    links = [child for child in children if _name(child) in {"link", "origlink"}]
    links.sort(key=lambda link: (_name(link) != "origlink", "html" not in link.get("type", "html")))
    for link in links:
        address = _plain(link) or (
            link.get("href", "") if link.get("rel", "alternate") == "alternate" else ""
        )
        if address := absolute(base, address.strip()):
            return address
    guid = next((child for child in children if _name(child) == "guid"), None)
    address = "" if guid is None or guid.get("isPermaLink", "").lower() == "false" else _plain(guid)
    return address if address.startswith(("http://", "https://")) else ""


def _source(children: "list[_Element]") -> str:
    """Return the outlet that an item of another's feed names."""
    source = next((child for child in children if _name(child) == "source"), None)
    if source is None:
        return ""
    titles = [child for child in source if _name(child) == "title"]
    return _plain(titles[0] if titles else source)


def _authors(children: "list[_Element]", context: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the authors; in an export of WordPress their logins stand in the item."""
    names: list[str] = []
    for child in children:
        if _name(child) in {"creator", "author"}:
            parts = [part for part in child if _name(part) == "name"]
            name = _plain(parts[0] if parts else child)
            shown = context.get(LOGIN + name)
            names += [shown] if shown else _names(name)
    return tuple(names)


def _names(line: str) -> tuple[str, ...]:
    mail = _MAIL_NAME.fullmatch(line)
    line = (mail[1] if mail else line).strip()
    line = _BY.sub("", line, count=1) if _BY.match(line) else line
    return tuple(name.strip() for name in _AND.split(line[:1000]) if name.strip() and "@" not in name)
