"""Tells which kind of benchmark a path is, by its content; its name decides only where that does not."""

import gzip
import json
import zlib
from pathlib import Path
from typing import Any, Literal

from nutgraf.qa.evaluate.questions import not_readable

BenchmarkFormat = Literal["squad", "news", "queries", "beir", "run"]

_HEAD_BYTES = 65_536
_RUN_FIELDS, _QRELS_FIELDS = 6, 4


def kind_of(path: Path) -> BenchmarkFormat:
    """Return the kind of a file or folder; raises SourceError where it is none of them.

    A folder is BEIR's. A file whose first line is a JSON object holds news questions (`question`), or queries
    (`text`); a first line of six words, the fifth a number, is that of a run; all else that begins as JSON is
    SQuAD's.
    """
    if path.is_dir():
        return "beir"
    head = _head(path).lstrip()
    line = head.split("\n", 1)[0]
    words = line.split()
    first = _object(line)
    if first is not None and "data" not in first:
        if "question" not in first and "text" in first:
            return "queries"
        return "news"
    if path.name.endswith((".jsonl", ".jsonl.gz")):  # also a first line too long for the head
        return "news"
    if head.startswith("{") or path.name.endswith((".json", ".json.gz")):
        return "squad"
    if len(words) == _RUN_FIELDS and _is_number(words[4]):
        return "run"
    if len(words) == _QRELS_FIELDS and _is_number(words[3]):
        raise not_readable(path, "it holds qrels, which are given with --qrels beside a run or queries")
    raise not_readable(path, f"it is of no kind that is known; it begins with {line[:40]!r}")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _object(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _head(path: Path) -> str:
    """Return the beginning of the file; whoever reads all of it reports bytes that cannot be decoded."""
    try:
        with path.open("rb") as file:
            if file.read(2) == b"\x1f\x8b":
                file.seek(0)
                with gzip.open(file) as unpacked:
                    raw = unpacked.read(_HEAD_BYTES)
            else:
                file.seek(0)
                raw = file.read(_HEAD_BYTES)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise not_readable(path, f"its gzip data is damaged: {error}") from error
    except OSError as error:
        raise not_readable(path, error.strerror or str(error)) from error
    return raw.decode("utf-8-sig", "replace")
