"""Negated sentences: the edit of the context, that of the question, and what is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.models.training.edits import Edit, edited, sentence_around, sentences
from nutgraf.models.training.negation import negated
from nutgraf.models.training.verbs import base_of, inflected


def negate(question: str, context: str, answer: str) -> tuple[str, str | None] | None:
    start = context.index(answer)
    span = (start, start + len(answer))
    negation = negated(question, context, (span,))
    if negation is None:
        return None
    edit = negation.context
    assert edit.end <= span[0] or span[1] <= edit.start, "the answer stays as it is"
    return (
        edited(context, [edit]),
        None if negation.question is None else edited(question, [negation.question]),
    )


@pytest.mark.parametrize(
    ("question", "context", "answer", "becomes", "asked"),
    [
        (
            "Who was found guilty of bribery?",
            "A court sat. Ann Lee was found guilty of bribery in May.",
            "Ann Lee",
            "A court sat. Ann Lee was found not guilty of bribery in May.",
            "Who was found not guilty of bribery?",
        ),
        (
            "Who agreed to resign?",
            "The mayor agreed to resign.",
            "The mayor",
            "The mayor refused to resign.",
            "Who refused to resign?",
        ),
        (
            "When was the company founded?",
            "The company was founded in 1998.",
            "1998",
            "The company was not founded in 1998.",
            None,
        ),
        (
            "What was the prize awarded for?",
            "The prize was officially awarded for courage.",
            "courage",
            "The prize was not officially awarded for courage.",
            "What was the prize not awarded for?",
        ),
        (
            "Who pledged a vote?",
            "David Cameron has pledged a vote.",
            "David Cameron",
            "David Cameron has not pledged a vote.",
            "Who never pledged a vote?",
        ),
        (
            "What is the capital of France?",
            "Paris is the capital of France.",
            "Paris",
            "Paris is not the capital of France.",
            "What is not the capital of France?",
        ),
        (
            "Where did the company move?",
            "The company moved to Boston.",
            "Boston",
            "The company did not move to Boston.",
            None,
        ),
        (
            "What did Ann Lee win?",
            "Ann Lee won a car.",
            "a car",
            "Ann Lee did not win a car.",
            "What did Ann Lee not win?",
        ),
        (
            "What does the series include?",
            "The series includes plays.",
            "plays",
            "The series does not include plays.",
            "What does the series not include?",
        ),
        (
            "Who founded the town?",
            "Lee founded the town.",
            "Lee",
            "Lee never founded the town.",
            "Who never founded the town?",
        ),
    ],
)
def test_each_rule(question: str, context: str, answer: str, becomes: str, asked: str | None) -> None:
    assert negate(question, context, answer) == (becomes, asked)


@pytest.mark.parametrize(
    ("question", "context", "answer"),
    [
        ("Who was found guilty?", "Lee was not found guilty.", "Lee"),
        ("Who was never found guilty?", "Lee was found guilty.", "Lee"),
        ("Why was Lee arrested?", "Lee was arrested for theft.", "theft"),
        ("When was it founded?", "It was founded, which pleased all, in 1998.", "1998"),
        ("When was it founded?", "It was sold in 1998.", "1998"),
        ("Who founded the town?", "The town founded by Lee is old.", "Lee"),
        ("What is the oldest?", "Rome is the biggest.", "Rome"),
        ("What did the man do?", "The man was the best.", "the best"),
    ],
)
def test_what_no_rule_can_negate_is_left_alone(question: str, context: str, answer: str) -> None:
    assert negate(question, context, answer) is None


def test_all_answers_must_stand_in_one_sentence() -> None:
    context = "It was founded in 1998. Much later, in 1998, it grew."
    first, second = (context.index("1998"), context.rindex("1998"))
    assert negated("When was it founded?", context, ((first, first + 4),)) is not None
    assert negated("When was it founded?", context, ((first, first + 4), (second, second + 4))) is None


@given(st.text(), st.text(min_size=3))
def test_any_text_can_be_given(question: str, context: str) -> None:
    negation = negated(question, context, ((0, 1),))
    assert negation is None or edited(context, [negation.context]) != context


def test_sentences_end_where_they_seem_to() -> None:
    text = 'Mr. Lee (r. 1356) of the U.S. Army left. "Go!" he said. Then 3.5 km\nA line'
    assert [text[start:end] for start, end in sentences(text)] == [
        "Mr. Lee (r. 1356) of the U.S. Army left.",
        '"Go!" he said.',
        "Then 3.5 km",
        "A line",
    ]
    assert sentence_around(text, [(0, 3), (8, 9)]) == (0, 40)
    assert sentence_around(text, [(0, 3), (42, 43)]) is None
    assert sentence_around(text, []) is None


def test_edits_have_the_places_of_the_unchanged_text() -> None:
    assert edited("one two three", [Edit(0, 3, "a"), Edit(7, 7, "!"), Edit(8, 13, "")]) == "a two! "


def test_forms_of_verbs() -> None:
    assert "moved" in inflected("move", "did")
    assert "stopped" in inflected("stop", "did")
    assert "carries" in inflected("carry", "does")
    assert inflected("win", "did") == {"won"}
    assert inflected("run", "do") == set()
    counts = {"move": 3, "stop": 2, "carry": 1, "add": 4}
    assert [base_of(past, counts) for past in ("moved", "stopped", "carried", "added", "won")] == [
        *("move", "stop", "carry", "add", "win"),
    ]
    assert base_of("sacred", counts) is None
    assert base_of("red", counts) is None
