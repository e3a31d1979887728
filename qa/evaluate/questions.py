"""A question with its gold answers, and what all files of questions share. Knows JSON; not who answers."""

import gzip
import json
import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from nutgraf.indexer.errors import SourceError
from nutgraf.indexer.filters import Filter

_GZIP = b"\x1f\x8b"
_SEED = 0
BATCH = 32
"""Questions whose passages are read together, and whose answers are kept together.

docs/log.md, 2026-11-22, "batches, early stop, calibration features": larger calls hardly gain time, and what
is not kept yet is lost when a run is stopped.
"""

HINT = "nutgraf eval --help shows what can: SQuAD, news questions, a BEIR folder, queries or a TREC run"


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question and its gold answers; a question without any has no answer."""

    id: str
    text: str
    gold_answers: tuple[str, ...]

    @property
    def allow(self) -> Filter:
        """The filter that the question is asked with; it lets all articles pass."""
        return Filter()

    @property
    def use_time(self) -> bool:
        """Whether the time that the question names is read."""
        return True

    @property
    def relevant(self) -> Mapping[str, Mapping[str, int]]:
        """The articles that retrieval should return: their ids and grades, by the name of their label."""
        return {}


QuestionT = TypeVar("QuestionT", bound=GoldQuestion)
ParsedT = TypeVar("ParsedT")


def batches(questions: Sequence[QuestionT]) -> Iterator[Sequence[QuestionT]]:
    """Yield the questions in order, `BATCH` at a time, the last time what is left."""
    for first in range(0, len(questions), BATCH):
        yield questions[first : first + BATCH]


def sample(questions: Sequence[QuestionT], count: int | None) -> list[QuestionT]:
    """Return `count` of the questions, drawn with a fixed seed; all, in order, when there are no more."""
    if count is None or count >= len(questions):
        return list(questions)
    return random.Random(_SEED).sample(questions, count)


def read_text(path: Path) -> str:
    """Return the file's UTF-8 text, unpacked if it is gzipped; raises SourceError."""
    try:
        raw = path.read_bytes()
        return (gzip.decompress(raw) if raw.startswith(_GZIP) else raw).decode("utf-8-sig")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise not_readable(path, f"its gzip data is damaged: {error}") from error
    except OSError as error:
        raise not_readable(path, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise not_readable(path, f"it is not UTF-8 text: {error.reason} at byte {error.start:,}") from error


def parse_json(path: Path, text: str, line: int | None = None) -> Any:  # noqa: ANN401 - any JSON value
    """Return the JSON value of a file, or of one of its lines; raises SourceError."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        where = "it" if line is None else f"line {line}"
        raise not_readable(path, f"{where} is not JSON: {error}") from error


def json_lines(path: Path, parse: Callable[[Any, int], ParsedT]) -> Iterator[ParsedT]:
    """Yield what `parse` makes of each line's JSON value and number; raises SourceError, naming the line."""
    # Not splitlines: inside a JSON string stand characters that it would take for ends of lines.
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        record = parse_json(path, line, number)
        try:
            yield parse(record, number)
        except KeyError as error:
            raise not_readable(path, f"line {number} lacks {error}") from error
        except (TypeError, AttributeError) as error:
            raise not_readable(path, f"line {number} has another shape: {error}") from error


def checked_questions(path: Path, questions: Sequence[GoldQuestion]) -> None:
    """Raise SourceError unless there is a question, and no id stands for two of them."""
    if not questions:
        raise not_readable(path, "it holds no question")
    name, count = Counter(q.id for q in questions).most_common(1)[0]
    if count > 1:
        raise not_readable(path, f"{count} of its questions have the id {name!r}")


def string(value: object) -> str:
    """Return a JSON string; raises TypeError for anything else."""
    if not isinstance(value, str):
        raise TypeError(f"expected a string, found {json.dumps(value)[:40]}")
    return value


def not_readable(path: Path, why: str) -> SourceError:
    """Return the error for a file whose questions cannot be read."""
    return SourceError(f"{path} cannot be evaluated: {why}", hint=HINT)
