"""Wrong values in the Python API: each is refused by name or skipped with a reason, and nothing is lost."""

import multiprocessing
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import nutgraf
from nutgraf import Article, errors
from nutgraf.archive import Archive
from nutgraf.settings import Settings
from tests.contract.test_archive import BAKER, QUESTION
from tests.fakes import FakeEncoder, FakeModels

TEXT = "The ferry to Veldmoor sailed on Tuesday with ninety passengers."
MILL = {"id": "mill", "text": "The mill at Tarn closed on Monday, its owner said."}


def article(**values: Any) -> Article:
    """Return an article that can be stored, but for these values."""
    return Article(**({"id": "ferry", "title": "Ferry", "text": TEXT} | values))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(Settings(tmp_path / "news"), FakeModels()) as opened:
        yield opened


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"id": 5}, "id is int, expected str"),
        ({"id": " "}, "no id"),
        ({"id": "a\nb"}, "id with control characters"),
        ({"id": "x" * 5000}, "id longer than 300 characters"),
        ({"title": None}, "title is NoneType, expected str"),
        ({"text": b"bytes"}, "text is bytes, expected str"),
        ({"text": " "}, "no text"),
        ({"source": 5}, "source is int, expected str or None"),
        ({"authors": None}, "authors is NoneType, expected tuple"),
        ({"authors": (5,)}, "authors holds something else than str"),
        ({"published": "2016-01-01"}, "published is str, expected datetime or None"),
        ({"published": date(2016, 1, 1)}, "published is date, expected datetime or None"),
        ({"published": datetime.max.replace(tzinfo=timezone(-timedelta(hours=12)))}, "out of range in UTC"),
        ({"ingested_at": 5}, "ingested_at is int, expected datetime or None"),
    ],
)
def test_an_article_with_a_wrong_value_is_skipped(archive: Archive, values: Any, reason: str) -> None:
    report = archive.add([BAKER, article(**values), MILL])
    assert [(status.status, reason in status.reason) for status in report.skipped] == [("skipped", True)]
    assert [stored.id for stored in archive.articles()] == ["baker", "mill"]
    assert archive.rebuild().state.counts.articles == 2


def test_text_without_an_encoding_and_dates_without_a_zone_are_stored(archive: Archive) -> None:
    half = "\ud800"
    archive.add(article(title=half, url=half, source=half, authors=(half,), published=datetime(2016, 1, 27)))
    stored = archive.get("ferry")
    assert {stored.title, stored.url, stored.source, *stored.authors} == {"\ufffd"}
    assert stored.published == datetime(2016, 1, 27, tzinfo=UTC)
    assert [listed.id for listed in archive.articles(after="2016-01-27", before="2016-01-27")] == ["ferry"]


def test_a_path_that_is_not_there_is_skipped_among_others(archive: Archive, tmp_path: Path) -> None:
    report = archive.add([BAKER, str(tmp_path / "nowhere"), MILL])
    assert report.added == 2
    assert ["there is no file or folder" in status.reason for status in report.skipped] == [True]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, SystemExit, ZeroDivisionError])
def test_what_came_before_a_generator_stopped_is_stored(
    archive: Archive, failure: type[BaseException]
) -> None:
    def stopping() -> Iterator[dict[str, str]]:
        yield BAKER
        yield MILL
        raise failure

    expected = {KeyboardInterrupt: errors.AddInterrupted, ZeroDivisionError: errors.SourceError}
    with pytest.raises(expected.get(failure, failure)):
        archive.add(stopping())
    assert [stored.id for stored in archive.articles()] == ["baker", "mill"]


def test_an_item_that_raises_ends_the_run_and_loses_nothing(archive: Archive) -> None:
    class Broken:
        def __fspath__(self) -> str:
            raise RuntimeError("no path today")

    with pytest.raises(errors.SourceError, match="RuntimeError: no path today; the 1 articles before"):
        archive.add([BAKER, Broken(), MILL])  # type: ignore[list-item] # the point of the test
    assert [stored.id for stored in archive.articles()] == ["baker"]


def test_texts_over_the_limit_are_skipped(archive: Archive) -> None:
    report = archive.add([BAKER | {"text": TEXT * 9}, article(text=TEXT * 9), MILL], max_bytes=100)
    assert [status.reason for status in report.skipped] == ["larger than 100 bytes"] * 2
    assert report.added == 1


