"""Reads candidates: a reader's logits become spans that are located in articles.

With two readers it is a cascade (Viola and Jones 2001): the small reader reads every candidate, and the large
one reads the few that can still win. What the large one says decides; what only the small one has read
supports an answer at most. This module knows logits and passages; it does not know probabilities, or which
engine reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from nutgraf.indexer.passages import title_prefix
from nutgraf.indexer.storage import Passage
from nutgraf.models.logits import WindowLogits
from nutgraf.models.reader import Reader, RememberingReader
from nutgraf.models.spans import best_spans, token_lines
from nutgraf.models.windowing import whole_characters
from nutgraf.qa.join import LocatedSpan
from nutgraf.qa.question_time import QuestionTime
from nutgraf.qa.retrieval import Candidate
from nutgraf.qa.tenure import speaks_of_now
from nutgraf.qa.time_fit import OTHER, UNKNOWN, TimeFit, question_of, time_fit
from nutgraf.qa.values import other_unit


@dataclass(frozen=True, slots=True)
class ReaderParams:
    """How passages are read: the best `windows` of them, `spans` kept from each.

    A span's score is its logits, less `null_weight` x its window's "no answer", plus `retrieval_weight` x its
    passage's score (fused 0..1, and recency): the reader decides, retrieval breaks near ties. `titles` puts
    the article's title in front of what is read. `agreement_weight` is for other articles that say the same
    (`join.agreement_bonus`).

    Of two readers the large one reads at most `contenders` windows: those whose best span, as the small one
    scores it, is at most `contender_lead` logits behind the best of all. With 0 contenders the small one
    decides.
    """

    # Entries of docs/log.md that chose them; no entry compares other numbers of spans.
    windows: int = 10  # 2026-11-21, "what the reader's score is made of"
    spans: int = 5
    retrieval_weight: float = 10.0  # 2026-11-22, "a passage's score weighs ten instead of five"
    null_weight: float = 0.5  # 2026-11-22, "the mean of three runs, and its calibration"
    titles: bool = False  # 2026-11-21, "what the reader's score is made of"
    agreement_weight: float = 2.0  # 2026-11-22, "what support is worth"
    contenders: int = 4  # as contender_lead: 2026-11-27, "two readers in a cascade, on held-out questions"
    contender_lead: float = 6.0

    def prefix(self, passage: Passage) -> str:
        """Return what stands in front of a passage when it is read."""
        return title_prefix(passage.article.title, passage.field) if self.titles else ""

    def context(self, passage: Passage) -> str:
        """Return the words of the passage's window."""
        return self.prefix(passage) + passage.text

    def spans_of(
        self,
        candidate: Candidate,
        passage: Passage,
        window: WindowLogits,
        *,
        question: str = "",
        decisive: bool = True,
        time: QuestionTime | None = None,
    ) -> list[LocatedSpan]:
        """Return the best spans, best first, of the window of one of the candidate's passages.

        A span that is of another time than the question's loses score and certainty (`time_fit`), and so does
        a former or future holder where the question asks for the present one (`speaks_of_now`), and a number
        of years where it asks for months (`other_unit`).

        No span runs from a paragraph into the next: a heading and the line below it are not one name.
        """
        first_char, context = len(self.prefix(passage)), self.context(passage)
        offsets = whole_characters(context, window.offsets)
        spans = best_spans(
            window.start,
            window.end,
            offsets,
            first_char=first_char,
            count=self.spans,
            lines=token_lines(context, offsets),
        )
        shift = passage.start - first_char
        prior = self.retrieval_weight * (candidate.score + candidate.recency)
        fits = [_fit(question, passage, span.start + shift, span.end + shift, time) for span in spans]
        located = [
            LocatedSpan(
                article=passage.article,
                start=span.start + shift,
                end=span.end + shift,
                score=span.score - self.null_weight * window.null + prior - fit.loss,
                null_margin=span.score - window.null,
                retrieval=candidate.score,
                prior=prior - fit.loss,
                decisive=decisive,
                fit_share=fit.share,
                field=passage.field,
            )
            for span, fit in zip(spans, fits, strict=True)
        ]
        return sorted(located, key=lambda span: -span.score)


