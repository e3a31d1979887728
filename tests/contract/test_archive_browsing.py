"""Looking through an archive, without weights: lists, stories and their prints, exports and restoring."""

import base64
import csv
import gzip
import io
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from nutgraf import errors
from nutgraf.archive import Archive
from nutgraf.export import EXPORT_FORMATS, write_export
from nutgraf.indexer.article import Article
from nutgraf.settings import Settings
from tests.contract.stories import OTHERS, STORY, prints, short
from tests.fakes import FakeModels

ODD = Article(
    id="é 中/😀'; --",
    title='=cmd|" /C calc"!A1',
    text="  Zwölf\u00a0Worte\n\nShare this\n\n\u2028und e\u0301ins 😀.\n\nRead more\x85 ",
    url="https://example.org/x?y=1&utm_source=z#z",
    source="Süddeutsche Zeitung",
    authors=("Ann Lee", "-1+1"),
    published=datetime(2016, 1, 27, 22, 30, 1, 250, tzinfo=UTC),
    published_from="byline",
    modified=datetime(2016, 1, 29, tzinfo=UTC),
    origin="/gazette/2016/a.pdf",
    ingested_at=datetime(2020, 2, 2, 2, 2, 2, tzinfo=UTC),
    page_breaks=(3, 20),
)
"""An article that a loader would clean, date and name otherwise."""

PLACED = replace(short("r.jsonl#7", "A storm came.", day=8), origin="/tarn/r.jsonl:7")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(Settings(tmp_path / "news"), FakeModels()) as opened:
        opened.add([*OTHERS, *prints(), ODD, PLACED])
        yield opened


@pytest.fixture
def restored(tmp_path: Path) -> Iterator[Archive]:
    with Archive(Settings(tmp_path / "restored"), FakeModels()) as opened:
        yield opened


def test_pages_of_a_list(archive: Archive) -> None:
    first = archive.articles(limit=3, facets=True)
    assert [article.id for article in first] == ["r.jsonl#7", "story", "storm"]
    assert first.facets is not None
    assert first.facets.articles == 10
    ids = [article.id for article in first]
    cursor = first.next
    while cursor:
        page = archive.articles(limit=3, cursor=cursor)
        assert page.facets is None
        ids += [article.id for article in page]
        cursor = page.next
    assert ids == [article.id for article in archive.articles()]
    assert len(ids) == 10


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"sort": "random"}, "sort is 'random', expected one of newest, oldest, best, id"),
        ({"sort": "best"}, "sort best needs words"),
        ({"author": 7}, "author is 7, expected the name of an author or a list of names"),
        ({"words": 7}, "words is int, expected text"),
        ({"words": "?!"}, "has no letter and no digit"),
        ({"words": "x" * 1001}, "has 1,001 characters"),
        ({"cursor": "nonsense"}, "cursor 'nonsense' is not `next` of a page"),
        ({"cursor": "W10="}, "is not `next` of a page"),
        ({"cursor": "WyJoIiwgMWU5OTksICJhIl0="}, "is not `next` of a page"),
        ({"limit": 0}, "limit is 0, expected a whole number from 1 to 1,000"),
    ],
)
def test_a_list_that_cannot_be_made(archive: Archive, options: dict[str, Any], says: str) -> None:
    with pytest.raises(errors.NutgrafError, match=says.replace("?", r"\?")):
        archive.articles(**options)


def test_a_cursor_belongs_to_its_list(archive: Archive) -> None:
    cursor = archive.articles(limit=1).next
    for other in ({"sort": "oldest"}, {"source": "Alpha"}, {"words": "storm"}):
        with pytest.raises(errors.BadOption, match="of a list with other filters or another order"):
            archive.articles(cursor=cursor, **other)  # type: ignore[arg-type]


@pytest.mark.parametrize("key", ["\ud800", "", 7, None])
def test_a_cursor_that_was_made_up_is_some_place(archive: Archive, key: object) -> None:
    assert len(archive.articles(cursor=made_up(archive, key))) <= 10


def test_a_cursor_with_a_number_that_no_engine_stores(archive: Archive) -> None:
    with pytest.raises(errors.BadOption, match="is not `next` of a page"):
        archive.articles(cursor=made_up(archive, 10**40))


