"""What an archive holds, as agents are told: like `nutgraf info --json`, without the places of its files."""

from typing import TypedDict

from nutgraf.objects import DaysJson, OutletJson
from nutgraf.opening import OpenIndex

MOST_OUTLETS = 100
"""Outlets that are listed, the largest first: agents pay for every word. Not measured."""


class HoldingsJson(TypedDict):
    """What an archive holds: `outlets` is the number of all outlets, `sources` are the largest of them."""

    articles: int
    passages: int
    published: DaysJson | None
    outlets: int
    sources: list[OutletJson]


def holdings(opened: OpenIndex) -> HoldingsJson:
    """Return what the archive holds."""
    info = opened.report().to_dict()
    return {
        "articles": info["articles"],
        "passages": info["passages"],
        "published": info["published"],
        "outlets": len(info["sources"]),
        "sources": info["sources"][:MOST_OUTLETS],
    }
