"""Passages: every span is a quote, whole sentences, nothing lost, never past the encoder's limit."""

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nutgraf.indexer.passages import PassageRule, sentence_around, split, title_prefix

_TOKEN = re.compile(r"\w+|[^\w\s]")


def word_tokens(texts: Sequence[str]) -> list[npt.NDArray[np.int32]]:
    """One token a word or mark: enough to test the limits without a vocabulary."""
    return [np.array([m.span() for m in _TOKEN.finditer(t)], np.int32).reshape(-1, 2) for t in texts]


def cut(text: str, *, title: str = "", max_tokens: int = 256, **rule: int) -> list[str]:
    spans = split(text, title, PassageRule(**rule), token_spans=word_tokens, max_tokens=max_tokens)
    return [text[start:end] for start, end in spans]


def test_short_text_is_one_passage() -> None:
    assert cut("One sentence. Another one.") == ["One sentence. Another one."]


def test_abbreviations_dates_and_quotes_do_not_end_a_sentence() -> None:
    text = (
        "The U.S. acted on Jan. 6 as planned. “We won’t walk away from any options.” "
        'Mr. Kerry met Gen. J. D. Smith at 5 p.m. on Sunday. He asked, "Will you act?" and left.'
    )
    assert cut(text, words=1, overlap_sentences=0) == [
        "The U.S. acted on Jan. 6 as planned.",
        "“We won’t walk away from any options.”",
        "Mr. Kerry met Gen. J. D. Smith at 5 p.m. on Sunday.",
        'He asked, "Will you act?" and left.',
    ]


def test_overlap_repeats_the_last_sentence() -> None:
    text = "One two three. Four five six. Seven eight nine. Ten eleven twelve."
    assert cut(text, words=9) == [
        "One two three. Four five six. Seven eight nine.",
        "Seven eight nine. Ten eleven twelve.",
    ]


def test_overlap_is_left_out_where_it_leaves_no_room() -> None:
    text = "One two three four. Five six seven eight nine ten. Eleven twelve."
    assert cut(text, words=6, overlap_words=6) == [
        "One two three four.",
        "Five six seven eight nine ten.",
        "Eleven twelve.",
    ]


def test_long_sentence_is_cut_at_clauses() -> None:
    clause = "the council met and talked"
    text = f"{clause}; {clause}, {clause} — {clause}, {clause}."
    parts = cut(text, words=9, max_words=12, overlap_sentences=0)
    assert parts == [f"{clause};", f"{clause},", f"{clause}", f"— {clause},", f"{clause}."]


def test_long_sentence_without_clauses_is_cut_at_words() -> None:
    text = " ".join(f"word{i}" for i in range(30))
    parts = cut(text, words=10, max_words=12, overlap_sentences=0)
    assert " ".join(parts) == text
    assert max(len(part.split()) for part in parts) <= 10


def test_one_endless_word_is_cut_into_slices() -> None:
    parts = cut("x" * 5000, overlap_sentences=0)
    assert "".join(parts) == "x" * 5000
    assert max(map(len, parts)) <= 2000


def test_title_takes_its_share_of_the_limit() -> None:
    text = " ".join(f"w{i}." for i in range(100))
    title = "one two three four five six"
    for part in cut(text, title=title, max_tokens=40, words=500):
        assert len(word_tokens([title_prefix(title) + part])[0]) <= 38


def test_title_prefix_is_bounded_and_optional() -> None:
    assert title_prefix("") == ""
    assert title_prefix("A title") == "A title\n"
    assert title_prefix("word " * 100) == ("word " * 24)[:119] + "\n"


def test_blank_text_has_no_passage() -> None:
    assert cut(" \n\n ") == []


@pytest.mark.parametrize(
    ("quote", "sentence"),
    [
        ("Jan. 6", "The U.S. acted on Jan. 6."),
        ("left", "He left."),
        ("6. He", "The U.S. acted on Jan. 6. He left."),
    ],
)
def test_sentence_around(quote: str, sentence: str) -> None:
    text = "Before this. The U.S. acted on Jan. 6. He left."
    at = text.index(quote)
    start, end = sentence_around(text, at, at + len(quote))
    assert text[start:end] == sentence


_PIECES = st.sampled_from(
    [
        "word",
        "U.S.",
        "Jan. 6",
        "“Quoted.”",
        "e\u0301té",
        "日本語です。",
        "😀",
        "\u200d",
        "x" * 300,
        "3.5%",
        "—",
    ]
)
_GAPS = st.sampled_from([" ", ". ", "\n\n", "; ", ", ", "! ", "\t", "\u2028"])


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(_PIECES, _GAPS), max_size=120).map(lambda parts: "".join(a + b for a, b in parts))
    | st.text(max_size=600),
    st.text(max_size=150),
    st.integers(20, 120),
)
def test_every_passage_is_a_quote_and_nothing_is_lost(text: str, title: str, max_tokens: int) -> None:
    text, title = (s.encode("utf-8", "replace").decode() for s in (text, title))
    rule = PassageRule(words=20, max_words=26, overlap_words=8)
    spans = split(text, title[:5], rule, token_spans=word_tokens, max_tokens=max_tokens)
    covered = np.zeros(len(text), bool)
    for start, end in spans:
        assert 0 <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        covered[start:end] = True
    assert all(covered[i] or c.isspace() for i, c in enumerate(text))
    assert spans == sorted(spans)
    for (first, _), (second, _) in pairwise(spans):
        assert first < second


def test_a_long_paragraph_is_cut_as_short_ones_are() -> None:
    sentences = [f"Mr. Holt of the U.S. said “no. {n}” on Jan. {n % 30 + 1}, at 5 p.m." for n in range(900)]
    rule = {"words": 1, "overlap_sentences": 0}
    assert cut(" ".join(sentences), **rule) == [part for s in sentences for part in cut(s, **rule)]


def test_the_sentence_in_a_long_paragraph() -> None:
    sentences = [f"Sentence {n} stands here." for n in range(5000)]
    text = " ".join(sentences)
    for sentence in (sentences[0], sentences[2500], sentences[-1]):
        at = text.index(sentence)
        assert sentence_around(text, at + 9, at + 12) == (at, at + len(sentence))


def test_a_sentence_goes_on_behind_a_title() -> None:
    text = "It rained. Mr. Oduya said Ms. Kamau had told him so. She left."
    sentence = "Mr. Oduya said Ms. Kamau had told him so."
    for words in ("Oduya", "Kamau", "told him"):
        start, end = sentence_around(text, text.index(words), text.index(words) + len(words))
        assert text[start:end] == sentence
