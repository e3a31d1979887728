"""The last step of every loader: a format's draft becomes a clean article, or a reason why not."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias
from urllib.parse import urljoin, urlsplit

from nutgraf.indexer.article import Article
from nutgraf.indexer.clean import PAGE_BREAK, clean_pages, one_line, storable
from nutgraf.indexer.dates import ParsedDate, date_in_text, date_in_url, is_day_folder, parse_date
from nutgraf.indexer.loaders.base import Entry, LoadOptions, SourceFile, UnreadableError
from nutgraf.indexer.loaders.identity import (
    canonical_url,
    checked_id,
    derived_id,
    is_home,
    names_page,
    web_url,
)
from nutgraf.indexer.origins import absolute_origin
from nutgraf.indexer.written_dates import DayOrder

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
_READERS = {"text": date_in_text}
# Made for a date: whatever else they hold is a mistake.
_FIELDS = frozenset({"given", "json-ld", "meta", "feed"})
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
    `left_out` is the reason for a part of the document that is not in the text.
    Where the text `has_pages`, a `PAGE_BREAK` stands where the second page and each later one begins.
    `modified` is when it says that the article was changed, the best first. `day_order` is how it writes
    numeric dates, where it shows that.
    """

    text: str
    id: str = ""
    title: str = ""
    url: str = ""
    source: str = ""
    authors: tuple[str, ...] = ()
    dates: tuple[StatedDate, ...] = ()
    has_pages: bool = False
    left_out: str = ""
    modified: tuple[str, ...] = ()
    day_order: DayOrder | None = None


def assemble(
    draft: ArticleDraft,
    *,
    options: LoadOptions,
    file: SourceFile | None = None,
    number: int | None = None,
    refuse: RefuseDate = lambda _given, _reason: None,
) -> Article:
    """Return the article; its place in the file names it where neither an id nor a URL of its own does.

    `number` is the line of a record in its file, from 1; None where the file is the article. Without a file
    the article has no origin, and `refuse` is called with a date that was not used, and why. Raises
    UnreadableError where no text is left, the id cannot be used, or nothing names the article.
    """
    if file is not None:
        refuse = partial(file.refuse, file.origin_of(number))
        if file.entry is not None and number is None:
            draft = _with_entry(draft, file.entry)
    marked = draft.text if draft.has_pages else draft.text.replace(PAGE_BREAK, "")
    text, page_breaks = clean_pages(marked)
    if not text.strip():
        raise UnreadableError("no text left after cleaning")
    url = web_url(one_line(draft.url, 5000)) if draft.url else None
    dates = (*draft.dates, *([StatedDate(url, "url")] if url else []), StatedDate(text, "text"))
    published, published_from = _published(dates, draft.day_order, refuse)
    return Article(
        id=checked_id(stated) if (stated := storable(draft.id).strip()) else _derived(url, file, number),
        title=one_line(draft.title, _TITLE_CHARS) or made_title(text),
        text=text,
        url=url,
        source=one_line(options.source or draft.source, _NAME_CHARS) or None,
        authors=_names(draft.authors),
        published=published,
        published_from=published_from,
        modified=_modified(draft, text, published, refuse),
        origin=None if file is None else absolute_origin(file.origin_of(number)),
        page_breaks=page_breaks,
    )


def _with_entry(draft: ArticleDraft, entry: Entry) -> ArticleDraft:
    """Return the draft of a fetched document with what it does not say itself.

    Its own words come first, but for an address that cannot be its own: no page speaks for another site.
    """
    stated = urljoin(entry.url, one_line(draft.url, 5000)) if draft.url and entry.url else ""
    is_own = names_page(stated, entry.url)
    # A page that states no outlet has its host for one; that of an address which is not its own is refused.
    source = draft.source if is_own or draft.source != _host(stated) else ""
    return replace(
        draft,
        id=draft.id or entry.id,
        url=stated if is_own else entry.url,
        title=draft.title or entry.title,
        authors=draft.authors if _names(draft.authors) else entry.authors,
        source=source or entry.source or _host(entry.url),
        dates=(*draft.dates, StatedDate(entry.published, "feed")),
    )


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.") if web_url(url) else ""


