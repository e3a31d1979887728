"""What the values of records mean: which say nothing, which stand for another, how names are listed."""

import ast
import math
import re
import reprlib
from collections.abc import Mapping
from datetime import date

from nutgraf.indexer.loaders.pages.fragment import fragment_text

_MOST_AUTHORS = 50  # no byline has more; a bound against hostile records
# The keys of an object that stands for a single value, as MongoDB, WordPress, schema.org and XML have it.
_VALUES = (
    "$oid", "$date", "$numberLong", "$numberInt", "$numberDouble", "rendered", "name", "title", "@value",
    "#text", "value", "text", "main", "original",
)  # fmt: skip
_NOTHING = frozenset({"nan", "NaN", "NaT", "None", "null", "NULL", "N/A", "<NA>"})  # as tables are exported
_BY = re.compile(r"by[: ]\s{0,5}", re.IGNORECASE)
_AND = re.compile(r" and | & ", re.IGNORECASE)
_NAME_PARTS = (("first_name", "last_name"), ("firstName", "lastName"), ("givenName", "familyName"))
_DEPTH = 4


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


def date_words(value: object) -> str:
    """Return a date as text, also one of a shape that is not read, which is then told to be no date."""
    while isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    return plain(value) or (reprlib.repr(value) if isinstance(value, Mapping | list | tuple) else "")


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
    names = tuple(name for name in names if not name.lower().startswith(("http://", "https://")))
    return tuple(_BY.sub("", name, count=1) if _BY.match(name) else name for name in names)


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