def made_up(archive: Archive, key: object) -> str:
    """Return a cursor of the list of all articles, with a key of another kind and the id of no article."""
    made_for, _, _ = json.loads(base64.b64decode(archive.articles(limit=1).next or "", b"-_"))
    return base64.urlsafe_b64encode(json.dumps([made_for, key, "\ud800"]).encode()).decode()


def test_the_prints_of_a_story(archive: Archive) -> None:
    archive.add(replace(short("later", STORY.replace("hall 7", "hall 70"), day=9), title="More tested"))
    prints_of = archive.versions("story")
    assert [article.id for article in prints_of.copies] == ["another", "edited", "undated"]
    assert [article.id for article in prints_of.versions] == ["later"]
    changed = [(c.kind, c.text) for c in archive.difference("story", "later") if c.kind != "same"]
    assert changed == [("removed", "7 "), ("added", "70 ")]
    assert archive.versions("baker").to_dict() == {"copies": [], "versions": []}
    with pytest.raises(errors.UnknownArticle):
        archive.difference("story", "nope")


def test_related_articles_are_of_other_stories(archive: Archive) -> None:
    related = [entry.article.id for entry in archive.related("story", top=100)]
    assert not {"story", "another", "edited", "undated"} & {*related}
    likeness = [entry.likeness for entry in archive.related("storm", top=100)]
    assert likeness == sorted(likeness, reverse=True)
    stories = {archive.get(entry.article.id).cluster for entry in archive.related("storm", top=100)}
    assert len(stories) == len(likeness)
    with pytest.raises(errors.UnknownArticle):
        archive.related("nope")


# --- exports ----------------------------------------------------------------------------------------------


def kept(archive: Archive) -> list[dict[str, Any]]:
    return [article.exported() for article in archive.articles(sort="id", limit=1000)]  # type: ignore[misc]


