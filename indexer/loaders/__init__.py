"""Files to articles: every format, one at a time, and a reason for each document that did not make it.

Everything that is read is untrusted: `load` never raises for content, whatever the bytes are.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate, assemble
from nutgraf.indexer.loaders.base import (
    LoadOptions,
    RefusedDates,
    Skipped,
    SourceFile,
    UnreadableError,
    read_bytes,
)
from nutgraf.indexer.loaders.decode import decode
from nutgraf.indexer.loaders.discover import discover, kind
from nutgraf.indexer.loaders.docx import read_docx
from nutgraf.indexer.loaders.html import read_html
from nutgraf.indexer.loaders.json_lines import load_json_lines
from nutgraf.indexer.loaders.markdown import read_markdown
from nutgraf.indexer.loaders.pdf import read_pdf
from nutgraf.indexer.loaders.table import load_table
from nutgraf.indexer.loaders.text import read_text

__all__ = ["LoadOptions", "RefusedDates", "Skipped", "SourceFile", "discover", "load"]

_DOCUMENTS: dict[str, Callable[[bytes, LoadOptions], ArticleDraft]] = {
    ".docx": read_docx,
    ".htm": lambda data, _: read_html(data),
    ".html": lambda data, _: read_html(data),
    ".markdown": lambda data, _: read_markdown(decode(data)),
    ".md": lambda data, _: read_markdown(decode(data)),
    ".pdf": read_pdf,
    ".txt": lambda data, _: read_text(decode(data)),
    ".xhtml": lambda data, _: read_html(data),
}
_RECORDS: dict[str, Callable[[SourceFile, LoadOptions], Iterator[Article | Skipped]]] = {
    ".csv": load_table,
    ".jsonl": load_json_lines,
    ".jsonl.gz": load_json_lines,
    ".ndjson": load_json_lines,
    ".ndjson.gz": load_json_lines,
    ".tsv": load_table,
}


def load(file: SourceFile, options: LoadOptions | None = None) -> Iterator[Article | Skipped]:
    """Yield the articles of a file, and what was skipped in it, in the order of the file."""
    options = options or LoadOptions()
    try:
        yield from _read(file, options)
    except UnreadableError as error:
        yield Skipped(file.origin, str(error))
    except OSError as error:
        yield Skipped(file.origin, f"cannot be read: {error.strerror or error}")
    except ImportError:
        raise  # a library that is missing is no fault of the document
    except Exception as error:  # noqa: BLE001 - parsers of untrusted files raise anything; the run goes on
        yield Skipped(file.origin, f"cannot be parsed ({type(error).__name__})")
    finally:
        file.position_bytes = file.size_bytes


def _read(file: SourceFile, options: LoadOptions) -> Iterator[Article | Skipped]:
    if file.size_bytes == 0:
        raise UnreadableError("empty file")
    suffix = kind(file.path)
    if suffix in _RECORDS:
        yield from _RECORDS[suffix](file, options)
    elif suffix in _DOCUMENTS:
        draft = _DOCUMENTS[suffix](read_bytes(file, options), options)
        if options.file_dates:
            changed = datetime.fromtimestamp(file.path.stat().st_mtime, tz=UTC)
            draft = replace(draft, dates=(*draft.dates, StatedDate(changed.isoformat(), "file")))
        yield assemble(draft, file=file, options=options)
    else:
        raise UnreadableError(f"unsupported type {suffix}")
