"""Reads TEI (the Text Encoding Initiative's P4 and P5), in which libraries keep old newspapers."""

from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate
from nutgraf.indexer.loaders.pages.fragment import element_text, local_name
from nutgraf.indexer.loaders.xml.stream import XmlRecord

if TYPE_CHECKING:
    from lxml.etree import _Element

# What the edition notes beside its reading: the spelling as printed where it was corrected, running heads.
_LEFT_OUT = frozenset({"orig", "sic", "abbr", "del", "fw", "teiheader", "figdesc"})
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"


def read_tei(record: XmlRecord) -> ArticleDraft:
    """Return the text of a TEI document as one article, dated as its source was, which was printed first."""
    root = record.element
    header, text = _first(root, "teiheader"), _first(root, "text")
    statement = _first(header, "titlestmt")
    authors = [] if statement is None else [n for n in statement.iter() if local_name(n) == "author"]
    date = _date(_first(header, "sourcedesc")) or _date(_first(header, "publicationstmt"))
    return ArticleDraft(
        text="" if text is None else element_text(text, _LEFT_OUT.__contains__),
        id=root.get(_XML_ID) or _path(header, "publicationstmt", "idno"),
        title=_path(statement, "title"),
        source=_path(header, "publicationstmt", "publisher"),
        authors=tuple(_words(node) for node in authors),
        dates=(StatedDate(date, "given"),) if date else (),
    )


def _first(element: "_Element | None", name: str) -> "_Element | None":
    if element is None:
        return None
    return next((node for node in element.iter() if local_name(node) == name), None)


def _path(element: "_Element | None", *names: str) -> str:
    for name in names:
        element = _first(element, name)
    return "" if element is None else _words(element)


def _words(element: "_Element") -> str:
    return " ".join("".join(element.itertext()).split())


def _date(element: "_Element | None") -> str:
    date = _first(element, "date")
    if date is None:
        return ""
    return date.get("when") or date.get("when-iso") or date.get("value") or _words(date)
