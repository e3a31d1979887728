"""Answers questions from the texts beside them, of any length: what transformers' pipeline did until 5.3.

On top of `read` of either engine and of `models.spans`. Knows windows and offsets; knows no engine, no index
and no calibration: a score here is a share of one softmax, not a probability that holds over questions.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from numbers import Integral
from reprlib import repr as brief
from typing import Literal, Protocol, TypedDict, Unpack, overload

import numpy as np

from nutgraf.models.cards import ModelCard
from nutgraf.models.errors import BadInput
from nutgraf.models.logits import QUESTION_TOKENS, WindowLogits
from nutgraf.models.spans import Pool, Span, span_scores
from nutgraf.models.windowing import Offsets, TextWindow, blocks, whole_characters, windows

_SPECIAL_TOKENS = 4  # what a pair has at most beside its two texts (BERT 3, RoBERTa 4)
_WINDOWS_A_READ = 1024  # bounds memory: 256 tokens each are some 50 MB while they are read
_HINT = 'reader.answer(question="Who spoke?", context="Mr. Wang spoke on Monday.")'

StringList = list[str] | tuple[str, ...]


class ReaderAnswer(TypedDict):
    """`answer == context[start:end]`, in code points; `score` from 0 to 1."""

    score: float
    start: int
    end: int
    answer: str


class AnswerOptions(TypedDict, total=False):
    """What `answer` takes besides `top_k`."""

    max_answer_len: int
    handle_impossible_answer: bool
    doc_stride: int
    max_seq_len: int


class SpanReader(Protocol):
    """What answering needs of an engine."""

    @property
    def card(self) -> ModelCard:
        """The model's card; `max_tokens` bounds a window."""
        ...

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[WindowLogits]:
        """Return the logits of each (question, context) pair, in order."""
        ...

    def token_spans(self, texts: Sequence[str]) -> list[Offsets]:
        """Return each text's tokens, uncut and without specials, as code-point spans, int32 (t, 2)."""
        ...


# A string is inside "string or list", and 1 inside int: mypy warns of that, and the first that fits wins.
@overload
def answer(  # type: ignore[overload-overlap]
    reader: SpanReader,
    *,
    question: str,
    context: str,
    top_k: Literal[1] = 1,
    **options: Unpack[AnswerOptions],
) -> ReaderAnswer: ...
@overload
def answer(  # type: ignore[overload-overlap]
    reader: SpanReader, *, question: str, context: str, top_k: int, **options: Unpack[AnswerOptions]
) -> list[ReaderAnswer]: ...
@overload
def answer(  # type: ignore[overload-overlap]
    reader: SpanReader,
    *,
    question: str | StringList,
    context: str | StringList,
    top_k: Literal[1] = 1,
    **options: Unpack[AnswerOptions],
) -> list[ReaderAnswer]: ...
@overload
def answer(
    reader: SpanReader,
    *,
    question: str | StringList,
    context: str | StringList,
    top_k: int,
    **options: Unpack[AnswerOptions],
) -> list[list[ReaderAnswer]]: ...
def answer(
    reader: SpanReader,
    *,
    question: str | StringList,
    context: str | StringList,
    top_k: int = 1,
    max_answer_len: int = 15,
    handle_impossible_answer: bool = False,
    doc_stride: int = 64,
    max_seq_len: int = 256,
) -> ReaderAnswer | list[ReaderAnswer] | list[list[ReaderAnswer]]:
    """Answer each question from its context: a dict with `score`, `start`, `end`, `answer`.

    Two lists of equal length are read in pairs; one question with many contexts, or many with one, too. A
    list in is a list out. With `top_k` above 1 there is a list of up to so many answers for each pair.

    `max_answer_len` is in tokens. A context is read in windows of at most `max_seq_len` tokens, the question
    among them and never more than the model takes, of which neighbours share `doc_stride` tokens: at least
    `max_answer_len` - 1, so that every answer is whole in some window, and at most half of the room.

    score: one softmax over the context, over all its windows, never one a window (Clark and Gardner, arXiv
    1710.10723). Its members are all distinct spans of up to `max_answer_len` tokens, each with start + end
    logit (the highest, where windows overlap), less what its length costs by the reader's card, and one
    "no answer", whose logit is the lowest null score of any window. So the scores of all possible answers and
    of "no answer" add up to 1; that does not make them calibrated. Ties: by position.

    `handle_impossible_answer` lets "no answer" compete: `{"answer": "", "start": 0, "end": 0}`, which is also
    what a context without a single readable token gives. Raises BadInput, a ValueError too, for what is empty
    or blank, for lists of different lengths, and for numbers out of range.
    """
    for name, value, least in (
        ("top_k", top_k, 1),
        ("max_answer_len", max_answer_len, 1),
        ("doc_stride", doc_stride, 0),
        ("max_seq_len", max_seq_len, 1),
    ):
        _check_number(name, value, least)
    pairs = _pairs(question, context)
    rooms = _rooms(reader, [asked for asked, _ in pairs], max_seq_len)
    tokens = {text: _token_spans(reader, text) for text in dict.fromkeys(text for _, text in pairs)}
    cut = _windows(pairs, rooms, tokens, max(doc_stride, max_answer_len - 1))
    pools = [Pool(top_k) for _ in pairs]
    _read(reader, pairs, cut, pools, max_answer_len)
    found = [
        [_quote(text, span) for span in pool.best(with_null=handle_impossible_answer)]
        for (_, text), pool in zip(pairs, pools, strict=True)
    ]
    alone = isinstance(question, str) and isinstance(context, str)
    if top_k == 1:
        return found[0][0] if alone else [best for [best] in found]
    return found[0] if alone else found


def _read(
    reader: SpanReader,
    pairs: Sequence[tuple[str, str]],
    cut: Iterator[tuple[int, TextWindow]],
    pools: Sequence[Pool],
    max_answer_len: int,
) -> None:
    """Read the windows of all pairs, as many together as memory allows, each into its pair's pool."""
    while block := list(islice(cut, _WINDOWS_A_READ)):
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
        return [(one, context) for one in question]
    if len(question) != len(context):
        message = f"{len(question)} questions and {len(context)} contexts, expected as many of both, or one"
        raise BadInput(message, hint="a list of one is not repeated: give a string")
    return list(zip(question, context, strict=True))


def _rooms(reader: SpanReader, questions: Sequence[str], max_seq_len: int) -> list[int]:
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
    """Yield (pair's number, window) of every pair, each pair's in the order of its context."""
    for pair, ((_, text), room) in enumerate(zip(pairs, rooms, strict=True)):
        if len(tokens[text]):
            for window in windows(tokens[text], room=room, overlap=min(overlap, room // 2)):
                yield pair, window
        else:  # it is read nevertheless, for its "no answer"
            yield pair, TextWindow(0, len(text), None)


def _token_spans(reader: SpanReader, text: str) -> Offsets:
    """Return the tokens of a text of any length, int32 (t, 2)."""
    return np.concatenate([reader.token_spans([part])[0] + np.int32(first) for first, part in blocks(text)])
