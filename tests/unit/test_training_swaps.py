"""Unanswerable questions made by a rule."""

import random

from hypothesis import given
from hypothesis import strategies as st

from nutgraf.models.training.swaps import swapped

CONTEXT = "In 1999 the band Fire Birds toured Peru with Ana Sol. By 2004, Ana Sol had left for Chile."


def swap(question: str, *answers: str) -> set[str | None]:
    return {swapped(question, CONTEXT, answers, random.Random(seed)) for seed in range(20)}


def test_a_number_becomes_another_of_the_context() -> None:
    assert swap("Who toured in 1999?") == {"Who toured in 2004?"}


def test_a_name_becomes_another_of_the_context() -> None:
    assert swap("When did the band tour Peru?") == {
        f"When did the band tour {name}?" for name in ("Fire Birds", "Ana Sol", "Chile")
    }


def test_what_comes_in_is_no_answer_and_not_in_the_question() -> None:
    assert swap("Where did Ana Sol of the band Fire Birds go from Peru?", "Chile") == {None}
    assert swap("Who toured in 1999?", "in 2004") == {None}


def test_the_first_word_is_no_name_and_words_are_no_numbers() -> None:
    assert swap("Who was in the band?") == {None}
    assert swapped("Who toured in 1999?", "Nothing is said here.", (), random.Random(0)) is None


@given(st.text(), st.text(), st.text(), st.integers())
def test_any_text_can_be_given(question: str, context: str, answer: str, seed: int) -> None:
    made = swapped(question, context, [answer], random.Random(seed))
    assert made is None or made != question
