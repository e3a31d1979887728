"""Answers each question from one text of any length, as transformers' pipeline did until version 5.3.

It uses a reader's `read` and the span search of `models.spans`. It knows windows and offsets; it knows no
engine, no index and no calibration. A score here is a share of one softmax, not a probability that can be
compared over questions.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from numbers import Integral
from reprlib import repr as brief
from typing import Literal, TypedDict, Unpack, overload

import numpy as np

from nutgraf.models.errors import BadInput
from nutgraf.models.logits import QUESTION_TOKENS
from nutgraf.models.reader import Reader
from nutgraf.models.spans import Pool, Span, span_scores
from nutgraf.models.windowing import Offsets, TextWindow, whole_characters, windows

_SPECIAL_TOKENS = 4  # the most that a pair has beside its two texts: BERT has 3, RoBERTa and MPNet have 4
_WINDOWS_A_READ = 1024  # bounds memory: 1,024 windows of 256 tokens take about 50 MB while they are read
_HINT = 'reader.answer(question="Who spoke?", context="Mr. Wang spoke on Monday.")'

StringList = list[str] | tuple[str, ...]


class ReaderAnswer(TypedDict):
    """One answer: `answer == context[start:end]` in code points, and `score` lies between 0 and 1."""

    score: float
    start: int
    end: int
    answer: str


class AnswerOptions(TypedDict, total=False):
    """The keyword arguments that `answer` takes besides `top_k`."""

    max_answer_len: int
    handle_impossible_answer: bool
    doc_stride: int
    max_seq_len: int


# The overloads overlap, since a string is also "a string or a list", and 1 is also an int: mypy warns of
# that. The first overload that fits decides.
@overload
def answer(  # type: ignore[overload-overlap]
    reader: Reader,
    *,
    question: str,
    context: str,
    top_k: Literal[1] = 1,
    **options: Unpack[AnswerOptions],
) -> ReaderAnswer: ...
@overload
def answer(  # type: ignore[overload-overlap]
    reader: Reader, *, question: str, context: str, top_k: int, **options: Unpack[AnswerOptions]
) -> list[ReaderAnswer]: ...
@overload
def answer(  # type: ignore[overload-overlap]
    reader: Reader,
    *,
    question: str | StringList,
    context: str | StringList,
    top_k: Literal[1] = 1,
    **options: Unpack[AnswerOptions],
) -> list[ReaderAnswer]: ...
@overload
def answer(
    reader: Reader,
    *,
    question: str | StringList,
    context: str | StringList,
    top_k: int,
    **options: Unpack[AnswerOptions],
) -> list[list[ReaderAnswer]]: ...
def answer(
    reader: Reader,
    *,
    question: str | StringList,
    context: str | StringList,
    top_k: int = 1,
    max_answer_len: int = 15,
    handle_impossible_answer: bool = False,
    doc_stride: int = 64,
    max_seq_len: int = 256,
) -> ReaderAnswer | list[ReaderAnswer] | list[list[ReaderAnswer]]:
    """Answer each question from its context, and return dicts with `score`, `start`, `end` and `answer`.

    Two lists of equal length are read as pairs. One question can be read with many contexts, and many
    questions with one context. If either argument is a list, the result is a list. If `top_k` is above 1,
    the result for each pair is a list of at most `top_k` answers.

    `max_answer_len` counts tokens. A context is read in windows of at most `max_seq_len` tokens; the question
    counts, and no window is longer than the model takes. Neighbouring windows share `doc_stride` tokens. They
    share at least `max_answer_len` - 1, so that every answer is whole in some window, and at most half of the
    tokens that a window has for its context. The defaults of both were compared with the pipeline's 384 and
    128 in docs/log.md, 2026-11-22, "batches, early stop, calibration features".

    score: one softmax runs over all windows of a context, instead of one softmax for each window (Clark and
    Gardner, arXiv 1710.10723). Its members are all distinct spans of up to `max_answer_len` tokens and one
    "no answer". A span's logit is its start logit plus its end logit, less the cost of its length from the
    reader's card; where windows overlap, the highest sum counts. The logit of "no answer" is the lowest null
    score of any window. So the scores of all spans and of "no answer" add up to 1. They are not calibrated.
    Answers of equal score are in the order of the text.

    If `handle_impossible_answer` is true, "no answer" can be among the answers. It is
    `{"answer": "", "start": 0, "end": 0}`. A context without a readable token always gives this answer.

    Raises BadInput, which is a ValueError, for empty or blank text, for lists of different lengths, and for
    numbers out of range.
    """
    for name, value, least in (
        ("top_k", top_k, 1),
        ("max_answer_len", max_answer_len, 1),
        ("doc_stride", doc_stride, 0),
        ("max_seq_len", max_seq_len, 1),
    ):
        _check_number(name, value, least)
    pairs = _pairs(question, context)
    rooms = _rooms(reader, [text for text, _ in pairs], max_seq_len)
    contexts = list(dict.fromkeys(text for _, text in pairs))
    tokens = dict(zip(contexts, reader.token_spans(contexts), strict=True))
    numbered = _windows(pairs, rooms, tokens, max(doc_stride, max_answer_len - 1))
    pools = [Pool(top_k) for _ in pairs]
    _read(reader, pairs, numbered, pools, max_answer_len)
    answers = [
        [_quote(text, span) for span in pool.best(with_null=handle_impossible_answer)]
        for (_, text), pool in zip(pairs, pools, strict=True)
    ]
    alone = isinstance(question, str) and isinstance(context, str)
    if top_k == 1:
        return answers[0][0] if alone else [best for [best] in answers]
    return answers[0] if alone else answers


def _read(
    reader: Reader,
    pairs: Sequence[tuple[str, str]],
    numbered: Iterator[tuple[int, TextWindow]],
    pools: Sequence[Pool],
    max_answer_len: int,
) -> None:
    """Read (pair's number, window) items in blocks of bounded size, and add each to its pair's pool."""
    while block := list(islice(numbered, _WINDOWS_A_READ)):
        parts = [(pairs[pair][0], pairs[pair][1][window.start : window.end]) for pair, window in block]
        for (pair, window), logits in zip(block, reader.read(parts), strict=True):
            offsets = whole_characters(pairs[pair][1], logits.offsets + np.int32(window.start))
            scores = span_scores(logits.start, logits.end, offsets, max_tokens=max_answer_len)
            pools[pair].add(scores, offsets, logits.null, window.settled)


def _quote(text: str, span: Span) -> ReaderAnswer:
    return ReaderAnswer(score=span.score, start=span.start, end=span.end, answer=text[span.start : span.end])


def _check_number(name: str, value: object, least: int) -> None:
    if not isinstance(value, Integral) or int(value) < least:
        raise BadInput(f"{name} is {brief(value)}, expected a whole number, {least} or more", hint=_HINT)


def _pairs(question: str | StringList, context: str | StringList) -> list[tuple[str, str]]:
    """Return (question, context) pairs, or raise BadInput."""
    for name, value in (("question", question), ("context", context)):
        if not isinstance(value, str | list | tuple):
            raise BadInput(f"{name} is {brief(value)}, expected a string or a list of strings", hint=_HINT)
        for at, text in enumerate([value] if isinstance(value, str) else value):
            where = name if isinstance(value, str) else f"{name} {at} of the list"
            if not isinstance(text, str):
                raise BadInput(f"{where} is {brief(text)}, expected a string", hint=_HINT)
            if not text.strip():
                raise BadInput(f"{where} is {brief(text)}, expected words", hint=_HINT)
    if isinstance(question, str):
        return [(question, text) for text in ([context] if isinstance(context, str) else context)]
    if isinstance(context, str):
        return [(text, context) for text in question]
    if len(question) != len(context):
        message = (
            f"{len(question)} questions and {len(context)} contexts, expected equal numbers, or one string"
        )
        raise BadInput(message, hint="a list of one text is not repeated: give the text itself, a string")
    return list(zip(question, context, strict=True))


def _rooms(reader: Reader, questions: Sequence[str], max_seq_len: int) -> list[int]:
    """Return how many tokens of context go into a window beside each question, or raise BadInput."""
    most = min(max_seq_len, reader.card.max_tokens)
    distinct = list(dict.fromkeys(questions))
    counts = dict(zip(distinct, map(len, reader.token_spans(distinct)), strict=True))
    rooms = [most - min(counts[question], QUESTION_TOKENS) - _SPECIAL_TOKENS for question in questions]
    for question, room in zip(questions, rooms, strict=True):
        if room < 1:
            message = (
                f"a window of {most} tokens has no room for a context beside the question {brief(question)}"
            )
            raise BadInput(message, hint="reader.answer(..., max_seq_len=256)")
    return rooms


def _windows(
    pairs: Sequence[tuple[str, str]], rooms: Sequence[int], tokens: Mapping[str, Offsets], overlap: int
) -> Iterator[tuple[int, TextWindow]]:
    """Yield (pair's number, window) for every pair; the windows of a pair are in the order of its context."""
    for pair, ((_, text), room) in enumerate(zip(pairs, rooms, strict=True)):
        if len(tokens[text]):
            for window in windows(tokens[text], room=room, overlap=min(overlap, room // 2)):
                yield pair, window
        else:  # a context without tokens is read, too: its null score is the answer
            yield pair, TextWindow(0, len(text), None)
