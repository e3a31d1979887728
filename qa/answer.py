"""Answers questions in five stages: retrieve, rerank, read, join, judge.

Each stage is a function on values in a module of its own; this module strings them together, for many
questions at once, and takes their time. It does not know files, doors, or which engines do the work.

| stage | from -> to | function |
| --- | --- | --- |
| retrieve | question, vector -> candidates | `retrieval.retrieve` |
| rerank | candidates -> candidates | none yet: its place is `Searcher.search_encoded` |
| read | candidates -> spans | `reader.read` |
| join | spans -> groups, one an answer | `join.join` |
| judge | groups -> answers or an abstention | `judge.judge` |
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.article import Article
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.storage import PassageIndex
from nutgraf.models.question_kinds import question_kinds
from nutgraf.models.reader import Reader
from nutgraf.qa.answer_status import STALE_DAYS
from nutgraf.qa.calibration import Calibration
from nutgraf.qa.change import RECURRING_EVENT, asked_change, asks_for_the_present
from nutgraf.qa.extent import asked_extent
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.join import LocatedSpan, join
from nutgraf.qa.judge import accepts, judge, probability_alone, widened_span
from nutgraf.qa.profiles import Profile
from nutgraf.qa.reader import PassageSpans, Readers, read
from nutgraf.qa.result import PassageReading, QuestionResult, Timing
from nutgraf.qa.retrieval import Candidate, SearchResult, prints, read_prints
from nutgraf.qa.search import Searcher, milliseconds_since
from nutgraf.qa.tenure import asked_roles, has_left, speaks_of_now
from nutgraf.qa.time_fit import OTHER
from nutgraf.qa.timeline import TimelineEntry, timeline

BLOCK_QUESTIONS = 64
"""Questions whose windows are read in one call: some 640 windows, whose logits take a few megabytes."""

TIMELINE_WINDOWS = 30
"""Windows read for a timeline: what was said over years is spread over more articles than one answer.

