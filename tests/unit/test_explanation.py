"""Why an answer came first: the parts of its score and of its probability, by hand-set numbers."""

from dataclasses import replace

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.filters import Filter
from nutgraf.qa.calibration import Calibration, Features
from nutgraf.qa.explanation import explain
from nutgraf.qa.join import LocatedSpan
from nutgraf.qa.result import Abstention, Answer, PassageReading, QuestionResult, Timing

ARTICLE = Article(id="a", title="", text="Ada won. Bob lost.")
CALIBRATION = Calibration((-1.0, 0.1, 0.5, 0.25, 2.0, 1.0, 0.5), threshold=0.3)


def answer(text: str, features: Features) -> Answer:
    start = ARTICLE.text.index(text)
    span = LocatedSpan(ARTICLE, start, start + len(text), features.score - 1.5, prior=5.0)
    probability = CALIBRATION.probability(features)
    return Answer(text, start, start + len(text), features.score, probability, span, (), features)


def asked(best: list[Answer], read: dict[int, PassageReading]) -> QuestionResult:
    timing, why = Timing(1.0, 1.0, 1.0, 3.0), Abstention("nothing_read", "")
    return QuestionResult("Who won?", best[:1], None if best else why, best, [], read, timing, Filter(), 0.3)


def test_the_parts_of_the_first_answer() -> None:
    first = answer(
        "Ada", Features(12.0, margin=2.0, null_margin=4.0, retrieval=0.5, agreement=0, is_other_kind=True)
    )
    second = answer("Bob", Features(10.0, margin=-2.0, null_margin=3.0, retrieval=0.5))
    # By the reader alone 9, 10 and 8: what finding the passages added does not count.
    reads = {
        7: PassageReading(12.0, 4.0, 3.0),
        8: PassageReading(13.0, 3.0, 3.0),
        9: PassageReading(12.0, 1.0, 4.0),
    }
    found = explain(asked([first, second], reads), CALIBRATION)
    assert found.reader_ranks == {8: 1, 7: 2, 9: 3}
    won = found.won
    assert won is not None
    assert (won.reader, won.retrieval, won.agreement, won.runner_up) == (5.5, 5.0, 1.5, second)
    assert [(term.feature.key, term.value, term.adds) for term in won.terms] == [
        ("bias", 1.0, -1.0),
        ("score", 12.0, pytest.approx(1.2)),
        ("margin", 2.0, 1.0),
        ("over_null", 4.0, 1.0),
        ("retrieval", 0.5, 1.0),
        ("agreement", 0.0, 0.0),
        ("kind", -1.0, -0.5),
    ]
    # -1 + 1.2 + 1 + 1 + 1 - 0.5 = 2.7 logits: 93.70 %.
    assert won.answer.probability == pytest.approx(0.93703, abs=1e-5)


def test_one_answer_has_no_runner_up_and_none_has_no_case() -> None:
    only = answer("Ada", Features(12.0, margin=10.0, null_margin=4.0))
    alone = explain(asked([only], {}), CALIBRATION)
    assert alone.won is not None
    assert alone.won.runner_up is None
    nothing = replace(asked([], {}), allow=Filter(sources=("Reuters",)))
    explained = explain(nothing, CALIBRATION)
    assert (explained.won, explained.threshold, explained.allow.sources) == (None, 0.3, ("Reuters",))
