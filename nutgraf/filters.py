"""Filters as people type them: dates in words or as values, and outlets."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from nutgraf.errors import BadOption
from nutgraf.indexer.clean import storable
from nutgraf.indexer.filters import Filter

if TYPE_CHECKING:
    from nutgraf.indexer.days import DayRange


def article_filter(
    after: str | None, before: str | None, as_of: str | None, sources: list[str] | None
) -> Filter:
    """Return the filter that the options make; raises BadOption for a date that is none.

    Of several days, such as "last week", `after` means the first and the others the last. Both are told from
    the day of `as_of` on where it is given, else from today. Days are UTC, as those of articles.
    """
    today = datetime.now(UTC).date()
    now = _days("--as-of", as_of, today)
    since, until = (
        _days(name, text, now.last if now else today)
        for name, text in (("--after", after), ("--before", before))
    )
    return Filter(
        first=since.first if since else None,
        last=until.last if until else None,
        sources=tuple(storable(source) for source in sources or ()),
        as_of=now.last if now else None,
    )


def _days(name: str, text: str | None, today: date) -> "DayRange | None":
    from nutgraf.indexer.days import parse_days

    if text is None:
        return None
    try:
        return parse_days(text, today=today)
    except ValueError as error:
        raise BadOption(f"{name}: {error}", hint=f"{name} 2016-01-27") from error
