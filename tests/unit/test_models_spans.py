"""Span search on hand-set logits."""

import numpy as np
import numpy.typing as npt
import pytest

from nutgraf.models.spans import Pool, Span, best_spans, span_scores, token_lines

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


def test_scores_are_sums_and_no_answer_is_minus_infinity() -> None:
    scores = span_scores(logits(1, 2, 3), logits(10, 20, 30), WORDS, first_char=4, max_tokens=1)
    low = float("-inf")
    assert scores.tolist() == [[low, low, low], [low, 22, low], [low, low, 33]]
    assert scores.dtype == np.float32


def pooled(pool: Pool, *, with_null: bool = True) -> list[tuple[int, int, float]]:
    return [(s.start, s.end, round(s.score, 6)) for s in pool.best(with_null=with_null)]


def window(*values: float) -> npt.NDArray[np.float32]:
    """Return the scores of one-token spans whose exponentials are `values`."""
    ends = np.log(np.array(values, np.float32))
    return span_scores(np.zeros_like(ends), ends, WORDS[: len(values)], max_tokens=1)


def test_shares_of_one_window() -> None:
    pool = Pool(9)
    pool.add(window(3, 5), WORDS[:2], float(np.log(2)), None)
    assert pooled(pool) == [(4, 7, 0.5), (0, 3, 0.3), (0, 0, 0.2)]
    assert pooled(pool, with_null=False) == [(4, 7, 0.5), (0, 3, 0.3)]


def test_windows_share_one_softmax() -> None:
    """A softmax a window would give the second window's only span 1 / 1.25 and rank it first."""
    pool = Pool(2)
    pool.add(window(4, 3), WORDS[:2], 0.0, 100)
    pool.add(window(1), WORDS[:1] + 100, float(np.log(2)), None)
    assert pooled(pool) == [(0, 3, round(4 / 9, 6)), (4, 7, round(3 / 9, 6))]


def test_a_span_of_two_windows_is_one_with_its_highest_score() -> None:
    pool = Pool(9)
    pool.add(window(1, 2, 4), WORDS, 0.0, 4)
    pool.add(window(6, 3, 5), WORDS + 4, 0.0, None)
    # (4, 7) has 2 and 6, (8, 11) has 4 and 3; the null of either window is 1, and is one member.
    assert pooled(pool) == [
        (4, 7, round(6 / 17, 6)),
        (12, 15, round(5 / 17, 6)),
        (8, 11, round(4 / 17, 6)),
        (0, 0, round(1 / 17, 6)),
        (0, 3, round(1 / 17, 6)),
    ]


def test_the_lowest_null_of_any_window_counts() -> None:
    pool = Pool(2)
    pool.add(window(4), WORDS[:1], float(np.log(50)), 100)
    pool.add(window(1), WORDS[:1] + 100, float(np.log(5)), None)
    assert pooled(pool) == [(0, 0, 0.5), (0, 3, 0.4)]


def test_equal_shares_keep_reading_order_whatever_the_windows() -> None:
    pool = Pool(3)
    pool.add(window(1, 1), WORDS[:2], 0.0, 100)
    pool.add(window(1, 1), WORDS[:2] + 100, 0.0, None)
    assert pooled(pool) == [(0, 0, 0.2), (0, 3, 0.2), (4, 7, 0.2)]
    assert pooled(pool, with_null=False) == [(0, 3, 0.2), (4, 7, 0.2), (100, 103, 0.2)]


def test_without_a_span_no_answer_is_all_there_is() -> None:
    pool = Pool(3)
    pool.add(window(), WORDS[:0], -7.0, None)
    assert pooled(pool) == pooled(pool, with_null=False) == [(0, 0, 1.0)]


def test_huge_logits_do_not_overflow() -> None:
    pool = Pool(2)
    scores = span_scores(logits(5000, 0), logits(5000, 0), WORDS[:2], max_tokens=1)
    pool.add(scores, WORDS[:2], -5000.0, None)
    assert pooled(pool) == [(0, 3, 1.0), (4, 7, 0.0)]


def test_no_span_runs_into_another_line() -> None:
    """Ada to Bob would be best, at 9; then Ada alone, 5, before Bob alone, 4."""
    text = "Ada\nBob won"
    offsets = np.array([(0, 3), (4, 7), (8, 11)], np.int32)
    start, end = np.array([5, 0, 0], np.float32), np.array([0, 4, 0], np.float32)
    lines = token_lines(text, offsets)
    assert lines.tolist() == [0, 1, 1]
    assert best_spans(start, end, offsets, count=1) == [Span(0, 7, 9.0)]
    assert best_spans(start, end, offsets, count=2, lines=lines) == [Span(0, 3, 5.0), Span(4, 7, 4.0)]
    assert token_lines("", offsets[:0]).tolist() == []
