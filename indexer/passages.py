"""Cuts an article into passages: whole sentences of about a hundred words, with a little overlap.

Knows text and token counts; does not know which encoder counts the tokens, nor where passages are kept.
A passage is a half-open code-point span of the article's text, so `text[start:end]` is always a quote.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.fields import Field

TokenSpans: TypeAlias = Callable[[Sequence[str]], list[npt.NDArray[np.int32]]]
"""Texts -> for each an int32 array (tokens, 2) of half-open code-point offsets, special tokens left out."""

SPECIAL_TOKENS = 2  # [CLS] and [SEP]
TITLE_CHARS = 120  # of a longer title, the words that fit: an encoder reads some 256 tokens. Not measured.
# Looking back keeps it linear: a run of blanks is tried from its first only.
_CLAUSE = re.compile(r"(?<=[;:,])\s++|(?<!\s)\s++(?=[–—(])")
_WORD = re.compile(r"\S+")
_PUNCTUATION = re.compile(r"[^\w\s]")
# What sentencex reads at a time of a long paragraph: its time grows with the marks that may end a sentence or
# open a quotation, times the characters. 1,500 articles of news are cut as if paragraphs were read whole.
_MOST_PUNCTUATION = 200
_MOST_CHARS = 20_000
_TITLE_END = re.compile(r"\b(?:Mr|Mrs|Ms|Mx)\.$")
_TITLE_END_CHARS = 5


@dataclass(frozen=True, slots=True)
class PassageRule:
    """How articles are cut; an index remembers it.

    A passage takes sentences up to `words`; a single sentence may be longer, up to `max_words`.
    The last `overlap_sentences` of a passage open the next one, if they have at most `overlap_words`. No
    passage is longer than `max_chars`. `words` and `overlap_sentences` were compared with others in
    docs/log.md, 2026-11-22, "how long passages are"; the other numbers were not.
    """

    words: int = 110
    max_words: int = 130
    overlap_sentences: int = 1
    overlap_words: int = 40
    max_chars: int = 2000


class _Piece(NamedTuple):
    """A sentence, or a part of a sentence that is too long, with the numbers of its words and tokens."""

    start: int
    end: int
    words: int
    tokens: int


def title_prefix(title: str, field: Field = "text") -> str:
    """Return what stands before a passage for encoder, lexical engine and reader; never in its offsets.

    Nothing stands before a passage of the title.
    """
    if field == "title":
        return ""
    if len(title) > TITLE_CHARS:
        title = title[:TITLE_CHARS].rsplit(" ", 1)[0]
    return f"{title}\n" if title else ""


def split(
    text: str, title: str, rule: PassageRule, *, token_spans: TokenSpans, max_tokens: int
) -> list[tuple[int, int]]:
    """Return the passages' spans in order; together they hold every non-blank character of `text`.

    `max_tokens` is the encoder's limit, special tokens and title included; no passage exceeds it.
    """
    prefix_tokens, text_tokens = token_spans([title_prefix(title), text])
    budget = max_tokens - SPECIAL_TOKENS - len(prefix_tokens)
    counter = _Counter(text, text_tokens)
    pieces = [p for start, end in _sentences(text) for p in _pieces(counter, start, end, rule, budget)]
    return list(_pack(pieces, rule, budget))


class _Counter:
    """Counts the words and tokens of any span of one text."""

    def __init__(self, text: str, token_spans: npt.NDArray[np.int32]) -> None:
        self.text = text
        words = np.fromiter((m.start() for m in _WORD.finditer(text)), dtype=np.int32)
        self._words = _begun(words, len(text))
        self._tokens = _begun(token_spans[:, 0], len(text))

    def piece(self, start: int, end: int) -> _Piece:
        words, tokens = self._words, self._tokens
        return _Piece(start, end, words[end] - words[start], tokens[end] - tokens[start])


def _begun(starts: npt.NDArray[np.int32], length: int) -> memoryview:
    """Return for every place of a text, its end included, how many of the starts come before it."""
    begun = np.zeros(length + 1, dtype=np.int32)
    np.cumsum(np.bincount(starts, minlength=length)[:length], out=begun[1:])
    return begun.data


def _sentences(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield the trimmed, non-blank sentences of `text[start:end]`, which holds whole paragraphs."""
    end = len(text) if end is None else end
    while start < end:
        blank_line = text.find("\n\n", start, end)
        paragraph_end = end if blank_line < 0 else blank_line
        for sentence_start, sentence_end in _sentences_of_paragraph(text, start, paragraph_end):
            span = _trim(text, sentence_start, sentence_end)
            if span[0] < span[1]:
                yield span
        start = paragraph_end + len("\n\n")


