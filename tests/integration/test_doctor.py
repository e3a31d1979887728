"""`nutgraf doctor`: what is fine is told as fine, each damage as what it is, and nothing is raised."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nutgraf.api.doctor import index_checks, machine, offline
from nutgraf.api.doctor.checkup import examine
from nutgraf.api.doctor.findings import Finding, caught, findings_object, healthy
from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded import verify
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.embedded.store import FILENAME, Store
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.indexer.filters import Filter
from nutgraf.models import READERS, shipped
from nutgraf.settings import Settings

ROOT = Path(__file__).parents[2]
OF_INDEX = ["index", "digests", "in step", "passages", "vectors", "unpublished", "database", "writer"]
OTHER_FILES = {"store", "manif", "write"}  # how names of files begin that are not derived
MODELS = ["encoder", *(f"{name} reader" for name in READERS)]
NAMES = ["python", *MODELS, *OF_INDEX, "workers", "threads", "memory", "disk", "offline"]


@pytest.fixture(autouse=True)
def _silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(offline.REPORTING_OFF, "1")


@pytest.fixture
def index(seeds_index: Path, tmp_path: Path) -> Path:
    """Return a copy of the seeds' index that a test may damage: three articles, 19 passages."""
    return Path(shutil.copytree(seeds_index, tmp_path / "index"))


def by_name(folder: Path) -> dict[str, Finding]:
    return {finding.name: finding for finding in index_checks.examine(folder)}


def problems(folder: Path) -> list[str]:
    return [finding.name for finding in index_checks.examine(folder) if finding.status == "problem"]


def change(index: Path, sql: str) -> None:
    with sqlite3.connect(index / "store.sqlite") as db:
        db.execute(sql)
    db.close()


# --- healthy ----------------------------------------------------------------------------------------------


def test_a_healthy_index(index: Path) -> None:
    findings = examine(Settings(index=index))
    assert [finding.name for finding in findings] == NAMES
    found = {finding.name: finding.found for finding in findings}
    assert found["index"].startswith(
        f"{index}: 3 articles, 19 passages, generation 1, every file in its full"
    )
    assert found["in step"] == "19 passages in the vectors, the words and the store"
    assert found["passages"].startswith("19 of them looked at, in 3 articles")
    assert found["vectors"].startswith("16 passages searched")
    assert found["offline"].startswith("with every socket refused, the index answered 'What is new about ")
    assert {f.name for f in findings if f.status != "ok"} <= {"memory", "disk"}  # the machine's own
    assert healthy(findings)
    assert {f.advice for f in findings if f.status == "ok"} == {""}


def test_what_it_prints_and_its_exit_code(cli: Any, index: Path) -> None:
    done = cli("doctor", "--index", str(index))
    assert (done.returncode, done.stderr) == (0, "")
    rows = [line.split() for line in done.stdout.splitlines() if line.strip()]
    assert rows[0] == ["check", "found"]
    assert ["python", "ok", "Python"] in [row[:3] for row in rows]
    assert "\x1b" not in done.stdout
    (index / "writer.pid").write_text("x")
    (next(index.glob("vectors-*.faiss"))).unlink()
    done = cli("doctor", "--index", str(index))
    assert (done.returncode, done.stderr) == (1, "")
    assert f"try: nutgraf index --rebuild --index {index}" in done.stdout
    assert "1 problem" in done.stdout


def test_json(cli: Any, index: Path) -> None:
    done = cli("doctor", "--json", "--index", str(index))
    told = json.loads(done.stdout)
    assert (done.returncode, told["ok"], set(told)) == (0, True, {"ok", "checks"})
    assert [check["name"] for check in told["checks"]] == NAMES
    assert {tuple(check) for check in told["checks"]} == {("name", "status", "found", "advice")}


def test_no_index_is_a_warning_unless_one_is_named(cli: Any, tmp_path: Path) -> None:
    done = cli("doctor", "--json")
    told = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert done.returncode == 0
    assert told["index"] == {
        "name": "index",
        "status": "warning",
        "found": "there is no index in .nutgraf",
        "advice": "nutgraf index PATH_TO_ARTICLES",
    }
    own = "with every socket refused, an index of two sentences answered 'Who cut the ribbon?' with "
    assert told["offline"]["found"].startswith(own)
    assert "Ada Quill" in told["offline"]["found"]
    assert list(tmp_path.iterdir()) == []
    done = cli("doctor", "--json", "--index", "nowhere")
    told = json.loads(done.stdout)
    assert (done.returncode, told["ok"]) == (1, False)
    assert [c["found"] for c in told["checks"] if c["status"] == "problem"] == [
        "there is no index in nowhere"
    ]


