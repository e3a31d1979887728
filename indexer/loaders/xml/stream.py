"""Reads XML record by record, mended; resolves no entity, and loads no other file."""

import io
import re
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from nutgraf.indexer.loaders.base import BUFFER_BYTES, SourceFile, UnreadableError, too_large
from nutgraf.indexer.loaders.decode import STRAY_BYTES, encoding_of
from nutgraf.indexer.loaders.labels import codec_of
from nutgraf.indexer.loaders.pages.fragment import local_name
from nutgraf.indexer.loaders.xml.mended import MendedXml

if TYPE_CHECKING:
    from lxml.etree import _Element

_MOST_ELEMENTS = 200_000  # of one record: far above what a book has; not measured
_MOST_CONTEXT_CHARS = 500
_MOST_CONTEXT = 20_000  # texts beside the records, such as the names of authors; not measured
LOGIN = "login:"
"""The beginning of the keys of `XmlRecord.context` that end in an author's login, and hold the name."""
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*+=\s*+["']([\w.:-]{1,40})""")
_DOCTYPE = re.compile(rb"<!doctype", re.IGNORECASE)  # which XML has in capitals, and HTML in either


@dataclass(slots=True)
class XmlRecord:
    """An element that is an article; `is_root` where it is the whole file.

    `context` holds the short texts beside the records, such as the title of a feed, by their names.
    """

    element: "_Element"
    is_root: bool
    context: dict[str, str] = field(default_factory=dict)


def xml_records(
    file: SourceFile, stream: io.BufferedReader, max_bytes: int, names: Callable[[str], Set[str]]
) -> Iterator[XmlRecord]:
    """Yield the outermost elements with one of the `names`, which are chosen by the name of the root.

    An element must not be used once the next was asked for. Raises UnreadableError.
    """
    from lxml import etree

    encoding = _encoding(stream.peek())
    with io.TextIOWrapper(stream, encoding=encoding, errors=STRAY_BYTES, newline="") as text:
        events = etree.iterparse(
            MendedXml(text, names), events=("start", "end"), recover=True, resolve_entities=False,
            load_dtd=False, no_network=True, huge_tree=False, collect_ids=False, encoding="utf-8",
        )  # fmt: skip
        try:
            yield from _outermost(events, file, stream, max_bytes, names)
        except etree.XMLSyntaxError as error:
            raise UnreadableError("not XML") from error


def parse_xml(data: bytes) -> "_Element":
    """Return the root of a small document, which is mended as records are; raises UnreadableError."""
    from lxml import etree

    text = io.TextIOWrapper(io.BytesIO(data), encoding=_encoding(data), errors=STRAY_BYTES, newline="")
    mended = b"".join(iter(partial(MendedXml(text).read, BUFFER_BYTES), b""))
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False,
        collect_ids=False, encoding="utf-8",
    )  # fmt: skip
    try:
        root = etree.fromstring(_DOCTYPE.sub(b"<!DOCTYPE", mended, count=1), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        raise UnreadableError("a part of it is not XML")
    return root


def _outermost(
    events: Any,  # noqa: ANN401 - lxml has no types
    file: SourceFile,
    stream: io.BufferedReader,
    max_bytes: int,
    names: Callable[[str], Set[str]],
) -> Iterator[XmlRecord]:
    wanted: Set[str] | None = None
    context: dict[str, str] = {}
    root = record = None
    count = began = 0
    for event, element in events:
        if event == "start":
            if root is None:
                root, wanted = element, names(local_name(element))
            if record is None and wanted and local_name(element) in wanted:
                record, count, began = element, 0, stream.tell()
            count += 1
            if count > _MOST_ELEMENTS:
                raise UnreadableError(f"a record has more than {_MOST_ELEMENTS:,} elements")
            if record is not None and stream.tell() - began > max_bytes + BUFFER_BYTES:
                raise UnreadableError(f"a record is {too_large(max_bytes)}; the rest was not read")
        elif element is record:
            file.position_bytes = min(stream.tell(), file.size_bytes)
            yield XmlRecord(element, element is root, context)
            record, count = None, 0
            _forget(element)
        elif record is None:
            count = 0
            _note(element, context)
            _forget(element)


def _note(element: "_Element", context: dict[str, str]) -> None:
    """Keep what a channel or a feed says of itself: its title, author, and page, and its own address."""
    name, parent = local_name(element), element.getparent()
    if name == "name" and parent is not None and local_name(parent) == "author":
        name, parent = "author", parent.getparent()
    text = " ".join("".join(element.itertext()).split()) or element.get("href") or ""
    if name == "author_login":  # in an export of WordPress, and before the name
        context[name] = text[:_MOST_CONTEXT_CHARS]
    elif name == "author_display_name" and text and len(context) < _MOST_CONTEXT:
        context.setdefault(LOGIN + context.get("author_login", ""), text[:_MOST_CONTEXT_CHARS])
    if parent is None or local_name(parent) not in {"channel", "feed"}:
        return
    relation = element.get("rel", "alternate")
    if text and relation in {"alternate", "self"}:
        context.setdefault(name if relation == "alternate" else "self", text[:_MOST_CONTEXT_CHARS])


def _forget(element: "_Element") -> None:
    """Take an element that was read, and all before it, out of the tree, which would grow by the file."""
    parent = element.getparent()
    if parent is None:
        return
    element.clear()
    while element.getprevious() is not None:
        del parent[0]


def _encoding(sample: bytes) -> str:
    declared = _DECLARED.match(sample.lstrip()[:400])
    codec = codec_of(declared[1].decode("ascii")) if declared else None
    return encoding_of(sample) if codec is None or codec.startswith("utf") else codec
