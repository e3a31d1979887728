"""Twins of training questions: almost the same question or text, and the answer is gone, or is another one.

Most negatives of a reader come from other passages. They do not teach it that a span of the right passage can
be wrong. A twin differs from its question by a few words (contrast sets: Gardner et al. 2020, 2004.02709).
Each kind of twin is a source of its own, which a recipe names as "squad-removed" and so on:

- "removed": beside its own window, the question is read with the same text without the sentences that answer.
- "negated": beside its own window, it is read with the same text after the answering sentence was negated.
- "both": question and sentence are negated, so that it is answered; the unchanged text does not answer it.
- "kind": the question asks for another kind of thing, of which the text says nothing (kind_twins.py).
- "part": the question asks for a part of its answer, such as the month (kind_twins.py), which is the answer.
- "redated": the question has another year, month or day of the week (swaps.py).
- "moved": the question is read with other contexts, where nobody marked an answer. Only a teacher decides.
"""

import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from nutgraf.models.training.edits import Edit, edited, sentences, words
from nutgraf.models.training.kind_twins import asked_for_part, asked_otherwise
from nutgraf.models.training.negation import negated
from nutgraf.models.training.questions import TrainingCorpus, TrainingQuestion
from nutgraf.models.training.swaps import redated

_LEAST_CHARS = 120  # of a text without its answer, about 24 tokens; not compared with other lengths
_SHORT_WORD = 3  # letters of words that may stay, such as "of"; numbers and names may not
_NO_NAME = re.compile("A|An|At|By|He|Her|His|I|In|It|Its|My|No|Of|On|Our|She|The|To|We|You")


def add_twins(corpus: TrainingCorpus, sources: Iterable[str]) -> None:
    """Append the twins of those `sources` that name a kind of twin; twins are the same at every call."""
    kinds: dict[str, list[str]] = {}
    for name in sources:
        if (kind := kind_of(name)) is not None:
            kinds.setdefault(name.removesuffix(f"-{kind}"), []).append(kind)
    for question in list(corpus.questions):
        for kind in kinds.get(question.source, ()) if question.answers else ():
            corpus.questions.extend(_twins(question, kind, corpus))


def _twins(question: TrainingQuestion, kind: str, corpus: TrainingCorpus) -> Iterator[TrainingQuestion]:
    text = corpus.contexts[question.context].text
    twin = TWINS[kind](question, text, random.Random(f"{kind} {question.text}"))
    if twin is not None:
        yield replace(twin, source=f"{question.source}-{kind}")


def _removed(question: TrainingQuestion, text: str, dice: random.Random) -> TrainingQuestion | None:
    del dice
    edits = without_answer(text, question.answers)
    return None if edits is None else replace(question, contrast=edits)


def _negated(question: TrainingQuestion, text: str, dice: random.Random) -> TrainingQuestion | None:
    del dice
    negation = negated(question.text, text, question.answers)
    return None if negation is None else replace(question, contrast=(negation.context,))


def _both(question: TrainingQuestion, text: str, dice: random.Random) -> TrainingQuestion | None:
    del dice
    negation = negated(question.text, text, question.answers)
    if negation is None or negation.question is None:
        return None
    asked = edited(question.text, [negation.question])
    return replace(question, text=asked, edits=(negation.context,), contrast=())


def _kind(question: TrainingQuestion, text: str, dice: random.Random) -> TrainingQuestion | None:
    asked = asked_otherwise(question.text, text, _texts(question, text), dice)
    return _unanswerable(question, asked, dice)


def _redated(question: TrainingQuestion, text: str, dice: random.Random) -> TrainingQuestion | None:
    asked = redated(question.text, text, _texts(question, text), dice)
    return _unanswerable(question, asked, dice)


def _unanswerable(
    question: TrainingQuestion, asked: str | None, dice: random.Random
) -> TrainingQuestion | None:
    """Return the twin that asks `asked`, of which windows hold an answer of the question."""
    if asked is None:
        return None
    return replace(question, text=asked, answers=(), near=dice.choice(question.answers))


def _texts(question: TrainingQuestion, text: str) -> list[str]:
    return [text[start:end] for start, end in question.answers]


def _part(question: TrainingQuestion, text: str, dice: random.Random) -> TrainingQuestion | None:
    asked = asked_for_part(question.text, _texts(question, text), dice)
    if asked is None:
        return None
    matches = [asked[1].search(text, start, end) for start, end in question.answers]
    spans = {match.span() for match in matches if match is not None}
    return replace(question, text=asked[0], answers=tuple(sorted(spans)))


def _moved(question: TrainingQuestion, text: str, dice: random.Random) -> TrainingQuestion | None:
    del text, dice
    return replace(question, answers=(), moved=True)


TWINS: dict[str, Callable[[TrainingQuestion, str, random.Random], TrainingQuestion | None]] = {
    **{"removed": _removed, "negated": _negated, "both": _both, "kind": _kind, "part": _part},
    **{"redated": _redated, "moved": _moved},
}
MISLEADING = ("removed", "negated", "both", "kind", "redated")
"""The kinds of twins that bring a window which does not answer and seems to."""


def kind_of(source: str) -> str | None:
    """Return the kind of twin that a question of this source is, or None if it is no twin of this module."""
    kind = source.rpartition("-")[2]
    return kind if kind in TWINS else None


def without_answer(text: str, answers: Iterable[tuple[int, int]]) -> tuple[Edit, ...] | None:
    """Return the edits that take away all sentences with an answer, or None if the rest may still answer.

    No longer word, number or name of an answer may stand in the rest, and the rest must not be too short.
    """
    places, spans = list(answers), sentences(text)
    starts = [start for start, _ in spans]
    edits = tuple(
        Edit(start, following, "")  # a sentence goes with the blanks after it
        for (start, end), following in zip(spans, [*starts[1:], len(text)], strict=True)
        if any(start < last and first < end for first, last in places)
    )
    rest = edited(text, edits)
    left = set(words(rest))
    kept = any(
        word.lower() in left
        for first, last in places
        for word in re.findall(r"\w+", text[first:last])
        if len(word) > _SHORT_WORD or not (word.islower() or _NO_NAME.fullmatch(word))
    )
    whole = any(text[first:last].lower() in rest.lower() for first, last in places)
    return None if kept or whole or len(rest) < _LEAST_CHARS else edits
