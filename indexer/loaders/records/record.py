"""A record becomes an article: which field holds what. Knows nothing of rows or of files' formats.

The names of fields are ours, unless `LoadOptions.fields` says otherwise. Where a record has no field of ours,
those of WordPress, NewsAPI, NewsCatcher, Event Registry, news-please (Common Crawl) and schema.org are tried.
"""

import ast
import math
import re
import reprlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.assemble import ArticleDraft, RefuseDate, StatedDate, assemble
from nutgraf.indexer.loaders.base import LoadOptions, Skipped, SourceFile, UnreadableError
from nutgraf.indexer.loaders.identity import derived_id, web_url
from nutgraf.indexer.loaders.pages.fragment import fragment_text

_MOST_AUTHORS = 50  # no byline has more; a bound against hostile records
_MOST_PARAGRAPHS = 100_000
_NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "_id", "uri", "article_id"),
    "title": ("title", "headline"),
    "text": (
        "text", "maintext", "articleBody", "body", "content", "body_text", "full_text", "article_text",
        "summary",
    ),
    "teaser": ("description", "short_description", "excerpt", "lead_paragraph", "abstract"),
    "url": ("url", "link", "canonical_url", "permalink", "web_url", "webUrl"),
    "source": (
        "source", "source_domain", "publisher", "outlet", "site_name", "yoast_head_json.og_site_name",
        "name_source", "domain_url", "clean_url", "domain", "rights",
    ),
    "authors": ("_embedded.author", "yoast_head_json.author", "authors", "author", "byline", "creator"),
    "published": (
        "published", "datePublished", "date_publish", "date_gmt", "publishedAt", "published_at",
        "published_date", "publish_date", "dateTimePub", "dateTime", "pubDate", "pub_date",
        "publication_date", "date", "seendate",
    ),
    "modified": (
        "modified_gmt", "modified", "dateModified", "date_modify", "updated_at", "updatedAt", "updated",
        "last_modified", "lastModified",
    ),
}  # fmt: skip
_FOLDED = {name.casefold(): name for names in _NAMES.values() for name in names}
# The keys of an object that stands for a single value, as MongoDB, WordPress, schema.org and XML have it.
_VALUES = (
    "$oid", "$date", "$numberLong", "$numberInt", "$numberDouble", "rendered", "name", "title", "@value",
    "#text", "value", "text", "main", "original",
)  # fmt: skip
_NOTHING = frozenset({"nan", "NaN", "NaT", "None", "null", "NULL", "N/A", "<NA>"})  # as tables are exported
_CUT = re.compile(r"\s{0,3}(?:…|\.\.\.)?\s{0,3}\[\+[0-9]{1,7} chars\]\s{0,5}$")  # how NewsAPI ends a text
_BY = re.compile(r"by[: ]\s{0,5}", re.IGNORECASE)
_AND = re.compile(r" and | & ", re.IGNORECASE)
_REMOVED = "[Removed]"  # what NewsAPI leaves of an article that is gone
_NAME_PARTS = (("first_name", "last_name"), ("firstName", "lastName"), ("givenName", "familyName"))
_DEPTH = 4
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
        return assemble(_draft(record, options), options=options, refuse=refuse)
    except UnreadableError as error:
        return Skipped("", str(error))


def line_to_article(
    record: Mapping[str, object],
    number: int | None,
    file: SourceFile,
    options: LoadOptions,
    *,
    part: int | None = None,
) -> Article | Skipped:
    """Make an article of the record in line `number`, from 1, of a file; its place may have to name it.

    `number` is None where the record is all that the file holds. `part` says which of several records in the
    line it is, from 1.
    """
    try:
        draft = _draft(record, options)
        if part is not None and not draft.id and web_url(draft.url) is None:
            draft = replace(draft, id=derived_id(f"{file.id_stem}#{number}.{part}"))
        return assemble(draft, options=options, file=file, number=number)
    except UnreadableError as error:
        return Skipped(file.origin_of(number), str(error))


def records_in(value: object, options: LoadOptions) -> Iterator[Mapping[str, object]]:
    """Yield the records of a JSON value: itself, those of a list, or those in the answer of a service.

    An answer is an object without text, with a list below a key such as "articles" or "articles.results".
    """
    for _ in range(_DEPTH):
        if not isinstance(value, dict) or _field(value, "text", options) is not None:
            break
        inner = (value[key] for key in _ENVELOPES if isinstance(value.get(key), dict | list) and value[key])
        below = next(inner, None)
        if below is None:
            break
        value = below
    for record in value if isinstance(value, list) else [value]:
        if isinstance(record, dict):
            yield record


def text_names(options: LoadOptions) -> tuple[str, ...]:
    """Return the keys or columns that can hold the text of an article."""
    return (options.key("text"),) if "text" in options.fields else _NAMES["text"] + _NAMES["teaser"]


def known_name(name: str) -> str:
    """Return the known name of a field that is written in other capitals or with blanks, else its own.

    >>> known_name("Full Text"), known_name("Price")
    ('full_text', 'Price')
    """
    return _FOLDED.get(name.strip().casefold().replace(" ", "_"), name)


