"""How much of a text a question asks for, and how far an answer is widened."""

import pytest

from nutgraf.indexer.article import Article
from nutgraf.qa.calibration import Calibration
from nutgraf.qa.extent import Extent, asked_extent, widened
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.join import LocatedSpan, join
from nutgraf.qa.judge import judge
from nutgraf.qa.retrieval import SearchResult


@pytest.mark.parametrize(
    ("question", "extent"),
    [
        ("Who won the race?", Extent.SPAN),
        ("Who are the finalists?", Extent.LIST),
        ("Which countries signed the deal?", Extent.LIST),
        ("Which two teams met?", Extent.LIST),
        ("Which of the players won?", Extent.LIST),
        ("What are the names of the ships?", Extent.LIST),
        ("Which country signed the deal?", Extent.SPAN),
        ("What news outlet said so?", Extent.SPAN),
        ("Which United States senator resigned?", Extent.SPAN),
        ("Did Spain sign?", Extent.SENTENCE),
        ("Didn’t Spain sign?", Extent.SENTENCE),
        ("In 2016, did Spain sign?", Extent.SENTENCE),
        ("Will Spain sign?", Extent.SENTENCE),
        ("Did he say when he will go?", Extent.SENTENCE),
        ("Will Smith slapped which comedian?", Extent.SPAN),
        ("Was it rain or snow?", Extent.SPAN),
        ("In what country, besides Spain, did it rain?", Extent.SPAN),
        ("The mayor, who lost, was voted out after how many years?", Extent.SPAN),
        ("A star of the show, a singer, was jailed this week. How long is he held?", Extent.SPAN),
        ("Why was he held?", Extent.REASON),
        ("How come he was held?", Extent.REASON),
        ("How did he escape?", Extent.WAY),
        ("How many came?", Extent.SPAN),
        ("How many people came?", Extent.COUNTS),
        ("How many clerks came?", Extent.SPAN),
        ("How old is she?", Extent.SPAN),
        ("", Extent.SPAN),
        ("?", Extent.SPAN),
    ],
)
def test_a_question_asks_for_a_span_a_list_a_clause_or_a_sentence(question: str, extent: Extent) -> None:
    assert asked_extent(question) is extent


BUDGET = "Voters on Monday chose a leftist president. Markets fell after the vote."
CONVICTED = "Three clerks, two brokers and a banker had been convicted earlier."
TEAMS = "On Monday France, Spain, the Czech Republic and Bosnia signed in Rome."


