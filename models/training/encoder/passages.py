"""Cuts the contexts of a corpus into passages of the form that an index encodes.

These are whole sentences, up to 110 words, behind the title of their document. Neighbours share a sentence.
The rule is that of `indexer/passages.py` with a plainer notion of a sentence; this package may not import it.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from nutgraf.models.training.questions import TrainingContext, TrainingCorpus, TrainingQuestion

_WORDS, _OVERLAP_WORDS = 110, 40  # as in an index
_SENTENCE_END = re.compile(r"(?<=[.?!])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9])")


@dataclass(frozen=True, slots=True)
class Passages:
    """A corpus whose contexts are passages, without its unanswerable questions.

    Each question belongs to the passage that holds most of its answers, and has the answers of that passage.
    `relevant` holds, for each question, the numbers of all passages of its context that hold an answer; its
    own passage comes first.
    """

    corpus: TrainingCorpus
    relevant: list[tuple[int, ...]]

    def text(self, number: int) -> str:
        """Return a passage as an index encodes it: title, newline, text."""
        passage = self.corpus.contexts[number]
        return f"{passage.title}\n{passage.text}" if passage.title else passage.text


def passages(corpus: TrainingCorpus) -> Passages:
    """Cut all contexts; contexts of one document with the same words are one. Their order stays."""
    cut = TrainingCorpus([], [])
    relevant: list[tuple[int, ...]] = []
    numbers: dict[tuple[str, str], int] = {}
    parts: list[list[tuple[int, int, int]]] = []  # for each context: passage, start, end
    for context in corpus.contexts:
        placed = []
        for start, end in spans(context.text):
            text = context.text[start:end]
            number = numbers.setdefault((context.document, text), len(cut.contexts))
            if number == len(cut.contexts):
                passage = TrainingContext(text, context.title, context.document, context.held_out)
                cut.contexts.append(passage)
            placed.append((number, start, end))
        parts.append(placed)
    for question in corpus.questions:
        inside: dict[int, tuple[tuple[int, int], ...]] = {}
        for number, start, end in parts[question.context]:
            if answers := tuple(
                (s - start, e - start) for s, e in question.answers if start <= s and e <= end
            ):
                inside[number] = answers
        if inside:
            own = max(inside, key=lambda number: len(inside[number]))
            cut.questions.append(TrainingQuestion(question.text, question.source, own, inside[own]))
            relevant.append((own, *(number for number in inside if number != own)))
    return Passages(cut, relevant)


def spans(text: str) -> list[tuple[int, int]]:
    """Return the half-open code-point spans of a text's passages; a longer sentence is a passage of its own.

    A text of blanks has none.
    """
    sentences = _sentences(text)
    words = [len(text[start:end].split()) for start, end in sentences]
    cut, first = [], 0
    while first < len(sentences):
        last, count = first, words[first]
        while last + 1 < len(sentences) and count + words[last + 1] <= _WORDS:
            last += 1
            count += words[last]
        cut.append((sentences[first][0], sentences[last][1]))
        if last + 1 == len(sentences):
            break
        shares = last > first and words[last] <= _OVERLAP_WORDS and words[last] + words[last + 1] <= _WORDS
        first = last if shares else last + 1
    return cut


def _sentences(text: str) -> list[tuple[int, int]]:
    begins = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    trimmed = []
    for begin, stop in pairwise(begins):
        part = text[begin:stop]
        if part.strip():
            start = begin + len(part) - len(part.lstrip())
            trimmed.append((start, begin + len(part.rstrip())))
    return trimmed
