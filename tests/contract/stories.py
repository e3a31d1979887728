"""Invented articles for the suites of storage: a story in four prints, and four short articles."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from nutgraf.indexer.article import Article

STORY = " ".join(
    f"In hall {n} of the Veldmoor works {n * 7} turbines were tested before clerk {n * 13} signed."
    for n in range(1, 25)
)
"""A story long enough for edited copies, and for several passages."""

FIRST = datetime(2020, 1, 1, tzinfo=UTC)


def short(article_id: str, text: str, *, day: int | None = None, source: str | None = None) -> Article:
    """Return an article of one passage; `day` counts from 2020-01-01."""
    published = None if day is None else FIRST + timedelta(days=day)
    return Article(id=article_id, title="", text=text, published=published, source=source)


def prints() -> list[Article]:
    """Return a story and its copies, in another order than that of their dates."""
    story = replace(short("story", STORY, day=5, source="Alpha"), title="Turbines at Veldmoor")
    edited = replace(
        short("edited", f"By our staff. {STORY} Beta has more.", day=3, source="Beta"), title="Tested"
    )
    undated = short("undated", STORY.upper(), source="Alpha")
    same_day = short("another", STORY, day=3, source="Gamma")
    return [story, edited, undated, same_day]


OTHERS = [
    short("bridge", "The iron bridge of Orlow was built by Ada Novak in 1931.", day=1, source="Alpha"),
    short("baker", "The baker Tom Reed sells two hundred loaves of rye bread.", day=2, source="Beta"),
    short("storm", "A storm destroyed the harbour bridge of Quist on Sunday.", day=4),
    short("mayor", "Lena Brandt is elected mayor of Quist.", source="Beta"),
]
