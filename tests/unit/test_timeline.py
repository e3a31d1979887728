"""A timeline from what articles say: who counts, which wordings are one answer, and in what order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from nutgraf.indexer.article import Article
from nutgraf.qa.join import LocatedSpan, join
from nutgraf.qa.timeline import TimelineEntry, timeline


def said(
    article: str,
    day: str | None,
    text: str,
    probability: float = 0.5,
    *,
    cluster: str | None = None,
    body: str = "",
) -> LocatedSpan:
    """Return a span that is all of its article's text, in the outlet named by the article's first letter."""
    published = datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
    whole = Article(
        id=article,
        title="",
        text=text + body,
        source=article[0].upper(),
        published=published,
        cluster=cluster,
    )
    return LocatedSpan(whole, 0, len(text), probability)


def entries(spans: Sequence[LocatedSpan], least: float = 0.4) -> list[TimelineEntry]:
    """Return the timeline where a span's score is its probability, and each agreeing article adds a tenth."""
    return timeline(join(spans), lambda span, agreement: span.score + agreement / 10, least)


def test_an_answer_over_time() -> None:
    (entry,) = entries(
        [
            said("b1", "2020-03-01", "Anna Holt", 0.6),
            said("a1", "2020-01-01T23:30", "Anna Holt", 0.5),
            said("a2", "2020-02-01", "anna holt", 0.5, cluster="wire"),
            said("c1", None, "Anna Holt", 0.5, cluster="wire"),
        ]
    )
    assert (entry.first, entry.last) == (date(2020, 1, 1), date(2020, 3, 1))
    assert (entry.best.text, entry.best.article.id, entry.probability) == ("Anna Holt", "b1", 0.6 + 0.2)
    assert [span.article.id for span in entry.spans] == ["a1", "a2", "b1", "c1"]
    assert (entry.outlets, entry.independent, entry.status) == (("A", "B", "C"), 3, "current")


def test_order_and_statuses() -> None:
    found = entries(
        [
            said("a3", "2022-01-01", "Tom Oakes", 0.5),
            said("a1", "2020-01-01", "Anna Holt", 0.9),
            said("b2", "2021-02-01", "Carl Voss", 0.9),
            said("a2", "2021-01-01", "Mia Lind", 0.8),
            said("c2", "2021-03-01", "Mia Lind", 0.6),
            said("d1", None, "Otto Brandt", 0.5),
            said("d2", None, "Ole Brandt", 0.7),
        ]
    )
    assert [(entry.best.text, entry.status) for entry in found] == [
        ("Anna Holt", "superseded"),
        ("Mia Lind", "superseded"),
        ("Carl Voss", "disputed"),
        ("Tom Oakes", "current"),
        ("Ole Brandt", "undated"),
        ("Otto Brandt", "undated"),
    ]


def test_an_article_speaks_once() -> None:
    """The story of a handover names both; its best span is what it says."""
    article = Article(
        id="a", title="", text="Mia Lind follows Anna Holt.", published=datetime(2020, 1, 1, tzinfo=UTC)
    )
    found = entries([LocatedSpan(article, 0, 8, 0.9), LocatedSpan(article, 17, 26, 0.8)])
    assert [entry.best.text for entry in found] == ["Mia Lind"]


def test_what_is_not_sure_enough_by_itself_is_left_out() -> None:
    weak = said("a", "2020-01-01", "Anna Holt", 0.35)
    assert entries([weak]) == []
    assert entries([weak], least=0.35)[0].probability == 0.35
    # A second story that says the same lifts both over the bar; a copy does not.
    assert [*map(len, (e.spans for e in entries([weak, said("b", "2020-02-01", "Anna Holt", 0.1)])))] == [1]
    copies = [said(i, "2020-01-01", "Anna Holt", 0.35, cluster="wire") for i in "ab"]
    assert entries(copies) == []


def test_a_guess_is_no_opinion_beside_plain_answers() -> None:
    sure, guess = said("a", "2020-01-01", "Anna Holt", 0.9), said("b", "2020-02-01", "Mia Lind", 0.44)
    assert [entry.best.text for entry in entries([sure, guess])] == ["Anna Holt"]
    assert [entry.best.text for entry in entries([replace(sure, score=0.88), guess])] == [
        "Anna Holt",
        "Mia Lind",
    ]


def test_wordings_of_one_name_are_one_answer() -> None:
    (entry,) = entries(
        [
            said("a", "2020-01-01", "Prime Minister Anna Holt", 0.9),
            said("b", "2020-02-01", "Holt", 0.8, body=" is Anna Holt."),
            said("c", "2020-03-01", "Anna Holt", 0.7),
        ]
    )
    assert (entry.best.text, entry.independent, entry.status) == ("Anna Holt", 3, "current")
    assert [span.text for span in entry.spans] == ["Prime Minister Anna Holt", "Holt", "Anna Holt"]
    apart = entries([said("a", "2020-01-01", "Anna Holt"), said("b", "2020-02-01", "Holt")])
    assert [entry.best.text for entry in apart] == ["Anna Holt", "Holt"]


def test_the_order_of_spans_changes_nothing() -> None:
    spans = [
        said("a", "2020-01-01", "Anna Holt"),
        said("b", "2020-01-01", "Mia Lind"),
        said("c", None, "Ole"),
    ]
    assert entries(spans) == entries(spans[::-1])
    assert [entry.status for entry in entries(spans)] == ["disputed", "disputed", "undated"]


def test_nothing_said() -> None:
    assert entries([]) == []
