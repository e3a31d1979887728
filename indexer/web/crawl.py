"""Joins the parts: an address is asked for, a listing followed, and each document handed to the loaders.

Knows what was fetched before, through the `Memory` of the archive; does not know HTTP, nor what documents
say.
Everything that was fetched is read in worker processes, from a private copy that is gone afterwards.
"""

import hashlib
import json
import mimetypes
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from html import escape
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Protocol
from urllib.parse import urlsplit

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import Entry, LoadOptions, Skipped, SourceFile, too_large
from nutgraf.indexer.loaders.charset import in_utf8
from nutgraf.indexer.loaders.identity import canonical_url
from nutgraf.indexer.loaders.suffixes import SUFFIXES, suffix_of
from nutgraf.indexer.origins import is_address
from nutgraf.indexer.storage import ArticleStatus
from nutgraf.indexer.web.client import Client, Response, bounded, unpacked
from nutgraf.indexer.web.errors import FetchFailed
from nutgraf.indexer.web.links import Link
from nutgraf.indexer.web.listing import is_listing
from nutgraf.indexer.web.options import WebOptions

_MOST_DEPTH = 3  # an index of sitemaps, its sitemaps, and one more
_MOST_LISTINGS = 1000  # feeds and sitemaps of one run; not measured
_STATE = "web:"  # the beginning of our keys in the archive's state
_GZIP = b"\x1f\x8b"
_USER = re.compile(r"^(https?://)[^/?#]*@", re.IGNORECASE)  # with a password, which no report may show
_CHARSET = re.compile(r"[\w.:-]{1,40}")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_TEXTS = frozenset({"text/plain", "text/markdown", "text/csv", "text/tab-separated-values"})
_VAGUE = frozenset(
    {"", "text/plain", "application/octet-stream", "binary/octet-stream", "application/x-download"}
)
_SUFFIXES: Mapping[str, str] = {
    "application/jsonl": ".jsonl",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/x-ndjson": ".ndjson",
    "application/x-pdf": ".pdf",
    "application/xhtml+xml": ".html",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/markdown": ".md",
    "text/plain": ".txt",
    "text/tab-separated-values": ".tsv",
}
"""Media types of the formats that are read; others are looked up in Python's own table."""


class Memory(Protocol):
    """What an archive remembers between runs; every ArchiveWriter is one (nutgraf.indexer.storage)."""

    def state(self, key: str) -> str | None:
        """Return a remembered value, None where there is none."""
        ...

    def set_state(self, values: Mapping[str, str]) -> None:
        """Remember values by their keys, in one transaction."""
        ...

    def unseen_origins(self) -> Iterator[tuple[str, str]]:
        """Yield (article id, origin) of the stored articles."""
        ...


