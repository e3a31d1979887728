"""Reads training questions from SQuAD files: contexts, and questions with the places of their answers.

It knows the files and their peculiarities; it knows no tokens.
"""

import gzip
import hashlib
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import unquote

from nutgraf.models.errors import ModelError
from nutgraf.models.training.edits import Edit
from nutgraf.models.training.recipe import LEFT_OUT, SOURCES, Source
from nutgraf.models.training.swaps import swapped

_Asked: TypeAlias = tuple[str, tuple[tuple[int, int], ...]]
_Context: TypeAlias = tuple[str, list[_Asked]]

_JOINED = 4  # most sentences that are joined; not compared with other numbers
_PLACES = 4  # an answer that stands in more places is often a common word, of which only one place is right


@dataclass(frozen=True, slots=True)
class TrainingContext:
    """A text with questions about it; `title` is empty if the document's title means nothing to a reader.

    If `held_out` is true, the text and its questions are for development, not for learning.
    """

    text: str
    title: str
    document: str
    held_out: bool = False


@dataclass(frozen=True, slots=True)
class TrainingQuestion:
    """A question, the number of its context in the corpus, and its answers as half-open code-point spans.

    It has no answers if its context does not answer it. `source` is the name of its source in recipe.py. For
    an unanswerable question, "-none" is appended; for one that `swaps.py` made, "-swapped"; and for one that
    `twins.py` made, the kind of twin.

    The other fields are those of twins. Its context is read after the `edits`. If `contrast` is not None, the
    context after these other edits is read, too, and does not answer. All spans are those of the unchanged
    context. `near` is the span that windows of an unanswerable question hold. If `moved` is true, other
    contexts are read instead of its own, and nobody marked whether they answer.
    """

    text: str
    source: str
    context: int
    answers: tuple[tuple[int, int], ...]
    edits: tuple[Edit, ...] = ()
    contrast: tuple[Edit, ...] | None = None
    near: tuple[int, int] | None = None
    moved: bool = False


@dataclass(frozen=True, slots=True)
class TrainingCorpus:
    """All contexts, and all questions of all sources."""

    contexts: list[TrainingContext]
    questions: list[TrainingQuestion]

    def held_out(self, question: TrainingQuestion) -> bool:
        """Return whether a question is for development."""
        return self.contexts[question.context].held_out

    def answers(self, question: TrainingQuestion) -> list[str]:
        """Return the question's distinct answers as text."""
        text = self.contexts[question.context].text
        return list(dict.fromkeys(text[start:end] for start, end in question.answers))


def load(folder: Path, sources: dict[str, Source] = SOURCES) -> TrainingCorpus:
    """Read the files of the sources from `folder`.

    Raises ModelError if a file is missing or is not a SQuAD file.
    """
    corpus = TrainingCorpus([], [])
    for name, source in sources.items():
        for document, contexts in _documents(folder / source.file):
            if document in LEFT_OUT:
                continue
            held_out = source.holds_out and is_held_out(document)
            for text, questions in _joined(document, contexts) if source.joins else contexts:
                at = len(corpus.contexts)
                title = _title(document) if source.titles else ""
                corpus.contexts.append(TrainingContext(text, title, document, held_out))
                for question, spans in questions:
                    answers = _places(text, spans) if source.everywhere else spans
                    corpus.questions.append(
                        TrainingQuestion(question, name if spans else f"{name}-none", at, answers)
                    )
                    if source.swaps and spans:
                        corpus.questions.extend(_swapped(corpus.questions[-1], corpus))
    return corpus


def _swapped(question: TrainingQuestion, corpus: TrainingCorpus) -> Iterator[TrainingQuestion]:
    """Yield the unanswerable twin of a question, if it has one. It is the same at every call."""
    text = corpus.contexts[question.context].text
    twin = swapped(question.text, text, corpus.answers(question), random.Random(question.text))
    if twin is not None:
        yield TrainingQuestion(twin, f"{question.source}-swapped", question.context, ())


def is_held_out(document: str) -> bool:
    """Return whether a document is kept for development: one in 16 is, by the hash of its title."""
    return hashlib.sha256(document.encode()).digest()[0] % 16 == 0


def _documents(path: Path) -> Iterator[tuple[str, list[_Context]]]:
    """Yield (title, contexts with their questions) for each document; underscores of titles become blanks."""
    try:
        raw = path.read_bytes()
        documents = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)["data"]
        for number, document in enumerate(documents):
            title = str(document.get("title") or number).replace("_", " ")
            yield (
                title,
                [(p["context"], [_question_spans(qa) for qa in p["qas"]]) for p in document["paragraphs"]],
            )
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        hint = "name the folder with the training files in SQuAD format: --data FOLDER"
        raise ModelError(f"{path}: cannot be read as a SQuAD file: {error!r}", hint=hint) from error


def _title(document: str) -> str:
    """Return a document's title, or "" if it is the name of a file."""
    return "" if "/" in document else unquote(document)


def _question_spans(qa: dict[str, Any]) -> _Asked:
    spans = {(int(a["answer_start"]), int(a["answer_start"]) + len(a["text"])) for a in qa["answers"]}
    return qa["question"].strip(), tuple(sorted(spans))


def _joined(document: str, contexts: list[_Context]) -> Iterator[_Context]:
    """Join one to four neighbouring contexts into one. The title decides how many, at random."""
    dice = random.Random(document)
    at = 0
    while at < len(contexts):
        text, joined = "", []
        for sentence, questions in contexts[at : (at := at + dice.randint(1, _JOINED))]:
            shift = len(text) + bool(text)
            text = f"{text} {sentence}" if text else sentence
            joined += [(q, tuple((s + shift, e + shift) for s, e in spans)) for q, spans in questions]
        yield text, joined


def _places(text: str, spans: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Return all places where an answer stands as whole words, or only the marked ones if there are many."""
    places = set(spans)
    for answer in {text[start:end] for start, end in spans}:
        places |= {m.span() for m in re.finditer(rf"(?<!\w){re.escape(answer)}(?!\w)", text)}
    return tuple(sorted(places)) if len(places) <= _PLACES else spans
