"""Compares what a question is answered with after new articles came with what it was answered with before.

Pure: knows outcomes and timelines as values; does not know how they are reached, nor where they are kept.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nutgraf.indexer.article import Article
from nutgraf.qa.citations import outlet_key
from nutgraf.qa.join import LocatedSpan
from nutgraf.qa.result import Answer, QuestionResult
from nutgraf.qa.timeline import TimelineEntry
from nutgraf.qa.watching.rewording import is_same_answer, standing_span
from nutgraf.qa.watching.standing import AnswerChange, Standing, WatchedAnswer, with_outlets


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the archive says of a question now.

    `fresh` are the ids of articles that came or changed since the question was last asked, `stored` those
    articles of earlier answers that are still there. `timeline` and `is_sure` are asked for rarely: the first
    reads more passages, the second tells whether an answer would be sure enough if no other stood beside it.
    """

    result: QuestionResult
    fresh: frozenset[str]
    stored: Mapping[str, Article]
    timeline: Callable[[], Sequence[TimelineEntry]]
    is_sure: Callable[[Answer], bool]


def compare(before: Standing, evidence: Evidence) -> tuple[Standing, AnswerChange | None]:
    """Return what the question is answered with now, and the change; None where nothing changed.

    Other words for the same are no change, nor is a copy, nor another answer that no new article gives. An
    answer that is no longer sure enough stands until its article is removed, or no longer says so.
    """
    best = next(iter(evidence.result.answers), None)
    if before.answer is None:
        if best is None or not _told_by(best, evidence.fresh):
            return before, None
        answer = WatchedAnswer.of(best)
        return Standing(answer), AnswerChange("new_answer", None, answer)
    earlier = _span(before.answer, evidence.stored)
    if best is not None and _is_same(evidence, earlier, best):
        return _confirmed(before, before.answer, earlier, best, evidence)
    if not _is_there(before.answer, evidence.stored):
        if best is None:
            return gone(before)
        answer = WatchedAnswer.of(best)
        return Standing(answer), AnswerChange("other_answer", before.answer, answer)
    return _challenged(before, before.answer, earlier, evidence)


def gone(before: Standing) -> tuple[Standing, AnswerChange | None]:
    """Return what becomes of a question that nothing answers any more."""
    change = None if before.answer is None else AnswerChange("gone", before.answer, None)
    return Standing(), change


def _confirmed(
    before: Standing, standing: WatchedAnswer, earlier: LocatedSpan, best: Answer, evidence: Evidence
) -> tuple[Standing, AnswerChange | None]:
    """Return what becomes of an answer that is given again: contradicted, or told by more outlets."""
    challenged, change = _challenged(before, standing, earlier, evidence)
    if change is not None:
        return challenged, change
    answer = standing
    if not _is_there(standing, evidence.stored):  # another article gives the answer now
        answer = replace(WatchedAnswer.of(best), outlets=standing.outlets)
    known = {outlet_key(name) for name in standing.outlets}
    more = [name for name in _fresh_outlets(best, evidence.fresh) if outlet_key(name) not in known]
    told = with_outlets(answer, tuple({outlet_key(name): name for name in more}.values()))
    if not more:
        return replace(challenged, answer=told), None
    return replace(challenged, answer=told), AnswerChange("more_outlets", standing, told)


def _challenged(
    before: Standing, standing: WatchedAnswer, earlier: LocatedSpan, evidence: Evidence
) -> tuple[Standing, AnswerChange | None]:
    """Return what becomes of an answer beside which new articles may give another."""
    rival = next(_rivals(earlier, evidence), None)
    if rival is None:
        return before, None
    answer = WatchedAnswer.of(rival)
    of_rival, of_standing = _status(evidence, rival.span), _status(evidence, earlier)
    is_first = rival in evidence.result.answers[:1]
    if of_rival == "superseded" or (of_rival is None and not is_first):
        return before, None  # it is old news, or not sure enough by itself
    if is_first and of_rival != "disputed" and of_standing != "current":
        return Standing(answer), AnswerChange("other_answer", standing, answer)
    if of_rival == "current" and of_standing in {"superseded", None}:
        return Standing(answer), AnswerChange("other_answer", standing, answer)
    if before.rival is not None and _is_same(evidence, _span(before.rival, evidence.stored), rival):
        return before, None
    return Standing(standing, answer), AnswerChange("disputed", standing, answer)


def _rivals(earlier: LocatedSpan, evidence: Evidence) -> Iterator[Answer]:
    """Yield the answers that new articles give, that say something else, and that would be sure alone."""
    for answer in [*evidence.result.answers, *evidence.result.best]:
        is_other = _told_by(answer, evidence.fresh) and not _is_same(evidence, earlier, answer)
        if is_other and (answer in evidence.result.answers[:1] or evidence.is_sure(answer)):
            yield answer


def _status(evidence: Evidence, span: LocatedSpan) -> str | None:
    """Return the status of an answer on the timeline; None where it is not there.

    What was current until it grew stale still stands.
    """
    for entry in evidence.timeline():
        if any(is_same_answer(evidence.result.question, span, told) for told in (entry.best, *entry.spans)):
            return "current" if entry.status == "stale" else entry.status
    return None


def _is_same(evidence: Evidence, earlier: LocatedSpan, answer: Answer) -> bool:
    spans = [answer.span, *(s.span for s in answer.support)]
    return any(is_same_answer(evidence.result.question, earlier, span) for span in spans)


def _told_by(answer: Answer, fresh: frozenset[str]) -> list[Article]:
    """Return the new articles that give the answer, but for copies of articles that gave it before."""
    articles = [answer.article, *(support.span.article for support in answer.support)]
    told = {article.cluster for article in articles if article.id not in fresh} - {None}
    return [article for article in articles if article.id in fresh and article.cluster not in told]


def _fresh_outlets(answer: Answer, fresh: frozenset[str]) -> Iterator[str]:
    """Yield the outlets of new articles that give the answer independently of all others."""
    independent = {answer.article.id, *(s.span.article.id for s in answer.support if s.independent)}
    return (a.source for a in _told_by(answer, fresh) if a.source and a.id in independent)


def _is_there(answer: WatchedAnswer, stored: Mapping[str, Article]) -> bool:
    """Whether the article of an answer is stored, and still has its words."""
    article = stored.get(answer.article["id"])
    return article is not None and answer.text in article.content(answer.field)


def _span(answer: WatchedAnswer, stored: Mapping[str, Article]) -> LocatedSpan:
    """Return an earlier answer as a span of its article, or of its sentence where that is gone."""
    article = stored.get(answer.article["id"])
    if article is None or article.content(answer.field)[answer.start : answer.end] != answer.text:
        return standing_span(answer.text, answer.sentence, answer.article["id"])
    return LocatedSpan(article, answer.start, answer.end, 0.0, field=answer.field)
