"""What can be chosen from outside; every door fills in the same object."""

import os
from dataclasses import dataclass
from pathlib import Path

DEFAULT_INDEX = ".nutgraf"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the index is, which models (None: those in the box), how many threads (None: all cores)."""

    index: Path = Path(DEFAULT_INDEX)
    encoder: str | None = None
    reader: str | None = None
    threads: int | None = None
    windows: int | None = None

    @property
    def thread_count(self) -> int:
        """Threads for the models: as given, else the cores this process may use."""
        if self.threads is not None:
            return self.threads
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
