"""Reads BEIR's folders and queries (Thakur et al. 2021, arXiv 2104.08663), and which articles are relevant.

A folder holds `corpus.jsonl` ({"_id", "title", "text"}), `queries.jsonl` ({"_id", "text"}) and
`qrels/SPLIT.tsv` (query-id, corpus-id, score, between tabs). There are no gold answers.
"""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from nutgraf.indexer.article import Article
from nutgraf.indexer.clean import storable
from nutgraf.indexer.errors import SourceError
from nutgraf.qa.evaluate.questions import GoldQuestion, checked_questions, json_lines, not_readable, string
from nutgraf.qa.evaluate.ranking import token
from nutgraf.qa.evaluate.runs import read_qrels

RELEVANT = ""
"""The label of articles that qrels name. There is no other, so the names of figures leave it out."""

_LAYOUT = "a BEIR folder holds corpus.jsonl, queries.jsonl and qrels/test.tsv (another with --split)"


@dataclass(frozen=True, slots=True)
class JudgedQuery(GoldQuestion):
    """A question without gold answers, and the grades of the articles that were judged for it."""

    grades: Mapping[str, int]

    @property
    def relevant(self) -> Mapping[str, Mapping[str, int]]:
        """The grades of the qrels, ids as in a TREC file."""
        return {RELEVANT: self.grades}


@dataclass(frozen=True, slots=True)
class BeirFolder:
    """A BEIR folder: the queries that were judged, the `files` they are from, and the file of the corpus."""

    queries: list[JudgedQuery]
    corpus: Path
    files: tuple[Path, Path]


def load_beir(path: Path, split: str) -> BeirFolder:
    """Read the queries and one split's qrels of a folder; raises SourceError."""
    corpus, queries = _there(path, "corpus.jsonl"), _there(path, "queries.jsonl")
    files = [*path.glob("qrels/*.tsv.gz"), *path.glob("qrels/*.tsv")]
    splits = {file.name.removesuffix(".gz").removesuffix(".tsv"): file for file in sorted(files)}
    if split not in splits:
        known = ", ".join(splits) or "none"
        raise SourceError(f"{path} has no qrels/{split}.tsv; splits there are: {known}", hint=_LAYOUT)
    qrels = splits[split]
    return BeirFolder(load_queries(queries, qrels), corpus, (queries, qrels))


def _there(folder: Path, name: str) -> Path:
    for file in (folder / name, folder / f"{name}.gz"):
        if file.is_file():
            return file
    raise SourceError(f"{folder} is no BEIR folder: it lacks {name}", hint=_LAYOUT)


def load_queries(path: Path, qrels: Path) -> list[JudgedQuery]:
    """Read queries ({"_id" or "id", "text"} a line), keep those that the qrels judge; raises SourceError."""
    grades = read_qrels(qrels)
    every = [*json_lines(path, lambda record, _: _query(record, grades))]
    checked_questions(path, every)
    judged = [query for query in every if query.grades]
    if not judged:
        ids = f"{path} has ids as {every[0].id!r:.40}, {qrels} as {next(iter(grades))!r:.40}"
        raise SourceError(f"no query is in the qrels: {ids}", hint="qrels of the same benchmark and split")
    return judged


def _query(record: Any, grades: Mapping[str, Mapping[str, int]]) -> JudgedQuery:  # noqa: ANN401 - JSON
    name = _id(record)
    return JudgedQuery(name, string(record["text"]), (), grades.get(token(name), {}))


def _id(record: Any) -> str:  # noqa: ANN401 - JSON
    name = string(record["_id"] if "_id" in record or "id" not in record else record["id"])
    if not name:
        raise TypeError("its id is empty")
    return name


def corpus_articles(path: Path) -> Iterator[Article]:
    """Yield a corpus file's articles one by one, gzipped or not; raises SourceError, naming the line.

    A document with a title alone has it as its text: some of BEIR's archives have nothing else.
    """
    try:
        with _opened(path) as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _article(path, number, line)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise not_readable(path, f"its gzip data is damaged: {error}") from error
    except OSError as error:
        raise not_readable(path, error.strerror or str(error)) from error


def _opened(path: Path) -> BinaryIO | gzip.GzipFile:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")


def _article(path: Path, number: int, line: bytes) -> Article:
    try:
        record = json.loads(line.decode("utf-8-sig"))
        title, text = (storable(string(record.get(name) or "")).strip() for name in ("title", "text"))
        return Article(id=storable(_id(record)), title=title if text else "", text=text or title)
    except KeyError as error:
        raise not_readable(path, f"line {number} lacks {error}") from error
    except (ValueError, RecursionError) as error:
        raise not_readable(path, f"line {number} is not JSON: {error}") from error
    except (TypeError, AttributeError) as error:
        raise not_readable(path, f"line {number} has another shape: {error}") from error
