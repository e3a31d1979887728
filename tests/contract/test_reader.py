"""What every reader does (nutgraf.models.reader.Reader): one suite, run on each implementation."""

import numpy as np
import pytest

from nutgraf.models.logits import QUESTION_TOKENS, WindowLogits
from nutgraf.models.reader import Reader
from tests.contract.hostile import HOSTILE

CONTEXT = "Beijing 🎉 said on Monday that China agreed to lift sanctions on wine, le cafe\u0301 reported."
PAIRS = [
    ("What did China agree to lift?", CONTEXT * 3),
    ("When?", CONTEXT),
    ("What did China agree to lift?", CONTEXT),
    ("", CONTEXT),
    ("When?", "On Monday."),
    ("Who?", ""),
]


def same(window: WindowLogits, other: WindowLogits) -> bool:
    """Return whether two windows have the same offsets, and the same logits to the rounding of float32."""
    pairs = [(window.start, other.start), (window.end, other.end), (window.null, other.null)]
    equal_offsets = window.offsets.tolist() == other.offsets.tolist()
    return equal_offsets and all(mine == pytest.approx(theirs, abs=1e-3) for mine, theirs in pairs)


def test_a_card_names_the_model(any_reader: Reader) -> None:
    assert any_reader.card.kind == "reader"
    assert len(any_reader.card.sha256) == 64
    assert any_reader.card.max_tokens > QUESTION_TOKENS + 3


def test_each_token_of_the_context_has_two_logits_and_a_span(any_reader: Reader) -> None:
    [window] = any_reader.read([("What did China agree to lift?", CONTEXT)])
    [spans] = any_reader.token_spans([CONTEXT])
    assert window.offsets.tolist() == spans.tolist()
    assert window.start.shape == window.end.shape == (len(spans),)
    assert (window.start.dtype, window.end.dtype, window.offsets.dtype) == (np.float32, np.float32, np.int32)
    assert np.isfinite([*window.start, *window.end, window.null]).all()
    assert {"Monday", "sanctions", "🎉"} <= {CONTEXT[start:end] for start, end in window.offsets}


def test_windows_are_in_the_order_of_the_pairs_whatever_the_batch(any_reader: Reader) -> None:
    together, reverse = any_reader.read(PAIRS), any_reader.read(PAIRS[::-1])[::-1]
    for pair, window, other in zip(PAIRS, together, reverse, strict=True):
        [alone] = any_reader.read([pair])
        assert same(window, alone)
        assert same(window, other)
    assert not same(together[1], together[2])


def test_no_pairs_have_no_windows(any_reader: Reader) -> None:
    assert any_reader.read([]) == []


def test_an_empty_context_has_a_null_score_and_no_tokens(any_reader: Reader) -> None:
    for window in any_reader.read([("Who?", ""), ("Who?", " \n")]):
        assert (window.start.shape, window.end.shape, window.offsets.shape) == ((0,), (0,), (0, 2))
        assert np.isfinite(window.null)


def test_a_question_is_cut_after_64_tokens_and_a_context_where_the_model_ends(any_reader: Reader) -> None:
    context = "news " * 2 * any_reader.card.max_tokens
    full, longer, short = any_reader.read(
        [
            ("who " * 64, context),
            ("who " * 64 + "lifted the sanctions " * 99, context),
            ("who " * 10, context),
        ]
    )
    assert same(full, longer)
    assert len(short.start) - len(full.start) == 64 - 10
    special = any_reader.card.max_tokens - 64 - len(full.start)
    assert special in {3, 4}  # MPNet has two separators between question and context
    assert full.offsets[-1].tolist() == [5 * (len(full.start) - 1), 5 * len(full.start) - 1]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_keep_their_offsets(any_reader: Reader, text: str) -> None:
    [window] = any_reader.read([(text, text)])
    assert len(window.start) == len(window.end) == len(window.offsets)
    assert np.isfinite([*window.start, *window.end, window.null]).all()
    assert all(0 <= start <= end <= len(text) for start, end in window.offsets.tolist())
    assert window.offsets.tolist() == any_reader.token_spans([text])[0][: len(window.start)].tolist()