@pytest.mark.parametrize(
    ("text", "span", "extent", "answer"),
    [
        (TEAMS, "Spain", Extent.LIST, "France, Spain, the Czech Republic and Bosnia"),
        (TEAMS, "France", Extent.LIST, "France, Spain, the Czech Republic and Bosnia"),
        (TEAMS, "Bosnia", Extent.LIST, "France, Spain, the Czech Republic and Bosnia"),
        (TEAMS, "Spain", Extent.SPAN, "Spain"),
        ("In Paris, France and Spain signed.", "Spain", Extent.LIST, "France and Spain"),
        ("Ann Lee, Bob Fox, and Cy Young won.", "Bob Fox", Extent.LIST, "Ann Lee, Bob Fox, and Cy Young"),
        ("She likes golf, tennis and rugby.", "tennis", Extent.LIST, "golf, tennis and rugby"),
        ("She eats bread and runs.", "bread", Extent.LIST, "bread"),
        ("Ann Lee, the driver, and others won.", "Ann Lee", Extent.LIST, "Ann Lee"),
        ("Ann Lee and Bob Fox won.", "Ann Lee and Bob Fox", Extent.LIST, "Ann Lee and Bob Fox"),
        ("Ann Lee won. And Bob Fox lost.", "Ann Lee", Extent.LIST, "Ann Lee"),
        (CONVICTED, "Three", Extent.COUNTS, "Three clerks, two brokers and a banker"),
        (CONVICTED, "Three clerks", Extent.COUNTS, "Three clerks, two brokers and a banker"),
        (CONVICTED, "two brokers", Extent.COUNTS, "two brokers and a banker"),
        (CONVICTED, "Three", Extent.SPAN, "Three"),
        ("Three people and a dog died.", "Three", Extent.COUNTS, "Three"),
        ("Two boys and a girl drowned.", "Two boys", Extent.COUNTS, "Two boys and a girl"),
        ("It killed 12 soldiers and hurt two civilians.", "12", Extent.COUNTS, "12"),
        ("It killed 1,200 soldiers and a clerk.", "1,200", Extent.COUNTS, "1,200"),
        ("Twelve, he said, and more.", "Twelve", Extent.COUNTS, "Twelve"),
        (BUDGET, "leftist president", Extent.REASON, "Voters on Monday chose a leftist president."),
        (BUDGET, "the vote", Extent.REASON, "the vote"),
        ("He was held for bribery.", "bribery", Extent.REASON, "bribery"),
        ("They came because they were hungry.", "they were hungry", Extent.REASON, "they were hungry"),
        ("They came, seeking work.", "seeking work", Extent.REASON, "seeking work"),
        ("He fled by boat.", "boat", Extent.WAY, "boat"),
        ("His flight was slow.", "slow", Extent.WAY, "His flight was slow."),
        (BUDGET, "leftist president", Extent.SENTENCE, "Voters on Monday chose a leftist president."),
        ("The firm is “in the red” now.", "“in the red", Extent.SPAN, "in the red"),
        ("The firm is “in the red” now.", "in the red”", Extent.SPAN, "in the red"),
        ("The firm is “in the red” now.", "“in the red”", Extent.SPAN, "in the red"),
        ("They gave “Hair” and “Cats”.", "“Hair” and “Cats”", Extent.SPAN, "“Hair” and “Cats”"),
        ("Ann Lee (55) won.", "(55)", Extent.SPAN, "55"),
        ("It is ‘the players’ cup’ now.", "‘the players’ cup’", Extent.SPAN, "‘the players’ cup’"),
        ("Ann “The Boss” Lee won.", "Ann “The Boss", Extent.SPAN, "Ann “The Boss”"),
        ("The firm (ABC) won.", "firm (ABC", Extent.SPAN, "firm (ABC)"),
        ('It is "in the red" now.', '"in the red', Extent.SPAN, "in the red"),
        ("It is the players’ cup.", "players’", Extent.SPAN, "players’"),
        ("“", "“", Extent.SPAN, "“"),
        ("BEIJING — Qin Gang left.", "BEIJING — Qin Gang", Extent.SPAN, "Qin Gang"),
        (
            "The head\nNEW YORK, May 3 (AP) -- Ann Lee won.",
            "YORK, May 3 (AP) -- Ann Lee",
            Extent.SPAN,
            "Ann Lee",
        ),
        ("OSLO – Ann Lee and Bob Fox won.", "OSLO – Ann Lee", Extent.LIST, "Ann Lee and Bob Fox"),
        ("BEIJING — Qin Gang left.", "BEIJING", Extent.SPAN, "BEIJING"),
        ("Ann Lee — the owner — left.", "Ann Lee — the owner", Extent.SPAN, "Ann Lee — the owner"),
        ("He flew from OSLO - Ann Lee met him.", "OSLO - Ann Lee", Extent.SPAN, "OSLO - Ann Lee"),
    ],
)
def test_an_answer_is_widened_to_what_was_asked_for(
    text: str, span: str, extent: Extent, answer: str
) -> None:
    start = text.index(span)
    start, end = widened(text, start, start + len(span), extent)
    assert text[start:end] == answer


def test_answers_that_are_one_when_widened_are_given_once() -> None:
    article = Article(id="a", title="Vote", text=BUDGET)
    spans = [
        LocatedSpan(article, BUDGET.index(words), BUDGET.index(words) + len(words), score=score)
        for words, score in (("leftist president", 9.0), ("Monday", 8.0), ("the vote", 7.0))
    ]
    inquiry = Inquiry("Did voters choose a president?", top=3, min_probability=0.0)
    answers = judge(join(spans), SearchResult([], 0.0, 0.0), inquiry, Calibration.from_card(None)).answers
    assert [a.text for a in answers] == [
        "Voters on Monday chose a leftist president.",
        "Markets fell after the vote.",
    ]
    assert [article.text[a.start : a.end] for a in answers] == [a.text for a in answers]
