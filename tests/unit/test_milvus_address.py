"""Addresses of archives in Milvus: how they are spelled, and what is said of those that are none."""

from pathlib import Path

import pytest

from nutgraf.engines import engine_of
from nutgraf.indexer.errors import IndexerError, IndexMismatch, StorageFailed
from nutgraf.indexer.milvus.address import TOKEN, TOKEN_FILE, MilvusAddress, check_not_lite, is_milvus, parse


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("milvus:http://db.example:19530/news", MilvusAddress("http://db.example:19530", "news")),
        ("milvus:http://db.example:19530", MilvusAddress("http://db.example:19530")),
        ("milvus:http://db.example:19530/", MilvusAddress("http://db.example:19530")),
        ("milvus:HTTPS://db.example/news_2", MilvusAddress("https://db.example", "news_2")),
        ("milvus:http://[::1]:19530/news", MilvusAddress("http://[::1]:19530", "news")),
        ("milvus:news.db", MilvusAddress("news.db")),
        ("milvus:/data/new s.db", MilvusAddress("/data/new s.db")),
    ],
)
def test_addresses(written: str, address: MilvusAddress) -> None:
    assert is_milvus(written)
    assert parse(written) == address
    assert parse(Path(written)) == address, "a path has one slash where an address has two"


def test_a_server_has_one_name_wherever_it_is_asked_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Feeds of several servers over one archive have the same entries; a folder is told by its whole path."""
    monkeypatch.chdir(tmp_path)
    named = [
        engine_of(Path(name)).identifier() for name in ("milvus:http://h:19530/news", "milvus:./news.db")
    ]
    assert named == ["milvus:http://h:19530/news", f"milvus:{tmp_path}/news.db"]
    assert engine_of(Path("news")).identifier() == f"{tmp_path}/news"


@pytest.mark.parametrize("folder", [".nutgraf", "news.db", "/milvus/news", "http://localhost:19530"])
def test_folders_are_no_addresses(folder: str) -> None:
    assert not is_milvus(folder)


@pytest.mark.parametrize(
    "written",
    [
        *(
            "milvus:",
            "milvus:localhost:19530",
            "milvus:localhost:19530/news",
            "milvus:news",
            "milvus:news.db.gz",
        ),
        *("milvus:ftp://db.example/news", "milvus:http://", "milvus:http://db.example:port/news"),
        *("milvus:http://db.example:99999/news", "milvus:http://db.example:0/news"),
        *("milvus:http://db.example/a/b", "milvus:http://db.example/1news", "milvus:http://db.example/é"),
        *("milvus:http://db.example/news?token=x", "milvus:http://root:secret@db.example/news"),
    ],
)
def test_misspelled_addresses(written: str) -> None:
    with pytest.raises(StorageFailed) as caught:
        parse(written)
    assert "milvus:" in caught.value.hint
    assert "secret" not in f"{caught.value} {caught.value.hint}"


def test_the_token_is_that_of_the_environment_or_of_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = "milvus:http://db.example:19530/news"
    (tmp_path / "token").write_text("root:Milvus\n")
    monkeypatch.setenv(TOKEN_FILE, str(tmp_path / "token"))
    assert parse(server).token == "root:Milvus"
    monkeypatch.setenv(TOKEN, "key")
    assert parse(server).token == "key"
    assert "key" not in f"{parse(server)!r} {parse(server)}"
    monkeypatch.delenv(TOKEN)
    monkeypatch.setenv(TOKEN_FILE, str(tmp_path / "none"))
    with pytest.raises(StorageFailed, match="none"):
        parse(server)


def test_an_embedded_archive_is_none_in_milvus(tmp_path: Path) -> None:
    folder = tmp_path / "news.db"
    folder.mkdir()
    (folder / "store.sqlite").touch()
    with pytest.raises(IndexMismatch, match="embedded") as caught:
        parse(f"milvus:{folder}")
    assert caught.value.hint.endswith(f"--index {folder}")


def test_a_folder_of_lite_is_no_embedded_archive(tmp_path: Path) -> None:
    (tmp_path / "collections").mkdir()
    check_not_lite(tmp_path)
    (tmp_path / "LOCK").touch()
    with pytest.raises(IndexMismatch) as caught:
        check_not_lite(tmp_path)
    assert f"milvus:{tmp_path}" in caught.value.hint


def test_a_file_of_lite_2_is_refused(tmp_path: Path) -> None:
    (tmp_path / "old.db").touch()
    with pytest.raises(IndexerError, match="a file"):
        parse(f"milvus:{tmp_path / 'old.db'}")
