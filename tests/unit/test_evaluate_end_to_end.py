"""From passages to a ranking of articles, by hand: as it was found, and as it was read."""

from nutgraf.indexer.article import Article
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.storage import Passage
from nutgraf.qa.evaluate.end_to_end import MOST_ARTICLES, ranking, reread
from nutgraf.qa.result import PassageReading, QuestionResult, Timing
from nutgraf.qa.retrieval import Candidate

ARTICLES = {name: Article(id=name, title="", text="Ann won.") for name in "abcxy"}


def candidate(number: int, article: str, score: float, copies: str = "") -> Candidate:
    others = tuple(ARTICLES[name] for name in copies)
    return Candidate(Passage(number, ARTICLES[article], 0, 8), number, score, None, None, others)


FOUND = [
    candidate(1, "a", 0.9),
    candidate(2, "b", 0.8, copies="xy"),
    candidate(3, "a", 0.7),
    candidate(4, "c", 0.1234567),
]


def test_an_article_stands_where_its_best_passage_stands() -> None:
    """And its copies right behind it."""
    assert ranking(FOUND) == [("a", 0.9), ("b", 0.8), ("x", 0.8), ("y", 0.8), ("c", 0.123457)]
    assert ranking([]) == []


def test_no_more_than_a_hundred_articles() -> None:
    many = [Article(id=str(n), title="", text="Ann won.") for n in range(120)]
    first = Candidate(Passage(1, many[0], 0, 8), 1, 1.0, None, None, tuple(many[1:]))
    assert [article for article, _ in ranking([first])] == [str(n) for n in range(MOST_ARTICLES)]
    assert MOST_ARTICLES == 100


def test_what_was_read_by_its_best_span() -> None:
    """Passage 3 has the best span, 4 and 2 are equal and keep their order, 1 has none at all."""
    read = {3: PassageReading(9.0, -1.0), 4: PassageReading(5.0, 7.0), 2: PassageReading(5.0, 0.0)}
    asked = QuestionResult("Who?", [], None, [], FOUND, read, Timing(0, 0, 0, 0), Filter(), 0.5)
    assert reread(asked) == ["a", "b", "x", "y", "c"]
    asked = QuestionResult(
        "Who?", [], None, [], FOUND, {4: PassageReading(5.0, 7.0)}, Timing(0, 0, 0, 0), Filter(), 0.5
    )
    assert reread(asked) == ["c"]