No entry of docs/log.md compares other numbers.
"""


class Answerer:
    """Joins a searcher and a reader, or the two of a cascade. Stateless between questions; deterministic.

    Answers depend on these, on the searcher's profile and on the `calibration`, and on nothing else.
    """

    def __init__(self, searcher: Searcher, readers: Readers | Reader, calibration: Calibration) -> None:
        self._searcher = searcher
        self._readers = readers if isinstance(readers, Readers) else Readers(readers)
        self.calibration = calibration

    @property
    def profile(self) -> Profile:
        """How passages are found, and how they are read."""
        return self._searcher.profile

    def over(self, index: PassageIndex) -> "Answerer":
        """Return an answerer with the same models and rules over another index, or a view of this one."""
        return Answerer(self._searcher.over(index), self._readers, self.calibration)

    def by(self, profile: Profile) -> "Answerer":
        """Return an answerer with the same models and index that does as much as that profile says."""
        return Answerer(self._searcher.by(profile), self._readers, self.calibration)

    def remembering(self) -> "Answerer":
        """Return the same answerer for some questions whose passages are looked at before they are asked.

        It keeps what it has read, and is to be dropped when these are answered.
        """
        return Answerer(self._searcher, self._readers.remembering(), self.calibration)

    def search(
        self, question: str, *, top: int = 10, allow: Filter | None = None, use_time: bool = True
    ) -> SearchResult:
        """Return the `top` best passages for the question, those of the time that it names first.

        With `use_time` off, its time is mere words. Raises BadQuestion, BadFilter and EmptyIndex.
        """
        return self._searcher.search(question, top=top, allow=allow, use_time=use_time)

    def retrieve(self, inquiry: Inquiry) -> SearchResult:
        """Return the passages that `answer` would read for the inquiry; hand them to it to save the search.

        Raises BadQuestion, BadFilter and EmptyIndex.
        """
        inquiry = inquiry.checked()
        self._searcher.check_index()
        began = time.perf_counter()
        vectors = self._searcher.encode([inquiry.question])
        return self._retrieved(inquiry, vectors[inquiry.question], milliseconds_since(began))

    def ask(
        self,
        question: str,
        *,
        top: int = 1,
        allow: Filter | None = None,
        min_probability: float | None = None,
        use_time: bool = True,
    ) -> QuestionResult:
        """Return up to `top` answers, or abstain when the best is below the threshold.

        The threshold is the calibration's; a `min_probability` replaces it and holds for every answer.
        """
        inquiry = Inquiry(question, top, allow or Filter(), min_probability, use_time)
        return next(self.answer([inquiry]))

    def ask_many(
        self,
        questions: Sequence[str],
        *,
        top: int = 1,
        allow: Filter | None = None,
        min_probability: float | None = None,
        use_time: bool = True,
    ) -> list[QuestionResult]:
        """Return what `ask` would return for each question, in order, for less than as many calls cost."""
        allow = allow or Filter()
        return [*self.answer([Inquiry(q, top, allow, min_probability, use_time) for q in questions])]

    def answer(
        self, inquiries: Sequence[Inquiry], retrieved: Sequence[SearchResult | None] | None = None
    ) -> Iterator[QuestionResult]:
        """Yield the outcome of each inquiry, in order: a block at a time, so that memory stays bounded.

        All inquiries are checked and encoded before the first is answered. `retrieved` has what `retrieve`
        returned for an inquiry, or None, in the same order. Scores are those of asking the questions apart,
        to the rounding of float32. Of work that several share, each `timing` has an even part.
        """
        inquiries = [inquiry.checked() for inquiry in inquiries]
        known = [None] * len(inquiries) if retrieved is None else [*retrieved]
        self._searcher.check_index()
        began = time.perf_counter()
        pending = [i.question for i, result in zip(inquiries, known, strict=True) if result is None]
        vectors = self._searcher.encode(pending)
        encode_ms = milliseconds_since(began) / max(1, len(pending))
        for first in range(0, len(inquiries), BLOCK_QUESTIONS):
            block = inquiries[first : first + BLOCK_QUESTIONS]
            results = [
                self._retrieved(i, vectors[i.question], encode_ms) if result is None else result
                for i, result in zip(block, known[first : first + BLOCK_QUESTIONS], strict=True)
            ]
            yield from self._answer_block(block, results)

    def timeline(self, outcome: QuestionResult) -> list[TimelineEntry]:
        """Return how the answer to a question changed over time; `outcome` is what asking it returned.

        The outcome's filter applies here, too, and each article by itself must reach its threshold. What was
        read for the answer is read again, so that the newest articles speak wherever they were preferred. Of
        a time that the question names there is no evidence of another time; that of "now" has a history.
        """
        time = outcome.time if outcome.time is not None and outcome.time.is_bound else None
        windows = max(self.profile.reading.windows, TIMELINE_WINDOWS)
        allow = outcome.allow.without_preference()
        result = self._searcher.search_checked(outcome.question, windows, allow, time)
        by_passage = {c.passage.id: replace(c, recency=0.0) for c in outcome.candidates}
        candidates = [*(by_passage | {c.passage.id: c for c in result.candidates}).values()]
        rule = self.profile.reading
        if rule.contenders:  # each article speaks for itself, however far behind the best it is
            rule = replace(rule, contenders=len(candidates), contender_lead=math.inf)
        (passages,) = read(self._readers, [(outcome.question, candidates, time)], rule)
        asked = question_kinds(outcome.question)

        def probability(span: LocatedSpan) -> float:
            return probability_alone(span, self.calibration, asked) * span.fit_share

        return timeline(
            join(*_spans_and_copies(_evidence(outcome.question, passages))),
            probability,
            outcome.threshold,
            asked_change(outcome.question),
            time.last if time is not None else None,
            read_prints(candidates),
            self._stale(outcome.question, outcome.allow, has_time=time is not None),
        )

    def _stale(self, question: str, allow: Filter, *, has_time: bool) -> Callable[[LocatedSpan], bool]:
        """Return the rule by which an article is too old to tell what is current, or tells of its end.

        Its age counts from the day of `as_of`, or from the newest article, and not where a time is asked for.
        """
        is_present = not has_time and asks_for_the_present(question)
        day = (allow.as_of or self._searcher.newest_day(allow)) if is_present else None
        roles = frozenset() if has_time else asked_roles(question)

        def is_stale(span: LocatedSpan) -> bool:
            published = span.article.published
            if day is not None and published is not None and (day - published.date()).days > STALE_DAYS:
                return True
            return bool(roles) and has_left(span.article.text, span.text, roles)

        return is_stale

    @property
    def has_cascade(self) -> bool:
        """Whether another reader than the small one decides."""
        return self._readers.deciding(self.profile.reading) is not self._readers.small

    def glance(
        self, questions: Sequence[tuple[str, Sequence[Candidate]]], *, decisive: bool = False
    ) -> list[float]:
        """Return for each question how far its candidates' best span leads over "no answer", in logits.

        The small reader alone reads them; with `decisive` the reader whose scores decide has the last word on
        those that can win, as in `answer`. It is minus infinity where there is no span.
        """
        rule = self.profile.reading
        readers = self._readers if decisive else Readers(self._readers.small)
        untimed = [(question, candidates, None) for question, candidates in questions]
        reader = readers.deciding(rule).card.id
        return [
            max(
                (span.null_margin for p in passages if p.reader == reader for span in p.spans),
                default=float("-inf"),
            )
            for passages in read(readers, untimed, rule)
        ]

    # --- inside -------------------------------------------------------------------------------------

    def _retrieved(self, inquiry: Inquiry, vector: npt.NDArray[np.float32], encode_ms: float) -> SearchResult:
        """Return the passages to read, those of the time that the question names first."""
        asked_time = None
        if inquiry.use_time:
            asked_time = self._searcher.question_time(inquiry.question, inquiry.allow)
        windows = self.profile.reading.windows
        return self._searcher.search_encoded(
            inquiry.question, vector, windows, inquiry.allow, encode_ms, asked_time
        )

    def _answer_block(
        self, inquiries: Sequence[Inquiry], results: Sequence[SearchResult]
    ) -> Iterator[QuestionResult]:
        """Read the passages of all questions in one call; join and judge each question's by itself."""
        rule = self.profile.reading
        began = time.perf_counter()
        questions = [
            (i.question, result.candidates, result.time) for i, result in zip(inquiries, results, strict=True)
        ]
        passages_of_each = read(self._readers, questions, rule)
        shared_ms = milliseconds_since(began) / len(inquiries)
        for inquiry, result, passages in zip(inquiries, results, passages_of_each, strict=True):
            began = time.perf_counter()
            groups = join(
                *_spans_and_copies(passages),
                agreement_weight=rule.agreement_weight,
                accepts=accepts(self.calibration, question_kinds(inquiry.question)),
            )
            judgement = judge(groups, result, inquiry, self.calibration)
            read_ms = shared_ms + milliseconds_since(began)
            yield QuestionResult(
                question=inquiry.question,
                answers=judgement.answers,
                abstention=judgement.abstention,
                best=judgement.considered,
                candidates=result.candidates,
                read=_readings(passages),
                timing=_timing(result, read_ms),
                allow=inquiry.allow,
                threshold=judgement.threshold,
                time=result.named_time,
            )


