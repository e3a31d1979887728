"""Answers a question: find, read, join, calibrate, or abstain.

Knows the order of the steps; does not know files, doors, or which engines do the work.
"""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.filters import Filter
from nutgraf.qa.aggregate import AnswerGroup, LocatedSpan, aggregate
from nutgraf.qa.calibration import MARGIN_CAP, Calibration, Features
from nutgraf.qa.checks import check_top, checked_filter, checked_question
from nutgraf.qa.errors import EmptyIndex
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.profiles import DEFAULT, PROFILES, Profile
from nutgraf.qa.reader import Reader
from nutgraf.qa.result import Abstention, Answer, PassageReading, QuestionResult, Timing
from nutgraf.qa.retrieval import Candidate, PassageIndex, QuestionEncoder, SearchResult, retrieve
from nutgraf.qa.timeline import TimelineEntry, timeline

BLOCK_QUESTIONS = 64
"""Questions whose windows are read in one call: some 640 windows, whose logits take a few megabytes."""

TIMELINE_WINDOWS = 30
"""Windows read for a timeline: what was said over years is spread over more articles than one answer."""


class Answerer:
    """Joins an index, an encoder and a reader. Stateless between questions; deterministic.

    Answers depend on these, on the `profile` and on the `calibration`, and on nothing else.
    """

    def __init__(
        self,
        index: PassageIndex,
        encoder: QuestionEncoder,
        reader: Reader,
        calibration: Calibration,
        profile: Profile = PROFILES[DEFAULT],
    ) -> None:
        self._index = index
        self._encoder = encoder
        self._reader = reader
        self.calibration = calibration
        self.profile = profile

    def over(self, index: PassageIndex) -> "Answerer":
        """Return one with the same models and rules over another index, or another view of this one."""
        return Answerer(index, self._encoder, self._reader, self.calibration, self.profile)

    def by(self, profile: Profile) -> "Answerer":
        """Return one with the same models over the same index that does as much as that profile says."""
        return Answerer(self._index, self._encoder, self._reader, self.calibration, profile)

    def search(self, question: str, *, top: int = 10, allow: Filter | None = None) -> SearchResult:
        """Return the `top` best passages for the question."""
        question = checked_question(question)
        check_top(top)
        self._check_index()
        return self._found(question, self._encoder, top, checked_filter(allow or Filter()))

    def ask(
        self,
        question: str,
        *,
        top: int = 1,
        allow: Filter | None = None,
        min_probability: float | None = None,
    ) -> QuestionResult:
        """Return up to `top` answers, or abstain when the best is below the threshold.

        The threshold is the calibration's; a `min_probability` replaces it and holds for every answer.
        """
        return next(self.answer([Inquiry(question, top, allow or Filter(), min_probability)]))

    def ask_many(
        self,
        questions: Sequence[str],
        *,
        top: int = 1,
        allow: Filter | None = None,
        min_probability: float | None = None,
    ) -> list[QuestionResult]:
        """Return what `ask` would return for each question, in order, for less than as many calls cost."""
        allow = allow or Filter()
        return [*self.answer([Inquiry(q, top, allow, min_probability) for q in questions])]

    def answer(self, inquiries: Sequence[Inquiry]) -> Iterator[QuestionResult]:
        """Yield the outcome of each inquiry, in order: a block at a time, so that memory stays bounded.

        All are checked and encoded before the first is answered. Scores are those of asking one by one, to
        the rounding of float32. Of what is done for several at once, each `timing` has an even share.
        """
        inquiries = [inquiry.checked() for inquiry in inquiries]
        self._check_index()
        began = time.perf_counter()
        questions = [inquiry.question for inquiry in inquiries]
        encoded = _Encoded(dict(zip(questions, self._encoder.encode(questions), strict=True)))
        encode_ms = _since(began) / max(1, len(questions))
        for first in range(0, len(inquiries), BLOCK_QUESTIONS):
            yield from self._block(inquiries[first : first + BLOCK_QUESTIONS], encoded, encode_ms)

    def timeline(self, asked: QuestionResult) -> list[TimelineEntry]:
        """Return how the answer to a question that was asked changed over time.

        Its filter holds here, too, and its threshold: for what each article says, by itself.
        """
        reading = self.profile.reading
        windows = max(reading.windows, TIMELINE_WINDOWS)
        candidates = self._found(
            asked.question, self._encoder, windows, asked.allow.without_preference()
        ).candidates
        read = self._reader.read([(asked.question, reading.context(c)) for c in candidates])
        spans = [span for c, w in zip(candidates, read, strict=True) for span in reading.spans_of(c, w)]
        copies = {c.passage.article.id: c.copies for c in candidates}
        return timeline(aggregate(spans, copies), self._alone, asked.threshold)

    # --- inside -------------------------------------------------------------------------------------

    def _check_index(self) -> None:
        if self._index.counts.passages == 0:
            raise EmptyIndex("the index holds no articles", hint="nutgraf index PATH_TO_ARTICLES")

    def _found(self, question: str, encoder: QuestionEncoder, top: int, allow: Filter) -> SearchResult:
        return retrieve(self._index, encoder, question, top, allow, self.profile.retrieval)

    def _block(
        self, inquiries: Sequence[Inquiry], encoded: "_Encoded", encode_ms: float
    ) -> Iterator[QuestionResult]:
        """Find each question's passages, read those of all in one call, and answer each."""
        reading = self.profile.reading
        found = [self._found(i.question, encoded, reading.windows, i.allow) for i in inquiries]
        began = time.perf_counter()
        pairs = [
            (i.question, reading.context(c))
            for i, one in zip(inquiries, found, strict=True)
            for c in one.candidates
        ]
        windows = iter(self._reader.read(pairs))
        read_ms = _since(began) / len(inquiries)
        for inquiry, one in zip(inquiries, found, strict=True):
            began = time.perf_counter()
            each = [
                (c.passage.id, reading.spans_of(c, w))
                for c, w in zip(one.candidates, islice(windows, len(one.candidates)), strict=True)
            ]
            copies = {c.passage.article.id: c.copies for c in one.candidates}
            spans = [span for _, found_in in each for span in found_in]
            answers = self._answers(aggregate(spans, copies, agreement_weight=reading.agreement_weight))
            read = {
                passage_id: PassageReading(found_in[0].score, found_in[0].over_null, found_in[0].prior)
                for passage_id, found_in in each
                if found_in
            }
            own_ms = read_ms + _since(began)
            timing = Timing(encode_ms, one.retrieve_ms, own_ms, encode_ms + one.retrieve_ms + own_ms)
            yield self._outcome(inquiry, answers, one.candidates, read, timing)

    def _outcome(
        self,
        inquiry: Inquiry,
        answers: Sequence[Answer],
        candidates: list[Candidate],
        read: dict[int, PassageReading],
        timing: Timing,
    ) -> QuestionResult:
        """Give the `top` best answers if the best of them, or each that, reaches the threshold."""
        least = inquiry.min_probability
        threshold = self.calibration.threshold if least is None else least
        if least is not None:
            given = [a for a in answers if a.probability >= threshold][: inquiry.top]
        else:
            sure = bool(answers) and answers[0].probability >= threshold
            given = [*answers[: inquiry.top]] if sure else []
        return QuestionResult(
            question=inquiry.question,
            answers=given,
            abstention=None if given else _abstention(answers, candidates, threshold, inquiry.allow),
            best=[*answers[: max(inquiry.top, 5)]],
            candidates=candidates,
            read=read,
            timing=timing,
            allow=inquiry.allow,
            threshold=threshold,
        )

    def _answers(self, groups: Sequence[AnswerGroup]) -> list[Answer]:
        """Give each group its probability, from its own features and its lead over the best other group."""
        answers = []
        for rank, group in enumerate(groups):
            best = group.best
            rival = groups[0 if rank else 1].score if len(groups) > 1 else -np.inf
            margin = group.score - rival
            known = Features(group.score, margin, best.over_null, best.retrieval, group.agreement)
            probability = self.calibration.probability(known)
            answers.append(
                Answer(best.text, best.start, best.end, group.score, probability, best, group.support, known)
            )
        return answers

    def _alone(self, span: LocatedSpan, agreement: int) -> float:
        """Return a span's probability as if nothing else were answered: that may be of other times."""
        score = span.score + self.profile.reading.agreement_weight * math.log1p(agreement)
        known = Features(score, MARGIN_CAP, span.over_null, span.retrieval, agreement)
        return self.calibration.probability(known)


@dataclass(frozen=True, slots=True)
class _Encoded:
    """Questions that were encoded in one call, for whoever asks for their vectors one by one."""

    vectors: Mapping[str, npt.NDArray[np.float32]]

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return np.stack([self.vectors[text] for text in texts])


def _since(began: float) -> float:
    """Return the milliseconds since a moment of `perf_counter`."""
    return (time.perf_counter() - began) * 1e3


def _abstention(
    answers: Sequence[Answer], candidates: Sequence[Candidate], threshold: float, allow: Filter
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
