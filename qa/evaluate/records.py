"""What came of each question, and the file that keeps it, so that a run that was stopped can go on.

A file of JSON lines: the first says what made the answers, every other is one `Record`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from nutgraf.indexer.errors import SourceError, StorageFailed
from nutgraf.qa.evaluate.metrics import RIGHT_F1

_FORMAT = 4
_MARK = "nutgraf_eval"
_LONGEST_HEADER = 100_000
_HINT = "name another file with --per-question, or remove this one"


@dataclass(frozen=True, slots=True)
class Record:
    """One question's outcome: `prediction` is the best guess, however unsure, "" where there is none.

    For a reader alone, `score` is the guess's lead over "no answer" in logits, and `answered` whether it has
    one. For the whole system, `score` is what ranks answers, `answered` whether the probability reaches the
    threshold in force, `without` whether the question is answered when its own article is hidden (None: not
    asked), `probability_without` the best guess's probability then, and `right_without` whether that guess is
    right all the same: another article may say it, too. `source` is the article quoted. `ranking` has the
    articles that retrieval found and their scores, best first, an article standing where its best passage
    stands; `reread` the articles of the passages that were read, by their best span. Where only retrieval is
    measured nothing is predicted.
    """

    id: str
    question: str
    golds: Sequence[str]
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
        """Whether the guess counts as right; where there is no answer, none does."""
        return bool(self.golds) and self.f1 >= RIGHT_F1


_NONE = type(None)
_KINDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("id", "question", "prediction"), (str,)),
    **dict.fromkeys(("golds", "ranking", "reread"), (list,)),
    **dict.fromkeys(("em", "f1"), (float, int)),
    **dict.fromkeys(("score", "probability", "probability_without"), (float, int, _NONE)),
    "source": (str, _NONE),
    "answered": (bool,),
    **dict.fromkeys(("without", "right_without"), (bool, _NONE)),
}
"""What JSON has for each field of a record."""


class Journal:
    """The answers so far: in memory, and in a file if one is named. `done` has them by question id.

    `header` is all that an answer depends on. Entering reads what the file holds. Raises SourceError for one
    that holds something else, or answers of another header; StorageFailed where it cannot be read or written.
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
            self._file.writelines(_line(asdict(record)) for record in records)
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
        found = _header(path, lines[0])
        for name in self._header | found:
            was, now = found.get(name), self._header.get(name)
            if was != now:
                raise _made_otherwise(path, name, was, now)
        for number, line in enumerate(lines[1:], start=2):
            record = _record(_object(line))
            if record is None:
                raise SourceError(f"{path} line {number} is no answer of nutgraf eval", hint=_HINT)
            self.done[record.id] = record


def check_resumable(path: Path, task: str) -> None:
    """Raise at once what entering a journal of this task would, as far as its first line can tell."""
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
    found = _object(line)
    if found is None or _MARK not in found:
        raise SourceError(f"{path} holds something else than answers of nutgraf eval", hint=_HINT)
    return found


def _record(row: dict[str, Any] | None) -> Record | None:
    """Return the record that the row is, None where it is none."""
    if row is None or row.keys() != _KINDS.keys():
        return None
    fits = all(isinstance(row[name], kind) for name, kind in _KINDS.items())
    pairs = fits and all(
        isinstance(pair, list) and [type(value) for value in pair] in ([str, float], [str, int])
        for pair in row["ranking"]
    )
    words = fits and all(isinstance(text, str) for name in ("golds", "reread") for text in row[name])
    return Record(**row) if pairs and words else None


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
    changed = f"{name} was {_short(was)} and is {_short(now)}"
    return SourceError(f"{path} holds answers made otherwise: {changed}", hint=_HINT)


def _failed(path: Path, error: OSError) -> StorageFailed:
    return StorageFailed(
        f"--per-question {path} cannot be written: {error.strerror}",
        hint="name a file in a folder that exists",
    )
