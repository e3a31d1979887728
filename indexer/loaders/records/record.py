"""A record becomes an article: which field holds what. Knows nothing of rows or of files' formats.

The names of fields are ours, unless `LoadOptions.fields` says otherwise. Where a record has no field of ours,
those of WordPress, NewsAPI, NewsCatcher, Event Registry, news-please (Common Crawl) and schema.org are tried.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from nutgraf.indexer.article import Article
from nutgraf.indexer.dates import day_order
from nutgraf.indexer.loaders.assemble import ArticleDraft, RefuseDate, StatedDate, assemble
from nutgraf.indexer.loaders.base import LoadOptions, Skipped, SourceFile, UnreadableError
from nutgraf.indexer.loaders.identity import derived_id, web_url
from nutgraf.indexer.loaders.pages.fragment import fragment_text
from nutgraf.indexer.loaders.records.exported import exported_article
from nutgraf.indexer.loaders.records.names import FIELD_NAMES, known_name, text_names
from nutgraf.indexer.loaders.records.shapes import at_path, by_path, unwrapped
from nutgraf.indexer.loaders.records.unused import note_unused
from nutgraf.indexer.loaders.records.values import (
    author_names,
    date_words,
    is_none,
    is_nothing,
    plain,
    rich_paragraphs,
    single,
    unescaped,
)
from nutgraf.indexer.written_dates import DayOrder

_MOST_PARAGRAPHS = 100_000
_CUT = re.compile(r"\s{0,3}(?:…|\.\.\.)?\s{0,3}\[\+[0-9]{1,7} chars\]\s{0,5}$")  # how NewsAPI ends a text
_REMOVED = "[Removed]"  # what NewsAPI leaves of an article that is gone
_UNPUBLISHED = ("draft", "auto-draft", "trash", "scheduled")  # as Ghost and WordPress name it
_OUTLET_SIGNS = (" - ", " – ", " — ", " | ")
_DEPTH = 4
_DATE_CHARS = 40
_NO_ORDERS: Mapping[str, DayOrder] = MappingProxyType({})
# The keys below which services put the records of an answer.
_ENVELOPES = ("articles", "results", "items", "data", "response", "posts", "docs")


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
        return assemble(_draft(_Fields(_whole(record, options), options)), options=options, refuse=refuse)
    except UnreadableError as error:
        return Skipped("", str(error))


def line_to_article(
    record: Mapping[str, object],
    number: int | None,
    file: SourceFile,
    options: LoadOptions,
    *,
    part: int | None = None,
    orders: Mapping[str, DayOrder] = _NO_ORDERS,
) -> Article | Skipped:
    """Make an article of the record in line `number`, from 1, of a file; its place may have to name it.

    `number` is None where the record is all that the file holds. `part` says which of several records in the
    line it is, from 1. `orders` are the `day_orders` of the file.
    """
    exported = exported_article(record, file.origin_of(number), options.max_bytes)
    if exported is not None:
        return exported
    record = _whole(record, options)
    fields, article = _Fields(record, options), None
    try:
        draft = _draft(fields)
        draft = replace(draft, day_order=orders.get(draft.source))
        if part is not None and not draft.id and web_url(draft.url) is None:
            draft = replace(draft, id=derived_id(f"{file.id_stem}#{number}.{part}"))
        article = assemble(draft, options=options, file=file, number=number)
    except _NoFieldError as error:
        reason = f"{error}; name the field of the text with --field text=NAME"
        return Skipped(file.origin_of(number), reason)
    except UnreadableError as error:
        return Skipped(file.origin_of(number), str(error))
    else:
        return article
    finally:
        note_unused(record, fields.used, article, file)


def day_orders(records: Iterable[Mapping[str, object]], options: LoadOptions) -> dict[str, DayOrder]:
    """Return how each outlet of these records writes day and month, by its name.

    That is so where its dates of one reading, such as 27/01/2016, all have the same order.
    """
    orders: dict[str, set[DayOrder]] = {}
    for record in records:
        fields = _Fields(_whole(record, options), options)
        order = day_order(date_words(fields.value("published"))[:_DATE_CHARS])
        if order in {"dmy", "mdy"}:
            orders.setdefault(_source(fields), set()).add(order)
    return {source: next(iter(own)) for source, own in orders.items() if len(own) == 1}


def records_in(value: object, options: LoadOptions) -> Iterator[Mapping[str, object]]:
    """Yield the records of a JSON value: itself, those of a list, or those in the answer of a service.

    An answer is an object without text, with a list below a key such as "articles" or "articles.results".
    """
    for _ in range(_DEPTH):
        if not isinstance(value, dict) or _Fields(value, options).value("text") is not None:
            break
        inner = (value[key] for key in _ENVELOPES if isinstance(value.get(key), dict | list) and value[key])
        below = next(inner, None)
        if below is None:
            break
        value = below
    for record in value if isinstance(value, list) else [value]:
        if isinstance(record, dict):
            yield record


def _whole(record: Mapping[str, object], options: LoadOptions) -> Mapping[str, object]:
    """Return the record with the fields of its inner object, unless the options say where those stand."""
    return record if any("." in key for key in options.fields.values()) else unwrapped(record)


class _NoFieldError(UnreadableError):
    """A record has no field that can be the text of an article."""


class _Fields:
    """The fields of a record; `used` are the keys of those that the article was made of."""

    def __init__(self, record: Mapping[str, object], options: LoadOptions) -> None:
        paths = by_path(record)
        whole = {**record, **{name: value for name, (value, _) in paths.items()}}
        self.values = {known_name(name): value for name, value in whole.items()} | whole
        self._columns = {known_name(name): columns for name, (_, columns) in paths.items()}
        self.options = options
        self.used: set[str] = set()

    def value(self, name: str) -> object:
        """Return the value of an article's field: of the first of its names that has any."""
        if name in self.options.fields:
            return self._used(self.options.key(name))
        for known in FIELD_NAMES[name]:
            key, *inner = known.split(".")
            value: object = self.values.get(key)
            for part in inner:
                value = value.get(part) if isinstance(value, Mapping) else None
            if not is_nothing(value):
                self.used.update([key, *self._columns.get(key, ())])
                return value
        return self._used(name) if name == "text" and not is_none(self.values.get(name)) else None

    def plain(self, name: str) -> str:
        """Return the value of an article's field as text."""
        return plain(self.value(name))

    def _used(self, key: str) -> object:
        self.used.update([key, key.partition(".")[0]])
        return at_path(self.values, key)


