"""Reads EPUB books and magazines: each chapter or story is an article, whose source is the book.

A quote is then named by its chapter, and a magazine's stories stay apart. Covers and lists of contents are
passed over.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote

from nutgraf.indexer.loaders.archives.members import Part, Record, with_known
from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate
from nutgraf.indexer.loaders.base import LoadOptions, SourceFile, UnreadableError, read_bytes, too_large
from nutgraf.indexer.loaders.pages.fragment import element_text, local_name
from nutgraf.indexer.loaders.texts.head import read_head
from nutgraf.indexer.loaders.xml.stream import parse_xml

if TYPE_CHECKING:
    from lxml.etree import _Element

_MOST_CHAPTERS = 20_000  # a bound against books that are nothing but a list; not measured
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError)
_BESIDE = frozenset(
    {"cover", "titlepage", "toc", "copyright-page", "landmarks", "page-list", "lot", "loi", "index"}
)
_PAGES = frozenset({"application/xhtml+xml", "text/html"})
_TYPE = "{http://www.idpf.org/2007/ops}type"
_EVENT = "{http://www.idpf.org/2007/opf}event"
_HEADINGS = frozenset({"h1", "h2", "h3"})
# A newspaper or magazine that calibre made of web pages: its mark in the package, bars of links above and
# below each story, and lists of stories. The dates of the book are those of the download.
_NEWS = "periodical:"
_DOWNLOADED = "calibre-downloaded-from"
_BAR_CLASS = "calibre_navbar"
_LIST_CLASSES = ("calibre_article_list", "calibre_feed_list", "calibre_recipe_title")
_CALIBRE = "calibre"
_DAY_BEHIND = re.compile(r" \[[^\[\]]{4,40}\]$")  # The Lorne Post [Fri, 22 Jul 2016]


def split_epub(file: SourceFile, options: LoadOptions) -> Iterator[Part]:
    """Yield the chapters of a book in the order of reading; raises UnreadableError."""
    stream = file.open() if file.outer is None else io.BytesIO(read_bytes(file, options))
    with stream:
        try:
            book = _Book(zipfile.ZipFile(stream), file, options.max_bytes)
            known, chapters, names = book.contents()
        except _DAMAGE as error:
            raise UnreadableError("not an EPUB book, or damaged") from error
        for number, path in chapters:
            yield Record(partial(_chapter, book, path, replace(known, title=names.get(path, ""))), number)


class _Book:
    """The files of a book, each read whole, up to the limit."""

    def __init__(self, archive: zipfile.ZipFile, file: SourceFile, limit: int) -> None:
        self._archive = archive
        self._file = file
        self._limit = limit

    def read(self, path: str) -> bytes:
        """Return a file of the book; raises UnreadableError where it is missing, damaged or too large."""
        try:
            with self._archive.open(path) as member:
                data = member.read(self._limit + 1)
        except KeyError as error:
            raise UnreadableError(f"the book lacks its part {path[:100]}") from error
        except _DAMAGE as error:
            raise UnreadableError("damaged in its archive") from error
        self._file.unpacked(len(data))
        if len(data) > self._limit:
            raise UnreadableError(too_large(self._limit))
        return data

    def contents(self) -> tuple[ArticleDraft, list[tuple[int, str]], dict[str, str]]:
        """Return what the book says of all its chapters, their places in it and paths, and names by path."""
        names = set(self._archive.namelist())
        if "META-INF/encryption.xml" in names and b"html" in self.read("META-INF/encryption.xml"):
            raise UnreadableError("protected against copying (DRM)")
        roots = [
            node
            for node in parse_xml(self.read("META-INF/container.xml")).iter()
            if local_name(node) == "rootfile"
        ]
        path = roots[0].get("full-path") or "" if roots else ""
        package = parse_xml(self.read(path))
        items = {node.get("id"): node for node in package.iter() if local_name(node) == "item"}
        references = [node for node in package.iter() if local_name(node) == "itemref"]
        chapters: list[tuple[int, str]] = []
        beside: list[tuple[int, str]] = []  # what stands beside the order of reading
        for number, reference in enumerate(references[:_MOST_CHAPTERS], 1):
            item = items.get(reference.get("idref"))
            if item is None or item.get("media-type") not in _PAGES:
                continue
            if "nav" not in (item.get("properties") or "").split():
                order = beside if reference.get("linear") == "no" else chapters
                order.append((number, _path(path, item.get("href") or "")))
        read = {chapter for _, chapter in chapters}
        chapters = sorted(
            [*chapters, *((number, chapter) for number, chapter in beside if chapter not in read)]
        )
        if not chapters:
            raise UnreadableError("a book without chapters")
        return _known(package), chapters, self._names(items.values(), path)

    def _names(self, items: Iterable["_Element"], package: str) -> dict[str, str]:
        """Return the names of chapters by their paths, as a table of contents has them (NCX, or a page)."""
        names: dict[str, str] = {}
        for item in items:
            is_page = "nav" in (item.get("properties") or "").split()
            if not is_page and item.get("media-type") != "application/x-dtbncx+xml":
                continue
            path = _path(package, item.get("href") or "")
            try:
                contents = parse_xml(self.read(path))
            except UnreadableError:
                continue
            label = ""
            for node in contents.iter():
                if local_name(node) == "text":
                    label = " ".join(element_text(node).split())
                elif local_name(node) == "content" and label:
                    names.setdefault(_path(path, node.get("src") or ""), label)
                elif local_name(node) == "a" and is_page:
                    names.setdefault(
                        _path(path, node.get("href") or ""), " ".join(element_text(node).split())
                    )
        return names


def _path(base: str, href: str) -> str:
    """Return the path in the book of what another of its files names."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(href.partition("#")[0])))


