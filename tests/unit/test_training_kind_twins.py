"""Questions asked for another kind of thing, or for a part of their answer: one test for each rule."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.models.training.kind_twins import asked_for_part, asked_otherwise


def asked(question: str, context: str, *answers: str) -> set[str | None]:
    return {asked_otherwise(question, context, answers, random.Random(seed)) for seed in range(200)}


WEEKDAY = {f"On {which} day of the week" for which in ("what", "which")}
CLOCK = {"At what time of day", "At what hour"}
MONTH = {"In what month", "In which month"}


@pytest.mark.parametrize(
    ("question", "context", "answer", "begins"),
    [
        ("In what year did it close?", "It closed in 1998.", "1998", WEEKDAY | CLOCK | MONTH),
        ("When did it close?", "It closed in May 1998 at 5 p.m.", "May 1998", WEEKDAY),
        ("When did it close?", "It closed on Monday, 4 May 1998.", "4 May 1998", CLOCK),
        ("What year was it closed?", "It closed on a Monday at noon in 1998.", "1998", MONTH),
    ],
)
def test_a_date_becomes_a_part_of_it_that_is_not_said(
    question: str, context: str, answer: str, begins: set[str]
) -> None:
    made = asked(question, context, answer)
    assert (None in made) != bool(begins & MONTH), (
        "few dates are asked for a day of the week or a time of day"
    )
    ends = " was it closed?" if "was it" in question else " did it close?"
    assert made - {None} == {begin + ends for begin in begins}


@pytest.mark.parametrize(
    ("question", "context", "becomes"),
    [
        ("How many people live there?", "There live 137 people.", "What percentage of people live there?"),
        ("How long did it take to build?", "It took 3 years to build.", "How much did it cost to build?"),
        ("How much will the bridge cost?", "It costs $3 million.", "How long will the bridge take?"),
        ("How old was the man in town?", "The man was 43.", "How tall was the man in town?"),
        ("Where did they meet again?", "They met in Rome.", "When did they meet again?"),
        ("Who was the town founded by?", "The town was founded by Lee.", "When was the town founded?"),
    ],
)
def test_a_question_asks_for_what_is_not_said(question: str, context: str, becomes: str) -> None:
    answers = [" ".join(context.strip(".").split()[-3:])]
    made = asked(question, context, *answers)
    if "will" in question:
        becomes = becomes.replace("How long will", "How long did")
    assert made == {becomes}


@pytest.mark.parametrize(
    ("question", "context"),
    [
        ("How many people live there?", "There live 137 people, half of them men."),
        ("How long did it take to build?", "It took 3 years and 5 million dollars to build."),
        ("How much did the bridge cost?", "It cost $3 million over three years."),
        ("How old was the man in town?", "The man was 43 and 6 feet tall."),
        ("Where did they meet again?", "They met in Rome in the spring."),
        ("In which city did they meet?", "They met in Rome last week."),
        ("Who was the town founded by?", "The town was founded by Lee in 1820."),
        ("What is the capital called?", "The capital is called Rome."),
        ("What year?", "It was 1998."),
    ],
)
def test_what_the_context_says_is_not_asked_for(question: str, context: str) -> None:
    assert asked(question, context, "whatever") == {None}


def test_an_answer_of_another_kind_is_no_date() -> None:
    assert asked("When did it close?", "It closed after the war.", "after the war") == {None}


def part(question: str, *answers: str) -> set[tuple[str, str] | None]:
    made = set()
    for seed in range(20):
        result = asked_for_part(question, answers, random.Random(seed))
        match = None if result is None else result[1].search(answers[0])
        made.add(None if result is None or match is None else (result[0], match[0]))
    return made


def test_a_date_is_asked_for_a_part_that_answers() -> None:
    assert part("When did it open?", "7 May 1824") == {
        ("In what month did it open?", "May"),
        ("In which month did it open?", "May"),
        ("In what year did it open?", "1824"),
        ("What year did it open?", "1824"),
    }
    assert part("When did it open?", "on Monday") == {
        ("On what day of the week did it open?", "Monday"),
        ("On which day did it open?", "Monday"),
    }
    assert part("When did it open?", "at 5:30 p.m. local time") == {
        ("At what time did it open?", "5:30 p.m.")
    }


@pytest.mark.parametrize("answer", ["1824", "1665–66", "they may say", "May", "1824 or 1825"])
def test_what_has_no_single_part_is_not_asked_for_it(answer: str) -> None:
    assert part("When did it open?", answer) == {None}
    assert part("Where did it open?", "in May 1824") == {None}


@given(st.text(), st.text(), st.lists(st.text()), st.integers())
def test_any_text_can_be_given(question: str, context: str, answers: list[str], seed: int) -> None:
    made = asked_otherwise(question, context, answers, random.Random(seed))
    assert made is None or made != question
    assert asked_for_part(question, answers, random.Random(seed)) is None or answers
