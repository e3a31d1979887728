"""Sorts and counts rows of articles here, because Milvus does neither: the work grows with the selection."""

import json
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from nutgraf.indexer.milvus.connection import Row
from nutgraf.indexer.milvus.tables import key_of
from nutgraf.indexer.selection import MOST_COUNTED, FacetCount, Facets, ListPlace, Sort

_SCORE_UNITS = 10_000  # as the embedded engine: scores are compared as whole numbers


def ordered(rows: Sequence[Row], matches: Mapping[int, float] | None, sort: Sort) -> list[ListPlace]:
    """Return the places of articles in the order of `sort`."""
    if sort == "best" and matches is not None:
        places = [ListPlace(round(matches[row["row"]] * _SCORE_UNITS), row["id"]) for row in rows]
    elif sort in {"newest", "oldest"}:
        places = [ListPlace(row["published"] or None, row["id"]) for row in rows]
    else:
        places = [ListPlace(None, row["id"]) for row in rows]
    places.sort(key=lambda place: place.id)
    if sort != "id":
        with_key = [place for place in places if place.key is not None]
        with_key.sort(key=lambda place: place.key or 0, reverse=sort != "oldest")
        places = with_key + [place for place in places if place.key is None]
    return places


def behind(places: Sequence[ListPlace], after: ListPlace | None, sort: Sort) -> Sequence[ListPlace]:
    """Return the places behind a place, of an article that may be gone; all of them behind None."""
    if after is None:
        return places
    return places[bisect(places, False, key=lambda place: _follows(place, after, sort)) :]


def _follows(place: ListPlace, after: ListPlace, sort: Sort) -> bool:
    """Whether a place is behind another one, of an article that may be gone."""
    if place.key == after.key:
        return place.id > after.id
    if place.key is None or after.key is None:
        return place.key is None
    earlier = str(place.key) < str(after.key) if isinstance(place.key, str) else place.key < int(after.key)
    return earlier is (sort != "oldest")


def counted(rows: Sequence[Row]) -> Facets:
    """Return how many articles there are, by outlet, author and month."""
    months = Counter(row["published"][:7] for row in rows if row["published"])
    return Facets(
        articles=len(rows),
        outlets=_largest([row["source"]] if row["source"] else [] for row in rows),
        authors=_largest(json.loads(row["names"]) for row in rows),
        months=tuple(FacetCount(*month) for month in sorted(months.items())),
        undated=len(rows) - months.total(),
    )


def _largest(names: Iterable[Sequence[str]]) -> tuple[FacetCount, ...]:
    """Return the names that most articles have; spellings that differ in case are one."""
    spellings: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for group in names:
        keys = {key_of(name.casefold()): name for name in reversed(group)}
        counts.update([*keys])
        for key, name in keys.items():
            spellings[key] = min(name, spellings.get(key, name))
    ranked = sorted((-count, spellings[key]) for key, count in counts.items())
    return tuple(FacetCount(name, -count) for count, name in ranked[:MOST_COUNTED])
