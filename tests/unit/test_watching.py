"""Standing questions: what is a change of an answer, and which questions an article touches."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.filters import Filter, day_number
from nutgraf.indexer.watches import AddedPassages
from nutgraf.qa.answer_status import AnswerStatus
from nutgraf.qa.calibration import Features
from nutgraf.qa.citations import SupportKind
from nutgraf.qa.join import LocatedSpan, Support
from nutgraf.qa.result import Abstention, Answer, QuestionResult, Timing
from nutgraf.qa.timeline import TimelineEntry
from nutgraf.qa.watching.compare import Evidence, compare, gone
from nutgraf.qa.watching.rewording import is_same_answer
from nutgraf.qa.watching.standing import Standing, WatchedAnswer
from nutgraf.qa.watching.touch import Touching, WatchedQuestion, stems

WHO = "Who leads the central bank of Orlow?"


def span(text: str, article_id: str = "a", *, body: str = "", cluster: str | None = None) -> LocatedSpan:
    """Return a span at the start of an article, of the outlet named by the first letter of its id."""
    article = Article(
        article_id,
        "",
        f"{text} leads it. {body}",
        source=article_id[0].upper(),
        published=datetime(2026, 1, 1, tzinfo=UTC),
        cluster=cluster,
    )
    return LocatedSpan(article, 0, len(text), 1.0)


def answer(best: LocatedSpan, *support: tuple[LocatedSpan, SupportKind]) -> Answer:
    features = Features(1.0, 1.0, 1.0, 1.0, 0, is_other_kind=None)
    supports = tuple(Support(other, kind) for other, kind in support)
    return Answer(best.text, best.start, best.end, 1.0, 0.9, best, supports, features)


def evidence(
    answers: Sequence[Answer],
    fresh: str,
    *,
    stored: Sequence[LocatedSpan] = (),
    best: Sequence[Answer] = (),
    timeline: Sequence[tuple[LocatedSpan, AnswerStatus]] = (),
    is_sure: bool = True,
) -> Evidence:
    """Return evidence; `fresh` are the ids of new articles, the stored ones those of the spans."""
    abstention = None if answers else Abstention("unlikely", "not sure")
    result = QuestionResult(
        WHO, [*answers], abstention, [*answers, *best], [], {}, Timing(0, 0, 0, 0), Filter(), 0.5
    )
    return Evidence(
        result,
        frozenset(fresh.split()),
        {other.article.id: other.article for other in stored},
        lambda: [TimelineEntry(told, 0.9, (told,), status) for told, status in timeline],
        lambda _: is_sure,
    )


HOLT, LOW = span("Anna Holt", "a1"), span("Ben Low", "b1")
STANDING = Standing(WatchedAnswer.of(answer(HOLT)))


def test_a_first_answer_is_a_new_answer() -> None:
    standing, change = compare(Standing(), evidence([answer(HOLT)], "a1"))
    assert change is not None
    assert (change.kind, change.before, change.after) == ("new_answer", None, WatchedAnswer.of(answer(HOLT)))
    assert standing == STANDING
    assert WatchedAnswer.of(answer(HOLT)).outlets == ("A",)


def test_an_answer_that_no_new_article_gives_is_no_news() -> None:
    assert compare(Standing(), evidence([answer(HOLT)], "c1")) == (Standing(), None)
    old_news = evidence([answer(LOW)], "c1", stored=[HOLT])
    assert compare(STANDING, old_news) == (STANDING, None)


def test_no_answer_leaves_what_stood() -> None:
    assert compare(STANDING, evidence([], "c1", stored=[HOLT])) == (STANDING, None)


@pytest.mark.parametrize("status", ["current", "undated"])
def test_a_later_answer_is_another_answer(status: AnswerStatus) -> None:
    told = evidence([answer(LOW)], "b1", stored=[HOLT], timeline=[(HOLT, "superseded"), (LOW, status)])
    standing, change = compare(STANDING, told)
    assert change is not None
    assert (change.kind, change.before and change.before.text) == ("other_answer", "Anna Holt")
    assert standing == Standing(WatchedAnswer.of(answer(LOW)))


def test_an_older_answer_that_comes_late_is_no_change() -> None:
    told = evidence([answer(LOW)], "b1", stored=[HOLT], timeline=[(LOW, "superseded"), (HOLT, "current")])
    assert compare(STANDING, told) == (STANDING, None)


def test_a_contradiction_is_a_dispute_and_told_once() -> None:
    statuses: list[tuple[LocatedSpan, AnswerStatus]] = [(HOLT, "disputed"), (LOW, "disputed")]
    told = evidence([answer(HOLT)], "b1", stored=[HOLT], best=[answer(LOW)], timeline=statuses)
    standing, change = compare(STANDING, told)
    assert change is not None
    assert (change.kind, change.after and change.after.text) == ("disputed", "Ben Low")
    assert standing == Standing(STANDING.answer, WatchedAnswer.of(answer(LOW)))
    again = replace(told, stored={"a1": HOLT.article, "b1": LOW.article})
    assert compare(standing, again) == (standing, None)


def test_a_guess_of_a_new_article_disputes_nothing() -> None:
    told = evidence([answer(HOLT)], "b1", stored=[HOLT], best=[answer(LOW)], is_sure=False)
    assert compare(STANDING, told) == (STANDING, None)


def test_more_independent_outlets_are_a_change_and_copies_are_none() -> None:
    other = span("Anna Holt", "c1")
    standing, change = compare(
        STANDING, evidence([answer(HOLT, (other, "independent"))], "c1", stored=[HOLT])
    )
    assert change is not None
    assert (change.kind, change.after and change.after.outlets) == ("more_outlets", ("A", "C"))
    again = evidence([answer(HOLT, (other, "independent"))], "c1", stored=[HOLT])
    assert compare(standing, again) == (standing, None)
    for kind in ("copy", "citing", "again"):
        supported = answer(HOLT, (other, kind))  # type: ignore[arg-type]
        assert compare(STANDING, evidence([supported], "c1", stored=[HOLT])) == (STANDING, None)


def test_a_newer_copy_that_is_quoted_now_is_no_change() -> None:
    old, copy = span("Anna Holt", "a1", cluster="x"), span("Anna Holt", "c1", cluster="x")
    told = evidence([answer(copy, (old, "copy"))], "c1", stored=[old])
    assert compare(STANDING, told)[1] is None


def test_a_removed_source() -> None:
    gone_now, change = compare(STANDING, evidence([], ""))
    assert (gone_now, change and change.kind) == (Standing(), "gone")
    other, change = compare(STANDING, evidence([answer(LOW)], ""))
    assert (other, change and change.kind) == (Standing(WatchedAnswer.of(answer(LOW))), "other_answer")
    same = answer(span("Anna Holt", "c1"))
    moved, change = compare(STANDING, evidence([same], ""))
    assert change is None
    assert moved.answer is not None
    assert moved.answer.article["id"] == "c1"
    assert gone(Standing()) == (Standing(), None)
    assert gone(STANDING)[0] == Standing()


def test_an_article_that_no_longer_says_so_counts_as_removed() -> None:
    corrected = LocatedSpan(replace(HOLT.article, text="Ben Low leads it."), 0, 7, 1.0)
    standing, change = compare(STANDING, evidence([answer(corrected)], "a1", stored=[corrected]))
    assert (change and change.kind, standing.answer and standing.answer.text) == ("other_answer", "Ben Low")


def test_what_stands_comes_back_from_json() -> None:
    both = Standing(STANDING.answer, WatchedAnswer.of(answer(LOW)))
    assert Standing.from_dict(both.to_dict()) == both
    assert Standing.from_dict(Standing().to_dict()) == Standing()


@pytest.mark.parametrize(
    ("question", "earlier", "later", "body"),
    [
        (WHO, "Anna Holt", "anna holt", ""),
        (WHO, "Anna Holt", "Governor Anna Holt", ""),
        (WHO, "Anna Holt", "Ms Holt", ""),
        (WHO, "Holt", "Anna Holt", ""),
        (WHO, "Anna Maria Holt", "Anna Holt", ""),
        ("Who won?", "the Reds", "Reds", ""),
        ("How many came?", "1,000", "a thousand people", ""),
        ("How much is it?", "$1.2 billion", "1,200 million dollars", ""),
        ("How many people died?", "at least 31", "31", ""),
        ("When did it open?", "January 27", "27 January 2016", ""),
        ("When did it open?", "Jan. 27th", "Wednesday, January 27", ""),
        ("What was agreed?", "new sanctions against the North", "the new sanctions on the North", ""),
        ("Where is it?", "the harbour of Veldmoor", "Veldmoor's harbour", ""),
    ],
)
def test_rewordings(question: str, earlier: str, later: str, body: str) -> None:
    first, second = span(earlier, "a1"), span(later, "b1", body=body)
    assert is_same_answer(question, first, second)
    assert is_same_answer(question, second, first)


@pytest.mark.parametrize(
    ("question", "earlier", "later"),
    [
        (WHO, "Anna Holt", "Ben Low"),
        (WHO, "Anna Holt", "Ben Holt"),
        ("Who won?", "Sudan", "South Sudan"),
        ("Who won?", "Guinea", "Equatorial Guinea"),
        ("How many came?", "1,000", "1,100"),
        ("How many came?", "1,000", "more than 1,000"),
        ("How many people died?", "31", "34"),
        ("How long is it?", "10 miles", "10 km"),
        ("When did it open?", "January 27", "January 28"),
        ("When did it open?", "January 27", "27 February"),
        ("When did it open?", "Wednesday", "Thursday"),
        ("What was the verdict?", "guilty", "not guilty"),
        ("What was agreed?", "to raise the toll in Tarn", "to lower the toll in Tarn"),
        ("What may happen?", "it may raise tolls", "it may lower tolls"),
        ("What was agreed?", "new talks with Tarn", "new talks with Orlow"),
        ("What was agreed?", "sanctions", "a ferry"),
    ],
)
def test_other_answers(question: str, earlier: str, later: str) -> None:
    first, second = span(earlier, "a1"), span(later, "b1")
    assert not is_same_answer(question, first, second)
    assert not is_same_answer(question, second, first)


def added(texts: Sequence[str], vectors: Sequence[Sequence[float]], first: int = 1) -> AddedPassages:
    """Return passages of an article each, of outlets A, B, ... and days from 1 January 2026."""
    day = day_number(date(2026, 1, 1))
    return AddedPassages(
        np.arange(first, first + len(texts)),
        np.array(vectors, np.float16),
        texts,
        [f"article {number}" for number in range(len(texts))],
        [day + number for number in range(len(texts))],
        [chr(ord("A") + number) for number in range(len(texts))],
    )


NEAR_ONE, FAR_ONE, BETWEEN = (1.0, 0.0), (0.0, 1.0), (0.45, 0.893)


def touched(question: str, passages: AddedPassages, allow: Filter | None = None, seen: int = 0) -> bool:
    watched = WatchedQuestion(question, np.array(NEAR_ONE, np.float16), allow or Filter(), seen)
    touching = Touching([watched])
    touching.compare(passages)
    return touching.touched == [0]


def test_a_passage_touches_by_meaning_or_by_meaning_and_words() -> None:
    assert stems("Who led the central banks?") == {"led", "centra", "banks"}
    assert touched(WHO, added(["Something else."], [NEAR_ONE]))
    assert not touched(WHO, added(["The central bank of Orlow is led by ..."], [FAR_ONE]))
    assert touched(WHO, added(["The central bank of Orlow has a new head."], [BETWEEN]))
    assert not touched(WHO, added(["The ferry to Orlow runs."], [BETWEEN]))
    assert not touched("Who?", added(["The ferry runs."], [BETWEEN]))


def test_without_a_vector_words_tell() -> None:
    missing = np.full_like(NEAR_ONE, np.nan)
    assert touched(WHO, added(["The central bank of Orlow has a new head."], [missing]))
    assert not touched(WHO, added(["Something else."], [missing]))
    assert touched(WHO, added(["Something else.", "Something else."], [missing, NEAR_ONE]))


def test_words_count_for_the_whole_article() -> None:
    parts = replace(
        added(["The central bank met.", "It is in Orlow."], [BETWEEN, FAR_ONE]), articles=["x", "x"]
    )
    assert touched("Is the central bank in Orlow?", parts)


def test_what_was_seen_or_does_not_pass_touches_nothing() -> None:
    passages = added(["Other.", "Other."], [FAR_ONE, NEAR_ONE])
    assert touched(WHO, passages, seen=1)
    assert not touched(WHO, passages, seen=2)
    assert touched(WHO, passages, Filter(sources=("b",)))
    assert not touched(WHO, passages, Filter(sources=("a",)))
    assert touched(WHO, passages, Filter(first=date(2026, 1, 2), last=date(2026, 1, 2)))
    assert not touched(WHO, passages, Filter(first=date(2026, 1, 3)))
    assert not touched(WHO, passages, Filter(last=date(2026, 1, 1)))
    undated = replace(passages, days=[None, None])
    assert not touched(WHO, undated, Filter(last=date(2026, 1, 9)))
    assert touched(WHO, undated)
