"""A record becomes an article: which field holds what. Knows nothing of rows or of files' formats."""

import math
from collections.abc import Mapping
from datetime import date

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.assemble import ArticleDraft, RefuseDate, StatedDate, assemble
from nutgraf.indexer.loaders.base import LoadOptions, Skipped, SourceFile, UnreadableError

_MOST_AUTHORS = 50  # no byline has more; a bound against hostile records


def record_to_article(
    record: Mapping[str, object],
    options: LoadOptions | None = None,
    refuse: RefuseDate = lambda _given, _reason: None,
) -> Article | Skipped:
    """Make an article of a record that comes without a file, such as one that was posted.

    The article has no origin, and its id or web address names it: a record with neither is skipped for the
    reason "neither an id nor a web address". A skipped record has the origin "". `refuse` is called with a
    date that was not used, and why.

    >>> record_to_article({"id": "a1", "text": "It rained.", "published": "2016-01-27"}).id
    'a1'
    """
    options = options or LoadOptions()
    try:
        return assemble(_draft(record, options), options=options, refuse=refuse)
    except UnreadableError as error:
        return Skipped("", str(error))


def line_to_article(
    record: Mapping[str, object], number: int, file: SourceFile, options: LoadOptions
) -> Article | Skipped:
    """Make an article of the record in line `number`, from 1, of a file; its place may have to name it."""
    try:
        return assemble(_draft(record, options), options=options, file=file, number=number)
    except UnreadableError as error:
        return Skipped(file.origin_of(number), str(error))


def _draft(record: Mapping[str, object], options: LoadOptions) -> ArticleDraft:
    text_key = options.key("text")
    text = record.get(text_key)
    if text_key in record and (text is None or (isinstance(text, str) and not text.strip())):
        text = _plain(record, options.key("title")) or text  # a headline alone is a short article
    if text is None:
        raise UnreadableError(f'no field "{text_key[:60]}"')
    if not isinstance(text, str):
        raise UnreadableError(f'field "{text_key[:60]}" is not text')
    return ArticleDraft(
        text=text,
        id=_plain(record, options.key("id")),
        title=_plain(record, options.key("title")),
        url=_plain(record, options.key("url")),
        source=_plain(record, options.key("source")),
        authors=_authors(record.get(options.key("authors"))),
        dates=(StatedDate(_plain(record, options.key("published")), "given"),),
    )


def _plain(record: Mapping[str, object], key: str) -> str:
    """Return a field as text: numbers are spelled out and dates written as ISO 8601.

    Anything else that is not text counts as absent, NaN and infinity too.
    """
    value = record.get(key)
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _authors(value: object) -> tuple[str, ...]:
    """Return names from a list of names, a list of {"name": ...}, or one line of names."""
    if isinstance(value, str):
        by = value.strip().removeprefix("By ").removeprefix("by ")
        return tuple(by.split(";") if ";" in by else by.replace(" and ", ",").split(","))
    if isinstance(value, dict):
        return _authors([value])
    if not isinstance(value, list | tuple):
        return ()
    names = (item.get("name") if isinstance(item, dict) else item for item in value[:_MOST_AUTHORS])
    return tuple(name for name in names if isinstance(name, str))