def test_wrong_options_are_one_line(cli: Any) -> None:
    done = cli("doctor", "--threads", "0")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: Invalid value for '--threads'")


def test_sizes_of_the_derived_files(index: Path, tmp_path: Path) -> None:
    derived = [path for path in index.rglob("*") if path.is_file() and path.parts[-1][:5] not in OTHER_FILES]
    vectors = next(index.glob("vectors-*.faiss")).stat().st_size
    sizes = index_checks.index_sizes(index)
    assert (sizes.vectors, sizes.derived) == (vectors, sum(path.stat().st_size for path in derived))
    assert index_checks.index_sizes(tmp_path) == verify.IndexSizes(0, 0)


def test_articles_that_are_not_of_a_list(index: Path, tmp_path: Path) -> None:
    with EmbeddedIndex(index) as opened:
        ids = [article.id for article in opened.page(Filter(), None, 10)]
    assert verify.count_other_articles(index, []) == 3
    assert verify.count_other_articles(index, [ids[0], "none"]) == 2
    (index / "manifest.json").unlink()
    assert verify.count_other_articles(index, ids) == 0
    assert verify.count_other_articles(tmp_path, ids) == 0


# --- a damaged index --------------------------------------------------------------------------------------


def test_a_truncated_vectors_file(index: Path) -> None:
    path = next(index.glob("vectors-*.faiss"))
    size = path.stat().st_size
    os.truncate(path, size - 100)
    found = by_name(index)
    assert list(found) == ["index", "database", "writer"]
    assert found["index"].found == f"{path} has {size - 100:,} bytes instead of {size:,}"
    assert found["index"].advice == f"nutgraf index --rebuild --index {index}"


def test_a_vectors_file_of_zeros_in_its_full_size(index: Path) -> None:
    path = next(index.glob("vectors-*.faiss"))
    content = path.read_bytes()
    path.write_bytes(bytes(len(content)))
    assert problems(index) == ["digests", "in step", "vectors"]
    manifest = json.loads((index / "manifest.json").read_text())
    (index / "manifest.json").write_text(
        json.dumps(manifest | {"digests": {}})
    )  # as an older nutgraf wrote it
    assert problems(index) == ["in step", "vectors"]  # no header
    codes = 19 * 384 * 2
    at = content.index(b"IxSQ") + 100  # behind the headers, within the codes
    path.write_bytes(content[:at] + bytes(codes - 200) + content[at + codes - 200 :])
    found = by_name(index)["vectors"]
    assert found.status == "problem"
    assert found.found.startswith("the vectors do not find passage ")


@pytest.mark.parametrize("text", ["", "[]", '{"format": 99}', '{"format": 1}', "null"])
def test_a_manifest_of_something_else(index: Path, text: str) -> None:
    (index / "manifest.json").write_text(text)
    found = by_name(index)["index"]
    assert (found.status, found.advice != "") == ("problem", True)


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("x")
    assert problems(tmp_path / "index") == ["index"]


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE passages SET stop = 1000000 WHERE id = 3", ":1000000] of the article "),
        ("UPDATE passages SET start = -1 WHERE id = 3", "passage 3, text [-1:"),
        (
            "UPDATE passages SET start = start + 1 WHERE id = 3",
            "is not the text that its vector was made from",
        ),
        ("UPDATE passages SET field = 'title' WHERE id = 3", "passage 3, title ["),
        ("UPDATE articles SET source = 'Another Paper'", "is not the one that was stored: its hash differs"),
        ("UPDATE articles SET text = ''", "is not the one that was stored: its hash differs"),
    ],
)
def test_passages_that_do_not_fit_their_article(index: Path, sql: str, found: str) -> None:
    change(index, sql)
    wrong = by_name(index)["passages"]
    assert wrong.status == "problem"
    assert found in wrong.found
    assert wrong.advice.startswith("restore ")
    assert wrong.advice.endswith(f" from a backup, or remove {index} and index the articles again")
    assert problems(index) == ["passages"]


def test_a_store_that_lost_a_passage(index: Path) -> None:
    change(index, "DELETE FROM passages WHERE id = 3")
    assert problems(index) == ["in step"]
    assert by_name(index)["in step"].found == (
        "passages: 19 in the manifest, 19 in the vectors, 19 in the words, 18 of them in the store;"
        " articles: 3 in the manifest, 3 in the words"
    )


def test_words_that_lack_an_article(index: Path) -> None:
    manifest = index / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"articles": 3', '"articles": 4'))
    assert problems(index) == ["in step"]
    found = by_name(index)["in step"].found
    assert found.endswith("19 of them in the store; articles: 4 in the manifest, 3 in the words")


