"""XML files: which element of which vocabulary is an article. Each vocabulary has a module of its own."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TypeAlias

from nutgraf.indexer.loaders.archives.members import Part, Record
from nutgraf.indexer.loaders.assemble import ArticleDraft
from nutgraf.indexer.loaders.base import LoadOptions, SourceFile, UnreadableError
from nutgraf.indexer.loaders.pages.fragment import local_name
from nutgraf.indexer.loaders.xml.feed import read_entry
from nutgraf.indexer.loaders.xml.news import read_news_item, read_nitf
from nutgraf.indexer.loaders.xml.stream import XmlRecord, xml_records
from nutgraf.indexer.loaders.xml.tei import read_tei

_ReadXml: TypeAlias = Callable[[XmlRecord], ArticleDraft]
_FEED: Mapping[str, _ReadXml] = {"item": read_entry, "entry": read_entry}
_NEWS: Mapping[str, _ReadXml] = {
    "newsitem": read_news_item, "nitf": read_nitf, "tei": read_tei, "tei.2": read_tei,
}  # fmt: skip
_FEED_ROOTS = frozenset({"rss", "rdf", "feed", "channel", "entry"})


def split_xml(file: SourceFile, options: LoadOptions) -> Iterator[Part]:
    """Yield the articles of a feed (RSS, Atom), of NITF, NewsML, or TEI; raises UnreadableError."""
    root = ""

    def readers() -> Mapping[str, _ReadXml]:
        return _FEED if root in _FEED_ROOTS else _NEWS

    def names(name: str) -> frozenset[str]:
        nonlocal root
        root = name
        return frozenset(readers())

    number = 0
    with file.open() as stream:
        for record in xml_records(file, stream, options.max_bytes, names):
            number += 1
            read = readers()[local_name(record.element)]
            yield Record(partial(read, record), None if record.is_root else number)
    if number == 0:
        raise UnreadableError(_why_none(root))


def _why_none(root: str) -> str:
    if not root:
        return "not XML"
    if root in {"urlset", "sitemapindex"}:
        return "a sitemap, which lists pages without their text"
    if root in _FEED_ROOTS:
        return "a feed without items"
    if root in _NEWS or root in {"newsmessage", "newsml", "teicorpus"}:
        return "no article in it, or it is damaged"
    return f"XML of a kind that is not known: <{root[:60]}>"
