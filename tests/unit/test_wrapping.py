"""Rejoining wrapped lines: what is rejoined, what keeps its lines, and which hyphens stay."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.indexer.clean import normalise
from nutgraf.indexer.wrapping import unwrap

PARAGRAPHS = [
    "The council of Brannock voted on Monday night to name the former school head Margaret Ellen Whitfield"
    " as the town's first ombudsman, ending a search that had lasted most of a year. She will take up the"
    " post on the first of September and will be paid from the reserve fund that the town set up after"
    " the flood.",
    "Her deputy will be the lawyer Tobias van der Heyden, who has worked for the county for twelve years.",
    "The post was created in 2019, after a row over the sale of the old mill to a company that was owned by"
    " the brother-in-law of a member of the council.",
]
FLAT = "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize("width", [32, 38, 50, 60, 65, 72, 80, 100])
def test_wrapped_paragraphs(width: int) -> None:
    wrapped = [textwrap.fill(paragraph, width) for paragraph in PARAGRAPHS]
    assert unwrap("\n\n".join(wrapped)) == FLAT
    assert unwrap("\n\n".join(wrapped).upper()) == FLAT.upper()
    quoted = textwrap.indent("\n\n".join(wrapped), "    ")
    assert [line.strip() for line in unwrap(quoted).split("\n\n")] == PARAGRAPHS


@pytest.mark.parametrize("width", [60, 65, 72, 80])
def test_paragraphs_without_blank_lines(width: int) -> None:
    indented = "\n".join(textwrap.fill(text, width, initial_indent="    ") for text in PARAGRAPHS)
    assert [line.strip() for line in unwrap(indented).split("\n\n")] == PARAGRAPHS
    bare = "\n".join(textwrap.fill(text, width) for text in PARAGRAPHS)
    assert unwrap(bare) == FLAT


def test_a_narrow_paragraph_by_itself() -> None:
    text = PARAGRAPHS[2]
    assert unwrap(f"Town Hall\n\n{textwrap.fill(text, 40)}") == f"Town Hall\n\n{text}"


def test_ragged_lines_of_a_narrow_column() -> None:
    column = (
        "The council of Brannock voted to name\nthe former school head as the\ntown's first ombudsman. She"
        " will take\nup the post on the first of\nSeptember."
    )
    assert unwrap(column) == column.replace("\n", " ")


def test_lines_without_blanks_are_joined_without_blanks() -> None:
    text = "部长周一表示，谈判将继续，没有人知道结果。" * 4
    wrapped = "\n".join(text[at : at + 26] for at in range(0, len(text), 26))
    assert unwrap(wrapped) == text


KEPT = {
    "verse": "Shall I compare thee to a summer's day?\nThou art more lovely and more temperate:\n"
    "Rough winds do shake the darling buds of May,\nAnd summer's lease hath all too short a date;",
    "verse in lower case": "so much depends\nupon\n\na red wheel\nbarrow glazed\nwith rain water",
    "a song": "and you can tell everybody\nthis is your song\nit may be quite simple\nbut now that it's done",
    "verse in metre": "i took the ferry out to Lorne that night\nbeyond the painted shutters of the quay\n"
    "and heard the boats and counted every light\nthat someone had forgotten there for me\n\n"
    "but when the road at last came down to sand\nthe tide was low, the chapel bell was still\n"
    "a boy was drawing letters with his hand\na horse was standing half way up the hill",
    "a couplet": "the ferry lay below the chapel wall and slept\nand nobody had come to bring it home",
    "an indented song": "   They went to look for the sea again,\n   for the lonely quay and the sand,\n"
    "   and all they found was a tall old crane\n   and a bell in the harbor hand;",
    "free verse": "in the attic of my father's house\na map of a town in the north\n"
    "that nobody had visited since the war\nof the year he would never name",
    "a list": "flour and water\nsugar\nbutter and eggs",
    "long items": "- The council will meet on Thursday in the hall of the old school\n"
    "- The mayor will speak on the reserve fund of the town of Brannock\n- the lawyer will be there",
    "numbered items": "1. The council will meet on Thursday in the hall of the old school\n"
    "2. the mayor will speak on the reserve fund of the town of Brannock",
    "a table": "Party        Seats   Change\nGreens       12      +3\nLabour       31      -4",
    "a table with bars": "Party | Seats | Change\nGreens | 12 | +3",
    "a table with tabs": "Greens\t12\nLabour\t31",
    "a signature": "--\nAnn Lee\nPress Officer, Town of Brannock\nTel. 555 0100",
    "quoted mail": "> The council of Brannock voted on Monday night to name the former\n"
    "> school head Margaret Ellen Whitfield as the town's first ombudsman",
    "a line a paragraph": "The council met on Monday and named its ombudsman at last.\n"
    "The mayor spoke for an hour about the town's reserve fund.\nNobody of the council answered him then.",
    "a heading": "Council names ombudsman\nThe council of Brannock voted on Monday.",
    "an address": "Town Hall\n12 Mill Street\nBrannock BR1 2AB",
    "results": "Brannock 3, Tarn 1\nLower Kell 0, Anner 0\nCounty Town 2, Brixen 2",
    "an interview": "Q: What did the council decide about the reserve fund on Monday?\n"
    "A: It decided to keep it for another year, the mayor told us.",
}


@pytest.mark.parametrize("name", KEPT)
def test_other_lines_stay(name: str) -> None:
    text = KEPT[name]
    assert unwrap(text) == text
    wrapped = [textwrap.fill(paragraph, 70) for paragraph in PARAGRAPHS]
    assert unwrap("\n\n".join((*wrapped, text, wrapped[0]))) == f"{FLAT}\n\n{text}\n\n{PARAGRAPHS[0]}"


def test_items_are_rejoined_one_by_one() -> None:
    items = [textwrap.fill(text, 70, initial_indent="- ", subsequent_indent="  ") for text in PARAGRAPHS]
    assert unwrap("\n".join(items)) == "\n\n".join(f"- {text}" for text in PARAGRAPHS)


@pytest.mark.parametrize(
    ("wrapped", "joined"),
    [
        ("said the govern-\nment of the town", "said the government of the town"),
        ("the Franco-\nGerman summit", "the Franco-German summit"),
        ("his brother-in-\nlaw said", "his brother-in-law said"),
        ("his brother-\nin-law said", "his brother-in-law said"),
        ("a 20-year-\nold man", "a 20-year-old man"),
        ("an EU-\nfunded plan", "an EU-funded plan"),
        ("a well-\nknown man", "a well-known man"),
        ("a twenty-\nfive-year-old", "a twenty-five-year-old"),
        ("the GOVERN-\nMENT SAID", "the GOVERNMENT SAID"),
        ("the nuclear-\narmed state is armed and nuclear", "the nuclear-armed state is armed and nuclear"),
        ("new sanc¬\ntions were set", "new sanctions were set"),
        ("a hand-\nmade or handmade coat", "a handmade or handmade coat"),
        ("a hand-\nmade or hand-made coat", "a hand-made or hand-made coat"),
    ],
)
def test_hyphens_at_line_ends(wrapped: str, joined: str) -> None:
    assert unwrap(wrapped) == joined


def test_a_column_of_broken_words() -> None:
    printed = (
        "The min-\nister of trade, Eleanor Cart-\nwright, resigned on Mon-\nday over a row on steel. Her"
        " successor is Bogdan Mal-\ninowski of the Agrarian Party, the govern-\nment said."
    )
    assert unwrap(printed) == (
        "The minister of trade, Eleanor Cartwright, resigned on Monday over a row on steel. Her successor is"
        " Bogdan Malinowski of the Agrarian Party, the government said."
    )


words = st.sampled_from(
    ["a", "the", "Ann", "well-", "sanc-", "said.", "council", "- item", "  in", "1. x", "部长"]
)
texts = st.lists(st.lists(words, max_size=9).map(" ".join), max_size=25).map("\n".join).map(normalise)


@given(texts)
def test_joining_once_is_joining_for_good(text: str) -> None:
    once = unwrap(text)
    assert unwrap(once) == once
    letters = str.maketrans("", "", " \n-")
    assert once.translate(letters) == text.translate(letters)


def test_prose_around_a_list_of_prices_is_joined() -> None:
    text = (
        "The harbour of Lorne will close for six weeks in March so that its oldest\n"
        "pier can be rebuilt, the port said on Friday, and ferries will use the other\n"
        "dock. Prices:\nAdults: 12 euros\nChildren: 6 euros\nDogs: free\n"
        "The work will cost four million euros, of which the state pays half, according\nto a decision.\n"
    )
    lines = [line for line in unwrap(text).split("\n") if line]
    assert lines == [
        "The harbour of Lorne will close for six weeks in March so that its oldest pier can be rebuilt, the"
        " port said on Friday, and ferries will use the other dock. Prices:",
        "Adults: 12 euros",
        "Children: 6 euros",
        "Dogs: free",
        "The work will cost four million euros, of which the state pays half, according to a decision.",
    ]