def _derived(url: str | None, file: SourceFile | None, number: int | None) -> str:
    """Return an id made of the article's address, or of its place where that is the outlet's."""
    if url and (file is None or not is_home(url)):
        return derived_id(canonical_url(url))
    if file is None:
        raise UnreadableError(NAMELESS)
    return derived_id(file.id_stem if number is None else f"{file.id_stem}#{number}")


def made_title(text: str) -> str:
    """Return the first sentence or line, at most 120 characters, for an article without a title."""
    line = one_line(next((line for line in text.split("\n") if line.strip()), ""), 10 * _MADE_TITLE_CHARS)
    end = _SENTENCE_END.search(line)
    return one_line(line[: end.end()] if end else line, _MADE_TITLE_CHARS)


def _published(
    dates: tuple[StatedDate, ...], order: DayOrder | None, refuse: RefuseDate
) -> tuple[datetime | None, str | None]:
    """Return the most trusted date that is possible, and where it stood.

    Readers know an article by the day that its outlet printed: a moment that was another day in UTC is the
    midnight of the day in its own zone. A moment that a record was given is kept as it is. The first date
    that is not possible is refused. A bad date never loses the article, and never makes room for a guess.
    """
    doubted = False
    ranked = sorted(dates, key=_rank)
    for place, date in enumerate(ranked):
        if doubted and date.where == "file":
            break
        parsed = _parsed(date, order)
        if date.where == "url" and parsed.value and _is_ahead(parsed.value, ranked[place:], order):
            continue
        if parsed.value is not None:
            return parsed.value if date.where == "given" else parsed.of_its_day, date.where
        if parsed.modified is None and (parsed.stated or (date.where in _FIELDS and date.text.strip())):
            if not doubted:
                refuse(one_line(parsed.line or date.text, _DATE_CHARS), parsed.reason)
            doubted = True
    return None, None


def _rank(date: StatedDate) -> float:
    """Return the place of a date in `TRUST`; below what the page shows for a day at the end of an address."""
    is_weak = date.where == "url" and not is_day_folder(date.text)
    return TRUST.index("text") + 0.5 if is_weak else TRUST.index(date.where)


def _is_ahead(day: datetime, dates: Sequence[StatedDate], order: DayOrder | None) -> bool:
    """Whether the day in an address comes after the one that the page shows: it is that of an event.

    An address is made when an article is, on a day that zones may move by one.
    """
    shown = (_parsed(date, order).value for date in dates if date.where == "byline")
    return any(value and day.date() - value.date() > timedelta(days=1) for value in shown)


def _parsed(date: StatedDate, order: DayOrder | None) -> ParsedDate:
    if date.where == "url":
        return date_in_url(date.text)
    return _READERS.get(date.where, parse_date)(date.text, order=order)


def _modified(
    draft: ArticleDraft, text: str, published: datetime | None, refuse: RefuseDate
) -> datetime | None:
    """Return when the article was changed, as its fields say, else its date lines; never before its day.

    Such a date of a record is refused where it is not possible; pages state many, of which one will do.
    """
    exact = any(date.where == "given" for date in draft.dates)
    fields = [parse_date(words, order=draft.day_order) for words in draft.modified]
    if exact and fields and not any(parsed.value or parsed.modified for parsed in fields):
        refuse(one_line(draft.modified[0], _DATE_CHARS), fields[0].reason)
    stated = (parsed.modified or (parsed.value if exact else parsed.of_its_day) for parsed in fields)
    shown = (
        _parsed(date, draft.day_order).modified
        for date in (*draft.dates, StatedDate(text, "text"))
        if date.where in {"given", "byline", "text"}
    )
    moment = next((moment for moment in (*stated, *shown) if moment), None)
    return None if moment and published and moment.date() < published.date() else moment


def _names(names: tuple[str, ...]) -> tuple[str, ...]:
    plain = (one_line(name, _NAME_CHARS) for name in names[:_MOST_AUTHORS])
    return tuple(dict.fromkeys(name for name in plain if name))
