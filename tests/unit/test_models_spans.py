"""Span search on hand-set logits."""

import numpy as np
import numpy.typing as npt
import pytest

from models.spans import Span, best_spans

LOW = -10.0


def logits(*values: float) -> npt.NDArray[np.float32]:
    return np.array(values, np.float32)


def tokens(*spans: tuple[int, int]) -> npt.NDArray[np.int32]:
    return np.array(spans, np.int32).reshape(-1, 2)


WORDS = tokens((0, 3), (4, 7), (8, 11))


def test_best_span_and_its_score() -> None:
    found = best_spans(logits(1, 5, 0), logits(0, 2, 4), WORDS, count=2)
    assert found == [Span(4, 11, 9.0), Span(4, 7, 7.0)]


def test_end_before_start_is_no_span() -> None:
    found = best_spans(logits(LOW, LOW, 9), logits(9, LOW, LOW), WORDS, count=9)
    assert found[0] == Span(0, 3, -1.0)
    assert len(found) == 6
    assert all(span.start < span.end for span in found)


def test_spans_in_the_title_are_no_spans() -> None:
    found = best_spans(logits(9, 1, 0), logits(9, 1, 0), WORDS, first_char=4, count=1)
    assert found == [Span(4, 7, 2.0)]


def test_length_is_bounded() -> None:
    assert best_spans(logits(9, 0, 0), logits(0, 0, 9), WORDS, count=1, max_tokens=2) == [Span(0, 3, 9.0)]


def test_tokens_without_characters_are_skipped() -> None:
    spans = tokens((0, 0), (0, 3), (3, 3))
    assert best_spans(logits(9, 1, 9), logits(9, 1, 9), spans) == [Span(0, 3, 2.0)]


def test_ties_keep_reading_order() -> None:
    found = best_spans(logits(1, 1, 1), logits(1, 1, 1), WORDS, count=3)
    assert [(s.start, s.end) for s in found] == [(0, 3), (0, 7), (0, 11)]


@pytest.mark.parametrize("first_char", [0, 99])
def test_no_usable_token_no_span(first_char: int) -> None:
    spans = WORDS if first_char else tokens()
    empty = logits(*[0.0] * len(spans))
    assert best_spans(empty, empty, spans, first_char=first_char) == []


def test_fewer_spans_than_asked() -> None:
    assert best_spans(logits(1), logits(1), tokens((0, 2)), count=5) == [Span(0, 2, 2.0)]
