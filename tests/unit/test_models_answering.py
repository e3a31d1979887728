"""Answering: what goes in and comes out, windows, refusals; on hand-set logits and on the shipped reader."""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nutgraf.models import BadInput, ModelError, answering
from nutgraf.models.onnx import OnnxReader
from tests.fakes import FakeReader

DOCS = Path(__file__).parents[2] / "docs" / "reader.md"
OTHERS = ["It rained in Oslo.", "Snow fell."]


def rounded(found: Sequence[answering.ReaderAnswer]) -> list[tuple[str, int, int, float]]:
    return [(one["answer"], one["start"], one["end"], round(one["score"], 6)) for one in found]


def small(tokens: int) -> int:
    """Return the max_seq_len that leaves so many tokens beside a question of one word."""
    return tokens + 1 + 4


# --- what comes out ------------------------------------------------------------------------------------


def test_the_object_and_its_score() -> None:
    reader = FakeReader({"Rome": math.log(3), "Oslo": 0.0})
    found = reader.answer(question="Where?", context="in Rome or Oslo", max_answer_len=1)
    assert found == {"score": pytest.approx(3 / 5), "start": 3, "end": 7, "answer": "Rome"}


def test_top_k_and_fewer_spans_than_asked() -> None:
    reader = FakeReader({"Rome": math.log(3), "Oslo": 0.0})
    options: dict[str, Any] = {"question": "Where?", "context": "Rome Oslo", "max_answer_len": 1}
    best = [("Rome", 0, 4, 0.6), ("Oslo", 5, 9, 0.2)]
    assert rounded(reader.answer(**options, top_k=2)) == best
    assert rounded(reader.answer(**options, top_k=50)) == best
    null = ("", 0, 0, 0.2)
    assert rounded(reader.answer(**options, top_k=50, handle_impossible_answer=True)) == [
        best[0],
        null,
        best[1],
    ]


def test_no_answer_wins_when_it_may() -> None:
    reader = FakeReader({"Rome": 0.0}, null=math.log(3))
    found = reader.answer(question="Where?", context="Rome", handle_impossible_answer=True)
    assert found == {"score": pytest.approx(0.75), "start": 0, "end": 0, "answer": ""}
    assert reader.answer(question="Where?", context="Rome")["score"] == pytest.approx(0.25)


def test_a_list_in_is_a_list_out() -> None:
    reader = FakeReader({"Oslo.": 5.0, "fell.": 5.0, "Rome": 5.0})
    answers = ["Oslo.", "fell."]
    for question, context, expected in [
        (["Where?", "What?"], OTHERS, answers),
        (("Where?", "What?"), tuple(OTHERS), answers),
        ("What?", OTHERS, answers),
        (["Where?", "What?"], "Rome", ["Rome", "Rome"]),
        (["Where?"], "Rome", ["Rome"]),
        ("Where?", ["Rome"], ["Rome"]),
        ([], [], []),
        ("Where?", [], []),
    ]:
        found = reader.answer(question=question, context=context, max_answer_len=1)
        assert [one["answer"] for one in found] == expected
        lists = reader.answer(question=question, context=context, max_answer_len=1, top_k=2)
        assert [one[0]["answer"] for one in lists] == expected
    assert rounded(reader.answer(question="Where?", context="Rome", top_k=2))[0][0] == "Rome"


# --- windows -------------------------------------------------------------------------------------------


def test_an_answer_across_the_border_is_found_in_the_overlap() -> None:
    """Windows of 4 tokens from 0, 2 and 4: only the second holds "three four five" whole."""
    reader = FakeReader({"five": 9.0}, starts={"three": 9.0})
    context = "zero one two three four five six seven"
    found = reader.answer(question="q", context=context, max_seq_len=small(4), max_answer_len=3)
    assert [text for _, text in reader.calls[0]] == [
        "zero one two three",
        "two three four five",
        "four five six seven",
    ]
    assert (found["answer"], found["start"], found["end"]) == ("three four five", 13, 28)


