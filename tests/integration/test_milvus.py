"""An archive in Milvus Lite through the doors: `nutgraf.open`, every method of an archive, the doctor."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import nutgraf
from nutgraf.api.doctor import index_checks
from nutgraf.api.evaluation import benchmark_archive
from nutgraf.archive import Archive
from nutgraf.engines import engine_of
from nutgraf.indexer.article import Article
from nutgraf.indexer.milvus import index as milvus_index
from nutgraf.indexer.milvus.connection import disconnect
from nutgraf.opening import OpenIndex
from nutgraf.settings import Settings
from tests.conftest import Cli
from tests.contract.stories import OTHERS, prints
from tests.fakes import FakeModels

pytest.importorskip("milvus_lite", reason="the extra milvus is not installed")

ARTICLES = [*OTHERS, *prints()]


@pytest.fixture(scope="module")
def location(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield Path(f"milvus:{tmp_path_factory.mktemp('milvus')}/news.db")
    disconnect()


@pytest.fixture(scope="module")
def archive(location: Path) -> Iterator[Archive]:
    """Give an archive with the stories of the contract suites."""
    with Archive(Settings(location), FakeModels()) as archive:
        assert archive.add(ARTICLES).state.counts.articles == 8
        yield archive


def test_questions_and_searches(archive: Archive) -> None:
    answer = archive.ask("Who built the iron bridge of Orlow?", min_probability=0.0)
    assert answer.result.candidates[0].passage.article.id == "bridge"
    assert [hit.article.id for hit in archive.search("rye bread", top=1)] == ["baker"]
    assert [hit.article.source for hit in archive.search("turbines", source="gamma", top=1)] == ["Gamma"]
    assert {article.id for article in archive.versions("story").copies} >= {"another"}


def test_lists_and_info(archive: Archive, location: Path) -> None:
    page = archive.articles(limit=3, facets=True)
    rest = archive.articles(limit=9, cursor=page.next)
    assert len({article.id for article in [*page, *rest]}) == 8
    assert page.facets is not None
    assert page.facets.articles == 8
    info = archive.info()
    assert (info.articles, info.info.location) == (8, str(location))


def test_an_export_moves_the_archive_to_a_folder(archive: Archive, tmp_path: Path) -> None:
    count = archive.export(tmp_path / "all.jsonl.gz")
    with Archive(Settings(tmp_path / "folder"), FakeModels()) as embedded:
        assert embedded.add(tmp_path / "all.jsonl.gz").added + 3 == count == 8, "three are copies"

        def content(archive: Archive) -> list[Article]:
            return [replace(a, ingested_at=None) for a in archive.articles(sort="id")]

        assert content(embedded) == content(archive)


def test_what_changes_is_seen_and_nothing_is_written_twice(archive: Archive) -> None:
    before = engine_of(archive.settings.index).stamp()
    assert {status.status for status in archive.add(ARTICLES).statuses} == {"unchanged"}
    assert engine_of(archive.settings.index).stamp() == before
    archive.add({"id": "panda", "text": "Pandas were counted in Chengdu."})
    assert engine_of(archive.settings.index).stamp() != before
    assert archive.search("pandas in Chengdu", top=1)[0].article.id == "panda"
    assert archive.remove("panda").removed == ("panda",)
    with pytest.raises(nutgraf.errors.UnknownArticle):
        archive.get("panda")


def test_new_passages_come_in_parts_of_whole_articles(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever range of numbers is looked through at a time, watches are compared with the same."""

    def parts(opened: OpenIndex) -> list[list[tuple[int, str]]]:
        return [
            [*zip(part.ids.tolist(), part.texts, strict=True)] for part in opened.index.added(first_passage)
        ]

    first_passage = 2
    with archive.reading() as opened:
        (whole,) = parts(opened)
        monkeypatch.setattr(milvus_index, "_PART", 2)
        assert [passage for part in parts(opened) for passage in part] == whole
        articles = [article for part in opened.index.added(0) for article in {*part.articles}]
        assert len(articles) == len({*articles}) == 8, "no article is in two parts"
        assert [i for i, _ in whole] == sorted(i for i, _ in whole)
        assert whole[0][0] == first_passage + 1


def test_a_benchmark_keeps_its_archive_and_takes_no_other(archive: Archive, tmp_path: Path) -> None:
    kept = replace(archive.settings, index=Path(f"milvus:{tmp_path}/bench.db"))
    for settings in (kept, kept):
        with benchmark_archive.open_archive(settings, lambda: OTHERS, keep=True) as opened:
            assert opened.index.state.counts.articles == 4
    message = r"holds 4 articles that are not of this file"
    with (
        pytest.raises(nutgraf.errors.BadOption, match=message),
        benchmark_archive.open_archive(archive.settings, lambda: OTHERS, keep=True),
    ):
        pass


def test_the_doctor_looks_at_it(archive: Archive, location: Path) -> None:
    findings = [*index_checks.examine(location)]
    assert [(finding.name, finding.status) for finding in findings] == [
        ("index", "ok"),
        ("vectors", "ok"),
        ("writer", "ok"),
    ]


def test_opening(archive: Archive, location: Path, tmp_path: Path) -> None:
    with nutgraf.open(str(location)) as opened:
        assert opened.info().articles == 8
    with nutgraf.open(f"milvus:{tmp_path}/new.db") as new:
        assert [*new.articles()] == []
        with pytest.raises(nutgraf.errors.IndexMissing):
            new.ask("Who?")
    assert not (tmp_path / "new.db").exists(), "asking makes no archive"
    lite = Path(str(location).removeprefix("milvus:"))
    with pytest.raises(nutgraf.errors.IndexMismatch, match="Milvus Lite") as caught:
        nutgraf.open(lite)
    assert f"milvus:{lite}" in caught.value.hint
    with pytest.raises(nutgraf.errors.StorageFailed, match="is no address"):
        nutgraf.open("milvus:http://")


def test_another_process_asks_what_one_has_indexed(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "mill.txt").write_text("The mill at Tarn closed on Friday. Ada Quill, the mayor, was sorry.")
    there = ("--index", "milvus:news.db")
    assert cli("index", *there, "mill.txt").returncode == 0
    asked = cli("ask", "Who is the mayor?", "--min-probability", "0", *there)
    assert (asked.returncode, asked.stdout.partition("   (")[0]) == (0, "Ada Quill")
    again = cli("index", *there, "mill.txt")
    assert "0 added, 1 unchanged" in again.stdout
