"""Whether evidence is of the asked time: by the words of its sentence, by its neighbours, by its article."""

from datetime import UTC, date, datetime

import pytest

from nutgraf.indexer.article import Article
from nutgraf.qa.question_time import QuestionTime, question_time
from nutgraf.qa.time_fit import (
    FITS,
    NEWEST,
    OTHER,
    UNKNOWN,
    TimeFit,
    is_of_time,
    names_time,
    newest_losses,
    occasion,
    question_of,
    time_fit,
)


def asked(question: str, as_of: date | None = None) -> QuestionTime:
    return question_time(question, lambda: date(2020, 12, 31), date(2026, 1, 1), as_of)


def fit(text: str, published: str | None, question: str = "Who won in 2016?", title: str = "") -> TimeFit:
    """Return how well "Stein" in a text of that day fits the question."""
    day = None if published is None else datetime.fromisoformat(published).replace(tzinfo=UTC)
    article = Article("a", title, text, published=day)
    start = text.index("Stein")
    return time_fit(article, start, start + len("Stein"), asked(question))


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("2016-10-03", FITS),
        ("2016-01-01", FITS),
        ("2017-01-02", FITS),  # some days after its end
        ("2017-01-20", OTHER),
        ("2015-12-20", OTHER),
        ("2020-10-03", OTHER),
        (None, UNKNOWN),
    ],
)
def test_a_sentence_without_a_time_is_of_its_article_s(published: str | None, expected: TimeFit) -> None:
    assert fit("Stein won on Sunday.", published) == expected


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("In 2016 Stein had won.", "2020-10-03"),
        ("Stein won last year.", "2017-06-01"),
        ("Stein won four years ago.", "2020-10-03"),
        ("Stein won in October 2016.", None),
        ("Stein won the 2016 election.", "2020-10-03"),
        ("The town voted in 2016. Stein won.", "2020-10-03"),
        ("Stein won. That was in 2016.", "2020-10-03"),
    ],
)
def test_words_that_name_the_time_count_in_any_article(text: str, published: str | None) -> None:
    assert fit(text, published) == FITS


def question_to(text: str, published: str | None, question: str) -> str:
    """Return what a reader is asked of a text of that day."""
    day = None if published is None else datetime.fromisoformat(published).replace(tzinfo=UTC)
    return question_of(question, text, Article("a", "", text, published=day), asked(question))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who won in 2016?", "Who won?"),
        ("Who won the election of 2016?", "Who won the election?"),
        ("In 2016, who won?", "who won?"),
        ("Who won the 2016 election in Orlow?", "Who won the election in Orlow?"),
        ("Who won in October 2016 in Orlow?", "Who won in Orlow?"),
        ("Who won on 3 October 2016?", "Who won?"),
        ("2016?", "2016?"),  # nothing would be left
    ],
)
def test_a_text_of_the_time_is_asked_without_it(question: str, expected: str) -> None:
    assert question_to("Stein won on Sunday.", "2016-10-03", question) == expected


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("Stein won the election of 2016.", "2016-10-03"),  # it names the time
        ("Stein won on Sunday.", "2012-10-03"),  # it is of another time
        ("Stein won on Sunday.", None),
    ],
)
def test_other_texts_are_asked_the_whole_question(text: str, published: str | None) -> None:
    assert question_to(text, published, "Who won in 2016?") == "Who won in 2016?"


def test_a_question_without_a_time_is_asked_as_it_is() -> None:
    article = Article("a", "", "Stein won.", published=datetime(2016, 10, 3, tzinfo=UTC))
    assert question_of("Who won?", article.text, article, None) == "Who won?"


def test_a_title_that_names_the_time_counts() -> None:
    assert fit("Stein won.", "2020-10-03", title="The election of 2016") == FITS


def test_an_article_of_the_time_may_speak_of_another() -> None:
    assert fit("In 2012 Stein had won.", "2016-10-03") == UNKNOWN
    assert fit("Stein, mayor since 2012, won on Sunday.", "2016-10-03") == FITS


def test_an_article_that_has_the_year_somewhere_else_may_be_of_it() -> None:
    far = "Stein won. " + "The council met and the bridge was closed. " * 20
    assert fit(f"{far}It was built in 2016.", "2020-10-03") == UNKNOWN
    assert fit(f"{far}It was built in 2011.", "2020-10-03") == OTHER


@pytest.mark.parametrize(
    ("text", "published", "expected"),
    [
        ("Stein won.", "2016-03-12", FITS),
        ("Stein won.", "2016-03-14", FITS),
        ("Stein won.", "2016-03-17", OTHER),
        ("Stein will speak on Saturday.", "2016-03-10", FITS),
        ("Stein won on 12 March.", "2016-05-10", FITS),
        ("Stein will speak on 12 March.", "2016-03-01", FITS),
        ("Stein won.", "2019-03-12", OTHER),
    ],
)
def test_a_day(text: str, published: str, expected: TimeFit) -> None:
    assert fit(text, published, "Who won on 12 March 2016?") == expected


