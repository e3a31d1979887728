"""How much a worker process may use for one document."""

from dataclasses import dataclass

from nutgraf.indexer.errors import SourceError


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one document or one record may cost: seconds of computing, and megabytes of memory.

    `memory_mb` bounds the address space of a worker, its code and libraries included. A worker that computes
    nothing and says nothing, as on a file system that hangs, is stopped after `WAITING` times as long.
    The defaults are far above what files of a newsroom need; others were not compared.
    """

    seconds: float = 20.0
    memory_mb: int = 1000

    def __post_init__(self) -> None:
        if not LEAST_SECONDS <= self.seconds <= LONGEST_SECONDS:
            expected = f"{LEAST_SECONDS:g} to {LONGEST_SECONDS:,}"
            message = f"the limit of seconds is {self.seconds:g}, expected {expected}"
            raise SourceError(message, hint="20 is the default")
        if not LEAST_MEMORY_MB <= self.memory_mb <= MOST_MEMORY_MB:
            message = f"the limit of memory is {self.memory_mb} MB, expected {LEAST_MEMORY_MB} or more"
            raise SourceError(message, hint="1000 is the default")

    @property
    def too_long(self) -> str:
        """The reason for what was stopped."""
        return f"took longer than {self.seconds:g} s"

    @property
    def too_much_memory(self) -> str:
        """The reason for what needed more memory than there may be."""
        return f"needed more than {self.memory_mb:,} MB of memory"


LEAST_SECONDS = 0.1
LONGEST_SECONDS = 86_400
LEAST_MEMORY_MB = 300  # libraries and their threads reserve some 200 MB of addresses
MOST_MEMORY_MB = 1_000_000
WAITING = 5  # not measured
