"""Standing questions of an archive, without weights: kept, asked when articles touch them, safe to stop."""

import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest

from nutgraf import errors, watching
from nutgraf.archive import Archive
from nutgraf.engines import engine_of
from nutgraf.hooks import Hooks, hand_over
from nutgraf.indexer import watches as seam
from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded import database
from nutgraf.indexer.embedded.watches import EmbeddedWatches
from nutgraf.indexer.watches import WatchBook
from nutgraf.qa.inquiry import Inquiry
from nutgraf.settings import Settings
from nutgraf.watches import MAX_WATCHES
from tests.contract.test_archive import BAKER, QUESTION
from tests.fakes import FakeModels

MILL = {"id": "mill", "text": "The mill at Tarn closed on Monday, its owner said.", "source": "Orlow Times"}
LATER = BAKER | {
    "id": "later",
    "text": "Two hundred loaves Ann Low sells.",
    "source": "Orlow Times",
    "published": "2016-03-01",
}


@pytest.fixture
def archive(any_location: Path) -> Iterator[Archive]:
    with Archive(Settings(any_location), FakeModels()) as opened:
        yield opened


def book_of(archive: Archive) -> WatchBook:
    return engine_of(archive.settings.index).watches()


def kinds(archive: Archive) -> list[tuple[int, str]]:
    return [(change.watch, change.kind) for change in archive.changes()]


def test_an_empty_archive_is_watched_and_its_first_answer_is_new(archive: Archive) -> None:
    watch = archive.watch(QUESTION, min_probability=0.0)
    assert (watch.id, watch.asked, watch.answer, archive.run_watches().asked) == (1, True, None, 0)
    report = archive.add([BAKER, MILL])
    assert [(change.kind, change.after and change.after.text) for change in report.changes] == [
        ("new_answer", "Reed")
    ]
    assert report.to_dict()["changes"][0]["question"] == QUESTION
    (stored,) = archive.watches()
    assert stored.answer is not None
    assert (stored.answer.article["id"], stored.answer.outlets) == ("baker", ("The Tarn Post",))
    assert archive.run_watches().to_dict() == {"watches": 1, "asked": 0, "changes": []}


def test_what_is_known_is_no_change(archive: Archive) -> None:
    archive.add(BAKER)
    watch = archive.watch(QUESTION, min_probability=0.0)
    assert watch.answer is not None
    assert (watch.answer.text, watch.answer.sentence) == ("Reed", BAKER["text"])
    assert archive.add(MILL).changes == ()
    assert archive.add(BAKER | {"title": "Loaves"}).changes == ()
    assert kinds(archive) == []


def test_a_question_is_watched_once_for_the_same_filters(archive: Archive) -> None:
    first = archive.watch(QUESTION)
    assert archive.watch(f"  {QUESTION} ").id == first.id
    assert archive.watch(QUESTION, source="The Tarn Post").id == 2
    assert archive.watch(QUESTION, source=["The Tarn Post", "The Tarn Post"]).id == 2
    assert [watch.id for watch in archive.watches()] == [1, 2]
    assert archive.unwatch([1, 7]) == [1]
    assert archive.watch(QUESTION).id == 3


