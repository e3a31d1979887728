"""Origins: paths as text, with a line for records, and which of them are gone."""

from pathlib import Path

import pytest

from nutgraf.indexer.origins import absolute_origin, is_file, names_article, origin_path, vanished


def test_an_origin_is_a_path_or_a_path_and_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute_origin("x.jsonl:7") == f"{tmp_path}/x.jsonl:7"
    assert origin_path("/a/x.jsonl:7") == Path("/a/x.jsonl")
    assert origin_path("/a/12:30.txt") == Path("/a/12:30.txt")
    assert origin_path(":7") == Path(":7")


def test_an_origin_may_be_a_member_of_an_archive() -> None:
    assert origin_path("/a/x.zip!b/c.txt") == Path("/a/x.zip")
    assert origin_path("/a/x.TAR.GZ!b/c.zip!d.jsonl:7") == Path("/a/x.TAR.GZ")
    assert origin_path("/a/x.mbox:12!d.csv:3") == Path("/a/x.mbox")
    assert origin_path("/a/Rain!.jsonl:7") == Path("/a/Rain!.jsonl")


def test_an_article_may_be_named_by_its_place(tmp_path: Path) -> None:
    path = tmp_path / "news" / "x.txt"
    path.parent.mkdir()
    path.write_text("x")
    assert names_article(str(path), "news/x.txt")
    assert not names_article(str(path), "https://example.org/x")
    assert is_file(str(path))
    assert not is_file(f"{path}:1")


def test_files_that_are_gone_from_their_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "here.txt").write_text("x")
    origins = [
        ("here", f"{tmp_path}/news/here.txt"),
        ("gone", f"{tmp_path}/news/gone.txt"),
        ("line", f"{tmp_path}/news/gone.jsonl:3"),
        ("member", f"{tmp_path}/news/gone.zip!a.txt"),
        ("elsewhere", f"{tmp_path}/other/gone.txt"),
        ("beside", f"{tmp_path}/news2/gone.txt"),
    ]
    assert vanished(origins, ["news", "here.txt", "other"]) == ["gone", "line", "member"]
    assert vanished(origins, []) == []
