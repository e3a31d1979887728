"""What two texts have in common, word by word, and that it takes no longer for hostile ones."""

import pytest

from nutgraf.qa.difference import difference

BASE = "At least 12 people died in the blast in Drevnik on Monday, officials said.\n\nA school was hit."


def shown(first: str, second: str) -> str:
    """Write a difference with what was removed in [-...-] and what was added in {+...+}."""
    marks = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return " ".join(marks[c.kind].format(" ".join(c.text.split())) for c in difference(first, second))


@pytest.mark.parametrize(
    ("second", "says"),
    [
        (BASE, " ".join(BASE.split())),
        (
            BASE.replace("12", "31"),
            "At least [-12-] {+31+} people died in the blast in Drevnik on Monday, officials said."
            " A school was hit.",
        ),
        (
            BASE.replace(" on Monday,", ","),
            "At least 12 people died in the blast in [-Drevnik on Monday,-] {+Drevnik,+} officials said."
            " A school was hit.",
        ),
        (BASE + " Nobody was inside.", " ".join(BASE.split()) + " {+Nobody was inside.+}"),
        ("", "[-" + " ".join(BASE.split()) + "-]"),
        ("Rain.", "[-" + " ".join(BASE.split()) + "-] {+Rain.+}"),
    ],
)
def test_a_difference_in_words(second: str, says: str) -> None:
    assert shown(BASE, second) == says


def test_words_that_moved_are_removed_and_added() -> None:
    assert (
        shown("one two three four five", "five one two three four") == "{+five+} one two three four [-five-]"
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (BASE, BASE.replace("12", "31") + "\nMore.\n"),
        ("  a  b\n", "b\n\na"),
        ("the " * 300, "the " * 299 + "a the"),
        ("a b " * 100, "b a " * 100),
        (" ", "x"),
    ],
)
def test_nothing_is_lost_and_nothing_made_up(first: str, second: str) -> None:
    changes = difference(first, second)
    assert "".join(c.text for c in changes if c.kind != "removed") == second
    old = "".join(c.text for c in changes if c.kind != "added")
    assert old.split() == first.split()
    assert all(change.text for change in changes)
