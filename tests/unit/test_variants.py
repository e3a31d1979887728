"""Names in several wordings are one; words that only look alike are not."""

import pytest

from nutgraf.qa.variants import full_name, without_title


@pytest.mark.parametrize(
    ("wording", "bare"),
    [
        ("Prime Minister Anna Holt", "Anna Holt"),
        ("the central bank governor Anna Holt", "Anna Holt"),
        ("Governor Ursula van der Berg", "Ursula van der Berg"),
        ("Prime Minister Anna Holt's", "Anna Holt"),
        ("Prime Minister Anna Holt’s", "Anna Holt"),
        ("ANNA HOLT", "ANNA HOLT"),
        # What is not a title and a full name.
        ("Tom and Anna Holt", "Tom and Anna Holt"),
        ("Tom, Anna Holt", "Tom, Anna Holt"),
        ("Mary Anna Holt", "Mary Anna Holt"),
        ("never Anna Holt", "never Anna Holt"),
        ("Democratic Republic of the Congo", "Democratic Republic of the Congo"),
        ("Papua New Guinea", "Papua New Guinea"),
        ("Deputy Prime Minister", "Deputy Prime Minister"),
        ("not Anna Holt", "not Anna Holt"),
        ("war in South Sudan", "war in South Sudan"),
        ("2 Anna Holt", "2 Anna Holt"),
        ("Anna Holt Jr", "Anna Holt Jr"),
        ("not guilty", "not guilty"),
        ("North Korea", "North Korea"),
        ("25 million crowns", "25 million crowns"),
        ("?", "?"),
    ],
)
def test_titles(wording: str, bare: str) -> None:
    others = ["Anna Holt", "Ursula van der Berg", "South Sudan", "Korea", "guilty", "million crowns", wording]
    others += ["Republic of the Congo", "New Guinea", "Prime Minister"]
    assert without_title(wording, others) == bare


def test_the_shortest_name_is_the_bare_one() -> None:
    others = ["Prime Minister Anna Holt", "Minister Anna Holt", "Anna Holt"]
    assert {without_title(other, others) for other in others} == {"Anna Holt"}
    assert (
        without_title("former President Anna Holt", ["President Anna Holt"]) == "former President Anna Holt"
    )


@pytest.mark.parametrize(
    ("wording", "text", "expected"),
    [
        ("Holt", "Anna Holt spoke. Holt left.", "Anna Holt"),
        ("the North", "North Korea fired. The North said so.", "North Korea"),
        ("Holt's", "Anna Holt spoke. Holt's party left.", "Anna Holt"),
        ("Holt", "Holt spoke.", "Holt"),  # its article does not say which
        ("Holt", "Anna Holt followed Peter Holt. Holt left.", "Holt"),  # or names two
        ("Holt", "Tom Holt resigned on Monday. Holt had met Anna Holt.", "Holt"),  # another, who is no answer
        ("Holt", "Anna Holt spoke. Governor Holt left.", "Anna Holt"),
        ("guilty", "He pleaded not guilty. Was he guilty?", "guilty"),
        ("England", "The Bank of England is in England.", "England"),
        ("holt", "Anna Holt spoke at the holt.", "holt"),
        ("Anna", "Anna Holt spoke. Anna left.", "Anna Holt"),
        ("2016", "Rio 2016 began in 2016.", "2016"),
        ("", "Anna Holt", ""),
    ],
)
def test_one_word_is_what_its_article_says(wording: str, text: str, expected: str) -> None:
    others = ["Anna Holt", "Peter Holt", "North Korea", "not guilty", "Bank of England", "Rio 2016"]
    assert full_name(wording, text, others) == expected
