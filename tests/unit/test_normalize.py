"""When two strings are the same answer."""

import pytest

from nutgraf.qa.normalize import normalize, same_words


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("The U.N. sanctions", "un sanctions"),
        ("  A  cat, and an  apple! ", "cat and apple"),
        ("“Sanctions”", "“sanctions”"),
        ("another", "another"),
        ("$3.5 million", "35 million"),
        ("the", ""),
    ],
)
def test_normalize_is_the_official_rule(raw: str, normal: str) -> None:
    assert normalize(raw) == normal


@pytest.mark.parametrize(("one", "other"), [("“Sanctions”", '"sanctions"'), ("China’s oil", "China's oil")])
def test_typographic_marks_do_not_make_two_answers(one: str, other: str) -> None:
    assert same_words(one) == same_words(other)
