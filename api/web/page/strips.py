"""An answer over time as strips: where each answer was given, in per cent of the whole time.

Pure: knows the objects of `api.terminal.timelines`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nutgraf.api.web.page.render import place
from nutgraf.objects import Json

EDGE = 2.0
"""Per cent left free at both ends, so that a dot there is whole."""


@dataclass(frozen=True, slots=True)
class Strip:
    """One answer: its words, where to read them, and its place in time; an undated one has no dots."""

    text: str
    status: str
    href: str
    first: str | None
    last: str | None
    who: str
    articles: frozenset[str]
    dots: tuple[float, ...] = ()


def strips(entries: Sequence[Json]) -> list[Strip]:
    """Return a strip an answer, if at least two were given at some time: else nothing changed."""
    days = [day for entry in entries for day in _days(entry)]
    if sum(bool(_days(entry)) for entry in entries) < 2:  # noqa: PLR2004
        return []
    return [_strip(entry, min(days), max(days)) for entry in entries]


def rival(strips: Sequence[Strip], answer: Json) -> tuple[str, Strip] | None:
    """Return the current answer where the one given is not, with what became of the one given; else None."""
    given = next((one for one in strips if answer["article"]["id"] in one.articles), None)
    current = next((one for one in strips if one.status == "current"), None)
    if given is None or current is None or given.status not in {"superseded", "disputed"}:
        return None
    return given.status, current


def _strip(entry: Json, first: date, last: date) -> Strip:
    best = next((one for one in entry["articles"] if one["text"] == entry["text"]), entry["articles"][0])
    scale = (100.0 - 2 * EDGE) / max(1, (last - first).days)
    dots = (round(EDGE + (day - first).days * scale, 2) for day in sorted(set(_days(entry))))
    return Strip(
        text=entry["text"],
        status=entry["status"],
        href=place(best["article"]["id"], best["start"], best["end"]),
        first=entry["first"],
        last=entry["last"],
        who=_who(entry),
        articles=frozenset(one["article"]["id"] for one in entry["articles"]),
        dots=tuple(dots),
    )


def _days(entry: Json) -> list[date]:
    moments = (one["article"]["published"] for one in entry["articles"])
    return [date.fromisoformat(moment[:10]) for moment in moments if moment]


def _who(entry: Json) -> str:
    """Return how many say so, and the first of their outlets."""
    number, outlets = len(entry["articles"]), entry["outlets"]
    copies = f", {entry['independent']} independent" if entry["independent"] < number else ""
    more = f" and {len(outlets) - 3} more" if len(outlets) > 3 else ""  # noqa: PLR2004
    named = f": {', '.join(outlets[:3])}{more}" if outlets else ""
    return f"{number} {'article' if number == 1 else 'articles'}{copies}{named}"
