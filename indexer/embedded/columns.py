"""The days and outlets of a segment's passages, beside its vectors: a filter becomes a mask over the rows.

Knows two numbers a passage and the names of outlets; does not know vectors, nor SQLite. A mask takes a
millisecond a million passages, where SQLite takes half a second to list those that pass.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.errors import IndexDamaged, StorageFailed
from nutgraf.indexer.filters import Filter

_NO_DAY = np.iinfo(np.int32).min
_NO_OUTLET = -1

Mask = npt.NDArray[np.bool_]
"""Which rows pass, bool (n,)."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Days (n,) as `day_number` has them, and outlets (n,) as places in `names`, which are casefolded."""

    days: npt.NDArray[np.int32]
    outlets: npt.NDArray[np.int32]
    names: tuple[str, ...]

    @classmethod
    def of(cls, rows: Iterable[tuple[int | None, str | None]]) -> Self:
        """Return the columns of (day, casefolded outlet) a passage, None for what is not known."""
        days: list[int] = []
        outlets: list[int] = []
        places: dict[str, int] = {}
        for day, outlet in rows:
            days.append(_NO_DAY if day is None else day)
            outlets.append(_NO_OUTLET if outlet is None else places.setdefault(outlet, len(places)))
        return cls(np.array(days, np.int32), np.array(outlets, np.int32), tuple(places))

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `write` wrote; raises IndexDamaged."""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                names = tuple(json.loads(arrays["names"].tobytes()))
                return cls(arrays["days"], arrays["outlets"], names)
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            raise IndexDamaged(
                f"{path} cannot be read: {error}", hint=f"nutgraf index --rebuild --index {path.parent}"
            ) from error

    def write(self, path: Path) -> None:
        """Write the columns as one file; raises StorageFailed where the disk says no."""
        names = np.frombuffer(json.dumps(self.names).encode(), np.uint8)
        try:
            with path.open("wb") as file:
                np.savez(file, days=self.days, outlets=self.outlets, names=names)
        except OSError as error:
            raise StorageFailed(
                f"{path} cannot be written: {error.strerror or error}", hint="check the disk's free space"
            ) from error

    def passing(self, allow: Filter) -> Mask:
        """Return the rows that pass the filter; a passage without a day passes no filter by days."""
        mask: Mask = np.ones(len(self.days), np.bool_)
        first, last = allow.first_day, allow.last_day
        if first is not None or last is not None:
            mask = self.days >= (_NO_DAY + 1 if first is None else first)
        if last is not None:
            mask &= self.days <= last
        if allow.sources:
            wanted = {source.casefold() for source in allow.sources}
            # The last place is that of no outlet: -1 leads there.
            mask &= np.array([*(name in wanted for name in self.names), False])[self.outlets]
        return mask
