"""Which articles may be found: a range of days and a set of outlets. Every search applies it first."""

from dataclasses import dataclass
from datetime import date

_EPOCH = date(1970, 1, 1).toordinal()


def day_number(day: date) -> int:
    """Return days since 1970-01-01, the form in which dates are stored and compared."""
    return day.toordinal() - _EPOCH


def calendar_day(number: int) -> date:
    """Return the day of a number that `day_number` returned."""
    return date.fromordinal(number + _EPOCH)


@dataclass(frozen=True, slots=True)
class Filter:
    """The condition that an article must meet to be found; an empty filter lets every article pass.

    The days `first` and `last` are inclusive; an article without a date passes no filter by date. Outlets in
    `sources` are compared without regard to case. `as_of` is the day on which the question is asked: later
    articles are kept out, and articles that were new on that day are preferred.

    >>> Filter(first=date(2016, 1, 1), sources=("CNN",)).first_day
    16801
    """

    first: date | None = None
    last: date | None = None
    sources: tuple[str, ...] = ()
    as_of: date | None = None

    @property
    def first_day(self) -> int | None:
        """The first allowed day, as a number."""
        return None if self.first is None else day_number(self.first)

    @property
    def last_day(self) -> int | None:
        """The last allowed day, as a number."""
        return min((day_number(day) for day in (self.last, self.as_of) if day is not None), default=None)

    def without_preference(self) -> "Filter":
        """Return a filter that lets the same articles pass and prefers none of them."""
        last = min((day for day in (self.last, self.as_of) if day is not None), default=None)
        return Filter(self.first, last, self.sources)

    def __bool__(self) -> bool:
        """Whether anything is kept out."""
        return self != Filter()
