"""What the values of records mean: which say nothing, which stand for another, how names are listed."""

import ast
import math
import re
import reprlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nutgraf.indexer.loaders.pages.fragment import fragment_text
from nutgraf.models.words import word_set

_MOST_AUTHORS = 50  # no byline has more; a bound against hostile records
# The keys of an object that stands for a single value, as MongoDB, WordPress, schema.org and XML have it.
_VALUES = (
    "$oid", "$date", "$numberLong", "$numberInt", "$numberDouble", "rendered", "name", "title", "@value",
    "#text", "value", "text", "main", "original",
)  # fmt: skip
_NOTHING = frozenset({"nan", "NaN", "NaT", "None", "null", "NULL", "N/A", "<NA>"})  # as tables are exported
_ESCAPED_LETTER = re.compile(r"\\u(?:00[a-f]|20[0-9])[0-9a-f]", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([nrt\"/]))")
_SIGNS = {"n": "\n", "r": "", "t": "\t", '"': '"', "/": "/"}
_WINDOWS_PATH = re.compile(r"\b[A-Za-z]:\\")
_BY = re.compile(r"by[: ]\s{0,5}", re.IGNORECASE)
_MAIL = re.compile(r"[<(]?[^\s<>()@]{1,100}@[^\s<>()@]{1,100}[>)]?")
_AND = re.compile(r" and | & ", re.IGNORECASE)
# What stands behind the name of an author, and agencies whose names are no acronyms.
_RANKS = word_set("writer reporter correspondent editor columnist contributor staff journalist photographer")
_AGENCIES = word_set("reuters bloomberg tass xinhua ansa staff")
_NAME_PARTS = (("first_name", "last_name"), ("firstName", "lastName"), ("givenName", "familyName"))
_DEPTH = 4
_SECONDS = ("_seconds", "seconds", "epochSecond")  # of Firestore, and of Instant in Java
_DATE_PARTS = (("year",), ("month", "monthValue"), ("day", "dayOfMonth"))
_DAY_PARTS, _MINUTE_PARTS, _SECOND_PARTS = 3, 5, 6
# The objects of rich text: words stand in leaves, and what holds others holds them under these names.
_LEAF = ("text", "value")
_INNER = ("children", "content", "blocks", "root", "document", "data", "items")
_RICH_DEPTH = 20  # of lists in quotes in columns; a bound against hostile records


def is_none(value: object) -> bool:
    """Whether a value is null or no finite number."""
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def is_nothing(value: object) -> bool:
    """Whether a value says nothing: null, NaN, an empty text or list."""
    words = value.strip() if isinstance(value, str) else value
    return is_none(value) or words in ("", [], {}) or (isinstance(words, str) and words in _NOTHING)


def single(value: object) -> object:
    """Return the value that an object or a list of one value stands for.

    Such as {"$date": {"$numberLong": "1453889700000"}}, or ["Heron lands"] of Scrapy and Solr.
    """
    for _ in range(_DEPTH):
        if isinstance(value, Mapping):
            value = next((value[key] for key in _VALUES if not is_nothing(value.get(key))), None)
        elif isinstance(value, list | tuple) and len(value) == 1:
            value = value[0]
        else:
            break
    return value


def plain(value: object) -> str:
    """Return a field as text: numbers are spelled out and dates written as ISO 8601.

    Anything else that is not text counts as absent, NaN and infinity too.
    """
    value = single(value)
    if isinstance(value, str):
        return "" if value.strip() in _NOTHING else value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a table with gaps makes 7 into 7.0
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def unescaped(text: str) -> str:
    r"""Return a text whose line ends and letters were written as signs, as where JSON is escaped twice.

    >>> unescaped("It rained.\\n\\nIt didn\\u2019t stop.")
    'It rained.\n\nIt didn’t stop.'
    """
    is_escaped = text.count("\\n") > 1 and "\n" not in text and not _WINDOWS_PATH.search(text)
    if not is_escaped and not _ESCAPED_LETTER.search(text):
        return text
    plain = _ESCAPE.sub(lambda sign: chr(int(sign[1], 16)) if sign[1] else _SIGNS[sign[2]], text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # two halves make an emoji


def date_words(value: object) -> str:
    """Return a date as text, also one of a shape that is not read, which is then told to be no date."""
    while isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, Mapping) and isinstance(value.get("date"), str):
        return _in_its_zone(value["date"], value.get("timezone"))
    if isinstance(value, Mapping) and (seconds := next(filter(None, map(value.get, _SECONDS)), None)):
        return plain(seconds)
    return (
        plain(value)
        or _date_of_parts(value)
        or (reprlib.repr(value) if isinstance(value, Mapping | list | tuple) else "")
    )


def _date_of_parts(value: object) -> str:
    """Return a date of numbers as ISO 8601; "" of another value.

    Such as [2016, 1, 27, 10, 30] of Java and Python, or {"year": 2016, "month": 1, "day": 27}.
    """
    if isinstance(value, Mapping):
        value = [next((value[name] for name in names if name in value), None) for names in _DATE_PARTS]
    if not isinstance(value, list | tuple) or len(value) < _DAY_PARTS:
        return ""
    parts = value[: _SECOND_PARTS if len(value) >= _MINUTE_PARTS else _DAY_PARTS]
    if not all(type(part) is int for part in parts):
        return ""
    try:
        if len(parts) == _DAY_PARTS:
            return date(*parts).isoformat()
        return datetime(*parts).replace(tzinfo=UTC).isoformat()
    except (ValueError, OverflowError):
        return ""


def rich_paragraphs(value: object, depth: int = _RICH_DEPTH) -> list[str]:
    """Return the paragraphs of rich text that an editor stored as objects; none of another value.

    Such as that of Slate, Lexical and Portable Text (`children`), ProseMirror and Contentful (`content`), or
    Draft.js and Editor.js (`blocks`).

    >>> rich_paragraphs({"type": "p", "children": [{"text": "It "}, {"text": "rained.", "bold": True}]})
    ['It rained.']
    """
    if isinstance(value, str):
        return [value]
    if not isinstance(value, Mapping) or not depth:
        return []
    if (leaf := _leaf(value)) is not None:
        return [leaf]
    name = next((name for name in _INNER if not is_nothing(value.get(name))), "")
    inner = value.get(name)
    items = inner if isinstance(inner, list | tuple) else [inner]
    paragraphs = [words for item in items for words in rich_paragraphs(item, depth - 1)]
    if name != "blocks" and any(_leaf(item) is not None for item in items):
        return ["".join(paragraphs)]  # the words of one paragraph, links among them
    return paragraphs


def _leaf(value: object) -> str | None:
    """Return the words of an object that holds nothing else; None of another value."""
    words = (value.get(name) for name in _LEAF) if isinstance(value, Mapping) else ()
    return next((word for word in words if isinstance(word, str)), None)


def _in_its_zone(date: str, zone: object) -> str:
    """Return a date of PHP, which has its zone beside it: a name such as "Europe/Oslo", or "+02:00"."""
    try:
        moment = datetime.fromisoformat(f"{date}{zone}" if str(zone).startswith(("+", "-")) else date)
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(str(zone)))).isoformat()
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return date


