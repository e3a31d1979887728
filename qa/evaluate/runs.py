"""Reads and writes TREC's runs (`query Q0 article rank score tag`), reads qrels (`query 0 article grade`)."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from nutgraf.indexer.errors import SourceError, StorageFailed
from nutgraf.qa.evaluate.questions import read_text
from nutgraf.qa.evaluate.ranking import token

RunRanking = Sequence[tuple[str, float]]
"""(article id, score) pairs, best first."""

MOST_GRADE = 1000
"""The highest grade that is read: trec_eval keeps a counter for every grade up to the highest."""

_TAG = "nutgraf"
_RUN_FIELDS, _QRELS_FIELDS, _BEIR_FIELDS = 6, 4, 3


def write_run(path: Path, rankings: Mapping[str, RunRanking]) -> None:
    """Write a run that every tool reads in our order; raises StorageFailed.

    A tool orders by score, some of them by float32, and ignores the rank: where scores are equal, or nearly,
    the later one is written as the next lower float32.
    """
    try:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for question, ranking in rankings.items():
                file.writelines(_lines(token(question), ranking))
    except OSError as error:
        raise StorageFailed(
            f"--run {path} cannot be written: {error.strerror}", hint="name a file in a folder that exists"
        ) from error


def _lines(question: str, ranking: RunRanking) -> Iterator[str]:
    highest = np.float32(np.inf)
    for rank, (article, score) in enumerate(ranking, start=1):
        highest = min(np.float32(score), np.nextafter(highest, np.float32(-np.inf)))
        yield f"{question} Q0 {token(article)} {rank} {highest:.9g} {_TAG}\n"


def read_run(path: Path) -> dict[str, list[tuple[str, float]]]:
    """Read a run, gzipped or not, ids as they are written; raises SourceError, naming the line.

    Ordered as trec_eval orders: by falling score, then by falling id; the rank is ignored.
    """
    scores_of: dict[str, dict[str, float]] = {}
    for number, line in _numbered(path):
        parts = line.split()
        if len(parts) != _RUN_FIELDS:
            raise _bad_run(path, number, f"has {len(parts)} fields, expected 6")
        question, _, article, _, score, _ = parts
        try:
            value = float(score)
        except ValueError:
            value = math.nan
        if math.isnan(value):
            raise _bad_run(path, number, f"has the score {score!r}, expected a number")
        if article in scores_of.setdefault(question, {}):
            raise _bad_run(path, number, f"has {article!r} a second time for the query {question!r}")
        scores_of[question][article] = value
    if not scores_of:
        raise SourceError(f"{path} holds no line of a run", hint=_RUN_HINT)
    return {
        question: sorted(scores.items(), key=lambda pair: (pair[1], pair[0]), reverse=True)
        for question, scores in scores_of.items()
    }


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Read qrels, gzipped or not: TREC's, or BEIR's three columns between tabs; raises SourceError.

    Ids are as `token` has them. A line that says the same a second time is nothing new.
    """
    grades: dict[str, dict[str, int]] = {}
    for number, line in _numbered(path):
        parts = line.split("\t") if line.count("\t") == _BEIR_FIELDS - 1 else line.split()
        if len(parts) not in {_BEIR_FIELDS, _QRELS_FIELDS}:
            raise _bad_qrels(path, number, f"has {len(parts)} fields, expected 4, or 3 between tabs")
        question, article, grade = token(parts[0].strip()), token(parts[-2].strip()), parts[-1].strip()
        if number == 1 and len(parts) == _BEIR_FIELDS and not grade.lstrip("+-").isdigit():
            continue  # BEIR's heading: query-id, corpus-id, score
        value = _grade(path, number, grade)
        if grades.setdefault(question, {}).setdefault(article, value) != value:
            raise _bad_qrels(path, number, f"gives {article!r} a second grade for the query {question!r}")
    if not grades:
        raise SourceError(f"{path} holds no line of qrels", hint=_QRELS_HINT)
    return grades


def _grade(path: Path, number: int, text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = MOST_GRADE + 1
    if abs(value) > MOST_GRADE:
        raise _bad_qrels(
            path, number, f"has the grade {text!r:.40}, expected a whole number up to {MOST_GRADE:,}"
        )
    return value


def _numbered(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, with their numbers."""
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            yield number, line


_RUN_HINT = "a run has `query Q0 article rank score tag` on each line"
_QRELS_HINT = "--qrels QRELS.txt with `query 0 article grade` on each line, or BEIR's .tsv"


def _bad_run(path: Path, number: int, why: str) -> SourceError:
    return SourceError(f"{path} line {number} is no line of a run: it {why}", hint=_RUN_HINT)


def _bad_qrels(path: Path, number: int, why: str) -> SourceError:
    return SourceError(f"{path} line {number} is no line of qrels: it {why}", hint=_QRELS_HINT)
