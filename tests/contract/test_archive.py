"""What `nutgraf.Archive` does with a folder, without weights: add, ask, search, list, remove, close."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from nutgraf import errors
from nutgraf.archive import Archive
from nutgraf.settings import Settings
from tests.contract.stories import OTHERS, STORY, prints
from tests.fakes import FakeEncoder, FakeModels

BAKER = {
    "id": "baker",
    "title": "Bread",
    "text": "The baker Tom Reed sells two hundred loaves of rye bread.",
    "source": "The Tarn Post",
    "published": "2016-01-27",
}
QUESTION = "Who sells two hundred loaves?"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(Settings(tmp_path / "news"), FakeModels()) as opened:
        yield opened


def test_what_is_added_is_answered_at_once(archive: Archive) -> None:
    report = archive.add(BAKER)
    assert (report.added, report.skipped, report.encoded_passages) == (1, (), 1)
    assert report.state.counts.articles == 1
    result = archive.ask(QUESTION)
    guess = result.guesses[0]
    assert (guess.text, guess.article.id, guess.article.source) == ("Reed", "baker", "The Tarn Post")
    assert guess.article.text[guess.start : guess.end] == "Reed"
    assert result.state == report.state
    archive.add(OTHERS[2])
    assert archive.ask("What destroyed the harbour bridge?").state.generation == 2


def test_adding_again_costs_a_look_up(archive: Archive) -> None:
    first = archive.add([BAKER, *prints(), {"id": "empty"}])
    assert (first.added, first.duplicate) == (2, 3)
    assert [(s.id, s.reason) for s in first.skipped] == [(None, 'no field "text"')]
    again = archive.add([BAKER, *prints()])
    assert (again.unchanged, again.encoded_passages) == (5, 0)
    assert again.state == first.state
    changed = archive.add(BAKER | {"title": "Loaves"})
    assert (changed.updated, changed.state.generation) == (1, 2)
    assert archive.get("baker").title == "Loaves"


def test_a_source_that_raises_loses_nothing(archive: Archive) -> None:
    def failing() -> Iterator[dict[str, str]]:
        yield BAKER
        raise RuntimeError("the feed broke")

    with pytest.raises(errors.SourceError, match="RuntimeError: the feed broke; the 1 articles before"):
        archive.add(failing())
    assert [article.id for article in archive.articles()] == ["baker"]
    assert archive.ask(QUESTION).guesses[0].text == "Reed"


def test_a_folder_whose_disk_is_not_there_is_not_pruned(archive: Archive, tmp_path: Path) -> None:
    disk = tmp_path / "articles" / "disk"
    disk.mkdir(parents=True)
    (disk.parent / "own.txt").write_text("Title\n\nThe new bridge over the Tarn was closed by frost.")
    for article in OTHERS:
        (disk / f"{article.id}.txt").write_text(f"{article.id.title()}\n\n{article.text}")
    assert archive.add(disk.parent).added == 5
    disk.rename(tmp_path / "elsewhere")
    refused = archive.add(disk.parent, prune=True)
    assert (refused.removed, refused.not_pruned) == ((), f"4 of the 4 articles of {disk}")
    assert len(refused.gone) == 4
    assert archive.info().articles == 5
    assert len(archive.add(disk.parent, prune=True, prune_many=True).removed) == 4
    assert archive.info().articles == 1


def test_files_are_added_and_pruned(archive: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for article in OTHERS:
        (folder / f"{article.id}.txt").write_text(f"{article.id.title()}\n\n{article.text}")
    assert archive.add(folder).added == 4
    (folder / "storm.txt").unlink()
    assert archive.add(folder).gone == ("articles/storm.txt",)
    assert archive.add(folder, prune=True).removed == ("articles/storm.txt",)
    assert [article.id for article in archive.articles()] == [
        "articles/baker.txt",
        "articles/bridge.txt",
        "articles/mayor.txt",
    ]


def test_removing(archive: Archive) -> None:
    archive.add(OTHERS)
    report = archive.remove(["storm", "none", "storm"])
    assert (report.removed, report.unknown) == (("storm",), ("none",))
    assert [article.id for article in archive.articles()] == ["baker", "bridge", "mayor"]
    assert "storm" not in {hit.article.id for hit in archive.search("harbour bridge of Quist")}
    with pytest.raises(errors.UnknownArticle, match="storm"):
        archive.get("storm")
    assert archive.remove("baker").to_dict() == {"removed": ["baker"], "unknown": []}


def test_filters_and_pages(archive: Archive) -> None:
    archive.add([*OTHERS, *prints()])
    assert {hit.article.id for hit in archive.search("bridge", source="beta")} == {"baker", "mayor", "edited"}
    assert [hit.article.id for hit in archive.search("bridge", before="2020-01-02")] == ["bridge"]
    assert [a.id for a in archive.articles(after="2020-01-05", sort="id")] == ["storm", "story"]
    listed, cursor = [], None
    while page := archive.articles(limit=3, cursor=cursor, sort="id"):
        listed.append([article.id for article in page])
        cursor = page.next
        if cursor is None:
            break
    assert listed == [["another", "baker", "bridge"], ["edited", "mayor", "storm"], ["story", "undated"]]
    assert archive.get("story").text == STORY


def test_many_questions_read_one_state(archive: Archive) -> None:
    archive.add(OTHERS)
    results = archive.ask_many([QUESTION, "Who built the iron bridge?"])
    assert [result.guesses[0].article.id for result in results] == ["baker", "bridge"]
    assert len({result.state.token for result in results}) == 1
    assert results[0].to_dict() == archive.ask(QUESTION).to_dict() | {
        "timing_ms": results[0].to_dict()["timing_ms"]
    }


def test_an_archive_without_articles(archive: Archive) -> None:
    assert [*archive.articles()] == []
    for call in (lambda: archive.ask("Who?"), lambda: archive.remove("a"), archive.info):
        with pytest.raises(errors.IndexMissing):
            call()
    with pytest.raises(errors.SourceError, match="nothing to rebuild"):
        archive.rebuild()
    archive.add([{"id": "a", "text": " "}])
    with pytest.raises(errors.EmptyIndex):
        archive.ask("Who?")


def test_another_encoder_is_refused_until_a_rebuild(archive: Archive) -> None:
    archive.add(OTHERS)
    with Archive(archive.settings, FakeModels(FakeEncoder(32, name="other"))) as other:
        for call in (lambda: other.ask("Who?"), lambda: other.search("bridge"), lambda: other.add(BAKER)):
            with pytest.raises(errors.IndexMismatch, match="fake-encoder"):
                call()
        assert other.rebuild().state.encoder.id == "other"
        assert other.search("the iron bridge of Orlow")[0].article.id == "bridge"
    with pytest.raises(errors.IndexMismatch, match="other"):
        archive.ask("Who?")


def test_two_archives_of_a_folder_see_what_either_writes(archive: Archive) -> None:
    archive.add(OTHERS[:1])
    with Archive(archive.settings, FakeModels()) as other:
        assert len(other.articles()) == 1
        archive.add(OTHERS[1])
        assert len(other.articles()) == 2
        with pytest.raises(errors.IndexLocked):
            archive.write(lambda _: other.add(OTHERS[2]))


def test_after_close_every_call_is_refused(archive: Archive, tmp_path: Path) -> None:
    archive.add(OTHERS)
    archive.close()
    archive.close()
    assert isinstance(archive.models, FakeModels)
    assert archive.models.unloaded == 2
    for call in (
        lambda: archive.ask("Who?"),
        lambda: archive.search("bridge"),
        lambda: archive.add(OTHERS),
        lambda: archive.remove("baker"),
        lambda: archive.get("baker"),
        archive.articles,
        archive.info,
        archive.rebuild,
    ):
        with pytest.raises(errors.ArchiveClosed):
            call()
