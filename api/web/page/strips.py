"""A timeline as strips: one for each answer, with dots where it was given, in per cent of the whole time.

Pure: knows only the JSON objects of `nutgraf.objects`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nutgraf.api.web.page.render import place
from nutgraf.qa.result import AnswerJson
from nutgraf.qa.timeline import TimelineEntryJson

EDGE = 2.0
"""Per cent left free at both ends, so that a dot at an end is not cut."""


@dataclass(frozen=True, slots=True)
class Strip:
    """One answer: its words, its address, its days and dots; an answer without days has no dots."""

    text: str
    status: str
    href: str
    first: str | None
    last: str | None
    who: str
    articles: frozenset[str]
    dots: tuple[float, ...] = ()


def strips(entries: Sequence[TimelineEntryJson]) -> list[Strip]:
    """Return one strip for each answer, or none unless at least two answers have days: nothing changed."""
    days = [day for entry in entries for day in _days(entry)]
    if sum(bool(_days(entry)) for entry in entries) < 2:  # noqa: PLR2004
        return []
    return [_strip(entry, min(days), max(days)) for entry in entries]


def rival(strips: Sequence[Strip], answer: AnswerJson) -> tuple[str, Strip] | None:
    """Return the status of the shown answer, and the current answer, where they differ; else None."""
    shown = next((strip for strip in strips if answer["article"]["id"] in strip.articles), None)
    current = next((strip for strip in strips if strip.status == "current"), None)
    if shown is None or current is None or shown.status not in {"superseded", "disputed"}:
        return None
    return shown.status, current


def _strip(entry: TimelineEntryJson, first: date, last: date) -> Strip:
    mentions = entry["articles"]
    best = next((mention for mention in mentions if mention["text"] == entry["text"]), mentions[0])
    scale = (100.0 - 2 * EDGE) / max(1, (last - first).days)
    dots = (round(EDGE + (day - first).days * scale, 2) for day in sorted(set(_days(entry))))
    return Strip(
        text=entry["text"],
        status=entry["status"],
        href=place(best["article"]["id"], best),
        first=entry["first"],
        last=entry["last"],
        who=_who(entry),
        articles=frozenset(mention["article"]["id"] for mention in mentions),
        dots=tuple(dots),
    )


def _days(entry: TimelineEntryJson) -> list[date]:
    moments = (mention["article"]["published"] for mention in entry["articles"])
    return [date.fromisoformat(moment[:10]) for moment in moments if moment]


def _who(entry: TimelineEntryJson) -> str:
    """Return how many articles give the answer, and their first outlets."""
    number, outlets = len(entry["articles"]), entry["outlets"]
    copies = f", {entry['independent']} independent" if entry["independent"] < number else ""
    more = f" and {len(outlets) - 3} more" if len(outlets) > 3 else ""  # noqa: PLR2004
    named = f": {', '.join(outlets[:3])}{more}" if outlets else ""
    return f"{number} {'article' if number == 1 else 'articles'}{copies}{named}"
