"""The time of a question: which days its words mean, and which words are no time at all."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.qa.question_time import QuestionTime, question_time

NEWEST = date(2023, 6, 14)  # a Wednesday, the day of the newest article
TODAY = date(2026, 1, 1)


def read(question: str, newest: date | None = NEWEST, as_of: date | None = None) -> QuestionTime:
    return question_time(question, lambda: newest, TODAY, as_of)


def days(question: str) -> tuple[str | None, str | None]:
    time = read(question).to_dict()
    return time["first"], time["last"]


@pytest.mark.parametrize(
    ("question", "words", "read_as"),
    [
        ("Who won the election in 2016?", "in 2016", "2016"),
        ("In 2016, who won the election?", "In 2016", "2016"),
        ("Who won the mayoral election of 2016?", "2016", "2016"),
        ("Who won the 2016 mayoral election in Tolmar?", "2016", "2016"),
        ("2016 Tolmar mayoral election winner", "2016", "2016"),
        ("mayoral election Tolmar 2016", "2016", "2016"),
        ("mayor of tolmar 2016", "2016", "2016"),
        ("Who won the World Cup 2018?", "2018", "2018"),
        ("Who ran with him during the 2008 election?", "2008", "2008"),
        ("Who resigned in March 2021?", "in March 2021", "March 2021"),
        ("Who spoke on March 12, 2016?", "on March 12, 2016", "12 March 2016"),
        ("Who spoke on 12th March 2016?", "on 12th March 2016", "12 March 2016"),
        ("Who spoke on 2016-03-12?", "on 2016-03-12", "12 March 2016"),
        ("Who spoke on 27/01/2016?", "on 27/01/2016", "27 January 2016"),
        ("Who led the party in the 1990s?", "1990s", "1990 to 1999"),
        ("Who led the party in the '90s?", "90s", "1990 to 1999"),
        ("How many died since 2019?", "since 2019", "since 2019"),
        ("Who was mayor before 2010?", "before 2010", "until 2009"),
        ("Who was mayor after 2010?", "after 2010", "since 2011"),
        ("Who was mayor until March 2010?", "until March 2010", "until 31 March 2010"),
        ("Who was mayor between 2012 and 2016?", "between 2012 and 2016", "2012 to 2016"),
        ("Who was mayor from 2012 to 2016?", "from 2012 to 2016", "2012 to 2016"),
        ("Who was mayor in 2012-2016?", "in 2012-2016", "2012 to 2016"),
        ("Who won the league in 2015/16?", "in 2015/16", "2015 to 2016"),
        ("Who won in 2012 and in 2016?", "in 2012 and in 2016", "2012 and 2016"),
        ("What became in 2016 of those elected in 1998?", "in 2016, in 1998", "2016 and 1998"),
        ("Who led the country in the 19th century?", "19th century", "1801 to 1900"),
        ("Who was mayor in late 2016?", "late 2016", "2016"),
        ("Wer gewann die Wahl im März 2016?", "März 2016", "March 2016"),
        ("Qui a parlé le 12 mars 2016 ?", "12 mars 2016", "12 March 2016"),
        ("¿Quién ganó en marzo de 2016?", "marzo de 2016", "March 2016"),
        ("Kto wygrał w 2016 roku?", "2016", "2016"),
        ("Кто победил в 2016 году?", "2016", "2016"),
        ("2016年の選挙で誰が勝ちましたか", "2016年", "2016"),
        ("2016年3月12日に誰が", "2016年3月12日", "12 March 2016"),
    ],
)
def test_times_of_the_calendar(question: str, words: str, read_as: str) -> None:
    time = read(question)
    assert (time.words, time.read_as, time.relative_to, time.problem) == (words, read_as, None, "")


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("What happened yesterday?", "2023-06-13", "2023-06-13"),
        ("WHAT HAPPENED YESTERDAY?", "2023-06-13", "2023-06-13"),
        ("What happened last night?", "2023-06-13", "2023-06-13"),
        ("What happened this week?", "2023-06-08", "2023-06-18"),
        ("What happened last week?", "2023-06-05", "2023-06-11"),
        ("What happened last weekend?", "2023-06-10", "2023-06-11"),
        ("What happened last Friday?", "2023-06-09", "2023-06-09"),
        ("What happened on Friday?", "2023-06-09", "2023-06-09"),
        ("What happened on Wednesday?", "2023-06-14", "2023-06-14"),
        ("What will happen on Friday?", "2023-06-16", "2023-06-16"),
        ("What is due next month?", "2023-07-01", "2023-07-31"),
        ("What happened in March?", "2023-03-01", "2023-03-31"),
        ("What happened in August?", "2022-08-01", "2022-08-31"),
        ("What will happen in March?", "2024-03-01", "2024-03-31"),
        ("What happened last March?", "2023-03-01", "2023-03-31"),
        ("What happened in early May?", "2023-05-01", "2023-05-31"),
        ("What happened on 12 March?", "2023-03-12", "2023-03-12"),
        ("What happened on March 12?", "2023-03-12", "2023-03-12"),
        ("What happened on the 12th of March?", "2023-03-12", "2023-03-12"),
        ("What happened on 29 February?", "2020-02-29", "2020-02-29"),
        ("What happened last spring?", "2023-03-01", "2023-05-31"),
        ("What happened last winter?", "2022-12-01", "2023-02-28"),
        ("What happened in the summer?", "2023-06-01", "2023-08-31"),
        ("What happened this year?", "2023-01-01", "2023-12-31"),
        ("What happened two years ago?", "2021-01-01", "2021-12-31"),
        ("What happened a few weeks ago?", "2023-05-08", "2023-06-04"),
        ("What happened three days ago?", "2023-06-11", "2023-06-11"),
        ("What happened over the past five years?", "2018-06-14", "2023-06-14"),
        ("What happened in the last decade?", "2010-01-01", "2019-12-31"),
        ("Who was mayor from March to May 2020?", "2020-03-01", "2020-05-31"),
        ("Who has led it since last Friday?", "2023-06-09", None),
    ],
)
def test_relative_times_count_from_the_newest_article(
    question: str, first: str | None, last: str | None
) -> None:
    time = read(question)
    assert days(question) == (first, last)
    assert (time.relative_to, time.counted_from) == (NEWEST, "newest_article")


@pytest.mark.parametrize(
    "question",
    [
        "Who is the mayor now?",
        "Who is the current mayor?",
        "Who currently leads the party?",
        "What is the latest figure?",
        "Who leads the party today?",
    ],
)
def test_now_is_the_year_up_to_the_newest_article(question: str) -> None:
    time = read(question)
    assert time.is_now
    assert (time.read_as, days(question)) == ("now, 14 June 2023", ("2022-06-14", "2023-06-14"))


@pytest.mark.parametrize(
    ("question", "read_as"),
    [
        ("Which airline is cutting flights in November?", "November 2023"),
        ("Which airline cut flights in November?", "November 2022"),
        ("Who is accused of what he did in May?", "May 2023"),
    ],
)
def test_the_present_looks_around(question: str, read_as: str) -> None:
    later = question_time(question, lambda: date(2023, 8, 18), TODAY)
    assert later.read_as == read_as


def test_after_an_event_of_a_year_is_not_after_that_year() -> None:
    assert read("Who sued after the 2020 election?").read_as == "since 2020"
    assert read("Who sued before the 2020 election?").read_as == "until 2020"


def test_a_time_in_a_sentence_before_the_question_is_an_aside() -> None:
    assert read("Ann Bird retired this week. Which team did she play for?").is_aside
    assert not read("Which team did Ann Bird leave this week?").is_aside
    assert not read("Who won in St. Louis in 2016?").is_aside


def test_relative_times_count_from_the_day_that_is_asked_for() -> None:
    time = read("What happened last year?", as_of=date(2021, 2, 3))
    assert (time.read_as, time.relative_to, time.counted_from) == ("2020", date(2021, 2, 3), "as_of")
    named = read("Who won in 2016?", as_of=date(2021, 2, 3))
    assert (named.read_as, named.relative_to, named.counted_from) == ("2016", None, None)


@pytest.mark.parametrize(
    "question",
    [
        "Who won the election?",
        "What year did he die?",
        "Who landed with Apollo 11?",
        "Did Apollo 11 may be late?",
        "Who directed Blade Runner 2049?",
        "Who sang in Apocalypse Now?",
        "Who owns USA Today?",
        "What did Theresa May say?",
        "May I ask who won?",
        "What did August Wilson write?",
        "Who spoke at the March on Washington?",
        "Which way did the army march in the end?",
        'Who is the hero of "1984"?',
        "When was 1984 published?",
        "Who spoke to the class of 2020?",
        "What does the 2016 Act say?",
        "What does the Clean Air Act of 1970 say?",
        "Who investigated the January 6 committee?",
        "Who planned the September 11 attacks?",
        "Who won on Black Friday?",
        "Who plays in Friday Night Lights?",
        "Who plays on Friday Night Lights?",
        "When did the Arab Spring begin?",
        "When did Flight 1549 land?",
        "How many of the 2000 workers left?",
        "What cost $2016?",
        "Who ate 5 out of 10?",
        "What did the Mars 2020 rover find?",
        "What is the electric current?",
        "What is the current account deficit?",
        "When must he go at the latest?",
        "What happened in 99999?",
        "What happened 3 million years ago?",
        "What happened 5000 years ago?",
    ],
)
def test_names_and_amounts_are_no_times(question: str) -> None:
    assert read(question) == QuestionTime(asked_on=TODAY)


@pytest.mark.parametrize(
    "question",
    ["What happened on 31 February?", "What happened on February 30, 2020?", "What happened on 13/13/2016?"],
)
def test_a_day_that_the_calendar_does_not_have_is_a_problem(question: str) -> None:
    time = read(question)
    assert (time.problem, time.is_impossible, time.spans) == ("the calendar has no such day", True, ())
    assert read(question, newest=None).is_impossible


def test_where_no_article_has_a_date_relative_times_have_nothing_to_count_from() -> None:
    time = read("What happened last week?", newest=None)
    assert (time.words, time.spans, time.is_impossible) == ("last week", (), False)
    assert time.problem == "no article has a date that it could be counted from"
    assert read("What happened in 2016?", newest=None).read_as == "2016"


def test_the_far_future_and_the_far_past_are_times() -> None:
    assert read("What will happen in 2999?").read_as == "2999"
    assert read("Who won the battle in 1066?").read_as == "1066"
    assert read("What happened 900 years ago?").read_as == "1123"


def test_the_newest_article_is_looked_up_only_where_it_matters() -> None:
    def fail() -> date:
        raise AssertionError

    assert question_time("Who won in 2016?", fail, TODAY).read_as == "2016"
    assert question_time("Who won?", fail, TODAY) == QuestionTime(asked_on=TODAY)


WORDS = "in on since between and to last this next 2016 12 31 0 may Friday spring ago '90s - / . 年"


@given(
    st.lists(st.sampled_from(WORDS.split()), max_size=30).map(" ".join) | st.text(max_size=200), st.dates()
)
def test_any_question_has_a_time_or_none(question: str, newest: date) -> None:
    time = read(question, newest)
    spans = [(first or date.min, last or date.max) for first, last in time.spans]
    assert all(first <= last for first, last in spans)
    assert bool(time.read_as) == bool(time.spans)
    assert time.is_named == bool(time.spans or time.problem)


def test_a_time_beyond_the_calendar_of_the_newest_article() -> None:
    """It can be counted from today, and not from there."""
    asked = question_time("Who won the next 700 decades?", lambda: date(8999, 1, 1), date(2026, 1, 1))
    assert (asked.words, asked.problem) == ("next 700 decades", "the calendar has no such day")
