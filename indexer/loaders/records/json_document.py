"""JSON files: one record, a list of records, an object that holds a list, or values one after the other.

A list is read record by record, whatever its length; one value is held in memory, up to the limit.
"""

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TextIO, TypeGuard

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import (
    BUFFER_BYTES,
    LoadOptions,
    Skipped,
    SourceFile,
    UnreadableError,
    check_fruitless,
    too_large,
)
from nutgraf.indexer.loaders.decode import STRAY_BYTES, encoding_of
from nutgraf.indexer.loaders.records.record import line_to_article
from nutgraf.indexer.loaders.records.shapes import feed_records, frame_records, ghost_posts

# The keys under which answers of news services, search engines and exports hold their records.
_LIST_KEYS = (
    "articles", "items", "results", "docs", "documents", "hits", "records", "posts", "entries", "news",
    "stories", "rows", "data", "value", "response", "rss", "channel", "feed", "item", "entry", "db",
)  # fmt: skip
_EXPORT = "db"  # of Ghost: a list of one object, which holds the lists
_MOST_DEPTH = 3  # response -> docs, hits -> hits, rss -> channel -> item
_BLANK = re.compile(r"[\s,]*+")  # a list's commas are passed over, too
_LIST = re.compile(r'(?<!\\)"\s*+:\s*+\[\s*+(?=\{)')


def load_json(file: SourceFile, options: LoadOptions) -> Iterator[Article | Skipped]:
    """Yield one article or one reason for each record; raises UnreadableError where it is not JSON."""
    with file.open() as raw:
        encoding = encoding_of(raw.peek())
        stream = io.TextIOWrapper(raw, encoding=encoding, errors=STRAY_BYTES)
        fruitless = 0
        for number, record in _records(_Values(stream, options.max_bytes), file, options):
            file.position_bytes = min(raw.tell(), file.size_bytes)
            if file.is_next(file.line + 1 if number is None else number):
                item = _article(record, number, file, options)
                yield item
                fruitless = 0 if isinstance(item, Article) else fruitless + 1
                check_fruitless(fruitless)


def _article(record: object, number: int | None, file: SourceFile, options: LoadOptions) -> Article | Skipped:
    if not isinstance(record, Mapping):
        return Skipped(file.origin_of(number), "not a JSON object")
    inner = record.get("_source")  # of a search engine's hit
    if isinstance(inner, Mapping):
        record = {"id": record.get("_id"), **inner}
    return line_to_article(record, number, file, options)


class _Values:
    """The JSON values of a text, which is read as far as they need it."""

    def __init__(self, stream: TextIO, limit: int) -> None:
        self._stream = stream
        self._limit = limit
        self._decoder = json.JSONDecoder()
        self._text = ""
        self._at = 0
        self._is_whole = False

    def next_char(self) -> str:
        """Return the next character that is no blank and no comma; none at the end."""
        while True:
            self._at = self._end_of_blank()
            if self._at < len(self._text):
                return self._text[self._at]
            if self._is_whole:
                return ""
            self._read(BUFFER_BYTES)

    def pass_char(self) -> None:
        """Go on behind the next character."""
        self._at += 1

    def value(self) -> object:
        """Return the next value; raises UnreadableError where there is none, or where it is too large."""
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except ValueError as error:
                if self._is_whole:
                    raise UnreadableError("not JSON") from error
            except RecursionError as error:
                raise UnreadableError("JSON that is nested too deeply") from error
            else:
                # A number at the end may go on, in what was not read.
                if end < len(self._text) or self._is_whole:
                    self._at = end
                    return value
            if len(self._text) - self._at > self._limit:
                raise UnreadableError(f"a value is {too_large(self._limit)}")
            self._read(max(BUFFER_BYTES, len(self._text) - self._at))

    def find_list(self) -> bool:
        """Go on behind the bracket of the first list of objects; say whether there is one."""
        match = _LIST.search(self._text, self._at)
        self._at = match.end() if match else self._at
        return match is not None

    def _end_of_blank(self) -> int:
        match = _BLANK.match(self._text, self._at)
        return match.end() if match else self._at

    def _read(self, chars: int) -> None:
        part = self._stream.read(chars)
        self._text, self._at = self._text[self._at :] + part, 0
        self._is_whole = not part


def _records(values: _Values, file: SourceFile, options: LoadOptions) -> Iterator[tuple[int | None, object]]:
    """Yield (place from 1, or None for the only record of a file, record)."""
    first_char = values.next_char()
    if first_char == "[":
        values.pass_char()
        yield from _numbered(values, 1, "]")
        return
    if first_char != "{":
        raise UnreadableError("not JSON, or neither an object nor a list")
    try:
        first = values.value()
    except UnreadableError:
        if not values.find_list():
            raise
        yield from _numbered(values, 1, "]")
        return
    if values.next_char():
        yield 1, first
        yield from _numbered(values, 2, "")
    else:
        yield from _in_object(first, file, options)


def _numbered(values: _Values, number: int, end: str) -> Iterator[tuple[int, object]]:
    """Yield the values up to the character `end`, the first of them under this number."""
    while char := values.next_char():
        if char == end:
            return
        try:
            value = values.value()
        except UnreadableError as error:
            raise UnreadableError(f"record {number}: {error}; the rest was not read") from error
        yield number, value
        number += 1
    if end:
        raise UnreadableError(f"ends after record {number - 1}, within a list")


def _in_object(value: object, file: SourceFile, options: LoadOptions) -> Iterator[tuple[int | None, object]]:
    """Yield the records of the only value of a file: itself, or those that it holds."""
    shaped = [*feed_records(value)] or [*ghost_posts(value)] or frame_records(value)
    records: Sequence[object] = shaped or _listed(value, _MOST_DEPTH)
    if not records and isinstance(value, dict):
        groups = [list(value.values()), *(list_ for list_ in value.values() if isinstance(list_, list))]
        others = max((group for group in groups if _is_records(group)), key=len, default=[])
        if others and not isinstance(line_to_article(value, None, file, options), Article):
            records = others
    yield from enumerate(records, 1) if records else [(None, value)]


def _listed(value: object, depth: int) -> list[object]:
    """Return the list of objects under one of the usual keys, also of an object under one of them."""
    if not isinstance(value, dict):
        return []
    for key in _LIST_KEYS:
        inner = value.get(key)
        if key == _EXPORT and _is_records(inner):
            inner = inner[0]
        if _is_records(inner):
            return list(inner)
        if depth and (records := _listed(inner, depth - 1)):
            return records
    return []


def _is_records(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)
