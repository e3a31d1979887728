"""Counts as bars: how long each is, and the months of a list grouped so that they can be clicked. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from nutgraf.indexer.selection import FacetCount

MOST_BARS = 8
"""Outlets or authors that are shown, the largest first."""

MOST_MONTHS = 24
"""A list over more months than this has a bar for each year: they can still be told apart and clicked."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its label, what it is as a filter, its count, and its length in per cent of the longest."""

    label: str
    value: str
    articles: int
    share: int


def bars(counts: Sequence[FacetCount]) -> list[Bar]:
    """Return a bar for each of the largest counts."""
    return _scaled([(count.name, count.name, count.articles) for count in counts[:MOST_BARS]])


def time_bars(months: Sequence[FacetCount]) -> list[Bar]:
    """Return a bar for each month from the first to the last, or for each year where there are many."""
    if not months:
        return []
    counts = {count.name: count.articles for count in months}
    every = [*_months(months[0].name, months[-1].name)]
    if len(every) <= MOST_MONTHS:
        return _scaled([(_month(name), name, counts.get(name, 0)) for name in every])
    years: dict[str, int] = {name[:4]: 0 for name in every}
    for name, articles in counts.items():
        years[name[:4]] += articles
    return _scaled([(year, year, articles) for year, articles in years.items()])


def _months(first: str, last: str) -> Iterator[str]:
    year, month = int(first[:4]), int(first[5:])
    while (name := f"{year:04}-{month:02}") <= last:
        yield name
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)  # noqa: PLR2004


def _month(name: str) -> str:
    return f"{date.fromisoformat(f'{name}-01'):%b %Y}"


def _scaled(rows: Sequence[tuple[str, str, int]]) -> list[Bar]:
    longest = max((articles for _, _, articles in rows), default=1) or 1
    return [Bar(label, value, articles, -(-100 * articles // longest)) for label, value, articles in rows]
