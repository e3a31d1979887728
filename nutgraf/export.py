"""Exports of articles: as JSON Lines, from which an archive can be restored, as a table, and as references.

A file gets its name when it is whole: whatever stops an export, no half file stands under that name.
"""

import gzip
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from itertools import chain
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

    def __init__(self, batches: Iterable[list[Article]]) -> None:
        self.articles = 0
        self._batches = batches

    def __iter__(self) -> Iterator[list[Article]]:
        for batch in self._batches:
            self.articles += len(batch)
            yield batch


def export_parts(batches: Iterable[list[Article]], format_name: str) -> Iterator[str]:
    """Yield the text of an export in parts; references are one part, because their keys are unique in it."""
    if format_name == "jsonl":
        for articles in batches:
            yield "".join(json.dumps(article.exported(), ensure_ascii=False) + "\n" for article in articles)
    elif format_name == "csv":
        yield article_table([])
        for articles in batches:
            yield article_table(articles, with_head=False)
    else:
        entries = [Citation(replace(article, text="", page_breaks=())) for article in chain(*batches)]
        yield citation_format(format_name).write(entries)


def checked_target(path: Path, index: Path) -> Path:
    """Return the file to write; raises BadOption for a folder, and for a file among those of the index."""
    if path.is_dir():
        raise BadOption(f"{path} is a folder, expected a file", hint="--output backup.jsonl.gz")
    folder = Path(os.path.realpath(index))
    if folder in Path(os.path.realpath(path)).parents:
        message = f"{path} would stand among the files of the index {index}"
        raise BadOption(message, hint="--output backup.jsonl.gz, in another folder")
    return path


def write_export(path: Path, parts: Iterable[str]) -> None:
    """Write an export to a file, gzipped where its name ends with ".gz".

    Raises StorageFailed where the disk says no: what stood in the file before is there still. What is no
    file, such as a pipe, is written to as it is.
    """
    path = Path(os.path.realpath(path))
    in_place = path.exists() and not path.is_file()
    target = path if in_place else path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with ExitStack() as undo:
            if not in_place:
                undo.callback(_remove, target)
            with target.open("wb") as file:
                _write(file, parts, zipped=path.suffix == ".gz")
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


def _write(file: BinaryIO, parts: Iterable[str], *, zipped: bool) -> None:
    with ExitStack() as stack:
        write: Callable[[bytes], int] = file.write
        if zipped:
            # Without the time of day: the same articles make the same file.
            packer = gzip.GzipFile("", "wb", _GZIP_LEVEL, file, mtime=0)
            write = stack.enter_context(packer).write
        for part in parts:
            write(part.encode())
    file.flush()


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
