"""Exports of articles: as JSON Lines, from which an archive can be restored, as a table, and as references.

A file gets its name when it is whole: whatever stops an export, no half file stands under that name.
"""

import gzip
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from nutgraf.errors import BadOption, StorageFailed
from nutgraf.indexer.article import Article
from nutgraf.indexer.refusals import HINTS
from nutgraf.indexer.selection import ListPlace, Selection
from nutgraf.indexer.storage import ArticleCatalog
from nutgraf.qa.citing.citation import Citation
from nutgraf.qa.citing.formats import citation_format
from nutgraf.qa.citing.table import article_table

EXPORT_FORMATS = ("jsonl", "csv", "bibtex", "ris", "csl-json", "markdown", "html", "text")
"""The formats by their names; all but the first two are lists of references, without the texts."""

_AT_ONCE = 200  # articles in memory together; not compared
_GZIP_LEVEL = 6


def checked_format(name: object) -> str:
    """Return the name of a format; raises BadOption where there is none."""
    if name not in EXPORT_FORMATS:
        message = f"{{format}} is {name!r:.40}, expected one of {', '.join(EXPORT_FORMATS)}"
        raise BadOption(message, hint="{format} jsonl", fields=["format"])
    return str(name)


def selected(catalog: ArticleCatalog, selection: Selection) -> Iterator[list[Article]]:
    """Yield the articles of a selection, by id, some at a time."""
    after: ListPlace | None = None
    while entries := catalog.listed(selection, "id", after, _AT_ONCE):
        yield [entry.article for entry in entries]
        after = entries[-1].place


class CountedBatches:
    """Batches of articles, read once; `articles` is how many were read so far."""

    def __init__(self, batches: Iterable[Sequence[Article]]) -> None:
        self.articles = 0
        self._batches = batches

    def __iter__(self) -> Iterator[Sequence[Article]]:
        for batch in self._batches:
            self.articles += len(batch)
            yield batch


class ExportText:
    """The text of an export, made a batch of articles at a time."""

    def __init__(self, format_name: str) -> None:
        self._format = format_name
        self._citations: list[Citation] = []

    def head(self) -> str:
        """Return what stands before the first article."""
        return article_table([]) if self._format == "csv" else ""

    def of(self, articles: Sequence[Article]) -> str:
        """Return the text of some articles; references are kept for `rest`."""
        if self._format == "jsonl":
            return "".join(json.dumps(article.exported(), ensure_ascii=False) + "\n" for article in articles)
        if self._format == "csv":
            return article_table(articles, with_head=False)
        self._citations += [Citation(replace(article, text="", page_breaks=())) for article in articles]
        return ""

    def rest(self) -> str:
        """Return what stands behind the last article: all references, because their keys are unique in it."""
        is_text = self._format in {"jsonl", "csv"}
        return "" if is_text else citation_format(self._format).write(self._citations)


def export_parts(batches: Iterable[Sequence[Article]], format_name: str) -> Iterator[str]:
    """Yield the text of an export in parts."""
    text = ExportText(format_name)
    yield text.head()
    yield from map(text.of, batches)
    yield text.rest()


def checked_file(path: Path) -> Path:
    """Return the file to write; raises BadOption for a folder."""
    if path.is_dir():
        raise BadOption(f"{path} is a folder, expected a file", hint="--output backup.jsonl.gz")
    return path


def checked_target(path: Path, index: Path) -> Path:
    """Return the file to write; raises BadOption for a folder, and for a file among those of the index."""
    checked_file(path)
    folder = Path(os.path.realpath(index))
    if folder in Path(os.path.realpath(path)).parents:
        message = f"{path} would stand among the files of the index {index}"
        raise BadOption(message, hint="--output backup.jsonl.gz, in another folder")
    return path


def write_export(path: Path, parts: Iterable[str]) -> None:
    """Write an export to a file; see `export_file`."""
    with export_file(path) as write:
        for part in parts:
            write(part)


@contextmanager
def export_file(path: Path) -> Iterator[Callable[[str], object]]:
    """Give a function that writes to a file, gzipped where its name ends with ".gz".

    Raises StorageFailed where the disk says no: what stood in the file before is there still, and so it is
    where the block raises. What is no file, such as a pipe, is written to as it is.
    """
    path = Path(os.path.realpath(path))
    in_place = path.exists() and not path.is_file()
    target = path if in_place else path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with ExitStack() as undo:
            if not in_place:
                undo.callback(_remove, target)
            with target.open("wb") as file:
                with _packed(file) if path.suffix == ".gz" else nullcontext(file) as packed:
                    yield lambda part: packed.write(part.encode())
                file.flush()
                if not in_place:
                    os.fsync(file.fileno())
            if not in_place:
                target.replace(path)
                undo.pop_all()
    except OSError as error:
        raise write_failed(str(path), error) from error


def write_failed(name: str, error: OSError) -> StorageFailed:
    """Return the error to raise where an export cannot be written."""
    if isinstance(error, BrokenPipeError):
        return StorageFailed(
            f"{name}: the program that reads it has ended before the export did, and has not got all of it",
            hint="nutgraf export --output backup.jsonl.gz",
        )
    hint = HINTS.get(error.errno or 0, "name a file in a folder that you may write to: --output FILE")
    return StorageFailed(f"{name} cannot be written: {error.strerror or error}", hint=hint)


def _packed(file: BinaryIO) -> gzip.GzipFile:
    # Without the time of day: the same articles make the same file.
    return gzip.GzipFile("", "wb", _GZIP_LEVEL, file, mtime=0)


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
