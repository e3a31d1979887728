"""Words first: an archive is asked while it is read in, says how much of it has vectors, and ends as ever."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from nutgraf import publishing
from nutgraf.api.mcp.texts import answer_text, search_text
from nutgraf.api.web.app import Serving, create_app
from nutgraf.archive import Archive
from nutgraf.errors import AddInterrupted, IndexMismatch, SourceError
from nutgraf.indexer import store_writer
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.embedded.verify import OPENED_CHECKS
from nutgraf.ingest_options import IngestOptions, IngestProgress, no_progress
from nutgraf.settings import Settings
from tests.fakes import FakeEncoder, FakeModels

TOWNS = ["Orlow", "Quist", "Tarn", "Eastport", "Lindby", "Marsk", "Holt", "Brede"]
RECORDS = [
    {
        "id": f"a{number}",
        "title": f"{town} has a bridge",
        "text": f"The bridge of {town} was opened by mayor {town}son on Monday. It cost {number + 2} crowns.",
        "published": f"2021-03-{number + 1:02}",
    }
    for number, town in enumerate(TOWNS)
]
NOTE = "no passage has a vector yet: all are found by their words alone"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(Settings(tmp_path / "index", threads=1), FakeModels()) as opened:
        yield opened


@pytest.fixture
def publishing_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Store an article a transaction, and publish after each."""
    monkeypatch.setattr(store_writer, "BATCH_CHARS", 1)
    monkeypatch.setattr(store_writer, "_FIRST_TEXTS", 1)
    monkeypatch.setattr(publishing, "FIRST_S", 0.0)
    monkeypatch.setattr(publishing, "EVERY_S", 0.0)
    monkeypatch.setattr(publishing, "LARGEST_SHARE", 1e9)


def reader(archive: Archive) -> Archive:
    return Archive(archive.settings, FakeModels())


@pytest.mark.usefixtures("publishing_always")
def test_what_was_read_is_found_while_the_rest_is_read(archive: Archive) -> None:
    found: list[tuple[list[str], float]] = []

    def records() -> Iterator[dict[str, str]]:
        for record in RECORDS:
            if record["id"] in {"a3", "a6"}:
                with reader(archive) as other:
                    hits = other.search("bridge")
                    found.append((sorted(hit.article.id for hit in hits), hits.state.encoded))
            yield record

    report = archive.add(records())
    assert (report.added, report.encoded_passages, report.state.encoded) == (8, 16, 1.0)
    (early, early_share), (late, late_share) = found
    assert {"a0", "a1"} <= {*early}
    assert {"a0", "a1", "a2", "a3", "a4"} <= {*late}
    assert early_share == late_share == 0.0


@pytest.mark.usefixtures("publishing_always")
def test_vectors_are_published_while_others_are_made_the_newest_first(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_writer, "_next_size", lambda *_: 1)
    assert archive.add(RECORDS, words_only=True).state.encoded == 0.0
    shares: list[float] = []

    class Watched(FakeEncoder):
        def encode(self, texts: Any) -> Any:
            with reader(archive) as other:
                shares.append(other.info().info.state.encoded)
            return super().encode(texts)

    with Archive(archive.settings, FakeModels(Watched())) as watched:
        assert watched.encode().encoded_passages == 16
    assert shares == [number / 16 for number in range(16)]


def test_words_only_and_later_the_same_as_at_once(archive: Archive, tmp_path: Path) -> None:
    report = archive.add(RECORDS, words_only=True)
    assert (report.added, report.encoded_passages, report.state.encoded) == (8, 0, 0.0)
    by_words = archive.ask("Who opened the bridge of Tarn?", min_probability=0.0)
    assert by_words.answers[0].article.id == "a2"
    assert by_words.to_dict()["index"]["encoded"] == 0.0
    assert archive.info().to_dict()["encoded"] == 0.0
    assert archive.encode().state.encoded == 1.0
    assert archive.encode().encoded_passages == 0
    with Archive(Settings(tmp_path / "other", threads=1), FakeModels()) as at_once:
        assert at_once.add(RECORDS).encoded_passages == 16
        for question in ("Who opened the bridge of Tarn?", "What did the bridge of Holt cost?"):
            shown = [a.ask(question, min_probability=0.0).to_dict() for a in (archive, at_once)]
            for result in shown:
                del result["timing_ms"], result["index"]
            assert json.dumps(shown[0], sort_keys=True) == json.dumps(shown[1], sort_keys=True)


def test_the_next_add_encodes_what_is_missing(archive: Archive) -> None:
    archive.add(RECORDS[:4], words_only=True)
    report = archive.add(RECORDS[4:])
    assert (report.added, report.encoded_passages, report.state.encoded) == (4, 16, 1.0)


def test_an_interrupt_while_encoding_keeps_what_was_made(archive: Archive, monkeypatch: Any) -> None:
    monkeypatch.setattr(store_writer, "_FIRST_TEXTS", 4)

    def update() -> None:
        if run.encoded_passages:
            raise KeyboardInterrupt

    run = IngestProgress()

    class Bar:
        def __init__(self, progress: IngestProgress) -> None:
            nonlocal run
            run = progress

        def __enter__(self) -> Callable[[], None]:
            return update

        def __exit__(self, *_: object) -> None:
            pass

    with pytest.raises(AddInterrupted) as caught:
        archive.ingest(RECORDS, IngestOptions(), Bar)  # type: ignore[arg-type]
    report = caught.value.report
    assert (report.added, report.encoded_passages, run.missing_passages) == (8, 4, 16)
    assert report.state.encoded == 0.25
    report = archive.ingest(RECORDS, IngestOptions(), no_progress)
    assert (report.unchanged, report.encoded_passages, report.state.encoded) == (8, 12, 1.0)


