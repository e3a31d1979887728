"""Answers a question: find, read, join, calibrate, or abstain.

Knows the order of the steps; does not know files, doors, or which engines do the work.
"""

import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from indexer.filters import Filter
from indexer.passages import sentence_around, title_prefix
from models.spans import best_spans
from qa.aggregate import Group, LocatedSpan, Support, aggregate
from qa.calibrate import Calibration, Features
from qa.errors import BadFilter, BadQuestion, EmptyIndex
from qa.retrieve import Candidate, Found, PassageIndex, QuestionEncoder, Retrieval, retrieve

MAX_QUESTION_CHARS = 1000
MAX_TOP = 100


class WindowLogits(Protocol):
    """What a reader says of one window; t tokens of the context, offsets in code points of it."""

    @property
    def start(self) -> npt.NDArray[np.float32]:
        """Start logits, float32 (t,)."""
        ...

    @property
    def end(self) -> npt.NDArray[np.float32]:
        """End logits, float32 (t,)."""
        ...

    @property
    def offsets(self) -> npt.NDArray[np.int32]:
        """Code-point offsets in the context, int32 (t, 2)."""
        ...

    @property
    def null(self) -> float:
        """Score of "no answer here": start + end logit of the first token."""
        ...


class Reader(Protocol):
    """Reads (question, context) pairs, all of them in as few batches as it can."""

    def read(self, pairs: Sequence[tuple[str, str]]) -> Sequence[WindowLogits]:
        """Return the logits of each pair, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """How passages are read: the best `windows` of them, `spans` kept from each.

    A span's score is its logits plus `retrieval_weight` x its passage's fused score (0..1): the reader
    decides, retrieval breaks near ties. `titles` puts the article's title in front of what is read.
    """

    windows: int = 10
    spans: int = 5
    retrieval_weight: float = 10.0
    titles: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An exact quote with its source. `probability` is calibrated on held-out questions."""

    text: str
    start: int
    end: int
    score: float
    probability: float
    sentence: tuple[int, int]
    span: LocatedSpan
    support: tuple[Support, ...]


@dataclass(frozen=True, slots=True)
class Abstention:
    """Why there is no answer: `reason` for a person, `code` for a program."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds a stage."""

    encode: float
    retrieve: float
    read: float
    total: float


@dataclass(frozen=True, slots=True)
class Asked:
    """The outcome of one question: answers, or an abstention; never both, never neither.

    `best` are the answers that were considered, also when they were not sure enough to be given.
    """

    question: str
    answers: list[Answer]
    abstention: Abstention | None
    best: list[Answer]
    candidates: list[Candidate]
    read: dict[int, float]
    timing: Timing


