"""The article: one news story as one outlet printed it. Knows nothing of files, passages or vectors."""

import hashlib
import json
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from typing import NotRequired, TypedDict

from nutgraf.indexer.fields import Field
from nutgraf.indexer.notices import notice


class NoticeJson(TypedDict):
    """The words with which an outlet corrects its article, in its text."""

    text: str
    field: Field
    start: int
    end: int
    page: int | None


class ArticleJson(TypedDict):
    """What identifies an article to a person; `published` is ISO 8601 in UTC.

    `notice` is there where the article carries a correction, a clarification, a retraction or an editor's
    note. `link` is there where the article is quoted: its `url` with a text fragment of the quoted words.
    """

    id: str
    title: str
    url: str | None
    source: str | None
    published: str | None
    link: NotRequired[str | None]
    notice: NotRequired[NoticeJson]


class FullArticleJson(ArticleJson):
    """An article with all that is kept of it."""

    authors: list[str]
    published_from: str | None
    modified: str | None
    ingested_at: str | None
    content_hash: str
    cluster: str | None
    page_breaks: list[int]
    text: str


class ExportedArticleJson(FullArticleJson):
    """An article as exports have it: with where it was read, so that it can be stored again as it was."""

    origin: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Article:
    """A cleaned article.

    `text` is the body that every quote is cut from: spans are half-open code-point offsets into it.
    `published` is timezone-aware UTC or None: midnight where only a day is known; `published_from`
    says where the date came from: given, json-ld, meta, url, byline, text or file. `modified` is when the
    outlet last changed the article, where the source says so; it never stands in for `published`. `origin`
    is where the article was read, an absolute path or a path and line; None where it came without a file.
    `page_breaks` are the places in `text` where the second page and each later one begins, ascending; empty
    where the source has no pages.

    >>> import nutgraf
    >>> nutgraf.Article(id="a1", title="The mill", text="The mill at Tarn closed.", source="The Tarn Post")
    Article(id='a1', title='The mill', source='The Tarn Post', published=None, text=<24 characters>)
    """

    id: str
    title: str
    text: str
    url: str | None = None
    source: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    published_from: str | None = None
    modified: datetime | None = None
    origin: str | None = None
    ingested_at: datetime | None = None
    cluster: str | None = None
    page_breaks: tuple[int, ...] = ()

    @property
    def content_hash(self) -> str:
        """Hex sha256 of all that a reader could see. It saves work, and does not identify the article."""
        published = self.published.isoformat() if self.published else None
        seen: list[object] = [self.title, self.text, self.url, self.source, self.authors, published]
        if self.modified or self.page_breaks:  # articles without keep the hash that earlier versions stored
            seen += [_moment(self.modified), self.page_breaks]
        return hashlib.sha256(json.dumps(seen, ensure_ascii=True).encode()).hexdigest()

    @property
    def notice(self) -> tuple[int, int] | None:
        """The span of a correction, clarification, retraction or editor's note; None without one."""
        return notice(self.text)

    def reference(self) -> ArticleJson:
        """Return what identifies the article to a person."""
        return {
            "id": self.id,
            "title": self.title,
            "url": self.url,
            "source": self.source,
            "published": _moment(self.published),
        }

    def quoted_reference(self) -> ArticleJson:
        """Return the reference of an article that is quoted: with its notice, if it has one."""
        shown = self.reference()
        if (span := self.notice) is not None:
            start, end = span
            shown["notice"] = {
                "field": "text",
                "text": self.text[start:end],
                "start": start,
                "end": end,
                "page": self.page_of(start),
            }
        return shown

    def to_dict(self) -> FullArticleJson:
        """Return the article with all that is kept of it."""
        return {
            **self.quoted_reference(),
            "authors": list(self.authors),
            "published_from": self.published_from,
            "modified": _moment(self.modified),
            "ingested_at": _moment(self.ingested_at),
            "content_hash": self.content_hash,
            "cluster": self.cluster,
            "page_breaks": list(self.page_breaks),
            "text": self.text,
        }

    def exported(self) -> ExportedArticleJson:
        """Return the article with all that is needed to store it again."""
        return {**self.to_dict(), "origin": self.origin}

    def content(self, field: Field) -> str:
        """Return what a span of the field has its offsets in: the title or the text."""
        return self.title if field == "title" else self.text

    def page_of(self, start: int, field: Field = "text") -> int | None:
        """Return the page, from 1, on which the character at `start` of the text stands; None without pages.

        A title stands on no page.

        >>> Article(id="a1", title="Tolls", text="First page. Second.", page_breaks=(12,)).page_of(12)
        2
        """
        has_pages = self.page_breaks and field == "text"
        return bisect_right(self.page_breaks, start) + 1 if has_pages else None

    def __repr__(self) -> str:
        day = self.published and self.published.date().isoformat()
        return (
            f"Article(id={self.id!r}, title={self.title[:80]!r}, source={self.source!r}, published={day!r},"
            f" text=<{len(self.text):,} characters>)"
        )


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