def test_an_old_article_does_not_tell_what_is_current() -> None:
    assert fit("Stein is the mayor.", "2020-10-03", "Who is the current mayor?") == FITS
    assert fit("Stein is the mayor.", "2017-10-03", "Who is the current mayor?") == UNKNOWN


def test_without_a_time_all_evidence_fits_and_with_an_impossible_one_none() -> None:
    assert fit("Stein won.", "2020-10-03", "Who won?") == FITS
    assert fit("Stein won.", "2016-10-03", "Who won on 31 February?") == OTHER


def test_a_time_of_an_aside_takes_no_certainty() -> None:
    question = "The town votes this week. Who won in the last election?"
    assert fit("Stein won.", "2012-10-03", question) == FITS


def test_open_times_have_no_end() -> None:
    since, before = asked("Who won since 2016?"), asked("Who won before 2016?")
    assert [is_of_time(date(year, 6, 1), since) for year in (2015, 2016, 2020)] == [False, True, True]
    assert [is_of_time(date(year, 6, 1), before) for year in (2000, 2015, 2016)] == [True, True, False]
    assert not is_of_time(None, since)


def test_newer_evidence_is_better_than_older_and_the_newest_loses_nothing() -> None:
    losses = newest_losses({1: 1000, 2: 999, 3: 970, 4: 1, 5: None, 6: 5000}, today=2000)
    assert losses[1] == 0.0
    assert 0 > losses[2] > losses[3] > losses[4] > losses[5] == -NEWEST
    assert losses[6] == -NEWEST, "an article dated in the future is not the newest"
    assert newest_losses({1: None, 2: None}, today=2000) == {}
    assert newest_losses({1: 7, 2: 7}, today=2000) == {1: 0.0, 2: 0.0}


@pytest.mark.parametrize("day", [None, "0001-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    "words",
    [
        *(
            "now",
            "yesterday",
            "tomorrow",
            "on Sunday",
            "this week",
            "last weekend",
            "next weekend",
            "next year",
        ),
        *("last century", "the next 50 decades", "900 years ago", "last spring", "next winter", "in March"),
        *(
            "on 29 February",
            "last Friday",
            "next Friday",
            "the 20s",
            "this century",
            "two days ago",
            "tonight",
        ),
    ],
)
def test_relative_times_of_an_article_at_the_ends_of_the_calendar(words: str, day: str | None) -> None:
    text = f"Stein won {words}."
    assert fit(text, day) in {UNKNOWN, OTHER}
    published = None if day is None else datetime.fromisoformat(day).replace(tzinfo=UTC)
    article = Article("a", "", text, published=published)
    assert not names_time(text, article, asked("Who won in 2016?"))
    assert question_time(
        f"Who won {words}?", lambda: published.date() if published else None, date(2026, 1, 1), None
    )


@pytest.mark.parametrize(
    ("text", "published", "expected"),
    [
        ("Stein will stand again in October.", "2016-02-02", FITS),  # the last October is nearer
        ("Stein stood again in October.", "2016-02-02", OTHER),
        ("Stein won the vote in October.", "2016-02-02", OTHER),  # "won" is no "won't"
        ("Stein won't stand again in October.", "2016-02-02", FITS),
        ("Stein will stand again in October.", "2015-02-02", OTHER),
    ],
)
def test_what_will_be_is_of_the_next_month_of_that_name(text: str, published: str, expected: TimeFit) -> None:
    assert fit(text, published, "Who stands in October 2016?") == expected


@pytest.mark.parametrize(
    ("text", "published", "days"),
    [
        ("Stein won on Sunday.", "2016-10-03", ["2016-10-02", "2016-10-09"]),
        ("Stein won on 2 October 2016.", "2016-10-03", ["2016-10-02"]),
        ("Stein won, police said on Monday.", "2016-10-03", []),
        ("Stein won, officials told reporters on Monday.", "2016-10-03", []),
        ("Stein won.", "2016-10-03", []),
    ],
)
def test_the_days_that_a_sentence_tells_of(text: str, published: str, days: list[str]) -> None:
    article = Article("a", "", text, published=datetime.fromisoformat(published).replace(tzinfo=UTC))
    assert [str(first) for first, _ in occasion(article, 0, len("Stein"))] == days
    at = text.index("Sunday") if "Sunday" in text else 0
    assert at == 0 or occasion(article, at, at + len("Sunday")) == []
