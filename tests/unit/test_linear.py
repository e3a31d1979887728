"""No stage takes a time that grows with the square of its text, whatever kind of text it is.

4 MB of each kind are read by `make linear`.
"""

import pytest

from benchmarks.linear import KINDS, STAGES, is_linear, seconds, text_of, times_of

CHARS = 20_000


@pytest.mark.parametrize("stage", STAGES)
def test_twice_the_text_takes_twice_the_time(stage: str) -> None:
    seconds(stage, text_of("prose", 1000))  # what is loaded once is no part of it
    times = {kind: times_of(stage, kind, CHARS) for kind in KINDS}
    assert {kind: pair for kind, pair in times.items() if not is_linear(*pair)} == {}


def test_the_square_is_seen() -> None:
    assert is_linear(1.0, 2.5)
    assert is_linear(0.01, 0.19)
    assert not is_linear(1.0, 4.0)
