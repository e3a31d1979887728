"""The last step of every loader: what a format gave becomes a clean article, or a reason why not."""

import re
from dataclasses import dataclass

from nutgraf.indexer.article import Article
from nutgraf.indexer.clean import clean, one_line, storable
from nutgraf.indexer.dates import ParsedDate, date_in_text, date_in_url, parse_date
from nutgraf.indexer.loaders.base import LoadOptions, SourceFile, UnreadableError
from nutgraf.indexer.loaders.identity import canonical_url, checked_id, web_url

TRUST = ("given", "json-ld", "meta", "url", "byline", "text", "file")
"""Where dates come from, the most trusted first: what was written for machines to read, then where the page
stands, then what it shows to people, and last when the file was changed, which says little of the article."""

_TITLE_CHARS = 500
_MADE_TITLE_CHARS = 120
_NAME_CHARS = 200
_READERS = {"url": date_in_url, "text": date_in_text}
_FIELDS = frozenset({"given", "json-ld", "meta"})  # made for a date: whatever else they hold is a mistake
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

    `dates` are all that were found, in any order; among those of one place the first is the best.
    """

    text: str
    id: str = ""
    title: str = ""
    url: str = ""
    source: str = ""
    authors: tuple[str, ...] = ()
    dates: tuple[StatedDate, ...] = ()


def assemble(
    draft: ArticleDraft, *, file: SourceFile, options: LoadOptions, number: int | None = None
) -> Article:
    """Return the article; its place names it where neither an id nor a URL does. Raises UnreadableError.

    `number` is the line of a record in its file, from 1; None where the file is the article.
    """
    text = clean(draft.text)
    if not text.strip():
        raise UnreadableError("no text left after cleaning")
    url = web_url(one_line(draft.url, 5000)) if draft.url else None
    place_id = file.id_stem if number is None else f"{file.id_stem}#{number}"
    origin = file.origin if number is None else f"{file.origin}:{number}"
    dates = (*draft.dates, *([StatedDate(url, "url")] if url else []), StatedDate(text, "text"))
    published, published_from = _published(dates, file, origin)
    return Article(
        id=checked_id(storable(draft.id).strip() or (canonical_url(url) if url else place_id)),
        title=one_line(draft.title, _TITLE_CHARS) or made_title(text),
        text=text,
        url=url,
        source=one_line(options.source or draft.source, _NAME_CHARS) or None,
        authors=_names(draft.authors),
        published=published.value,
        published_from=published_from,
        origin=origin,
    )


def made_title(text: str) -> str:
    """Return the first sentence or line, at most 120 characters, for an article without a title."""
    line = one_line(next((line for line in text.split("\n") if line.strip()), ""), 10 * _MADE_TITLE_CHARS)
    end = _SENTENCE_END.search(line)
    return one_line(line[: end.end()] if end else line, _MADE_TITLE_CHARS)


def _published(dates: tuple[StatedDate, ...], file: SourceFile, origin: str) -> tuple[ParsedDate, str | None]:
    """Return the most trusted date that can be, and where it stood; note the first that cannot.

    A bad date never loses the article, and never makes room for a guess.
    """
    doubted = False
    for date in sorted(dates, key=lambda date: TRUST.index(date.where)):
        if doubted and date.where == "file":
            break
        found = _READERS.get(date.where, parse_date)(date.text)
        if found.value is not None:
            return found, date.where
        if found.stated or (date.where in _FIELDS and date.text.strip()):
            if not doubted:
                file.refuse(origin, one_line(found.line or date.text, _DATE_CHARS), found.reason)
            doubted = True
    return ParsedDate(None), None


def _names(names: tuple[str, ...]) -> tuple[str, ...]:
    plain = (one_line(name, _NAME_CHARS) for name in names[:_MOST_AUTHORS])
    return tuple(dict.fromkeys(name for name in plain if name))
