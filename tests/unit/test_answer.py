"""Questions that may be asked, filters that make sense, whole characters, and many questions at once."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import nutgraf.qa.answer
import nutgraf.qa.search
from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.storage import Passage
from nutgraf.models.logits import WindowLogits
from nutgraf.models.reader import Reader
from nutgraf.qa.answer import Answerer
from nutgraf.qa.calibration import Calibration
from nutgraf.qa.checks import checked_filter, checked_question
from nutgraf.qa.errors import BadFilter, BadQuestion
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.join import LocatedSpan, join
from nutgraf.qa.reader import ReaderParams
from nutgraf.qa.result import QuestionResult
from nutgraf.qa.retrieval import Candidate
from nutgraf.qa.search import Searcher


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("  Who \n won?\t", "Who won?"),
        ("cafe\u0301", "caf\u00e9"),
        ("a\x00b", "a b"),
        ("bad \udcff byte", "bad ? byte"),
        ("x" * 1000, "x" * 1000),
    ],
)
def test_a_question_is_cleaned(given: str, asked: str) -> None:
    assert checked_question(given) == asked


@pytest.mark.parametrize("given", ["", " \n", "?!", "😀", "x" * 1001])
def test_a_question_that_cannot_be_asked(given: str) -> None:
    with pytest.raises(BadQuestion) as caught:
        checked_question(given)
    assert caught.value.hint


def test_dates_that_exclude_each_other() -> None:
    with pytest.raises(BadFilter, match="after 2017-01-01 is later than before 2016-01-01"):
        checked_filter(Filter(first=date(2017, 1, 1), last=date(2016, 1, 1)))
    same = Filter(first=date(2017, 1, 1), last=date(2017, 1, 1))
    assert checked_filter(same) is same


def test_a_windows_spans_by_hand() -> None:
    """The passage "Ann won." stands at 4 in its article, and is read behind its title if `titles` is on.

    Best is Ann: 3 + 2 in logits, less 0.5 x 1 for "no answer", plus 10 x 0.5 for retrieval; 5 - 1 over null.
    """
    article = Article(id="a", title="News", text="On. Ann won.")
    passage = Passage(1, article, 4, 12)
    candidate = Candidate(passage, 1, 0.5, None, None)
    for titles in (False, True):
        reading = ReaderParams(spans=1, titles=titles)
        shift = reading.context(passage).index("Ann")
        offsets = np.array([(0, 3), (4, 7), (7, 8)], np.int32) + shift
        logits = np.array([3.0, 0.0, 0.0], np.float32), np.array([2.0, 1.0, 0.0], np.float32)
        (span,) = reading.spans_of(candidate, passage, WindowLogits(*logits, offsets, null=1.0))
        assert span == LocatedSpan(article, 4, 7, score=9.5, null_margin=4.0, retrieval=0.5, prior=5.0)
        assert span.text == "Ann"


def test_a_tokenizer_that_counts_blanks_to_the_words_behind_them() -> None:
    """As DeBERTa's: " Bo" after a line's end belongs to the line below, and is quoted without the blank."""
    article = Article(id="a", title="", text="Ann\nBo\u0301 won")
    passage = Passage(1, article, 0, 11)
    candidate = Candidate(passage, 1, 0.0, None, None)
    offsets = np.array([(0, 3), (3, 6), (7, 11)], np.int32)
    logits = np.array([2.0, 3.0, 0.0], np.float32), np.array([0.0, 3.0, 4.0], np.float32)
    spans = ReaderParams(spans=9).spans_of(candidate, passage, WindowLogits(*logits, offsets, null=0.0))
    assert [span.text for span in spans] == ["Bo\u0301 won", "Bo\u0301", "won", "Ann"]


def test_agreement_counts_other_articles_and_no_copies() -> None:
    articles = [
        Article(id=i, title="", text="Ann won.", cluster=c) for i, c in zip("abcd", "xxyz", strict=True)
    ]
    (group,) = join([LocatedSpan(article, 0, 3, 1.0) for article in articles])
    assert [s.independent for s in group.support] == [False, True, True]
    assert group.agreement == 2


# --- many questions at once -------------------------------------------------------------------------------

LINES = (Path(__file__).parents[2] / "seeds" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
QUESTIONS = [json.loads(line)["question"] for line in [*LINES[:4], LINES[-1]]]


class CountingReader:
    """A reader that notes how many windows it was given at a time."""

    def __init__(self, reader: Reader) -> None:
        self._reader, self.card = reader, reader.card
        self.calls: list[int] = []

    def read(self, pairs: Sequence[tuple[str, str]]) -> Sequence[WindowLogits]:
        self.calls.append(len(pairs))
        return self._reader.read(pairs)  # type: ignore[return-value] # the shipped reader's own type


@pytest.fixture
def counting(reader: Reader) -> CountingReader:
    return CountingReader(reader)


@pytest.fixture
def answerer(seeds_index: Path, encoder, counting: CountingReader) -> Iterator[Answerer]:  # noqa: ANN001
    with EmbeddedIndex(seeds_index) as index:
        yield Answerer(Searcher(index, encoder), counting, Calibration.from_card(None))


def same(one: Sequence[QuestionResult], other: Sequence[QuestionResult]) -> bool:
    """Whether two lists of outcomes tell the same: numbers to the rounding of float32, all else exactly."""
    assert [*map(words, one)] == [*map(words, other)]
    return [*map(numbers, one)] == [pytest.approx(numbers(asked), abs=1e-4) for asked in other]


def words(asked: QuestionResult) -> tuple[object, ...]:
    answers = [
        (a.text, a.start, a.end, a.span.article.id, a.sentence, [s.span.article.id for s in a.support])
        for a in asked.best
    ]
    passages = [(c.passage.id, c.rank) for c in asked.candidates]
    return asked.question, len(asked.answers), asked.abstention, answers, passages, [*asked.read]


def numbers(asked: QuestionResult) -> list[float]:
    found = [number for a in asked.best for number in (a.score, a.probability, *a.features.row())]
    read = [number for one in asked.read.values() for number in (one.score, one.null_margin)]
    return [*found, *(c.score for c in asked.candidates), *read]


def windows_of(asked: QuestionResult) -> int:
    """Return how many windows are read: one for each of ten candidates, and one for each headline."""
    assert len(asked.candidates) == 10
    return 10 + sum(candidate.headline is not None for candidate in asked.candidates)


def test_many_questions_are_answered_as_one_by_one(answerer: Answerer, counting: CountingReader) -> None:
    together = answerer.ask_many(QUESTIONS, top=3)
    windows = [*map(windows_of, together)]
    assert counting.calls == [sum(windows)]
    apart = [answerer.ask(question, top=3) for question in QUESTIONS]
    assert counting.calls[1:] == windows
    assert same(together, apart)
    assert {0, 3} <= {len(asked.answers) for asked in together} <= {0, 1, 2, 3}


def test_windows_are_read_in_blocks(
    answerer: Answerer, counting: CountingReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = answerer.ask_many(QUESTIONS)
    windows = [*map(windows_of, whole)]
    assert sum(windows) > 50
    monkeypatch.setattr(nutgraf.qa.answer, "BLOCK_QUESTIONS", 2)
    each = answerer.answer([Inquiry(question) for question in QUESTIONS])
    first = next(each)
    assert counting.calls == [sum(windows), sum(windows[:2])]
    assert same([first, *each], whole)
    assert counting.calls[1:] == [sum(windows[:2]), sum(windows[2:4]), windows[4]]


def test_no_questions_and_a_repeated_one(answerer: Answerer) -> None:
    assert answerer.ask_many([]) == []
    once, again = answerer.ask_many([QUESTIONS[0], f" {QUESTIONS[0]} "])
    assert same([once], [again])


def test_one_bad_question_of_many(answerer: Answerer, counting: CountingReader) -> None:
    with pytest.raises(BadQuestion, match="has no letter"):
        answerer.ask_many([*QUESTIONS, "?"])
    with pytest.raises(BadFilter, match="top 0 is not between"):
        answerer.ask_many(QUESTIONS, top=0)
    assert counting.calls == []


def test_passages_that_were_retrieved_before_are_not_searched_again(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    inquiries = [Inquiry(question, top=3) for question in QUESTIONS[:3]]
    fresh = [*answerer.answer(inquiries)]
    result = answerer.retrieve(inquiries[1])
    assert [c.passage.id for c in result.candidates] == [c.passage.id for c in fresh[1].candidates]
    searched: list[str] = []
    retrieve = nutgraf.qa.search.retrieve
    monkeypatch.setattr(
        nutgraf.qa.search,
        "retrieve",
        lambda index, question, *more: searched.append(question) or retrieve(index, question, *more),
    )
    again = [*answerer.answer(inquiries, [None, result, None])]
    assert same(again, fresh)
    assert searched == [QUESTIONS[0], QUESTIONS[2]]
    assert (again[1].timing.encode, again[1].timing.retrieve) == (result.encode_ms, result.retrieve_ms)


def test_retrieving_refuses_what_answering_refuses(answerer: Answerer) -> None:
    with pytest.raises(BadQuestion, match="the question is empty"):
        answerer.retrieve(Inquiry(" "))
