"""Reads the fields that stand before a Markdown text: YAML, TOML or JSON. Knows no Markdown.

Every value of YAML is text here, or a list or mapping of such: YAML does not guess what `No` or `007` means.
Nothing is executed, and aliases are references, which are followed a few levels deep at most.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, time

from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate
from nutgraf.indexer.loaders.identity import web_url

_MOST_CHARS = 20_000  # of a block; that of an article has some hundred
_MOST_NAMES = 50  # no byline has more
_MOST_LEVELS = 3  # of lists in lists, such as [[Ada Lind]] without quotes
_FENCED = (
    (
        "yaml",
        re.compile(rf"---[ \t]*+\n(.{{0,{_MOST_CHARS}}}?)(?<=\n)(?:---|\.\.\.)[ \t]*+(?:\n|\Z)", re.DOTALL),
    ),
    ("toml", re.compile(rf"\+\+\+[ \t]*+\n(.{{0,{_MOST_CHARS}}}?)(?<=\n)\+\+\+[ \t]*+(?:\n|\Z)", re.DOTALL)),
    ("json", re.compile(rf";;;[ \t]*+\n(.{{0,{_MOST_CHARS}}}?)(?<=\n);;;[ \t]*+(?:\n|\Z)", re.DOTALL)),
)
# Lines of "Title: ..." down to the first blank one, as Pelican and MultiMarkdown have them.
_BARE = re.compile(
    r"(?i:title|date|author|authors):[ \t][^\n]{1,500}\n(?:[A-Za-z_ -]{1,40}:[^\n]{0,2000}\n){0,40}(?:\n|\Z)"
)
# Three lines of Pandoc: title, authors, day.
_TITLE_BLOCK = re.compile(
    r"%[ \t]([^\n]{1,500})\n(?:%[ \t]?([^\n]{0,500})\n)?(?:%[ \t]?([^\n]{0,100})\n)?(?=\n|\Z)"
)
_PAIR = re.compile(r"([A-Za-z_ -]{1,40}?)[ \t]{0,9}:(?:[ \t](.{0,2000}))?")
_ITEM = re.compile(r"[ \t]{0,9}-[ \t]{1,9}(.{1,200})")
_KEYS = {
    "title": ("title", "headline"),
    "date": ("date", "published", "pubdate", "publishdate", "datepublished", "publishedat"),
    "authors": ("author", "authors", "byline", "creator"),
    "url": ("url", "link", "canonical", "canonicalurl", "sourceurl", "originalurl"),
    "source": ("source", "outlet", "publisher", "publication", "site", "sitename", "website"),
    "id": ("id", "guid", "uuid"),
    "description": ("description", "summary", "excerpt"),
}
"""Fields of an article, and what they are called: in lower case, without hyphens and underscores."""
_NULLS = frozenset({"", "~", "null", "none"})
_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|]{0,300}\|)?([^\[\]|]{1,300})\]\]")
_LINK = re.compile(r"\[([^\[\]]{1,300})\]\([^()\s]{0,2000}\)")
_BETWEEN_NAMES = re.compile(
    r"\s{0,3};\s{0,3}|\s{0,3},\s{1,3}and\s{1,3}|\s{0,3},\s{0,3}|\s{1,3}and\s{1,3}|\s{1,3}&\s{1,3}"
)
_BY = re.compile(r"by:?\s{1,3}", re.IGNORECASE)


def split_front_matter(text: str) -> tuple[Mapping[str, object], str]:
    """Return the fields before a text, by their names as they stand there, and the text without them.

    A block that holds no fields, such as a text between two rules, is part of the text.
    """
    for form, fence in _FENCED:
        match = fence.match(text)
        if match:
            fields = _parsed(form, match[1])
            return (fields, text[match.end() :]) if fields else ({}, text)
    if text.startswith("{"):
        try:
            fields, end = json.JSONDecoder().raw_decode(text[:_MOST_CHARS])
        except (ValueError, RecursionError):
            return {}, text
        return (fields, text[end:]) if isinstance(fields, dict) and fields else ({}, text)
    if block := _TITLE_BLOCK.match(text):
        values = {"title": block[1], "author": block[2] or "", "date": block[3] or ""}
        return values, text[block.end() :]
    bare = _BARE.match(text)
    return (_lines(bare[0]), text[bare.end() :]) if bare else ({}, text)


def draft_of_fields(fields: Mapping[str, object]) -> ArticleDraft:
    """Return what the fields say of an article; its text is their description, "" where they have none.

    A `source` that is an address is that of the article, as web clippers write it.
    """
    named = {re.sub("[_ -]", "", str(key)).lower(): value for key, value in fields.items()}
    values = {field: [named[key] for key in keys if key in named] for field, keys in _KEYS.items()}

    def first(field: str) -> str:
        return next((text for value in values[field] for text in _texts(value) if text), "")

    sources = [text for value in values["source"] for text in _texts(value) if text]
    addresses = [text for text in sources if web_url(text)]
    return ArticleDraft(
        text=first("description"),
        id=first("id"),
        title=first("title"),
        url=first("url") or next(iter(addresses), ""),
        source=next((text for text in sources if text not in addresses), ""),
        authors=tuple(name for value in values["authors"] for name in _names(value))[:_MOST_NAMES],
        dates=(StatedDate(first("date"), "given"),),
    )


def _parsed(form: str, block: str) -> Mapping[str, object]:
    """Return the fields of a block, none where it is broken."""
    readers: Mapping[str, Callable[[str], object]] = {
        "yaml": _yaml,
        "toml": tomllib.loads,
        "json": json.loads,
    }
    try:
        fields = readers[form](block)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _yaml(block: str) -> object:
    """Return what a block of YAML holds; broken YAML is read line by line, such as "title: Talks: go on"."""
    import yaml

    try:
        return yaml.load(block, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # all values are text
    except yaml.YAMLError:
        return _lines(block)


def _lines(block: str) -> dict[str, object]:
    """Read `key: value` lines, and lists under a key."""
    fields: dict[str, object] = {}
    items: list[object] = []
    for line in block.split("\n"):
        pair, item = _PAIR.fullmatch(line), _ITEM.fullmatch(line)
        if pair and not line[:1].isspace():
            items = []
            fields.setdefault(pair[1], _unquoted(pair[2] or "") or items)
        elif item:
            items.append(_unquoted(item[1]))
    return fields


def _unquoted(value: str) -> str:
    value = value.strip()
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value


def _texts(value: object, levels: int = _MOST_LEVELS) -> Iterator[str]:
    """Yield the texts in a value: itself, those of its list, the name in its mapping."""
    if isinstance(value, str):
        words = _LINK.sub(r"\1", _WIKI_LINK.sub(lambda link: link[1].rpartition("/")[2], value)).strip()
        if words.lower() not in _NULLS:
            yield words
    elif isinstance(value, date | time):
        yield value.isoformat()
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, list) and levels:
        for item in value[:_MOST_NAMES]:
            yield from _texts(item, levels - 1)
    elif isinstance(value, dict) and levels:
        name = value.get("name") or value.get("title") or value.get("display_name")
        if not name:
            parts = (value.get(key) for key in ("first", "given", "last", "family"))
            name = " ".join(part for part in parts if isinstance(part, str))
        yield from _texts(name, levels - 1)


def _names(value: object) -> Iterator[str]:
    """Yield the names of authors; a text may hold several, an item of a list or a mapping is one."""
    for text in _texts(value):
        name = _BY.sub("", text.strip("[]"), count=1) if _BY.match(text) else text.strip("[]")
        if web_url(name):
            continue
        yield from (
            _unquoted(part) for part in (_BETWEEN_NAMES.split(name) if isinstance(value, str) else [name])
        )
