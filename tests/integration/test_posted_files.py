"""Files that are posted over HTTP: read by their types, named by their bytes, refused with a reason."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from nutgraf.api.engine.posted_files import plain_name
from nutgraf.api.web.app import create_app
from nutgraf.archive import Archive
from nutgraf.settings import Settings
from tests.contract.stories import OTHERS
from tests.fakes import FakeModels


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    archive = Archive(Settings(tmp_path_factory.mktemp("posted") / "index"), FakeModels())
    archive.add(OTHERS)
    with TestClient(create_app(archive), base_url="http://localhost") as opened:
        yield opened


def posted(client: TestClient, name: str, content: bytes) -> Any:
    headers = {"Content-Type": "application/octet-stream"}
    return client.post("/v1/articles", params={"name": name}, content=content, headers=headers)


def answers(client: TestClient, name: str, content: bytes) -> list[dict[str, Any]]:
    answered = posted(client, name, content)
    assert answered.status_code == 200, answered.text
    return [json.loads(line) for line in answered.text.splitlines()]


def test_a_text_file(client: TestClient) -> None:
    (first,) = answers(client, "../tarn/mill.txt", b"Mill closes\n\nThe mill at Tarn closed on Monday.")
    assert first["status"] == "added"
    assert first["id"].startswith("mill.txt~")
    article = client.get(f"/v1/articles/{first['id']}").json()
    assert article["title"] == "Mill closes"
    (again,) = answers(client, "mill.txt", b"Mill closes\n\nThe mill at Tarn closed on Monday.")
    assert (again["status"], again["id"]) == ("unchanged", first["id"])
    (other,) = answers(client, "mill.txt", b"Mill opens\n\nThe mill at Tarn opened on Tuesday.")
    assert other["id"] != first["id"]


def test_a_file_of_several_articles(client: TestClient) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "Ferry sold\n\nThe ferry of Ende was sold.")
        archive.writestr("b.jsonl", '{"id": "b1", "text": "The bridge fell."}\nno json\n')
    found = answers(client, "week.zip", packed.getvalue())
    assert [answer["status"] for answer in found] == ["added", "added", "skipped"]
    assert found[1]["id"] == "b1"
    assert [answer["line"] for answer in found] == [1, 2, 3]


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("table.xlsx", b"PK", 415, "bad_type"),
        ("", b"text", 415, "bad_type"),
        (".txt", b"text", 415, "bad_type"),
        ("x" * 500 + ".exe", b"MZ", 415, "bad_type"),
        ("empty.txt", b"", 422, "bad_article"),
        ("broken.pdf", b"%PDF-1.4 nothing", 422, "bad_article"),
        ("large.txt", b"x" * 20_000_001, 413, "too_large"),
    ],
)
def test_files_that_are_refused(
    client: TestClient, name: str, content: bytes, status: int, code: str
) -> None:
    answered = posted(client, name, content)
    assert (answered.status_code, answered.json()["error"]["code"]) == (status, code)
    assert "Traceback" not in answered.text
    assert "/tmp" not in answered.json()["error"]["message"]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("report.PDF", "report.PDF"),
        ("C:\\news\\Bericht über Tarn.docx", "Bericht über Tarn.docx"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("a\x00b\n?.txt", "a_b__.txt"),
        ("news.jsonl.gz", "news.jsonl.gz"),
        ("y" * 400 + ".md", "y" * 117 + ".md"),
        ("noending", ""),
        ("..", ""),
    ],
)
def test_names_of_files(name: str, plain: str) -> None:
    assert plain_name(name) == plain