def test_removing_and_publishing_leave_it_in_step(index: Path, encoder: Any) -> None:
    with Store(index / FILENAME) as store:
        first = verify.sampled(store)[0].article_id
    with EmbeddedWriter(index, encoder) as builder:
        assert builder.remove([first]) == [first]
    assert problems(index) == []
    assert by_name(index)["in step"].found == "19 passages in the vectors, the words and the store"
    with EmbeddedWriter(index, encoder) as builder:
        builder.publish()
    assert problems(index) == []
    assert not by_name(index)["in step"].found.startswith("19 ")


def test_what_waits_to_be_published(index: Path, encoder: Any) -> None:
    with EmbeddedWriter(index, encoder) as builder:
        list(builder.add([Article("new", "", "The bridge of Velmora was closed.")]))
    found = by_name(index)
    assert problems(index) == []
    assert found["unpublished"] == Finding(
        "unpublished",
        "warning",
        "1 passages are found by meaning, not yet by their words",
        f"nutgraf index --index {index}",
    )


def test_a_damaged_database(index: Path) -> None:
    path = index / "store.sqlite"
    content = path.read_bytes()
    path.write_bytes(content[:8192] + bytes(b ^ 0x55 for b in content[8192:]))
    assert "database" in problems(index)
    path.write_bytes(b"no database at all" * 1000)
    found = by_name(index)
    assert found["database"].found.startswith(f"{path} is not a healthy SQLite file: ")
    assert "index the articles again" in found["database"].advice


def test_a_check_of_the_database_that_takes_too_long(index: Path) -> None:
    path = index / "store.sqlite"
    with sqlite3.connect(path, isolation_level=None) as holder:  # so that the check waits
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        found = verify.check_database(index, seconds=0.2)
        holder.execute("ROLLBACK")
    holder.close()
    assert found.status == "warning"
    assert found.message == f"{path} is large: SQLite found no fault in 0.2 s, and had not seen all of it"


def test_writers(index: Path) -> None:
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    (index / "writer.pid").write_text(gone.stdout.strip())
    found = by_name(index)["writer"]
    assert found.status == "warning"
    assert found.found.startswith(f"process {gone.stdout.strip()} was writing to it, and is gone")
    assert found.advice == f"nutgraf index --index {index}: goes on where it stopped"
    for pid in (str(os.getpid()), "1"):
        (index / "writer.pid").write_text(pid)
        assert by_name(index)["writer"] == Finding("writer", "ok", f"process {pid} writes to it now")
    (index / "writer.pid").write_text("9" * 40)
    assert by_name(index)["writer"].status == "warning"


# --- models -----------------------------------------------------------------------------------------------


def test_a_tampered_model(index: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(shipped("small-reader"), tmp_path / "reader"))
    assert machine.reader("reader", str(copy)).status == "ok"
    weights = copy / "model.onnx"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1  # a weight: it still answers
    weights.write_bytes(content)
    findings = {f.name: f for f in examine(Settings(index=index, reader=str(copy)))}
    assert [f.name for f in findings.values() if f.status == "problem"] == ["reader"]
    assert findings["reader"].found.startswith(f"{weights}: sha256 is ")
    assert findings["reader"].advice.startswith("reinstall nutgraf")
    assert findings["encoder"].status == "ok"


def test_models_that_are_none(tmp_path: Path) -> None:
    wrong = machine.reader("reader", str(shipped("encoder")))
    assert (wrong.status, wrong.found.endswith("holds a model of kind encoder")) == ("problem", True)
    (tmp_path / "card.json").write_text("{}")
    missing = caught("reader", lambda: machine.reader("reader", str(tmp_path)))
    assert missing.status == "problem"
    assert "fields missing: base, " in missing.found


def test_a_model_of_another_kind_is_used_unchecked() -> None:
    pytest.importorskip("transformers")
    found = machine.reader("reader", "acme/reader")
    assert found.found == "acme/reader has no card.json: it is used, and its files are not checked"
    assert found.status == "warning"


def test_an_index_of_another_encoder(index: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(shipped("encoder"), tmp_path / "encoder"))
    card = json.loads((copy / "card.json").read_text())
    (copy / "card.json").write_text(json.dumps(card | {"id": "acme/encoder"}))
    findings = examine(Settings(index=index, encoder=str(copy)))
    (wrong,) = [finding for finding in findings if finding.status == "problem"]
    assert wrong.name == "offline"
    assert f"was built by the encoder {card['id']}" in wrong.found
    assert wrong.advice.startswith("ask without --encoder, or encode it anew: ")


def test_an_index_of_a_former_encoder_in_the_box(index: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(shipped("encoder"), tmp_path / "encoder"))
    card = json.loads((copy / "card.json").read_text())
    (copy / "card.json").write_text(json.dumps(card | {"id": "nutgraf/later-encoder"}))
    findings = examine(Settings(index=index, encoder=str(copy)))
    (wrong,) = [finding for finding in findings if finding.status == "problem"]
    assert wrong.advice.startswith("encode it anew: nutgraf index --rebuild --index ")


