"""How the answer to a question may change, by its words."""

import pytest

from nutgraf.qa.change import GROWING_COUNT, RECURRING_EVENT, STATE, Change, asked_change


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
