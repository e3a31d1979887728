"""EM and F1 against cases worked by hand."""

import pytest

from nutgraf.qa.evaluate.metrics import exact_match, f1, right


@pytest.mark.parametrize(
    ("answer", "golds", "em", "overlap"),
    [
        ("the Denver Broncos", ["Denver Broncos"], 1.0, 1.0),
        ("Denver", ["Denver Broncos"], 0.0, 2 / 3),
        ("Denver Broncos won", ["Broncos", "Denver Broncos"], 0.0, 4 / 5),
        ("a b b", ["b b c"], 0.0, 4 / 5),  # the article "a" goes: 2 common of 2 and 3
        ("Paris", ["London"], 0.0, 0.0),
        ("", ["London"], 0.0, 0.0),
        ("", [], 1.0, 1.0),
        ("London", [], 0.0, 0.0),
        ("U.S.", ["us"], 1.0, 1.0),
        ("Denver", ["Denver in Colorado"], 0.0, 1 / 2),
    ],
)
def test_scores(answer: str, golds: list[str], em: float, overlap: float) -> None:
    assert exact_match(answer, golds) == em
    assert f1(answer, golds) == pytest.approx(overlap)
    assert right(answer, golds) == (bool(golds) and overlap >= 0.5)
