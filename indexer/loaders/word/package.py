"""A package: the zip archive of XML parts that word processors write. It is checked before it is unpacked.

Knows the bounds of archives and of XML; does not know what the parts mean.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.base import UnreadableError, too_large

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_MOST_PARTS = 5_000  # files in the archive: a bound against bombs, not measured
# Pictures hardly unpack to more than they are; only XML is held as a tree.
_ALL_PARTS_FACTOR = 5
# A walk takes some 3 µs an element; a book of a thousand pages has some hundred thousand of them.
_MOST_ELEMENTS = 500_000
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError, OSError)


class Package:
    """The parts of one document; `kind` names it in reasons, as in "broken Word document".

    Raises UnreadableError for what is no zip archive, unpacks to more than the limit, or needs a password.
    """

    def __init__(self, data: bytes, kind: str, max_bytes: int) -> None:
        self._kind = kind
        self._max_bytes = max_bytes
        self._elements = 0
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN as error:
            raise UnreadableError(f"broken {kind}") from error
        parts = self._archive.infolist()
        self.names = frozenset(part.filename for part in parts)
        # Bombs are refused by what the archive says of itself: zipfile never unpacks more than that.
        xml_bytes = sum(part.file_size for part in parts if part.filename.endswith((".xml", ".rels")))
        all_bytes = sum(part.file_size for part in parts)
        if len(parts) > _MOST_PARTS or xml_bytes > max_bytes or all_bytes > _ALL_PARTS_FACTOR * max_bytes:
            raise UnreadableError(f"{too_large(max_bytes)} when unpacked")
        if any(part.flag_bits & 1 for part in parts):
            raise UnreadableError(f"{kind} that needs a password")

    def read(self, name: str) -> bytes:
        """Return the bytes of a part."""
        try:
            if self._archive.getinfo(name).file_size > self._max_bytes:
                raise UnreadableError(f"{too_large(self._max_bytes)} when unpacked")
            return self._archive.read(name)
        except _BROKEN as error:
            raise UnreadableError(f"broken {self._kind}") from error

    def tree(self, name: str) -> "Element":
        """Return the root of an XML part."""
        data = self.read(name)
        self._elements += elements(data)
        if self._elements > _MOST_ELEMENTS:
            raise UnreadableError(f"more than {_MOST_ELEMENTS:,} elements")
        return parsed(data, self._kind)


def elements(xml: bytes) -> int:
    """Return how many tags open in an XML part, at most a few too many."""
    return xml.count(b"<") - xml.count(b"</")


def parsed(xml: bytes, kind: str) -> "Element":
    """Return the root of XML from which nothing else is loaded; its own entities are refused."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableError(f"broken {kind}") from error
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and next(declared.iterentities(), None) is not None:
        raise UnreadableError(f"{kind} that declares entities")
    return root


def local(element: "Element") -> str:
    """Return the name of an element without its namespace: formats have more than one for the same thing."""
    return str(element.tag).rpartition("}")[2]


def value(element: "Element", name: str) -> str:
    """Return an attribute by its name without a namespace; "" where there is none."""
    return next((text for key, text in element.attrib.items() if key.rpartition("}")[2] == name), "")


def number(element: "Element", name: str, default: int, most: int) -> int:
    """Return an attribute that is a whole number from 0 to `most`; `default` where it is no number."""
    text = value(element, name)
    if not text.isdecimal():
        return default
    return int(text) if len(text) <= len(str(most)) and int(text) <= most else most


def descendants(element: "Element", name: str) -> Iterator["Element"]:
    """Yield all elements of a name below an element, in whatever namespace."""
    yield from element.iter(f"{{*}}{name}")
