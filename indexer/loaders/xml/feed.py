"""Reads an item of RSS 0.9 to 2.0 or an entry of Atom (RFC 4287), with the usual modules of RSS."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate
from nutgraf.indexer.loaders.base import UnreadableError
from nutgraf.indexer.loaders.pages.fragment import element_text, fragment_text, local_name
from nutgraf.indexer.loaders.xml.stream import LOGIN, XmlRecord

if TYPE_CHECKING:
    from lxml.etree import _Element

_TEXTS = frozenset({"encoded", "content", "full-text", "description", "summary", "body"})
# When the article was published, the most exact first; `updated` of Atom is when it was changed.
_DATES = ("published", "pubdate", "issued", "post_date_gmt", "date", "created")
_OTHER_WORDS = ("media", "itunes", "excerpt")  # parts of namespaces whose elements have the same names
_AND = re.compile(r"(?:,| and |;)")
_MAIL_NAME = re.compile(r"[^\s()]{1,100} \(([^()]{1,200})\)")  # "quill@tarn.example (Ada Quill)", RSS 2.0
_POSTED = re.compile(r"The post .{1,400} (?:first appeared|appeared first) on .{1,300}\Z")
_REMARK_CHARS = 700
_BY = re.compile(r"by[: ]\s{0,5}", re.IGNORECASE)
_SHORTCODE = re.compile(r"\[/?(?:caption|gallery|embed|audio|video|playlist)\b[^\[\]]{0,500}\]")
_APART = "\n\n<hr>\n\n"  # parts paragraphs in text and in markup, and is no word
_UNPUBLISHED = frozenset({"draft", "auto-draft", "pending", "private", "future", "trash"})
_NO_ARTICLES = frozenset(
    {"attachment", "nav_menu_item", "revision", "custom_css", "wp_block", "wp_navigation"}
)


def read_entry(record: XmlRecord) -> ArticleDraft:
    """Return the article of an item: its longest text, which is content:encoded where there is one."""
    children = [child for child in record.element if not _is_other(child)]
    _check_published(children)
    texts = [_markup_text(child) for child in children if local_name(child) in _TEXTS]
    link = _link(children, record.context.get("link", ""))
    title = " ".join(fragment_text(_first(children, "title")).split())
    text = max(texts, key=len, default="").strip() or (title if link else "")  # a headline alone is short
    authors = _authors(children, record.context) or _names(record.context.get("author", ""))
    guid = _first(children, "guid") or _first(children, "id")
    dates = {local_name(child): _plain(child) for child in reversed(children)}
    return ArticleDraft(
        text=_without_remark(text),
        id="" if link else guid,
        title=title,
        url=link,
        source=_source(children) or record.context.get("title", ""),
        authors=authors,
        dates=tuple(StatedDate(dates[name], "feed") for name in _DATES if dates.get(name)),
    )


def _check_published(children: "list[_Element]") -> None:
    """Refuse what an export of WordPress holds beside articles: drafts, pictures, menus."""
    wordpress = {local_name(child): _plain(child) for child in children if "wordpress" in child.tag}
    if wordpress.get("status", "publish") in _UNPUBLISHED:
        raise UnreadableError(f"not published ({wordpress['status']})")
    if wordpress.get("post_type", "post") in _NO_ARTICLES:
        raise UnreadableError(f"not an article ({wordpress['post_type']})")


def _is_other(child: "_Element") -> bool:
    namespace = child.tag.rpartition("}")[0].lower() if isinstance(child.tag, str) else "media"
    return any(word in namespace for word in _OTHER_WORDS) or "search.yahoo" in namespace


def _plain(child: "_Element") -> str:
    return "".join(child.itertext()).strip()


def _first(children: "list[_Element]", name: str) -> str:
    return next((text for child in children if local_name(child) == name and (text := _plain(child))), "")


def _markup_text(child: "_Element") -> str:
    """Return the words of markup that is written as text, or as elements; a picture's stand apart."""
    return element_text(child) if len(child) else fragment_text(_SHORTCODE.sub(_APART, child.text or ""))


def _without_remark(text: str) -> str:
    """Return the text without the line that WordPress adds to each item of its feeds."""
    body, _, last = text.rpartition("\n\n")
    return body if body and len(last) <= _REMARK_CHARS and _POSTED.match(last) else text


def _link(children: "list[_Element]", base: str) -> str:
    links = [child for child in children if local_name(child) in {"link", "origlink"}]
    links.sort(key=lambda link: local_name(link) != "origlink")  # where a feed counts its readers' clicks
    for link in links:
        address = _plain(link) or (link.get("href") if link.get("rel", "alternate") == "alternate" else "")
        if address:
            return urljoin(base, str(address).strip())
    guid = next((child for child in children if local_name(child) == "guid"), None)
    address = "" if guid is None or guid.get("isPermaLink") == "false" else _plain(guid)
    return address if address.startswith(("http://", "https://")) else ""


def _source(children: "list[_Element]") -> str:
    """Return the outlet that an item of another's feed names."""
    source = next((child for child in children if local_name(child) == "source"), None)
    if source is None:
        return ""
    titles = [child for child in source if local_name(child) == "title"]
    return _plain(titles[0] if titles else source)


def _authors(children: "list[_Element]", context: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the authors; in an export of WordPress their logins stand in the item."""
    names: list[str] = []
    for child in children:
        if local_name(child) in {"creator", "author"}:
            parts = [part for part in child if local_name(part) == "name"]
            name = _plain(parts[0] if parts else child)
            shown = context.get(LOGIN + name)
            names += [shown] if shown else _names(name)
    return tuple(names)


def _names(line: str) -> tuple[str, ...]:
    mail = _MAIL_NAME.fullmatch(line)
    line = (mail[1] if mail else line).strip()
    line = _BY.sub("", line, count=1) if _BY.match(line) else line
    return tuple(name.strip() for name in _AND.split(line[:1000]) if name.strip() and "@" not in name)
