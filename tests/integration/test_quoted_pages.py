"""Every door says on which page of a PDF a quote stands."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import nutgraf
from nutgraf.api.mcp.texts import answer_text, search_text
from nutgraf.api.web.app import create_app
from nutgraf.archive import Archive
from nutgraf.settings import Settings
from tests.unit.test_loaders_pdf import FIRST, HEADLINE, SECOND, Type, column, pdf

QUESTION = "What had the shop of the island run out of?"
OTHER = """Marr waits for its ferry

The island of Marr had been cut off since the spring, a letter from the parish says. Bread is baked of oats,
it adds, and children read by the light of the moon. Twelve families left in May.
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an index of a PDF of two pages whose answer is on the second, and a text without pages."""
    folder = tmp_path_factory.mktemp("pages")
    pages = [[HEADLINE, Type(60, 715, "9 May 2023"), *column(FIRST)], list(column(SECOND))]
    (folder / "pier.pdf").write_bytes(pdf(pages))
    (folder / "pier.txt").write_text(OTHER, encoding="utf-8")
    with nutgraf.open(folder / "index") as archive:
        assert archive.add(folder).added == 2
    return folder / "index"


def pages_of(result: Any) -> set[tuple[str, int | None]]:
    """Return the page of each quote of a result, by the end of its article's id."""
    answers = result["answers"]
    quotes = [
        *answers,
        *(support for answer in answers for support in answer["support"]),
        *result["passages"],
    ]
    quotes += [mention for entry in result["timeline"] for mention in entry["articles"]]
    named = {(quote["article"]["id"][-3:], quote["page"]) for quote in quotes}
    return named | {(answer["article"]["id"][-3:], answer["sentence"]["page"]) for answer in answers}


def test_python(index: Path) -> None:
    with nutgraf.open(index) as archive:
        asked = archive.ask(QUESTION, timeline=True, min_probability=0)
        hits = archive.search("flour and lamp oil")
    for quote in (*asked.answers, *asked.passages, *hits):
        assert quote.page == quote.article.page_of(quote.start)
    assert {"pdf", "txt"} == {name for name, _ in pages_of(asked.to_dict())}
    assert {page for name, page in pages_of(asked.to_dict()) if name == "txt"} == {None}
    assert ("pdf", 2) in pages_of(asked.to_dict())
    assert "2023-05-09 | p. 2 | " in answer_text(asked.to_dict())
    assert "2023-05-09 | p. 1 | " in search_text(hits.to_dict())


def test_http_and_its_page(index: Path) -> None:
    with TestClient(create_app(Archive(Settings(index))), base_url="http://localhost") as client:
        asked = client.post(
            "/v1/ask", json={"question": QUESTION, "timeline": True, "min_probability": 0}
        ).json()
        shown = client.get("/", params={"q": QUESTION}).text
    assert ("pdf", 2) in pages_of(asked)
    assert ", p. 2</span>" in shown


def test_the_command_line(index: Path, cli: Callable[..., Any]) -> None:
    printed = cli("ask", QUESTION, "--min-probability", "0", "--index", str(index)).stdout
    assert "| 2023-05-09 | p. 2 | id " in printed
    asked = json.loads(
        cli("ask", QUESTION, "--min-probability", "0", "--timeline", "--json", "--index", str(index)).stdout
    )
    assert ("pdf", 2) in pages_of(asked)