def test_one_span_of_many_windows_is_one_answer() -> None:
    reader = FakeReader({"four": math.log(9)})
    context = "one two three four five six seven"
    found = reader.answer(
        question="q", context=context, max_seq_len=small(4), max_answer_len=1, doc_stride=2, top_k=9
    )
    assert len(reader.calls[0]) == 3
    assert sorted(one["start"] for one in found) == [0, 4, 8, 14, 19, 24, 28]
    assert rounded(found)[0] == ("four", 14, 18, 0.9)


def test_equal_scores_keep_the_order_of_the_text() -> None:
    context = "x y " * 20
    reader = FakeReader({"x": 0.0, "y": 0.0})
    options: dict[str, Any] = {
        "question": "q",
        "context": context,
        "max_seq_len": small(6),
        "max_answer_len": 1,
    }
    assert [one["start"] for one in reader.answer(**options, top_k=5)] == [0, 2, 4, 6, 8]
    assert rounded(reader.answer(**options, top_k=5)) == rounded(reader.answer(**options, top_k=40))[:5]


WORDS = st.lists(st.sampled_from(["a", "bb", "ccc", "dd", "e"]), min_size=1, max_size=60)


@given(WORDS, st.integers(1, 4), st.integers(8, 20), st.integers(0, 99))
def test_windows_change_nothing_for_a_reader_that_needs_no_context(
    words: list[str], length: int, room: int, stride: int
) -> None:
    """A span's logits are the same in every window, so cutting must give what one window gives."""
    reader = FakeReader({"a": 1.0, "bb": 0.5, "ccc": 0.25, "dd": -1.0, "e": 2.0}, null=0.5)
    options: dict[str, Any] = {"question": "q", "context": " ".join(words), "max_answer_len": length}
    whole = reader.answer(**options, top_k=300, handle_impossible_answer=True)
    cut = reader.answer(
        **options, top_k=300, handle_impossible_answer=True, max_seq_len=small(room), doc_stride=stride
    )
    assert rounded(cut) == rounded(whole)
    assert math.fsum(one["score"] for one in cut) == pytest.approx(1)
    assert max(len(text.split()) for _, text in reader.calls[-1]) <= room


def test_all_windows_of_all_questions_are_read_together(monkeypatch: pytest.MonkeyPatch) -> None:
    context = " ".join(f"w{i}" for i in range(40))
    reader = FakeReader({"w33": 9.0, "w3": 8.0})
    options: dict[str, Any] = {"context": [context, "w3"], "max_seq_len": small(10), "max_answer_len": 1}
    together = reader.answer(question=["q", "r"], **options)
    assert [len(call) for call in reader.calls] == [8]
    assert {question for question, _ in reader.calls[0]} == {"q", "r"}
    monkeypatch.setattr(answering, "_WINDOWS_A_READ", 3)
    assert reader.answer(question=["q", "r"], **options) == together
    assert [len(call) for call in reader.calls[1:]] == [3, 3, 2]
    assert [one["answer"] for one in together] == ["w33", "w3"]


def test_a_window_is_never_longer_than_the_model_takes() -> None:
    reader = FakeReader(max_tokens=small(7))
    reader.answer(question="q", context="w " * 30, max_seq_len=9999)
    assert max(len(text.split()) for _, text in reader.calls[0]) == 7


# --- what is refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"question": ""}, "question is '', expected words"),
        ({"context": " \n"}, r"context is ' \\n', expected words"),
        ({"question": ["a", " "]}, "question 1 of the list is ' ', expected words"),
        ({"context": ["a", None]}, "context 1 of the list is None, expected a string"),
        ({"context": None}, "context is None, expected a string or a list of strings"),
        ({"question": {"a": 1}}, "question is {'a': 1}, expected a string or a list of strings"),
        (
            {"question": ["a", "b"], "context": ["c"]},
            "2 questions and 1 contexts, expected equal numbers, or one string",
        ),
        ({"top_k": 0}, "top_k is 0, expected a whole number, 1 or more"),
        ({"context": b"x" * 9999}, r"context is b'x+\.\.\.x+', expected a string"),
        ({"top_k": 1.5}, "top_k is 1.5, expected a whole number, 1 or more"),
        ({"max_answer_len": 0}, "max_answer_len is 0, expected a whole number, 1 or more"),
        ({"doc_stride": -1}, "doc_stride is -1, expected a whole number, 0 or more"),
        ({"max_seq_len": 5}, "a window of 5 tokens has no room for a context beside the question 'q'"),
        ({"question": "q " * 90, "max_seq_len": 68}, "a window of 68 tokens has no room for a context"),
    ],
)
def test_what_cannot_be_answered_is_refused(given: dict[str, Any], message: str) -> None:
    reader = FakeReader()
    with pytest.raises(BadInput, match=message) as caught:
        reader.answer(**{"question": "q", "context": "c"} | given)
    assert caught.value.hint
    assert isinstance(caught.value, ModelError)
    assert isinstance(caught.value, ValueError)
    assert reader.calls == []


