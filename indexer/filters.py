"""Which articles may be found: a range of days and a set of outlets. Applied before every search."""

from dataclasses import dataclass
from datetime import date

_EPOCH = date(1970, 1, 1).toordinal()


def day_number(day: date) -> int:
    """Return days since 1970-01-01, the form in which dates are stored and compared."""
    return day.toordinal() - _EPOCH


@dataclass(frozen=True, slots=True)
class Filter:
    """Days are inclusive; an article without a date passes no date filter. Outlets ignore case."""

    first: date | None = None
    last: date | None = None
    sources: tuple[str, ...] = ()

    @property
    def first_day(self) -> int | None:
        """The first allowed day, as a number."""
        return None if self.first is None else day_number(self.first)

    @property
    def last_day(self) -> int | None:
        """The last allowed day, as a number."""
        return None if self.last is None else day_number(self.last)

    def __bool__(self) -> bool:
        """Whether anything is kept out."""
        return self.first is not None or self.last is not None or bool(self.sources)
