"""The outcome of a check of an archive, whichever engine keeps it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

CheckStatus: TypeAlias = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class IndexCheck:
    """The outcome of one check: `message` says what was seen, `advice` what to type or do, "" for nothing."""

    name: str
    status: CheckStatus
    message: str
    advice: str = ""
