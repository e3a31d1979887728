"""Finding files, and what is the same for every format: ids, limits, reasons."""

import os
from pathlib import Path

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.errors import SourceError
from nutgraf.indexer.loaders import formats
from nutgraf.indexer.loaders.assemble import ArticleDraft
from nutgraf.indexer.loaders.base import LoadOptions, Skipped
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load
from nutgraf.indexer.loaders.identity import canonical_url, web_url
from nutgraf.indexer.loaders.suffixes import SUFFIXES


def test_every_suffix_has_a_loader() -> None:
    assert tuple(formats.LOADERS) == SUFFIXES


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder `news` with files of all sorts, and stand in its parent."""
    news = tmp_path / "news"
    (news / "b" / ".git").mkdir(parents=True)
    for name in ("a.txt", "b/c.TXT", "b/.git/config.txt", ".hidden.txt", "z.md", "photo.jpg", "README"):
        (news / name).write_text("Title\n\nBody.")
    monkeypatch.chdir(tmp_path)
    return news


def stems(*paths: str) -> list[str]:
    return [file.id_stem for file in discover(paths)[0]]


def test_a_folder_is_read_whole_in_order_without_hidden_files(archive: Path) -> None:
    files, skipped = discover(["news"])
    assert [file.id_stem for file in files] == ["news/a.txt", "news/b/c.TXT", "news/z.md"]
    assert [(file.size_bytes, file.position_bytes) for file in files] == [(12, 0)] * 3
    assert skipped == [
        Skipped("news/README", "unsupported type: no suffix"),
        Skipped("news/photo.jpg", "unsupported type .jpg"),
    ]


def test_a_pattern_goes_round_no_loop_of_links(archive: Path) -> None:
    for name in ("here", "there"):
        (archive / name).symlink_to(".")
    assert stems("news/**/*.[tT][xX][tT]") == ["news/a.txt", "news/b/c.TXT"]


def test_the_id_is_the_same_whichever_way_a_file_is_named(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stems("news/a.txt") == ["news/a.txt"]
    assert stems(str(archive / "a.txt")) == ["news/a.txt"]
    assert stems("news/*.txt") == ["news/a.txt"]
    assert stems("news/**/*.[tT][xX][tT]") == ["news/a.txt", "news/b/c.TXT"]
    assert stems("*/a.txt") == [f"{archive.parent.name}/news/a.txt"]
    monkeypatch.chdir(archive)
    assert stems("a.txt") == stems("./a.txt") == stems("../news/a.txt") == ["news/a.txt"]
    assert stems(".") == ["news/a.txt", "news/b/c.TXT", "news/z.md"]
    assert stems("b") == ["b/c.TXT"]


def test_a_file_reached_twice_is_read_once(archive: Path) -> None:
    (archive / "link.txt").symlink_to(archive / "a.txt")
    assert stems("news/a.txt", "news", "news/*.txt") == ["news/a.txt", "news/b/c.TXT", "news/z.md"]


def test_link_loops_end(archive: Path) -> None:
    (archive / "b" / "loop").symlink_to(archive)
    (archive / "b" / "self").symlink_to(archive / "b" / "self")
    files, skipped = discover(["news/b"])
    assert [file.id_stem for file in files] == ["b/c.TXT", "b/loop/a.txt", "b/loop/z.md"]
    assert "news/b/self" in [skip.origin for skip in skipped]


def test_what_is_no_file(archive: Path) -> None:
    os.mkfifo(archive / "b" / "pipe.txt")
    (archive / "b" / "gone.txt").symlink_to("nowhere.txt")
    assert discover(["news/b"])[1] == [
        Skipped("news/b/gone.txt", "cannot be read: no such file or directory"),
        Skipped("news/b/pipe.txt", "not a regular file"),
    ]


@pytest.mark.parametrize(
    ("path", "message"),
    [("nowhere", "there is no file or folder 'nowhere'"), ("news/*.pdf", "no file matches"), ("", "no file")],
)
def test_a_path_that_is_not_there_is_an_error_with_a_hint(archive: Path, path: str, message: str) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        discover([path])
    assert caught.value.hint


@pytest.mark.parametrize("path", ["www.news.example/a", "ftp://news.example/a", "https:/news.example"])
def test_what_looks_like_an_address_hears_how_addresses_begin(path: str) -> None:
    with pytest.raises(SourceError) as caught:
        discover([path])
    assert caught.value.hint == "an address of the web begins with https:// or http://"


def test_a_file_name_that_is_not_utf8_still_has_a_storable_id(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("Title\n\nBody.")
    (article,) = load(discover([str(tmp_path)])[0][0])
    assert isinstance(article, Article)
    assert article.id == f"{tmp_path.name}/caf\\xe9.txt"
    assert article.origin == f"{tmp_path}/caf\\xe9.txt"


def test_options_say_what_is_wrong() -> None:
    with pytest.raises(SourceError, match="unknown article field 'headline'") as caught:
        LoadOptions(fields={"headline": "title"})
    assert (
        caught.value.hint == "the fields of an article are authors, id, published, source, text, title, url"
    )
    with pytest.raises(SourceError, match="max_bytes is 0"):
        LoadOptions(max_bytes=0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty file"),
        (b" \n\n\t\n", "no text left after cleaning"),
        (b"Title\n\nBody.\n" * 100, "larger than 1 kB"),
        (b"\x00\x01\x02\xff" * 50, "binary file"),
        (b"\x89PNG\r\n\x1a\n", "binary file"),
        (b"%PDF-1.4 in a text file", "binary file"),
    ],
)
def test_reasons(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(content)
    (file,), _ = discover([str(path)])
    assert list(load(file, LoadOptions(max_bytes=1000))) == [Skipped(str(path), reason)]
    assert file.position_bytes == file.size_bytes == len(content)


def test_a_file_that_went_away_or_changed_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("Title\n\nBody.")
    (file,), _ = discover([str(path)])
    path.unlink()
    assert list(load(file)) == [Skipped(str(path), "cannot be read: No such file or directory")]
    path.write_text("grown " * 100)
    assert list(load(file, LoadOptions(max_bytes=50))) == [Skipped(str(path), "larger than 50 bytes")]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://Ex.COM/News/A/?utm_source=x&id=7&fbclid=1#top", "https://ex.com/News/A?id=7"),
        ("https://ex.com/", "https://ex.com"),
        ("http://ex.com/a?gclid=2&UTM_Medium=b", "http://ex.com/a"),
    ],
)
def test_canonical_urls(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://e.com/x", "/a/b", "http://", "http://[::1", "http://a b/"]
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert web_url(url) is None


def test_a_new_file_type_is_a_suffix_and_a_loader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_mail(data: bytes, _: LoadOptions) -> ArticleDraft:
        head, _, body = data.decode().partition("\n\n")
        return ArticleDraft(text=body, title=head.removeprefix("Subject: "))

    monkeypatch.setitem(formats.LOADERS, ".letter", formats.document(read_mail))
    monkeypatch.setattr("nutgraf.indexer.loaders.discover.SUFFIXES", (*SUFFIXES, ".letter"))
    (tmp_path / "rain.LETTER").write_text("Subject: Floods\n\nThe river rose.")
    (tmp_path / "letter.msg").write_text("x")
    files, skipped = discover([str(tmp_path)])
    (article,) = load(files[0])
    assert isinstance(article, Article)
    assert (article.title, article.text) == ("Floods", "The river rose.")
    assert [skip.reason for skip in skipped] == ["unsupported type .msg"]


def test_origins_are_absolute_and_skips_are_named_as_typed(archive: Path) -> None:
    files, skipped = discover(["news"])
    (archive / "a.txt").write_text("")
    origins = [item.origin for file in files for item in load(file)]
    assert origins[0] == "news/a.txt"
    assert origins[1:] == [f"{archive}/b/c.TXT", f"{archive}/z.md"]
    assert skipped[0].origin == "news/README"
