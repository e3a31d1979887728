"""A lexical index: BM25 over texts with ids, be they passages or whole articles.

Tantivy is known here and in `indexer.terms` alone. Knows ids, texts, sources and days, and which files an
index consists of; does not know what a text is part of, nor SQLite. A question is analysed into terms, and
the terms are put together as a query object: its text never meets a query parser, so no character in it has
a special meaning. BM25 is that of Robertson and Zaragoza 2009, with tantivy's k1 = 1.2 and b = 0.75.

What the rest of the engine uses: `LexicalIndex` (`search`, `len`) reads; `update` writes, `share`
and `files` help to publish. `indexer.terms` makes the terms of texts and questions, for other engines, too.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from nutgraf.error import panics_as
from nutgraf.indexer.errors import IndexDamaged, StorageFailed
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.refusals import HINTS, refusal_number
from nutgraf.indexer.storage import Ids, Scores, by_score
from nutgraf.indexer.terms import ANALYZER, analyzer, joined_initials, question_terms

_META = "meta.json"
_REWRITTEN = frozenset({".json", ".lock"})
"""Suffixes of the files that tantivy rewrites in place; all others are written once."""

_TRIED = 2  # times as many hits are looked at, of which those up to a day are taken; not compared

_WRITER_BYTES = 64_000_000  # not measured; tantivy takes at least 15 MB a thread
_SCORE_DIGITS = 4  # single precision is exact to six or seven digits, before a sum varies


@cache
def _schema() -> Any:  # noqa: ANN401
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_text_field("text", tokenizer_name=ANALYZER, index_option="freq")
    builder.add_text_field("source", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("day", indexed=True, fast=True)
    return builder.build()


def _open(folder: Path) -> Any:  # noqa: ANN401
    import tantivy

    index = tantivy.Index(_schema(), path=str(folder))
    index.register_tokenizer(ANALYZER, analyzer())
    return index


def update(
    folder: Path, removed: Sequence[int], added: Iterable[tuple[int, str, str | None, int | None]]
) -> None:
    """Remove texts by id, add (id, text, source, day), and commit; an empty folder becomes an index.

    Raises StorageFailed, and IndexDamaged where tantivy panics at the files that were there before.
    """
    try:
        with panics_as(partial(_damaged, folder)):
            index = _open(folder)
            # One thread: segments, and with them the order of equal scores, are the same every time.
            writer = index.writer(_WRITER_BYTES, 1)
            for number in removed:
                writer.delete_documents_by_term("id", number)
            for document in added:
                writer.add_document(_document(*document))
            writer.commit()
            writer.wait_merging_threads()
    except (ValueError, OSError) as error:
        raise _refused(folder, error) or StorageFailed(
            f"{folder} cannot be written: {error}", hint="check the disk's free space"
        ) from error


def _document(number: int, text: str, source: str | None, day: int | None) -> Any:  # noqa: ANN401
    import tantivy

    document = tantivy.Document()
    document.add_integer("id", number)
    document.add_text("text", joined_initials(text))
    if source is not None:
        document.add_text("source", source.casefold())
    if day is not None:
        document.add_integer("day", day)
    return document


def share(source: Path, target: Path) -> None:
    """Make the empty folder `target` the same index as `source`; what is written once is shared by links.

    Both can be changed from then on, each without the other. Raises OSError.
    """
    for path in source.iterdir():
        if path.suffix in _REWRITTEN or path.name.startswith("."):
            shutil.copyfile(path, target / path.name)
            continue
        try:
            os.link(path, target / path.name)
        except OSError:  # a file system without hard links
            shutil.copyfile(path, target / path.name)


def files(folder: Path) -> list[Path]:
    """Return the files of an index, sorted, without its locks."""
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix != ".lock")


class LexicalIndex:
    """A written lexical index, opened read-only.

    Raises IndexDamaged for files that tantivy cannot read, when it is opened or searched, and StorageFailed
    where a folder that may only be read needs a temporary one beside it, and none can be made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if not (folder / _META).is_file():
            raise IndexDamaged(f"{folder} is not there or has no {_META}", hint=_rebuild_hint(folder))
        with _damage_named(folder), _lockable(folder) as here:
            self._searcher = _open(here).searcher()  # maps all files

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(
        self, question: str, k: int, allow: Filter, among: Sequence[int] | None = None
    ) -> tuple[Ids, Scores]:
        """Return ids and BM25 scores of the `k` best texts, best first, ties by id.

        With `among`, of the texts with these ids only; what a word is worth depends on all texts.
        """
        terms = question_terms(question)
        if not terms or not k:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        with _damage_named(self._folder):
            hits = None if among is not None else self._until(terms, k, allow)
            if hits is None:
                hits = self._searcher.search(_query(terms, allow, among), limit=k, count=False).hits
            ids = self._searcher.fast_field_values("id", [address for _, address in hits])
        # Rounded, because the order in which a score's terms are summed varies in the last bits.
        scores: npt.NDArray[np.float32] = np.array([score for score, _ in hits], np.float32).round(
            _SCORE_DIGITS
        )
        return by_score(np.array(ids, np.int64), scores)

    def _until(self, terms: Sequence[str], k: int, allow: Filter) -> list[Any] | None:
        """Return the `k` best hits up to a day, if nearly all texts pass; None where that is to be searched.

        A filter changes no score: the best that pass are the first that pass of all. Within a query a range
        of days makes tantivy score every text that has a term, where it otherwise passes over most of them.
        """
        last = allow.last_day
        if last is None or allow.first_day is not None or allow.sources:
            return None
        limit = _TRIED * k
        hits = self._searcher.search(_query(terms, Filter(), None), limit=limit, count=False).hits
        days = self._searcher.fast_field_values("day", [address for _, address in hits])
        passing = [hit for hit, day in zip(hits, days, strict=True) if day is not None and day <= last]
        return passing[:k] if len(passing) >= k or len(hits) < limit else None

    def matching(self, words: str, allow: Filter) -> dict[int, float] | None:
        """Return id -> BM25 score of the texts that have every one of the words; None where there are none.

        Stop words are no words: they stand everywhere.
        """
        terms = question_terms(words)
        if not terms:
            return None
        query = _query(terms, allow, None, every=True)
        with _damage_named(self._folder):
            hits = self._searcher.search(query, limit=max(1, len(self)), count=False).hits
            ids = self._searcher.fast_field_values("id", [address for _, address in hits])
        return dict(zip(ids, (float(score) for score, _ in hits), strict=True))


