"""The Python API: an archive that answers in four lines, and what happens to bad input."""

import json
import math
import os
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import nutgraf
from nutgraf import errors

QUESTION = "What did China agree to on sanctions?"
ANSWER = "new United Nations sanctions against the North"
SEED = "seeds/004_d6905fbb12041181.txt"
ARTICLE = {
    "id": "a1",
    "title": "The mill at Tarn",
    "text": "The old mill at Tarn closed on Monday, its owner Odalys Brandt said.",
    "published": "2016-01-27",
    "source": "The Tarn Post",
}


@pytest.fixture
def seeds(seeds_index: Path) -> Iterator[nutgraf.Archive]:
    with nutgraf.open(seeds_index) as archive:
        yield archive


def test_four_lines_answer(tmp_path: Path) -> None:
    with nutgraf.open(tmp_path / "news.nutgraf") as archive:
        report = archive.add([ARTICLE])
        answer = archive.ask("Who owns the mill at Tarn?")
    assert (report.added, [status.id for status in report.statuses]) == (1, ["a1"])
    assert answer.text == "Odalys Brandt"
    best = answer.answers[0]
    assert best.article.text[best.start : best.end] == best.text == "Odalys Brandt"
    assert best.article.published == datetime(2016, 1, 27, tzinfo=UTC)


def test_to_dict_is_the_json_of_the_command_line(seeds: nutgraf.Archive, seeds_index: Path, cli: Any) -> None:
    def printed(*command: str) -> Any:
        return json.loads(cli(*command, "--json", "--index", str(seeds_index), profile=None).stdout)

    def timeless(value: Any) -> Any:
        return {key: part for key, part in value.items() if key != "timing_ms"}

    asked = seeds.ask(QUESTION, explain=True, timeline=True)
    assert timeless(asked.to_dict()) == timeless(printed("ask", QUESTION, "--explain", "--timeline"))
    hits = seeds.search("missile defense", top=3)
    assert timeless(hits.to_dict()) == timeless(printed("search", "missile defense", "--top", "3"))
    assert seeds.info().to_dict() == printed("info")
    assert seeds.get(SEED).to_dict() == printed("show", SEED)


def test_reprs_are_readable(seeds: nutgraf.Archive) -> None:
    assert repr(seeds.ask(QUESTION)).startswith(f"AskResult({QUESTION!r}, {ANSWER!r}, probability=0.")
    assert repr(seeds.ask("Who won the football match?")).startswith(
        "AskResult('Who won the football match?', not_found: "
    )
    hits = seeds.search("missile defense", top=1)
    assert repr(hits) == "SearchHits('missile defense', 1 hits)"
    assert len(repr(hits[0])) < 250
    assert len(repr(seeds.get(SEED))) < 250
    assert repr(seeds.info()).endswith("articles=3, passages=" + str(seeds.info().passages) + ")")


def test_filters_take_text_dates_and_datetimes(seeds: nutgraf.Archive) -> None:
    days: list[Any] = ["2016-01-27", date(2016, 1, 27), datetime(2016, 1, 27, 23, tzinfo=UTC)]
    found = [[hit.article.id for hit in seeds.search("sanctions", after=day, before=day)] for day in days]
    assert found[0] == found[1] == found[2]
    assert set(found[0]) == {SEED}
    assert not seeds.search("sanctions", source="No such outlet")
    assert seeds.search("sanctions", source=["the new york times", "another"])


def test_articles_are_paged_and_filtered(seeds: nutgraf.Archive) -> None:
    page = seeds.articles(limit=2, sort="id")
    rest = seeds.articles(limit=2, cursor=page.next, sort="id")
    ids = [article.id for article in (*page, *rest)]
    assert ids == sorted(ids)
    assert (len(page), len(rest), rest.next) == (2, 1, None)
    assert [article.id for article in seeds.articles(before="2016-01-27", after="2016-01-27")] == [SEED]
    for limit in (0, 1001):
        with pytest.raises(
            errors.BadOption, match=f"limit is {limit}, expected a whole number from 1 to 1,000"
        ):
            seeds.articles(limit=limit)


