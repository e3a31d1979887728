"""One record, one article: which field holds what. Knows nothing of lines, rows or files' formats."""

from collections.abc import Mapping

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate, assemble
from nutgraf.indexer.loaders.base import LoadOptions, Skipped, SourceFile, UnreadableError

_MOST_AUTHORS = 50


def record_article(
    record: Mapping[str, object], number: int, file: SourceFile, options: LoadOptions
) -> Article | Skipped:
    """Make one article of the fields of record `number` (a line, counted from 1)."""
    try:
        return assemble(_draft(record, options), file=file, options=options, number=number)
    except UnreadableError as error:
        return Skipped(f"{file.origin}:{number}", str(error))


def _draft(record: Mapping[str, object], options: LoadOptions) -> ArticleDraft:
    text_key = options.key("text")
    text = record.get(text_key)
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
    """Return a field as text: numbers are spelled out, anything else that is not text counts as absent."""
    value = record.get(key)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _authors(value: object) -> tuple[str, ...]:
    """Return names from a list of names, a list of {"name": ...}, or one line of names."""
    if isinstance(value, str):
        by = value.strip().removeprefix("By ").removeprefix("by ")
        return tuple(by.split(";") if ";" in by else by.replace(" and ", ",").split(","))
    if isinstance(value, dict):
        return _authors([value])
    if not isinstance(value, list):
        return ()
    names = (item.get("name") if isinstance(item, dict) else item for item in value[:_MOST_AUTHORS])
    return tuple(name for name in names if isinstance(name, str))
