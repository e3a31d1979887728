"""Citations at the doors: the command line, Python, HTTP and MCP give the same file for the same quote."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rispy
from fastapi.testclient import TestClient
from typer.testing import CliRunner

import nutgraf
from nutgraf.api.commands.cli import app
from nutgraf.api.web import enclosed
from nutgraf.api.web.app import create_app
from nutgraf.archive import Archive
from nutgraf.indexer.article import Article
from nutgraf.qa.citing.answers import cite_answers
from nutgraf.qa.citing.formats import CITATION_FORMATS
from nutgraf.settings import Settings

QUESTION = "Who directs the Tarn Observatory?"
UNANSWERED = "Who won the 1998 football World Cup final in Paris?"
PAGE = "https://tarn.example/observatory"
SENTENCE = "The council said that Mara Quill directs the Tarn Observatory, whose dome was mended in May."
TEXT = f"The dome is new. {SENTENCE}\n\nThe school of astronomy is closed."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("citing") / "index"
    with nutgraf.open(folder) as archive:
        archive.add(Article("tarn/1", "A new dome at Tarn", TEXT, PAGE, "The Tarn Post", ("Bo Lee",)))
    return folder


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that runs a command of nutgraf, and returns its exit code, output and errors."""
    monkeypatch.setenv("NUTGRAF_INDEX", str(folder))

    def ran(*arguments: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, arguments)
        return result.exit_code, result.stdout_bytes.decode(), result.stderr_bytes.decode()

    return ran


@pytest.fixture(scope="module")
def archive(folder: Path) -> Iterator[nutgraf.Archive]:
    with nutgraf.open(folder) as archive:
        yield archive


# --- Python ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*CITATION_FORMATS, "json"])
def test_results_of_python_are_cited(archive: nutgraf.Archive, name: str) -> None:
    result = archive.ask(QUESTION)
    (answer,) = result.answers
    place = {"start": answer.start, "end": answer.end, "field": answer.field}
    assert "Mara Quill" in answer.cite(name)
    if name != "json":
        assert archive.cite("tarn/1", name, **place) == answer.cite(name)
    if name not in {"csv", "json"}:
        assert result.cite(name) == answer.cite(name)


def test_hits_and_articles_are_cited(archive: nutgraf.Archive) -> None:
    hits = archive.search("astronomy")
    assert hits.cite("ris") == hits[0].cite("ris")
    assert rispy.loads(hits.cite("ris"))[0]["notes"][0].startswith(f"“{hits[0].text.split(chr(10))[0]}")
    assert archive.cite("tarn/1") == f"Bo Lee, “A new dome at Tarn”, The Tarn Post, {PAGE}\n[tarn/1]\n"
    assert json.loads(archive.cite("tarn/1", "json"))["text"] == TEXT


def test_json_has_the_link_beside_the_url(archive: nutgraf.Archive) -> None:
    shown: Any = archive.ask(QUESTION).to_dict()
    article = shown["answers"][0]["article"]
    link = f"{PAGE}#:~:text=council%20said%20that-,Mara%20Quill,-directs%20the%20Tarn"
    assert (article["url"], article["link"]) == (PAGE, link)
    assert shown["passages"][0]["article"]["link"].startswith(f"{PAGE}#:~:text=")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"format": "doc"}, "bad_option", "format is 'doc', expected one of text, json, csv"),
        ({"start": 5, "end": 5000}, "bad_option", "there is no text [5:5000] in 'tarn/1'"),
        ({"end": "9"}, "bad_option", "is no place"),
        ({"end": 4, "field": "byline"}, "bad_option", "is no place"),
        ({"article_id": "tarn/2"}, "unknown_article", "tarn/2"),
    ],
)
def test_what_cannot_be_cited(
    archive: nutgraf.Archive, arguments: dict[str, Any], error: str, message: str
) -> None:
    with pytest.raises(nutgraf.NutgrafError) as caught:
        archive.cite(**({"article_id": "tarn/1"} | arguments))
    assert caught.value.code == error
    assert message in str(caught.value)


# --- the command line --------------------------------------------------------------------------------------


def test_ask_prints_the_formats(run: Any, archive: nutgraf.Archive) -> None:
    cited = archive.ask(QUESTION).cite("markdown")
    assert run("ask", QUESTION, "--format", "markdown") == (0, cited, "")
    code, out, errors = run("ask", UNANSWERED, "--format", "bibtex")
    assert (code, out) == (1, "")
    assert errors.startswith(f"nothing to cite: {UNANSWERED} (")


def test_json_as_a_format_is_what_json_prints(run: Any) -> None:
    by_format, by_option = (
        json.loads(run("ask", QUESTION, *words)[1]) for words in (("--format", "json"), ("--json",))
    )
    assert by_format.pop("timing_ms").keys() == by_option.pop("timing_ms").keys()
    assert by_format == by_option


