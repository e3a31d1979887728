"""Two readers: which passages the large one reads again, and whose scores decide."""

from dataclasses import replace

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.storage import Passage
from nutgraf.qa.reader import PassageSpans, ReaderParams, Readers, contenders, read
from nutgraf.qa.retrieval import Candidate
from tests.fakes import FakeReader

TEXTS = ["the bill passed on Monday", "the bill passed on Tuesday", "the bill passed on Friday"]
DAYS = {"Monday": 9.0, "Tuesday": 6.0, "Friday": 1.0}
CANDIDATES = [
    Candidate(
        passage=Passage(at, Article(id=f"a{at}", title="", text=text), 0, len(text)),
        rank=at + 1,
        score=0.0,
        dense=None,
        lexical=None,
    )
    for at, text in enumerate(TEXTS)
]
RULE = ReaderParams(spans=2, null_weight=0.0, contenders=2, contender_lead=5.0)


def small() -> FakeReader:
    return FakeReader(ends=DAYS)


def large() -> FakeReader:
    """Make a reader that sees it the other way round."""
    return FakeReader(ends={"Monday": 1.0, "Tuesday": 2.0, "Friday": 50.0})


def passages() -> list[PassageSpans]:
    ((*spans,),) = read(Readers(small()), [("When?", CANDIDATES, None)], RULE)
    return spans


@pytest.mark.parametrize(
    ("count", "lead", "ids"),
    [(2, 5.0, [0, 1]), (3, 5.0, [0, 1]), (3, 9.0, [0, 1, 2]), (1, 9.0, [0]), (3, 0.0, [0]), (0, 9.0, [])],
)
def test_contenders_are_few_and_near_the_best(count: int, lead: float, ids: list[int]) -> None:
    chosen = contenders(passages(), replace(RULE, contenders=count, contender_lead=lead))
    assert [passage.candidate.passage.id for passage in chosen] == ids


def test_nothing_contends_where_no_passage_has_a_span() -> None:
    assert contenders([replace(passage, spans=[]) for passage in passages()], RULE) == []


def test_the_large_reader_reads_the_contenders_only_and_decides() -> None:
    reader = large()
    (spans,) = read(Readers(small(), reader), [("When?", CANDIDATES, None)], RULE)
    assert reader.calls == [[("When?", TEXTS[0]), ("When?", TEXTS[1])]]
    assert [passage.candidate for passage in spans] == CANDIDATES
    assert [(p.spans[0].score, p.spans[0].decisive) for p in spans] == [
        (1.0, True),
        (2.0, True),
        (1.0, False),
    ]


def test_the_contenders_of_all_questions_are_read_in_one_call() -> None:
    reader = large()
    both = read(
        Readers(small(), reader), [("When?", CANDIDATES, None), ("Which day?", CANDIDATES[1:], None)], RULE
    )
    assert [len(spans) for spans in both] == [3, 2]
    assert reader.calls == [
        [("When?", TEXTS[0]), ("When?", TEXTS[1]), ("Which day?", TEXTS[1]), ("Which day?", TEXTS[2])]
    ]


def test_without_contenders_the_small_reader_decides() -> None:
    reader, alone = large(), replace(RULE, contenders=0)
    (spans,) = read(Readers(small(), reader), [("When?", CANDIDATES, None)], alone)
    assert reader.calls == []
    assert all(span.decisive for passage in spans for span in passage.spans)
    readers = Readers(small(), reader)
    assert (readers.deciding(alone), readers.deciding(RULE)) == (readers.small, reader)
    assert Readers(reader).deciding(RULE) is reader


def test_remembering_readers_read_each_pair_once_and_say_the_same() -> None:
    reader = large()
    readers = Readers(small(), reader).remembering()
    questions = [("When?", CANDIDATES, None), ("What day?", CANDIDATES[:1], None)]
    first = read(readers, questions[:1], RULE)
    assert read(readers, questions, RULE) == read(Readers(small(), large()), questions, RULE)
    assert read(readers, questions[:1], RULE) == first
    pairs = [pair for call in reader.calls for pair in call]
    assert pairs == [("When?", TEXTS[0]), ("When?", TEXTS[1]), ("What day?", TEXTS[0])]