def _draft(fields: _Fields) -> ArticleDraft:
    if fields.values.get("status") in _UNPUBLISHED:
        raise UnreadableError(f"not published ({fields.values['status']})")
    text = _text(fields)
    published, modified = (date_words(fields.value(name)) for name in ("published", "modified"))
    # The number that WordPress gives an article is that of another in each outlet.
    values = fields.values
    numbered = isinstance(values.get("content"), dict) and isinstance(values.get("id"), int)
    source = _source(fields)
    return ArticleDraft(
        text=text,
        id="" if numbered and values.get("link") else fields.plain("id"),
        title=_without_outlet(fragment_text(fields.plain("title")), source),
        url=fields.plain("url"),
        source=source,
        authors=author_names(fields.value("authors")),
        dates=(StatedDate(published, "given"),),
        modified=(modified,) if modified else (),
    )


def _source(fields: _Fields) -> str:
    return fragment_text(fields.plain("source"))


def _without_outlet(title: str, source: str) -> str:
    """Return a title without the outlet of its record, which NewsAPI and Kaggle put behind it."""
    for sign in _OUTLET_SIGNS:
        head, _, tail = title.rpartition(sign)
        if head.strip() and tail.strip().casefold() == source.strip().casefold():
            return head.strip()
    return title


def _text(fields: _Fields) -> str:
    """Return the text of a record without markup; raises UnreadableError where it has none."""
    options = fields.options
    key, value = options.key("text"), fields.value("text")
    is_empty = value is None or (isinstance(value, str) and not value.strip())
    if is_empty and "text" not in options.fields:
        value = fields.value("teaser") or value
        is_empty = value is None or (isinstance(value, str) and not value.strip())
    is_linked = "text" not in options.fields and web_url(fields.plain("url"))
    if is_empty and (is_linked or any(name in fields.values for name in text_names(options))):
        value = fields.value("title") or value  # a headline alone is a short article
    if value is None:
        raise _NoFieldError(f'no field "{key[:60]}"')
    if isinstance(value, Mapping) and single(value) is None:
        value = rich_paragraphs(value) or value
    if isinstance(value, list | tuple):
        paragraphs = (words for item in value[:_MOST_PARAGRAPHS] for words in _paragraphs(item))
        value = "\n\n".join(fragment_text(paragraph) for paragraph in paragraphs if paragraph)
    value = single(value)
    if not isinstance(value, str):
        raise UnreadableError(f'field "{key[:60]}" is not text')
    text = fragment_text(unescaped(value))
    if text.strip() == _REMOVED:
        raise UnreadableError(f"removed by the service that it comes from ({_REMOVED})")
    return _CUT.sub("…", text) if text.rstrip().endswith("chars]") else text


def _paragraphs(item: object) -> list[str]:
    words = plain(item)
    return [words] if words else rich_paragraphs(item)
