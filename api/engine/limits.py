"""How much work one engine takes on at once, and the error for work that it has no room for."""

from dataclasses import dataclass
from typing import ClassVar

from nutgraf.qa.errors import QAError


class Busy(QAError):
    """More work waits than can be done soon; the caller may try again after `retry_after_s` seconds."""

    code = "busy"
    retry_after_s: ClassVar[int] = 1


def busy(reason: str) -> Busy:
    """Return the error for a caller who may try again soon."""
    return Busy(reason, hint=f"try again in {Busy.retry_after_s} s")


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """The numbers of an engine.

    At most `waiting` questions wait, and `workers` threads answer up to `batch` of them together. `others`
    bounds the requests that are no questions, such as searches and articles; `writes` bounds the changes of
    the archive that wait.

    `batch` and `workers` were chosen in docs/log.md, 2026-11-22, "the HTTP server". The other numbers were
    not measured: they bound the memory of waiting requests.
    """

    waiting: int = 64
    batch: int = 4
    workers: int = 2
    others: int = 64
    writes: int = 16
