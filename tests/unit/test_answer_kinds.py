"""Which kinds of answer questions ask for, which kinds answers are, and whether the two agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.models.answer_kinds import answer_kinds
from nutgraf.models.kinds import AnswerKind, Kinds, kinds_agree
from nutgraf.models.question_kinds import question_kinds


@pytest.mark.parametrize(
    ("answer", "kinds"),
    [
        ("2010", "year, date, number"),
        ("in 2010", "year, date"),
        ("1990–1995", "year, date, duration"),
        ("476 AD", "year, date"),
        ("the 1990s", "year, date"),
        ("March", "month, date"),
        ("march", "words"),
        ("June", "month, date, name"),
        ("12 May 2021", "month, year, date"),
        ("2021-05-12", "date, year, month"),
        ("Monday", "weekday, date"),
        ("June Carter", "month, date, name"),
        ("10:30 p.m.", "time of day"),
        ("3 pm", "time of day"),
        ("three to four years", "duration"),
        ("two and a half years", "duration, percentage"),
        ("a three-day visit", "duration, words"),
        ("the 19th century", "date, duration"),
        ("$3 million", "money"),
        ("$2 per week", "money, date, duration, words"),
        ("hundreds of US dollars", "money"),
        ("5-10 percent", "percentage"),
        ("47 % of voters", "percentage, words"),
        ("137 million", "number"),
        ("42", "number, date, percentage"),
        ("Eighty-two", "number, percentage"),
        ("one in four", "number, percentage, words"),
        ("20 square miles", "measure"),
        ("5km", "measure"),
        ("five people", "number, words, percentage"),
        ("several", "number, words"),
        ("more", "number, words"),
        ("Apollo 11", "name"),
        ("50 Cent", "money, name"),
        ("Angela Merkel", "name"),
        ("BP", "name"),
        ("the president of the bank", "words"),
        ("after World War II", "name, date, words"),
        ("...", ""),
        ("", ""),
    ],
)
def test_kinds_of_answers(answer: str, kinds: str) -> None:
    assert answer_kinds(answer) == named(kinds)


def named(kinds: str) -> Kinds:
    return tuple(AnswerKind(name) for name in kinds.split(", ") if name)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("When did the war end?", AnswerKind.DATE),
        ("The bridge was built when?", AnswerKind.DATE),
        ("In which month did the talks begin?", AnswerKind.MONTH),
        ("What year's model is it?", AnswerKind.YEAR),
        ("What school year is it?", AnswerKind.YEAR),
        ("On what day of the week was it?", AnswerKind.WEEKDAY),
        ("What was the exact date of the vote?", AnswerKind.DATE),
        ("What time did he leave?", AnswerKind.TIME),
        ("How long did it last?", AnswerKind.DURATION),
        ("How many years did it last?", AnswerKind.DURATION),
        ("How old is she?", AnswerKind.DURATION),
        ("How much will it cost?", AnswerKind.MONEY),
        ("How much did it rain?", AnswerKind.NUMBER),
        ("By what percentage did prices rise?", AnswerKind.PERCENTAGE),
        ("How tall is the tower?", AnswerKind.MEASURE),
        ("In 2012, how many people came?", AnswerKind.NUMBER),
        ("When he left, who came?", AnswerKind.NAME),
        ("Which countries signed?", AnswerKind.NAME),
        ("Where was she born?", AnswerKind.NAME),
        ("Why did he leave?", AnswerKind.WORDS),
        ("What kind of boat is it?", AnswerKind.WORDS),
    ],
)
def test_the_likeliest_kind_that_a_question_asks_for(question: str, first: AnswerKind) -> None:
    assert question_kinds(question)[0] is first


@pytest.mark.parametrize(
    "question",
    [
        "What did China agree to?",
        "Is it true that the man who won left?",
        "When he left the room",
        "The man who left said what about who won?",
        "Where does Plymouth rank?",
        "What dates from the time of Menkaure?",
        "Who many goals did they get?",
        "What year of residency is he in?",
        "How did it end?",
        "",
        "?",
    ],
)
def test_questions_that_do_not_tell(question: str) -> None:
    assert question_kinds(question) == ()


@pytest.mark.parametrize(
    ("question", "answer", "agrees"),
    [
        ("How much will it cost?", "three to four years", False),
        ("How much will it cost?", "about $3 million", True),
        ("How much will it cost?", "too much for the town", True),
        ("Which month did it happen?", "Monday", False),
        ("Which month did it happen?", "May", True),
        ("What percentage of them voted?", "137 million", False),
        ("What percentage of them voted?", "two thirds", True),
        ("When was he elected?", "Barack Obama", False),
        ("When was he elected?", "Obama", False),
        ("When was he elected?", "Christmas", True),
        ("When was he elected?", "while he was away", None),
        ("Who was elected?", "Barack Obama", True),
        ("Who was elected?", "in 2008", False),
        ("Who was elected?", "the governor", None),
        ("Who plays for them?", "May", True),
        ("How many people came?", "the police", False),
        ("How many people came?", "hundreds", True),
        ("How many years?", "seven", True),
        ("What did he do?", "2008", None),
        ("Who was elected?", "", None),
    ],
)
def test_whether_they_agree(question: str, answer: str, agrees: bool | None) -> None:
    assert kinds_agree(question_kinds(question), answer_kinds(answer)) is agrees


def test_of_a_text_that_is_no_answer_or_no_question_nothing_is_told() -> None:
    assert answer_kinds("word " * 60) == (AnswerKind.WORDS,)
    assert answer_kinds("word " * 61) == ()
    assert question_kinds("Who " + "word " * 99) == (AnswerKind.NAME, AnswerKind.WORDS)
    assert question_kinds("Who " + "word " * 100) == ()


@pytest.mark.parametrize(
    ("piece", "answered"),
    [
        *(("1", "number"), ("1,", "number"), ("1.", "number"), ("12:", "number"), ("٣", "number")),
        *(("a", "words"), ("a'", "words"), ("a.", "words"), ("²", "words")),
        *(("12/", ""), ("1-1-", ""), ("$", ""), ("who ", ""), (" ", ""), ("'", "")),
    ],
)
def test_a_megabyte_is_read_in_linear_time(piece: str, answered: str) -> None:
    """In quadratic time this would not end within an hour."""
    text = piece * (1_000_000 // len(piece))
    assert answer_kinds(text) == named(answered)
    assert question_kinds(f"How long is {text}?"[:1_000_000]) in ((), question_kinds("How long is it?"))


@given(st.text())
def test_any_text_has_kinds_each_once(text: str) -> None:
    for kinds in (answer_kinds(text), question_kinds(text), question_kinds(f"How many {text}")):
        assert len({*kinds}) == len(kinds)
