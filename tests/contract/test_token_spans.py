"""What `token_spans` of every encoder and reader does: code points, in order, inside the text, uncut."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.hostile import HOSTILE


def pieces(model: Any, text: str) -> list[str]:
    [spans] = model.token_spans([text])
    return [text[start:end] for start, end in spans.tolist()]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("China agreed on Monday", ["China", "agreed", "on", "Monday"]),
        ("a 🎉 b", ["a", "🎉", "b"]),
        ("👩‍👩‍👧 family", ["👩‍👩‍👧", "family"]),
        ("caf\u00e9 open", ["caf\u00e9", "open"]),
        ("", []),
        (" \n\t", []),
    ],
)
def test_spans_are_code_points(any_model: Any, text: str, words: list[str]) -> None:
    assert pieces(any_model, text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cafe\u0301 open late", ["open", "late"]),  # BERT's tokenizer drops an accent at the end of a word
        ("lone \ud83c half", ["lone", "half"]),
        ("\udc00\ud800 end", ["end"]),
        ("🎉🎉🎉 party", ["party"]),
    ],
)
def test_words_are_found_where_they_stand(any_model: Any, text: str, words: list[str]) -> None:
    [spans] = any_model.token_spans([text])
    places = [[text.index(word), text.index(word) + len(word)] for word in words]
    assert [span for span in spans.tolist() if span in places] == places


def test_a_text_is_not_cut(any_model: Any) -> None:
    long, short, empty = any_model.token_spans(["news " * 20_000, "news", ""])
    assert long.shape == (20_000, 2)
    assert long[[0, 19_999]].tolist() == [[0, 4], [99_995, 99_999]]
    assert short.tolist() == [[0, 4]]
    assert (empty.shape, empty.dtype) == ((0, 2), np.int32)
    assert any_model.token_spans([]) == []


@given(st.text(alphabet=st.characters(), max_size=60))
@settings(max_examples=60, deadline=None)
def test_spans_lie_in_the_text_and_in_its_order(any_model: Any, text: str) -> None:
    [spans] = any_model.token_spans([text])
    assert spans.dtype == np.int32
    assert all(0 <= start <= end <= len(text) for start, end in spans.tolist())
    assert spans[:, 0].tolist() == sorted(spans[:, 0].tolist())
    assert spans[:, 1].tolist() == sorted(spans[:, 1].tolist())


def test_a_text_has_the_same_spans_among_others(any_model: Any) -> None:
    together = any_model.token_spans(HOSTILE)
    assert [spans.tolist() for spans in together] == [any_model.token_spans([t])[0].tolist() for t in HOSTILE]
