"""Evaluates the reader alone: each question is asked of its own paragraph, however long that is.

This module knows logits and spans; it does not know files, indexes or probabilities.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nutgraf.models.logits import WindowLogits
from nutgraf.models.reader import Reader
from nutgraf.models.spans import best_spans
from nutgraf.models.windowing import whole_end
from nutgraf.qa.evaluate.metrics import exact_match, f1
from nutgraf.qa.evaluate.questions import batches
from nutgraf.qa.evaluate.records import Record
from nutgraf.qa.evaluate.squad import SquadQuestion

OVERLAP_TOKENS = 128
"""Two windows of one paragraph share so many tokens, as in BERT's script for SQuAD: answers are shorter."""


@dataclass(frozen=True, slots=True)
class QuestionInContext(SquadQuestion):
    """A question with the text of its own article."""

    context: str


@dataclass(frozen=True, slots=True)
class ReaderGuess:
    """The best span of a context, and its lead over "no answer" in logits."""

    text: str
    null_margin: float


def read_all(reader: Reader, questions: Sequence[QuestionInContext]) -> Iterator[list[Record]]:
    """Yield the records of a batch of questions at a time."""
    for batch in batches(questions):
        guesses = read_whole(reader, [(q.text, q.context) for q in batch])
        yield [_record(question, guess) for question, guess in zip(batch, guesses, strict=True)]


def _record(question: SquadQuestion, guess: ReaderGuess | None) -> Record:
    text = guess.text if guess else ""
    return Record(
        id=question.id,
        question=question.text,
        gold_answers=question.gold_answers,
        prediction=text,
        em=exact_match(text, question.gold_answers),
        f1=f1(text, question.gold_answers),
        score=guess.null_margin if guess else None,
        source=question.article_id if guess else None,
        answered=guess is not None and guess.null_margin >= 0.0,
    )


def read_whole(reader: Reader, pairs: Sequence[tuple[str, str]]) -> list[ReaderGuess | None]:
    """Return the best guess of each (question, context), None where the context has no span.

    Text that does not fit into a window is read in further ones. The best span of all windows is weighed
    against the least "no answer" of them, as BERT's script for SQuAD does: a window without the answer must
    not outvote a window that has it.
    """
    best: dict[int, tuple[float, str]] = {}
    nulls: dict[int, float] = {}
    starts = dict.fromkeys(range(len(pairs)), 0)
    while starts:
        windows = reader.read([(pairs[at][0], pairs[at][1][start:]) for at, start in starts.items()])
        following: dict[int, int] = {}
        for (at, start), window in zip(starts.items(), windows, strict=True):
            context = pairs[at][1]
            nulls[at] = min(window.null, nulls.get(at, window.null))
            for span in best_spans(window.start, window.end, window.offsets, count=1):
                if at not in best or span.score > best[at][0]:
                    text = context[span.start + start : whole_end(context, span.end + start)].strip()
                    best[at] = span.score, text
            if (next_start := _next_start(context, start, window)) is not None:
                following[at] = next_start
        starts = following
    guesses = [best.get(at) for at in range(len(pairs))]
    return [guess and ReaderGuess(guess[1], guess[0] - nulls[at]) for at, guess in enumerate(guesses)]


def _next_start(context: str, start: int, window: WindowLogits) -> int | None:
    """Return where the next window of the context starts, None when this one reached the end."""
    offsets = window.offsets
    tokens = len(offsets)
    if tokens <= OVERLAP_TOKENS or not context[start + int(offsets[-1, 1]) :].strip():
        return None
    word = context.rfind(" ", 0, start + int(offsets[-OVERLAP_TOKENS, 0])) + 1
    # A word longer than a window: the next window begins in the middle of it, or this would never end.
    return word if word > start else start + int(offsets[-OVERLAP_TOKENS, 0])
