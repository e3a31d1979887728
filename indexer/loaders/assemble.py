"""The last step of every loader: a format's draft becomes a clean article, or a reason why not."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias
from urllib.parse import urljoin

from nutgraf.indexer.article import Article
from nutgraf.indexer.clean import clean, one_line, storable
from nutgraf.indexer.dates import ParsedDate, date_in_text, date_in_url, parse_date
from nutgraf.indexer.loaders.base import Entry, LoadOptions, SourceFile, UnreadableError
from nutgraf.indexer.loaders.identity import canonical_url, checked_id, names_page, web_url
from nutgraf.indexer.origins import absolute_origin

RefuseDate: TypeAlias = Callable[[str, str], None]
"""Takes note of a date that was not used: its words, and why."""

TRUST = ("given", "json-ld", "meta", "feed", "url", "byline", "text", "file")
"""Where dates come from, the most trusted first: what was written for machines to read, then the page's
address, then what it shows to people, and last when the file was changed, which says little about it."""

NAMELESS = "neither an id nor a web address"
"""The reason for an article without a file that states neither."""

# Bounds against hostile or broken documents, far above what newspapers print; not measured.
_TITLE_CHARS = 500
_MADE_TITLE_CHARS = 120
_NAME_CHARS = 200
_READERS = {"url": date_in_url, "text": date_in_text}
_FIELDS = frozenset(
    {"given", "json-ld", "meta", "feed"}
)  # made for a date: whatever else they hold is a mistake
_MOST_AUTHORS = 50
_DATE_CHARS = 40
# Four letters before the stop: "Mr.", "Gov." and "U.S." end no sentence.
_SENTENCE_END = re.compile(r"\w{4}[.!?…][\"'”’)]{0,2}\s")


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A date as it stands in the source, and where: one of `TRUST`."""

    text: str
    where: str


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    """What a format knows about one article, before cleaning; empty strings where it knows nothing.

    `dates` are all that the source states, in any order; among those of one place the first is the best.
    """

    text: str
    id: str = ""
    title: str = ""
    url: str = ""
    source: str = ""
    authors: tuple[str, ...] = ()
    dates: tuple[StatedDate, ...] = ()


def assemble(
    draft: ArticleDraft,
    *,
    options: LoadOptions,
    file: SourceFile | None = None,
    number: int | None = None,
    refuse: RefuseDate = lambda _given, _reason: None,
) -> Article:
    """Return the article; its place in the file names it where neither an id nor a URL does.

    `number` is the line of a record in its file, from 1; None where the file is the article. Without a file
    the article has no origin, and `refuse` is called with a date that was not used, and why. Raises
    UnreadableError where no text is left, the id cannot be used, or nothing names the article.
    """
    if file is not None:
        refuse = partial(file.refuse, file.origin_of(number))
        if file.entry is not None and number is None:
            draft = _with_entry(draft, file.entry)
    text = clean(draft.text)
    if not text.strip():
        raise UnreadableError("no text left after cleaning")
    url = web_url(one_line(draft.url, 5000)) if draft.url else None
    dates = (*draft.dates, *([StatedDate(url, "url")] if url else []), StatedDate(text, "text"))
    published, published_from = _published(dates, refuse)
    return Article(
        id=checked_id(storable(draft.id).strip() or (canonical_url(url) if url else _place_id(file, number))),
        title=one_line(draft.title, _TITLE_CHARS) or made_title(text),
        text=text,
        url=url,
        source=one_line(options.source or draft.source, _NAME_CHARS) or None,
        authors=_names(draft.authors),
        published=published.value,
        published_from=published_from,
        origin=None if file is None else absolute_origin(file.origin_of(number)),
    )


def _with_entry(draft: ArticleDraft, entry: Entry) -> ArticleDraft:
    """Return the draft of a fetched document with what it does not say itself.

    Its own words come first, but for an address that cannot be its own: no page speaks for another site.
    """
    stated = urljoin(entry.url, one_line(draft.url, 5000)) if draft.url else ""
    return replace(
        draft,
        url=stated if names_page(stated, entry.url) else entry.url,
        title=draft.title or entry.title,
        authors=draft.authors if _names(draft.authors) else entry.authors,
        source=draft.source or entry.source,
        dates=(*draft.dates, StatedDate(entry.published, "feed")),
    )


def _place_id(file: SourceFile | None, number: int | None) -> str:
    """Return an id made of where the article stands."""
    if file is None:
        raise UnreadableError(NAMELESS)
    return file.id_stem if number is None else f"{file.id_stem}#{number}"


def made_title(text: str) -> str:
    """Return the first sentence or line, at most 120 characters, for an article without a title."""
    line = one_line(next((line for line in text.split("\n") if line.strip()), ""), 10 * _MADE_TITLE_CHARS)
    end = _SENTENCE_END.search(line)
    return one_line(line[: end.end()] if end else line, _MADE_TITLE_CHARS)


def _published(dates: tuple[StatedDate, ...], refuse: RefuseDate) -> tuple[ParsedDate, str | None]:
    """Return the most trusted date that is possible, and where it stood.

    The first date that is not possible is refused. A bad date never loses the article, and never makes room
    for a guess.
    """
    doubted = False
    for date in sorted(dates, key=lambda date: TRUST.index(date.where)):
        if doubted and date.where == "file":
            break
        parsed = _READERS.get(date.where, parse_date)(date.text)
        if parsed.value is not None:
            return parsed, date.where
        if parsed.stated or (date.where in _FIELDS and date.text.strip()):
            if not doubted:
                refuse(one_line(parsed.line or date.text, _DATE_CHARS), parsed.reason)
            doubted = True
    return ParsedDate(None), None


def _names(names: tuple[str, ...]) -> tuple[str, ...]:
    plain = (one_line(name, _NAME_CHARS) for name in names[:_MOST_AUTHORS])
    return tuple(dict.fromkeys(name for name in plain if name))