def _evidence(question: str, passages: Sequence[PassageSpans]) -> list[PassageSpans]:
    """Return the passages with the spans that are evidence on a timeline, as far as the question asks for.

    None is of another time than the question's, or the former or future holder of what it asks for, or only
    describes who won or holds it ("the 25-year-old cyclist").
    """
    extent = asked_extent(question)
    asks_for_name = question.casefold().startswith("who ") and (
        bool(asked_roles(question)) or asked_change(question) is RECURRING_EVENT
    )
    is_of_now = {s: speaks_of_now(question, s.content, s.start, s.end) for p in passages for s in p.spans}
    others = [span for span, is_now in is_of_now.items() if not is_now]

    def spans_of(passage: PassageSpans) -> Iterator[LocatedSpan]:
        for span in passage.spans:
            is_other = any(_is_part_of(span, other) for other in others)
            is_described = asks_for_name and span.text.rpartition(" ")[2][:1].islower()
            is_described = is_described and not span.sentence.islower()  # there names have no capitals
            if span.fit_share > OTHER.share and is_of_now[span] and not is_other and not is_described:
                yield widened_span(span, extent)

    return [replace(passage, spans=[*spans_of(passage)]) for passage in passages]


def _is_part_of(span: LocatedSpan, other: LocatedSpan) -> bool:
    """Whether a span is a part of another, or a headline's word for it: "Bank names Pihl"."""
    if span.article.id != other.article.id:
        return False
    surnames = [(s.text.split() or [""])[-1].casefold() for s in (span, other)]
    return span.overlaps(other) or (span.field == "title" and surnames[0] == surnames[1])


def _spans_and_copies(
    passages: Sequence[PassageSpans],
) -> tuple[list[LocatedSpan], Mapping[str, Sequence[Article]]]:
    """Return all spans, and by the id of an article the other prints and versions of all its passages."""
    spans = [span for passage in passages for span in passage.spans]
    return spans, prints([passage.candidate for passage in passages])


def _readings(passages: Sequence[PassageSpans]) -> dict[int, PassageReading]:
    """Return by its id the reading of each passage in which there is a span."""
    best = [(p, p.spans[0]) for p in passages if p.spans]
    return {
        p.candidate.passage.id: PassageReading(
            span.score, span.null_margin, span.prior, p.reader, span.decisive
        )
        for p, span in best
    }


def _timing(result: SearchResult, read_ms: float) -> Timing:
    total_ms = result.encode_ms + result.retrieve_ms + read_ms
    return Timing(result.encode_ms, result.retrieve_ms, read_ms, total_ms)
