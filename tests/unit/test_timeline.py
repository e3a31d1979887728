"""A timeline from what articles say: who counts, which wordings are one answer, and in what order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from nutgraf.indexer.article import Article
from nutgraf.qa.change import GROWING_COUNT, RECURRING_EVENT, STATE, Change
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


def entries(
    spans: Sequence[LocatedSpan], least: float = 0.4, change: Change = STATE, until: date | None = None
) -> list[TimelineEntry]:
    """Return the timeline where a span's score is its probability."""
    return timeline(join(spans), lambda span: span.score, least, change, until)


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
    assert (entry.best.text, entry.best.article.id, entry.probability) == ("Anna Holt", "b1", 0.6)
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
    # However many others say the same: the reader must be sure of each.
    assert entries([weak, said("b", "2020-02-01", "Anna Holt", 0.35)]) == []
    sure = said("c", "2020-02-01", "Anna Holt", 0.5)
    assert [[s.article.id for s in entry.spans] for entry in entries([weak, sure])] == [["c"]]


def test_a_guess_is_no_opinion_beside_plain_answers() -> None:
    sure, guess = said("a", "2020-01-01", "Anna Holt", 0.9), said("b", "2020-02-01", "Mia Lind", 0.44)
    assert [entry.best.text for entry in entries([sure, guess])] == ["Anna Holt"]
    same = said("b", "2020-02-01", "Anna Holt", 0.44)
    assert [[span.article.id for span in e.spans] for e in entries([sure, same])] == [["a", "b"]]
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


def test_values_are_one_answer_in_other_words() -> None:
    found = entries(
        [
            said("a", "2020-01-01", "1,000"),
            said("b", "2020-01-02", "a thousand"),
            said("c", "2020-02-01", "more than 1,000"),
            said("d", "2020-02-02", "Brazil"),
            said("e", "2020-02-03", "Brazil's"),
        ]
    )
    assert [[span.text for span in entry.spans] for entry in found] == [
        ["1,000", "a thousand"],
        ["more than 1,000"],
        ["Brazil", "Brazil's"],
    ]


def test_a_count_grows() -> None:
    """The newest number is one article's, and the largest; a smaller one that comes later is a stale one."""
    said_so = [
        said("a", "2020-01-01", "12"),
        said("b", "2020-01-01", "at least 12"),
        said("c", "2020-01-03", "31 people"),
        said("d", "2020-01-04", "12"),
        said("e", "2020-01-09", "44"),
    ]
    found = entries(said_so, change=GROWING_COUNT)
    assert [(entry.best.text, entry.status) for entry in found] == [
        ("12", "disputed"),
        ("31 people", "superseded"),
        ("44", "current"),
    ]
    assert [entry.status for entry in entries(said_so[:3], change=GROWING_COUNT)] == ["superseded", "current"]
    older = said("f", "2020-01-10", "900", body=" people died in the flood of 1953.")
    found = entries([*said_so, older], change=GROWING_COUNT)
    assert [(entry.best.text, entry.status) for entry in found[-2:]] == [
        ("44", "current"),
        ("900", "superseded"),
    ]


def test_an_article_about_the_winner_of_another_year_is_of_that_year() -> None:
    spans = [
        said("a", "2020-07-01", "Anna Holt", body=" won the Tarn Cup on Sunday."),
        said("b", "2021-07-01", "Mia Lind", body=" won the Tarn Cup on Sunday."),
        said("c", "2021-09-01", "Anna Holt", body=", the 2020 champion, trains again."),
        said("d", "2021-10-01", "Otto Brandt", body=" won the Tarn Cup in 2012."),
    ]
    found = entries(spans, change=RECURRING_EVENT)
    assert [(entry.best.text, entry.status) for entry in found] == [
        ("Anna Holt", "superseded"),
        ("Mia Lind", "current"),
        ("Otto Brandt", "superseded"),
    ]
    assert [entry.status for entry in entries(spans, change=STATE)] != [entry.status for entry in found]


