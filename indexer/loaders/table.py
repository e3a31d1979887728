"""CSV and TSV, read row by row: the first row names the columns, each other row is an article."""

import codecs
import csv
import itertools
from collections.abc import Iterator
from typing import TextIO

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions, Skipped, SourceFile, UnreadableError, too_large
from nutgraf.indexer.loaders.decode import BOMS, decode, detect
from nutgraf.indexer.loaders.records import line_to_article, text_names

_SAMPLE_BYTES = 200_000  # as in decode: enough for statistics of letters; not measured
_AS_CP1252 = "nutgraf-as-cp1252"
_DELIMITERS = (",", "\t", ";", "|")


def load_table(file: SourceFile, options: LoadOptions) -> Iterator[Article | Skipped]:
    """Yield one article or one reason for each row; a row is named by the line it starts on.

    A row over the limit ends the file: nearly always a quote in it was not closed, and nothing after it can
    be trusted.
    """
    with file.path.open("rb") as raw:
        encoding = _encoding(raw.read(_SAMPLE_BYTES))
    # This limit holds for the whole process; that of the options is checked for each row, in _Lines.
    csv.field_size_limit(max(csv.field_size_limit(), options.max_bytes))
    codecs.register_error(_AS_CP1252, _as_cp1252)
    with file.path.open(encoding=encoding, errors=_AS_CP1252, newline="") as stream:
        yield from _rows(_Lines(stream, file, options.max_bytes), file, options)


class _Lines:
    """The lines of a table, none longer than the limit; `row_chars` counts since it was last set to 0."""

    def __init__(self, stream: TextIO, file: SourceFile, limit: int) -> None:
        self.row_chars = 0
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
            raise StopIteration
        self.number += 1
        self.row_chars += len(line)
        self._file.position_bytes = min(self._file.size_bytes, self._stream.buffer.tell())
        if self.row_chars > self._limit + 2:
            reason = f"row before line {self.number + 1} is {too_large(self._limit)}; the rest was not read"
            raise UnreadableError(reason)
        return line.replace("\0", "")


def _rows(lines: _Lines, file: SourceFile, options: LoadOptions) -> Iterator[Article | Skipped]:
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(itertools.chain([first], lines), delimiter=delimiter)
    columns = [name.strip() for name in next(reader, [])]
    if not {*text_names(options)} & {*columns}:
        raise UnreadableError(f'no column "{options.key("text")[:60]}" in the first row')
    while True:
        lines.row_chars, start = 0, lines.number + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise UnreadableError(f"line {start} is not CSV ({error}); the rest was not read") from error
        if row is None:
            return
        if any(cell.strip() for cell in row) and file.is_next(start):
            yield line_to_article(dict(zip(columns, row, strict=False)), start, file, options)


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that do not fit, far down a file that began as another encoding, as cp1252."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


def _encoding(sample: bytes) -> str:
    """Name the encoding of a file by its beginning; UnreadableError where it is no text."""
    for mark, name in BOMS.items():
        if sample.startswith(mark):
            return name
    # A cut may have split a character.
    whole = sample if len(sample) < _SAMPLE_BYTES else sample.rpartition(b"\n")[0] or sample
    decode(whole)
    try:
        whole.decode("utf-8")
    except UnicodeDecodeError:
        return detect(whole)
    return "utf-8"
