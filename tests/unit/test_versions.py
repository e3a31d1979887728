"""The newest version of a story speaks; what the older ones said is kept as earlier."""

from dataclasses import replace
from datetime import UTC, datetime

from nutgraf.indexer.article import Article
from nutgraf.qa.join import AnswerGroup, LocatedSpan, Support
from nutgraf.qa.time_fit import OTHER
from nutgraf.qa.versions import newest_versions, with_outdated

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


def hour(group: AnswerGroup, hour: int) -> AnswerGroup:
    article = group.best.article
    assert article.published is not None
    moved = replace(article, published=article.published.replace(hour=hour))
    return AnswerGroup(replace(group.best, article=moved), ())


def test_of_one_day_the_later_hour_speaks_where_both_articles_have_one() -> None:
    morning, evening = hour(toll("12", 1), 8), hour(toll("31", 1), 17)
    assert shown([morning, evening]) == [("31", ["12"])]
    assert shown([toll("12", 1), evening]) == [("12", []), ("31", [])]


def test_an_answer_that_was_given_over_weeks_is_replaced_by_what_follows_its_last_day() -> None:
    group = AnswerGroup(toll("12", 5).best, (Support(toll("12", 1).best, "again"),))
    assert shown([group, toll("31", 9)]) == [("31", ["12"])]


def test_a_late_print_of_the_older_version_replaces_nothing() -> None:
    late = span("12", TOLL.format("12", 1) + " ", 3)
    older = AnswerGroup(late, (Support(toll("12", 1).best, "copy"),))
    assert shown([older, toll("31", 2)], sure=True) == [("12", []), ("31", [])]
    assert shown([older, toll("31", 4)], sure=True) == [("31", ["12"])]


# --- what the newest version denies -----------------------------------------------------------------------

WILL = "Mayor Lund will stand for a third term in October, she told the town council."
WONT = WILL.replace("will stand", "will not stand")


def test_what_a_newer_version_denies_is_no_sure_answer_and_no_longer_the_first() -> None:
    lund, other = span("Mayor Lund", WILL, 1), span("the town council", "It is the town council.", 1, "other")
    newer = span("Mayor Lund", WONT, 2).article
    groups = [AnswerGroup(replace(lund, score=9.0), ()), AnswerGroup(replace(other, score=8.0), ())]
    left = with_outdated(groups, {lund.article.id: [newer]})
    assert [(g.best.text, g.best.is_outdated) for g in left] == [
        ("the town council", False),
        ("Mayor Lund", True),
    ]
    assert left[1].best.fit_share == OTHER.share


def test_an_answer_stands_where_the_newer_version_does_not_deny_it_or_gives_it_as_well() -> None:
    lund = span("Mayor Lund", WILL, 1)
    for text in (WILL, f"{WILL} Nobody spoke against it.", "A council met.", WILL.replace("third", "fourth")):
        newer = span(text.split()[0], text, 2).article
        assert with_outdated([AnswerGroup(lund, ())], {lund.article.id: [newer]})[0].best == lund
    older = replace(span("Mayor Lund", WONT, 2).article, published=datetime(2021, 1, 31, tzinfo=UTC))
    assert with_outdated([AnswerGroup(lund, ())], {lund.article.id: [older]})[0].best == lund
    newer_span = span("Mayor Lund", WONT, 2)
    both = AnswerGroup(lund, (Support(newer_span, "copy"),))
    assert with_outdated([both], {lund.article.id: [newer_span.article]})[0].best == lund


# --- reports in the same words ----------------------------------------------------------------------------

WEATHER = "{} with highs of {} in Tarsk on {}, and light wind from the west of the country."


def test_a_report_of_another_day_in_the_same_words_replaces_nothing() -> None:
    thursday = AnswerGroup(span("4 degrees", WEATHER.format("Sunny", "4 degrees", "Thursday"), 3), ())
    friday = AnswerGroup(span("1 degree", WEATHER.format("Cloudy", "1 degree", "Friday"), 4), ())
    again = AnswerGroup(span("1 degree", WEATHER.format("Cloudy", "1 degree", "Thursday"), 4), ())
    assert shown([friday, thursday], sure=True) == [("1 degree", []), ("4 degrees", [])]
    assert shown([again, thursday]) == [("1 degree", ["4 degrees"])]


def test_an_update_that_officials_give_on_another_day_replaces_the_older_version() -> None:
    told = "A fire killed {} people in a block of flats, the police said on {}."
    old = AnswerGroup(span("four", told.format("four", "Wednesday"), 3), ())
    assert shown([AnswerGroup(span("six", told.format("six", "Thursday"), 4), ()), old]) == [
        ("six", ["four"])
    ]


def test_a_new_date_replaces_the_older_one() -> None:
    opens = "The Aske bridge will reopen to traffic on {}, the roads office has decided."
    groups = [AnswerGroup(span(day, opens.format(day), at), ()) for day, at in (("4 May", 3), ("19 June", 5))]
    assert shown(groups) == [("19 June", ["4 May"])]
