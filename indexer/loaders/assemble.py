"""The last step of every loader: what a format gave becomes a clean article, or a reason why not."""

import logging
import re
from dataclasses import dataclass
from datetime import datetime

from indexer.article import Article
from indexer.clean import clean, one_line, storable
from indexer.dates import date_in_url, parse_date
from indexer.loaders.base import LoadOptions, UnreadableError
from indexer.loaders.identity import canonical_url, checked_id, web_url

_log = logging.getLogger(__name__)
_TITLE_CHARS = 500
_MADE_TITLE_CHARS = 120
_NAME_CHARS = 200
_MOST_AUTHORS = 50
# Four letters before the stop: "Mr.", "Gov." and "U.S." end no sentence.
_SENTENCE_END = re.compile(r"\w{4}[.!?…][\"'”’)]{0,2}\s")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a format knows about one article, before cleaning; empty strings where it knows nothing."""

    text: str
    id: str = ""
    title: str = ""
    url: str = ""
    source: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    published_from: str = "given"


def assemble(draft: Draft, *, place_id: str, origin: str, options: LoadOptions) -> Article:
    """Return the article; `place_id` names it where neither an id nor a URL does. Raises UnreadableError."""
    text = clean(draft.text)
    if not text.strip():
        raise UnreadableError("no text left after cleaning")
    url = web_url(one_line(draft.url, 5000)) if draft.url else None
    published, published_from = _published(draft, url, origin)
    return Article(
        id=checked_id(storable(draft.id).strip() or (canonical_url(url) if url else place_id)),
        title=one_line(draft.title, _TITLE_CHARS) or made_title(text),
        text=text,
        url=url,
        source=one_line(options.source or draft.source, _NAME_CHARS) or None,
        authors=_names(draft.authors),
        published=published,
        published_from=published_from,
        origin=origin,
    )


def made_title(text: str) -> str:
    """Return the first sentence or line, at most 120 characters, for an article without a title."""
    line = one_line(next((line for line in text.split("\n") if line.strip()), ""), 10 * _MADE_TITLE_CHARS)
    end = _SENTENCE_END.search(line)
    return one_line(line[: end.end()] if end else line, _MADE_TITLE_CHARS)


def _published(draft: Draft, url: str | None, origin: str) -> tuple[datetime | None, str | None]:
    """Return the date and where it came from. A bad date never loses the article: it is only not used."""
    if draft.published:
        given = parse_date(draft.published)
        if given.value is not None:
            return given.value, draft.published_from
        _log.info("%s: date not used, %s", origin, given.reason)
    found = date_in_url(url) if url else None
    return (found.value, "url") if found and found.value else (None, None)


def _names(names: tuple[str, ...]) -> tuple[str, ...]:
    plain = (one_line(name, _NAME_CHARS) for name in names[:_MOST_AUTHORS])
    return tuple(dict.fromkeys(name for name in plain if name))
