"""The present holder of an office speaks; who held it before is an earlier answer."""

from datetime import UTC, datetime

import pytest

from nutgraf.indexer.article import Article
from nutgraf.qa.join import AnswerGroup, LocatedSpan, Support
from nutgraf.qa.succession import present_holders

QUESTION = "Who is the chief executive of Tarn Mills?"


def said(name: str, month: str | None, source: str, text: str = "{} is chief executive.") -> LocatedSpan:
    """Return the name in an article of an outlet, of the first day of a month."""
    published = None if month is None else datetime.fromisoformat(f"{month}-01").replace(tzinfo=UTC)
    content = text.format(name)
    article = Article(
        id=f"{source} {month} {content}", title="", text=content, published=published, source=source
    )
    return LocatedSpan(article, content.index(name), content.index(name) + len(name), 9.0)


def group(best: LocatedSpan, *others: LocatedSpan) -> AnswerGroup:
    return AnswerGroup(best, tuple(Support(span, "independent") for span in others))


FORMER = group(said("Anna Holt", "2019-01", "Post"), said("Anna Holt", "2019-03", "Herald"))
PRESENT = group(said("Otto Brandt", "2021-01", "Post"), said("Otto Brandt", "2021-02", "Herald"))


def shown(
    groups: list[AnswerGroup], question: str = QUESTION, *, sure: bool = True
) -> list[tuple[str, list[str]]]:
    """Return the words of each answer that is left, and of its earlier ones."""
    left = present_holders(groups, question, lambda _: sure)
    return [(group.best.text, [earlier.text for earlier in group.earlier]) for group in left]


@pytest.mark.parametrize("groups", [[FORMER, PRESENT], [PRESENT, FORMER]])
def test_who_held_it_before_is_earlier_however_the_scores_are(groups: list[AnswerGroup]) -> None:
    assert shown(groups) == [("Otto Brandt", ["Anna Holt"])]


def test_the_latest_of_the_former_holders_comes_first() -> None:
    first = group(said("Mia Lind", "2015-01", "Post"), said("Mia Lind", "2015-03", "Herald"))
    assert shown([first, FORMER, PRESENT]) == [("Otto Brandt", ["Anna Holt", "Mia Lind"])]


@pytest.mark.parametrize(
    ("question", "sure"),
    [
        ("Who founded Tarn Mills?", True),
        ("Who was the chief executive of Tarn Mills?", True),
        (QUESTION, False),
    ],
)
def test_other_questions_and_guesses_change_nothing(question: str, sure: bool) -> None:
    assert shown([FORMER, PRESENT], question, sure=sure) == [("Anna Holt", []), ("Otto Brandt", [])]


def test_an_article_without_a_date_tells_no_order() -> None:
    undated = group(said("Mia Lind", None, "Gazette"))
    assert shown([undated, FORMER, PRESENT]) == [("Mia Lind", []), ("Otto Brandt", ["Anna Holt"])]


def test_a_newer_article_that_speaks_of_the_past_does_not_bring_the_former_holder_back() -> None:
    past = said("Anna Holt", "2023-01", "Gazette", "Former chief executive {} opened the mill.")
    assert shown([group(past, FORMER.best), PRESENT]) == [("Otto Brandt", ["Anna Holt"])]


def test_where_outlets_contradict_each_other_both_stay() -> None:
    rival = group(said("Mia Lind", "2021-02", "Gazette"), said("Mia Lind", "2021-02", "Courier"))
    names = [name for name, _ in shown([PRESENT, rival])]
    assert sorted(names) == ["Mia Lind", "Otto Brandt"]
