"""Zip and tar archives, and JSON files: what is read from them, under which names, and what bounds them."""

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions, SourceFile
from nutgraf.indexer.loaders.formats import load
from tests.loading import NO_TEXT, places, read

NOTE = b"The mill at Tarn closes\n\nThe mill at Tarn closed on Monday, said Ada Quill."
LINES = b'{"id": "a1", "text": "It rained in Tarn."}\n{"id": "a2"}\n{"id": "a3", "text": "It snowed."}\n'


def zipped(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2016, 1, 27, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def tarred(members: Mapping[str, bytes], mode: str = "w") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            info.size, info.mtime = len(content), 1453852800
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


MEMBERS = {
    "news/": b"",
    "news/mill.txt": NOTE,
    "news/lines.jsonl": LINES,
    "news/lines.jsonl.gz": gzip.compress(LINES),
    "news/table.csv": b"id,text\nb1,It hailed in Tarn.\n",
    "news/photo.png": b"\x89PNG",
    "news/noext": b"x",
    "news/.hidden.txt": NOTE,
    "__MACOSX/news/._mill.txt": NOTE,
    "news/empty.txt": b"",
}
READ = [
    ("!news/mill.txt", "The mill at Tarn closes"),
    ("!news/lines.jsonl:1", "It rained in Tarn."),
    ("!news/lines.jsonl:2", NO_TEXT),
    ("!news/lines.jsonl:3", "It snowed."),
    ("!news/lines.jsonl.gz:1", "It rained in Tarn."),
    ("!news/lines.jsonl.gz:2", NO_TEXT),
    ("!news/lines.jsonl.gz:3", "It snowed."),
    ("!news/table.csv:2", "It hailed in Tarn."),
    ("!news/photo.png", "unsupported type .png"),
    ("!news/noext", "unsupported type: no suffix"),
    ("!news/empty.txt", "empty file"),
]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.zip", zipped(MEMBERS)),
        ("a.tar", tarred(MEMBERS)),
        ("a.tar.gz", tarred(MEMBERS, "w:gz")),
        ("a.TGZ", tarred(MEMBERS, "w:gz")),
    ],
)
def test_the_members_of_an_archive(tmp_path: Path, name: str, content: bytes) -> None:
    items = read(tmp_path / name, content)
    assert places(items, tmp_path / name) == READ
    assert isinstance(items[0], Article)
    assert items[0].text == "The mill at Tarn closed on Monday, said Ada Quill."
    assert items[0].id == f"{tmp_path.name}/{name}!news/mill.txt"


@pytest.mark.parametrize(
    ("name", "content"), [("a.zip", zipped({"a.txt": NOTE})), ("a.tar", tarred({"a.txt": NOTE}))]
)
def test_a_member_has_the_time_that_the_archive_states(tmp_path: Path, name: str, content: bytes) -> None:
    [item] = read(tmp_path / name, content, LoadOptions(file_dates=True))
    assert isinstance(item, Article)
    assert (item.published, item.published_from) == (datetime(2016, 1, 27, tzinfo=UTC), "file")