def test_a_table_of_questions_becomes_a_table_of_answers(run: Any, tmp_path: Path) -> None:
    questions = tmp_path / "questions.csv"
    questions.write_text(f"id,Question\r\n1,{QUESTION}\r\n2,=cmd {UNANSWERED}\r\n", "utf-8-sig")
    code, out, errors = run("ask", "--file", str(questions), "--format", "csv")
    assert (code, errors) == (0, "")
    first, second = csv.DictReader(io.StringIO(out.removeprefix("\ufeff")))
    assert (first["answer"], first["quote"]) == ("Mara Quill", SENTENCE)
    assert (first["outcome"], first["outlet"], first["url"]) == ("answered", "The Tarn Post", PAGE)
    assert (second["question"], second["outcome"]) == (f"'=cmd {UNANSWERED}", "not_found")
    assert second["quote"] == ""


@pytest.mark.parametrize(
    ("name", "content", "questions"),
    [
        ("q.txt", "\ufeffWho?\n\n Who, when? \n", ["Who?", "Who, when?"]),
        ("q.csv", "Who?\nWho else?\n", ["Who?", "Who else?"]),
        ("q.csv", 'questions;note\n"Who; when?";x\n\nWho else?\n', ["Who; when?", "Who else?"]),
        ("q.TSV", "note\tQUESTION\nx\tWho?\n", ["Who?"]),
        ("q.csv", "question\nWer führt Żory?\n", ["Wer führt Żory?"]),
        ("q.csv", "question\nWer führt?\n".encode("cp1252"), ["Wer führt?"]),
        ("q.txt", "Wer führt?\r\n".encode("utf-16"), ["Wer führt?"]),
        ("q.tsv", "\ufeffnote\tquestion\nx\tWho?\n".encode("utf-16-be"), ["Who?"]),
    ],
)
def test_questions_of_a_file(tmp_path: Path, name: str, content: str | bytes, questions: list[str]) -> None:
    from nutgraf.api.commands.questions import read_questions

    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    assert read_questions(tmp_path / name) == questions


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--format", "doc"), "--format is 'doc', expected one of text, json, csv, bibtex"),
        (("--format", "csv", "--json"), "--json and --format csv were given"),
        (("--format", "ris", "--timeline"), "--format ris does not show --timeline"),
        (("--file", "absent.csv"), "--file absent.csv cannot be read"),
    ],
)
def test_options_that_do_not_go_together(cli: Any, arguments: tuple[str, ...], message: str) -> None:
    question = [] if "--file" in arguments else [QUESTION]
    done = cli("ask", *question, *arguments)
    assert done.returncode == 2
    assert message in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["q.xlsx", "q.csv", "q"])
def test_a_file_that_is_no_text_holds_no_questions(tmp_path: Path, name: str) -> None:
    from nutgraf.api.commands.questions import read_questions

    (tmp_path / name).write_bytes(b"PK\x03\x04\x14\x00\x06\x00question\nWho?\n")
    with pytest.raises(nutgraf.errors.BadOption, match="is no text: a workbook has to be saved as CSV"):
        read_questions(tmp_path / name)