def test_dates_of_records_that_are_not_used_are_told(archive: Archive) -> None:
    report = archive.add([BAKER | {"published": "soon"}, MILL | {"published": "2016-02-30"}])
    assert [(dates.origin, dates.given) for dates in report.dates_not_used] == [
        ("record 1", "soon"),
        ("record 2", "2016-02-30"),
    ]
    assert report.to_dict()["dates_not_used"][0]["count"] == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda a: a.ask(None), "the question is NoneType, expected str"),
        (lambda a: a.ask(b"Who?"), "the question is bytes, expected str"),
        (lambda a: a.search(5), "the question is int, expected str"),
        (lambda a: a.ask_many("Who?"), "questions is str, expected a list of questions"),
        (lambda a: a.ask_many(None), "questions is NoneType, expected a list of questions"),
        (lambda a: a.ask_many([QUESTION, None]), "the question is NoneType, expected str"),
        (lambda a: a.ask(QUESTION, top="5"), "top is str, expected int"),
        (lambda a: a.ask(QUESTION, top=1.5), "top is float, expected int"),
        (lambda a: a.search(QUESTION, top=True), "top is bool, expected int"),
        (lambda a: a.ask(QUESTION, min_probability="0.5"), "min_probability is str, expected a number"),
        (lambda a: a.ask(QUESTION, min_probability=float("nan")), "min_probability nan is not between"),
        (lambda a: a.ask(QUESTION, after=20160127), "after: it is int, expected str, date or datetime"),
        (lambda a: a.ask(QUESTION, as_of=[]), "as_of: it is list, expected str, date or datetime"),
        (
            lambda a: a.ask(QUESTION, after=datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))),
            "after: ",
        ),
        (lambda a: a.ask(QUESTION, source=5), "source is 5, expected the name of an outlet"),
        (lambda a: a.ask(QUESTION, source=0), "source is 0, expected the name of an outlet"),
        (lambda a: a.ask(QUESTION, source=["Reuters", 5]), "expected the name of an outlet"),
        (lambda a: a.get(5), "an article id is int, expected str"),
        (lambda a: a.remove(["mill", None]), "an article id is NoneType, expected str"),
        (lambda a: a.remove(None), "an article id is NoneType, expected str"),
        (lambda a: a.articles(limit=1.5), "limit is 1.5, expected a whole number"),
        (lambda a: a.articles(limit=True), "limit is True, expected a whole number"),
        (lambda a: a.articles(cursor=[]), "cursor is list, expected `next` of the page before"),
        (lambda a: a.articles(after="2017", before="2016"), "after 2017-01-01 is later than before"),
        (lambda a: a.add(MILL, outlet=5), "outlet is int, expected a name"),
        (lambda a: a.add(MILL, fields={"title": 5}), "fields is {'title': 5}, expected a dict of names"),
        (lambda a: a.add(MILL, max_bytes=0), "max_bytes is 0, expected a whole number, 1 or more"),
        (lambda a: a.add(MILL, max_bytes="5"), "max_bytes is '5', expected a whole number, 1 or more"),
        (lambda a: a.add(MILL, max_seconds="5"), "max_seconds is '5', expected a number"),
        (lambda a: a.add(MILL, max_memory_mb=None), "max_memory_mb is None, expected a number"),
        (lambda _: nutgraf.open(None), "the archive is named by NoneType, expected a folder"),
        (lambda _: nutgraf.open(b"news"), "the archive is named by bytes, expected a folder"),
        (lambda _: nutgraf.open(""), "'' is no name of a folder"),
        (lambda _: nutgraf.open("a\0b"), "is no name of a folder"),
        (lambda _: nutgraf.open("new", threads="2"), "threads is str, expected int"),
        (lambda _: nutgraf.open("new", passages=2.0), "passages is float, expected int"),
        (lambda _: nutgraf.open("new", profile=[]), "is none of quick, balanced, thorough"),
        (lambda _: nutgraf.open("new", encoder=1), "encoder is int, expected the name or the folder"),
    ],
)
def test_a_wrong_value_is_refused_by_name(archive: Archive, call: Any, message: str) -> None:
    archive.add(BAKER)
    with pytest.raises(errors.NutgrafError) as caught:
        call(archive)
    assert message in str(caught.value)
    assert caught.value.hint
    assert archive.info().articles == 1


def test_an_index_that_is_none_is_refused(archive: Archive) -> None:
    archive.add(BAKER)
    manifest = archive.settings.index / "manifest.json"
    whole = manifest.read_text()
    for broken in (whole.replace('"files": {', '"files": null, "left": {'), "[" * 100_000, "null", "5"):
        manifest.write_text(broken)
        with pytest.raises(errors.IndexDamaged):
            nutgraf.open(archive.settings.index)
    manifest.write_text(whole)
    archive.check()


def test_a_damaged_archive_is_mended_by_rebuild(archive: Archive) -> None:
    archive.add([BAKER, MILL])
    (archive.settings.index / "vectors-1.faiss").unlink()
    with pytest.raises(errors.IndexDamaged, match=r"vectors-1\.faiss is missing"):
        nutgraf.open(archive.settings.index)
    with nutgraf.open(archive.settings.index, check=False) as damaged:
        again = Archive(damaged.settings, FakeModels())
        assert again.rebuild().state.counts.articles == 2
    assert [stored.id for stored in again.articles()] == ["baker", "mill"]
    again.close()


def test_another_encoder_says_how_much_it_encoded(archive: Archive) -> None:
    archive.add([BAKER, MILL])
    with Archive(archive.settings, FakeModels(FakeEncoder(name="another"))) as renewed:
        report = renewed.rebuild()
        assert (report.encoded_passages, report.state.encoder.id) == (2, "another")
        assert renewed.rebuild().encoded_passages == 0


def test_an_empty_store_is_damage(archive: Archive) -> None:
    archive.add(BAKER)
    archive.close()
    for file in archive.settings.index.glob("store.sqlite*"):
        file.write_bytes(b"")
    with pytest.raises(errors.IndexDamaged, match="no such table"):
        nutgraf.open(archive.settings.index)


def test_closing_while_others_read(archive: Archive) -> None:
    archive.add(BAKER)
    raised: list[BaseException] = []

    def read() -> None:
        try:
            while True:
                archive.search(QUESTION, top=1)
        except errors.NutgrafError as error:
            raised.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    archive.search(QUESTION)
    archive.close()
    for reader in readers:
        reader.join(timeout=30)
    assert [type(error) for error in raised] == [errors.ArchiveClosed] * 3


def test_released_models_and_states_come_again(archive: Archive) -> None:
    archive.add(BAKER)
    archive.release()
    assert archive.search(QUESTION)[0].article.id == "baker"


def test_a_forked_process_opens_the_archive_anew(archive: Archive) -> None:
    archive.add(BAKER)
    archive.search(QUESTION)
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)

    def child() -> None:
        try:
            archive.search(QUESTION)
        except errors.ArchiveClosed as error:
            sending.send(str(error))

    process = context.Process(target=child)
    process.start()
    assert receiving.poll(30)
    assert "was opened before this process was forked" in receiving.recv()
    process.join(30)
