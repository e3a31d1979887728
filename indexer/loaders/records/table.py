"""CSV and TSV, read row by row: the first row names the columns, each other row is an article."""

import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TextIO

from nutgraf.indexer.article import Article
from nutgraf.indexer.clean import one_line
from nutgraf.indexer.loaders.base import (
    ARTICLE_FIELDS,
    LoadOptions,
    Skipped,
    SourceFile,
    UnreadableError,
    too_large,
)
from nutgraf.indexer.loaders.decode import STRAY_BYTES, encoding_of
from nutgraf.indexer.loaders.records.names import known_name, text_names
from nutgraf.indexer.loaders.records.record import day_orders, line_to_article

_MOST_NAMES, _NAME_CHARS = 12, 30  # of the columns in a message
_DELIMITERS = (",", "\t", ";", "|")
_NO_DELIMITER = "\x1f"  # where there is one column: a comma in it is a comma
# Excel writes and reads a first line that says what parts the cells.
_STATED_DELIMITER = re.compile(r"\ufeff?\"?sep=([^\r\n\"])\"?\s*+", re.IGNORECASE)
# A quote inside a cell is written twice; a letter after \" shows that this file writes \" in its place.
_ESCAPED_QUOTE = re.compile(r"(?<!\\)\\\"[^\",;|\t\r\n]")
# Databases write so into tabbed text what is missing, and the ends of lines; and they quote nothing.
_DATABASE = re.compile(r"(?:^|\t)\\N(?=[\t\r\n])|\\n\\n", re.MULTILINE)
_DATABASE_ESCAPE = re.compile(r"\\([ntr\\])")
_DATABASE_CHARS = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
_BACKSLASH = re.compile(r"\\([\"\\\r\n])|\\")


def load_table(file: SourceFile, options: LoadOptions) -> Iterator[Article | Skipped]:
    """Yield one article or one reason for each row; a row is named by the line it starts on.

    A row over the limit ends the file: nearly always a quote in it was not closed, and nothing after it can
    be trusted.
    """
    # This limit holds for the whole process; that of the options is checked for each row, in _Lines.
    csv.field_size_limit(max(csv.field_size_limit(), options.max_bytes))
    with file.open() as raw:
        sample = raw.peek()
        encoding = encoding_of(sample)
        start = sample.decode(encoding, "replace")
        escaped = _ESCAPED_QUOTE.search(start) is not None
        stream = io.TextIOWrapper(raw, encoding=encoding, errors=STRAY_BYTES, newline="")
        yield from _rows(_Lines(stream, file, options.max_bytes, escaped=escaped), file, options, start)


class _Lines:
    """The lines of a table, none longer than the limit; `row_chars` counts since it was last set to 0.

    Where quotes are `escaped` by a backslash, a backslash before anything else is written twice, as `csv`
    needs it.
    """

    def __init__(self, stream: TextIO, file: SourceFile, limit: int, *, escaped: bool) -> None:
        self.row_chars = 0
        self.ended = False
        self.escaped = escaped
        self.number = 0
        self._stream = stream
        self._file = file
        self._limit = limit

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._stream.readline(
            self._limit + 3
        )  # two more for the line's end, and one more to notice a longer line
        if not line:
            self.ended = True
            raise StopIteration
        self.number += 1
        self.row_chars += len(line)
        self._file.position_bytes = min(self._file.size_bytes, self._stream.buffer.tell())
        if self.row_chars > self._limit + 2:
            reason = f"row before line {self.number + 1} is {too_large(self._limit)}; the rest was not read"
            raise UnreadableError(reason)
        line = line.replace("\0", "")
        return _BACKSLASH.sub(lambda pair: pair[0] if pair[1] else "\\\\", line) if self.escaped else line