# --- the shipped reader --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ("the cafe\u0301 open", ["the", "cafe\u0301", "open"]),
        ("a 🎉 b", ["a", "🎉", "b"]),
        ("👩‍👩‍👧 family", ["👩‍👩‍👧", "family"]),
        ("習近平 said", ["習", "近", "平", "said"]),
        ("one \0 two", ["one", "two"]),
        ("lone \ud83c half", ["lone", "half"]),
    ],
)
def test_every_character_is_where_it_was(reader: OnnxReader, context: str, words: list[str]) -> None:
    found = reader.answer(question="Who?", context=context, max_answer_len=1, top_k=99)
    assert sorted(one["start"] for one in found) == [context.index(word) for word in words]
    assert {one["answer"] for one in found} == set(words)


@given(st.text(max_size=300), st.text(max_size=40), st.booleans())
@settings(max_examples=60, deadline=None)
def test_answers_are_quotes_whatever_the_text(
    reader: OnnxReader, context: str, question: str, impossible: bool
) -> None:
    context, question = context + " شنبه שבת Friday", question + " ?"
    found = reader.answer(
        question=question, context=context, top_k=9, max_seq_len=90, handle_impossible_answer=impossible
    )
    places = [(one["start"], one["end"]) for one in found]
    for one in found:
        assert 0 <= one["start"] <= one["end"] <= len(context)
        assert context[one["start"] : one["end"]] == one["answer"]
        assert one["answer"] == one["answer"].lstrip()
        assert one["answer"] or impossible
        assert 0 <= one["score"] <= 1
    assert len(set(places)) == len(places) == 9
    order = [(-one["score"], one["start"], one["end"]) for one in found]
    assert order == sorted(order)
    assert math.fsum(one["score"] for one in found) <= 1 + 1e-9


def test_only_the_context_is_quoted(reader: OnnxReader) -> None:
    found = reader.answer(question="Did Paris or Rome win? Paris?", context="It was Oslo.", top_k=50)
    assert len(found) == 10
    assert all(one["end"] <= 12 and one["answer"] in "It was Oslo." for one in found)


def test_a_text_without_tokens_has_no_answer(reader: OnnxReader) -> None:
    """A byte-order mark is no blank, and BERT makes no token of it."""
    nothing = {"score": 1.0, "start": 0, "end": 0, "answer": ""}
    assert reader.answer(question="Where?", context="\ufeff\u200b") == nothing
    assert reader.answer(question="Where?", context="\ufeff", top_k=3) == [nothing]


def test_an_answer_does_not_depend_on_its_neighbours(reader: OnnxReader) -> None:
    long = " ".join(f"On day {day} the ministers met in room {day + 7}." for day in range(60))
    questions, contexts = ["Where on day 50?", "What fell?", "Where?"], [long, *reversed(OTHERS)]
    together = reader.answer(question=questions, context=contexts)
    for question, context, found in zip(questions, contexts, together, strict=True):
        alone = reader.answer(question=question, context=context)
        assert found == alone | {"score": pytest.approx(alone["score"], abs=1e-4)}


def test_the_code_of_the_documentation_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """Blocks marked `python` run one after another; a comment after a print is what it prints."""
    blocks = re.findall(r"^```python\n(.*?)^```$", DOCS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert blocks
    code = "".join(blocks)
    exec(compile(code, str(DOCS), "exec"), {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"^print\(.*\)  # (.*)$", code, re.MULTILINE)