@pytest.mark.parametrize("name", ["backup.jsonl", "backup.jsonl.gz"])
def test_an_export_restores_the_archive(
    archive: Archive, restored: Archive, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    assert archive.export(path) == 10
    report = restored.add(path)
    assert report.skipped == ()
    assert report.dates_not_used == report.fields_not_used == ()
    assert kept(restored) == kept(archive)
    assert {a.id: a.cluster for a in restored.articles()} == {a.id: a.cluster for a in archive.articles()}
    again = restored.add(path)
    assert (again.unchanged, len(again.statuses)) == (10, 10)
    restored.export(tmp_path / f"second-{name}")
    assert (tmp_path / f"second-{name}").read_bytes() == path.read_bytes()


def test_files_are_known_again_after_restoring(archive: Archive, restored: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for article in OTHERS:
        (folder / f"{article.id}.txt").write_text(f"{article.id.title()}\n\n{article.text}")
    archive.add(folder)
    archive.export(tmp_path / "backup.jsonl")
    restored.add(tmp_path / "backup.jsonl")
    assert {status.status for status in restored.add(folder).statuses} == {"unchanged"}
    (folder / "storm.txt").unlink()
    assert restored.add(folder, prune=True).removed == ("articles/storm.txt",)
    assert restored.info().articles == 13


def test_a_record_that_was_edited_is_read_like_any_other(
    archive: Archive, restored: Archive, tmp_path: Path
) -> None:
    path = tmp_path / "edited.jsonl"
    archive.export(path, source="Süddeutsche Zeitung")
    record = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(record | {"text": "Eins.\n\nShare this\n\nZwei."}), encoding="utf-8")
    restored.add(path)
    article = restored.get(ODD.id)
    assert article.text == "Eins.\n\nZwei."
    assert article.origin == f"{path}:1"


@pytest.mark.parametrize(
    "wrong",
    [{"text": ""}, {"page_breaks": [9, 3]}, {"authors": None}, {"published": "soon"}, {"id": "a\x07b"}],
)
def test_what_no_export_writes_is_not_taken_for_one(restored: Archive, tmp_path: Path, wrong: object) -> None:
    record = {**ODD.exported(), **wrong}  # type: ignore[dict-item]
    path = tmp_path / "wrong.jsonl"
    path.write_text(json.dumps(record), encoding="utf-8")
    report = restored.add(path)
    assert [status.status for status in report.statuses] in (["added"], ["skipped"])
    assert all("Traceback" not in status.reason for status in report.statuses)


def test_an_export_of_what_passes(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "alpha.jsonl"
    assert archive.export(path, source=["alpha", "gamma"], before="2020-01-05") == 2
    assert [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()] == [
        "another",
        "bridge",
    ]
    assert archive.export(path, words="turbines", author="nobody") == 0
    assert path.read_text(encoding="utf-8") == ""


def test_no_cell_of_a_table_is_a_formula(archive: Archive, tmp_path: Path) -> None:
    archive.add({"id": "+1", "title": "@SUM(1)", "text": "=1+1\n\n=2+2;+3\t@4", "source": "-2;=3"})
    archive.export(tmp_path / "all.csv", format="csv")
    text = (tmp_path / "all.csv").read_bytes().decode("utf-8-sig")
    rows = {row["id"].lstrip("'"): row for row in csv.DictReader(io.StringIO(text, newline=""))}
    assert len(rows) == 11
    assert rows["+1"] == {
        "id": "'+1",
        "title": "'@SUM(1)",
        "source": "'-2;'=3",
        "authors": "",
        "published": "",
        "url": "",
        "text": "'=1+1\n\n'=2+2;'+3\t'@4",
    }
    assert rows[ODD.id]["title"].startswith("'=cmd")
    assert rows[ODD.id]["authors"] == "Ann Lee; -1+1"
    assert rows["story"]["text"] == STORY


@pytest.mark.parametrize("name", [name for name in EXPORT_FORMATS if name not in {"jsonl", "csv"}])
def test_references_have_every_article_and_no_text(archive: Archive, tmp_path: Path, name: str) -> None:
    assert archive.export(tmp_path / "out", format=name) == 10
    written = (tmp_path / "out").read_text(encoding="utf-8")
    assert "Turbines at Veldmoor" in written
    assert "example.org/x" in written
    assert "In hall 1 of" not in written


def test_a_gzipped_export_is_the_same_text(archive: Archive, tmp_path: Path) -> None:
    for name in ("a.csv", "a.csv.gz"):
        archive.export(tmp_path / name, format="csv")
    assert gzip.decompress((tmp_path / "a.csv.gz").read_bytes()) == (tmp_path / "a.csv").read_bytes()


def test_an_export_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "backup.jsonl"
    path.write_text("old", encoding="utf-8")

    def parts() -> Iterator[str]:
        yield "new"
        raise OSError(28, os.strerror(28))

    with pytest.raises(errors.StorageFailed, match="cannot be written: No space left on device"):
        write_export(path, parts())
    assert path.read_text(encoding="utf-8") == "old"
    assert [*tmp_path.iterdir()] == [path]


def test_an_export_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    def parts() -> Iterator[str]:
        yield "new"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_export(tmp_path / "backup.jsonl", parts())
    assert [*tmp_path.iterdir()] == []


def test_a_link_stays_a_link_and_a_device_a_device(tmp_path: Path) -> None:
    target, link = tmp_path / "target.jsonl", tmp_path / "link.jsonl"
    link.symlink_to(target)
    write_export(link, ["new"])
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"
    write_export(Path(os.devnull), ["nothing"])
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
    with pytest.raises(errors.StorageFailed, match="/dev/full cannot be written: No space left"):
        write_export(Path("/dev/full"), ["much"])


def test_where_no_export_can_be_written(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(errors.BadOption, match="is a folder, expected a file"):
        archive.export(tmp_path)
    with pytest.raises(errors.BadOption, match="would stand among the files of the index"):
        archive.export(archive.settings.index / "manifest.json")
    assert archive.info().articles == 10
    with pytest.raises(errors.StorageFailed, match="cannot be written: No such file or directory"):
        archive.export(tmp_path / "missing" / "backup.jsonl")
    with pytest.raises(errors.BadOption, match="format is 'xlsx', expected one of jsonl, csv, bibtex"):
        archive.export(tmp_path / "a.xlsx", format="xlsx")
    assert not (tmp_path / "a.xlsx").exists()
