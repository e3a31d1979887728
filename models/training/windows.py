"""Turns questions into windows of token ids: parts of contexts, with the places of the answers."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nutgraf.models.logits import QUESTION_TOKENS
from nutgraf.models.spans import MAX_ANSWER_TOKENS
from nutgraf.models.tokens import Tokens
from nutgraf.models.training.questions import TrainingCorpus
from nutgraf.models.training.recipe import Stage
from nutgraf.models.training.token_edits import Span, TokenEdit, TokenText, after, token_edits

# Shares and limits of this module were set by hand; none was compared with other values.
_TITLE_TOKENS = 24
_HARD_SHARE, _SAME_SHARE = 0.7, 0.15  # the other negatives are drawn from all contexts
_LEAST_TOKENS = 24  # in a negative from the question's own context
AROUND_TOKENS = QUESTION_TOKENS + _TITLE_TOKENS + 4
"""Most tokens that a window holds beside its context: question, title, and MPNet's four special tokens."""

_TRIES = 20  # draws of a context without an answer


@dataclass(frozen=True, slots=True)
class TrainingWindow:
    """A window as token ids: [CLS] question [SEP] title context [SEP]. MPNet has two [SEP] in the middle.

    The second segment begins at `segment`, and the context at `first`, after the title. `answers` holds token
    spans that include their last token; it is empty if the window does not answer its question. If `marked`
    is false, nobody said whether it does.
    """

    ids: list[int]
    segment: int
    first: int
    answers: tuple[tuple[int, int], ...]
    marked: bool = True


@dataclass(frozen=True, slots=True)
class TokenizedCorpus:
    """A corpus as token ids.

    `answers` holds each question's answers as token spans that include their last token, and `words` holds
    them as token ids. `stops` holds the positions in each context where a sentence begins, and its length.
    The dictionaries hold, by the number of a question that is a twin, its edits and its span `near`.
    """

    corpus: TrainingCorpus
    questions: list[list[int]]
    titles: list[list[int]]
    contexts: list[list[int]]
    answers: list[tuple[tuple[int, int], ...]]
    words: list[list[list[int]]]
    stops: list[list[int]]
    edits: dict[int, list[TokenEdit]]
    contrasts: dict[int, list[TokenEdit]]
    near: dict[int, tuple[int, int]]


def tokenize(corpus: TrainingCorpus, tokens: Tokens) -> TokenizedCorpus:
    """Turn all texts into tokens. Answers are dropped if no token covers them, or more than 30 do."""
    encoded = tokens.ids_and_spans([context.text for context in corpus.contexts])
    marks = set(tokens.ids([".?!"])[0])
    contexts = [ids for ids, _ in encoded]
    answers: list[tuple[tuple[int, int], ...]] = []
    for question in corpus.questions:
        spans = encoded[question.context][1]
        covering = (_covering(spans, start, end) for start, end in question.answers)
        answers.append(tuple(dict.fromkeys(span for span in covering if span is not None)))
    edits: dict[int, list[TokenEdit]] = {}
    contrasts: dict[int, list[TokenEdit]] = {}
    near: dict[int, tuple[int, int]] = {}
    for number, question in enumerate(corpus.questions):
        spans = encoded[question.context][1]
        if question.edits:
            edits[number] = token_edits(question.edits, spans, tokens)
        if question.contrast is not None:
            contrasts[number] = token_edits(question.contrast, spans, tokens)
        if question.near is not None and (place := _covering(spans, *question.near)) is not None:
            near[number] = place
    words = [
        [contexts[question.context][first : last + 1] for first, last in spans]
        for question, spans in zip(corpus.questions, answers, strict=True)
    ]
    return TokenizedCorpus(
        corpus,
        [ids[:QUESTION_TOKENS] for ids in tokens.ids([question.text for question in corpus.questions])],
        [ids[:_TITLE_TOKENS] for ids in tokens.ids([context.title for context in corpus.contexts])],
        contexts,
        answers,
        words,
        [_stops(ids, spans, marks) for ids, spans in encoded],
        edits,
        contrasts,
        near,
    )


def _stops(ids: list[int], spans: NDArray[np.int32], marks: set[int]) -> list[int]:
    """Return where sentences begin, and the length. "3.5" has no mark that a blank follows."""
    begins = (i + 1 for i in range(len(ids) - 1) if ids[i] in marks and spans[i + 1, 0] > spans[i, 1])
    return [0, *begins, len(ids)]


def _covering(spans: NDArray[np.int32], start: int, end: int) -> tuple[int, int] | None:
    """Return the first and the last token that share a character with [start, end).

    Returns None if there is no such token, or if there are more than an answer can have.
    """
    inside = np.flatnonzero((spans[:, 1] > start) & (spans[:, 0] < end))
    return (int(inside[0]), int(inside[-1])) if 0 < len(inside) <= MAX_ANSWER_TOKENS else None


def _holds(ids: list[int], word: list[int]) -> bool:
    return any(ids[at : at + len(word)] == word for at in range(len(ids) - len(word) + 1))