def author_names(value: object) -> tuple[str, ...]:
    """Return names from a list of names, a list of {"name": ...}, or one line of names."""
    if isinstance(value, str):
        names = _listed(value) or _line_of_names(fragment_text(value))
    elif isinstance(value, Mapping):
        return author_names([value])
    elif isinstance(value, list | tuple):
        items = (_name(item) for item in value[:_MOST_AUTHORS])
        names = tuple(name for item in items for name in _AND.split(fragment_text(item)))
    else:
        return ()
    addresses = ("http://", "https://")
    names = tuple(name for name in names if not (is_nothing(name) or name.lower().startswith(addresses)))
    names = tuple(_BY.sub("", name, count=1) if _BY.match(name) else name for name in names)
    return tuple(_without_rank(_without_mail(name)) for name in names)


def _without_mail(name: str) -> str:
    """Return the name of "Ann Lee <ann@tarn.example>" or "ann@tarn.example (Ann Lee)"; none of an address."""
    return _MAIL.sub("", name).strip(" ()") if "@" in name else name


def _without_rank(name: str) -> str:
    """Return the name without what its author is, as in "Ann Lee, Staff Writer"."""
    first, _, rank = name.partition(",")
    return first.strip() if _RANKS & {*rank.casefold().split()} else name


def _name(author: object) -> str:
    """Return the name of an author, who may be an object."""
    if isinstance(author, Mapping) and is_nothing(author.get("name")):
        for first, last in _NAME_PARTS:
            name = f"{plain(author.get(first))} {plain(author.get(last))}".strip()
            if name:
                return name
    value = single(author)
    return value if isinstance(value, str) else ""


def _line_of_names(line: str) -> tuple[str, ...]:
    if ";" in line:
        return tuple(name.strip() for name in line.split(";"))
    parts = [part.strip() for part in _AND.sub(",", line).split(",")]
    if len(parts) == 2 and "," in line and _is_last_and_first(*parts):  # noqa: PLR2004 - a name has two parts
        return (line.strip(),)
    return tuple(part for at, part in enumerate(parts) if at == 0 or not _RANKS & {*part.casefold().split()})


def _is_last_and_first(last: str, first: str) -> bool:
    """Whether two words are the parts of one name, "Lee, Ann", and not two agencies."""
    return not any(" " in word or word.isupper() or word.casefold() in _AGENCIES for word in (last, first))


def _listed(value: str) -> tuple[str, ...]:
    """Return the names of a list that was written as text: "['Ann Lee', 'Bo Chi']"; none of another text."""
    if not (value.startswith("[") and value.endswith("]")):
        return ()
    try:
        names = ast.literal_eval(value[:10_000])
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return ()
    return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()
