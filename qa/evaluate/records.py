"""The outcome of each question, and the file that keeps it, so that a run that was stopped can go on.

The file has JSON lines: the first says what made the answers, every other line is one `Record`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from nutgraf.indexer.errors import SourceError, StorageFailed
from nutgraf.qa.evaluate.metrics import is_right

_FORMAT = 4
_MARK = "nutgraf_eval"
_LONGEST_HEADER = 100_000  # characters; a longer first line is no header of ours
_CALLED = {"nutgraf": "the version of nutgraf", "code": "the sha256 of nutgraf's code"}
"""What people are told that a key of the header is, where its name does not say it."""

_HINT = "name another file with --per-question, or remove this one"


@dataclass(frozen=True, slots=True)
class Record:
    """The outcome of one question: `prediction` is the best guess, however unsure, "" where there is none.

    `source` is the id of the article that is quoted. The other fields depend on what is evaluated:

    - The reader alone: `score` is the guess's lead over "no answer" in logits; `answered` tells whether that
      lead is 0 or more.
    - The whole system: `score` is what answers are ordered by; `answered` tells whether the probability
      reaches the threshold in force. `without` tells whether the question is answered while its own article
      is hidden (None: that was not asked), `probability_without` is the best guess's probability then, and
      `right_without` tells whether that guess is right all the same: another article may say it, too.
    - Retrieval: `ranking` has the ids of the articles with the scores of their best passages, best first;
      `reread` has the articles of the passages that were read, by their best span. Nothing is predicted where
      only retrieval is evaluated.
    """

    id: str
    question: str
    gold_answers: Sequence[str]
    prediction: str = ""
    em: float = 0.0
    f1: float = 0.0
    score: float | None = None
    probability: float | None = None
    source: str | None = None
    answered: bool = False
    ranking: Sequence[tuple[str, float]] = ()
    reread: Sequence[str] = ()
    without: bool | None = None
    probability_without: float | None = None
    right_without: bool | None = None

    @property
    def right(self) -> bool:
        """Whether the guess counts as right; without a gold answer no guess does."""
        return is_right(self.f1, self.gold_answers)


_NONE = type(None)
_KEYS = {"gold_answers": "golds"}
"""What a field of a record is called in the file, where it is not called the same."""

_KINDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("id", "question", "prediction"), (str,)),
    **dict.fromkeys(("golds", "ranking", "reread"), (list,)),
    **dict.fromkeys(("em", "f1"), (float, int)),
    **dict.fromkeys(("score", "probability", "probability_without"), (float, int, _NONE)),
    "source": (str, _NONE),
    "answered": (bool,),
    **dict.fromkeys(("without", "right_without"), (bool, _NONE)),
}
"""What JSON has under each key of a record."""


class Journal:
    """The answers so far: in memory, and in a file if one is named. `done` has them by question id.

    `header` is all that an answer depends on. Entering reads what the file holds. It raises SourceError for a
    file of something else, or of answers with another header, and StorageFailed where the file cannot be read
    or written.
    """

    def __init__(self, path: Path | None, header: Mapping[str, Any]) -> None:
        self.done: dict[str, Record] = {}
        self._path = path
        self._header = json.loads(json.dumps({_MARK: _FORMAT, **header}))  # as it will be read again
        self._file: BinaryIO | None = None

    def __enter__(self) -> "Journal":
        if self._path is not None:
            try:
                self._file = self._opened(self._path)
            except OSError as error:
                raise _failed(self._path, error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, records: Sequence[Record]) -> None:
        """Keep the records; they are in the file when this returns."""
        self.done.update({record.id: record for record in records})
        if self._path is None or self._file is None:
            return
        try:
            self._file.writelines(_line(_row(record)) for record in records)
            self._file.flush()
        except OSError as error:
            raise _failed(self._path, error) from error

    def _opened(self, path: Path) -> BinaryIO:
        """Read the whole lines that are there, cut off a torn last one, and open the file for more."""
        if path.exists() and not path.is_file():
            raise SourceError(f"--per-question {path} is not a file", hint="--per-question answers.jsonl")
        content, head = path.read_bytes() if path.exists() else b"", _line(self._header)
        whole = content[: content.rfind(b"\n") + 1]
        if whole:
            self._read(path, whole.split(b"\n")[:-1])
        elif not head.startswith(content):
            raise SourceError(f"{path} holds something else than answers of nutgraf eval", hint=_HINT)
        file = path.open("ab")
        file.truncate(len(whole))
        file.write(b"" if whole else head)
        return file

    def _read(self, path: Path, lines: Sequence[bytes]) -> None:
        header = _header(path, lines[0])
        for name in self._header | header:
            was, now = header.get(name), self._header.get(name)
            if was != now:
                raise _made_otherwise(path, name, was, now)
        for number, line in enumerate(lines[1:], start=2):
            record = _record(_object(line))
            if record is None:
                raise SourceError(f"{path} line {number} is no answer of nutgraf eval", hint=_HINT)
            self.done[record.id] = record


def check_resumable(path: Path, task: str) -> None:
    """Raise at once what entering a journal of this task would raise, as far as its first line tells it."""
    try:
        with path.open("rb") as file:
            first = file.readline(_LONGEST_HEADER)
    except (FileNotFoundError, IsADirectoryError):
        return  # the journal says it better
    except OSError as error:
        raise _failed(path, error) from error
    was = _header(path, first).get("task", task) if first.endswith(b"\n") else task
    if was != task:
        raise _made_otherwise(path, "task", was, task)


def _header(path: Path, line: bytes) -> dict[str, Any]:
    header = _object(line)
    if header is None or _MARK not in header:
        raise SourceError(f"{path} holds something else than answers of nutgraf eval", hint=_HINT)
    return header


def _record(row: dict[str, Any] | None) -> Record | None:
    """Return the row as a record, None where it is not one."""
    if row is None or row.keys() != _KINDS.keys():
        return None
    fits = all(isinstance(row[name], kind) for name, kind in _KINDS.items())
    pairs = fits and all(
        isinstance(pair, list) and [type(value) for value in pair] in ([str, float], [str, int])
        for pair in row["ranking"]
    )
    words = fits and all(isinstance(text, str) for name in ("golds", "reread") for text in row[name])
    if not (pairs and words):
        return None
    fields = {key: field for field, key in _KEYS.items()}
    return Record(**{fields.get(key, key): value for key, value in row.items()})


def _row(record: Record) -> dict[str, Any]:
    return {_KEYS.get(field, field): value for field, value in asdict(record).items()}


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value).encode("ascii") + b"\n"


def _object(line: bytes) -> dict[str, Any] | None:
    """Return the JSON object of a line, None for anything else."""
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:60] + "…"  # noqa: PLR2004 - two of them fit a line or two


def _made_otherwise(path: Path, name: str, was: object, now: object) -> SourceError:
    changed = f"{_CALLED.get(name, name)} was {_short(was)} and is {_short(now)}"
    return SourceError(f"{path} holds answers made otherwise: {changed}", hint=_HINT)


def _failed(path: Path, error: OSError) -> StorageFailed:
    return StorageFailed(
        f"--per-question {path} cannot be written: {error.strerror}",
        hint="name a file in a folder that exists",
    )