def test_the_timeline_lists_answers(seeds: nutgraf.Archive) -> None:
    entries = seeds.timeline(QUESTION)
    assert entries[0].status == "current"
    assert entries[0].first == date(2016, 1, 27)


def test_many_questions_are_answered_as_one_by_one(seeds: nutgraf.Archive) -> None:
    questions = [QUESTION, "Who won the football match?", QUESTION]
    assert [a.text for a in seeds.ask_many(questions)] == [seeds.ask(q).text for q in questions]


def test_a_question_at_its_very_threshold_has_one_outcome(seeds: nutgraf.Archive) -> None:
    least = seeds.ask(QUESTION).answers[0].probability
    assert [seeds.ask(QUESTION, min_probability=least).outcome for _ in range(2)] == ["answered"] * 2
    assert seeds.ask(QUESTION, min_probability=math.nextafter(least, 1)).outcome == "unsure"


def test_files_folders_and_globs_go_in(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "one.txt").write_text("The mill closed\n\nThe mill at Tarn closed on Monday.")
    (folder / "two.md").write_text("# The bridge\n\nThe bridge at Tarn opened on Friday.")
    with nutgraf.open(tmp_path / "index") as archive:
        assert archive.add(folder).added == 2
        assert archive.add(str(folder / "*.txt")).unchanged == 1
        assert archive.add([folder / "one.txt", str(folder)]).unchanged == 2
        (folder / "two.md").unlink()
        assert archive.add(folder).gone == ("articles/two.md",)
        assert archive.add(folder, prune=True).removed == ("articles/two.md",)
        assert archive.info().articles == 1


def test_records_are_cleaned_as_lines_of_json_are(tmp_path: Path) -> None:
    record = {**ARTICLE, "text": "The mill closed.\u200b\n\nAdvertisement\n\nIts owner is Odalys Brandt."}
    with nutgraf.open(tmp_path / "index") as archive:
        archive.add(record)
        assert archive.get("a1").text == "The mill closed.\n\nIts owner is Odalys Brandt."
        headline = {"headline": "A mill", "text": "The mill closed.", "id": "a2"}
        assert archive.add(headline, fields={"title": "headline"}).added == 1
        assert archive.get("a2").title == "A mill"


def test_an_article_without_a_name_gets_one_from_its_content(tmp_path: Path) -> None:
    record = {"text": "The mill at Tarn closed on Monday."}
    with nutgraf.open(tmp_path / "index") as archive:
        first = archive.add([record, {"text": "The bridge at Tarn opened."}])
        assert first.added == 2
        assert len({status.id for status in first.statuses}) == 2
        assert archive.add(record).unchanged == 1


def test_removed_articles_are_gone(tmp_path: Path) -> None:
    with nutgraf.open(tmp_path / "index") as archive:
        archive.add([ARTICLE, {**ARTICLE, "id": "a2", "text": "The bridge at Tarn opened on Friday."}])
        report = archive.remove(["a1", "none"])
        assert (report.removed, report.unknown) == (("a1",), ("none",))
        assert [article.id for article in archive.articles()] == ["a2"]
        assert not any(hit.article.id == "a1" for hit in archive.search("mill"))
        with pytest.raises(errors.UnknownArticle, match="no article has the id 'a1'"):
            archive.get("a1")


# --- bad input --------------------------------------------------------------------------------------------


def test_open_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(errors.BadOption, match="is a file, expected the folder of an archive"):
        nutgraf.open(tmp_path / "file")


def test_open_a_folder_that_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear all")
    with pytest.raises(errors.IndexMissing, match="holds other files and no archive"):
        nutgraf.open(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_open_an_archive_of_a_newer_version(seeds_index: Path, tmp_path: Path) -> None:
    shutil.copytree(seeds_index, tmp_path / "newer")
    manifest = tmp_path / "newer" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 99}))
    with pytest.raises(errors.IndexMismatch, match="format 99"):
        nutgraf.open(tmp_path / "newer")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_open_without_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(errors.StorageFailed, match="may not be written"):
            nutgraf.open(tmp_path / "new")
    finally:
        tmp_path.chmod(0o700)


