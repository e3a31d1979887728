"""Worker processes: what they read, what they are stopped for, and what they may not do."""

import gzip
import io
import json
import os
import signal
import socket
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.errors import SourceError
from nutgraf.indexer.loaders.base import LoadOptions, Skipped, SourceFile
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load
from nutgraf.indexer.loaders.records.record import record_to_article
from nutgraf.indexer.sandbox import pool
from nutgraf.indexer.sandbox.confine import Stopwatch, confinement
from nutgraf.indexer.sandbox.limits import Limits
from nutgraf.indexer.sandbox.messages import BadMessage, item_message, item_of, line_of, message_of
from nutgraf.indexer.sandbox.pool import WorkerPool

SEEDS = Path(__file__).parents[2] / "seeds"
SHORT = Limits(seconds=0.2)
LONG_TEXT = "The mill at Tarn closed on Monday, said Ada Quill; nobody knew why. " * 100_000
OPTIONS = LoadOptions(max_bytes=200_000_000)


def files_in(folder: Path) -> list[SourceFile]:
    return discover([str(folder)])[0]


def read(folder: Path, limits: Limits | None = None, workers: int = 2) -> list[Article | Skipped]:
    with WorkerPool(limits, workers) as workers_of_test:
        return [*workers_of_test.files(files_in(folder), OPTIONS)]


def reasons(items: list[Article | Skipped]) -> list[str]:
    """Return the id of each article, and the reason for each item that was skipped."""
    return [item.id if isinstance(item, Article) else item.reason for item in items]


# --- what they read ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 3])
def test_workers_read_what_loading_here_reads(workers: int) -> None:
    here = [item for file in files_in(SEEDS) for item in load(file, OPTIONS)]
    assert read(SEEDS, workers=workers) == here
    assert any(isinstance(item, Skipped) for item in here)


def test_a_file_knows_how_far_it_was_read_and_which_dates_were_not_used(tmp_path: Path) -> None:
    records = [{"id": f"a{n}", "text": "It rained.", "published": "2016-13-40"} for n in range(3)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, records)))
    there, here = files_in(tmp_path), files_in(tmp_path)
    with WorkerPool() as workers:
        assert len([*workers.files(there, OPTIONS)]) == 3
    assert len([*load(here[0], OPTIONS)]) == 3
    assert there == here
    assert there[0].position_bytes == there[0].size_bytes
    assert [dates.count for dates in there[0].refused.values()] == [3]


def test_records_are_read_as_here() -> None:
    records = [
        {"id": "a1", "text": "It rained \ud800.", "published": "2016-01-27"},
        {"id": "a2"},
        {"text": "x"},
    ]
    with WorkerPool() as workers:
        assert workers.records(records, LoadOptions()) == [record_to_article(record) for record in records]
        assert workers.records([], LoadOptions()) == []


def test_names_that_are_no_unicode(tmp_path: Path) -> None:
    name = os.fsdecode(b"na\xefve.txt")
    try:
        (tmp_path / name).write_text("A title\n\nIt rained in Tarn.")
    except OSError:
        pytest.skip("this file system takes names in UTF-8 only")
    [article] = read(tmp_path)
    assert isinstance(article, Article)
    assert "na\\xefve.txt" in article.id


# --- what they are stopped for ----------------------------------------------------------------------------


def test_a_document_that_takes_too_long_costs_that_document(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"Long\n\n{LONG_TEXT}")
    (tmp_path / "b.txt").write_text("Short\n\nIt rained in Tarn.")
    items = read(tmp_path, SHORT)
    assert [reason.rpartition("/")[2] for reason in reasons(items)] == ["took longer than 0.2 s", "b.txt"]


def test_a_record_that_takes_too_long_costs_that_record(tmp_path: Path) -> None:
    texts = ["It rained.", LONG_TEXT, LONG_TEXT, "It snowed.", LONG_TEXT, "It hailed."]
    lines = [json.dumps({"id": f"a{n}", "text": text}) for n, text in enumerate(texts)]
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress("\n\n".join(lines).encode(), 1))
    assert reasons(read(tmp_path, SHORT)) == [
        "a0",
        "record 1 after line 1: took longer than 0.2 s",
        "record 2 after line 1: took longer than 0.2 s",
        "a3",
        "record 1 after line 7: took longer than 0.2 s",
        "a5",
    ]


