"""A lexical index: BM25 over texts with ids, be they passages or whole articles. The one home of tantivy.

Knows ids, texts, sources and days; does not know what a text is part of, nor SQLite. A question is analysed
into terms and put together as a query object: its text never meets a query parser, so no character in it has
a meaning. BM25 as in Robertson and Zaragoza 2009, with tantivy's k1 = 1.2 and b = 0.75.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.embedded.vectors import Ids, Scores, by_score
from nutgraf.indexer.errors import IndexDamaged, StorageFailed
from nutgraf.indexer.filters import Filter

ANALYZER = "nutgraf_en_3"
"""Goes into the manifest: an index whose terms or texts were made otherwise must be rebuilt."""

TITLE_TIMES = 3
"""How often its title stands in front of a text: a word of a title says more of what it is about."""

MAX_TERMS = 64
_WRITER_BYTES = 64_000_000
_SCORE_DIGITS = 4
_INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}")

STOP_WORDS = (  # noqa: SIM905 - a list of words reads better as text
    "a about an and are as at be been but by can could did do does for from had has have he her his "
    "how i if in into is it its me my no not of on or our she so such than that the their them then "
    "there these they this d ll re s t ve to was we were what when where which who whom whose why "
    "will with would you your"
).split()


@cache
def _analyzer() -> Any:  # noqa: ANN401 - tantivy ships no types
    import tantivy

    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.remove_long(40),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.custom_stopword(STOP_WORDS),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()


def joined_initials(text: str) -> str:
    """Write "U.S." as "US": newsrooms disagree on the full stops, and one letter alone is no term."""
    return _INITIALS.sub(lambda match: match[0].replace(".", ""), text)


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
    index.register_tokenizer(ANALYZER, _analyzer())
    return index


def update(
    folder: Path, removed: Sequence[int], added: Iterable[tuple[int, str, str | None, int | None]]
) -> None:
    """Remove texts by id, add (id, text, source, day), and commit; an empty folder becomes an index."""
    try:
        index = _open(folder)
        # One thread: segments, and with them the order of equal scores, are the same every time.
        writer = index.writer(_WRITER_BYTES, 1)
        for number in removed:
            writer.delete_documents_by_term("id", number)
        for text in added:
            writer.add_document(_document(*text))
        writer.commit()
        writer.wait_merging_threads()
    except (ValueError, OSError) as error:
        raise StorageFailed(
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


class LexicalIndex:
    """A written lexical index, opened read-only."""

    def __init__(self, folder: Path) -> None:
        hint = f"nutgraf index --rebuild --index {folder.parents[1]}"
        if not (folder / "meta.json").is_file():
            raise IndexDamaged(f"{folder} is not there or has no meta.json", hint=hint)
        try:
            with _lockable(folder) as here:
                self._searcher = _open(here).searcher()  # maps all files
        except (ValueError, OSError) as error:
            raise IndexDamaged(f"{folder} cannot be read: {error}", hint=hint) from error

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(
        self, question: str, k: int, allow: Filter, among: Sequence[int] | None = None
    ) -> tuple[Ids, Scores]:
        """Return ids and BM25 scores of the `k` best texts, best first, ties by id.

        With `among`, of the texts with these ids only; what a word is worth depends on all texts.
        """
        terms = list(dict.fromkeys(_analyzer().analyze(joined_initials(question))))[:MAX_TERMS]
        if not terms or not k:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        hits = self._searcher.search(_query(terms, allow, among), limit=k, count=False).hits
        ids = self._searcher.fast_field_values("id", [address for _, address in hits])
        # Rounded, because the order in which a score's terms are summed varies in the last bits.
        scores: npt.NDArray[np.float32] = np.array([score for score, _ in hits], np.float32).round(
            _SCORE_DIGITS
        )
        return by_score(np.array(ids, np.int64), scores)


@contextmanager
def _lockable(folder: Path) -> Iterator[Path]:
    """Yield the folder; of one that may only be read, links to its files: tantivy locks what it opens."""
    if os.access(folder, os.W_OK):
        yield folder
        return
    with TemporaryDirectory(prefix="nutgraf-") as links:
        for file in folder.resolve().iterdir():
            if file.suffix != ".lock":
                (Path(links) / file.name).symlink_to(file)
        yield Path(links)


def _query(terms: Sequence[str], allow: Filter, among: Sequence[int] | None) -> Any:  # noqa: ANN401
    import tantivy

    query, occur, schema = tantivy.Query, tantivy.Occur, _schema()
    wanted = query.boolean_query(
        [(occur.Should, query.term_query(schema, "text", term, index_option="freq")) for term in terms]
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
        return wanted
    # A constant score of nothing: filters say which passages may be found, never how good they are.
    silent = [(occur.Must, query.const_score_query(limit, 0.0)) for limit in limits]
    return query.boolean_query([(occur.Must, wanted), *silent])
