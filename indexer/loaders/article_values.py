"""An `Article` that a program made becomes one that can be stored: the class is plain and checks no value."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

from nutgraf.indexer.article import Article
from nutgraf.indexer.clean import storable
from nutgraf.indexer.loaders.base import Skipped, UnreadableError, too_large
from nutgraf.indexer.loaders.identity import checked_id

_NONE = type(None)
_TYPES: Mapping[str, tuple[type, ...]] = {
    "id": (str,),
    "title": (str,),
    "text": (str,),
    "url": (str, _NONE),
    "source": (str, _NONE),
    "authors": (tuple,),
    "published": (datetime, _NONE),
    "published_from": (str, _NONE),
    "modified": (datetime, _NONE),
    "origin": (str, _NONE),
    "ingested_at": (datetime, _NONE),
    "cluster": (str, _NONE),
    "page_breaks": (tuple,),
}


def checked_article(article: Article, origin: str, max_bytes: int) -> Article | Skipped:
    """Return an article that can be stored, or the reason why this one cannot.

    Nothing is cleaned: halves of surrogate pairs alone are replaced, because they have no encoding. A date
    without a zone is taken as UTC. `origin` names the article where it has no id.

    >>> checked_article(Article(id="a1", title="Rain", text=" "), "article 1", 1000)
    Skipped(origin='a1', reason='no text')
    """
    try:
        _check_types(article)
        return _checked(article, max_bytes)
    except UnreadableError as error:
        named = isinstance(article.id, str) and article.id.strip()
        return Skipped(article.id if named else origin, str(error))


def _check_types(article: Article) -> None:
    for name, types in _TYPES.items():
        value = getattr(article, name)
        if not isinstance(value, types):
            expected = " or ".join("None" if kind is _NONE else kind.__name__ for kind in types)
            raise UnreadableError(f"{name} is {type(value).__name__}, expected {expected}")
    if not all(isinstance(author, str) for author in article.authors):
        raise UnreadableError("authors holds something else than str")
    if not all(type(place) is int for place in article.page_breaks):
        raise UnreadableError("page_breaks holds something else than int")
    bounds = (0, *article.page_breaks, len(article.text))
    if any(before > after for before, after in pairwise(bounds)):
        raise UnreadableError("page_breaks are not ascending places in the text")


def _checked(article: Article, max_bytes: int) -> Article:
    if not article.text.strip():
        raise UnreadableError("no text")
    if not article.id.strip():
        raise UnreadableError("no id")
    if len(article.text) > max_bytes:
        raise UnreadableError(too_large(max_bytes))
    return replace(
        article,
        id=checked_id(storable(article.id)),
        title=storable(article.title),
        text=storable(article.text),
        url=_storable_or_none(article.url),
        source=_storable_or_none(article.source),
        authors=tuple(storable(author) for author in article.authors),
        published=_in_utc(article.published),
        modified=_in_utc(article.modified),
        ingested_at=_in_utc(article.ingested_at),
    )


def _storable_or_none(text: str | None) -> str | None:
    return None if text is None else storable(text)


def _in_utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise UnreadableError(f"the moment {moment} is out of range in UTC") from error
