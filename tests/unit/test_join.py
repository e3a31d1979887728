"""Joining spans into answers."""

import math
from dataclasses import replace

import pytest

from nutgraf.indexer.article import Article
from nutgraf.qa.join import LocatedSpan, join


def span(article_id: str, quote: str, score: float, *, text: str, cluster: str | None = None) -> LocatedSpan:
    at = text.index(quote)
    article = Article(id=article_id, title="", text=text, cluster=cluster)
    return LocatedSpan(article, at, at + len(quote), score)


A = "The talks ended with new sanctions on Friday."
B = "Officials agreed to the New Sanctions, they said."


def test_a_title_and_the_text_of_one_article_give_one_quote() -> None:
    title = "New sanctions agreed"
    in_text = span("b", "new sanctions", 3.0, text=A)
    article = replace(in_text.article, title=title)
    in_text = replace(in_text, article=article)
    in_title = LocatedSpan(article, 0, 13, 3.0, field="title")
    for spans in ([in_text, in_title], [in_title, in_text]):
        (group,) = join(spans)
        assert (group.best.field, group.best.text, group.support) == ("text", "new sanctions", ())
    (group,) = join([in_text, replace(in_title, score=4.0)])
    assert (group.best.field, group.best.text, group.support) == ("title", "New sanctions", ())


def test_offsets_in_a_title_and_in_a_text_do_not_overlap() -> None:
    article = Article(id="a", title="Brixen mourns", text="Trento, too.")
    groups = join([LocatedSpan(article, 0, 6, 2.0, field="title"), LocatedSpan(article, 0, 6, 1.0)])
    assert [group.best.text for group in groups] == ["Brixen", "Trento"]


def test_same_words_are_one_answer_with_support() -> None:
    groups = join(
        [
            span("b", "the New Sanctions", 2.0, text=B, cluster="y"),
            span("a", "new sanctions", 3.0, text=A, cluster="x"),
        ]
    )
    assert [g.best.text for g in groups] == ["new sanctions"]
    assert [(s.span.article.id, s.span.text, s.independent) for s in groups[0].support] == [
        ("b", "the New Sanctions", True)
    ]


def test_a_copy_supports_nothing() -> None:
    groups = join(
        [
            span("a", "new sanctions", 3.0, text=A, cluster="x"),
            span("c", "new sanctions", 2.0, text=A, cluster="x"),
        ]
    )
    assert [s.independent for s in groups[0].support] == [False]


def test_two_copies_of_one_wire_story_count_once() -> None:
    groups = join(
        [
            span("a", "new sanctions", 3.0, text=A, cluster="x"),
            span("b", "New Sanctions", 2.0, text=B, cluster="y"),
            span("c", "New Sanctions", 1.0, text=B, cluster="y"),
        ]
    )
    assert [s.independent for s in groups[0].support] == [True, False]


def test_an_article_that_nearly_says_no_answer_supports_nothing() -> None:
    best = span("a", "new sanctions", 3.0, text=A)
    voice = span("b", "New Sanctions", 2.0, text=B)
    for lead, voices in ((-4.0, 1), (-4.5, 0)):
        groups = join([best, replace(voice, null_margin=lead)], agreement_weight=1.0)
        assert (groups[0].agreement, len(groups[0].support)) == (voices, voices)
        assert groups[0].score == pytest.approx(3.0 + math.log(1 + voices))


def test_of_overlapping_spans_the_best_stays() -> None:
    groups = join(
        [span("a", "new sanctions", 3.0, text=A), span("a", "new sanctions on Friday", 2.0, text=A)]
    )
    assert [g.best.text for g in groups] == ["new sanctions"]


def test_order_is_total() -> None:
    spans = [
        span("b", "Officials", 1.0, text=B),
        span("a", "Friday", 1.0, text=A),
        span("a", "talks", 1.0, text=A),
    ]
    expected = ["talks", "Friday", "Officials"]
    assert [g.best.text for g in join(spans)] == expected
    assert [g.best.text for g in join(spans[::-1])] == expected


def test_a_span_of_punctuation_alone_is_no_answer() -> None:
    assert join([span("a", ".", 9.0, text=A)]) == []


# --- copies that were not read ----------------------------------------------------------------------------

STORY = "VIENNA - Officials met on Friday. The talks ended with new sanctions on the port, a diplomat said."


def print_of(article_id: str, text: str) -> Article:
    return Article(id=article_id, title="", text=text, cluster="x")


def test_copies_that_stood_aside_support_where_the_words_stand() -> None:
    read = span("d", "new sanctions", 3.0, text=STORY, cluster="x")
    other = span("own", "New Sanctions", 2.0, text=B, cluster="y")
    prints = [print_of("a", STORY[9:]), print_of("b", f"By us. {STORY}"), print_of("c", "A sanctions story.")]
    group = join([other, read], {"d": prints})[0]
    assert [(s.span.article.id, s.span.start, s.independent) for s in group.support] == [
        ("own", B.index("New Sanctions"), True),
        ("a", STORY.index("new sanctions") - 9, False),
        ("b", STORY.index("new sanctions") + 7, False),
    ]
    assert {s.span.text for s in group.support} == {"New Sanctions", "new sanctions"}
    assert group.agreement == 1


def test_a_copy_that_was_read_is_listed_once() -> None:
    spans = [
        span("d", "new sanctions", 3.0, text=STORY, cluster="x"),
        span("a", "new sanctions", 2.0, text=STORY, cluster="x"),
    ]
    group = join(spans, {"d": [print_of("a", STORY)], "a": [print_of("d", STORY)]})[0]
    assert [(s.span.article.id, s.span.score, s.independent) for s in group.support] == [("a", 2.0, False)]


