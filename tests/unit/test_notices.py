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
        "Editor's note: The mill has 40 workers, not 14, as was wrongly reported.",
        "Editor’s Note: This story has been updated.",
        "Editor's note: This story was first published in May and was updated Wednesday with new figures.",
        "EDITOR'S NOTE: This story has been updated to correct the number of workers.",
        "Editor's note: An earlier version of this story misstated the age of the owner.",
        "Editor's note: The owner's name was transposed in an earlier version of this story.",
        "Editor's note: A previous version of the story incorrectly stated the rate.",
        "Editor's Note: This is a revised version of a previous story.",
        "Editor's note: A quotation has been removed because it could not be verified.",
        "Note from the editors: We regret that the owner was not asked.",
        "Editor's note: We have retracted one paragraph.",
        "Korrektur: Die Mühle hat 40 Arbeiter.",
        "In einer früheren Version dieses Artikels hieß es, die Mühle habe 14 Arbeiter.",
        "Anmerkung der Redaktion: Der Text wurde aktualisiert.",
        "Anmerkung der Redaktion: In einer früheren Version hieß es, die Mühle habe 14 Arbeiter.",
        "Note de la rédaction : cet article a été mis à jour.",
        "Nota del editor: Esta nota ha sido actualizada.",
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
        "Editor's note: Ann Lee is the author of two books about mills. The views here are her own.",
        "Editor’s Note: This story contains pictures that some may find disturbing.",
        "Editor's note: This story first appeared in the Tarn newsletter. Sign up here.",
        "Editor's note: A version of this story was originally published in 2020.",
        "Editor’s Note: A previous version of this story ran in May.",
        "Editor's note: This page recaps the news of Monday. Follow here for the latest updates.",
        "Editor's note: This file will be updated frequently.",
        "Editor's note: This is the first of two parts about mills.",
        "Editor's note: If you need help, call 0800 12 34.",
        "Editor's note: The owner paid for the trip of our reporter.",
        "Editor's note: The figures were given by the owner.",
        "Anmerkung der Redaktion: Ann Lee ist Müllerin.",
        "Note de la rédaction : Ann Lee est meunière.",
    ],
)
def test_what_is_no_note(text: str) -> None:
    assert quoted(text) is None
    assert quoted(f"{BODY}\n\n{text}") is None
    assert quoted(f"{BODY} {text}") is None


def test_the_gravest_note_is_quoted() -> None:
    text = f"Editor's note: It was updated.\n\n{BODY}\n\nCorrection: It was built in 1901."
    assert quoted(text) == "Correction: It was built in 1901."
    assert quoted(f"{text}\n\nRetraction: None of it is true.") == "Retraction: None of it is true."


def test_an_editors_note_that_tells_of_a_change_is_found_behind_another() -> None:
    column = "Editor's note: Ann Lee is the author of two books."
    change = "Editor's note: This story has been updated."
    assert quoted(f"{column}\n\n{BODY}\n\n{change}") == change
    assert quoted(f"{column}\n\n{change}\n\n{BODY}") == change


def test_a_label_on_its_own_line_has_the_next_one() -> None:
    assert (
        quoted(f"{BODY}\n\nCorrection:\nIt was built in 1901.\n\nAnn Lee")
        == "Correction:\nIt was built in 1901."
    )


def test_of_a_text_without_paragraphs_the_first_sentence_is_the_note() -> None:
    text = "Editor's note: This story was corrected. " + "It was said on Monday. " * 100
    assert quoted(text) == "Editor's note: This story was corrected."
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