def test_a_row_that_takes_too_long_costs_that_row(tmp_path: Path) -> None:
    rows = ["id,text", "a1,It rained.", f'a2,"{LONG_TEXT}"', "a3,It snowed."]
    (tmp_path / "a.csv").write_text("\n".join(rows))
    expected = ["a1", "record 1 after line 2: took longer than 0.2 s", "a3"]
    assert reasons(read(tmp_path, SHORT)) == expected


def archive(members: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as writing:
        for name, text in members.items():
            writing.writestr(name, text)
    return buffer.getvalue()


def messages(texts: list[str]) -> bytes:
    """Return a mailbox with a message for each text."""
    start = "From a@tarn.example Wed Jan 27 10:00:00 2016\nMessage-ID: <a{}>\n\n{}\n\n"
    return "".join(start.format(number, text) for number, text in enumerate(texts)).encode()


def feed(texts: list[str]) -> bytes:
    """Return a feed with an item for each text."""
    items = (
        f"<item><guid>a{n}</guid><description>{text}</description></item>" for n, text in enumerate(texts)
    )
    return f"<rss><channel>{''.join(items)}</channel></rss>".encode()


TEXTS = ["It rained.", LONG_TEXT, "It snowed.", "It hailed."]
LINES = "\n".join(json.dumps({"id": f"a{n}", "text": text}) for n, text in enumerate(TEXTS))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", f"[{LINES.replace(chr(10), ',')}]".encode()),
        ("a.zip", archive({"a.jsonl": LINES})),
        ("a.mbox", messages(TEXTS)),
        ("a.rss", feed(TEXTS)),
        (
            "a.zip",
            archive(
                {
                    "a.csv": "id,text\na0,Rain.",
                    "b.txt": f"A title\n\n{LONG_TEXT}",
                    "c.jsonl": "\n".join(LINES.split("\n")[2:]),
                }
            ),
        ),
    ],
)
def test_a_document_in_a_file_that_takes_too_long_costs_that_document(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    assert reasons(read(tmp_path, SHORT)) == ["a0", "document 2 in it: took longer than 0.2 s", "a2", "a3"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such timer")
def test_what_is_passed_over_has_more_time_than_what_is_read() -> None:
    stopwatch = Stopwatch(Limits(seconds=1000))
    try:
        stopwatch.reached(False)
        assert signal.getitimer(signal.ITIMER_PROF)[0] > 2000
        stopwatch.restart()  # for the next item, which was not reached yet
        assert signal.getitimer(signal.ITIMER_PROF)[0] > 2000
        stopwatch.reached(True)
        assert signal.getitimer(signal.ITIMER_PROF)[0] <= 1001
    finally:
        stopwatch.stop()


def test_a_file_of_many_such_records_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "MOST_FAULTS", 2)
    lines = [json.dumps({"id": f"a{n}", "text": LONG_TEXT}) for n in range(3)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    assert reasons(read(tmp_path, SHORT)) == [
        "record 1 after line 0: took longer than 0.2 s",
        "record 2 after line 0: took longer than 0.2 s; the rest was not read",
    ]


def test_a_posted_record_that_takes_too_long_costs_that_record() -> None:
    records = [
        {"id": "a1", "text": "It rained."},
        {"id": "a2", "text": LONG_TEXT},
        {"id": "a3", "text": "Snow."},
    ]
    with WorkerPool(SHORT) as workers:
        items = workers.records(records, OPTIONS)
    assert reasons(items) == ["a1", "took longer than 0.2 s", "a3"]


@pytest.mark.skipif("memory" not in confinement(), reason="this system has no limit of memory")
def test_a_document_that_needs_too_much_memory_costs_that_document(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"Long\n\n" + b"word " * 30_000_000)
    (tmp_path / "b.txt").write_text("Short\n\nIt rained in Tarn.")
    items = read(tmp_path, Limits(memory_mb=400))
    expected = ["needed more than 400 MB of memory", "b.txt"]
    assert [reason.rpartition("/")[2] for reason in reasons(items)] == expected


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "its parser died (SIGSEGV)"),
        ("raise SystemExit(3)", "its parser died (exit status 3)"),
        ("print('Segmentation fault')", "a line is not JSON"),
        ("print('[]')", "a line is not an object"),
        ("""print('{{"article": {{"id": 1}}}}')""", "a message is no article"),
        ("""print('{{"fault": "PanicException"}}')""", "its parser died (PanicException)"),
        ("import sys; sys.stdout.write('x' * 10**6)", "has more text than a document may have"),
    ],
)
def test_a_worker_that_dies_or_talks_nonsense(
    program: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_PROGRAM", f"{program} # {{}} {{}} {{}}")
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("It rained.")
    with WorkerPool(workers=2) as workers:
        items = [*workers.files(files_in(tmp_path), LoadOptions(max_bytes=1000))]
    assert reasons(items) == [reason, reason]


def test_a_worker_that_is_silent_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_PROGRAM", "import time; time.sleep(600) # {} {} {}")
    monkeypatch.setattr(pool, "_STARTING_SECONDS", 0.2)
    (tmp_path / "a.txt").write_text("It rained.")
    assert reasons(read(tmp_path, Limits(seconds=0.1))) == ["took longer than 0.1 s"]


def test_a_worker_that_died_while_it_was_idle_is_replaced() -> None:
    with WorkerPool() as workers:
        for _ in range(2):
            [article] = workers.records([{"id": "a1", "text": "It rained."}], LoadOptions())
            assert isinstance(article, Article)
            [idle] = workers._idle
            idle._process.kill()
            idle._process.wait()


def test_no_worker_outlives_its_pool(tmp_path: Path) -> None:
    for name in "abcd":
        (tmp_path / f"{name}.txt").write_text("It rained.")
    with WorkerPool(workers=3) as workers:
        items = workers.files(files_in(tmp_path), OPTIONS)
        next(items)
        started = workers.records([{"id": "a1", "text": "It rained."}], LoadOptions())
        processes = [worker._process for worker in workers._idle]
        items.close()  # type: ignore[attr-defined] # it is a generator
    assert len(started) == 1
    assert all(process.poll() is not None for process in processes)


# --- what they may not do ---------------------------------------------------------------------------------

_TRY = """
import os, socket, sys
from nutgraf.indexer.sandbox.confine import confine
from nutgraf.indexer.sandbox.limits import Limits
confine(Limits())
attempts = {
    "write": lambda: open(sys.argv[1], "w"),
    "append": lambda: os.unlink(sys.argv[2]),
    "run": lambda: os.execv(sys.executable, [sys.executable, "-c", ""]),
    "connect": lambda: socket.create_connection(("127.0.0.1", int(sys.argv[3])), 1),
    "signal": lambda: os.kill(os.getppid(), 0),
}
for name, attempt in attempts.items():
    try:
        attempt()
    except PermissionError:
        continue
    print(name)
"""


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.skipif("landlock" not in confinement(), reason="this system has no Landlock")
def test_a_confined_process_neither_writes_nor_runs_programs_nor_connects(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("")
    with socket.create_server(("127.0.0.1", 0)) as server:
        arguments = [str(tmp_path / "new"), str(tmp_path / "there"), str(server.getsockname()[1])]
        tried = subprocess.run(
            [sys.executable, "-c", _TRY, *arguments], capture_output=True, text=True, check=True
        )
    assert tried.stdout == ""
    assert (tmp_path / "there").exists()


# --- limits and messages ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"seconds": 0.0}, "the limit of seconds is 0, expected 0.1 to 86,400"),
        ({"seconds": float("nan")}, "the limit of seconds is nan, expected 0.1 to 86,400"),
        ({"memory_mb": 10}, "the limit of memory is 10 MB, expected 300 or more"),
    ],
)
def test_limits_that_are_none(limits: dict[str, float], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        Limits(**limits)  # type: ignore[arg-type] # a mistake is the point


def test_an_article_survives_the_way_through_a_pipe() -> None:
    record = {
        "id": "a1",
        "text": "It\u2028rained\u0085 “here”.",
        "title": "Réné",
        "authors": ["A. Quill", "B"],
    }
    article = record_to_article({**record, "published": "2016-01-27T10:30:00+02:00"})
    article = replace(article, modified=article.published, page_breaks=(2, 5))
    assert item_of(message_of(line_of(item_message(article)))) == article


def test_what_no_worker_says_is_refused() -> None:
    with pytest.raises(BadMessage):
        message_of(b"[" * 100_000)
    for message in (
        {},
        {"article": {"id": "a"}},
        {"article": 1},
        {"skipped": {}},
        {"article": {"id": "a", "x": 1}},
    ):
        with pytest.raises(BadMessage):
            item_of(message)
