"""Elections that recur, asked with the models in the box: each year has its own winner, in every door."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import nutgraf
from nutgraf.api.mcp.texts import answer_text, search_text
from nutgraf.api.web.app import create_app
from nutgraf.archive import Archive
from nutgraf.settings import Settings

QUESTION = "Who won the council election in Vessel in {}?"
WINNERS = {
    2011: "Nora Feld won the council election in Vessel on Sunday with 48 per cent of the votes.",
    2015: "Omar Lind won the council election in Vessel on Sunday with 52 per cent of the votes.",
    2019: "Petra Yilmaz won the council election in Vessel on Sunday with 55 per cent of the votes.",
}
AFTER = {
    2011: " She thanked the voters in the harbour hall and promised to dredge the old canal.",
    2015: " He spoke to voters beside the lighthouse and promised longer hours at the library.",
    2019: " She walked to the market with her supporters and promised free trams for pupils.",
}
NAMES = {2011: "Nora Feld", 2015: "Omar Lind", 2019: "Petra Yilmaz"}


def articles(*, dated: bool = True) -> list[dict[str, str]]:
    every = [
        {"id": f"e{year}", "title": "Vessel elects a council leader", "source": "Vessel Echo"}
        | {"text": text + AFTER[year]}
        | ({"published": f"{year}-09-28"} if dated else {})
        for year, text in WINNERS.items()
    ]
    market = "The weekly market of Vessel opened with fresh fish, bread and flowers from the islands."
    weather = "Rain is expected in Vessel and on the islands until the evening, with some wind from the west."
    return [*every, {"id": "market", "text": market}, {"id": "weather", "text": weather}]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("time") / "news.nutgraf"
    with nutgraf.open(folder) as archive:
        archive.add(articles())
    return folder


@pytest.fixture(scope="module")
def archive(folder: Path) -> Iterator[nutgraf.Archive]:
    with nutgraf.open(folder) as archive:
        yield archive


@pytest.mark.parametrize("year", WINNERS)
@pytest.mark.parametrize("question", [QUESTION, "Who won the {} council election in Vessel?"])
def test_each_year_has_its_own_winner(archive: nutgraf.Archive, question: str, year: int) -> None:
    result = archive.ask(question.format(year))
    assert (result.outcome, result.text) == ("answered", NAMES[year])
    assert result.answers[0].article.id == f"e{year}"


@pytest.mark.parametrize("year", WINNERS)
def test_each_year_has_its_own_best_guess_where_the_words_are_others(
    archive: nutgraf.Archive, year: int
) -> None:
    result = archive.ask(f"Who won the Vessel election of {year}?", min_probability=0.5)
    assert (result.text, result.answers[0].article.id) == (NAMES[year], f"e{year}")


@pytest.mark.parametrize(
    "question",
    [
        QUESTION.format(2007),
        QUESTION.format(2013),
        QUESTION.format(2090),
        "Who won the council election in Vessel on 31 February?",
        "Who won the council election in Vessel before 2000?",
    ],
)
def test_a_year_without_an_election_has_no_winner(archive: nutgraf.Archive, question: str) -> None:
    result = archive.ask(question)
    assert not result.answered
    assert result.time is not None
    without = archive.ask(question, time=False)
    assert without.time is None
    assert without.result.best[0].probability > result.result.best[0].probability


def test_the_reason_says_that_the_evidence_is_of_another_time(archive: nutgraf.Archive) -> None:
    result = archive.ask(QUESTION.format(2007))
    assert result.abstention is not None
    assert result.abstention.reason.endswith("it is of another time than 2007")


@pytest.mark.parametrize(
    ("question", "as_of", "year"),
    [
        ("Who won the council election in Vessel between 2014 and 2016?", None, 2015),
        ("Who won the council election in Vessel in September 2015?", None, 2015),
        ("Who won the council election in Vessel four years ago?", None, 2015),
        ("Who won the council election in Vessel last week?", "2015-10-05", 2015),
        ("Who won the council election in Vessel this week?", None, 2019),
        ("Who is the latest winner of the council election in Vessel?", None, 2019),
        ("Who won the council election in Vessel?", None, 2019),
    ],
)
def test_other_times_find_their_winner(
    archive: nutgraf.Archive, question: str, as_of: str | None, year: int
) -> None:
    assert archive.ask(question, as_of=as_of).result.best[0].text == NAMES[year]


def test_relative_times_say_what_they_count_from(archive: nutgraf.Archive) -> None:
    time = archive.ask("Who won in Vessel this year?").to_dict()["time"]
    assert time == {
        "words": "this year",
        "read_as": "2019",
        "first": "2019-01-01",
        "last": "2019-12-31",
        "relative_to": "2019-09-28",
        "counted_from": "newest_article",
        "problem": None,
    }
    time = archive.ask("Who won in Vessel this year?", as_of="2015-12-31").to_dict()["time"]
    assert time is not None
    assert (time["read_as"], time["relative_to"], time["counted_from"]) == ("2015", "2015-12-31", "as_of")
    before = archive.ask("Who won in Vessel this year?", before="2016").time
    assert before is not None
    assert before.read_as == "2015", "the newest article that passes the filter"


def test_an_article_that_looks_back_answers_for_the_year_that_it_names(tmp_path: Path) -> None:
    with nutgraf.open(tmp_path / "one.nutgraf") as archive:
        text = "The council of Vessel met on Monday. In 2011 Nora Feld won the council election in Vessel."
        archive.add([{"id": "back", "text": text, "published": "2020-02-03"}])
        assert archive.ask(QUESTION.format(2011)).text == "Nora Feld"
        assert not archive.ask(QUESTION.format(2020)).answered


def test_an_article_dated_in_the_future_is_not_the_newest(tmp_path: Path) -> None:
    with nutgraf.open(tmp_path / "future.nutgraf") as archive:
        future = {"id": "future", "text": "The bridge of Vessel opens.", "published": "2998-01-01"}
        archive.add([*articles(), future])
        time = archive.ask("Who won the council election in Vessel this year?").time
        assert time is not None
        assert time.read_as == "2019"


def test_an_archive_without_dates_is_not_sure_of_a_year_and_counts_from_nothing(tmp_path: Path) -> None:
    with nutgraf.open(tmp_path / "undated.nutgraf") as archive:
        archive.add(articles(dated=False))
        named = archive.ask(QUESTION.format(2015))
        assert not named.answered
        relative = archive.ask("Who won the council election in Vessel last year?")
        assert relative.time is not None
        assert relative.time.problem == "no article has a date that it could be counted from"
        plain = archive.ask("Who won the council election in Vessel last year?", time=False)
        assert relative.result.best[0].probability == plain.result.best[0].probability


def test_a_choice_that_is_no_bool_is_refused(archive: nutgraf.Archive) -> None:
    for call in (archive.ask, archive.search, archive.timeline):
        with pytest.raises(nutgraf.NutgrafError, match="time is str, expected True or False"):
            call("Who won?", time="no")  # type: ignore[operator] # the point of the test


@pytest.mark.parametrize("year", WINNERS)
def test_a_search_has_passages_of_the_time_first(archive: nutgraf.Archive, year: int) -> None:
    hits = archive.search(f"Vessel council election {year}")
    assert hits[0].article.id == f"e{year}"
    assert hits.time is not None
    assert (hits.time.read_as, hits.to_dict()["time"]) == (str(year), hits.time.to_dict())
    without = archive.search(f"Vessel council election {year}", time=False)
    assert (without.time, without.to_dict()["time"]) == (None, None)
    assert {hit.article.id for hit in without} == {hit.article.id for hit in hits}, "nothing is filtered out"


def test_a_search_without_a_time_says_none(archive: nutgraf.Archive) -> None:
    assert archive.search("Vessel council election").to_dict()["time"] is None


@pytest.mark.parametrize("year", WINNERS)
def test_a_timeline_of_a_year_has_the_answer_of_that_year(archive: nutgraf.Archive, year: int) -> None:
    entries = archive.timeline(QUESTION.format(year))
    assert [entry.best.text for entry in entries] == [NAMES[year]]


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("Who won the council election in Vessel?", [2011, 2015, 2019]),
        ("Who won the council election in Vessel since 2014?", [2015, 2019]),
        ("Who won the council election in Vessel between 2010 and 2016?", [2011, 2015]),
        ("Who won the council election in Vessel in 2007?", []),
        ("Who won the council election in Vessel on 31 February?", []),
    ],
)
def test_a_timeline_has_the_answers_of_its_time_and_of_now_the_history(
    archive: nutgraf.Archive, question: str, years: list[int]
) -> None:
    entries = archive.timeline(question)
    assert [entry.best.text for entry in entries] == [NAMES[year] for year in years]
    assert [entry.status for entry in entries] == ["superseded", "superseded", "current"][-len(years) or 3 :]


def test_an_article_that_looks_back_speaks_for_the_last_day_of_the_time(tmp_path: Path) -> None:
    with nutgraf.open(tmp_path / "back.nutgraf") as archive:
        text = "The council of Vessel met on Monday. In 2011 Nora Feld won the council election in Vessel."
        archive.add([{"id": "back", "text": text, "published": "2020-02-03"}, *articles()])
        (entry,) = archive.timeline(QUESTION.format(2011))
        assert (entry.best.text, entry.status) == ("Nora Feld", "current")
        assert entry.spans[-1].article.id == "back"


def test_the_command_line_shows_the_time_and_leaves_it_out(folder: Path, cli: Callable[..., Any]) -> None:
    done = cli("ask", QUESTION.format(2015), "--index", str(folder))
    assert done.stdout.startswith("Time: “in 2015”, read as 2015 (--no-time leaves it out).\nOmar Lind ")
    assert "Time:" not in cli("ask", QUESTION.format(2015), "--index", str(folder), "--no-time").stdout
    shown = json.loads(cli("ask", QUESTION.format(2007), "--index", str(folder), "--json").stdout)
    assert (shown["time"]["words"], shown["outcome"]) == ("in 2007", "not_found")


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Archive(Settings(index=folder))), base_url="http://localhost") as client:
        yield client


def test_a_search_on_the_command_line_shows_the_time_and_leaves_it_out(
    folder: Path, cli: Callable[..., Any]
) -> None:
    words = ("search", "Vessel council election in 2011", "--index", str(folder))
    done = cli(*words).stdout.splitlines()
    assert done[0] == "Time: “in 2011”, read as 2011 (--no-time leaves it out)."
    assert done[1].endswith("| Vessel Echo | 2011-09-28 | id e2011")
    assert "Time:" not in cli(*words, "--no-time").stdout


def test_a_search_over_http_shows_the_time_and_leaves_it_out(client: TestClient) -> None:
    body = {"question": "Vessel council election in 2011", "top": 2}
    shown = client.post("/v1/search", json=body).json()
    assert (shown["passages"][0]["article"]["id"], shown["time"]["read_as"]) == ("e2011", "2011")
    assert search_text(shown).startswith("Time: “in 2011”, read as 2011 (`time`: false leaves it out).\n1. ")
    assert client.post("/v1/search", json={**body, "time": False}).json()["time"] is None
    refused = client.post("/v1/search", json={**body, "time": False, "cursor": shown["next"]})
    assert refused.json()["error"]["code"] == "bad_cursor", "the next page is in the same order"


def test_a_timeline_over_http_is_of_the_time(client: TestClient) -> None:
    body = {"question": QUESTION.format(2011), "timeline": True}
    shown = client.post("/v1/ask", json=body).json()["timeline"]
    assert [entry["text"] for entry in shown] == ["Nora Feld"]
    body["question"] = "Who won the council election in Vessel?"
    every = client.post("/v1/ask", json=body).json()["timeline"]
    assert [entry["text"] for entry in every] == [*NAMES.values()]


def test_http_shows_the_time_and_leaves_it_out(client: TestClient) -> None:
    body = {"question": QUESTION.format(2011)}
    shown = client.post("/v1/ask", json=body).json()
    assert (shown["answers"][0]["text"], shown["time"]["read_as"]) == ("Nora Feld", "2011")
    assert answer_text(shown).startswith("Time: “in 2011”, read as 2011 (`time`: false leaves it out).\n")
    assert client.post("/v1/ask", json={**body, "time": False}).json()["time"] is None
    assert client.post("/v1/ask", json={**body, "time": "no"}).status_code == 422


def test_the_page_shows_the_time_and_a_link_that_leaves_it_out(client: TestClient) -> None:
    page = client.get("/", params={"q": QUESTION.format(2011)}, headers={"accept": "text/html"}).text
    assert "Time: “in 2011”, read as 2011." in page
    link = "./?q=Who+won+the+council+election+in+Vessel+in+2011%3F&amp;no_time=1"
    assert f'<a href="{link}">Leave it out</a>' in page
    without = client.get(link.replace("&amp;", "&"), headers={"accept": "text/html"}).text
    assert "read as 2011" not in without
    assert ">Let it count</a>" in without
