"""When two strings are the same answer."""

import pytest

from qa.normalize import normalize


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("The U.N. sanctions", "un sanctions"),
        ("  A  cat, and an  apple! ", "cat and apple"),
        ("“Sanctions”", "sanctions"),
        ("another", "another"),
        ("$3.5 million", "35 million"),
        ("the", ""),
    ],
)
def test_normalize(raw: str, normal: str) -> None:
    assert normalize(raw) == normal