def test_a_new_archive_has_no_answer_yet(tmp_path: Path) -> None:
    with nutgraf.open(tmp_path / "new") as archive:
        assert len(archive.articles()) == 0
        with pytest.raises(errors.NutgrafError, match=r"no index|no articles"):
            archive.ask(QUESTION)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"id": "b", "title": "No text"}, 'no field "text"'),
        ({"id": "b", "text": "x", "titel": "y"}, "unknown key 'titel'"),
        ({"id": math.nan, "text": "x"}, "id is nan, expected text"),
        ({"id": "b", "text": math.inf}, "text is inf, expected text"),
        ({"id": "b", "text": None}, 'no field "text"'),
        ({"id": "b", "text": " \n "}, "no text left after cleaning"),
        (7, "it is int, expected a path, an address, a dict, an Article"),
    ],
)
def test_a_bad_record_is_skipped_with_its_reason(tmp_path: Path, record: Any, reason: str) -> None:
    with nutgraf.open(tmp_path / "index") as archive:
        report = archive.add([record, ARTICLE])
        assert report.added == 1
        (skipped,) = report.skipped
        assert reason in skipped.reason
        assert [article.id for article in archive.articles()] == ["a1"]


@pytest.mark.parametrize("source", [7, None, b"bytes"])
def test_a_source_of_another_type(tmp_path: Path, source: Any) -> None:
    with (
        nutgraf.open(tmp_path / "index") as archive,
        pytest.raises(errors.SourceError, match="expected a path"),
    ):
        archive.add(source)


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with nutgraf.open(tmp_path / "index") as archive:
        with pytest.raises(errors.SourceError, match="there is no file or folder"):
            archive.add(tmp_path / "nowhere")
        assert archive.add(ARTICLE).added == 1


def test_an_iterable_that_raises_loses_nothing(tmp_path: Path) -> None:
    def articles() -> Iterator[dict[str, Any]]:
        yield ARTICLE
        yield {**ARTICLE, "id": "a2", "text": "The bridge at Tarn opened on Friday."}
        raise OSError("the feed is gone")

    with nutgraf.open(tmp_path / "index") as archive:
        with pytest.raises(
            errors.SourceError, match=r"raised OSError: the feed is gone; the 2 articles before"
        ):
            archive.add(articles())
        assert [article.id for article in archive.articles()] == ["a1", "a2"]


class PanicException(BaseException):
    """Stands for the class that each library in Rust has for itself."""


def panic(*_: object, **__: object) -> Any:
    raise PanicException("index out of bounds")


def test_an_iterable_that_panics_loses_nothing(tmp_path: Path) -> None:
    """So does a data frame that is read by a library in Rust."""

    def rows() -> Iterator[dict[str, str]]:
        yield ARTICLE
        panic()

    with nutgraf.open(tmp_path / "news.nutgraf") as archive:
        with pytest.raises(errors.SourceError, match="raised PanicException: index out of bounds; the 1 art"):
            archive.add(rows())
        assert archive.get("a1").source == "The Tarn Post"


@pytest.mark.parametrize("when", ["opening", "searching"])
def test_a_panic_at_a_damaged_index_names_it(seeds_copy: Path, panicking: Any, when: str) -> None:
    panicking(seeds_copy, when)
    with pytest.raises(errors.IndexDamaged, match="lexical-1/passages cannot be read: ") as caught:
        nutgraf.open(seeds_copy).ask(QUESTION)
    assert caught.value.hint == f"nutgraf index --rebuild --index {seeds_copy}"
    with nutgraf.open(seeds_copy, check=False) as archive:
        archive.rebuild()
        assert archive.ask(QUESTION).text == ANSWER


