"""Notes of corrections: made-up texts, what is quoted of each, and what is no note."""

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.notices import END_CHARS, LONGEST_CHARS, notice

BODY = (
    "The mill at Tarn closed on Monday, its owner said. Forty people worked there.\n\nIt was built in 1901."
)


def quoted(text: str) -> str | None:
    span = notice(text)
    return None if span is None else text[slice(*span)]


@pytest.mark.parametrize(
    "note",
    [
        "Correction: The mill has 40 workers, not 14.",
        "CORRECTION (12 March): The mill has 40 workers.",
        "Correction, March 12, 2021: The mill has 40 workers.",
        "Correction — The mill has 40 workers.",
        "Corrections & Clarifications: An earlier version of this story misnamed the owner.",
        "Clarification: The owner spoke on Sunday.",
        "Retraction: The mill did not close. We withdraw the report.",
        "For the record: The mill was built in 1901.",
        "This article was amended on 12 March 2021. An earlier version gave another year.",
        "This story has been updated to correct the name of the owner.",
        "This story has been retracted because its figures were made up.",
        "An earlier version of this article misstated the number of workers.",
        "In a previous version of this story, the owner was misidentified.",
        "Due to an editing error, an earlier version of this article misnamed the owner.",
        "Editor's note: The figures were given by the owner.",
        "Editor’s Note: This story has been updated.",
        "Korrektur: Die Mühle hat 40 Arbeiter.",
        "In einer früheren Version dieses Artikels hieß es, die Mühle habe 14 Arbeiter.",
        "Anmerkung der Redaktion: Der Besitzer hat uns geschrieben.",
        "Rectificatif : le moulin compte 40 ouvriers.",
        "Une version précédente de cet article indiquait 14 ouvriers.",
        "Fe de errores: El molino tiene 40 obreros.",
        "Una versión anterior de este artículo decía 14 obreros.",
    ],
)
def test_a_note_is_quoted_wherever_it_stands(note: str) -> None:
    assert quoted(note) == note
    assert quoted(f"{note}\n\n{BODY}") == note
    assert quoted(f"{BODY}\n\n{note}") == note
    assert quoted(f"{BODY} {note}") == note
    assert quoted(f"{BODY}\n\n({note})") == note


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        "The Department of Correction: a look inside the mill.",
        "Department of Correction: two officers were hired.",
        "A stock market correction: what now?",
        "Market correction: shares of the mill fall.",
        "Correction officers - the union says - are tired.",
        "Correction of the market - the bank expects it - is near.",
        "Correction territory is near.",
        "An earlier version of this bill failed.",
        "A previous version of this story was originally published in 2020.",
        "This story has been updated with the words of the owner.",
        "This article was published in March.",
        "He asked for clarification: the owner had none.",
        "The editor noted: it rained.",
    ],
)
def test_what_is_no_note(text: str) -> None:
    assert quoted(text) is None
    assert quoted(f"{BODY}\n\n{text}") is None
    assert quoted(f"{BODY} {text}") is None


def test_the_gravest_note_is_quoted() -> None:
    text = f"Editor's note: It is the first of a series.\n\n{BODY}\n\nCorrection: It was built in 1901."
    assert quoted(text) == "Correction: It was built in 1901."
    assert quoted(f"{text}\n\nRetraction: None of it is true.") == "Retraction: None of it is true."


def test_a_label_on_its_own_line_has_the_next_one() -> None:
    assert (
        quoted(f"{BODY}\n\nCorrection:\nIt was built in 1901.\n\nAnn Lee")
        == "Correction:\nIt was built in 1901."
    )


def test_of_a_text_without_paragraphs_the_first_sentence_is_the_note() -> None:
    text = "Editor's note: The mill is in Tarn. " + "It was said on Monday. " * 100
    assert quoted(text) == "Editor's note: The mill is in Tarn."
    assert len(quoted("Correction: " + "word " * 1000) or "") <= LONGEST_CHARS


def test_only_both_ends_of_a_text_are_looked_through() -> None:
    rain = "It rained on the mill. " * (END_CHARS // 10)
    note = "Correction: It was built in 1901."
    assert quoted(f"{rain}\n\n{note}\n\n{rain}") is None
    assert quoted(f"{rain}{rain}\n\n{note}") == note


def test_an_article_refers_to_its_note() -> None:
    note = "Correction: It was built in 1901."
    shown = Article("a1", "Mill", f"{BODY}\n\n{note}", page_breaks=(60,)).quoted_reference()
    assert shown["notice"] == {"text": note, "field": "text", "start": 102, "end": 135, "page": 2}
    assert "notice" not in Article("a1", "Mill", BODY).quoted_reference()