def test_a_watched_question_gets_the_webhook_that_is_named_later(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUTGRAF_WEBHOOK_HOSTS", "hooks.example")
    monkeypatch.setenv("NUTGRAF_WEBHOOK_SECRET", "0123456789abcdef")
    archive.watch(QUESTION)
    archive.watch("Who closed the mill?")
    named = archive.watch(QUESTION, webhook="https://hooks.example/a")
    assert (named.id, named.webhook, named.revision) == (1, "https://hooks.example/a", 2)
    assert archive.watch(QUESTION).webhook == "https://hooks.example/a"
    assert archive.watch(QUESTION, webhook="https://hooks.example/a").revision == 2
    assert [watch.webhook for watch in archive.watches()] == ["https://hooks.example/a", None]


def test_changes_that_a_webhook_does_not_take_hold_up_no_other(archive: Archive) -> None:
    archive.add(BAKER)
    with book_of(archive) as book:
        book.add([("dead", "https://dead.example/"), ("live", "https://live.example/")], "", 0, 10)
        for watch_id in (1, 1, 1, 2):
            (row,) = book.pick([watch_id])
            book.record(row, row.state, row.seen + 1, "{}")
        assert [(change.id, webhook) for change, webhook, _ in book.unsent(2)] == [
            (1, "https://dead.example/"),
            (2, "https://dead.example/"),
            (4, "https://live.example/"),
        ]


def test_articles_that_do_not_pass_the_filter_touch_nothing(archive: Archive) -> None:
    archive.watch(QUESTION, source="Orlow Times", min_probability=0.0)
    archive.watch(QUESTION, after="2016-02-01", min_probability=0.0)
    assert archive.add(BAKER).changes == ()
    assert {change.watch for change in archive.add(LATER).changes} == {1, 2}


def test_a_removed_article_takes_its_answer_with_it(archive: Archive) -> None:
    archive.add([BAKER, MILL])
    archive.watch(QUESTION, source="The Tarn Post", min_probability=0.0)
    archive.remove("baker")
    (change,) = archive.run_watches().changes
    assert (change.kind, change.before and change.before.text, change.after) == ("gone", "Reed", None)
    assert archive.run_watches().asked == 0


def test_an_archive_that_is_emptied(archive: Archive) -> None:
    archive.add(BAKER)
    archive.watch(QUESTION, min_probability=0.0)
    archive.watch("Who else?", min_probability=1.0)
    archive.remove("baker")
    assert [change.kind for change in archive.run_watches().changes] == ["gone"]
    assert archive.run_watches().changes == ()


def test_a_run_that_is_stopped_goes_on_with_the_next(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run of `add` dies at the second watch: its article is stored, and the first change is kept."""
    for source in ("The Tarn Post", "the tarn post ", "THE TARN POST"):
        archive.watch(QUESTION, source=source.strip(), min_probability=0.0)
    book, calls = type(book_of(archive)), []
    record = book.record

    def dying(book: WatchBook, *values: Any) -> object:
        calls.append(values)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return record(book, *values)

    with monkeypatch.context() as patch:
        patch.setattr(book, "record", dying)
        with pytest.raises(errors.AddInterrupted) as interrupted:
            archive.add(BAKER)
    assert interrupted.value.report.added == 1
    assert kinds(archive) == [(1, "new_answer")]
    assert [change.watch for change in archive.run_watches().changes] == [2, 3]
    assert kinds(archive) == [(1, "new_answer"), (2, "new_answer"), (3, "new_answer")]


def test_two_runs_at_once_note_a_change_once(archive: Archive) -> None:
    archive.watch(QUESTION, min_probability=0.0)
    baker = Article("baker", "Bread", BAKER["text"])
    archive.write(lambda writer: [*writer.add([baker]), writer.publish()])  # as another process does
    with ThreadPoolExecutor(4) as pool:
        runs = [*pool.map(lambda _: archive.run_watches(), range(4))]
    assert sum(len(run.changes) for run in runs) == 1
    assert kinds(archive) == [(1, "new_answer")]


def test_a_failure_of_the_watches_is_no_failure_of_add(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.watch(QUESTION, min_probability=0.0)

    def missing(*_: object) -> None:
        raise errors.ModelMissing("there is no reader", hint="install it")

    with monkeypatch.context() as patch:
        patch.setattr(FakeModels, "readers", property(missing))
        report = archive.add(BAKER)
    assert (report.added, report.changes, report.watch_failure) == (1, (), "there is no reader")
    assert report.to_dict()["watch_failure"] == "there is no reader"
    assert [change.kind for change in archive.run_watches().changes] == ["new_answer"]


def test_an_edit_of_what_somebody_else_edited_is_refused(archive: Archive) -> None:
    archive.add(BAKER)
    seen_by_both = archive.watch(QUESTION, min_probability=0.0)
    other = Inquiry("Who closed the mill?", min_probability=0.0)
    edited = watching.edit_watch(archive, 1, seen_by_both.revision, other)
    assert (edited.id, edited.question, edited.revision) == (1, "Who closed the mill?", 2)
    with pytest.raises(errors.StaleWatch, match="watch 1 was edited or removed since its revision 1"):
        watching.edit_watch(archive, 1, seen_by_both.revision, Inquiry("Who?"))
    archive.watch(QUESTION)
    with pytest.raises(errors.BadWatch, match="watch 2 asks the same already"):
        watching.edit_watch(archive, 1, edited.revision, Inquiry(QUESTION))
    archive.unwatch(1)
    with pytest.raises(errors.UnknownWatch, match="no watch has the id 1"):
        watching.edit_watch(archive, 1, edited.revision, other)


def test_there_are_bounds_on_watches_and_changes(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (MAX_WATCHES, seam.MOST_CHANGES) == (10_000, 100)
    monkeypatch.setattr(watching, "MAX_WATCHES", 1100)
    monkeypatch.setattr(seam, "MOST_CHANGES", 3)
    questions = [Inquiry(f"Who is number {number}?") for number in range(1100)]
    assert [watch.id for watch in watching.add_watches(archive, questions)] == [*range(1, 1101)]
    with pytest.raises(errors.BadWatch, match="there would be 1,101 watches; an archive keeps 1,100"):
        archive.watch("One more?")
    assert archive.watch("Who is number 7?").id == 8
    with book_of(archive) as book:
        for number in range(5):
            (row,) = book.pick([8])
            assert book.record(row, row.state, row.seen + 1, f'{{"n": {number}}}') is not None
        assert [json.loads(row.body)["n"] for row in book.changes(limit=1000)] == [2, 3, 4]
        assert book.newest_changes(1, 8)[0].body == '{"n": 4}'
        assert book.remove([8]) == [8]
        assert book.changes(limit=1000) == []


def test_an_archive_of_an_older_nutgraf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It can be read before it is written to; several processes may take the step at once."""
    archive = Archive(Settings(tmp_path / "news"), FakeModels())
    path = archive.settings.index / "store.sqlite"
    path.parent.mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", database.MIGRATIONS[:4])
        database.Database(path).close()
    assert (archive.watches(), archive.changes()) == ([], [])
    assert (archive.run_watches().watches, hand_over(archive.settings, Hooks("exit 3"))) == (0, [])
    with ThreadPoolExecutor(8) as pool:
        for opened in pool.map(lambda _: EmbeddedWatches(path.parent), range(8)):
            opened.__exit__()
    assert archive.watch(QUESTION).id == 1
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(database.MIGRATIONS),)


def test_unknown_watches_and_bad_questions(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(errors.BadOption, match="webhook is int, expected an address"):
        archive.watch(QUESTION, webhook=cast("str", 5))
    assert (archive.watches(), archive.changes(), archive.unwatch(1)) == ([], [], [])
    with pytest.raises(errors.UnknownWatch, match="no watch has the id 7"):
        archive.changes(7)
    with pytest.raises(errors.BadOption, match="the id of a watch is str, expected int"):
        archive.unwatch("1")  # type: ignore[arg-type]
    with pytest.raises(errors.BadQuestion, match="the question is empty"):
        archive.watch(" ")
    with pytest.raises(errors.BadFilter, match="is later than"):
        archive.watch(QUESTION, after="2017", before="2016")
    assert [*tmp_path.iterdir()] == [], "nothing is made to refuse it"
