"""The outcomes of a campaign: a line of JSON each in a file, so that a stopped campaign goes on."""

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.common import print_table

SHOWN = 20
"""How many failures are printed in full."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one fault: `kind` is its row in the table, `name` its column, `details` the why."""

    kind: str
    name: str
    details: str = ""


@dataclass(slots=True)
class Journal:
    """The outcomes so far, kept in the file `path` where there is one; the campaign ends at its bounds."""

    count: int
    seconds: float | None = None
    path: Path | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    _started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        if self.path is not None and self.path.exists():
            lines = self.path.read_text(encoding="utf-8").splitlines()
            self.outcomes = [Outcome(**json.loads(line)) for line in lines]

    @property
    def is_open(self) -> bool:
        """Whether the campaign goes on: fewer outcomes than wanted, and time is left."""
        in_time = self.seconds is None or time.monotonic() - self._started < self.seconds
        return in_time and len(self.outcomes) < self.count

    def add(self, outcome: Outcome) -> None:
        """Keep an outcome."""
        self.outcomes.append(outcome)
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(outcome)) + "\n")

    def show(self, title: str, fine: Sequence[str]) -> int:
        """Print a row for each kind, and the failures; return 1 where an outcome is not one of `fine`."""
        counts = Counter((outcome.kind, outcome.name) for outcome in self.outcomes)
        others = sorted({outcome.name for outcome in self.outcomes} - {*fine})
        columns = [*fine, *others]
        kinds = sorted({outcome.kind for outcome in self.outcomes})
        rows = [[kind, *(counts[kind, column] for column in columns)] for kind in kinds]
        rows.append(["all", *(sum(counts[kind, column] for kind in kinds) for column in columns)])
        print_table(f"{len(self.outcomes):,} {title}", ["", *columns], rows)
        failures = [outcome for outcome in self.outcomes if outcome.name in others]
        for failure in failures[:SHOWN]:
            print(f"{failure.kind}: {failure.name}: {failure.details}")
        print(f"{len(failures):,} failures in {time.monotonic() - self._started:,.0f} s")
        return 1 if failures else 0
