"""A report of a trial, asked with the models in the box: who did what, what was denied, what it lacks."""

from collections.abc import Iterator

import pytest

import nutgraf
from nutgraf.qa.result import Outcome

REPORT = (
    "The former station master of Vessel, Osman Brecht, was found not guilty of arson on Friday, but guilty"
    " of fraud. The judge, Ilse Marand, sentenced him to 14 months in prison, suspended.\n\n"
    '"We will appeal this verdict," said his lawyer, Vesna Orme. "As the old chancellor once said, '
    "'trains are late', and we can wait,\" she added.\n\n"
    "The prosecutor, Runa Tveit, had asked for three years. The town lost $3.4 million in the affair,"
    " auditors from the RBO, the Regional Budget Office, found. Brecht's wife, Ellen-May Brecht, was not"
    " charged. Two porters, three drivers and a cook had been convicted earlier."
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[nutgraf.Archive]:
    with nutgraf.open(tmp_path_factory.mktemp("trial") / "news.nutgraf") as archive:
        article = {"id": "trial", "title": "Verdict in station trial", "published": "2021-05-07"}
        archive.add([{**article, "text": REPORT}])
        yield archive


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What was Osman Brecht found guilty of?", "fraud"),
        ("What was Osman Brecht found not guilty of?", "arson"),
        ("who sentenced brecht", "Ilse Marand"),
        ('Who said "We will appeal this verdict"?', "Vesna Orme"),
        ("Who said that trains are late?", "the old chancellor"),
        ("Who asked for three years?", "Runa Tveit"),
        ("How much did the town lose?", "$3.4 million"),
        ("How many people had been convicted earlier?", "Two porters, three drivers and a cook"),
        ("What does RBO stand for?", "Regional Budget Office"),
        ("Who is Brecht's wife?", "Ellen-May Brecht"),
        ("Was Ellen-May Brecht charged?", "Brecht's wife, Ellen-May Brecht, was not charged."),
    ],
)
def test_what_the_report_says_is_answered(archive: nutgraf.Archive, question: str, words: str) -> None:
    assert archive.ask(question).text.endswith(words)


@pytest.mark.parametrize(
    ("question", "outcome"),
    [
        ("How many months in prison did the prosecutor ask for?", "unsure"),
        ("Who was found guilty of arson?", "unsure"),
    ],
)
def test_what_it_does_not_say_is_at_most_a_guess(
    archive: nutgraf.Archive, question: str, outcome: Outcome
) -> None:
    assert archive.ask(question).outcome == outcome
