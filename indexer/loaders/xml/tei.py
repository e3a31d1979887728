"""Reads TEI (the Text Encoding Initiative's P4 and P5), in which libraries keep old newspapers."""

from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate
from nutgraf.indexer.loaders.pages.fragment import element_text, local_name
from nutgraf.indexer.loaders.xml.stream import XmlRecord

if TYPE_CHECKING:
    from lxml.etree import _Element

# What the edition notes beside its reading: the spelling as printed where it was corrected, running heads.
_LEFT_OUT = frozenset({"orig", "sic", "abbr", "del", "fw", "teiheader", "figdesc"})
_BREAK_SIGNS = " \t\r\n-\xad\xac"  # what an edition may keep of the hyphen at the end of a line
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"


def read_tei(record: XmlRecord) -> ArticleDraft:
    """Return the text of a TEI document as one article, dated as its source was, which was printed first."""
    root = record.element
    header, text = _first(root, "teiheader"), _first(root, "text")
    statement = _first(header, "titlestmt")
    authors = [] if statement is None else [n for n in statement.iter() if local_name(n) == "author"]
    title = _path(statement, "title")
    date = _date(_first(header, "sourcedesc")) or _date(_first(header, "publicationstmt"))
    return ArticleDraft(
        text="" if text is None else _without_title(_text(text), title),
        id=root.get(_XML_ID) or _path(header, "publicationstmt", "idno"),
        title=title,
        source=_journal(header) or _path(header, "publicationstmt", "publisher"),
        authors=tuple(_words(node) for node in authors),
        dates=(StatedDate(date, "given"),) if date else (),
    )


def _text(text: "_Element") -> str:
    """Return the words of a text; a word that a line, column or page broke is whole."""
    for node in [node for node in text.iter() if node.get("break") == "no"]:
        before, parent = node.getprevious(), node.getparent()
        start = (parent.text if before is None else before.tail) or ""
        end = node.tail or ""
        joined = start.rstrip(_BREAK_SIGNS) + end.lstrip()
        if before is None:
            parent.text = joined
        else:
            before.tail = joined
        node.tail = None
        parent.remove(node)
    return element_text(text, _LEFT_OUT.__contains__)


def _without_title(text: str, title: str) -> str:
    """Return the text without its first line where that is the title, which the article has beside it."""
    first, _, rest = text.partition("\n\n")
    is_title = " ".join(first.split()).rstrip(".").casefold() == title.rstrip(".").casefold()
    return rest if rest and is_title else text


def _journal(header: "_Element | None") -> str:
    """Return the title of the newspaper that the text was printed in; an edition has another publisher."""
    source = _first(header, "sourcedesc")
    titles = () if source is None else (node for node in source.iter() if local_name(node) == "title")
    return next((_words(node) for node in titles if node.get("level") == "j"), "")


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
