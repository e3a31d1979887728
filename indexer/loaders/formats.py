"""The one table of file types: a suffix, and the loader of files that end in it.

A new format takes a module beside this one and a line in `LOADERS`. Heavy parsers are imported inside the
functions that need them, so that this table costs nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate, assemble
from nutgraf.indexer.loaders.base import LoadOptions, Skipped, SourceFile, read_bytes
from nutgraf.indexer.loaders.docx import read_docx
from nutgraf.indexer.loaders.html import read_html
from nutgraf.indexer.loaders.json_lines import load_json_lines
from nutgraf.indexer.loaders.markdown import read_markdown
from nutgraf.indexer.loaders.pdf import read_pdf
from nutgraf.indexer.loaders.table import load_table
from nutgraf.indexer.loaders.text import read_text

Loader: TypeAlias = Callable[[SourceFile, LoadOptions], Iterator[Article | Skipped]]
"""Yields the articles of a file, and what was skipped in it; raises UnreadableError for the whole file."""


def document(read: Callable[[bytes, LoadOptions], ArticleDraft], *, dated_names: bool = False) -> Loader:
    """Return the loader of files that are one article each; `read` makes a draft of a file's bytes.

    With `dated_names` the day that a file's name begins with counts as one in a web address: site generators
    such as Jekyll make that of 2016-01-27-title.md.
    """

    def load_document(file: SourceFile, options: LoadOptions) -> Iterator[Article | Skipped]:
        draft = read(read_bytes(file, options), options)
        if dated_names:
            draft = replace(draft, dates=(*draft.dates, StatedDate(f"/{file.path.name}", "url")))
        if options.file_dates:
            changed = datetime.fromtimestamp(file.path.stat().st_mtime, tz=UTC)
            draft = replace(draft, dates=(*draft.dates, StatedDate(changed.isoformat(), "file")))
        yield assemble(draft, file=file, options=options)

    return load_document


LOADERS: dict[str, Loader] = {
    ".csv": load_table,
    ".docx": document(read_docx),
    ".htm": document(read_html),
    ".html": document(read_html),
    ".jsonl": load_json_lines,
    ".jsonl.gz": load_json_lines,
    ".markdown": document(read_markdown, dated_names=True),
    ".md": document(read_markdown, dated_names=True),
    ".ndjson": load_json_lines,
    ".ndjson.gz": load_json_lines,
    ".pdf": document(read_pdf),
    ".tsv": load_table,
    ".txt": document(read_text),
    ".xhtml": document(read_html),
}

SUFFIXES = " ".join(LOADERS)
"""The suffixes of all files that can be read, as help and hints show them."""


def holds_records(path: Path) -> bool:
    """Whether each line or row of the file is an article."""
    return LOADERS.get(suffix_of(path)) in (load_json_lines, load_table)


def suffix_of(path: Path) -> str:
    """Return the suffix that decides who reads the file, in lower case: ".txt", ".jsonl.gz"."""
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    double = "".join(suffixes)
    return double if double in LOADERS else "".join(suffixes[-1:])
