"""Parquet tables, read row group by row group: each row is an article, its columns are the fields.

The library comes with the extra `parquet`.
"""

import io
from collections.abc import Iterator
from typing import Any

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions, Skipped, SourceFile, UnreadableError, read_bytes
from nutgraf.indexer.loaders.records.record import line_to_article

_BATCH_ROWS = 64  # few, because a row may be a long article; others were not compared
_BUFFER_BYTES = 1_000_000  # of each column: a row group is read in parts, however large it is


def load_parquet(file: SourceFile, options: LoadOptions) -> Iterator[Article | Skipped]:
    """Yield one article or one reason for each row; raises UnreadableError."""
    stream = file.open() if file.outer is None else io.BytesIO(read_bytes(file, options))
    with stream:
        number = 0
        for number, row in enumerate(_rows(stream, file), 1):
            if file.is_next(number):
                record = {name: _text(value) for name, value in row.items()}
                yield line_to_article(record, number, file, options)
        if number == 0:
            raise UnreadableError("a table without rows")


def _rows(stream: Any, file: SourceFile) -> Iterator[dict[str, object]]:  # noqa: ANN401 - BytesIO or a file
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise UnreadableError("needs a library: pip install 'nutgraf[parquet]'") from error
    count = 0
    try:
        table = ParquetFile(stream, pre_buffer=False, buffer_size=_BUFFER_BYTES)
        rows = max(1, table.metadata.num_rows)
        for batch in table.iter_batches(batch_size=_BATCH_ROWS, use_threads=False):
            for row in batch.to_pylist():
                count += 1
                file.position_bytes = min(file.size_bytes, file.size_bytes * count // rows)
                yield row
    except (ArrowException, OSError, ValueError, TypeError) as error:
        reason = f"damaged after row {count}; the rest was not read" if count else "not a Parquet file"
        raise UnreadableError(reason) from error


def _text(value: object) -> object:
    """Return text that a table holds as bytes as text."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
