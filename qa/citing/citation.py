"""What is cited: words of an article with the sentence around them, or a whole article."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_args

from nutgraf.indexer.article import Article
from nutgraf.indexer.fields import Field
from nutgraf.indexer.headlines import headline_span
from nutgraf.indexer.passages import sentence_around
from nutgraf.qa.citing.web_link import web_address, web_link
from nutgraf.qa.errors import BadOption

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""The names of the months: those of the locale would make a script's `cite` depend on its machine."""

_JOINERS = "\u200c\u200d"  # unprintable, but they shape letters and pictures


@dataclass(frozen=True, slots=True)
class Citation:
    """Words of an article, and the quote around them; a whole article where `words` and `quote` are empty.

    Both are half-open spans of code points in the article's `field`; `quote` holds `words`.
    """

    article: Article
    field: Field = "text"
    words: tuple[int, int] = (0, 0)
    quote: tuple[int, int] = (0, 0)

    @property
    def is_quote(self) -> bool:
        """Whether it is words of the article, and not the whole article."""
        return self.quote[0] < self.quote[1]

    @property
    def parts(self) -> tuple[str, str, str]:
        """The quote on one line, as what stands before the words, the words, and what stands behind them."""
        content, (first, last), (start, end) = self.article.content(self.field), self.quote, self.words
        before, words, after = (
            printable(content[slice(*span)]) for span in ((first, start), (start, end), (end, last))
        )
        return (
            f"{before} " if content[start - 1 : start].isspace() and before else before,
            words,
            f" {after}" if content[end : end + 1].isspace() and after else after,
        )

    @property
    def text(self) -> str:
        """The quote on one line."""
        return printable(self.article.content(self.field)[slice(*self.quote)])

    @property
    def title(self) -> str:
        """The title of the article on one line; empty where it has none."""
        return printable(self.article.title)

    @property
    def authors(self) -> tuple[str, ...]:
        """The names of the authors, each on one line."""
        return tuple(name for author in self.article.authors if (name := printable(author)))

    @property
    def outlet(self) -> str:
        """The outlet on one line; empty where the article names none."""
        return printable(self.article.source or "")

    @property
    def day(self) -> date | None:
        """The day (UTC) on which the article was published."""
        return None if self.article.published is None else self.article.published.date()

    @property
    def printed_day(self) -> str:
        """The day as newspapers print it, "27 January 2016"; empty without one."""
        return f"{self.day.day} {self.month} {self.day.year}" if self.day else ""

    @property
    def month(self) -> str:
        """The month in English, "January"; empty without a day."""
        return _MONTHS[self.day.month - 1] if self.day else ""

    @property
    def page(self) -> int | None:
        """The page, from 1, on which the words begin; None where the article has no pages."""
        return self.article.page_of(self.words[0], self.field) if self.is_quote else None

    @property
    def url(self) -> str | None:
        """The address of the article, percent-encoded where it has to be; None unless it is of the web."""
        return web_address(self.article.url)

    @property
    def link(self) -> str | None:
        """The same address with a text fragment, so that a browser scrolls to the words."""
        return web_link(self.article, self.field, *self.words) if self.is_quote else self.url

    @property
    def place(self) -> str:
        """Where the quote stands in the archive: "id, text 1354–1500"."""
        place = printable(self.article.id)
        return f"{place}, {self.field} {self.quote[0]}–{self.quote[1]}" if self.is_quote else place


def quoted(article: Article, field: Field, start: int, end: int) -> Citation:
    """Return the citation of the words [start:end), within the sentence or headline around them.

    Raises BadOption where the article has no such place.
    """
    if field not in get_args(Field) or type(start) is not int or type(end) is not int:
        message = (
            f"{field!r:.40} [{start!r:.40}:{end!r:.40}] is no place, expected text or title and whole numbers"
        )
        raise BadOption(message, hint="a place is field, start and end of an answer or a passage")
    content = article.content(field)
    if not 0 <= start < end <= len(content):
        raise BadOption(
            f"there is no {field} [{start}:{end}] in {article.id!r:.100}, whose {field} has {len(content):,}"
            " characters",
            hint="a place is field, start and end of an answer or a passage",
        )
    if field == "text":
        first, last = sentence_around(content, start, end)
    else:
        first, last = headline_span(article)
    return Citation(article, field, (start, end), (min(first, start), max(last, end)))


def cited(article: Article, field: Field = "text", start: int = 0, end: int = 0) -> Citation:
    """Return the citation of words, as `quoted` does, or of the whole article where no end is given."""
    return quoted(article, field, start, end) if start or end else Citation(article)


def by_article(citations: Sequence[Citation]) -> list[list[Citation]]:
    """Return the citations of each article, in the order in which the articles come first."""
    groups: dict[str, dict[Citation, None]] = {}
    for citation in citations:
        groups.setdefault(citation.article.id, {})[citation] = None
    return [[*group] for group in groups.values()]


def printable(text: str) -> str:
    r"""Return the text on one line, without characters that print nothing.

    >>> printable(" inter\u00adnational\n trade ")
    'international trade'
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join("".join(map(_printed, text)).split())


def _printed(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    return "" if unicodedata.category(character) == "Cf" else " "
