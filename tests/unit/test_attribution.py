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
        ("The mill closes in [May], ” Mr. Wang said.", "Mr. Wang"),
        ("In all [725] homes are dark, said Maj. Gen. Juan Holt, its chief.", "Maj. Gen. Juan Holt"),
    ],
)  # fmt: skip
def test_the_speaker_or_source(text: str, words: str) -> None:
    assert speaker(text) == words


def test_in_nested_quotations_the_inner_one_speaks() -> None:
    assert speaker("“Mr. Wang told me, ‘We saw [forty] of them,’” Ms. Li said.") == "Mr. Wang"
    assert speaker("“‘We saw [forty] of them,’ Mr. Wang told me,” Ms. Li said.") == "Mr. Wang"
    assert speaker("“Mr. Wang told me, ‘We saw them,’ on [Monday],” Ms. Li said.") == "Ms. Li"


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
