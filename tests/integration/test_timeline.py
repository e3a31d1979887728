"""An archive whose answer changes twice, where one outlet is wrong: timelines by the models in the box.

`archives/brennick.jsonl`: who heads the (invented) carmaker Brennick Motors, 16 articles, copies among them.
"""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import nutgraf
from nutgraf.api.web.app import create_app
from nutgraf.archive import Archive, open_for_reading
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load
from nutgraf.opening import OpenIndex
from nutgraf.settings import Settings

ARCHIVE = Path(__file__).parent / "archives" / "brennick.jsonl"
QUESTION = "Who is the chief executive of Brennick Motors?"
ADLER = ("Peter Adler", "2019-01-15", "2019-11-20", 3)
LINDQVIST = ("Maria Lindqvist", "2020-06-08", "2021-02-11", 3)
VOSS = ("Carl Voss", "2020-09-14", "2020-09-14", 1)
OKAFOR = ("Thomas Okafor", "2022-03-03", "2022-10-05", 3)
FOUNDER = ("Otto Brennick", None, None, 1)


@pytest.fixture(scope="module")
def brennick_index(build_index: Callable[..., Path], encoder: Any) -> Path:
    (file,), _ = discover([str(ARCHIVE)])
    return build_index(load(file), encoder)


@pytest.fixture(scope="module")
def opened(brennick_index: Path) -> Iterator[OpenIndex]:
    with open_for_reading(Settings(index=brennick_index)) as state:
        yield state


def over_time(opened: OpenIndex, question: str, allow: Filter | None = None) -> dict[tuple[Any, ...], str]:
    """Return (text, first, last, independent) -> status, in the timeline's order."""
    found = [
        entry.to_dict() for entry in opened.answerer.timeline(opened.answerer.ask(question, allow=allow))
    ]
    return {(e["text"], e["first"], e["last"], e["independent"]): e["status"] for e in found}


@pytest.mark.parametrize("question", [QUESTION, "Who is the CEO of Brennick Motors?"])
def test_the_newest_is_current_and_the_wrong_outlet_disputed(opened: OpenIndex, question: str) -> None:
    found = over_time(opened, question)
    found.pop(
        FOUNDER, None
    )  # "its first chief executive was ...": the question does not tell whether to say it
    assert [*found.items()] == [
        (ADLER, "superseded"),
        (LINDQVIST, "superseded"),
        (VOSS, "disputed"),
        (OKAFOR, "current"),
    ]


def test_an_article_without_a_date_is_undated(opened: OpenIndex) -> None:
    assert over_time(opened, QUESTION)[FOUNDER] == "undated"


def test_as_of_a_day_what_was_current_then(opened: OpenIndex) -> None:
    assert over_time(opened, QUESTION, Filter(last=date(2021, 12, 31))) == {
        ADLER: "superseded",
        LINDQVIST: "current",
        VOSS: "disputed",
    }
    assert over_time(opened, QUESTION, Filter(last=date(2020, 1, 1))) == {ADLER: "current"}


def test_other_filters(opened: OpenIndex) -> None:
    allow = Filter(first=date(2020, 1, 1), sources=("daily lantern", "Beacon"))
    assert over_time(opened, QUESTION, allow) == {
        ("Maria Lindqvist", "2020-08-21", "2020-08-21", 1): "superseded",
        ("Carl Voss", "2020-09-14", "2020-09-14", 1): "superseded",  # alone later: nobody contradicts it
        ("Thomas Okafor", "2022-06-30", "2022-06-30", 1): "current",
    }


def test_outlets_and_copies(opened: OpenIndex) -> None:
    entries = [entry.to_dict() for entry in opened.answerer.timeline(opened.answerer.ask(QUESTION))]
    adler = entries[0]
    assert adler["outlets"] == ["Alpha Times", "Harbour Post", "Beacon", "Courier"]
    assert [a["article"]["id"] for a in adler["articles"]] == [
        "adler-1",
        "adler-1-copy",
        "adler-2",
        "adler-3",
    ]
    assert (adler["articles"][0]["start"], adler["articles"][0]["end"]) == (0, len("Peter Adler"))


def test_a_question_that_the_archive_does_not_answer(opened: OpenIndex) -> None:
    asked = opened.answerer.ask("How deep is the Pacific Ocean?")
    assert (asked.answers, opened.answerer.timeline(asked)) == ([], [])


def test_over_http(brennick_index: Path) -> None:
    app = create_app(Archive(Settings(index=brennick_index)))
    with TestClient(app, base_url="http://localhost") as client:
        body = {"question": QUESTION, "as_of": "December 2021"}
        assert "timeline" not in client.post("/v1/ask", json=body).json()
        found = client.post("/v1/ask", json=body | {"timeline": True}).json()["timeline"]
        assert [(e["text"], e["status"]) for e in found] == [
            ("Peter Adler", "superseded"),
            ("Maria Lindqvist", "current"),
            ("Carl Voss", "disputed"),
        ]


def test_on_the_command_line(cli: Any, brennick_index: Path) -> None:
    asked = cli("ask", QUESTION, "--timeline", "--after", "2020", "--index", str(brennick_index))
    assert asked.returncode == 0
    lines = asked.stdout.split("over time\n")[1].splitlines()
    assert lines == [
        "  2020-06-08 to 2021-02-11  superseded  Maria Lindqvist",
        "    4 articles, 3 of them independent: Alpha Times, Harbour Post, Beacon, Courier",
        "  2020-09-14                disputed    Carl Voss",
        "    1 article: Daily Lantern",
        "  2022-03-03 to 2022-10-05  current     Thomas Okafor",
        "    3 articles: Alpha Times, Beacon, Courier",
    ]
    asked = cli("ask", QUESTION, "--timeline", "--json", "--as-of", "2019", "--index", str(brennick_index))
    (entry,) = json.loads(asked.stdout)["timeline"]
    assert (entry["text"], entry["status"], entry["last"]) == ("Peter Adler", "current", "2019-11-20")


def test_who_is_to_hold_an_office_does_not_hold_it_by_a_part_of_the_name_or_a_headline(
    tmp_path: Path,
) -> None:
    story = {"source": "A Biz", "title": "Nordan names Pihl", "published": "2021-03-02", "id": "a"}
    coming = "Nora Pihl will become chief executive of the Nordan Bank in June, the bank said on Tuesday."
    weiss = "The Nordan Bank made a profit, its chief executive, Karl Weiss, said on Monday."
    pihl = "Nora Pihl, the chief executive of the Nordan Bank, met staff on her first day."
    with nutgraf.open(tmp_path / "news.nutgraf") as archive:
        archive.add(
            [
                {**story, "text": f"{coming} She follows Karl Weiss, who retires."},
                {"id": "b", "source": "B Biz", "text": weiss, "published": "2021-04-12"},
                {"id": "c", "source": "C Biz", "text": pihl, "published": "2021-06-01"},
            ]
        )
        found = archive.ask("Who is the chief executive of the Nordan Bank?", timeline=True).timeline
    assert found is not None
    assert [(entry.best.text, str(entry.first), entry.status) for entry in found] == [
        ("Karl Weiss", "2021-04-12", "superseded"),
        ("Nora Pihl", "2021-06-01", "current"),
    ]
