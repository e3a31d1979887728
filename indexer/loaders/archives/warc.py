"""Reads web archives (WARC, ISO 28500): each page that was answered with success, once."""

import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from nutgraf.indexer.loaders.archives.members import Part, Record, with_known
from nutgraf.indexer.loaders.assemble import ArticleDraft
from nutgraf.indexer.loaders.base import LoadOptions, SourceFile, UnreadableError, too_large
from nutgraf.indexer.loaders.charset import page_in
from nutgraf.indexer.loaders.pages.html import read_html
from nutgraf.indexer.loaders.pdf.document import read_pdf

_GZIP = b"\x1f\x8b"
_UNTYPED, _SEEN_BYTES = "*/*", 1000  # what was sent without a type, and how much of it tells a page
_MOST_DIGESTS = 2_000_000  # some 250 MB of memory; pages behind so many are not compared


def split_warc(file: SourceFile, options: LoadOptions) -> Iterator[Part]:
    """Yield the pages of a web archive; pictures, redirects, and pages that were seen are passed over.

    The address that was asked for names a page that states none. When it was fetched is not its date.
    Raises UnreadableError.
    """
    count = pages = 0
    seen: set[bytes] = set()
    with file.open() as stream:
        for record in _records(stream):
            count += 1
            file.position_bytes = min(stream.tell(), file.size_bytes)
            file.reached(not file.lost)
            kind, charset = _kind(record)
            if kind not in _READERS and kind != _UNTYPED:
                continue
            data = _payload(record, options.max_bytes)
            if kind == _UNTYPED:
                if not data[:_SEEN_BYTES].lstrip().lower().startswith((b"<!doctype html", b"<html")):
                    continue
                kind = "text/html"
            file.unpacked(len(data))
            digest = hashlib.blake2b(data, digest_size=16).digest()
            if digest not in seen:
                pages += 1
                if len(seen) < _MOST_DIGESTS:
                    seen.add(digest)
                url = record.rec_headers.get_header("WARC-Target-URI") or ""
                yield Record(partial(_draft, kind, data, charset, url.strip("<>"), options), count)
    if not pages:
        raise UnreadableError(f"no page among its {count:,} records" if count else "not a web archive")


def _records(stream: io.BufferedReader) -> Iterator[Any]:
    from warcio.archiveiterator import ArchiveIterator

    count = 0
    try:
        # The library reads no archive that was packed as a whole, as `gzip` does it.
        is_packed = stream.peek(len(_GZIP)).startswith(_GZIP)
        for record in ArchiveIterator(_Unpacked(stream) if is_packed else stream):
            count += 1
            yield record
    except UnreadableError:
        raise
    except Exception as error:
        reason = f"damaged after record {count}; the rest was not read" if count else "not a web archive"
        raise UnreadableError(reason) from error


class _Unpacked:
    """A gzipped stream: what comes before a damage is read, which `GzipFile.read` would lose."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = gzip.GzipFile(fileobj=stream)

    def read(self, size: int = -1, /) -> bytes:
        return self._stream.read1(size)

    def tell(self) -> int:
        return self._stream.tell()


def _kind(record: Any) -> tuple[str, str]:  # noqa: ANN401 - the library has no types
    """Return the content type and the charset of a record that holds a document; empty of any other."""
    if record.rec_type == "response" and record.http_headers is not None:
        headers = record.http_headers
        is_page = headers.get_statuscode() == "200"
    else:
        headers, is_page = record.rec_headers, record.rec_type == "resource"
    if not is_page:
        return "", ""
    kind, _, rest = (headers.get_header("Content-Type") or _UNTYPED).partition(";")
    return kind.strip().lower(), rest.lower().partition("charset=")[2].strip(" \"';")


def _payload(record: Any, limit: int) -> bytes:  # noqa: ANN401
    """Return what was sent, unpacked; at most one byte more than the limit."""
    stream, data = record.content_stream(), bytearray()
    try:
        while len(data) <= limit and (part := stream.read(limit + 1 - len(data))):
            data += part
    except (EOFError, OSError, zlib.error) as error:
        raise UnreadableError("damaged in its archive; the rest was not read") from error
    return bytes(data)


def _draft(kind: str, data: bytes, charset: str, url: str, options: LoadOptions) -> ArticleDraft:
    if len(data) > options.max_bytes:
        raise UnreadableError(too_large(options.max_bytes))
    if not data:
        raise UnreadableError("empty page")
    return with_known(_READERS[kind](data, charset, options), ArticleDraft(text="", url=url))


def _page(data: bytes, charset: str, options: LoadOptions) -> ArticleDraft:
    return read_html(page_in(data, charset), options)


_READERS: dict[str, Callable[[bytes, str, LoadOptions], ArticleDraft]] = {
    "text/html": _page,
    "application/xhtml+xml": _page,
    "application/pdf": lambda data, _, options: read_pdf(data, options),
}