def test_a_table_without_questions(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text("who,when\nx,y\n")
    done = cli("ask", "--file", "q.csv")
    assert done.stderr.splitlines()[0] == "error: --file q.csv has no column question, but who, when"


def test_show_and_search_print_the_formats(run: Any, archive: nutgraf.Archive) -> None:
    assert run("show", "tarn/1", "--format", "bibtex")[1] == archive.cite("tarn/1", "bibtex")
    assert run("search", "dome", "--format", "csl-json")[1] == archive.search("dome").cite("csl-json")


# --- HTTP --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Archive(Settings(folder))), base_url="http://localhost") as opened:
        yield opened


@pytest.mark.parametrize("name", CITATION_FORMATS)
def test_http_gives_the_formats(client: TestClient, archive: nutgraf.Archive, name: str) -> None:
    result = archive.ask(QUESTION)
    answered = client.post("/v1/ask", params={"format": name}, json={"question": QUESTION})
    assert answered.content.decode() == result.cite(name)
    media = CITATION_FORMATS[name].media_type
    assert answered.headers["content-type"].startswith(media)
    suffix = CITATION_FORMATS[name].suffix
    assert answered.headers["content-disposition"].endswith(f'filename="nutgraf.{suffix}"')
    if name != "html":
        accepted = client.post("/v1/ask", headers={"Accept": media}, json={"question": QUESTION})
        assert accepted.content == answered.content
    place = {name: getattr(result.answers[0], name) for name in ("start", "end", "field")}
    quoted = client.get("/v1/articles/tarn%2F1", params={"format": name, **place})
    assert quoted.content.decode() == result.answers[0].cite(name)


@pytest.mark.parametrize("name", CITATION_FORMATS)
def test_http_gives_the_formats_of_searches_and_batches(
    client: TestClient, archive: nutgraf.Archive, name: str
) -> None:
    media, cited = CITATION_FORMATS[name].media_type, archive.search("astronomy", top=2).cite(name)
    words = {"question": "astronomy", "top": 2}
    assert client.post(f"/v1/search?format={name}", json=words).content.decode() == cited
    got = client.get("/v1/search", params={"q": "astronomy", "top": 2, "format": name})
    assert (got.content.decode(), got.headers["content-type"].startswith(media)) == (cited, True)
    batch = {"questions": [{"question": QUESTION}, {"question": UNANSWERED}, {"question": QUESTION}]}
    results = archive.ask_many([QUESTION, UNANSWERED, QUESTION])
    answered = client.post(f"/v1/ask/batch?format={name}", json=batch)
    assert answered.content.decode() == cite_answers([result.result for result in results], name)
    if name != "html":
        accepted = client.post("/v1/ask/batch", headers={"Accept": media}, json=batch)
        assert accepted.content == answered.content


def test_a_page_of_a_search_is_cited(client: TestClient, archive: nutgraf.Archive) -> None:
    words: dict[str, Any] = {"question": "astronomy", "top": 1}
    page = client.post("/v1/search?format=json", json=words).json()
    if page["next"] is not None:
        rest = client.post("/v1/search?format=ris", json=words | {"cursor": page["next"]}).text
        assert rest == "".join(hit.cite("ris") for hit in archive.search("astronomy", top=2)[1:])


@pytest.mark.parametrize("path", ["/v1/search?format=doc", "/v1/ask/batch?format=RIS"])
def test_no_format_of_searches_and_batches(client: TestClient, path: str) -> None:
    body = {"questions": [{"question": QUESTION}]} if "batch" in path else {"question": "dome"}
    answered = client.post(path, json=body)
    assert (answered.status_code, answered.json()["error"]["code"]) == (400, "bad_option")
    assert client.get("/v1/search?q=dome&format=doc").status_code == 400


def test_whole_articles_are_enclosed(client: TestClient) -> None:
    whole = client.get("/v1/articles/tarn%2F1").json()
    whole.pop("link", None)
    asked = client.post("/v1/ask", json={"question": QUESTION, "articles": True}).json()
    found = client.get("/v1/search?q=dome&articles=true").json()
    assert asked["articles"] == found["articles"] == [whole]
    assert "articles" not in client.post("/v1/ask", json={"question": QUESTION}).json()


def test_too_many_characters_are_not_enclosed(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enclosed, "MOST_CHARS", 100)
    answered = client.get("/v1/search?q=dome&articles=true")
    assert answered.status_code == 400
    assert answered.json()["error"]["message"] == (
        f"articles: they have {len(TEXT)} characters together, more than 100"
    )


@pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "application/json",
        "text/html,application/xhtml+xml,*/*;q=0.8",
        "text/csv;q=0.5, application/json",
        "text/csv;q=x",
        "image/png",
        "",
    ],
)
def test_json_unless_another_format_is_wanted(client: TestClient, accept: str) -> None:
    answered = client.post("/v1/ask", headers={"Accept": accept}, json={"question": QUESTION})
    assert answered.json()["outcome"] == "answered"
    article = client.get("/v1/articles/tarn%2F1", headers={"Accept": accept})
    assert article.json()["text"] == TEXT


def test_http_without_an_answer(client: TestClient) -> None:
    asked = {"json": {"question": UNANSWERED}}
    assert client.post("/v1/ask?format=ris", **asked).content == b""
    (row,) = csv.DictReader(io.StringIO(client.post("/v1/ask?format=csv", **asked).text.lstrip("\ufeff")))
    assert (row["question"], row["outcome"]) == (UNANSWERED, "not_found")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/articles/tarn%2F1?format=doc", 400, "bad_option"),
        ("/v1/articles/tarn%2F1?format=ris&start=7&end=9999", 400, "bad_option"),
        ("/v1/articles/tarn%2F1?format=ris&start=9&end=7", 400, "bad_option"),
        ("/v1/articles/tarn%2F1?format=ris&start=x", 422, "bad_request"),
        ("/v1/articles/tarn%2F1?format=ris&field=byline", 422, "bad_request"),
        ("/v1/articles/tarn%2F2?format=ris", 404, "unknown_article"),
    ],
)
def test_what_cannot_be_cited_over_http(client: TestClient, path: str, status: int, code: str) -> None:
    answered = client.get(path)
    assert (answered.status_code, answered.json()["error"]["code"]) == (status, code)


# --- the documentation -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CITATION_FORMATS)
def test_the_documentation_shows_what_is_printed(seeds_index: Path, name: str) -> None:
    """All but the probability of the table, which another reader may change."""
    page = (Path(__file__).parents[2] / "docs" / "citing.md").read_text(encoding="utf-8")
    section = page.partition(f"\n`--format {name}`")[2].partition("\n## ")[0]
    shown = re.findall(r"^```\w*\n(.*?)\n```$", section, re.MULTILINE | re.DOTALL)[-1]
    with nutgraf.open(seeds_index) as archive:
        cited = archive.ask("What did China agree to on sanctions?").cite(name).removeprefix("\ufeff")
    number = r",0\.\d+,"
    assert re.sub(number, "", shown).splitlines() == re.sub(number, "", cited).rstrip("\r\n").splitlines()
