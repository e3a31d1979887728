"""Whose word a fact is, and of which kind the support of another article is."""

from dataclasses import replace

import pytest

from nutgraf.indexer.article import Article
from nutgraf.qa.citations import Voices, citation, outlet_key


def article(
    text: str, source: str | None = "The Lake Herald", *, cluster: str | None = None, article_id: str = "a"
) -> Article:
    return Article(id=article_id, title="", text=text, source=source, cluster=cluster)


def cited(text: str, quote: str = "412", source: str | None = "The Lake Herald") -> str | None:
    at = text.index(quote)
    found = citation(article(text, source), at, at + len(quote))
    return None if found is None else text[found.start : found.end]


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("The mill employs 412 people, its manager told The Tarn Post.", "The Tarn Post"),
        ("The mill employs 412 people, its manager told the Tarn Advertiser.", "Tarn Advertiser"),
        ("The mill employs 412 people, Reuters reported on Monday.", "Reuters"),
        ("The mill employs 412 people, according to the BBC.", "BBC"),
        ("According to the Tarn Post, the mill employs 412 people.", "Tarn Post"),
        ("The mill employs 412 people, said The Guardian.", "The Guardian"),
        ("The mill employs 412 people (Bloomberg).", "Bloomberg"),
        ("In an interview with Sky News, she spoke of 412 people.", "Sky News"),
        ("TARN (AP) — The mill is closing. It employs 412 people.", "AP"),
        ("TARN, Sept 3 (Reuters) - The mill is closing. It employs 412 people.", "Reuters"),
        ("By Ada Quill\nAssociated Press\n\nThe mill employs 412 people.", "Associated Press"),
        ("The Tarn Post reported that the mill employs 412 people.", "The Tarn Post"),
        ("According to a report in the Tarn Post, the mill employs 412 people.", "Tarn Post"),
        ("The mill employs 412 people, documents obtained by Reuters show.", "Reuters"),
        ("Speaking to the Tarn Post, its manager told of 412 people.", "Tarn Post"),
        ("The mill employs 412 people, a Tarn Post investigation found.", "Tarn Post"),
        ("The mill employs 412 people, the BBC has learned.", "BBC"),
        ("The mill employs 412 people, the BBC's Ada Quill reported.", "BBC"),
        ("The mill employs 412 people, dpa reported.", "dpa"),
        ("Tarn (dpa) - The mill is closing. It employs 412 people.", "dpa"),
        ("By AP\n\nThe mill employs 412 people.", "AP"),
        ("The mill is closing. It employs 412 people.\n\n(Reuters)", "Reuters"),
    ],
)
def test_the_outlet_that_is_cited(text: str, outlet: str) -> None:
    assert cited(text) == outlet


@pytest.mark.parametrize(
    "text",
    [
        "The mill employs 412 people.",
        "The mill employs 412 people, Mayor Ada Quill said.",
        "The mill employs 412 people, she told the council.",
        "The mill employs 412 people, its manager told The Lake Herald.",
        "Ada Quill told The Tarn Post that she was glad. The mill employs 412 people.",
        "Reuters rents the old mill, where 412 people work.",
        "The mill (MPL) employs 412 people.",
    ],
)
def test_a_fact_that_is_the_articles_own(text: str) -> None:
    assert cited(text) is None


def test_an_outlet_has_one_key() -> None:
    assert outlet_key("The Tarn Post") == outlet_key("tarnpost.com") == outlet_key("Tarn Post")
    assert outlet_key("USA TODAY") == outlet_key("usatoday.com")
    assert outlet_key("AP") == outlet_key("The Associated Press")
    assert outlet_key("theweek.co.uk") == outlet_key("The Week")
    assert outlet_key("cnn.com") == outlet_key("CNN")
    assert outlet_key("The Times") != outlet_key("The Tarn Times")


PLAIN = "The mill employs 412 people."


def kinds(first: Article, *others: Article) -> list[str]:
    voices = Voices(first, 0, len(PLAIN))
    return [voices.add(other, 0, 10)[0] for other in others]


def test_two_outlets_with_stories_of_their_own_are_independent() -> None:
    assert kinds(article(PLAIN), article("412 work there.", "The Tarn Post")) == ["independent"]


def test_two_articles_of_one_outlet_say_it_again() -> None:
    other = article("412 work there.", "lakeherald.com", article_id="b")
    assert kinds(article(PLAIN), other) == ["again"]
    tarn = [article(f"{n}12 work there.", "The Tarn Post", article_id=str(n)) for n in range(2)]
    assert kinds(article(PLAIN), *tarn) == ["independent", "again"]


def test_another_print_of_one_story_is_a_copy() -> None:
    first, other = article(PLAIN, cluster="x"), article(PLAIN, "The Tarn Post", cluster="x")
    assert kinds(first, other) == ["copy"]


def test_who_cites_an_outlet_that_counts_is_not_independent_of_it() -> None:
    citing = article("412 work there, Reuters reported.", "The Tarn Post")
    assert kinds(article(PLAIN, "Reuters"), citing) == ["citing"]
    assert kinds(article(PLAIN), citing) == ["independent"]
    assert kinds(article("412 work there, Reuters reported."), article(PLAIN, "Reuters")) == ["citing"]
    assert kinds(article("412 work there, Reuters reported."), citing) == ["citing"]


def test_two_papers_that_print_what_one_agency_wrote_by_their_bylines_are_one_voice() -> None:
    first, other = (
        replace(article("The mill employs 412 people.", source), authors=("Ada Quill", writer))
        for source, writer in (("The Lake Herald", "The Associated Press"), ("Tarn Post", "AP"))
    )
    assert Voices(first, 0, 8).add(other, 0, 8)[0] == "again"


def test_articles_without_an_outlet_count_each() -> None:
    assert kinds(article(PLAIN, None), article("412 work there.", None, article_id="b")) == ["independent"]


def test_a_long_text_without_a_sentence_is_read_in_time_linear_in_its_length() -> None:
    text = "Tarn Post " * 20_000
    assert cited(text, "Post Tarn") is None
