"""A story and its update, asked with the models in the box: the newest version that may be seen speaks."""

from collections.abc import Iterator

import pytest

import nutgraf

QUESTION = "How many people were injured when the ferry ran aground?"
REST = (
    " The ferry Aurelia had left Port Lunde for the island of Skarv shortly before the fog came in. Lifeboats"
    " took the passengers to the harbour of Vessel, where families were waiting for them. The owner of the"
    " ferry, the Lunde Line, said that her radar had been repaired in spring. The ministry of transport has"
    " opened an inquiry."
)
FIRST = "A ferry ran aground off the coast of Skarv on Friday, and 14 people were injured, the police said."
UPDATE = FIRST.replace("14 people were injured", "67 people were injured")
STORY = {"title": "Ferry runs aground off Skarv", "source": "Wire A"}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[nutgraf.Archive]:
    with nutgraf.open(tmp_path_factory.mktemp("updates") / "news.nutgraf") as archive:
        longer = (
            f"{FIRST}{REST} The weather service had warned of fog at noon. No ferry will run on Saturday."
        )
        archive.add(
            [
                {**STORY, "id": "first", "text": longer, "published": "2021-06-04"},
                {**STORY, "id": "update", "text": f"{UPDATE}{REST}", "published": "2021-06-06"},
                {
                    **STORY,
                    "id": "reprint",
                    "text": f"{UPDATE}{REST}",
                    "published": "2021-06-06",
                    "source": "Daily",
                },
            ]
        )
        yield archive


def test_the_update_is_the_answer_and_the_first_version_is_earlier(archive: nutgraf.Archive) -> None:
    best = archive.ask(QUESTION).answers[0]
    assert best.text.startswith("67")
    assert best.article.id in {"update", "reprint"}
    assert [(span.article.id, span.text[:2]) for span in best.earlier] == [("first", "14")]
    assert [support.span.article.id for support in best.support] != ["first"]


def test_before_the_update_the_first_version_speaks(archive: nutgraf.Archive) -> None:
    best = archive.ask(QUESTION, as_of="2021-06-05").answers[0]
    assert (best.text[:2], best.article.id, best.earlier) == ("14", "first", ())


def test_the_timeline_has_both(archive: nutgraf.Archive) -> None:
    timeline = archive.ask(QUESTION, timeline=True).timeline
    assert timeline is not None
    assert [(entry.best.text[:2], entry.status) for entry in timeline] == [
        ("14", "superseded"),
        ("67", "current"),
    ]


def test_a_search_shows_both_versions_and_the_reprint_as_a_copy(archive: nutgraf.Archive) -> None:
    hits = [hit for hit in archive.search("people injured ferry aground") if "injured" in hit.text]
    assert sorted("67" in hit.text for hit in hits) == [False, True]


def test_what_both_versions_say_has_one_place(archive: nutgraf.Archive) -> None:
    best = archive.ask("Who owns the ferry Aurelia?").answers[0]
    assert best.text.removeprefix("the ") == "Lunde Line"
    assert best.earlier == ()