def test_archives_in_archives(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    inner = {"b.tar.gz": tarred({"c.zip": zipped({"mill.txt": NOTE}), "x.txt": NOTE}, "w:gz"), "y.txt": NOTE}
    assert [place for place, _ in places(read(path, zipped(inner)), path)] == [
        "!b.tar.gz!c.zip!mill.txt",
        "!b.tar.gz!x.txt",
        "!y.txt",
    ]
    content = NOTE
    for _ in range(7):
        content = zipped({"x.zip" if content != NOTE else "x.txt": content})
    assert places(read(path, content), path) == [("!x.zip" * 6, "stands in more than 5 files")]


def test_names_that_lead_out_of_the_archive(tmp_path: Path) -> None:
    names = ["../out.txt", "/etc/in.txt", "a\\b.txt", "./c.txt"]
    expected = [
        ("!__/out.txt", "its path leads out of the archive"),
        ("!etc/in.txt", "The mill at Tarn closes"),
        ("!a/b.txt", "The mill at Tarn closes"),
        ("!c.txt", "The mill at Tarn closes"),
    ]
    for name, content in (
        ("a.zip", zipped(dict.fromkeys(names, NOTE))),
        ("a.tar", tarred(dict.fromkeys(names, NOTE))),
    ):
        assert places(read(tmp_path / name, content), tmp_path / name) == expected


def test_links_and_locked_members(tmp_path: Path) -> None:
    link = tarfile.TarInfo("a.txt")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(link)
    assert places(read(tmp_path / "a.tar", buffer.getvalue()), tmp_path / "a.tar") == [
        ("!a.txt", "not a regular file")
    ]
    content = bytearray(zipped({"a.txt": NOTE, "b.txt": NOTE}))
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag of an encrypted member, in the list at the end
    assert places(read(tmp_path / "a.zip", bytes(content)), tmp_path / "a.zip") == [
        ("!a.txt", "needs a password"),
        ("!b.txt", "The mill at Tarn closes"),
    ]


def test_a_damaged_member_costs_that_member(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    content = bytearray(zipped({"a.txt": NOTE, "b.txt": NOTE}))
    content[40] ^= 0xFF
    assert places(read(path, bytes(content)), path) == [
        ("!a.txt", "damaged in its archive"),
        ("!b.txt", "The mill at Tarn closes"),
    ]


def test_archives_that_are_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    assert places(read(path, zipped({"a.txt": NOTE})[:-30]), path) == [
        ("", "not a zip archive, or its end is missing")
    ]
    path = tmp_path / "a.tar"
    content = tarred({"a.txt": NOTE, "b.txt": NOTE * 100})
    assert places(read(path, content[:3000]), path) == [
        ("!a.txt", "The mill at Tarn closes"),
        ("!b.txt", "damaged in its archive"),
        ("", "damaged after member 2; the rest was not read"),
    ]
    assert places(read(path, b"no tar" * 200), path) == [("", "not a tar archive")]


@pytest.mark.parametrize("name", ["a.zip", "a.tgz"])
def test_bombs(tmp_path: Path, name: str) -> None:
    nothing = b" " * 60_000_000
    members = {"a.txt": NOTE, "b.jsonl": nothing, "c.txt": NOTE}
    content = zipped(members) if name == "a.zip" else tarred(members, "w:gz")
    items = places(read(tmp_path / name, content), tmp_path / name)
    bomb = "unpacks to more than 200 times its size; the rest was not read"
    assert items == [("!a.txt", "The mill at Tarn closes"), ("!b.jsonl", bomb), ("", bomb)]


def test_a_member_over_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    content = zipped({"a.txt": NOTE * 50, "b.txt": NOTE})
    assert places(read(path, content, LoadOptions(max_bytes=2000)), path) == [
        ("!a.txt", "larger than 2 kB"),
        ("!b.txt", "The mill at Tarn closes"),
    ]


@pytest.mark.parametrize(
    ("name", "content"), [("a.zip", zipped(MEMBERS)), ("a.tgz", tarred(MEMBERS, "w:gz"))]
)
def test_reading_goes_on_behind_any_document(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    whole = read(path, content)
    for count in range(1, len(whole) + 1):
        file = SourceFile(path, f"{tmp_path.name}/{name}", len(content), resume_after=count)
        assert [*load(file)] == whole[count:]
        if count < len(whole):
            file = SourceFile(path, f"{tmp_path.name}/{name}", len(content), resume_after=count, lost=1)
            assert [*load(file)] == whole[count + 1 :]


# --- JSON -------------------------------------------------------------------------------------------------

ONE, TWO = {"id": "a1", "text": "It rained."}, {"id": "a2", "text": "It snowed."}


@pytest.mark.parametrize(
    "value",
    [
        [ONE, TWO],
        {"articles": [ONE, TWO], "total": 2},
        {"status": "ok", "response": {"total": 2, "results": [ONE, TWO]}},
        {"hits": {"total": 2, "hits": [{"_id": "a1", "_source": {"text": "It rained."}}, {"_source": TWO}]}},
        {"tarn stories": [ONE, TWO], "authors": [{"name": "Ada Quill"}]},
        {"a": ONE, "b": TWO},
    ],
)
def test_where_a_json_file_holds_its_records(tmp_path: Path, value: object) -> None:
    path = tmp_path / "a.json"
    items = read(path, json.dumps(value).encode())
    assert [(item.id, item.text) for item in items if isinstance(item, Article)] == [
        ("a1", "It rained."),
        ("a2", "It snowed."),
    ]
    assert places(items, path) == [(":1", "It rained."), (":2", "It snowed.")]


def test_a_json_file_of_one_record(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    record = {"text": "It rained.", "authors": [{"name": "Ada Quill"}, {"name": "Bo Marsh"}]}
    [item] = read(path, json.dumps(record).encode())
    assert isinstance(item, Article)
    assert (item.id, item.origin) == (f"{tmp_path.name}/a.json", str(path))
    assert item.authors == ("Ada Quill", "Bo Marsh")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_json_in_other_encodings_and_one_value_after_the_other(tmp_path: Path, encoding: str) -> None:
    lines = "\n".join(json.dumps({**record, "title": "Café"}, ensure_ascii=False) for record in (ONE, TWO))
    path = tmp_path / "a.json"
    assert places(read(path, lines.encode(encoding)), path) == [(":1", "Café"), (":2", "Café")]


def test_a_long_list_is_read_in_parts(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    records = [{"id": f"a{n}", "text": f"It rained {n} times. " * 100} for n in range(300)]
    for value in (records, {"total": 300, "said": 'a "b": [{', "found": records, "next": None}):
        items = read(path, json.dumps(value).encode(), LoadOptions(max_bytes=10_000))
        assert [item.id for item in items if isinstance(item, Article)] == [
            record["id"] for record in records
        ]
        assert len(items) == 300


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", [("", "empty file")]),
        (b"not json", [("", "not JSON, or neither an object nor a list")]),
        (b'{"text": ', [("", "not JSON")]),
        (b"[" * 100_000, [("", "record 1: JSON that is nested too deeply; the rest was not read")]),
        (b'[{"text": "Rain."}, {"te', [(":1", "Rain."), ("", "record 2: not JSON; the rest was not read")]),
        (b'[{"text": "It rained."},', [(":1", "It rained."), ("", "ends after record 1, within a list")]),
        (b'["a", {"text": "It rained."}]', [(":1", "not a JSON object"), (":2", "It rained.")]),
        (b'{"title": "Rain"}', [("", NO_TEXT)]),
    ],
)  # fmt: skip
def test_json_that_is_none(tmp_path: Path, content: bytes, expected: list[tuple[str, str]]) -> None:
    path = tmp_path / "a.json"
    assert places(read(path, content), path) == expected


def test_members_of_one_name_are_all_read(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for text in (b"It rained in Tarn.", b"It snowed in Tarn.", b"It hailed in Tarn."):
            info = tarfile.TarInfo("news/mill.txt")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))
    path = tmp_path / "a.tar"
    items = read(path, buffer.getvalue())
    assert places(items, path) == [
        ("!news/mill.txt", "It rained in Tarn."),
        ("!news/mill-2.txt", "It snowed in Tarn."),
        ("!news/mill-3.txt", "It hailed in Tarn."),
    ]
    assert len({item.id for item in items if isinstance(item, Article)}) == len(items)


@pytest.mark.parametrize("suffix", [".zip", ".tar"])
def test_the_parts_of_a_saved_page_in_an_archive_are_passed_over(tmp_path: Path, suffix: str) -> None:
    page = (
        b"<title>Mill</title><p>The mill closed on Monday, said the mayor of Tarn, and nobody knew why.</p>"
    )
    members = {
        "old/Mill.html": page,
        "old/Mill_files/ad.html": b"<title>Ad</title><p>Buy shoes.</p>",
        "other_files/a.txt": b"Weir\n\nThe weir is shut.\n",
    }
    path = tmp_path / f"a{suffix}"
    items = read(path, zipped(members) if suffix == ".zip" else tarred(members))
    assert [item.title for item in items if isinstance(item, Article)] == ["Mill", "Weir"]
    assert len(items) == 2
