"""The loaders of all file types, by the suffix of the files.

A new format takes a module beside this one, a line in `LOADERS`, and its suffix in `suffixes`. Heavy parsers
are imported inside the functions that need them.
"""

from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from nutgraf.indexer.article import Article
from nutgraf.indexer.clean import normalise
from nutgraf.indexer.loaders.archives.archive import split_tar, split_zip
from nutgraf.indexer.loaders.archives.epub import split_epub
from nutgraf.indexer.loaders.archives.members import Split, read_parts, reason_of
from nutgraf.indexer.loaders.archives.warc import split_warc
from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate, assemble
from nutgraf.indexer.loaders.base import LoadOptions, Skipped, SourceFile, UnreadableError, read_bytes
from nutgraf.indexer.loaders.decode import decode
from nutgraf.indexer.loaders.mail.message import split_eml, split_mbox
from nutgraf.indexer.loaders.mail.mhtml import read_mhtml
from nutgraf.indexer.loaders.pages.html import read_html
from nutgraf.indexer.loaders.pdf.document import read_pdf
from nutgraf.indexer.loaders.records.json_document import load_json
from nutgraf.indexer.loaders.records.json_lines import load_json_lines
from nutgraf.indexer.loaders.records.parquet import load_parquet
from nutgraf.indexer.loaders.records.table import load_table
from nutgraf.indexer.loaders.suffixes import suffix_of
from nutgraf.indexer.loaders.texts.front_matter import split_front_matter
from nutgraf.indexer.loaders.texts.markdown import read_markdown
from nutgraf.indexer.loaders.texts.text import read_text
from nutgraf.indexer.loaders.word.docx import read_docx
from nutgraf.indexer.loaders.word.odt import read_odt
from nutgraf.indexer.loaders.word.rtf import read_rtf
from nutgraf.indexer.loaders.xml.document import split_xml

Loader: TypeAlias = Callable[[SourceFile, LoadOptions], Iterator[Article | Skipped]]
"""Yields the articles of a file, and what was skipped in it; raises UnreadableError for the whole file."""


_BEGIN_BYTES = 1000  # of a file, in which it shows what it is
RECORD_LOADERS: set[Loader] = {load_json, load_json_lines, load_parquet, load_table}
"""Loaders that count the records of a file, and can go on behind one of them."""


def document(read: Callable[[bytes, LoadOptions], ArticleDraft], *, dated_names: bool = False) -> Loader:
    """Return the loader of files that are one article each; `read` makes a draft of a file's bytes.

    With `dated_names` the day that a file's name begins with counts as one in a web address: site generators
    such as Jekyll make that of 2016-01-27-title.md.
    """

    def load_document(file: SourceFile, options: LoadOptions) -> Iterator[Article | Skipped]:
        draft = read(read_bytes(file, options), options)
        if dated_names:
            draft = replace(draft, dates=(*draft.dates, StatedDate(f"/{file.path.name}", "url")))
        if options.file_dates and (changed := _changed(file)):
            draft = replace(draft, dates=(*draft.dates, StatedDate(changed.isoformat(), "file")))
        yield assemble(draft, file=file, options=options)
        if draft.left_out:
            yield Skipped(file.origin, draft.left_out)

    return load_document


def _read_text_file(data: bytes, options: LoadOptions) -> ArticleDraft:
    """Return the article of a text file, which may be a page, RTF or Markdown that is called a text."""
    begin = data[:_BEGIN_BYTES].removeprefix(BOM_UTF8).lstrip().lower()
    if begin.startswith(b"{\\rtf"):
        return read_rtf(data, options)
    if begin.startswith((b"<!doctype html", b"<html")):
        return read_html(data, options)
    if begin.startswith((b"---", b"+++")) and split_front_matter(normalise(decode(data)))[0]:
        return read_markdown(data, options)
    return read_text(data, options)


def _changed(file: SourceFile) -> datetime | None:
    """Return when a file was last changed; a member of another file or a fetched copy may not say."""
    if file.outer is not None or file.address:
        return file.changed
    return datetime.fromtimestamp(file.path.stat().st_mtime, tz=UTC)


def records(split: Split) -> Loader:
    """Return the loader of files that hold several articles or documents; `split` yields them."""

    def load_records(file: SourceFile, options: LoadOptions) -> Iterator[Article | Skipped]:
        yield from read_parts(split(file, options), file, options, load, holds_records)

    RECORD_LOADERS.add(load_records)
    return load_records


LOADERS: dict[str, Loader] = {
    ".atom": records(split_xml),
    ".csv": load_table,
    ".docm": document(read_docx),
    ".docx": document(read_docx),
    ".dotm": document(read_docx),
    ".dotx": document(read_docx),
    ".eml": records(split_eml),
    ".epub": records(split_epub),
    ".fodt": document(read_odt),
    ".htm": document(read_html),
    ".html": document(read_html),
    ".json": load_json,
    ".jsonl": load_json_lines,
    ".jsonl.gz": load_json_lines,
    ".markdown": document(read_markdown, dated_names=True),
    ".mbox": records(split_mbox),
    ".md": document(read_markdown, dated_names=True),
    ".mht": document(read_mhtml),
    ".mhtml": document(read_mhtml),
    ".ndjson": load_json_lines,
    ".ndjson.gz": load_json_lines,
    ".parquet": load_parquet,
    ".odt": document(read_odt),
    ".ott": document(read_odt),
    ".pdf": document(read_pdf),
    ".rss": records(split_xml),
    ".rtf": document(read_rtf),
    ".tar": records(split_tar),
    ".tar.gz": records(split_tar),
    ".tgz": records(split_tar),
    ".tsv": load_table,
    ".txt": document(_read_text_file),
    ".warc": records(split_warc),
    ".warc.gz": records(split_warc),
    ".xhtml": document(read_html),
    ".xml": records(split_xml),
    ".zip": records(split_zip),
}


def holds_records(path: Path) -> bool:
    """Whether the file may hold several articles, each of which is counted."""
    return LOADERS.get(suffix_of(path)) in RECORD_LOADERS


def counts_lines(path: Path) -> bool:
    """Whether the records of the file are counted by the lines they stand in."""
    return LOADERS.get(suffix_of(path)) in (load_json_lines, load_table)


def load(file: SourceFile, options: LoadOptions | None = None) -> Iterator[Article | Skipped]:
    """Yield the articles of a file, and what was skipped in it, in the order of the file."""
    options = options or LoadOptions()
    reason = ""
    try:
        yield from _read(file, options)
    except (ImportError, MemoryError):
        raise  # a library is missing, or there is too little memory: the document is not at fault
    except Exception as error:  # noqa: BLE001 - parsers of untrusted files raise anything; the run goes on
        reason = reason_of(error)
    finally:
        file.position_bytes = file.size_bytes
    # In a file of many documents each reason is counted as a record: that of a document was counted with it.
    if reason and (file.outer is None or not holds_records(file.path) or file.is_next(file.line + 1)):
        yield Skipped(file.origin, reason)


def _read(file: SourceFile, options: LoadOptions) -> Iterator[Article | Skipped]:
    if file.size_bytes == 0:
        raise UnreadableError("empty file")
    suffix = suffix_of(file.path)
    if suffix not in LOADERS:
        raise UnreadableError(f"unsupported type {suffix}" if suffix else "unsupported type: no suffix")
    yield from LOADERS[suffix](file, options)
