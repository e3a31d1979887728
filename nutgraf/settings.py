"""What can be chosen from outside; every door fills in the same object."""

from dataclasses import dataclass
from pathlib import Path

DEFAULT_INDEX = ".nutgraf"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the index is, which models (None: those in the box), how many threads (None: the cores).

    `profile` names how much is done for a question (`qa.profiles`); `windows` passages are read, if not None.
    """

    index: Path = Path(DEFAULT_INDEX)
    encoder: str | None = None
    reader: str | None = None
    threads: int | None = None
    windows: int | None = None
    profile: str | None = None
