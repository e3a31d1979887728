"""How the answer to a question may change, by its words."""

import pytest

from nutgraf.qa.change import (
    GROWING_COUNT,
    RECURRING_EVENT,
    STATE,
    Change,
    asked_change,
    asks_for_the_present,
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many people died in the Orlow flood?", GROWING_COUNT),
        ("What is the death toll of the Orlow flood?", GROWING_COUNT),
        ("How many people have been displaced?", GROWING_COUNT),
        ("What is the number of confirmed cases?", GROWING_COUNT),
        ("Who won the Tarn Cup?", RECURRING_EVENT),
        ("Who is the world chess champion?", RECURRING_EVENT),
        ("Which film took the award?", RECURRING_EVENT),
        ("How many medals did Orlow win?", STATE),
        ("How many people live in Orlow?", STATE),
        ("Who is the prime minister of Orlow?", STATE),
        ("Who died in Orlow?", STATE),
        ("", STATE),
    ],
)
def test_change(question: str, expected: Change) -> None:
    assert asked_change(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who is the prime minister of Orlow?", True),
        ("Which team does Mia Lind play for?", True),
        ("How many members has the league?", True),
        ("Who won the Tarn Cup?", True),
        ("What did Orlow agree to?", False),
        ("Who was the prime minister of Orlow?", False),
        ("How many people have died in the flood?", False),
        ("Who's the mayor of Orlow?", True),
        ("What caused Orlow's flood?", False),
        ("", False),
    ],
)
def test_which_answers_grow_stale(question: str, expected: bool) -> None:
    assert asks_for_the_present(question) is expected
