"""Ids and code-point offsets, on ordinary and on hostile text."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf import models
from nutgraf.models.cards import ShippedModel
from nutgraf.models.errors import ModelDamaged
from nutgraf.models.tokens import Tokens

VOCABULARY = models.shipped("encoder") / "tokenizer.json"


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    return Tokens(VOCABULARY)


def pieces(tokens: Tokens, text: str) -> list[str]:
    [(_, spans)] = tokens.ids_and_spans([text])
    return [text[start:end] for start, end in spans]


def test_ids_are_bert_s(tokens: Tokens) -> None:
    assert tokens.ids(["Hello, world!", ""]) == [[7592, 1010, 2088, 999], []]
    assert (tokens.cls, tokens.sep) == (101, 102)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("China agreed.", ["China", "agreed", "."]),
        ("a 🎉 b", ["a", "🎉", "b"]),
        ("👩‍👩‍👧 family", ["👩‍👩‍👧", "family"]),
        ("習近平 said", ["習", "近", "平", "said"]),
        ("caf\u00e9 open", ["caf\u00e9", "open"]),
        (
            "cafe\u0301 open",
            ["cafe", "open"],
        ),  # the accent is dropped, and with it the last code point of the word
        ("a\u0301\u0302b", ["a\u0301\u0302b"]),
        ("one\0two", ["one", "t", "wo"]),
        (
            "lone \ud83c half",
            ["lone", "half"],
        ),  # U+FFFD in its place, which BERT drops: no token, offsets intact
        ("\udc00\ud800 end", ["end"]),
        ("Ⅷ ﬁn", ["Ⅷ", "ﬁ", "n"]),
        ("İstanbul", ["İstanbul"]),
        ("", []),
        (" \n\t\u200b", []),
    ],
)
def test_spans_are_code_points(tokens: Tokens, text: str, expected: list[str]) -> None:
    assert pieces(tokens, text) == expected


def test_an_empty_text_has_an_empty_table(tokens: Tokens) -> None:
    [(ids, spans)] = tokens.ids_and_spans([""])
    assert ids == []
    assert spans.shape == (0, 2)
    assert spans.dtype == np.int32


def test_a_long_text_is_not_cut(tokens: Tokens) -> None:
    [(ids, spans)] = tokens.ids_and_spans(["news " * 2000])
    assert len(ids) == 2000
    assert spans[-1].tolist() == [9995, 9999]


@given(st.text(alphabet=st.characters(), max_size=60))
def test_spans_stay_in_the_text_and_in_order(text: str) -> None:
    [(ids, spans)] = Tokens(VOCABULARY).ids_and_spans([text])
    assert len(ids) == len(spans)
    assert all(0 <= start <= end <= len(text) for start, end in spans.tolist())
    assert spans[:, 0].tolist() == sorted(spans[:, 0].tolist())
    assert Tokens(VOCABULARY).ids([text]) == [ids]


def test_one_content_is_loaded_once(tmp_path: Path, tokens: Tokens) -> None:
    copy = tmp_path / "tokenizer.json"
    copy.write_bytes(VOCABULARY.read_bytes())
    assert Tokens(copy)._tokenizer is tokens._tokenizer


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff"])
def test_no_tokenizer_is_damage(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_bytes(content)
    with pytest.raises(ModelDamaged, match="not a tokenizer"):
        Tokens(path)


def test_an_absent_tokenizer_is_damage(tmp_path: Path) -> None:
    with pytest.raises(ModelDamaged, match="cannot be read"):
        Tokens(tmp_path / "tokenizer.json")


@pytest.mark.parametrize("name", ["encoder", *models.READERS.values()])
def test_special_tokens_that_a_text_quotes_are_words(name: ShippedModel) -> None:
    tokens = Tokens(models.shipped(name) / "tokenizer.json")
    text = "The [SEP] of </s> and <s> or [CLS], [MASK] and [PAD]."
    [(ids, spans)] = tokens.ids_and_spans([text])
    assert not {tokens.cls, tokens.sep} & {*ids}
    assert "sep" in {text[start:end].lower() for start, end in spans}


def test_a_text_of_many_blocks_has_the_tokens_of_its_words() -> None:
    tokens, words = Tokens(VOCABULARY), ["news", "Talks", "go", "on!", "—"] * 30_000
    text = " ".join(words)
    [alone, (ids, spans), _] = tokens.ids_and_spans(["news", text, ""])
    once, once_spans = tokens.ids_and_spans([" ".join(words[:5])])[0]
    assert alone[0] == once[:1]
    assert ids == once * 30_000
    assert tokens.ids([text]) == [ids]
    assert spans[-len(once) :].tolist() == (once_spans + len(text) - len(" ".join(words[:5]))).tolist()
