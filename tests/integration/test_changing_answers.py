"""Answers that change, asked with the models in the box: what a timeline calls current, and what history."""

from collections.abc import Iterator

import pytest

import nutgraf

ARTICLES = {
    # An office: one prime minister after another, and articles that speak of who was, or is not yet.
    "2022-03-01 beacon": "Prime Minister Anna Holt opened the harbour bridge of Orlow on Monday. She spoke"
    " to workers about wages and the long winter.",
    "2022-05-10 globe": "The prime minister of Orlow, Anna Holt, met fishermen on Tuesday and promised them"
    " lower taxes on fuel.",
    "2022-09-12 beacon": "Otto Brandt was sworn in as prime minister of Orlow on Monday after a vote in the"
    " assembly. He named a cabinet of twelve.",
    "2022-10-02 globe": "The prime minister of Orlow, Otto Brandt, presented the budget on Sunday. It raises"
    " spending on schools and railways.",
    "2022-10-20 courier": "Former prime minister Anna Holt of Orlow published a book about her years in"
    " office on Thursday. It has 300 pages.",
    "2022-10-21 courier": "Mia Lind, the favourite to become the next prime minister of Orlow, gave a speech"
    " to farmers on Friday in Tarn.",
    # A count that grows.
    "2022-11-01 beacon": "A flood in the Veldt valley killed at least 12 people on Tuesday, officials said."
    " The river rose by three metres.",
    "2022-11-02 globe": "The flood in the Veldt valley killed 12 people, the fire brigade said on Wednesday."
    " Roads stayed closed.",
    "2022-11-04 courier": "The flood in the Veldt valley killed 31 people, the governor said on Friday. Many"
    " houses are still under water.",
    # An event that recurs, and an article that looks back.
    "2021-06-20 beacon": "Carla Voss won the Tarn Cup on Sunday, two lengths ahead of the field. Rain had"
    " softened the course.",
    "2022-06-19 globe": "Ines Marsh won the Tarn Cup on Sunday before ten thousand spectators. The sun shone"
    " on the course all day.",
    "2022-08-30 courier": "Carla Voss, who won the Tarn Cup in 2021, trains again after a broken leg. Her"
    " doctor is content.",
    # Offices of which no article names the present holder.
    "2022-10-28 beacon": "Jana Pihl will become chief executive of Veldt Mining in June, the board said on"
    " Friday. She has run its pits for a decade.",
    "2022-10-29 globe": "Karl Stein, who was mayor of Brennick until 2020, opened the new bridge on"
    " Monday. The bridge cost $12 million.",
    # A holder whose predecessor resigned, and one in a text without capitals.
    "2022-11-10 beacon": "Lena Voigt became mayor of Marl after Emil Kranz resigned on Monday. She promised"
    " new schools.",
    "2022-11-11 globe": "the governor of quill, ada sand, spoke to growers on wednesday and promised them"
    " cheaper water.",
    "2022-01-01 weather": "Rain is expected on the islands until the evening, with some wind from the west.",
}  # fmt: skip


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[nutgraf.Archive]:
    with nutgraf.open(tmp_path_factory.mktemp("changing") / "news.nutgraf") as archive:
        archive.add(
            {"id": key, "text": text, "published": key.split()[0], "source": key.split()[1]}
            for key, text in ARTICLES.items()
        )
        yield archive


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "Who is the prime minister of Orlow?",
            [("Anna Holt", "superseded"), ("Otto Brandt", "current")],
        ),
        (
            "How many people did the flood in the Veldt valley kill?",
            [("12", "superseded"), ("31", "current")],
        ),
        ("Who won the Tarn Cup?", [("Carla Voss", "superseded"), ("Ines Marsh", "current")]),
    ],
)
def test_what_is_current(archive: nutgraf.Archive, question: str, expected: list[tuple[str, str]]) -> None:
    entries = archive.timeline(question)
    assert [(entry.best.text, entry.status) for entry in entries] == expected


def test_who_was_in_office_has_every_article_that_names_the_office(archive: nutgraf.Archive) -> None:
    entry = archive.timeline("Who is the prime minister of Orlow?")[0]
    assert [span.article.source for span in entry.spans] == ["beacon", "globe"], "not the one about her book"


def test_as_of_a_day_what_was_current_then_is_current(archive: nutgraf.Archive) -> None:
    entries = archive.timeline("Who is the prime minister of Orlow?", as_of="2022-06-01")
    assert [(entry.best.text, entry.status) for entry in entries] == [("Anna Holt", "current")]


@pytest.mark.parametrize(
    ("question", "other_question", "holder"),
    [
        ("Who is the chief executive of Veldt Mining?", "Who will become chief executive?", "Jana Pihl"),
        ("Who is the mayor of Brennick?", "Who was mayor of Brennick?", "Karl Stein"),
    ],
)
def test_who_held_an_office_or_is_to_hold_it_does_not_answer_who_holds_it(
    archive: nutgraf.Archive, question: str, other_question: str, holder: str
) -> None:
    asked, other = archive.ask(question), archive.ask(other_question)
    assert other.answers[0].text == holder
    assert asked.outcome == "not_found"
    assert asked.abstention is not None
    assert asked.abstention.reason.endswith(": its words are not of who it is now")


def test_what_nobody_has_said_for_a_year_or_who_has_resigned_is_not_called_current(
    archive: nutgraf.Archive,
) -> None:
    question = "Who is the prime minister of Orlow?"
    assert archive.timeline(question, as_of="2023-10-01")[-1].status == "current"
    assert archive.timeline(question, as_of="2023-11-01")[-1].status == "stale"
    toll = archive.timeline("How many people did the flood in the Veldt valley kill?", as_of="2023-12-31")
    assert toll[-1].status == "current", "the dead of a flood stay the dead of a flood"


@pytest.mark.parametrize(
    ("question", "holder"),
    [("Who is the mayor of Marl?", "Lena Voigt"), ("Who is the governor of Quill?", "ada sand")],
)
def test_who_follows_one_who_resigned_and_a_name_without_capitals_are_current(
    archive: nutgraf.Archive, question: str, holder: str
) -> None:
    entries = archive.timeline(question, as_of="2022-12-01")
    assert [(entry.best.text, entry.status) for entry in entries][-1:] == [(holder, "current")]
