"""Reads a page that a browser saved with all its parts in one file (MHTML, RFC 2557)."""

from email.message import Message

from nutgraf.indexer.loaders.archives.members import with_known
from nutgraf.indexer.loaders.assemble import ArticleDraft
from nutgraf.indexer.loaders.base import LoadOptions, UnreadableError
from nutgraf.indexer.loaders.charset import page_in
from nutgraf.indexer.loaders.mail.message import bytes_of, header_of, leaves_of, message_of
from nutgraf.indexer.loaders.pages.html import read_html

_PAGES = frozenset({"text/html", "application/xhtml+xml"})


def read_mhtml(data: bytes, options: LoadOptions) -> ArticleDraft:
    """Return the article of the page; when it was saved is not its date. Raises UnreadableError."""
    message = message_of(data)
    pages = [part for part in leaves_of(message) if part.get_content_type() in _PAGES]
    if not message.keys() or not pages:
        raise UnreadableError("not a saved page: no HTML in it")
    start = str(message.get_param("start", ""))
    page = next((part for part in pages if start and header_of(part, "content-id") == start), pages[0])
    draft = read_html(page_in(bytes_of(page), page.get_content_charset("")), options)
    return with_known(
        draft, ArticleDraft(text="", title=header_of(message, "subject"), url=_address(message, page))
    )


def _address(message: Message, page: Message) -> str:
    return header_of(page, "content-location") or header_of(message, "snapshot-content-location")