# --- no network -------------------------------------------------------------------------------------------


def test_sockets_are_refused_and_given_back() -> None:
    held = socket.socket  # as a library that was imported before
    before = [vars(socket)["getaddrinfo"], vars(held).get("__init__"), vars(held).get("connect")]
    with offline.no_sockets() as tried:
        with pytest.raises(offline.SocketRefused, match="socket: every socket is refused"):
            held(socket.AF_UNIX)
        with pytest.raises(offline.SocketRefused):
            socket.create_connection(("127.0.0.1", 9))
        with pytest.raises(offline.SocketRefused):
            socket.socketpair()
    assert tried == ["socket", "getaddrinfo", "socketpair"]
    assert [vars(socket)["getaddrinfo"], vars(held).get("__init__"), vars(held).get("connect")] == before
    socket.socket(socket.AF_UNIX).close()


def test_in_a_process_of_its_own_a_request_is_refused() -> None:
    """Here pytest refuses sockets as well; there nothing else does."""
    code = """
import socket, urllib.request
from nutgraf.api.doctor.offline import no_sockets
open_before = socket.socket()
with no_sockets() as tried:
    for ask in (lambda: urllib.request.urlopen("http://127.0.0.1:9/"), socket.socket,
                lambda: open_before.connect(("127.0.0.1", 9))):
        try:
            ask()
        except OSError as error:
            print(error)
print(tried)
open_before.close()
socket.socket().close()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines() == [
        "<urlopen error getaddrinfo: every socket is refused>",
        "socket: every socket is refused",
        "connect: every socket is refused",
        "['getaddrinfo', 'socket', 'connect']",
    ]


def test_who_tries_the_network_during_the_check_is_told(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load = offline.ModelLoader.load

    def asks_home_first(models: offline.ModelLoader) -> None:
        with pytest.raises(OSError, match="every socket is refused"):
            socket.create_connection(("nutgraf.models.example", 443))
        load(models)

    monkeypatch.setattr(offline.ModelLoader, "load", asks_home_first)
    found = offline.answering(Settings(index=index), from_index=True)
    assert found.status == "warning"
    assert found.found.endswith("; getaddrinfo was tried")

    assert found.advice.startswith("name the models by their folders")

    def cannot_do_without(_: offline.ModelLoader) -> Any:
        return socket.socket(socket.AF_UNIX)

    monkeypatch.setattr(offline.ModelLoader, "load", cannot_do_without)
    found = offline.answering(Settings(index=index), from_index=True)
    assert (found.status, found.found) == ("problem", "socket: every socket is refused; socket was tried")


@pytest.mark.parametrize(("value", "silent"), [("1", True), ("0", False), ("", False)])
def test_what_onnxruntime_would_report_is_no_secret(value: str, silent: bool) -> None:
    assert offline.silent({"ORT_DISABLE_TELEMETRY": value}) is silent
    assert offline.silent({}) is False


# --- the machine ------------------------------------------------------------------------------------------


def test_memory_is_the_least_of_machine_and_container(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal:  4000 kB\nMemAvailable:  3000 kB\n")
    assert machine.available_bytes(meminfo, tmp_path) == 3000 * 1024
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("400000\n")
    assert machine.available_bytes(meminfo, tmp_path) == 600_000
    (tmp_path / "memory.max").write_text("max\n")
    assert machine.available_bytes(meminfo, tmp_path) == 3000 * 1024
    assert machine.available_bytes(tmp_path / "none", tmp_path) is None


@pytest.mark.parametrize(
    ("free", "status"),
    [(59_999_999, "problem"), (60_000_000, "warning"), (299_999_999, "warning"), (300_000_000, "ok")],
)
def test_the_next_generation_must_fit_and_a_rebuild_should(free: int, status: str) -> None:
    assert machine.disk_status(free, index=100_000_000, derived=40_000_000) == status


def test_more_threads_than_cores() -> None:
    found = machine.threads(Settings(threads=256))
    assert (found.status, found.found.split(" ")[0]) == ("warning", "256")
    assert machine.threads(Settings(threads=1)).status == "ok"


def test_what_a_check_raises_is_its_finding() -> None:
    found = caught("disk", lambda: 1 // 0)
    assert found == Finding(
        "disk",
        "problem",
        "ZeroDivisionError: integer division or modulo by zero",
        "please report it with what `nutgraf doctor --json` prints",
    )
    assert findings_object([Finding("python", "ok", "x"), found])["ok"] is False