def _known(package: "_Element") -> ArticleDraft:
    texts: dict[str, list[str]] = {"title": [], "creator": [], "date": []}
    is_news = any((node.get("content") or "").startswith(_NEWS) for node in package.iter("{*}meta"))
    for node in package.iter():
        is_change = node.get(_EVENT, "publication") != "publication"
        if local_name(node) in texts and node.text and not is_change:
            texts[local_name(node)].append(node.text.strip())
    title = next(iter(texts["title"]), "")
    return ArticleDraft(
        text="",
        source=_DAY_BEHIND.sub("", title) if is_news else title,
        authors=tuple(name for name in texts["creator"] if name != _CALIBRE),
        dates=() if is_news else tuple(StatedDate(date, "given") for date in texts["date"][:1]),
    )


def _chapter(book: _Book, path: str, known: ArticleDraft) -> ArticleDraft:
    page = parse_xml(book.read(path))
    body = next((node for node in page.iter() if local_name(node) == "body"), page)
    if {*(body.get(_TYPE) or "").split()} & _BESIDE:
        raise UnreadableError("a cover or a list, not a chapter")
    known = _without_bars(body, known)
    heading = next((node for node in body.iter() if local_name(node) in _HEADINGS), None)
    title = "" if heading is None else " ".join(element_text(heading).split())
    text = element_text(body)
    first, _, rest = text.partition("\n\n")
    if title and " ".join(first.split()) == title and rest:
        text = rest
    lines = text.split("\n")
    head = read_head(lines)
    if not head.authors or head.lines == len(lines):
        return with_known(ArticleDraft(text=text, title=title), known)
    text = "\n".join((*head.deck, *lines[head.lines :]))
    dates = tuple(StatedDate(date, "byline") for date in head.dates)
    return with_known(ArticleDraft(text=text, title=title, authors=head.authors, dates=dates), known)


def _without_bars(body: "_Element", known: ArticleDraft) -> ArticleDraft:
    """Take the bars of links off a story that calibre downloaded; return what is known, with its address.

    Raises UnreadableError for a list of stories.
    """
    bars = []
    for node in body.iter("{*}div", "{*}ul", "{*}h1", "{*}a"):
        names = (node.get("class") or "").split()
        if any(name.startswith(_LIST_CLASSES) for name in names):
            raise UnreadableError("a cover or a list, not a chapter")
        if node.get("rel") == _DOWNLOADED:
            known = replace(known, url=node.get("href") or "")
        if any(name.startswith(_BAR_CLASS) for name in names):
            bars.append(node)
    for bar in bars:
        text = bar.tail
        bar.clear()
        bar.tail = text
    return known