def _rows(lines: _Lines, file: SourceFile, options: LoadOptions, sample: str) -> Iterator[Article | Skipped]:
    first = next((line for line in lines if line.strip()), "")
    stated = _STATED_DELIMITER.fullmatch(first)
    if stated:
        first = next((line for line in lines if line.strip()), "")
    delimiter = stated[1] if stated else _delimiter(first, options)
    escape = "\\" if lines.escaped else None
    from_database = delimiter == "\t" and _DATABASE.search(sample) is not None
    unquoted = from_database or (delimiter == "\t" and _is_unquoted(sample.split("\n"), first.count("\t")))
    read_rows = partial(
        csv.reader,
        delimiter=delimiter,
        escapechar=None if unquoted else escape,
        quoting=csv.QUOTE_NONE if unquoted else csv.QUOTE_MINIMAL,
        skipinitialspace=True,
    )
    reader = read_rows(itertools.chain([first], lines))
    header = _names(next(reader, []), options)
    if not {*text_names(options)} & {*header}:
        raise UnreadableError(_no_text(header, options))
    no_text = dict.fromkeys({*text_names(options)} & {*header}, "")  # of a row that ends before it
    try:
        orders = day_orders((_record(header, row) for row in read_rows(sample.splitlines())), options)
    except csv.Error:  # which the rows below tell
        orders = {}
    while True:
        lines.row_chars, start = 0, lines.number + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise UnreadableError(f"line {start} is not CSV ({error}); the rest was not read") from error
        if row is None:
            return
        if lines.ended:  # within a cell: a row that is whole needs no line behind it
            reason = f"a quote in it is not closed; {lines.number - start} lines below it are no rows"
            yield Skipped(file.origin_of(start), reason)
            return
        is_header = row[0:1] and _names(row, options) == header  # once more, where files were joined
        if not is_header and any(cell.strip() for cell in row) and file.is_next(start):
            if any(cell.strip() for cell in row[len(header) :]):
                sign = "a tab" if delimiter == "\t" else f'"{delimiter}"'
                reason = (
                    f"{len(row)} cells under {len(header)} columns (a cell with {sign} in it needs quotes)"
                )
                yield Skipped(file.origin_of(start), reason)
            else:
                cells = map(_unescaped, row) if from_database else row
                yield line_to_article(
                    no_text | _record(header, [*cells]), start, file, options, orders=orders
                )


def _is_unquoted(lines: Sequence[str], tabs: int) -> bool:
    """Whether quotes are letters in a tabbed text: a cell that begins with one does not end with one.

    A cell of several lines looks so, too; behind that of a whole row comes the next row.
    """
    rows = [line for line in lines[:-1] if line.strip()]
    opened = [
        at
        for at, line in enumerate(rows)
        if any(cell.strip()[:1] == '"' != cell.strip()[1:][-1:] for cell in line.split("\t"))
    ]
    return bool(opened) and all(row.count("\t") == tabs for at in opened for row in rows[at : at + 2])


def _unescaped(cell: str) -> str:
    return "" if cell == "\\N" else _DATABASE_ESCAPE.sub(lambda pair: _DATABASE_CHARS[pair[1]], cell)


def _delimiter(header: str, options: LoadOptions) -> str:
    """Return what parts the columns: what makes a column of texts, and most columns, of the first row."""

    def columns(delimiter: str) -> tuple[bool, int]:
        names = _names(next(csv.reader([header], delimiter=delimiter, skipinitialspace=True)), options)
        return bool({*text_names(options)} & {*names}), len(names)

    best = max(_DELIMITERS, key=columns)
    return best if columns(best)[1] > 1 else _NO_DELIMITER


def _names(header: Sequence[str], options: LoadOptions) -> list[str]:
    """Return the names of the columns; those that are asked for or known may differ in case."""
    wanted = {options.key(field).casefold(): options.key(field) for field in ARTICLE_FIELDS}
    names = [name.strip("\ufeff \t\r\n") for name in header]
    return [
        name if name in wanted.values() else wanted.get(name.casefold(), known_name(name)) for name in names
    ]


def _no_text(header: Sequence[str], options: LoadOptions) -> str:
    """Return the reason for a table without a column of texts: which it has, and what to type."""
    reason = f'no column "{options.key("text")[:60]}" in the first row'
    names = ", ".join(filter(None, (one_line(name, _NAME_CHARS) for name in header[:_MOST_NAMES])))
    if not names:
        return reason
    return f"{reason}, which has {names}; name the column of the text with --field text=COLUMN"


def _record(header: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    """Return a row by the names of its columns; of columns with one name the first that is filled counts."""
    record: dict[str, str] = {}
    for name, cell in zip(header, row, strict=False):
        if not record.get(name, "").strip():
            record[name] = "" if cell == "\\N" else cell  # as MySQL writes what is missing
    return record
