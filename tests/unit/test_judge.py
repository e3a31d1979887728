"""Whether an answer is sure enough: thresholds, rivals and reasons, by hand-set numbers."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.storage import Passage
from nutgraf.models.kinds import AnswerKind
from nutgraf.qa.calibration import Calibration
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.join import AnswerGroup, LocatedSpan, Support
from nutgraf.qa.judge import accepts, judge, probability_alone, with_probabilities
from nutgraf.qa.result import Abstention
from nutgraf.qa.retrieval import Candidate, SearchResult

ARTICLE = Article(id="a", title="", text="Ada Bob Cleo Dan Eve Fay")
CANDIDATE = Candidate(Passage(1, ARTICLE, 0, 24), 1, 0.5, None, None)
BY_MARGIN = Calibration((0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0), threshold=0.6)
BY_SCORE = Calibration((0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0), threshold=0.6)
BY_KIND = Calibration((0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0), threshold=0.6)


FOUND = SearchResult([CANDIDATE], 0.0, 0.0)


def group(text: str, score: float) -> AnswerGroup:
    start = ARTICLE.text.index(text)
    return AnswerGroup(LocatedSpan(ARTICLE, start, start + len(text), score), ())


GROUPS = [group("Ada", 2.0), group("Bob", 1.0), group("Cleo", 0.0), group("Dan", -1.0)]


def test_the_rival_of_the_first_is_the_second_and_of_the_others_the_first() -> None:
    answers = with_probabilities(GROUPS, BY_MARGIN, ())
    assert [answer.features.margin for answer in answers] == [1.0, -1.0, -2.0, -3.0]
    assert [round(answer.probability, 4) for answer in answers] == [0.7311, 0.2689, 0.1192, 0.0474]
    (alone,) = with_probabilities(GROUPS[:1], BY_MARGIN, ())
    assert alone.features.row()[2] == 10.0


def test_an_article_supports_an_answer_as_surely_as_one_is_given() -> None:
    span = GROUPS[0].best
    assert accepts(BY_SCORE, ())(span, 0.0)  # logistic(2) is 0.88
    assert not accepts(BY_SCORE, ())(replace(span, score=0.4), 0.0)  # logistic(0.4) is 0.5987
    assert accepts(BY_MARGIN, ())(span, 0.5)  # logistic(0.5) is 0.62
    assert not accepts(BY_MARGIN, ())(span, -1.0)


def test_the_fitted_threshold_is_for_the_best_answer() -> None:
    judgement = judge(GROUPS, FOUND, Inquiry("Who?", top=3), BY_SCORE)
    assert [answer.text for answer in judgement.answers] == ["Ada", "Bob", "Cleo"]
    assert (judgement.abstention, judgement.threshold) == (None, 0.6)
    assert [answer.text for answer in judgement.considered] == ["Ada", "Bob", "Cleo", "Dan"]


def test_a_threshold_that_is_asked_for_holds_for_every_answer() -> None:
    judgement = judge(GROUPS, FOUND, Inquiry("Who?", top=4, min_probability=0.5), BY_SCORE)
    assert [answer.text for answer in judgement.answers] == ["Ada", "Bob", "Cleo"]  # logistic(0) is 0.5
    assert judgement.threshold == 0.5


@pytest.mark.parametrize(
    ("groups", "candidates", "allow", "abstention"),
    [
        ([], [], Filter(), ("nothing_found", "no passage resembles the question")),
        ([], [], Filter(sources=("Reuters",)), ("nothing_found", "no article passes the filter")),
        ([], [CANDIDATE], Filter(), ("nothing_read", "the passages found hold no answer")),
        (
            GROUPS[2:],
            [CANDIDATE],
            Filter(),
            ("unlikely", "the best guess has probability 50%, below 60%"),
        ),
    ],
)
def test_reasons_to_abstain(
    groups: list[AnswerGroup], candidates: list[Candidate], allow: Filter, abstention: tuple[str, str]
) -> None:
    shy = replace(BY_SCORE, floor=0.55)
    judgement = judge(groups, SearchResult(candidates, 0.0, 0.0), Inquiry("Who?", allow=allow), shy)
    assert (judgement.answers, judgement.abstention) == ([], Abstention(*abstention))


def test_a_guess_between_the_floor_and_the_threshold_is_shown() -> None:
    judgement = judge(GROUPS[2:], FOUND, Inquiry("Who?"), replace(BY_SCORE, floor=0.5))
    assert judgement.answers == []
    assert judgement.abstention is not None
    assert judgement.abstention.code == "below_threshold"
    assert judgement.abstention.guess == judgement.considered[0]


def test_a_probability_that_is_asked_for_lowers_the_floor_as_well() -> None:
    judgement = judge(GROUPS[2:], FOUND, Inquiry("Who?", min_probability=0.51), BY_SCORE)
    assert judgement.abstention is not None
    assert judgement.abstention.guess == judgement.considered[0]
    judgement = judge(GROUPS[2:], FOUND, Inquiry("Who?", min_probability=0.51), replace(BY_SCORE, floor=0.9))
    assert judgement.abstention is not None
    assert judgement.abstention.code == "unlikely"


def test_a_runner_up_must_reach_the_floor() -> None:
    judgement = judge(GROUPS, FOUND, Inquiry("Who?", top=4), replace(BY_SCORE, floor=0.55))
    assert all(answer.probability >= 0.55 for answer in judgement.answers)
    assert len(judgement.answers) < len(judge(GROUPS, FOUND, Inquiry("Who?", top=4), BY_SCORE).answers)


def test_a_reason_tells_two_close_probabilities_apart() -> None:
    shy = replace(BY_SCORE, threshold=0.5004, floor=0.5)
    abstention = judge(GROUPS[2:], FOUND, Inquiry("Who?"), shy).abstention
    assert abstention is not None
    assert abstention.reason == "the best guess has probability 50.00%, below 50.04%"


def test_alone_a_span_has_no_rival() -> None:
    span = GROUPS[2].best
    assert probability_alone(span, BY_SCORE, ()) == 0.5
    assert probability_alone(span, BY_MARGIN, ()) == pytest.approx(0.99995, abs=1e-5)


@pytest.mark.parametrize(
    ("question", "is_other", "probability"),
    [("Who?", False, 0.5), ("How many?", True, 0.1192), ("What did she do?", False, 0.5)],
)
def test_an_answer_of_another_kind_than_asked_for_is_less_likely(
    question: str, is_other: bool, probability: float
) -> None:
    (answer,) = judge(GROUPS[:1], FOUND, Inquiry(question), BY_KIND).considered
    assert answer.features.is_other_kind is is_other
    assert answer.probability == pytest.approx(probability, abs=1e-4)  # logistic(-2)


def test_on_a_timeline_the_kind_counts_as_well() -> None:
    span = GROUPS[0].best
    for asked, probability in ((AnswerKind.NAME, 0.5), (AnswerKind.YEAR, 0.1192)):
        alone = probability_alone(span, BY_KIND, (asked,))
        assert alone == pytest.approx(probability, abs=1e-4)


# --- what is widened --------------------------------------------------------------------------------------


def said(article_id: str, words: str, text: str, score: float) -> LocatedSpan:
    article = Article(id=article_id, title="", text=text)
    return LocatedSpan(article, text.index(words), text.index(words) + len(words), score)


def test_another_list_is_no_support_of_a_list_and_the_same_one_in_another_order_is() -> None:
    best = said("a", "Norra", "Norra, Sudmark and Kesh signed the accord.", 9.0)
    others = [
        said("b", "Norra", "The accord was signed by Kesh, Norra and Sudmark.", 8.0),
        said("c", "Norra", "Norra and Sudmark signed the accord.", 7.0),
    ]
    group = AnswerGroup(best, tuple(Support(span, "independent") for span in others))
    (answer,) = judge([group], FOUND, Inquiry("Which countries signed?"), BY_SCORE).answers
    assert answer.text == "Norra, Sudmark and Kesh"
    assert [(s.span.article.id, s.span.text) for s in answer.support] == [("b", "Kesh, Norra and Sudmark")]


def test_a_sentence_that_supports_an_answer_is_not_another_answer_as_well() -> None:
    best = said("a", "closed because", "The school was closed because of mould.", 9.0)
    text = "The school was closed on Monday."
    support, again = said("b", "was closed", text, 8.0), said("b", "Monday", text, 7.0)
    groups = [AnswerGroup(best, (Support(support, "independent"),)), AnswerGroup(again, ())]
    (answer,) = judge(groups, FOUND, Inquiry("Was the school closed?", top=3), BY_SCORE).answers
    assert [s.span.text for s in answer.support] == [text]


def test_the_reason_says_that_a_newer_version_denies_the_guess() -> None:
    will = "Mayor Lund will stand for a third term in October."
    old = Article("a", "", will, published=datetime(2022, 2, 2, tzinfo=UTC), cluster="c")
    denial = will.replace("will stand", "will not stand")
    new = Article("b", "", denial, published=datetime(2022, 2, 3, tzinfo=UTC), cluster="c")
    candidates = [
        Candidate(Passage(1, old, 0, len(will)), 1, 0.5, None, None, versions=(new,)),
        Candidate(Passage(2, new, 0, len(denial)), 2, 0.4, None, None, versions=(old,)),
    ]
    groups = [AnswerGroup(LocatedSpan(old, 0, len("Mayor Lund"), 9.0), ())]
    judgement = judge(groups, SearchResult(candidates, 0.0, 0.0), Inquiry("Who will stand?"), BY_SCORE)
    assert judgement.abstention is not None
    assert judgement.abstention.reason.endswith(": a newer version of its story denies it")
    unread = judge(groups, SearchResult(candidates[:1], 0.0, 0.0), Inquiry("Who will stand?"), BY_SCORE)
    assert [answer.text for answer in unread.answers] == ["Mayor Lund"]
