"""A story and its update, asked with the models in the box: the newest version that may be seen speaks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import nutgraf
from nutgraf.api.terminal.articles import print_article
from nutgraf.api.terminal.results import print_hits, print_result

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
    (hit,) = (hit for hit in hits if "67" in hit.text)
    others = {"update", "reprint"} - {hit.article.id}
    assert ({a.id for a in hit.copies}, [a.id for a in hit.versions]) == (others, ["first"])
    shown = hit.to_dict()
    assert [len(shown["copies"]), [a["id"] for a in shown["versions"]]] == [1, ["first"]]


def test_other_versions_are_not_called_copies(
    archive: nutgraf.Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    hits = archive.search("67 people injured ferry aground", top=1)
    print_hits(hits, duplicates=True)
    out = capsys.readouterr().out
    assert out.count("copy: ") == 1
    assert "other version: Ferry runs aground off Skarv | Wire A | 2021-06-04 | id first\n" in out
    print_hits(hits)
    assert "   other versions in: Wire A\n" in capsys.readouterr().out


def test_a_correction_is_shown_beside_the_quote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    note = "Correction: The ferry is called Aurelia."
    with nutgraf.open(tmp_path / "news.nutgraf") as corrected:
        corrected.add([{**STORY, "id": "a", "text": f"{FIRST}{REST}\n\n{note}"}])
        result = corrected.ask(QUESTION, min_probability=0.0)
        print_result(result)
        print_hits(corrected.search("ferry", top=1))
        print_article(corrected.get("a"))
    text = result.answers[0].article.text
    shown = result.to_dict()["answers"][0]["article"]["notice"]
    assert (shown["text"], text[shown["start"] : shown["end"]]) == (note, note)
    assert capsys.readouterr().out.count(f"notice: {note}") == 3


def test_what_both_versions_say_has_one_place(archive: nutgraf.Archive) -> None:
    best = archive.ask("Who owns the ferry Aurelia?").answers[0]
    assert best.text.removeprefix("the ") == "Lunde Line"
    assert best.earlier == ()


def test_what_the_newest_version_denies_is_no_answer_and_no_version_agrees(tmp_path: Path) -> None:
    will = "The union leader Tom Rieck will meet the prime minister on Thursday, his office said."
    with nutgraf.open(tmp_path / "news.nutgraf") as archive:
        for day, text in (("04", will), ("05", will.replace("will meet", "will not meet"))):
            archive.add([{**STORY, "id": day, "text": f"{text}{REST}", "published": f"2022-04-{day}"}])
        question = "Who will meet the prime minister?"
        result, before = archive.ask(question), archive.ask(question, as_of="2022-04-04")
    assert result.abstention is not None
    assert result.abstention.reason.endswith("a newer version of its story denies it")
    assert [support.span.article.id for support in before.answers[0].support] == []
    assert before.answers[0].text == "Tom Rieck"