@dataclass(frozen=True, slots=True)
class Readers:
    """The reader of every candidate, and the large one that reads the contenders, if there are two."""

    small: Reader
    large: Reader | None = None

    def deciding(self, rule: ReaderParams) -> Reader:
        """Return the reader whose scores decide, and to which a calibration belongs."""
        return self.large if self.large is not None and rule.contenders else self.small

    def remembering(self) -> "Readers":
        """Return the same readers, which read no pair of question and passage twice."""
        large = None if self.large is None else RememberingReader(self.large)
        return Readers(RememberingReader(self.small), large)


@dataclass(frozen=True, slots=True)
class PassageSpans:
    """A candidate that was read, and its best spans, best first; none where the reader sees no valid span.

    The spans are those of its passage and of its headline.

    `reader` is the id of the model that made the spans.
    """

    candidate: Candidate
    spans: list[LocatedSpan]
    reader: str


_Question = tuple[str, Sequence[Candidate], QuestionTime | None]


def read(readers: Readers, questions: Sequence[_Question], rule: ReaderParams) -> list[list[PassageSpans]]:
    """Read the candidates of all questions in one call a reader; return each question's candidates' spans.

    Questions and candidates keep their order. A question has its candidates, and its time or None.
    """
    large = readers.large if rule.contenders else None
    passages = _read(readers.small, questions, rule, decisive=large is None)
    if large is None:
        return passages
    chosen = [contenders(spans, rule) for spans in passages]
    again = [
        (question, [p.candidate for p in kept], time)
        for (question, _, time), kept in zip(questions, chosen, strict=True)
    ]
    decided = [
        {p.candidate.passage.id: p for p in spans} for spans in _read(large, again, rule, decisive=True)
    ]
    return [
        [by_id.get(p.candidate.passage.id, p) for p in spans]
        for spans, by_id in zip(passages, decided, strict=True)
    ]


def contenders(passages: Sequence[PassageSpans], rule: ReaderParams) -> list[PassageSpans]:
    """Return the passages that can still win, best first, as the small reader scores them."""
    ranked = sorted((p for p in passages if p.spans), key=lambda p: (-p.spans[0].score, p.candidate.rank))
    least = ranked[0].spans[0].score - rule.contender_lead if ranked else 0.0
    return [p for p in ranked[: rule.contenders] if p.spans[0].score >= least]


def _read(
    reader: Reader, questions: Sequence[_Question], rule: ReaderParams, *, decisive: bool
) -> list[list[PassageSpans]]:
    pairs = [
        (question_of(question, passage.text, passage.article, time), rule.context(passage))
        for question, candidates, time in questions
        for candidate in candidates
        for passage in candidate.passages
    ]
    windows = iter(reader.read(pairs))

    def spans_of(question: str, candidate: Candidate, time: QuestionTime | None) -> PassageSpans:
        read = zip(candidate.passages, islice(windows, len(candidate.passages)), strict=True)
        spans = [
            span
            for passage, window in read
            for span in rule.spans_of(
                candidate, passage, window, question=question, decisive=decisive, time=time
            )
        ]
        return PassageSpans(candidate, sorted(spans, key=lambda span: -span.score), reader.card.id)

    return [
        [spans_of(question, candidate, time) for candidate in candidates]
        for question, candidates, time in questions
    ]


def _fit(question: str, passage: Passage, start: int, end: int, time: QuestionTime | None) -> TimeFit:
    """Return how well [start:end] of a passage's article fits a question's time, or now, and its unit."""
    content = passage.article.content(passage.field)
    asks_for_now = time is None or not time.is_bound
    if asks_for_now and not speaks_of_now(question, content, start, end):
        return OTHER
    fit = time_fit(passage.article, start, end, time, passage.field)
    if fit.share > UNKNOWN.share and other_unit(question, content, start, end) is not None:
        return UNKNOWN  # "four years" may be what "how many months" asks for, and is no number of months
    return fit
