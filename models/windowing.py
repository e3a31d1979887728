"""Cuts a text that is longer than a model reads into windows that share tokens. It knows no model."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Offsets = NDArray[np.int32]

_BLOCK_CHARS = 1 << 16  # code points to tokenise at a time: a whole book at once would take a gigabyte

# Code points to hand over at a time: tokenizers keeps some 700 bytes a token until all are returned.
_BATCH_CHARS = 1 << 18


@dataclass(frozen=True, slots=True)
class TextWindow:
    """The code points `start` to `end` of a text.

    No later window of the text holds a token that starts before `settled`. It is None for the last window.
    """

    start: int
    end: int
    settled: int | None


def windows(tokens: Offsets, *, room: int, overlap: int) -> Iterator[TextWindow]:
    """Yield windows of at most `room` tokens, in the order of the text; neighbours share at least `overlap`.

    `tokens` is int32 (t, 2) with t at least 1, and `overlap` is less than `room`. The last window begins
    earlier where that gives it as many tokens as the others have. Every run of up to `overlap` + 1 tokens is
    whole in some window.
    """
    last = max(0, len(tokens) - room)
    firsts = [*range(0, last, room - overlap), last]
    for first, following in zip(firsts, [*firsts[1:], None], strict=True):
        inside = tokens[first : first + room]
        settled = None if following is None else int(tokens[following, 0])
        yield TextWindow(int(inside[0, 0]), int(inside[-1, 1]), settled)


def blocks(text: str) -> Iterator[tuple[int, str]]:
    """Yield (first code point, piece); each piece ends after a blank, so that it can be tokenised alone."""
    start = 0
    while start < len(text):
        end = start + _BLOCK_CHARS
        if end < len(text):
            blank = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
            end = end if blank < 0 else blank + 1
        yield start, text[start:end]
        start = end


def block_batches(texts: Sequence[str]) -> Iterator[list[tuple[int, int, str]]]:
    """Yield (number of the text, first code point, block) of every text, in batches of bounded length."""
    batch: list[tuple[int, int, str]] = []
    chars = 0
    for number, text in enumerate(texts):
        for first, block in blocks(text):
            batch.append((number, first, block))
            chars += len(block)
            if chars >= _BATCH_CHARS:
                yield batch
                batch, chars = [], 0
    if batch:
        yield batch


def whole_characters(text: str, tokens: Offsets) -> Offsets:
    """Return the tokens' spans without leading blanks and with the combining marks that follow, int32 (t, 2).

    Some tokenizers, such as DeBERTa's, count the blank before a word as its first character. BERT's drops a
    combining mark at the end of a word, which would cut an accent off the quote.
    """
    moved = tokens.tolist()
    for token in moved:
        while token[0] < token[1] and text[token[0]].isspace():
            token[0] += 1
        if token[0] < token[1]:
            token[1] = whole_end(text, token[1])
    return np.array(moved, dtype=np.int32).reshape(-1, 2)


def whole_end(text: str, end: int) -> int:
    """Return `end`, moved behind the combining marks of the last character, which tokenizers drop."""
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return end
