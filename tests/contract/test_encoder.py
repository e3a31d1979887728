"""What every encoder does (nutgraf.indexer.encoder.Encoder): one suite, run on each implementation."""

import numpy as np
import pytest

from nutgraf.indexer.encoder import Encoder, EncoderIdentity, identity
from tests.contract.hostile import HOSTILE

TEXTS = [
    "China agreed to lift sanctions on Australian wine.",
    "Short.",
    "The Fed raised its benchmark rate again on Wednesday. " * 5,
    "Short.",
    "Le café\u0301 🎉 opened.",
]


def test_a_card_names_the_model(any_encoder: Encoder) -> None:
    card = any_encoder.card
    assert identity(any_encoder) == EncoderIdentity(card.id, card.sha256, card.dim)
    assert (len(card.sha256), len(any_encoder.encode(["one"])[0])) == (64, card.dim)
    assert card.max_tokens > 2


def test_rows_are_float32_of_length_1(any_encoder: Encoder) -> None:
    vectors = any_encoder.encode(TEXTS)
    assert (vectors.shape, vectors.dtype) == ((5, any_encoder.card.dim), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_rows_are_in_the_order_of_the_texts_whatever_the_batch(any_encoder: Encoder) -> None:
    """Alone, among others and in another order a text has one vector, to the rounding of float32."""
    together, reverse = any_encoder.encode(TEXTS), any_encoder.encode(TEXTS[::-1])[::-1]
    for row, other, text in zip(together, reverse, TEXTS, strict=True):
        assert row == pytest.approx(any_encoder.encode([text])[0], abs=1e-5)
        assert row == pytest.approx(other, abs=1e-5)
    assert together[1] == pytest.approx(together[3], abs=1e-6)
    cosines = together @ together.T
    assert max(cosines[0, 1], cosines[0, 2], cosines[1, 2], cosines[0, 4]) < 0.95


def test_no_texts_have_no_rows(any_encoder: Encoder) -> None:
    vectors = any_encoder.encode([])
    assert (vectors.shape, vectors.dtype) == ((0, any_encoder.card.dim), np.float32)


def test_a_long_text_is_cut_at_max_tokens(any_encoder: Encoder) -> None:
    room = any_encoder.card.max_tokens - 2  # two tokens are special
    cut, longer, inside = any_encoder.encode(
        ["news " * room, "news " * room + "about football " * 900, "news " * (room - 1) + "football"]
    )
    assert longer == pytest.approx(cut, abs=1e-5)
    assert np.abs(inside - cut).max() > 1e-4


def test_texts_that_share_words_are_nearer(any_encoder: Encoder) -> None:
    query, near, far = any_encoder.encode(
        ["the harbour bridge will cost millions", "millions for the harbour bridge", "a goalkeeper retired"]
    )
    assert float(query @ near) > float(query @ far) + 0.3


def test_hostile_texts_have_vectors(any_encoder: Encoder) -> None:
    vectors = any_encoder.encode(HOSTILE)
    assert np.isfinite(vectors).all()
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