@pytest.mark.parametrize(
    ("place", "call"),
    [
        ("nutgraf.qa.answer.Answerer.answer", lambda archive: archive.ask(QUESTION)),
        ("nutgraf.qa.answer.Answerer.timeline", lambda archive: archive.timeline(QUESTION)),
        ("nutgraf.qa.search.Searcher.search", lambda archive: archive.search(QUESTION)),
        ("nutgraf.opening.OpenIndex.article", lambda archive: archive.get(SEED)),
        ("nutgraf.engines.EmbeddedEngine.open", lambda archive: archive.check()),
        ("nutgraf.indexer.duplicates.sketch", lambda archive: archive.add(ARTICLE)),
        ("nutgraf.indexer.store_writer.StoreWriter.remove", lambda archive: archive.remove(SEED)),
        ("nutgraf.indexer.store_writer.StoreWriter.rebuild", lambda archive: archive.rebuild()),
    ],
)
def test_a_panic_of_no_known_cause_is_an_error_of_ours(
    seeds_copy: Path, monkeypatch: pytest.MonkeyPatch, place: str, call: Any
) -> None:
    archive = nutgraf.open(seeds_copy, check=False)
    with monkeypatch.context() as patched:
        patched.setattr(place, panic)
        with pytest.raises(errors.LibraryPanicked, match="panicked: index out of bounds") as caught:
            call(archive)
    assert "nutgraf doctor" in caught.value.hint
    assert archive.ask(QUESTION).text == ANSWER
    archive.close()


def test_after_close(seeds_index: Path) -> None:
    archive = nutgraf.open(seeds_index)
    archive.close()
    archive.close()
    for call in (
        lambda: archive.ask(QUESTION),
        lambda: archive.search("x"),
        lambda: archive.get(SEED),
        archive.articles,
        archive.info,
        lambda: archive.add(ARTICLE),
        lambda: archive.remove(SEED),
        lambda: archive.timeline(QUESTION),
    ):
        with pytest.raises(errors.ArchiveClosed, match="is closed"):
            call()


def test_threads_read_while_one_writes(tmp_path: Path) -> None:
    with nutgraf.open(tmp_path / "index") as archive:
        archive.add(ARTICLE)
        stop, failures, answers = threading.Event(), list[BaseException](), list[str]()

        def read() -> None:
            while not stop.is_set():
                try:
                    answers.append(archive.ask("Who owns the mill at Tarn?").text)
                except BaseException as error:  # noqa: BLE001 - looked at below
                    failures.append(error)
                    return

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        for number in range(5):
            text = f"Bridge {number} at Tarn opened on Friday, said the mayor."
            assert archive.add({"id": f"b{number}", "text": text}).added == 1
        stop.set()
        for reader in readers:
            reader.join(60)
        assert failures == []
        assert set(answers) == {"Odalys Brandt"}
        assert archive.info().articles == 6


def test_two_writers(tmp_path: Path) -> None:
    with nutgraf.open(tmp_path / "index") as first, nutgraf.open(tmp_path / "index") as second:

        def articles() -> Iterator[dict[str, Any]]:
            with pytest.raises(errors.IndexLocked, match="is being written by this process already"):
                second.add({**ARTICLE, "id": "a2"})
            yield ARTICLE

        first.add(articles())
        assert second.add({**ARTICLE, "id": "a2"}).duplicate == 1
        assert first.info().articles == 2


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"profile": "fast"}, errors.BadOption, "profile 'fast' is none of quick, balanced, thorough"),
        ({"threads": 0}, errors.BadOption, "threads 0 is not between 1 and 256"),
        ({"passages": 1000}, errors.BadOption, "passages 1000 is not between 1 and 100"),
    ],
)
def test_options_out_of_range(tmp_path: Path, options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        nutgraf.open(tmp_path / "index", **options)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda a: a.ask(""), errors.BadQuestion, "the question is empty"),
        (lambda a: a.ask(QUESTION, top=0), errors.BadFilter, "top 0 is not between 1 and 100"),
        (lambda a: a.ask(QUESTION, min_probability=2), errors.BadFilter, "min_probability 2 is not between"),
        (
            lambda a: a.ask(QUESTION, after="someday"),
            errors.BadOption,
            "after: 'someday' is not a date",
        ),
        (
            lambda a: a.ask(QUESTION, after="2017", before="2016"),
            errors.BadFilter,
            "after 2017-01-01 is later than before 2016-12-31",
        ),
    ],
)
def test_bad_questions(seeds: nutgraf.Archive, call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call(seeds)