class Answerer:
    """Joins an index, an encoder and a reader. Stateless between questions; deterministic."""

    def __init__(
        self,
        index: PassageIndex,
        encoder: QuestionEncoder,
        reader: Reader,
        calibration: Calibration,
        *,
        retrieval: Retrieval | None = None,
        reading: Reading | None = None,
    ) -> None:
        self._index = index
        self._encoder = encoder
        self._reader = reader
        self._calibration = calibration
        self._retrieval = retrieval or Retrieval()
        self._reading = reading or Reading()

    def search(self, question: str, *, top: int = 10, allow: Filter | None = None) -> Found:
        """Return the `top` best passages for the question."""
        question = checked_question(question)
        _check_top(top)
        self._check_index()
        return retrieve(
            self._index, self._encoder, question, top, checked_filter(allow or Filter()), self._retrieval
        )

    def ask(
        self,
        question: str,
        *,
        top: int = 1,
        allow: Filter | None = None,
        min_probability: float | None = None,
    ) -> Asked:
        """Return up to `top` answers, or abstain when the best is below the threshold.

        The threshold is the calibration's; a `min_probability` replaces it and holds for every answer.
        """
        began = time.perf_counter()
        question = checked_question(question)
        _check_top(top)
        threshold = self._calibration.threshold if min_probability is None else min_probability
        if not 0.0 <= threshold <= 1.0:
            raise BadFilter(
                f"--min-probability {threshold} is not between 0 and 1", hint="--min-probability 0.5"
            )
        found = self.search(question, top=self._reading.windows, allow=allow)
        reading = time.perf_counter()
        spans, read = self._spans(question, found.candidates)
        answers = self._answers(aggregate(spans))
        ended = time.perf_counter()
        if min_probability is not None:
            given = [a for a in answers if a.probability >= threshold][:top]
        else:
            given = answers[:top] if answers and answers[0].probability >= threshold else []
        return Asked(
            question=question,
            answers=given,
            abstention=None if given else _abstention(answers, found.candidates, threshold, allow),
            best=answers[: max(top, 5)],
            candidates=found.candidates,
            read=read,
            timing=Timing(found.encode_ms, found.retrieve_ms, (ended - reading) * 1e3, (ended - began) * 1e3),
        )

    # --- inside -------------------------------------------------------------------------------------

    def _check_index(self) -> None:
        if self._index.counts.passages == 0:
            raise EmptyIndex("the index holds no articles", hint="nutgraf index PATH_TO_ARTICLES")

    def _spans(
        self, question: str, candidates: Sequence[Candidate]
    ) -> tuple[list[LocatedSpan], dict[int, float]]:
        """Return every window's spans, located in their articles, and each passage's best lead over null."""
        titles = [c.passage.article.title if self._reading.titles else "" for c in candidates]
        prefixes = [title_prefix(title) for title in titles]
        pairs = [(question, prefix + c.passage.text) for prefix, c in zip(prefixes, candidates, strict=True)]
        spans: list[LocatedSpan] = []
        read: dict[int, float] = {}
        for candidate, prefix, window in zip(candidates, prefixes, self._reader.read(pairs), strict=True):
            passage, first = candidate.passage, len(prefix)
            found = best_spans(
                window.start,
                window.end,
                window.offsets,
                first_char=first,
                count=self._reading.spans,
            )
            shift, prior = passage.start - first, self._reading.retrieval_weight * candidate.score
            for s in found:
                end = whole_character(passage.article.text, s.end + shift)
                spans.append(
                    LocatedSpan(passage.article, s.start + shift, end, s.score + prior, s.score - window.null)
                )
            if found:
                read[passage.id] = found[0].score - window.null
        return spans, read

    def _answers(self, groups: Sequence[Group]) -> list[Answer]:
        """Give each group its probability: its score, and its lead over the best other group."""
        answers = []
        for rank, group in enumerate(groups):
            rival = groups[0 if rank else 1].best.score if len(groups) > 1 else -np.inf
            best = group.best
            answers.append(
                Answer(
                    text=best.text,
                    start=best.start,
                    end=best.end,
                    score=best.score,
                    probability=self._calibration.probability(
                        Features(best.score, best.score - rival, best.over_null)
                    ),
                    sentence=sentence_around(best.article.text, best.start, best.end),
                    span=best,
                    support=group.support,
                )
            )
        return answers


def whole_character(text: str, end: int) -> int:
    """Return `end`, moved past combining marks of the last character, which tokenizers drop."""
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return end


def checked_question(question: str) -> str:
    """Return the question, whitespace collapsed; raises BadQuestion for one that cannot be asked."""
    # A shell hands over bytes that are not UTF-8 as lone surrogates, which no tokenizer takes.
    printable = question.encode("utf-8", "replace").decode().replace("\x00", " ")
    cleaned = " ".join(unicodedata.normalize("NFC", printable).split())
    if not cleaned:
        raise BadQuestion("the question is empty", hint='ask "What did China agree to on sanctions?"')
    if len(cleaned) > MAX_QUESTION_CHARS:
        raise BadQuestion(
            f"the question has {len(cleaned):,} characters; at most {MAX_QUESTION_CHARS:,} are read",
            hint="ask one thing at a time, in a sentence",
        )
    if not any(character.isalnum() for character in cleaned):
        raise BadQuestion(f"the question {cleaned[:40]!r} has no letter and no digit", hint="ask it in words")
    return cleaned


def checked_filter(allow: Filter) -> Filter:
    """Return the filter; raises BadFilter when its dates exclude each other."""
    if allow.first is not None and allow.last is not None and allow.first > allow.last:
        raise BadFilter(
            f"--after {allow.first} is later than --before {allow.last}: no article can match both",
            hint="swap the two dates",
        )
    return allow


def _check_top(top: int) -> None:
    if not 1 <= top <= MAX_TOP:
        raise BadFilter(f"--top {top} is not between 1 and {MAX_TOP}", hint="--top 5")


def _abstention(
    answers: Sequence[Answer], candidates: Sequence[Candidate], threshold: float, allow: Filter | None
) -> Abstention:
    if not candidates:
        where = "no article passes the filter" if allow else "no passage resembles the question"
        return Abstention("nothing_found", where)
    if not answers:
        return Abstention("nothing_read", "the passages found hold no answer")
    return Abstention(
        "below_threshold",
        f"the best guess has probability {answers[0].probability:.0%}, below {threshold:.0%}",
    )