def test_who_looks_back_at_the_asked_time_speaks_of_its_last_day_where_nobody_else_does() -> None:
    spans = [
        said("a", "2016-03-01", "Anna Holt"),
        said("b", "2016-12-30", "Mia Lind"),
        said("c", "2020-01-01", "Anna Holt"),
    ]
    assert [(e.best.text, e.status) for e in entries(spans)] == [
        ("Anna Holt", "current"),
        ("Mia Lind", "disputed"),
    ]
    end = date(2016, 12, 31)
    assert [e.status for e in entries(spans, until=end)] == ["superseded", "current"]
    assert [e.status for e in entries(spans[1:], until=end)] == ["superseded", "current"]


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


def test_what_a_newer_version_replaced_is_superseded_and_its_edit_is_as_sure() -> None:
    body = ", the new harbour master of the town of Pell, takes up the post in March."
    old = said("a1", "2023-01-09", "Jonas Brandt", 0.9, cluster="x", body=body)
    new = said("a2", "2023-01-10", "Jonas Brandis", 0.2, cluster="x", body=body)
    again = said("b1", "2023-01-09", "Jonas Brandt", 0.9, cluster="x", body=body)
    shown = [(entry.best.text, entry.status, entry.probability) for entry in entries([old, again, new])]
    assert shown == [("Jonas Brandt", "superseded", 0.9), ("Jonas Brandis", "current", 0.9)]


def test_what_a_newer_version_denies_is_not_current() -> None:
    body = " will stand for a third term in October, she told the town council."
    old = said("a1", "2022-02-02", "Mayor Vera Lund", 0.9, cluster="x", body=body)
    denial = replace(
        old.article,
        id="a2",
        text=old.article.text.replace("will stand", "will not stand"),
        published=datetime(2022, 2, 3, tzinfo=UTC),
    )
    prints = {"a1": [denial]}
    (entry,) = timeline(join([old]), lambda span: span.score, 0.4, STATE, None, prints)
    assert (entry.best.text, entry.status) == ("Mayor Vera Lund", "superseded")


def test_two_answers_of_one_day_are_in_the_order_of_their_hours() -> None:
    morning, evening = said("a1", "2022-06-03T08:00", "three"), said("b1", "2022-06-03T17:00", "five")
    assert [entry.best.text for entry in entries([morning, evening])] == ["three", "five"]


def test_an_answer_is_shown_with_the_words_that_make_it_another_value() -> None:
    text = "The mill lays off more than 1,200 workers."
    bounded = said("b1", "2021-03-03", text)
    start = text.index("1,200")
    bounded = replace(bounded, start=start, end=start + 5)
    shown = [entry.best.text for entry in entries([said("a1", "2021-03-01", "1,200"), bounded])]
    assert shown == ["1,200", "more than 1,200"]


def test_what_is_stale_is_not_current() -> None:
    spans = [said("a1", "2020-01-01", "Tom Oakes"), said("b1", "2021-01-01", "Anna Holt")]
    old, new = timeline(
        join(spans), lambda span: span.score, 0.4, is_stale=lambda span: span.text == "Anna Holt"
    )
    assert (old.status, new.status) == ("superseded", "stale")
    old, new = timeline(
        join(spans), lambda span: span.score, 0.4, is_stale=lambda span: span.text == "Tom Oakes"
    )
    assert (old.status, new.status) == ("superseded", "current")


def test_an_article_that_looks_far_back_speaks_of_that_time() -> None:
    was = said("c1", "2022-01-01", "Tom Oakes", body=" was the first mayor in 1990.")
    since = said("c1", "2022-01-01", "Tom Oakes", body=" is mayor since 1990.")
    now = said("b1", "2021-01-01", "Anna Holt", body=" opened the bridge.")
    assert [(e.best.text, e.status) for e in entries([was, now])] == [
        ("Anna Holt", "current"),
        ("Tom Oakes", "superseded"),
    ]
    became = said("c1", "2022-01-01", "Tom Oakes", body=", who became mayor in 1990, opened a school.")
    elected = said("c1", "2022-01-01", "Tom Oakes", body=", who was elected in 1990, opened a school.")
    for present in (since, became, elected):
        assert [(e.best.text, e.status) for e in entries([present, now])] == [
            ("Anna Holt", "superseded"),
            ("Tom Oakes", "current"),
        ]
    for past in (" became mayor in 1990.", ", who was mayor in 1990, opened a school."):
        history = entries([said("c1", "2022-01-01", "Tom Oakes", body=past), now])
        assert [e.status for e in history] == ["current", "superseded"], past