class Groups:
    """Draws windows for a question: one of its own context, and some that do not answer it."""

    def __init__(self, tokenized: TokenizedCorpus, negatives: NDArray[np.int32], tokens: Tokens) -> None:
        self._all, self._hard, self._tokens = tokenized, negatives, tokens

    def draw(self, stage: Stage, number: int, dice: random.Random) -> list[TrainingWindow]:
        """Return the windows of question `number`; the one of its own context comes first.

        The window that a twin is read beside comes second. A question that is moved has none of its own.
        """
        question = self._all.corpus.questions[number]
        room = dice.randint(*stage.context_tokens)
        if question.moved:
            return self._moved(stage, number, room, dice)
        text = self._text(question.context, number, self._all.edits.get(number, ()))
        titled = bool(self._all.titles[question.context]) and dice.random() < stage.titled
        near = dice.choice(text.answers) if text.answers else self._all.near.get(number)
        part = self._crop(text, text.around(near), room, dice)
        room = part[1] - part[0]  # windows of equal length need no padding
        windows = [self._window(number, text, part, titled=titled)]
        if not text.answers:  # another context may answer it, and none is marked
            return windows
        if number in self._all.contrasts:
            other = self._text(question.context, number, self._all.contrasts[number])
            # Where the answer is still there, its window must show that it is wrong.
            around = other.around(other.answers[0]) if other.answers else None
            other = replace(other, answers=())
            windows.append(self._window(number, other, self._crop(other, around, room, dice), titled=titled))
        for _ in range(int(stage.negatives + dice.random())):
            negative = self._negative(number, part, room, dice)
            if negative is not None:
                windows.append(self._window(number, *negative, titled=titled))
        return windows

    def _moved(self, stage: Stage, number: int, room: int, dice: random.Random) -> list[TrainingWindow]:
        """Return windows of the best other contexts, none of which is marked."""
        hard = [int(at) for at in self._hard[number] if at >= 0]
        windows = []
        for context in dice.sample(hard, min(len(hard), 1 + int(stage.negatives + dice.random()))):
            text = self._text(context, number)
            window = self._window(number, text, self._crop(text, None, room, dice), titled=False)
            windows.append(replace(window, marked=False))
        return windows

    def _text(self, context: int, number: int, edits: Sequence[TokenEdit] = ()) -> TokenText:
        """Return a context after edits, with the answers of question `number` if it is its own context."""
        every = self._all
        mine = every.answers[number] if every.corpus.questions[number].context == context else ()
        return after(TokenText(context, every.contexts[context], every.stops[context], mine), edits)

    def _negative(
        self, number: int, own: tuple[int, int], room: int, dice: random.Random
    ) -> tuple[TokenText, tuple[int, int]] | None:
        """Return (text, part) without the answer: of its own context, a hard negative, or any other."""
        kind, context = dice.random(), self._all.corpus.questions[number].context
        if kind < _SAME_SHARE:
            ids, words = self._all.contexts[context], self._all.words[number]
            length = len(ids)
            rests = [(max(0, own[0] - room), own[0]), (own[1], min(length, own[1] + room))]
            free = [
                (first, last)
                for first, last in rests
                if last - first >= _LEAST_TOKENS and not any(_holds(ids[first:last], word) for word in words)
            ]
            if free:
                return self._text(context, number), dice.choice(free)
        hard = [int(at) for at in self._hard[number] if at >= 0]
        other = (
            dice.choice(hard) if kind < _SAME_SHARE + _HARD_SHARE and hard else self._stranger(number, dice)
        )
        if other is None:
            return None
        text = self._text(other, number)
        return text, self._crop(text, None, room, dice)

    def _stranger(self, number: int, dice: random.Random) -> int | None:
        """Return another context without an answer, or None if few or none exist, as for the answer "e"."""
        corpus = self._all.corpus
        question = corpus.questions[number]
        answers = [answer.lower() for answer in corpus.answers(question)]
        for _ in range(_TRIES):
            at = dice.randrange(len(corpus.contexts))
            text = corpus.contexts[at].text.lower()
            usable = corpus.contexts[at].held_out <= corpus.held_out(question)
            if usable and at != question.context and not any(answer in text for answer in answers):
                return at
        return None

    def _crop(self, text: TokenText, around: Span | None, room: int, dice: random.Random) -> tuple[int, int]:
        """Return [first, last): at most `room` tokens of a text, in whole sentences where possible.

        They include the span `around` if it is passed, which may then be longer than `room`.
        """
        stops, length = text.stops, len(text.ids)
        if length <= room:
            return 0, length
        if around is None:
            first = dice.choice([stop for stop in stops if stop <= length - room] or [0])
            lowest = first + 1 + room * 9 // 10  # a window much shorter than the others is mostly padding
        else:
            room = max(room, around[1] - around[0] + 1)
            earliest, latest = max(0, around[1] + 1 - room), around[0]
            first = dice.choice([s for s in stops if earliest <= s <= latest] or range(earliest, latest + 1))
            lowest = around[1] + 1
        return first, max((stop for stop in stops if lowest <= stop <= first + room), default=first + room)

    def _window(self, number: int, text: TokenText, part: tuple[int, int], *, titled: bool) -> TrainingWindow:
        """Return a window; its answers are those of the text that lie in this part."""
        begin, stop = part
        head = [self._tokens.cls, *self._all.questions[number], *self._tokens.between]
        title = self._all.titles[text.context] if titled else []
        first = len(head) + len(title)
        return TrainingWindow(
            [*head, *title, *text.ids[begin:stop], self._tokens.sep],
            len(head),
            first,
            tuple((first + s - begin, first + e - begin) for s, e in text.answers if begin <= s and e < stop),
        )
