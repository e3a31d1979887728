"""Paragraphs of any length, read whole: windows by hand-set logits, and with the shipped reader."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from nutgraf.models.logits import WindowLogits
from nutgraf.qa.evaluate.reader_alone import OVERLAP_TOKENS, QuestionInContext, read_all, read_whole

WINDOW_WORDS = 200


class NumberReader:
    """A reader whose tokens are words: a number has itself as its logits, "null=N" sets the null score."""

    def __init__(self) -> None:
        self.contexts: list[str] = []

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[WindowLogits]:
        return [self._window(context) for _, context in pairs]

    def _window(self, context: str) -> WindowLogits:
        self.contexts.append(context)
        offsets, at = [], 0
        for word in context.split()[:WINDOW_WORDS]:
            at = context.index(word, at)
            offsets.append((at, at + len(word)))
            at += len(word)
        words = [context[start:end] for start, end in offsets]
        logits = np.array([float(w) if w.isdigit() else -9.0 for w in words], np.float32)
        null = next((float(w[5:]) for w in words if w.startswith("null=")), 0.0)
        return WindowLogits(logits, logits, np.array(offsets, np.int32).reshape(-1, 2), null)


def test_the_best_span_of_all_windows_against_the_least_null() -> None:
    reader = NumberReader()
    words = ["w"] * 500
    words[10], words[450], words[460] = "3", "5", "null=4"
    guess = read_whole(reader, [("q", " ".join(words))])[0]
    assert guess is not None
    assert guess.text == "5"
    assert guess.null_margin == 10.0 - 0.0  # start 5 + end 5; the windows before the last have a null of 0
    assert [len(c.split()) for c in reader.contexts] == [500, 428, 356, 284, 212, 140]
    assert WINDOW_WORDS - OVERLAP_TOKENS == 500 - 428


def test_each_context_gets_as_many_windows_as_it_needs() -> None:
    reader = NumberReader()
    long = " ".join(["w"] * 205 + ["7"])
    guesses = read_whole(reader, [("q", "only 4 words here"), ("q", long), ("q", ""), ("q", "6")])
    assert [(g.text, g.null_margin) if g else None for g in guesses] == [
        ("4", 8.0),
        ("7", 14.0),
        None,
        ("6", 12.0),
    ]
    assert len(reader.contexts) == 5


def test_windows_start_at_words() -> None:
    reader = NumberReader()
    read_whole(reader, [("q", " ".join(f"word{n}" for n in range(300)))])
    assert [c.split()[0] for c in reader.contexts] == ["word0", "word72", "word144"]


def test_records() -> None:
    questions = [
        QuestionInContext("1", "How many?", ("4", "4 words"), "a", "only 4 words null=9"),
        QuestionInContext("2", "How many?", (), "a", "only 4 words null=9"),
        QuestionInContext("3", "How many?", ("5 words",), "b", ""),
    ]
    [records] = read_all(NumberReader(), questions)
    first, second, third = records
    assert (first.prediction, first.em, first.f1, first.score) == ("4", 1.0, 1.0, -1.0)
    assert (first.source, first.answered, first.gold_answers) == ("a", False, ("4", "4 words"))
    assert (second.prediction, second.em, second.f1, second.score) == ("4", 0.0, 0.0, -1.0)
    assert (third.prediction, third.em, third.f1, third.score, third.source) == ("", 0.0, 0.0, None, None)


@pytest.mark.parametrize("before", [0, 650])
def test_a_paragraph_of_700_words_is_read_whole(reader: Any, before: int) -> None:
    words = ("The weather stayed dry over the hills and nobody had much to say about it. " * 50).split()[:700]
    context = " ".join([*words[:before], "The bridge was built by Ada Novak in 1931.", *words[before:]])
    guess = read_whole(reader, [("Who built the bridge?", context)])[0]
    assert guess is not None
    assert guess.text == "Ada Novak"
    assert guess.null_margin > 0


def test_a_word_longer_than_a_window_ends(reader: Any) -> None:
    """No blank to cut at: it is cut somewhere, and every part is read."""
    context = "ab1" * 2000 + " Ada Novak"
    guess = read_whole(reader, [("Who?", context)])[0]
    assert guess is not None
    assert guess.text in context
