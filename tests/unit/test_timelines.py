"""How a timeline is shown: one answer a line, and nothing that steers a terminal."""

from datetime import UTC, datetime

import pytest

from nutgraf.api.terminal.timelines import print_timeline
from nutgraf.indexer.article import Article
from nutgraf.qa.answer_status import AnswerStatus
from nutgraf.qa.join import LocatedSpan
from nutgraf.qa.timeline import TimelineEntry


def entry(
    text: str, *days: int | None, status: AnswerStatus = "current", outlet: str | None = "Outlet"
) -> TimelineEntry:
    """Return an entry of one article a day of January 2020, all of one wire story."""
    spans = [
        LocatedSpan(
            Article(
                id=f"a{number}",
                title="",
                text=f"“{text}”",
                source=outlet and f"{outlet} {number}",
                published=datetime(2020, 1, day, tzinfo=UTC) if day else None,
                cluster="wire",
            ),
            1,
            len(text) + 1,
            0.0,
        )
        for number, day in enumerate(days)
    ]
    return TimelineEntry(spans[0], 0.5, tuple(spans), status)


def test_lines(capsys: pytest.CaptureFixture[str]) -> None:
    entries = [entry("Anna Holt", *range(1, 9)), entry("Mia Lind", 5, status="disputed", outlet=None)]
    print_timeline([*entries, entry("Otto", None, status="undated")])
    outlets = ", ".join(f"Outlet {number}" for number in range(6))
    assert capsys.readouterr().out.splitlines() == [
        "over time",
        "  2020-01-01 to 2020-01-08  current     Anna Holt",
        f"    8 articles, 1 of them independent: {outlets} and 2 more",
        "  2020-01-05                disputed    Mia Lind",
        "    1 article",
        "  no date                   undated     Otto",
        "    1 article: Outlet 0",
    ]


def test_nothing_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_timeline([entry("\x1b[31m[bold]Anna\nHolt\u202e", 1, outlet="\x1b]0;title\x07")])
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  2020-01-01                current      [31m[bold]Anna Holt ",
        "    1 article:  ]0;title  0",
    ]


def test_an_empty_timeline_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_timeline([])
    assert "no article gives an answer that is sure enough by itself" in capsys.readouterr().out


def test_the_object() -> None:
    (found,) = [entry.to_dict() for entry in [entry("Anna Holt", 1, None)]]
    articles = found.pop("articles")
    assert found == {
        "text": "Anna Holt",
        "status": "current",
        "first": "2020-01-01",
        "last": "2020-01-01",
        "outlets": ["Outlet 0", "Outlet 1"],
        "independent": 1,
        "probability": 0.5,
    }
    assert articles[1] == {
        "article": {
            **{"id": "a1", "title": "", "url": None, "link": None},
            **{"source": "Outlet 1", "published": None},
        },
        "field": "text",
        "start": 1,
        "end": 10,
        "page": None,
        "text": "Anna Holt",
    }
