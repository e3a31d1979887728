"""Whose word an answer is, by its sentence or by the frame of its quotation."""

import pytest

from nutgraf.qa.attribution import attribution


def speaker(text: str) -> str | None:
    """Return the speaker of the words in brackets."""
    start, end = text.index("["), text.index("]") - 1
    bare = text.replace("[", "").replace("]", "")
    found = attribution(bare, start, end)
    return None if found is None else bare[found.start : found.end]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The mill will close in [May], Mr. Wang said.", "Mr. Wang"),
        ("Mr. Wang said the mill will close in [May].", "Mr. Wang"),
        ("On Monday, Mayor Ada Quill said that the mill employs [412] people.", "Mayor Ada Quill"),
        ("The mill employs [412] people, according to an informed source.", "an informed source"),
        ("According to court records, the mill owes [$3 million].", "court records"),
        ("The mill owes [$3 million], said Ada Quill, a lawyer for its workers.", "Ada Quill"),
        ("The mill owes [$3 million], Ada Quill, a lawyer for its workers, told Reuters.", "Ada Quill"),
        ("The mill owes [$3 million], a person familiar with the talks told The Tarn Post.",
         "a person familiar with the talks"),
        ("“It will close in [May],” Mr. Wang said.", "Mr. Wang"),
        ('"It will close in [May]," said Mr. Wang, the owner.', "Mr. Wang"),
        ("Mr. Wang said: “We leave. It will close in [May]. Nobody stays.”", "Mr. Wang"),
        ("“We leave,” Mr. Wang said. “It will close in [May].”", "Mr. Wang"),
        ("“We leave,” Mr. Wang said, “because it closes in [May].”", "Mr. Wang"),
        ("The report says the mill lost [40%] of its orders.", "The report"),
        ("Police have said the fire began at [noon].", "Police"),
        ("He said it would close in [May].", "He"),
        ("The agency announced that it fined the mill [$2,000].", "The agency"),
        ("More than [200] work there, said mill spokesman Eric Holt.", "mill spokesman Eric Holt"),
        ("“It will close in [May],” said his lawyer, Ada Quill.", "his lawyer, Ada Quill"),
        ("It closes in [May], according to a spokesman, J. Holt, who left.", "a spokesman, J. Holt"),
        ("It closes in [May], said officials, citing Ada Quill.", "officials"),
        ("The mill closes in [May], ” Mr. Wang said.", "Mr. Wang"),
        ("In all [725] homes are dark, said Maj. Gen. Juan Holt, its chief.", "Maj. Gen. Juan Holt"),
    ],
)  # fmt: skip
def test_the_speaker_or_source(text: str, words: str) -> None:
    assert speaker(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The police at first said the mill closed in [May].", "The police"),
        ("The mill stood, after the owners reported that it closed in [May].", "the owners"),
        ("Workers were told that it closes in [May], Mr. Wang said.", "Mr. Wang"),
        ("Mr. Wang said that workers were told it closes in [May].", "Mr. Wang"),
        ("He made false statements in [May], prosecutors said.", "prosecutors"),
        ("He denied fraud and was jailed in [May], prosecutors said.", "prosecutors"),
        ("No. 10 said the mill would close in [May].", "No. 10"),
        ("Theresa May said the mill would close in [June].", "Theresa May"),
    ],
)
def test_words_between_speaker_and_verb_are_no_part_of_the_speaker(text: str, words: str) -> None:
    assert speaker(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Wang never said that the mill would close in [May].",
        "Mr. Wang did not say that the mill would close in [May].",
        "Mr. Wang didn’t say that the mill would close in [May].",
        "Mr. Wang has yet to say that the mill will close in [May].",
        "Mr. Wang declined to say that the mill would close in [May].",
        "Mr. Wang denied having said that the mill would close in [May].",
        "Mr. Wang no longer believes that the mill will close in [May].",
        "Mr. Wang might have said that the mill would close in [May].",
        "Had Mr. Wang said the mill would close in [May], it would be news.",
        "Nobody said that the mill would close in [May].",
        "No official said that the mill would close in [May].",
        "None of the witnesses said that the mill would close in [May].",
        "Few experts said that the mill would close in [May].",
        "Contrary to what Mr. Wang said, the mill will close in [May].",
        "Mr. Wang said it was false that Mr. Holt told workers that it closes in [May].",
        "A court found that Mr. Holt lied when he said the mill would close in [May].",
        "It is not true that the mill will close in [May], Mr. Wang said.",
        "Mr. Holt said Mr. Wang never said that the mill would close in [May].",
        "“The mill will close in [May],” Mr. Wang did not say.",
        "The mill, not according to Mr. Wang, will close in [May].",
    ],
)
def test_what_was_not_said_or_is_denied_is_nobodys_word(text: str) -> None:
    assert speaker(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Wang was told that the mill would close in [May].",
        "Workers were told by Mr. Wang that the mill would close in [May].",
        "Mr. Wang is said to have sold the mill in [May].",
    ],
)
def test_who_is_told_or_spoken_of_says_nothing(text: str) -> None:
    assert speaker(text) is None


def test_in_nested_quotations_the_inner_one_speaks() -> None:
    assert speaker("“Mr. Wang told me, ‘We saw [forty] of them,’” Ms. Li said.") == "Mr. Wang"
    assert speaker("“‘We saw [forty] of them,’ Mr. Wang told me,” Ms. Li said.") == "Mr. Wang"
    assert speaker("“Mr. Wang told me, ‘We saw them,’ on [Monday],” Ms. Li said.") == "Ms. Li"
    straight = "\"As the old minister once said, 'trains are [late]', and we wait,\" she added."
    assert speaker(straight) == "the old minister"
    assert speaker(straight.replace("[late]", "late").replace("we wait", "we [wait]")) == "she"


def test_as_somebody_said_leads_in_what_was_said_and_no_other_clause_does() -> None:
    assert speaker("As Mr. Wang said, the mill closes in [May].") == "Mr. Wang"
    assert speaker("As Mr. Wang said that the mill closes, it rained in [Tarn].") is None
    assert speaker("After Mr. Wang said that the mill closes, it rained in [Tarn].") is None


@pytest.mark.parametrize(
    "text",
    [
        "The mill will close in [May].",
        "[Mr. Wang] said the mill will close.",
        "The mill will close, said [Mr. Wang].",
        "The mill will close, according to [court records].",
        "On April [25], she announced that she would run.",
        "Mr. Wang said the mill was old, but it closed in [May].",
        "Mr. Wang said the mill was old; it closed in [May].",
        "The mill had [412] workers, and \"they all stayed,\" Mr. Wang said.",
        "It closed in [May]. “We leave,” Mr. Wang said.",
        "Asked about the mill in [Tarn], she said, “We leave.”",
        "There was a report on the mill in [May].",
        "[",
    ],
)  # fmt: skip
def test_what_nobody_is_said_to_have_said(text: str) -> None:
    if text == "[":
        assert attribution("", 0, 0) is None
    else:
        assert speaker(text) is None


@pytest.mark.parametrize("part", ["said ", '"', "“", "‘a ", "a, ", "according to ", "Gov. ", "said, “"])
def test_a_long_line_is_read_in_bounded_work(part: str) -> None:
    text = part * 40_000
    attribution(text, len(text) // 2, len(text) // 2 + 1)
