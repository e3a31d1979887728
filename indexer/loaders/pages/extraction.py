"""What trafilatura finds in a web page: its tree, where its article is, and guesses of its _metadata().

The one module that knows the library.
"""

import logging
import re
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from nutgraf.indexer.clean import punctuated

if TYPE_CHECKING:
    from lxml.html import HtmlElement
    from trafilatura.settings import Document


_HAS_BODY = re.compile(r"<(?:body|frameset)\b", re.IGNORECASE)
_BLOCK = re.compile(
    r"<(?:article|aside|div|figure|h[1-6]|header|main|nav|ol|p|section|table|ul)\b", re.IGNORECASE
)
_SEEN_CHARS = 200  # in which the library looks for the word "html", and more


def parsed(source: str) -> "HtmlElement | None":
    """Return the tree of a page; None where it is no HTML. What the library complains of goes nowhere."""
    from trafilatura.utils import load_html

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # a skipped file has its reason
    _make_elements_alike()
    block = None if _HAS_BODY.search(source) else _BLOCK.search(source)
    if (
        block
    ):  # the tags of head and body may be left out, but the parser takes <article> for a part of the head
        source = f"{source[: block.start()]}<body>{source[block.start() :]}"
    begin = source[:_SEEN_CHARS].lstrip().lower()
    if begin.startswith("<") and not begin.startswith("<?") and "html" not in begin:
        source = f"<!doctype html>{source}"  # else the library takes a short page without <html> for none
    return load_html(punctuated(source))


def main_text(tree: "HtmlElement") -> str:
    """Return the text of the article, without captions and tables; the tree stays as it is."""
    import trafilatura

    page = trafilatura.bare_extraction(tree, include_comments=False)
    # Where nothing looks like an article, a short page is still a page.
    return (page.text if page else trafilatura.baseline(tree)[1]) or ""


@cache
def _make_elements_alike() -> None:
    """Let the library's parser make all elements of one class.

    By default lxml asks Python for the class of each element whenever an object is made for it, so that forms
    have methods of their own, which nobody uses here.
    """
    from lxml.etree import ElementDefaultClassLookup
    from lxml.html import HtmlElement
    from trafilatura.utils import HTML_PARSER

    HTML_PARSER.set_element_class_lookup(ElementDefaultClassLookup(element=HtmlElement))


class Guesses:
    """The metadata of a page as `trafilatura.extract_metadata` finds them; "" for what it does not find.

    Each is read from the tree when it is asked for. The library's function looks for all of them at once, and
    for tags and a licence, too, which takes several times as long.
    """

    def __init__(self, tree: "HtmlElement", default_url: str | None = None) -> None:
        """Look at a tree; `default_url` is the address of a page that states none."""
        self._tree = tree
        self._default_url = default_url

    @cached_property
    def url(self) -> str:
        """The canonical address of the page."""
        return _trimmed(self._url)

    @cached_property
    def title(self) -> str:
        """The title of the page, perhaps with the name of its site."""
        return _trimmed(self._stated.title or _metadata().extract_title(self._tree))

    @cached_property
    def author(self) -> str:
        """The names of the authors, parted by semicolons."""
        return _trimmed(self._stated.author or _metadata().extract_author(self._tree))

    @cached_property
    def day(self) -> str:
        """The day that the page was published, as ISO 8601."""
        date = _metadata().find_date(self._tree, extensive_search=False, original_date=True, url=self._url)
        return _trimmed(date)

    @cached_property
    def site(self) -> str:
        """The name of the site, else its host."""
        name = (self._stated.sitename or _metadata().extract_sitename(self._tree) or "").lstrip("@")
        if name and "." not in name and not name[0].isupper():
            name = name.title()
        host = None if name or not self._url else _metadata().META_URL.match(self._url)
        return _trimmed(host[1] if host else name)

    @cached_property
    def _stated(self) -> "Document":
        """What meta elements and JSON-LD state."""
        stated = _metadata().examine_meta(self._tree)
        if stated.author and " " not in stated.author:
            stated.author = None
        try:
            return _metadata().extract_meta_json(self._tree, stated)
        except Exception:  # noqa: BLE001 - its JSON code has bugs, which it catches in this way, too
            return stated

    @cached_property
    def _url(self) -> str | None:
        url: str | None = self._stated.url or _metadata().extract_url(self._tree, self._default_url)
        return url


def _metadata() -> Any:  # noqa: ANN401 - a module without types
    from trafilatura import metadata

    return metadata


def _trimmed(text: str | None) -> str:
    from trafilatura.settings import Document

    document = Document(title=text)
    document.clean_and_trim()
    return document.title or ""
