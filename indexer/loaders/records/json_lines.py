"""JSON Lines, gzipped or not, read line by line: a file may be larger than memory, a line may not."""

import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO, cast

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import (
    BOMB_RATIO,
    BUFFER_BYTES,
    LoadOptions,
    Skipped,
    SourceFile,
    UnreadableError,
    too_large,
)
from nutgraf.indexer.loaders.decode import decode
from nutgraf.indexer.loaders.records.record import day_orders, line_to_article, records_in
from nutgraf.indexer.written_dates import DayOrder

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_QUESTIONS = "it holds questions, which nutgraf eval and nutgraf calibrate read, and no articles"
_NUMERIC_DATE = re.compile(rb'"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4}')
# A file that goes on for so long without an article is no file of articles.
_MOST_FRUITLESS_LINES = 100_000


def load_json_lines(file: SourceFile, options: LoadOptions) -> Iterator[Article | Skipped]:
    """Yield one article or one reason for each line that is not blank; all lines of questions have one."""
    questions, is_told = Skipped(file.origin, _QUESTIONS), False
    with file.open() as raw:
        zipped = raw.peek(len(_GZIP)).startswith(_GZIP)
        stream = cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if zipped else cast("BinaryIO", raw)
        orders = _orders(stream, options)
        fruitless = 0
        for number, line in _lines(stream, raw, file, options):
            is_blank = line.isspace()
            if not is_blank and not file.is_next(number):
                continue
            items = [] if is_blank else list(_json_articles(line, number, file, options, orders))
            yield from (item for item in items if not (is_told and item == questions))
            is_told = is_told or questions in items
            fruitless = 0 if any(isinstance(item, Article) for item in items) else fruitless + 1
            if fruitless > _MOST_FRUITLESS_LINES:
                reason = f"no article in {_MOST_FRUITLESS_LINES:,} lines; the rest was not read"
                raise UnreadableError(reason)


def _orders(stream: BinaryIO, options: LoadOptions) -> dict[str, DayOrder]:
    """Return how the outlets of a file write day and month, as its first lines show it."""
    try:
        sample = cast("io.BufferedReader", stream).peek(BUFFER_BYTES)[:BUFFER_BYTES]
    except (OSError, EOFError, zlib.error):
        return {}
    if not _NUMERIC_DATE.search(sample):
        return {}
    records: list[Mapping[str, object]] = []
    for line in sample.split(b"\n"):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        records += records_in(value, options)
    return day_orders(records, options)


def _lines(
    stream: BinaryIO, raw: BinaryIO, file: SourceFile, options: LoadOptions
) -> Iterator[tuple[int, bytes]]:
    """Yield numbered lines; a damaged end or a bomb ends them with UnreadableError.

    A line over the limit is yielded cut, one byte longer than the limit, and its rest is passed over.
    """
    number = unpacked_bytes = 0
    limit = options.max_bytes
    while True:
        try:
            line = stream.readline(limit + 1)
            unpacked_bytes += len(line)
            rest = line
            while len(rest) == limit + 1 and not rest.endswith(b"\n"):
                rest = stream.readline(limit + 1)
                unpacked_bytes += len(rest)
                _check_ratio(unpacked_bytes, raw.tell(), number + 1, limit)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UnreadableError(f"damaged after line {number}: {error}") from error
        if not line:
            return
        number += 1
        file.position_bytes = min(raw.tell(), file.size_bytes)
        _check_ratio(unpacked_bytes, file.position_bytes, number, limit)
        yield number, line


def _check_ratio(unpacked_bytes: int, packed_bytes: int, number: int, limit: int) -> None:
    if unpacked_bytes > BOMB_RATIO * packed_bytes + limit:
        raise UnreadableError(
            f"line {number} unpacks to more than {BOMB_RATIO} times its size; the rest was not read"
        )


def _json_articles(
    line: bytes, number: int, file: SourceFile, options: LoadOptions, orders: Mapping[str, DayOrder]
) -> Iterator[Article | Skipped]:
    """Yield the article of a line, or the articles where it is a list or the answer of a service."""
    try:
        records = list(records_in(_value(line, number, options), options))
        for part, record in enumerate(records, 1):
            if _is_question(record, options):
                yield Skipped(file.origin, _QUESTIONS)
                continue
            part_of_line = part if len(records) > 1 else None
            yield line_to_article(record, number, file, options, part=part_of_line, orders=orders)
    except UnreadableError as error:
        yield Skipped(f"{file.origin}:{number}", str(error))


def _is_question(record: Mapping[str, object], options: LoadOptions) -> bool:
    """Whether a record is a question with its right answers, as docs/data.md has them, and no article."""
    is_question = isinstance(record.get("question"), str) and isinstance(record.get("answers"), list)
    return is_question and options.key("text") not in record


def _value(line: bytes, number: int, options: LoadOptions) -> object:
    """Return the object or list of a line; raises UnreadableError for anything else."""
    if number == 1 and line.startswith(_UTF16):
        raise UnreadableError("line 1 is UTF-16, where JSON Lines are UTF-8")
    if len(line) > options.max_bytes and len(line.rstrip(b"\r\n")) > options.max_bytes:
        raise UnreadableError(f"line {number} is {too_large(options.max_bytes)}")
    try:
        value = json.loads(_utf8(line.removeprefix(_BOM)))
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"line {number} is not JSON") from error
    if not isinstance(value, dict) and not (
        isinstance(value, list) and any(isinstance(v, dict) for v in value)
    ):
        raise UnreadableError(f"line {number} is not a JSON object")
    return value


def _utf8(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return decode(line)
