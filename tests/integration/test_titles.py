"""What only a headline says: it is found, quoted from the title, and shown so at every door."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import nutgraf
from nutgraf.api.mcp.texts import answer_text
from nutgraf.api.terminal.results import print_result
from nutgraf.api.web.app import create_app
from nutgraf.archive import Archive
from nutgraf.results import AskResult
from nutgraf.settings import Settings

DERAILED = "Where did the train derail?"
COACH = "Who was named coach of the year?"
ARTICLES = [
    {
        "id": "train",
        "title": "Nine hurt as train derails near Brixen - BBC News",
        "source": "BBC News",
        "published": "2021-05-05",
        "text": "Three cars left the track shortly after noon. The line to Bolzano will be closed for two"
        " days, the railway said. The driver was taken to a hospital in Trento.",
    },
    {
        "id": "letters",
        "title": "Trains: what our readers say about Brixen",
        "source": "The Tarn Post",
        "published": "2021-05-09",
        "text": "The line is old, and its signals are older. Nobody has cared for it since my childhood.",
    },
    {
        "id": "coach",
        "title": "Lena Falk named coach of the year",
        "published": "2021-05-04",
        "text": "The award was handed over in the opera house on Saturday. She thanked her players and her"
        " assistant, Kurt Weber, and said that the season had been the hardest of her life.",
    },
    {"id": "short", "title": "Mill at Tarn closes", "text": "Mill at Tarn closes"},
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("titles") / "news.nutgraf"
    with nutgraf.open(folder) as archive:
        archive.add(ARTICLES)
    return folder


@pytest.fixture
def archive(folder: Path) -> Iterator[Archive]:
    with nutgraf.open(folder) as archive:
        yield archive


@pytest.fixture
def derailed(archive: Archive) -> AskResult:
    return archive.ask(DERAILED, min_probability=0.1, timeline=True)


def test_what_only_the_title_says_is_quoted_from_it(archive: Archive, derailed: AskResult) -> None:
    best = derailed.answers[0]
    assert (best.text, best.field, best.page, best.article.id) == ("near Brixen", "title", None, "train")
    assert best.article.title[best.start : best.end] == "near Brixen"
    assert best.article.title[slice(*best.sentence)] == "Nine hurt as train derails near Brixen"
    coach = archive.ask(COACH, min_probability=0.1).answers[0]
    assert (coach.text, coach.field, coach.start, coach.end) == ("Lena Falk", "title", 0, 9)


def test_json_says_what_offsets_are_places_in(derailed: AskResult) -> None:
    shown = derailed.to_dict()
    answer = shown["answers"][0]
    assert (answer["field"], answer["sentence"]["field"], answer["start"]) == ("title", "title", 27)
    assert {passage["field"] for passage in shown["passages"]} == {"text"}
    (mention, *_) = shown["timeline"][0]["articles"]
    assert (mention["field"], mention["start"], mention["end"]) == ("title", 27, 38)


def test_a_title_that_repeats_the_text_gives_one_quote(archive: Archive) -> None:
    result = archive.ask("What closes at Tarn?", min_probability=0.0, top=20)
    fields = [answer.field for answer in result.answers if answer.article.id == "short"]
    assert set(fields) == {"text"}
    assert archive.info().passages == 4 + 3


def test_terminal_and_mcp_name_the_title(derailed: AskResult, capsys: pytest.CaptureFixture[str]) -> None:
    print_result(derailed)
    assert "id train  title [27:38]" in " ".join(capsys.readouterr().out.split("\n"))
    assert "| article train title [27:38]" in answer_text(derailed.to_dict())


def test_the_page_marks_the_title(folder: Path) -> None:
    settings = replace(Settings(), index=folder)
    with TestClient(create_app(Archive(settings)), base_url="http://localhost") as client:
        page = client.get("/", params={"q": DERAILED}).text
        (address, *_) = re.findall(r'href="./(articles/train\?[^"#]*)', page)
        assert address.replace("&amp;", "&") == "articles/train?start=27&end=38&field=title"
        article = client.get(address.replace("&amp;", "&")).text
        assert 'derails <mark id="quote" tabindex="-1">near Brixen</mark></h1>' in article
        assert article.count("<mark") == 1
        gone = client.get("/articles/train", params={"start": 32, "end": 99, "field": "title"}).text
        assert "is not in the article as it is now" in gone
        assert client.get("/articles/train", params={"start": 3, "end": 9, "field": "x"}).status_code == 422
        asked = client.post("/v1/ask", json={"question": DERAILED, "min_probability": 0.1}).json()
        assert (asked["answers"][0]["field"], asked["answers"][0]["text"]) == ("title", "near Brixen")