def test_an_interrupt_behind_the_storing_counts_all_that_is_stored(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store_writer.StoreWriter, "_note_moves", interrupt)
        with pytest.raises(AddInterrupted) as caught:
            archive.add(RECORDS, words_only=True)
    report = caught.value.report
    assert (report.added, len(report.statuses), report.state.counts.articles) == (8, 8, 8)
    with monkeypatch.context() as patch:
        patch.setattr(store_writer.StoreWriter, "_write", interrupt)
        with pytest.raises(AddInterrupted) as caught:
            archive.add({"id": "new", "text": "The mill of Tarn closed."}, words_only=True)
    assert (caught.value.report.added, caught.value.report.state.counts.articles) == (0, 8)


def test_nothing_to_encode_and_another_encoder(archive: Archive) -> None:
    with pytest.raises(SourceError, match="nothing to encode"):
        archive.encode()
    assert not archive.settings.index.exists()
    archive.add(RECORDS, words_only=True)
    with (
        Archive(archive.settings, FakeModels(FakeEncoder(32, name="other"))) as other,
        pytest.raises(IndexMismatch, match="other"),
    ):
        other.encode()


def test_notes_say_it_while_vectors_are_missing(archive: Archive) -> None:
    archive.add(RECORDS, words_only=True)
    asked = archive.ask("Who opened the bridge of Tarn?")
    assert f"Note: {NOTE}." in answer_text(asked.to_dict()).splitlines()
    assert f"Note: {NOTE}." in search_text(archive.search("bridge").to_dict()).splitlines()
    archive.encode()
    assert "vector" not in answer_text(archive.ask("Who opened the bridge of Tarn?").to_dict())


def test_a_text_that_has_a_vector_needs_no_other(archive: Archive) -> None:
    archive.add(RECORDS)
    report = archive.add([RECORDS[0] | {"id": "copy"}, RECORDS[1] | {"published": "2021-04-01"}])
    assert (report.duplicate, report.updated, report.encoded_passages) == (1, 1, 0)
    assert (report.state.counts.passages, report.state.encoded) == (18, 1.0)


def test_the_checks_know_what_is_to_come(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_writer, "_FIRST_TEXTS", 4)
    archive.add(RECORDS, words_only=True)
    archive.write(lambda writer: writer.encode(lambda: False))  # these four are not published
    folder = archive.settings.index
    with EmbeddedIndex(folder) as index:
        checks = {name: check(index) for name, check in OPENED_CHECKS.items()}
    assert {name for name, check in checks.items() if check.status != "ok"} == {"vectors"}
    vectors = checks["vectors"]
    assert (vectors.status, vectors.advice) == ("warning", f"nutgraf encode --index {folder}")
    assert vectors.message.endswith("; 16 passages have no vectors yet")
    assert checks["in step"].message == "16 passages in the words and the store, 0 of them in the vectors"


# --- the server -------------------------------------------------------------------------------------------


def test_a_server_encodes_while_nobody_asks(archive: Archive) -> None:
    archive.add(RECORDS, words_only=True)
    with TestClient(create_app(archive), base_url="http://localhost") as client:
        while (ready := client.get("/readyz").json())["encoded"] < 1:
            time.sleep(0.05)
        assert ready == {"status": "ready", "waiting": 0, "encoded": 1.0}
        assert client.get("/v1/info").json()["encoded"] == 1.0
    with reader(archive) as other:
        assert other.info().info.state.encoded == 1.0


def test_a_server_with_no_share_encodes_nothing(archive: Archive) -> None:
    archive.add(RECORDS, words_only=True)
    with TestClient(create_app(archive, Serving(encode_share=0.0)), base_url="http://localhost") as client:
        asked = client.post("/v1/ask", json={"question": "Who opened the bridge of Tarn?"}).json()
        assert asked["index"]["encoded"] == 0.0
        posted = client.post("/v1/articles?wait=true", json={"id": "new", "text": "Tarn has a lake."})
        assert posted.status_code in {200, 201}
        assert 0 < client.get("/v1/info").json()["encoded"] < 0.1, "what is posted is encoded at once"


# --- the command line -------------------------------------------------------------------------------------


def test_the_commands(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "news.jsonl").write_text("\n".join(map(json.dumps, RECORDS)))
    done = cli("index", "news.jsonl", "--words-only")
    assert "8 added" in done.stdout
    assert f"Note: {NOTE}; nutgraf encode makes the vectors that are missing." in done.stdout
    assert f"Note: {NOTE}." in cli("search", "bridge of Tarn").stdout
    doctor = json.loads(cli("doctor", "--json").stdout)
    assert "16 passages have no vectors yet" in json.dumps(doctor)
    done = cli("encode")
    assert (done.returncode, done.stdout) == (0, "16 encoded; 100 % of 16 passages have vectors.\n")
    assert json.loads(cli("info", "--json").stdout)["encoded"] == 1.0
    refused = cli("index", "--rebuild", "--words-only")
    assert (refused.returncode, "give one of the two" in refused.stderr) == (2, True)
