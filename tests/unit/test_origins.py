"""Origins: paths as text, with a line for records, and which of them are gone."""

from pathlib import Path

import pytest

from nutgraf.indexer.origins import (
    absolute_origin,
    is_there,
    largest_loss,
    origin_path,
    vanished,
)


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


def test_the_file_of_an_origin_may_be_there(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_text("x")
    assert is_there(str(path))
    assert is_there(f"{path}!a.jsonl:7")
    assert not is_there(f"{tmp_path}/y.zip!a.jsonl:7")
    assert is_there("https://news.example/feed:7")


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


def test_what_cannot_be_looked_at_is_not_gone(tmp_path: Path) -> None:
    """As under a mount whose server is away, or in a folder of somebody else; here in a loop of links."""
    (tmp_path / "disk").symlink_to("disk")
    (tmp_path / "unmounted").symlink_to("nowhere")
    origins = [(name, f"{tmp_path}/{name}/a.txt") for name in ("disk", "unmounted")]
    assert vanished(origins, [str(tmp_path)]) == ["unmounted"]
    assert is_there(f"{tmp_path}/disk/a.zip!b.txt")
    assert not is_there(f"{tmp_path}/unmounted/a.txt")


def loss(lost: dict[str, int], kept: dict[str, int], *roots: str) -> str | None:
    """Return the largest loss of numbers of files by folder."""
    gone, left = (
        [f"/{folder}/{kind}{n}.txt" for folder, count in counts.items() for n in range(count)]
        for kind, counts in (("gone", lost), ("kept", kept))
    )
    largest = largest_loss(gone, left, roots)
    return None if largest is None else str(largest)


def test_many_articles_of_a_folder_are_a_loss() -> None:
    assert loss({"news": 10}, {"news": 20}, "/news") is None
    assert loss({"news": 11}, {"news": 20}, "/news") == "11 of the 31 articles of /news"
    assert loss({"news/disk": 3}, {"news": 97}, "/news") == "3 of the 3 articles of /news/disk"
    assert loss({"news/2016/05": 4}, {"news/2016/06": 1}, "/news") == "4 of the 4 articles of /news/2016/05"


def test_one_file_that_was_deleted_is_no_loss_but_the_last_is() -> None:
    assert loss({"news": 1}, {"news": 1}, "/news") is None
    assert loss({"news": 1}, {}, "/news") == "1 of the 1 articles of /news"


def test_what_lies_above_the_roots_is_not_looked_at() -> None:
    assert loss({"a/b": 5}, {"a/b": 50}, "/a/b") is None
    assert loss({"a/b": 50}, {"a/b": 51, "a": 1}, "/a/b") == "50 of the 101 articles of /a/b"