def _draft(record: Mapping[str, object], options: LoadOptions) -> ArticleDraft:
    record = {known_name(name): value for name, value in record.items()} | {**record}
    text = _text(record, options)
    published, modified = (_date(_field(record, name, options)) for name in ("published", "modified"))
    # The number that WordPress gives an article is that of another in each outlet.
    numbered = isinstance(record.get("content"), dict) and isinstance(record.get("id"), int)
    return ArticleDraft(
        text=text,
        id="" if numbered and record.get("link") else _plain(_field(record, "id", options)),
        title=fragment_text(_plain(_field(record, "title", options))),
        url=_plain(_field(record, "url", options)),
        source=fragment_text(_plain(_field(record, "source", options))),
        authors=_authors(_field(record, "authors", options)),
        dates=(StatedDate(published, "given"),),
        modified=(modified,) if modified else (),
    )


def _text(record: Mapping[str, object], options: LoadOptions) -> str:
    """Return the text of a record without markup; raises UnreadableError where it has none."""
    key, value = options.key("text"), _field(record, "text", options)
    is_empty = value is None or (isinstance(value, str) and not value.strip())
    if is_empty and "text" not in options.fields:
        value = _field(record, "teaser", options) or value
        is_empty = value is None or (isinstance(value, str) and not value.strip())
    is_linked = "text" not in options.fields and web_url(_plain(_field(record, "url", options)))
    if is_empty and (is_linked or any(name in record for name in text_names(options))):
        value = _field(record, "title", options) or value  # a headline alone is a short article
    if value is None:
        raise UnreadableError(f'no field "{key[:60]}"')
    if isinstance(value, list | tuple):
        paragraphs = (_plain(paragraph) for paragraph in value[:_MOST_PARAGRAPHS])
        value = "\n\n".join(fragment_text(paragraph) for paragraph in paragraphs if paragraph)
    value = _single(value)
    if not isinstance(value, str):
        raise UnreadableError(f'field "{key[:60]}" is not text')
    text = fragment_text(value)
    if text.strip() == _REMOVED:
        raise UnreadableError(f"removed by the service that it comes from ({_REMOVED})")
    return _CUT.sub("…", text) if text.rstrip().endswith("chars]") else text


def _field(record: Mapping[str, object], name: str, options: LoadOptions) -> object:
    """Return the value of an article's field, under the given name or the first known one that has any."""
    if name in options.fields:
        return record.get(options.key(name))
    for known in _NAMES[name]:
        value: object = record
        for key in known.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if not _is_nothing(value):
            return value
    return record.get(name) if name == "text" and not _is_none(record.get(name)) else None


def _is_none(value: object) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def _is_nothing(value: object) -> bool:
    """Whether a value says nothing: null, NaN, an empty text or list."""
    words = value.strip() if isinstance(value, str) else value
    return _is_none(value) or words in ("", [], {}) or (isinstance(words, str) and words in _NOTHING)


def _single(value: object) -> object:
    """Return the value that an object or a list of one value stands for.

    Such as {"$date": {"$numberLong": "1453889700000"}}, or ["Heron lands"] of Scrapy and Solr.
    """
    for _ in range(_DEPTH):
        if isinstance(value, Mapping):
            value = next((value[key] for key in _VALUES if not _is_nothing(value.get(key))), None)
        elif isinstance(value, list | tuple) and len(value) == 1:
            value = value[0]
        else:
            break
    return value


def _plain(value: object) -> str:
    """Return a field as text: numbers are spelled out and dates written as ISO 8601.

    Anything else that is not text counts as absent, NaN and infinity too.
    """
    value = _single(value)
    if isinstance(value, str):
        return "" if value.strip() in _NOTHING else value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a table with gaps makes 7 into 7.0
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _date(value: object) -> str:
    """Return a date as text, also one of a shape that is not read, which is then told to be no date."""
    while isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    return _plain(value) or (reprlib.repr(value) if isinstance(value, Mapping | list | tuple) else "")


def _authors(value: object) -> tuple[str, ...]:
    """Return names from a list of names, a list of {"name": ...}, or one line of names."""
    if isinstance(value, str):
        names = _listed(value) or _line_of_names(fragment_text(value))
    elif isinstance(value, Mapping):
        return _authors([value])
    elif isinstance(value, list | tuple):
        items = (_name(item) for item in value[:_MOST_AUTHORS])
        names = tuple(name for item in items for name in _AND.split(fragment_text(item)))
    else:
        return ()
    names = tuple(name for name in names if not name.lower().startswith(("http://", "https://")))
    return tuple(_BY.sub("", name, count=1) if _BY.match(name) else name for name in names)


def _name(author: object) -> str:
    """Return the name of an author, who may be an object."""
    if isinstance(author, Mapping) and _is_nothing(author.get("name")):
        for first, last in _NAME_PARTS:
            name = f"{_plain(author.get(first))} {_plain(author.get(last))}".strip()
            if name:
                return name
    value = _single(author)
    return value if isinstance(value, str) else ""


def _line_of_names(line: str) -> tuple[str, ...]:
    names = line.split(";") if ";" in line else _AND.sub(",", line).split(",")
    return tuple(name.strip() for name in names)


def _listed(value: str) -> tuple[str, ...]:
    """Return the names of a list that was written as text: "['Ann Lee', 'Bo Chi']"; none of another text."""
    if not (value.startswith("[") and value.endswith("]")):
        return ()
    try:
        names = ast.literal_eval(value[:10_000])
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return ()
    return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()
