"""Which facts of two passages differ: numbers, names, dates and negations between words that both have."""

import pytest

from nutgraf.qa.variation import is_turned, is_version, variation

BASE = (
    "A gas explosion tore through a block of flats in the eastern city of Drevnik early on Monday, killing at"
    " least 12 people, officials said. The governor, Pavel Orlik, did not declare a day of mourning. The"
    " cause was being investigated, the ministry for emergencies said."
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("12 people", "31 people"),
        ("12 people", "twenty-one people"),
        ("12 people", "no people"),
        ("Drevnik", "Tolmar"),
        ("on Monday", "on Tuesday"),
        ("Pavel Orlik", "Pavel Anders"),
        ("did not declare", "was to declare"),
        ("officials said. The", "officials said. The search ended on Wednesday. The"),
    ],
)
def test_facts_that_differ(before: str, after: str) -> None:
    assert before in BASE
    assert variation(BASE, BASE.replace(before, after))
    assert variation(BASE.replace(before, after), BASE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("12 people", "twelve people"),
        ("officials said", "the police told reporters"),
        ("The cause", "Its cause"),
        ("A gas explosion tore", "DREVNIK (Wire A) - A gas explosion tore"),
        (", the ministry for emergencies said.", "."),
        ("explosion", "blast"),
    ],
)
def test_other_words_are_no_other_facts(before: str, after: str) -> None:
    assert before in BASE
    assert variation(BASE, BASE.replace(before, after)) == frozenset()


def test_what_was_cut_off_is_no_difference() -> None:
    assert variation(BASE, BASE[40:]) == variation(BASE[:150], BASE[40:]) == frozenset()


def test_two_texts_without_words_in_common() -> None:
    assert variation(BASE, "Nothing of this, 40 times.") == variation(BASE, "") == frozenset()


def test_alike_differences_are_equal() -> None:
    assert variation(BASE, BASE.replace("12", "31")) == variation(BASE, BASE.replace("12", "31")[20:])


STORY = (
    "A blast in Drevnik killed at least 12 people on Monday, officials said. The governor, Pavel Orlik,"
    " spoke of a day of mourning."
)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (STORY, False),
        (f"{STORY} Schools nearby were opened as shelters by the town of Drevnik.", False),
        (f"DREVNIK, 2 Feb (AP) - {STORY}", False),
        (STORY.replace("12", "31"), True),
        (STORY.replace("12", "twelve"), False),
        (STORY.replace("Monday", "Tuesday"), True),
        (STORY.replace("officials said", "officials did not say"), True),
        (STORY.replace("Pavel Orlik", "Ivan Orlik"), True),
        ("Another text of other words.", False),
    ],
)
def test_a_version_states_a_fact_differently(other: str, expected: bool) -> None:
    assert is_version(STORY, other) is expected
    assert is_version(other, STORY) is expected


@pytest.mark.parametrize(
    ("sentence", "other", "expected"),
    [
        ("Lund will stand again in May.", "Lund will not stand again in May.", True),
        ("They agreed to meet on Monday.", "They did not agree to meet on Monday.", True),
        ("Voss was found guilty.", "Voss was found not guilty.", True),
        ("The bank said it won't close.", "The bank said it will close.", True),
        ("Renn admitted that he shot.", "Renn denied that he shot.", True),
        ("Nine people died.", "Fourteen people died.", False),
        ("Nobody was hurt in the fire.", "Nobody was hurt in the large fire.", False),
        (
            "Nine people died, police said.",
            "Nine people died, police said, and the cause is not known.",
            False,
        ),
    ],
)
def test_a_sentence_that_denies_another(sentence: str, other: str, expected: bool) -> None:
    assert is_turned(sentence, other) is is_turned(other, sentence) is expected
