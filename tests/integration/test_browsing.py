"""Looking through an archive from the command line and over HTTP."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from nutgraf.api.objects import responses as shapes
from nutgraf.api.web import browse
from nutgraf.api.web.app import create_app
from nutgraf.archive import Archive
from nutgraf.settings import Settings
from tests.conftest import ROOT, Cli
from tests.contract.stories import OTHERS, prints, short
from tests.fakes import FakeModels

ARTICLES = [*OTHERS, *prints(), short("mayor/related", "The mayor of Quist fell.", day=7)]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    archive = Archive(Settings(tmp_path_factory.mktemp("browsing") / "index"), FakeModels())
    archive.add(ARTICLES)
    with TestClient(create_app(archive), base_url="http://localhost") as opened:
        yield opened


def ids(page: Any) -> list[str]:
    return [article["id"] for article in page["articles"]]


def test_pages_over_http(client: TestClient) -> None:
    page = client.get("/v1/articles", params={"limit": 4, "facets": "true"}).json()
    shapes.ArticlePageSchema.model_validate(page)
    assert ids(page)[0] == "mayor/related"
    assert page["facets"]["sources"][0] == {"source": "Alpha", "articles": 3}
    assert page["facets"]["months"] == [{"month": "2020-01", "articles": 7}]
    listed = ids(page)
    while page["next"]:
        page = client.get("/v1/articles", params={"limit": 4, "cursor": page["next"]}).json()
        listed += ids(page)
    assert sorted(listed) == sorted(article.id for article in ARTICLES)


def test_whole_articles_over_http(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    query = {"whole": "true", "sort": "id"}
    whole = client.get("/v1/articles", params=query).json()
    shapes.ArticlePageSchema.model_validate(whole)
    assert whole["articles"][0] == client.get(f"/v1/articles/{ids(whole)[0]}").json()
    assert {article["text"] for article in whole["articles"]} == {article.text for article in ARTICLES}
    monkeypatch.setattr(browse, "WHOLE_CHARS", 1)  # so that each article fills a page
    page = client.get("/v1/articles", params=query).json()
    pages = [page]
    while page["next"]:
        page = client.get("/v1/articles", params=query | {"cursor": page["next"]}).json()
        pages.append(page)
    assert [page["articles"] for page in pages] == [[article] for article in whole["articles"]]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("source=alpha&source=gamma&sort=id", ["another", "bridge", "story", "undated"]),
        ("before=2020-01-03&sort=oldest", ["bridge", "baker"]),
        ("words=bridge+quist", ["storm"]),
        ("author=nobody", []),
    ],
)
def test_filters_over_http(client: TestClient, query: str, wanted: list[str]) -> None:
    assert ids(client.get(f"/v1/articles?{query}").json()) == wanted


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("sort=random", 400, "bad_option"),
        ("sort=best", 400, "bad_option"),
        ("limit=0", 400, "bad_option"),
        ("limit=many", 422, "bad_request"),
        ("cursor=x", 400, "bad_option"),
        ("words=%3F", 400, "bad_option"),
        ("words=a%00b", 422, "bad_request"),
        ("after=2017&before=2016", 400, "bad_filter"),
        ("outlet=CNN", 422, "bad_request"),
    ],
)
def test_lists_that_cannot_be_made(client: TestClient, query: str, status: int, code: str) -> None:
    answered = client.get(f"/v1/articles?{query}")
    assert (answered.status_code, answered.json()["error"]["code"]) == (status, code)
    assert "{" not in answered.json()["error"]["message"]


def test_an_error_of_words_is_not_about_a_question(client: TestClient) -> None:
    error = client.get("/v1/articles?words=%3F").json()["error"]
    assert error["message"] == "words '?' has no letter and no digit"
    assert "words" in error["hint"]


def test_related_and_versions_over_http(client: TestClient) -> None:
    related = client.get("/v1/articles/storm/related", params={"top": 2}).json()
    shapes.RelatedSchema.model_validate(related)
    assert "storm" not in ids(related)
    versions = client.get("/v1/articles/story/versions", params={"with": "edited"}).json()
    shapes.VersionsSchema.model_validate(versions)
    assert [article["id"] for article in versions["copies"]] == ["another", "edited", "undated"]
    assert versions["difference"][0] == {"kind": "added", "text": "By our staff. "}
    assert client.get("/v1/articles/nope/related").status_code == 404
    assert client.get("/v1/articles/story/versions?with=nope").status_code == 404


def test_an_id_may_end_as_a_route_does(client: TestClient) -> None:
    assert client.get("/v1/articles/mayor%2Frelated").json()["text"] == "The mayor of Quist fell."
    assert "mayor" not in ids(client.get("/v1/articles/mayor/related").json())
    assert "mayor/related" not in ids(client.get("/v1/articles/mayor%2Frelated/related").json())


# --- the command line ---------------------------------------------------------------------------------------


@pytest.fixture
def listed(cli: Cli, seeds_copy: Path) -> Any:
    """Run a command on an index of the seeds."""
    return cli


def test_list(listed: Any) -> None:
    done = listed("list", "--source", "the new york times", "--facets")
    assert done.returncode == 0, done.stderr
    assert "1 in all, 0 without a date" in done.stdout
    page = json.loads(listed("list", "--words", "missile defenses", "--json", "-n", "1").stdout)
    assert ids(page) == ["seeds/004_d6905fbb12041181.txt"]
    nothing = listed("list", "--author", "nobody")
    assert (nothing.returncode, nothing.stdout) == (1, "no article passes the filters\n")


@pytest.mark.parametrize("command", [("list",), ("export",), ("watch", "add", "Who spoke?")])
def test_a_name_that_is_no_outlet_is_told(listed: Any, command: tuple[str, ...]) -> None:
    told = listed(*command, "--source", "New York Times")
    note = 'note: no outlet is called "New York Times"; did you mean The New York Times?\n'
    assert note in told.stderr
    assert "note" not in listed(*command, "--source", "the new york times").stderr


def test_an_export_says_its_format_where_the_file_does_not(listed: Any) -> None:
    for name, said in (("a.xlsx", ", as jsonl"), ("a.csv.gz", ""), ("a.ndjson", "")):
        assert listed("export", "--output", name).stderr == f"3 articles exported to {name}{said}\n"
    assert listed("export", "-o", "a.xlsx", "--format", "csv").stderr == "3 articles exported to a.xlsx\n"


def test_export_and_restore(listed: Any, tmp_path: Path) -> None:
    done = listed("export", "--output", "backup.jsonl.gz")
    assert (done.returncode, done.stderr) == (0, "3 articles exported to backup.jsonl.gz\n")
    assert listed("index", "backup.jsonl.gz", "--index", "restored").returncode == 0
    first, second = (listed("export", "--index", name).stdout for name in (".nutgraf", "restored"))
    assert first == second
    assert len(first.splitlines()) == 3


def test_exports_that_fail(listed: Any, tmp_path: Path) -> None:
    unknown = listed("export", "--format", "xlsx", "--output", "news.xlsx")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert unknown.stderr.startswith("error: --format is 'xlsx', expected one of jsonl, csv, bibtex")
    full = listed("export", "--output", "/dev/full")
    assert (full.returncode, full.stderr.splitlines()[0]) == (
        2,
        "error: /dev/full cannot be written: No space left on device",
    )
    assert [path.name for path in tmp_path.iterdir()] == [".nutgraf"]


def test_an_export_into_a_pipe_that_closes(seeds_copy: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NUTGRAF_")}
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "nutgraf", "export"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(ROOT)},
    )
    os.close(writing)
    assert done.returncode == 2
    assert done.stderr.splitlines()[0].startswith(
        "error: standard output: the program that reads it has ended"
    )
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