class Sandbox(Protocol):
    """What reads documents in processes of its own; `nutgraf.indexer.sandbox.WorkerPool` is one."""

    def files(self, files: Sequence[SourceFile], options: LoadOptions) -> Iterator[Article | Skipped]:
        """Yield the articles of files, and what was skipped."""
        ...

    def links(self, file: SourceFile, options: LoadOptions) -> list[Link | Skipped]:
        """Return what a feed or sitemap lists, and why it cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class _Record:
    """What is remembered of an address: what a list said of it, and the headers for a conditional request.

    `entry` and `changed` (see `_sign`) are those of the last list that led there. `is_done`: a list all of
    whose entries were fetched, or a document that no article could be made of. `article` is the id of its
    first article, which may be stored under another address that has the same.
    """

    entry: Entry
    changed: str = ""
    validators: Mapping[str, str] = field(default_factory=dict)
    is_done: bool = False
    article: str = ""

    @classmethod
    def of(cls, value: str | None) -> "_Record | None":
        if value is None:
            return None
        fields = json.loads(value)
        entry = fields.pop("entry")
        return cls(Entry(**{**entry, "authors": tuple(entry["authors"])}), **fields)

    def value(self) -> str:
        return json.dumps(asdict(self))


class Crawl:
    """One run over addresses; call `close` at its end.

    `unchanged` are the articles that are stored and need not be fetched again, `files` the documents that
    were read, which have the dates that were not used, `failed` the addresses that a person typed and that
    brought no document or no list of links. What is to be remembered waits until `remember` is
    called, which must be when all articles that were yielded are stored: so a run that is stopped never takes
    for done what is not.
    """

    def __init__(self, options: WebOptions, loading: LoadOptions, sandbox: Sandbox) -> None:
        self.unchanged: list[ArticleStatus] = []
        self.files: list[SourceFile] = []
        self.failed: list[str] = []
        self._options = options
        # The time of a download is no date of an article.
        self._loading = replace(loading, file_dates=False)
        self._sandbox = sandbox
        self._client = Client(options, loading.max_bytes)
        self._folder = TemporaryDirectory(prefix="nutgraf-")
        self._seen: set[str] = set()
        self._pending: dict[str, str] = {}
        self._left = options.max_articles
        self._listings = 0
        self._open_ends = 0  # failures that may be over at the next run, and what was left for it
        self._stored: dict[str, str] | None = None
        self._ids: set[str] = set()
        # Stored articles of sitemaps in an index, which are asked for when no new ones are to come, and the
        # lists that are done with them.
        self._again: list[tuple[Link, str, int]] = []
        self._done_again: dict[str, str] = {}

    def close(self) -> None:
        """Close connections, and remove the folder of copies."""
        self._client.close()
        self._folder.cleanup()

    def items(self, address: str, memory: Memory) -> Iterator[Article | Skipped]:
        """Yield the articles of an address that a person typed, and what was skipped, as they come."""
        if self._stored is None:
            self._stored = _stored_addresses(memory)
            self._ids = {*self._stored.values()}
        address = address.strip()
        try:
            self._client.allow_port(address)
        except FetchFailed as error:
            yield self._failure(address, str(error), depth=0)
            return
        yield from self._visit(Link(Entry(address)), memory, depth=0)
        yield from self._asked_again(memory)

    def remember(self, memory: Memory) -> None:
        """Remember what was fetched; every article that was yielded must be stored."""
        if self._pending:
            memory.set_state({_STATE + address: value for address, value in self._pending.items()})
            self._pending = {}

    # --- addresses ----------------------------------------------------------------------------------------

    def _visit(self, link: Link, memory: Memory, depth: int) -> Iterator[Article | Skipped]:
        """Ask for an address, and yield what comes of it."""
        address = link.entry.url
        key = canonical_url(address)
        if key in self._seen:
            return
        self._seen.add(key)
        if depth and self._is_unchanged(address, link, memory):
            self._note_unchanged(address)
            return
        record = self._record(address, memory)
        if record is not None and not depth:  # a person typed what a list led to before: its signs still hold
            link = replace(link, entry=record.entry, changed=record.changed)
        self._left -= not link.is_listing
        try:
            is_known = record is not None and self._is_known(address, record)
            response = self._client.get(address, record.validators if record and is_known else None)
        except FetchFailed as error:
            yield self._failure(address, str(error), depth)
            self._note_failure(link, error, depth)
            return
        place = canonical_url(response.url)
        if place != key and place in self._seen:
            self._pending[address] = _Record(link.entry, link.changed, is_done=True).value()
            return
        self._seen.add(place)
        if response.data or response.status == 200:  # noqa: PLR2004 - HTTP
            yield from self._fetched(link, response, memory, depth)
        else:
            self._note_unchanged(address)

    def _fetched(
        self, link: Link, response: Response, memory: Memory, depth: int
    ) -> Iterator[Article | Skipped]:
        """Yield what is in a document: the articles of a listing, or its own."""
        address = link.entry.url
        record = _Record(link.entry, link.changed, response.validators or {})
        try:
            data = self._unzipped(response)
        except FetchFailed as error:
            yield self._failure(address, str(error), depth)
            self._note_failure(link, error, depth)
            return
        if is_listing(data):
            open_ends, again = self._open_ends, len(self._again)
            self._left += not link.is_listing
            yield from self._listing(link, response, data, memory, depth)
            if self._open_ends == open_ends:
                done = self._pending if len(self._again) == again else self._done_again
                done[address] = replace(record, is_done=True).value()
            return
        if link.is_listing or (self._options.listings_only and not depth):
            yield self._failure(address, "is no feed and no sitemap", depth)
            return
        suffix = _suffix(response)
        if suffix not in SUFFIXES:
            yield Skipped(address, f"is of the type {response.media_type or 'unknown'}, which is not read")
            self._pending[address] = replace(record, is_done=True).value()
            return
        entry = replace(link.entry, url=response.url)
        first = ""
        for item in self._document(address, entry, _marked(data, response), suffix):
            first = first or (item.id if isinstance(item, Article) else "")
            yield item
        self._pending[address] = replace(record, is_done=not first, article=first).value()

    def _listing(
        self, link: Link, response: Response, data: bytes, memory: Memory, depth: int
    ) -> Iterator[Article | Skipped]:
        """Yield the articles that a feed or sitemap lists: those first that are not stored, newest first."""
        address = link.entry.url
        self._listings += 1
        if depth > _MOST_DEPTH or self._listings > _MOST_LISTINGS:
            yield Skipped(
                address, "is one listing too many: a list of lists of lists, or more than a thousand"
            )
            return
        links: list[Link] = []
        unread: list[Skipped] = []
        with self._copied(address, replace(link.entry, url=response.url), data, ".xml") as file:
            for item in self._sandbox.links(file, self._loading):
                if isinstance(item, Skipped):
                    unread.append(item)
                else:
                    links.append(item)
        yield from unread
        if unread and not links and not depth:
            self.failed.append(address)
        links.sort(key=lambda item: _origin(item, address) in self._known)
        left: list[Link] = []
        for item in links:
            is_full = self._left <= 0 or (item.is_listing and self._listings >= _MOST_LISTINGS)
            may_wait = bool(depth) and _origin(item, address) in self._known  # for new ones of other sitemaps
            if not (is_full or may_wait) or not self._is_due(item, address, memory):
                yield from self._listed(item, address, memory, depth + 1)
            elif is_full or len(self._again) >= self._left:
                left.append(item)
            else:
                self._again.append((item, address, depth + 1))
        yield from self._left_over(left, address)

    def _left_over(self, left: Sequence[Link], listing: str) -> Iterator[Skipped]:
        """Tell what is left for the next run; of what is stored already nobody need be told."""
        self._open_ends += bool(left)
        if new := sum(_origin(link, listing) not in self._known for link in left):
            after = (
                f"{self._options.max_articles:,} articles" if self._left <= 0 else f"{_MOST_LISTINGS:,} lists"
            )
            yield Skipped(listing, f"{new:,} more are left for the next run, after {after}")

    def _asked_again(self, memory: Memory) -> Iterator[Article | Skipped]:
        """Yield the articles of sitemaps that were fetched in an earlier run and may have changed."""
        open_ends = self._open_ends
        for link, listing, depth in self._again:
            if self._left > 0:
                yield from self._listed(link, listing, memory, depth)
            else:
                self._open_ends += 1
        if self._open_ends == open_ends:
            self._pending |= self._done_again
        self._again, self._done_again = [], {}

    def _listed(self, link: Link, listing: str, memory: Memory, depth: int) -> Iterator[Article | Skipped]:
        """Yield the article of an entry: the entry itself where it holds it whole, else what it leads to."""
        address = _origin(link, listing)
        if not is_address(address):
            yield Skipped(listing, f"an entry has no address of the web: {link.entry.title[:80]!r}")
        elif not link.html:
            yield from self._visit(link, memory, depth)
        elif (key := canonical_url(address) if link.entry.url else address) not in self._seen:
            self._seen.add(key)
            if self._is_unchanged(address, link, memory):
                self._note_unchanged(address)
                return
            self._left -= 1
            yield from self._document(address, link.entry, _page(link), ".html")
            self._pending[address] = _Record(link.entry, _sign(link)).value()

    # --- documents ----------------------------------------------------------------------------------------

    def _document(self, address: str, entry: Entry, data: bytes, suffix: str) -> Iterator[Article | Skipped]:
        with self._copied(address, entry, data, suffix) as file:
            yield from self._sandbox.files([file], self._loading)
        self.files.append(file)

    def _copied(self, address: str, entry: Entry, data: bytes, suffix: str) -> "_Copy":
        return _Copy(Path(self._folder.name) / f"document{suffix}", address, entry, data)

    def _unzipped(self, response: Response) -> bytes:
        """Return a document without the gzip around it, where it is one that is read so: `sitemap.xml.gz`."""
        data = response.data
        if not data.startswith(_GZIP) or suffix_of(Path(urlsplit(response.url).path)) in SUFFIXES:
            return data
        data, more = bounded(unpacked([data]), self._loading.max_bytes)
        if more:
            raise FetchFailed(f"unpacks to what is {too_large(self._loading.max_bytes)}", lasting=True)
        return data

    # --- memory -------------------------------------------------------------------------------------------

    @property
    def _known(self) -> Mapping[str, str]:
        """Address -> id of an article that was fetched there."""
        return self._stored or {}

    def _record(self, address: str, memory: Memory) -> _Record | None:
        value = self._pending.get(address) or memory.state(_STATE + address)
        return _Record.of(value)

    def _is_known(self, address: str, record: _Record) -> bool:
        """Whether what was fetched at an address is still stored, or was done with."""
        return record.is_done or address in self._known or record.article in self._ids

    def _is_unchanged(self, address: str, link: Link, memory: Memory) -> bool:
        """Whether a list says of what is known that it is as it was."""
        record, sign = self._record(address, memory), _sign(link)
        return record is not None and self._is_known(address, record) and record.changed == sign != ""

    def _is_due(self, link: Link, listing: str, memory: Memory) -> bool:
        """Whether an entry of a list has to be asked for, or read, in this run or the next."""
        address = _origin(link, listing)
        key = canonical_url(address) if link.entry.url else address
        return key not in self._seen and not self._is_unchanged(address, link, memory)

    def _note_unchanged(self, address: str) -> None:
        if address in self._known:
            self.unchanged.append(ArticleStatus("unchanged", self._known[address], address))

    def _failure(self, address: str, reason: str, depth: int) -> Skipped:
        shown = _USER.sub(r"\1***@", address)
        if not depth:
            self.failed.append(shown)
        return Skipped(shown, reason)

    def _note_failure(self, link: Link, error: FetchFailed, depth: int) -> None:
        """Remember that a listing leads to nothing there; what may come back is asked for again."""
        if not error.lasting:
            self._open_ends += 1
        elif depth:
            self._pending[link.entry.url] = _Record(link.entry, link.changed, is_done=True).value()


class _Copy:
    """A private file with what was fetched, for the time of a block."""

    def __init__(self, path: Path, address: str, entry: Entry, data: bytes) -> None:
        stem = canonical_url(entry.url)
        self._file = SourceFile(path, stem, len(data), address=address, entry=entry)
        self._data = data

    def __enter__(self) -> SourceFile:
        self._file.path.write_bytes(self._data)
        return self._file

    def __exit__(self, *_: object) -> None:
        self._file.path.unlink(missing_ok=True)


def _origin(link: Link, listing: str) -> str:
    """Return the address of an entry; of one without it that holds its article, its place in the listing."""
    has_place = link.html and link.entry.id and not link.entry.url
    return f"{listing}#{link.entry.id}" if has_place else link.entry.url


def _sign(link: Link) -> str:
    """Return what differs where an entry does: its newest date; of an article that it holds, all of it.

    Feeds that hold articles often state no date of a change.
    """
    return hashlib.sha256(repr(link).encode("utf-8", "replace")).hexdigest() if link.html else link.changed


def _stored_addresses(memory: Memory) -> dict[str, str]:
    """Return address -> id of the stored articles that were fetched."""
    stored: dict[str, str] = {}
    for article_id, origin in memory.unseen_origins():
        if is_address(origin):
            stored[origin] = article_id
            address, _, line = origin.rpartition(":")
            if line.isdigit():
                stored.setdefault(address, article_id)
    return stored


def _suffix(response: Response) -> str:
    """Return the suffix whose loader reads a document: by its type, else by its name and first bytes."""
    named = suffix_of(Path(PurePosixPath(urlsplit(response.url).path).name))
    if response.media_type not in _VAGUE:
        known = _SUFFIXES.get(response.media_type)
        guesses = mimetypes.guess_all_extensions(response.media_type)
        return known or next((guess for guess in guesses if guess in SUFFIXES), named)
    if named in SUFFIXES:
        return named
    start = response.data[:1000].lstrip().lower()
    if start.startswith(b"%pdf-"):
        return ".pdf"
    if start.startswith((b"<!doctype html", b"<html")):
        return ".html"
    return _SUFFIXES.get(response.media_type, named)


def _marked(data: bytes, response: Response) -> bytes:
    """Return a page that says of itself which charset it has, as its server said; a text in UTF-8.

    The first that is named counts, and the server's word goes before the page's (WHATWG HTML, 13.2.3.2). A
    mark of Unicode goes before both.
    """
    if response.media_type in _TEXTS and not data.startswith(_MARKS):
        return in_utf8(data, response.charset) or data
    is_html = response.media_type in _HTML
    if not is_html or not _CHARSET.fullmatch(response.charset) or data.startswith(_MARKS):
        return data
    return b'<meta charset="%s">' % response.charset.encode("ascii", "ignore") + data


def _page(link: Link) -> bytes:
    """Return the page of an article that a feed holds whole."""
    title = escape(link.entry.title)
    page = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><article><h1>{title}</h1>{link.html}</article></body></html>"
    )
    return page.encode("utf-8", "replace")
