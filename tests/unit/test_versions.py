"""The newest version of a story speaks; what the older ones said is kept as earlier."""

from dataclasses import replace
from datetime import UTC, datetime

from nutgraf.indexer.article import Article
from nutgraf.qa.join import AnswerGroup, LocatedSpan, Support
from nutgraf.qa.versions import newest_versions

TOLL = "A blast tore through a block of flats, killing at least {} people, officials said on {}."


def span(words: str, text: str, day: int | None, cluster: str | None = "c") -> LocatedSpan:
    published = None if day is None else datetime(2021, 2, day, tzinfo=UTC)
    article = Article(id=f"{cluster} {day} {text}", title="", text=text, published=published, cluster=cluster)
    return LocatedSpan(article, text.index(words), text.index(words) + len(words), 9.0)


def toll(number: str, day: int | None, cluster: str | None = "c") -> AnswerGroup:
    return AnswerGroup(span(number, TOLL.format(number, day), day, cluster), ())


def shown(groups: list[AnswerGroup], *, sure: bool = False) -> list[tuple[str, list[str]]]:
    """Return the words of each answer that is left, and of its earlier ones."""
    left = newest_versions(groups, lambda _: sure)
    return [(group.best.text, [earlier.text for earlier in group.earlier]) for group in left]


def test_an_edited_number_is_the_answer_and_the_older_ones_are_earlier() -> None:
    assert shown([toll("12", 1), toll("19", 2), toll("31", 3)]) == [("31", ["19", "12"])]
    assert shown([toll("31", 3), toll("12", 1)]) == [("31", ["12"])]


def test_what_comes_back_every_week_is_another_story() -> None:
    assert shown([toll("12", 1), toll("31", 7)]) == [("31", ["12"])]
    assert shown([toll("12", 1), toll("31", 8)]) == [("12", []), ("31", [])]


def test_versions_of_one_day_of_no_day_or_of_no_story_stand_beside_each_other() -> None:
    for first, second in (
        (toll("12", 1), toll("31", 1)),
        (toll("12", None), toll("31", 2)),
        (toll("12", 1), toll("31", 2, "other")),
        (toll("12", 1, None), toll("31", 2, None)),
    ):
        assert shown([first, second], sure=True) == [("12", []), ("31", [])]


def test_another_sentence_replaces_only_where_both_would_do_by_themselves() -> None:
    rewritten = AnswerGroup(span("31", "The death toll has risen to 31, the governor said.", 3), ())
    assert shown([toll("12", 1), rewritten], sure=True) == [("31", ["12"])]
    assert shown([toll("12", 1), rewritten]) == [("12", []), ("31", [])]


def test_an_answer_that_a_later_article_repeats_is_not_replaced() -> None:
    repeated = span("12", TOLL.format("12", "Friday"), 5, "other")
    group = AnswerGroup(toll("12", 1).best, (Support(repeated, "independent"),))
    assert shown([group, toll("31", 3)], sure=True) == [("12", []), ("31", [])]


def test_a_newer_version_that_only_supports_an_answer_replaces_as_well() -> None:
    elsewhere = span("31", "Thirty-one: 31 people have died in Drevnik, Wire B reports.", 3, "other")
    group = AnswerGroup(elsewhere, (Support(toll("31", 3).best, "copy"),))
    assert shown([toll("12", 1), group]) == [("31", ["12"])]


def test_an_article_that_says_it_in_its_headline_too_is_one_earlier_version() -> None:
    old, new = toll("12", 1), toll("31", 3)
    article = replace(old.best.article, title="Blast kills 12")
    text = AnswerGroup(replace(old.best, article=article), ())
    title = AnswerGroup(replace(old.best, article=article, field="title", start=12, end=14), ())
    assert shown([new, text, title], sure=True) == [("31", ["12"])]
