"""`nutgraf eval extraction` on a folder of pages with their right values."""

import json
from pathlib import Path
from typing import Any

import pytest

TEXT = "The salt works of Bray closed on Friday after 212 years, the director said."
PAGE = (
    "<html><head><title>Salt works close</title><meta name=author content='Ann Lee'></head><body><h1>Salt "
    "works"
    f" close</h1><p>{TEXT}</p></body></html>"
)


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    (folder / "more").mkdir(parents=True)
    for name, content, gold in (
        (
            "salt.html",
            PAGE,
            {"text": TEXT, "title": "Salt works close", "published": None, "authors": ["Ann Lee"]},
        ),
        ("more/note.txt", f"A title\n\n{TEXT}\n\nAnd more.", {"text": TEXT}),
        (
            "gone.html",
            "<html><title>404 Not Found</title><body>Gone.</body></html>",
            {"title": "Salt works close"},
        ),
    ):
        (folder / name).write_text(content)
        (folder / name).with_suffix(".json").write_text(json.dumps(gold))
    (folder / "other.html").write_text(PAGE)
    return folder


def test_a_folder_of_pages(cli: Any, pages: Path, tmp_path: Path) -> None:
    done = cli("eval", "extraction", "pages", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["task"], report["pages"], report["pages_without_gold"]) == ("extraction", 3, 1)
    assert report["figures"]["text_recall"] == {"value": 100.0, "pages": 2}
    assert report["figures"]["title_right"] == {"value": 50.0, "pages": 2}
    assert report["figures"]["authors_f1"] == {"value": 100.0, "pages": 1}
    assert report["figures"]["date_right"] == {"value": 100.0, "pages": 1}
    assert [(a["id"], a["prediction"]) for a in report["answers"]] == [
        ("gone.html", "an error page, not an article"),
        ("more/note.txt", ""),
        ("salt.html", ""),
    ]
    (tmp_path / "a.json").write_text(done.stdout)
    compared = cli("eval", "compare", "a.json", "a.json")
    assert compared.returncode == 0, compared.stderr
    shown = cli("eval", "extraction", "pages").stdout
    assert shown.startswith("pages: what is read from pages\n3 pages; 1 without right values left out\n")
    assert "more/note.txt" in shown.split("read worst")[1]


def test_refused(cli: Any, pages: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for arguments, words in (
        (["absent"], "absent is no folder of pages"),
        (["empty"], "empty holds no page with its right values beside it"),
    ):
        done = cli("eval", "extraction", *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr
        assert "put NAME.json beside each page NAME.html" in done.stderr
    (pages / "salt.json").write_text("{}")
    done = cli("eval", "extraction", "pages")
    assert done.returncode == 2
    assert "salt.json cannot be used: it has none of text, title, published, authors, source" in done.stderr