def _sentences_of_paragraph(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a paragraph; sentencex knows "U.S.", "Jan. 6" and quotes.

    A long paragraph is read in parts. Each part begins with the last sentence of the part before, whose end
    was not seen, unless that sentence is most of the part.
    """
    import sentencex

    while start < end:
        part_end = _part_end(text, start, end)
        boundaries = sentencex.get_sentence_boundaries("en", text[start:part_end])
        spans = [(start + b["start_index"], start + b["end_index"]) for b in boundaries]
        if part_end < end and spans and 2 * (spans[-1][0] - start) >= part_end - start:
            part_end = spans.pop()[0]
        yield from spans
        start = part_end


def _part_end(text: str, start: int, end: int) -> int:
    """Return where the part of a paragraph ends that is read at once: after a blank if there is any."""
    longest = min(end, start + _MOST_CHARS)
    marks = islice(_PUNCTUATION.finditer(text, start, longest), _MOST_PUNCTUATION, None)
    last = min(longest, next((mark.start() for mark in marks), longest))
    if last == end:
        return end
    return max(text.rfind(" ", start, last), text.rfind("\n", start, last), last - 1) + 1


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of the sentence (or sentences) of `text` that holds the span [start, end).

    Of the paragraph around it some thousand characters are read, so that no article makes a question wait.
    """
    first, last = max(0, text.rfind("\n\n", 0, start)), text.find("\n\n", end)
    last = len(text) if last < 0 else last
    if first < start - _MOST_CHARS:
        first = max(start - _MOST_CHARS, text.find(" ", start - _MOST_CHARS, start))
    sentences = _rejoined(text, _sentences(text, first, min(last, end + _MOST_CHARS)))
    touched = [(s, e) for s, e in sentences if s < end and e > start]
    if not touched:
        return start, end
    return min(start, touched[0][0]), max(end, touched[-1][1])


def _rejoined(text: str, sentences: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the sentences, those joined that sentencex parts behind a title: "Mr. Wang said Ms. Li left."."""
    before: tuple[int, int] | None = None
    for start, end in sentences:
        if before is not None and _TITLE_END.search(
            text, max(before[0], before[1] - _TITLE_END_CHARS), before[1]
        ):
            before = before[0], end
            continue
        if before is not None:
            yield before
        before = start, end
    if before is not None:
        yield before


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), start + len(part.rstrip())


def _fits(piece: _Piece, rule: PassageRule, budget: int) -> bool:
    return (
        piece.words <= rule.max_words and piece.tokens <= budget and piece.end - piece.start <= rule.max_chars
    )


def _pieces(counter: _Counter, start: int, end: int, rule: PassageRule, budget: int) -> Iterator[_Piece]:
    """Yield the sentence, or its clauses, or its words, or bare slices: the first that fits."""
    whole = counter.piece(start, end)
    if _fits(whole, rule, budget):
        yield whole
        return
    for divide in (_clauses, _words, _slices):
        parts = [counter.piece(s, e) for s, e in divide(counter.text, start, end)]
        if divide is _slices or all(_fits(part, rule, budget) for part in parts):
            yield from _joined(counter, parts, rule, budget)
            return


def _joined(counter: _Counter, parts: list[_Piece], rule: PassageRule, budget: int) -> Iterator[_Piece]:
    """Yield neighbouring parts grown together while they stay within half a passage."""
    current = parts[0]
    for part in parts[1:]:
        both = counter.piece(current.start, part.end)
        if both.words <= rule.words // 2 and _fits(both, rule, budget // 2):
            current = both
        else:
            yield current
            current = part
    yield current


def _clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for gap in _CLAUSE.finditer(text, start, end):
        if gap.start() > at:
            yield at, gap.start()
        at = gap.end()
    if at < end:
        yield at, end


def _words(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    return (match.span() for match in _WORD.finditer(text, start, end))


def _slices(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield slices so short that no tokenizer makes more than an encoder's limit of them."""
    step = 50
    for word_start, word_end in _words(text, start, end):
        for at in range(word_start, word_end, step):
            yield at, min(at + step, word_end)


def _pack(pieces: Sequence[_Piece], rule: PassageRule, budget: int) -> Iterator[tuple[int, int]]:
    first = 0
    while first < len(pieces):
        last = _last(pieces, first, rule, budget)
        yield pieces[first].start, pieces[last].end
        first = _next_first(pieces, first, last, rule, budget)


def _last(pieces: Sequence[_Piece], first: int, rule: PassageRule, budget: int) -> int:
    """Return the index of the last piece that still fits into a passage that opens with `first`."""
    words, tokens = pieces[first].words, pieces[first].tokens
    last = first
    for index in range(first + 1, len(pieces)):
        words += pieces[index].words
        tokens += pieces[index].tokens
        chars = pieces[index].end - pieces[first].start
        if words > rule.words or tokens > budget or chars > rule.max_chars:
            break
        last = index
    return last


def _next_first(pieces: Sequence[_Piece], first: int, last: int, rule: PassageRule, budget: int) -> int:
    """Return where the next passage opens: past the last piece, less an overlap that leaves room."""
    following = last + 1
    if following >= len(pieces):
        return following
    opening, words, tokens = following, pieces[following].words, pieces[following].tokens
    for index in range(last, max(first, last - rule.overlap_sentences), -1):
        words += pieces[index].words
        tokens += pieces[index].tokens
        overlap_words = words - pieces[following].words
        if overlap_words > rule.overlap_words or words > rule.words or tokens > budget:
            break
        opening = index
    return opening