@contextmanager
def _damage_named(folder: Path) -> Iterator[None]:
    """Raise IndexDamaged where tantivy fails or panics at the files in the folder."""
    try:
        with panics_as(partial(_damaged, folder)):
            yield
    except (ValueError, OSError) as error:
        raise _refused(folder, error) or _damaged(folder, str(error)) from error


def _refused(folder: Path, error: Exception) -> StorageFailed | None:
    """Return the error to raise where not the files are at fault, but the system that refuses them."""
    number = refusal_number(error)
    if number is None:
        return None
    return StorageFailed(f"{folder}: the system refuses: {os.strerror(number)}", hint=HINTS[number])


def _damaged(folder: Path, message: str) -> IndexDamaged:
    return IndexDamaged(f"{folder} cannot be read: {message}", hint=_rebuild_hint(folder))


def _rebuild_hint(folder: Path) -> str:
    return f"nutgraf index --rebuild --index {folder.parents[1]}"


@contextmanager
def _lockable(folder: Path) -> Iterator[Path]:
    """Yield the folder; of one that may only be read, links to its files: tantivy locks what it opens."""
    if os.access(folder, os.W_OK):
        yield folder
        return
    with _temporary_folder(folder) as links:
        for file in files(folder.resolve()):
            (links / file.name).symlink_to(file)
        yield links


@contextmanager
def _temporary_folder(wanted_by: Path) -> Iterator[Path]:
    try:
        temporary = TemporaryDirectory(prefix="nutgraf-")
    except OSError as error:
        raise StorageFailed(
            f"{wanted_by} may only be read, and no temporary folder for links to its files could be made:"
            f" {error.strerror or error}",
            hint="name a folder that you may write to: TMPDIR=/path/to/folder nutgraf ...",
        ) from error
    with temporary as name:
        yield Path(name)


def _query(terms: Sequence[str], allow: Filter, among: Sequence[int] | None, *, every: bool = False) -> Any:  # noqa: ANN401
    import tantivy

    query, occur, schema = tantivy.Query, tantivy.Occur, _schema()
    wanted = occur.Must if every else occur.Should
    holders = query.boolean_query(
        [(wanted, query.term_query(schema, "text", term, index_option="freq")) for term in terms]
    )
    limits = []
    first, last = allow.first_day, allow.last_day
    if first is not None or last is not None:
        limits.append(query.range_query(schema, "day", tantivy.FieldType.Integer, first, last))
    if allow.sources:
        limits.append(query.term_set_query(schema, "source", [s.casefold() for s in allow.sources]))
    if among is not None:
        limits.append(query.term_set_query(schema, "id", list(among)))
    if not limits:
        return holders
    # A constant score of zero: filters say which passages may be found, never how good they are.
    silent = [(occur.Must, query.const_score_query(limit, 0.0)) for limit in limits]
    return query.boolean_query([(occur.Must, holders), *silent])