def test_who_else_says_it_counts() -> None:
    """Two articles of 6.5 and 1 against one of 7: with 3 x log(1 + 1) = 2.08 the two are before it."""
    spans = [
        span("a", "sanctions", 7.0, text="Only sanctions."),
        span("b", "on Friday", 6.5, text=A),
        span("c", "on Friday", 1.0, text="It was on Friday."),
    ]
    assert [g.best.text for g in join(spans)] == ["sanctions", "on Friday"]
    found = join(spans, agreement_weight=3.0)
    assert [g.best.text for g in found] == ["on Friday", "sanctions"]
    assert [g.score for g in found] == [pytest.approx(6.5 + 3 * math.log(2)), 7.0]


def test_copies_add_nothing_to_a_score() -> None:
    spans = [
        span("b", "on Friday", 6.5, text=A, cluster="x"),
        span("c", "on Friday", 1.0, text=A, cluster="x"),
    ]
    assert [g.score for g in join(spans, agreement_weight=3.0)] == [6.5]


def test_what_does_not_decide_supports_an_answer_and_is_none() -> None:
    decided = span("a", "new sanctions", 1.0, text=A)
    others = [span("b", "New Sanctions", 9.0, text=B), span("a", "Friday", 8.0, text=A)]
    (group,) = join([decided, *(replace(other, decisive=False) for other in others)], agreement_weight=1.0)
    assert group.best == decided
    assert [support.span.article.id for support in group.support] == ["b"]
    assert group.score == pytest.approx(1.0 + math.log(2))
    assert join([replace(other, decisive=False) for other in others]) == []


def test_another_article_must_give_the_answer_by_itself() -> None:
    best, voice = span("a", "new sanctions", 3.0, text=A), span("b", "New Sanctions", 2.0, text=B)
    leads: list[float] = []

    def refuses(_: LocatedSpan, lead: float) -> bool:
        leads.append(lead)
        return False

    assert [s.span for s in join([best, voice], accepts=lambda *_: True)[0].support] == [voice]
    assert join([best, voice], accepts=refuses)[0].support == ()
    rival, part = span("b", "Officials", 0.5, text=B), span("b", "Sanctions", 1.5, text=B)
    join([best, voice, rival, part], accepts=refuses)
    assert leads == [math.inf, 1.5]


def test_a_copy_needs_no_reading_of_its_own() -> None:
    best, copy = (span(name, "new sanctions", 3.0, text=A, cluster="x") for name in "ab")
    (group,) = join([best, copy], accepts=lambda *_: False)
    assert [(s.span, s.kind) for s in group.support] == [(copy, "copy")]


def test_equal_values_are_one_answer_and_bounds_are_others() -> None:
    wordings = {"a": "1,000", "b": "a thousand", "c": "more than 1,000", "d": "1000 people"}
    spans = [
        span(name, words, 3.0, text=f"The mill employs {words} now.") for name, words in wordings.items()
    ]
    groups = join(spans)
    assert [[g.best.text, *(s.span.text for s in g.support)] for g in groups] == [
        ["1,000", "a thousand", "1000 people"],
        ["more than 1,000"],
    ]


def test_an_age_is_the_same_with_and_without_years() -> None:
    spans = [
        span("a", "17", 3.0, text="Mack Rutherford, 17, landed in Sofia."),
        span("b", "17-year-old", 2.0, text="The 17-year-old flew round the world."),
        span("c", "16", 1.0, text="He set out when he was 16."),
    ]
    groups = join(spans)
    assert [[g.best.text, *(s.span.text for s in g.support)] for g in groups] == [
        ["17", "17-year-old"],
        ["16"],
    ]


def test_a_rate_is_the_value_without_it_but_not_another_rate() -> None:
    hour = span("a", "$22 an hour", 9.0, text="It pays $22 an hour.")
    bare = span("b", "$22", 8.0, text="It pays $22.")
    year = span("c", "$22 a year", 7.0, text="It pays $22 a year.")
    assert [len(group.support) for group in join([hour, bare])] == [1]
    groups = join([hour, bare, year])
    assert [(group.best.text, len(group.support)) for group in groups] == [
        ("$22 an hour", 0),
        ("$22", 0),
        ("$22 a year", 0),
    ], "nothing tells which one the bare number is"


def test_a_surname_is_the_name_that_its_article_gives() -> None:
    full = span("a", "Ada Quill", 3.0, text="Ada Quill opened the library.")
    last = span("b", "Quill", 2.0, text="Mayor Ada Quill came. Quill opened the library.")
    other = span("c", "Quill", 1.0, text="Tom Quill opened the library.")
    groups = join([full, last, other])
    assert [[g.best.text, *(s.span.article.id for s in g.support)] for g in groups] == [
        ["Ada Quill", "b"],
        ["Quill"],
    ]


def test_a_version_that_denies_the_sentence_is_no_copy_of_the_answer() -> None:
    will = "The union leader Tom Rieck will meet the minister on Thursday, his office said."
    wont = will.replace("will meet", "will not meet")
    best = span("a", "Tom Rieck", 9.0, text=will, cluster="x")
    read = span("b", "Tom Rieck", 2.0, text=wont, cluster="x")
    nobody = join([best, read], {"a": [print_of("c", wont)]}, accepts=lambda *_: False)[0]
    assert nobody.support == ()
    prints = join([best], {"a": [print_of("c", will)]}, accepts=lambda *_: False)[0]
    assert [s.kind for s in prints.support] == ["copy"]
