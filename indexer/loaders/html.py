"""Reads web pages: trafilatura finds the article, this module finds its date. Fetches nothing."""

import codecs
import json
import logging
import re
from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.assemble import ArticleDraft
from nutgraf.indexer.loaders.base import LoadOptions, UnreadableError
from nutgraf.indexer.loaders.decode import decode
from nutgraf.indexer.loaders.page_dates import page_dates

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*+=\s*+["']?\s*+([\w.:-]{1,40})""", re.IGNORECASE)
_HEAD_BYTES = 4096  # browsers look for a charset in the first 1024 (WHATWG HTML, 13.2.3.2)
# The encodings that browsers know (WHATWG Encoding, 4.2), as Python names them. Python knows others, such as
# punycode, whose time grows with the square of the page. UTF-16 is left out: a name in ASCII is not in it.
_WEB_ENCODINGS = frozenset({
    "big5", "big5hkscs", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257",
    "cp1258", "cp866", "cp874", "cp932", "cp949", "euc_jp", "euc_kr", "gb18030", "gb2312", "gbk",
    "iso2022_jp", "koi8-r", "koi8-u", "mac-cyrillic", "mac-roman", "shift_jis", "tis-620", "utf-8",
    *(f"iso8859-{part}" for part in range(2, 17)),
})  # fmt: skip
# The library's time grows with the square of the elements: 30,000 take seconds; news pages have thousands.
_MOST_ELEMENTS = 30_000
# The parser compares each attribute of an element with all others. Of an attribute its value is passed over.
_MOST_ATTRIBUTES = 200
_VALUE = r"=\s*+(?:\"[^\"]*+\"|'[^']*+')"
_TAG = re.compile(rf"<([a-zA-Z]++)((?:[^>=]++|{_VALUE}|=)*+)")
_ATTRIBUTE_VALUE = re.compile(_VALUE)
_MOST_COLUMNS = 20
_RAW_TEXT = frozenset({"script", "style"})
# JSON that the library reads, all blocks together. In what does not parse it looks with patterns whose time
# grows with the square of the block: one of this length takes some 0.3 s.
_LIBRARY_JSON_CHARS = 200_000
_LIBRARY_BROKEN_CHARS = 20_000


def read_html(data: bytes, _: LoadOptions) -> ArticleDraft:
    """Return the article of a page; its dates from JSON-LD, meta tags, and what it shows to readers."""
    import trafilatura
    from trafilatura.utils import load_html

    # Its complaints on stderr are what the reasons of skipped files say.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    source = _decoded(data).replace("\0", "")
    _check_attributes(source)
    tree = load_html(source)
    if tree is None:
        raise UnreadableError("not an HTML page")
    if sum(1 for _ in tree.iter()) > _MOST_ELEMENTS:
        raise UnreadableError(f"more than {_MOST_ELEMENTS:,} elements")
    dates = page_dates(tree)
    _drop_costly_json(tree)
    _drop_wide_cells(tree)
    page = trafilatura.bare_extraction(
        tree,
        with_metadata=True,
        include_comments=False,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    # Where nothing looks like an article, a short page is still a page.
    text = page.text if page else trafilatura.baseline(tree)[1]
    page = page or trafilatura.extract_metadata(tree)
    dates = dates.with_guess(page.date or "")
    return ArticleDraft(
        text=re.sub(r"\n+", "\n\n", _without_title(text or "", page.title or "")),
        title=page.title or "",
        url=page.url or "",
        source=page.sitename or "",
        authors=tuple((page.author or "").split(";")),
        dates=dates.published,
        modified=dates.modified,
        day_order=dates.day_order,
    )


def _without_title(text: str, title: str) -> str:
    """Return the text without the headline that many pages print above it once more."""
    first, _, rest = text.lstrip().partition("\n")
    same = " ".join(first.split()).casefold() == " ".join(title.split()).casefold()
    return rest if same and rest.strip() else text


def _decoded(data: bytes) -> str:
    """Decode by what the page says of itself where that works, else by what its bytes look like."""
    named = _CHARSET.search(data, 0, _HEAD_BYTES)
    if named:
        try:
            # What calls itself latin-1 is cp1252: so every browser reads it (WHATWG Encoding, 4.2).
            name = codecs.lookup(named[1].decode("ascii")).name
            if name in {"iso8859-1", "ascii"}:
                return data.decode("cp1252")
            if name in _WEB_ENCODINGS:
                return data.decode(name)
        except (LookupError, ValueError):
            pass
    return decode(data)


def _check_attributes(source: str) -> None:
    """Refuse a page with an element that has too many attributes, before the parser meets it."""
    at = 0
    while tag := _TAG.search(source, at):
        if len(tag[2]) > _MOST_ATTRIBUTES:
            names = _ATTRIBUTE_VALUE.sub(" ", tag[2]).replace("/", " ").split()
            if len(names) > _MOST_ATTRIBUTES:
                raise UnreadableError(f"an element with more than {_MOST_ATTRIBUTES} attributes")
        at = tag.end()
        if tag[1].lower() in _RAW_TEXT:
            at = source.find("</", at)
            if at < 0:
                return


def _drop_costly_json(tree: "HtmlElement") -> None:
    """Take the words out of scripts of JSON that the library would read for long."""
    whole_chars = broken_chars = 0
    for script in tree.iter("script"):
        text = script.text or ""
        if "json" not in (script.get("type") or "").lower():
            continue
        # Its own clean-up breaks a block with "<".
        if "<" not in text and _is_json(text):
            whole_chars += len(text)
            costly = whole_chars > _LIBRARY_JSON_CHARS
        else:
            broken_chars += len(text)
            costly = broken_chars > _LIBRARY_BROKEN_CHARS
        if costly:
            script.text = ""


def _drop_wide_cells(tree: "HtmlElement") -> None:
    """Take spans off cells that claim many columns: the library would fill each row of a table."""
    for cell in tree.iter("td", "th"):
        span = cell.get("colspan") or "1"
        if len(span) > len(str(_MOST_COLUMNS)) or (span.isdecimal() and int(span) > _MOST_COLUMNS):
            del cell.attrib["colspan"]


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
