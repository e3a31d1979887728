"""Reads the agencies' formats of IPTC: NITF, NewsML-G2, and NewsML 1."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.archives.members import with_known
from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate
from nutgraf.indexer.loaders.base import UnreadableError
from nutgraf.indexer.loaders.pages.fragment import element_text, fragment_text, local_name
from nutgraf.indexer.loaders.xml.stream import XmlRecord

if TYPE_CHECKING:
    from lxml.etree import _Element

_BY = re.compile(r"by[: ]\s{0,5}", re.IGNORECASE)
_HEAD = frozenset({"hedline", "byline", "dateline", "distributor", "rights", "head", "docdata"})
_WITHDRAWN = frozenset({"canceled", "cancelled", "withheld"})
_FIRST_VERSIONS = frozenset({"", "0", "1"})


def read_nitf(record: XmlRecord) -> ArticleDraft:
    """Return the article of a NITF document."""
    return _nitf(record.element)


def read_news_item(record: XmlRecord) -> ArticleDraft:
    """Return the article of an item of NewsML-G2 or NewsML 1; UnreadableError where it was withdrawn.

    The time of a version dates the article only where it is the first version, and nothing else does.
    """
    item = record.element
    status = _text(item, "pubstatus") or _attribute(item, "pubstatus", "qcode")
    if status.rpartition(":")[2].lower() in _WITHDRAWN:
        raise UnreadableError(f"withdrawn by the agency (pubStatus {status[:60]})")
    names: tuple[str, ...] = ("contentcreated", "firstcreated")
    changes: tuple[str, ...] = ("contentmodified",)
    if item.get("version", "") in _FIRST_VERSIONS:
        names = (*names, "versioncreated")
    else:
        changes = (*changes, "versioncreated")
    known = ArticleDraft(
        text="",
        id=item.get("guid") or _text(item, "publicidentifier"),
        title=_text(item, "headline"),
        source=_name(item, "provider") or _name(item, "infosource") or _text(item, "creditline"),
        authors=_people(item, "creator") or _people(item, "by") or _people(item, "byline"),
        dates=tuple(StatedDate(date, "given") for name in names if (date := _text(item, name))),
        modified=tuple(date for name in changes if (date := _text(item, name))),
    )
    body = _body(item)
    return with_known(replace(known, text=body.text), body)


def _body(item: "_Element") -> ArticleDraft:
    """Return what the content itself says: NITF, HTML, or plain text."""
    nitf = _first(item, "nitf")
    if nitf is not None:
        return _nitf(nitf)
    texts = []
    for name in ("inlinexml", "inlinedata", "datacontent"):
        for content in _all(item, name):
            texts.append(element_text(content) if len(content) else fragment_text(content.text or ""))
    return ArticleDraft(text=max(texts, key=len, default=""))


def _nitf(nitf: "_Element") -> ArticleDraft:
    head = _first(nitf, "body.head")
    content = _first(nitf, "body.content")
    body = content if content is not None else _first(nitf, "body")
    headline = _text(nitf, "hl1") or _text(nitf, "hedline") or _text(nitf, "title")
    places = (
        ("date.issue", "norm"),
        ("story.date", "norm"),
        ("pubdata", "date.publication"),
        ("date.release", "norm"),
    )
    abstract = _first(nitf, "abstract") if head is not None and body is content else None
    subheads = [*_all(nitf, "hl2")] if _text(nitf, "hl1") else []
    parts = [
        element_text(part, _HEAD.__contains__) for part in (*subheads, abstract, body) if part is not None
    ]
    return ArticleDraft(
        text="\n\n".join(part for part in parts if part),
        id=_attribute(nitf, "doc-id", "id-string"),
        title=headline,
        source=_attribute(nitf, "pubdata", "name") or _text(nitf, "distributor"),
        authors=_people(nitf, "byline"),
        dates=tuple(
            StatedDate(date, "given") for name, key in places if (date := _attribute(nitf, name, key))
        ),
    )


def _all(element: "_Element", name: str) -> "Iterator[_Element]":
    return (node for node in element.iter() if local_name(node) == name)


def _first(element: "_Element", name: str) -> "_Element | None":
    return next(_all(element, name), None)


def _text(element: "_Element", name: str) -> str:
    """Return the words of the first such element that has some."""
    texts = (" ".join("".join(node.itertext()).split()) for node in _all(element, name))
    return next((text for text in texts if text), "")


def _attribute(element: "_Element", name: str, key: str) -> str:
    return next((value for node in _all(element, name) if (value := node.get(key))), "")


def _name(element: "_Element", name: str) -> str:
    """Return the name that an element holds, or the code that stands for it."""
    node = _first(element, name)
    if node is None:
        return ""
    return _text(node, "name") or node.get("literal") or _party(node) or ""


def _party(node: "_Element") -> str:
    return _attribute(node, "party", "formalname") or _attribute(node, "party", "FormalName")


def _people(element: "_Element", name: str) -> tuple[str, ...]:
    """Return the people of a byline: those that are marked up, else its words without "By"."""
    people: list[str] = []
    for node in _all(element, name):
        marked = [*_all(node, "person"), *_all(node, "name")]
        # Behind a name that is not marked up stands the rank, in an element of its own.
        texts = ["".join(person.itertext()) for person in marked] or [node.text or "".join(node.itertext())]
        words = [" ".join(text.split()).rstrip(",") for text in texts]
        people += [_BY.sub("", word, count=1) if _BY.match(word) else word for word in words]
    return tuple(dict.fromkeys(person for person in people if person))
