"""Reads XML record by record: mends what feeds get wrong, resolves no entity, and loads no other file."""

import io
import re
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field
from functools import partial
from html.entities import html5
from typing import TYPE_CHECKING, Any, TextIO

from nutgraf.indexer.loaders.base import BUFFER_BYTES, SourceFile, UnreadableError, too_large
from nutgraf.indexer.loaders.decode import STRAY_BYTES, encoding_of
from nutgraf.indexer.loaders.labels import codec_of
from nutgraf.indexer.loaders.pages.fragment import local_name

if TYPE_CHECKING:
    from lxml.etree import _Element

_MOST_ELEMENTS = 200_000  # of one record: far above what a book has; not measured
_MOST_CONTEXT_CHARS = 500
_MOST_CONTEXT = 20_000  # texts beside the records, such as the names of authors; not measured
LOGIN = "login:"
"""The beginning of the keys of `XmlRecord.context` that end in an author's login, and hold the name."""
_LONGEST_ENTITY_CHARS = 40
_ENTITY = re.compile(
    r"&(?!(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)(?:([A-Za-z][A-Za-z0-9]{1,31});)?"
)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*+=\s*+["']([\w.:-]{1,40})""")
_DOCTYPE = re.compile(rb"<!doctype", re.IGNORECASE)  # which XML has in capitals, and HTML in either
_FORBIDDEN = dict.fromkeys(code for code in range(0x20) if code not in (0x9, 0xA, 0xD))
_TOKEN = re.compile(r"[&<\]]")
_CDATA, _CDATA_END = "<![CDATA[", "]]>"


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
            _Mended(text), events=("start", "end"), recover=True, resolve_entities=False, load_dtd=False,
            no_network=True, huge_tree=False, collect_ids=False, encoding="utf-8",
        )  # fmt: skip
        try:
            yield from _outermost(events, file, stream, max_bytes, names)
        except etree.XMLSyntaxError as error:
            raise UnreadableError("not XML") from error


def parse_xml(data: bytes) -> "_Element":
    """Return the root of a small document, which is mended as records are; raises UnreadableError."""
    from lxml import etree

    text = io.TextIOWrapper(io.BytesIO(data), encoding=_encoding(data), errors=STRAY_BYTES, newline="")
    mended = b"".join(iter(partial(_Mended(text).read, BUFFER_BYTES), b""))
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
    """Keep what a channel or a feed says of itself: its title, its link, its author."""
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
    if text and element.get("rel", "alternate") == "alternate":
        context.setdefault(name, text[:_MOST_CONTEXT_CHARS])


def _forget(element: "_Element") -> None:
    """Take an element that was read, and all before it, out of the tree, which would grow by the file."""
    parent = element.getparent()
    if parent is None:
        return
    element.clear()
    while element.getprevious() is not None:
        del parent[0]


class _Mended:
    """XML as UTF-8 whose bare `&`, entities of HTML, and control characters cannot stop a parser.

    A parser that goes on behind such a fault loses every escape after it. Entities that the file itself
    declares stay as they are written, so that none is ever expanded.
    """

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._rest = ""
        self._in_cdata = False
        self._ready = b""

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes; none at the end."""
        while not self._ready:
            chars = self._text.read(BUFFER_BYTES)
            if not chars and not self._rest:
                return b""
            self._ready = self._mend(self._rest + chars, is_end=not chars).encode("utf-8", "replace")
        part, self._ready = self._ready[:size], self._ready[size:]
        return part

    def _mend(self, text: str, *, is_end: bool) -> str:
        # What a chunk's end may have split is mended with the next chunk.
        end = len(text)
        if not is_end and (token := _TOKEN.search(text, max(0, end - _LONGEST_ENTITY_CHARS))):
            end = max(0, token.start() - len(_CDATA_END) + 1) if token[0] == "]" else token.start()
        self._rest, text = text[end:], text[:end].translate(_FORBIDDEN)
        parts, at = [], 0
        while at < len(text):
            sign = _CDATA_END if self._in_cdata else _CDATA
            found = text.find(sign, at)
            stop = len(text) if found < 0 else found
            parts.append(text[at:stop] if self._in_cdata else _ENTITY.sub(_reference, text[at:stop]))
            if found < 0:
                break
            parts.append(sign)
            self._in_cdata, at = not self._in_cdata, found + len(sign)
        return "".join(parts)


def _reference(match: "re.Match[str]") -> str:
    chars = html5.get(f"{match[1]};") if match[1] else None
    return "".join(f"&#{ord(char)};" for char in chars) if chars else f"&amp;{match[0][1:]}"


def _encoding(sample: bytes) -> str:
    declared = _DECLARED.match(sample.lstrip()[:400])
    codec = codec_of(declared[1].decode("ascii")) if declared else None
    return encoding_of(sample) if codec is None or codec.startswith("utf") else codec
