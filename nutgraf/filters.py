"""Makes filters from options: days as text or as values, and names of outlets."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from nutgraf.errors import BadOption
from nutgraf.indexer.clean import storable
from nutgraf.indexer.filters import Filter

if TYPE_CHECKING:
    from nutgraf.indexer.days import DayRange

Day = str | date
"""Text as people write it ("2016-01-27", "2016", "last week"), a date, or a datetime (its day in UTC)."""


def article_filter(
    after: Day | None = None,
    before: Day | None = None,
    as_of: Day | None = None,
    source: str | Sequence[str] | None = None,
) -> Filter:
    """Return the filter of the options; raises BadOption for a text that is no date.

    Where a text means several days, such as "last week", `after` takes the first and the others the last.
    Relative texts count from the day of `as_of`, or from today without it. Days are days of UTC.
    """
    today = datetime.now(UTC).date()
    now = _days("as_of", as_of, today)
    since, until = (
        _days(field, day, now.last if now else today) for field, day in (("after", after), ("before", before))
    )
    return Filter(
        first=since.first if since else None,
        last=until.last if until else None,
        sources=_outlets(source),
        as_of=now.last if now else None,
    )


def _outlets(source: str | Sequence[str] | None) -> tuple[str, ...]:
    names = () if source is None else (source,) if isinstance(source, str) else source
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise BadOption(
            f"{{source}} is {source!r:.60}, expected the name of an outlet or a list of names",
            hint='{source} "The New York Times"',
            fields=["source"],
        )
    return tuple(storable(name) for name in names)


def _days(field: str, day: Day | None, today: date) -> "DayRange | None":
    from nutgraf.indexer.days import DayRange, parse_days

    if day is None:
        return None
    try:
        if isinstance(day, datetime):
            day = day.astimezone(UTC).date() if day.tzinfo else day.date()
        if isinstance(day, date):
            return DayRange(day, day)
        return parse_days(_text(day), today=today)
    except (ValueError, OverflowError) as error:
        raise BadOption(f"{{{field}}}: {error}", hint=f"{{{field}}} 2016-01-27", fields=[field]) from error


def _text(day: object) -> str:
    if not isinstance(day, str):
        raise ValueError(f"it is {type(day).__name__}, expected str, date or datetime")  # noqa: TRY004
    return day
