"""Files read, passages encoded and questions answered by a Ray cluster: all is the same, whatever is lost."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nutgraf.api.evaluation.evaluate import evaluate
from nutgraf.api.evaluation.report import report_object
from nutgraf.api.evaluation.request import EvalRequest
from nutgraf.api.evaluation.systems import LoadSystem, archive_loader, retrieval
from nutgraf.api.evaluation.workers import QuestionWorker, conditions
from nutgraf.archive import Archive
from nutgraf.errors import IndexMismatch, IndexMissing, ModelDamaged, SourceError, StorageFailed
from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions, Skipped, SourceFile
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.ray import pool as pool_module
from nutgraf.indexer.ray.cluster import Call, RayCluster, Workers, _check_answers, _connect
from nutgraf.indexer.ray.encoder import RayEncoder
from nutgraf.indexer.ray.pool import FileReader, RayPool
from nutgraf.indexer.sandbox.limits import Limits
from nutgraf.indexer.sandbox.pool import WorkerPool
from nutgraf.models import shipped
from nutgraf.qa.evaluate import questions as questions_module
from nutgraf.results import AddReport
from nutgraf.settings import Settings
from tests.fakes import FakeEncoder, FakeModels
from tests.integration.test_eval import ASKED, BAKER, BRIDGE, STORM, UNANSWERABLE, squad

pytest.importorskip("ray", reason="the extra ray is not installed")

pytestmark = [
    pytest.mark.enable_socket,  # Ray's processes speak over loopback
    pytest.mark.timeout(900),  # they take minutes to start on a busy machine
    pytest.mark.filterwarnings("ignore"),  # those of Ray itself
]
RECORDS = 2300  # more than four parts of a file


@pytest.fixture(scope="module")
def nodes() -> Iterator[Any]:
    """Give a cluster of two nodes on this machine, each with one core; its second node can be removed."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray
    from ray.cluster_utils import Cluster

    for tries_left in (
        2,
        1,
        0,
    ):  # Ray itself gives up after 30 s, and a busy machine takes longer to start it
        cluster = Cluster()
        try:
            cluster.add_node(num_cpus=1, include_dashboard=False)
            second = cluster.add_node(num_cpus=1)
            ray.init(address=cluster.address, log_to_driver=False)
            break
        except Exception:  # Ray raises plain Exceptions
            ray.shutdown()
            cluster.shutdown()
            if not tries_left:
                raise
    yield cluster, second
    ray.shutdown()
    cluster.shutdown()


@pytest.fixture(scope="module")
def cluster(nodes: Any) -> Iterator[RayCluster]:
    with RayCluster("auto") as cluster:
        yield cluster


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with texts, records, a bad record, a bad date, an unused field and an empty file."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.txt").write_text(
            f"Mill {number}\n\nThe mill of valley {number} closed on Monday."
        )
    lines = [f'{{"id": "r{n}", "title": "Bridge {n}", "text": "Bridge {n} opened."}}' for n in range(RECORDS)]
    lines[7] = '{"id": "bad"}'
    lines[8] = '{"id": "dated", "text": "It rained.", "published": "someday", "colour": "red"}'
    (folder / "records.jsonl").write_text("\n".join(lines))
    (folder / "void.txt").write_text("")
    return folder


def read(pool: WorkerPool) -> tuple[list[Article | Skipped], list[SourceFile]]:
    files, _ = discover(["articles"])
    return list(pool.files(files, LoadOptions())), files


def expected() -> tuple[list[Article | Skipped], list[SourceFile]]:
    with WorkerPool(workers=1) as pool:
        return read(pool)


def content(archive: Path) -> dict[str, list[Any]]:
    """Return all rows of an archive's store but the moments of writing and tokens drawn by chance."""
    with sqlite3.connect(archive / "store.sqlite") as store:
        names = [name for (name,) in store.execute("select name from sqlite_master where type = 'table'")]
        tables = {}
        for name in names:
            columns = [row[1] for row in store.execute(f"pragma table_info({name})")]
            if name == "migrations":
                continue
            kept = ", ".join(f'"{column}"' for column in columns if column != "ingested_at")
            rows = (row for row in store.execute(f"select {kept} from {name}") if row[0] != "tokens")
            tables[name] = sorted(map(repr, rows))
    store.close()
    return tables


def test_the_archive_is_the_same(cluster: RayCluster, folder: Path, tmp_path: Path) -> None:
    records = folder / "records.jsonl"
    records.write_text("\n".join(records.read_text().splitlines()[:40]))
    reports: list[AddReport] = []
    for name, address in (("plain", None), ("ray", "auto")):
        with Archive(Settings(tmp_path / name, threads=2, ray=address), FakeModels()) as archive:
            reports.append(archive.add("articles"))
    plain, ray = (report.to_dict() for report in reports)
    for report in (plain, ray):
        report.pop("index", None)
    assert ray["skipped"] == plain["skipped"]
    assert [status.reason for status in reports[1].skipped] == [
        'no field "text"; name the field of the text with --field text=NAME',
        "empty file",
    ]
    assert reports[1].dates_not_used == reports[0].dates_not_used
    assert reports[1].fields_not_used == reports[0].fields_not_used
    assert reports[1].statuses == reports[0].statuses
    assert content(tmp_path / "ray") == content(tmp_path / "plain")


def test_a_killed_reader_costs_no_article_and_none_comes_twice(cluster: RayCluster, folder: Path) -> None:
    with RayPool(cluster, Limits()) as pool:
        files, _ = discover(["articles"])
        items = []
        for place, item in enumerate(pool.files(files, LoadOptions())):
            items.append(item)
            if place in (6, 1500):  # in the first part of the records, and in the fourth
                for pid in processes(pool._readers):
                    os.kill(pid, signal.SIGKILL)
    assert items == expected()[0]
    assert [file.refused for file in files] == [file.refused for file in expected()[1]]


def processes(workers: Workers) -> list[int]:
    """Return the processes of these workers."""
    import ray

    return ray.get([actor.__ray_call__.remote(lambda _: os.getpid()) for actor in workers._actors])


def test_files_that_a_worker_does_not_have_are_sent(
    cluster: RayCluster, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = expected()[0]
    with RayPool(cluster, Limits()) as pool:
        files, _ = discover(["articles"])
        pool._ships = True
        assert list(pool.files(files, LoadOptions())) == right


def test_a_sent_file_keeps_its_place(folder: Path) -> None:
    """As on a machine without the folder: the first call finds no file, the second has its bytes."""
    files, _ = discover(["articles/void.txt", "articles/1.txt"])
    reader = FileReader(Limits(), "/")
    from nutgraf.indexer.sandbox.messages import file_task

    os.chdir("/")
    tasks = [file_task(file, LoadOptions()) for file in files]
    assert [reader.read(n, task, None) for n, task in enumerate(tasks)] == [None, None]
    sent = pool_module.Content(b"Mill 1\n\nThe mill of valley 1 closed.", 0.0)
    part = reader.read(0, tasks[0], sent)
    assert part is not None
    assert part.is_last
    assert [item.origin for item in part.items] == [files[0].origin]


def test_vectors_are_those_of_the_encoder_in_the_box(cluster: RayCluster, encoder: Any) -> None:
    from nutgraf.opening import _load_encoder

    texts = [
        " ".join(["The", "old", "bridge", "opened", "again"][: n % 5 + 1] * (n % 9 + 1)) for n in range(90)
    ]
    spread = RayEncoder(cluster, encoder, partial(_load_encoder, None))
    assert np.array_equal(spread.encode(texts), encoder.encode(texts))
    assert spread.encode([]).shape == (0, encoder.card.dim)


def test_an_encoder_in_a_folder_beside_the_run_is_found(
    cluster: RayCluster, encoder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nutgraf.opening import _load_encoder

    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").symlink_to(shipped("encoder"))
    spread = RayEncoder(cluster, encoder, partial(_load_encoder, "mine"))
    assert np.array_equal(spread.encode(["The bridge opened."]), encoder.encode(["The bridge opened."]))


# --- evaluations ------------------------------------------------------------------------------------------

QUESTIONS = [*ASKED, UNANSWERABLE]


@pytest.fixture
def benchmark(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    build_index: Callable[..., Path],
    encoder: Any,
) -> Path:
    """Return a folder, the current one, with an index and files of the same questions, for batches of two."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(questions_module, "BATCH", 2)
    texts = {"bridge": BRIDGE, "baker": BAKER, "storm": STORM}
    names = {text: name for name, text in texts.items()}
    articles = [Article(id=name, title="", text=text) for name, text in texts.items()]
    build_index(articles, encoder, tmp_path / "index")
    squad(tmp_path / "squad.json", QUESTIONS)
    lines = [
        {"id": i, "question": question, "answers": golds, "contains_answer": [names[text]]}
        for text, i, question, golds in QUESTIONS
    ]
    (tmp_path / "news.jsonl").write_text("\n".join(map(json.dumps, lines)))
    queries = [{"id": i, "text": question} for _, i, question, _ in QUESTIONS]
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    (tmp_path / "qrels").write_text("".join(f"{i} 0 {names[text]} 1\n" for text, i, *_ in QUESTIONS))
    return tmp_path


def measured(request: EvalRequest, ray: str | None) -> dict[str, Any]:
    settings = Settings(Path("index"), reader="small", threads=1, profile="quick", ray=ray)
    return report_object(evaluate(settings, request))


NEWS = EvalRequest(Path("news.jsonl"))


@pytest.mark.parametrize(
    "request_",
    [
        EvalRequest(Path("squad.json")),
        EvalRequest(Path("squad.json"), whole=True, remove_gold=True),
        NEWS,
        EvalRequest(Path("queries.jsonl"), qrels=Path("qrels")),
    ],
    ids=["reader", "whole", "news", "retrieval"],
)
def test_a_report_is_the_same(cluster: RayCluster, benchmark: Path, request_: EvalRequest) -> None:
    plain = measured(request_, None)
    assert len(plain["answers"]) == len(QUESTIONS)
    assert measured(request_, "auto") == plain


def test_a_killed_worker_costs_no_answer(
    cluster: RayCluster, benchmark: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, result = measured(NEWS, None), Workers.result
    killed: list[int] = []

    def result_after_a_loss(workers: Workers, call: Call) -> Any:
        if call.method == "answer" and not killed:
            killed.extend(processes(workers))
            for pid in killed:
                os.kill(pid, signal.SIGKILL)
        return result(workers, call)

    monkeypatch.setattr(Workers, "result", result_after_a_loss)
    assert measured(NEWS, "auto") == plain
    assert killed


def test_an_interrupted_evaluation_ends_its_workers_and_goes_on(
    cluster: RayCluster, benchmark: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ray.exceptions import RayActorError

    request, result = EvalRequest(Path("news.jsonl"), per_question=Path("kept.jsonl")), Workers.result
    used: list[Workers] = []

    def interrupted(workers: Workers, call: Call) -> Any:
        if call.method == "answer":
            used.append(workers)
            if len(used) == 2:
                raise KeyboardInterrupt
        return result(workers, call)

    with monkeypatch.context() as patch:
        patch.setattr(Workers, "result", interrupted)
        with pytest.raises(KeyboardInterrupt):
            measured(request, "auto")
    with pytest.raises(RayActorError):
        processes(used[0])
    kept = [json.loads(line)["id"] for line in Path("kept.jsonl").read_text().splitlines()[1:]]
    assert kept == [QUESTIONS[0][1], QUESTIONS[1][1]]
    assert measured(request, "auto") == measured(NEWS, None)


def test_a_failure_of_a_worker_ends_the_run(
    cluster: RayCluster, benchmark: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a machine without the shared disk."""
    elsewhere = archive_loader(Settings(benchmark / "elsewhere"), retrieval)
    monkeypatch.setattr("nutgraf.api.evaluation.tasks.archive_loader", lambda *_: elsewhere)
    with pytest.raises(IndexMissing, match=r"a worker of Ray on .* does not see the archive: .*/elsewhere"):
        measured(NEWS, "auto")


def worker(load: LoadSystem, **changes: str) -> QuestionWorker:
    """Return a worker of this process that expects what it loads, but for the changes."""
    return QuestionWorker(load, conditions(load(1)) | changes, 1, str(Path.cwd()))


def test_a_worker_answers_only_as_the_machine_of_the_run_would(benchmark: Path) -> None:
    load = archive_loader(Settings(Path("index")), retrieval)
    worker(load).ready()
    with pytest.raises(IndexMismatch, match=r"otherwise than this machine, because of its code, encoder$"):
        worker(load, code="0", encoder="0").ready()
    with pytest.raises(IndexMismatch, match="the archive has changed since the run began") as failed:
        worker(load, index="an older token").ready()
    assert failed.value.hint == "run the same command again"


def test_what_a_worker_lacks_is_told_with_its_machine(benchmark: Path) -> None:
    (benchmark / "mine").mkdir()
    (benchmark / "mine" / "card.json").write_text("{}")
    (benchmark / "mine" / "model.onnx").touch()
    load = archive_loader(Settings(Path("index"), encoder="mine"), retrieval)
    with pytest.raises(ModelDamaged, match=r"a worker of Ray on .*: mine.*fields missing") as failed:
        QuestionWorker(load, {}, 1, str(benchmark)).ready()
    assert failed.value.hint


def test_milvus_lite_is_opened_by_one_process(benchmark: Path) -> None:
    from nutgraf.api.evaluation.workers import answer_by_workers

    settings = Settings(Path("milvus:news.db"), ray="auto")
    load = archive_loader(Settings(Path("index")), retrieval)
    with pytest.raises(StorageFailed, match=r"one process at a time opens milvus:news\.db"):
        next(answer_by_workers(settings, load(1), load, ["Who?"]))


def test_what_ray_says_of_a_lost_worker_does_not_stand_in_the_output() -> None:
    """In a process of its own: Ray reads once, when it is imported, which of its messages it prints."""
    code = (
        "from nutgraf.indexer.ray.cluster import _library; _library()\n"
        "from ray._private.worker import print_to_stdstream\n"
        "message = {'lines': ['Task FileReader.read failed.'], 'pid': 'raylet', 'is_err': False}\n"
        "print_to_stdstream(message, ignore_prefix=False)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ""


# --- what is lost, and what is wrong ----------------------------------------------------------------------


def test_a_removed_node_costs_no_article_and_no_vector(cluster: RayCluster, nodes: Any, folder: Path) -> None:
    """The last test: the cluster has one node after it."""
    own, texts = FakeEncoder(), [f"Bridge {number}" for number in range(200)]
    right = own.encode(texts)
    spread = RayEncoder(cluster, own, FakeModels(own).encoder_loader())
    assert np.array_equal(spread.encode(texts), right)
    with RayPool(cluster, Limits()) as pool:
        files, _ = discover(["articles"])
        items = []
        for place, item in enumerate(pool.files(files, LoadOptions())):
            items.append(item)
            if place == 600:
                nodes[0].remove_node(nodes[1])
    assert items == expected()[0]
    assert np.array_equal(spread.encode(texts), right)


def test_a_port_where_nothing_listens() -> None:
    with pytest.raises(StorageFailed, match=r"no Ray cluster answers at 127\.0\.0\.1:1: "):
        _check_answers("127.0.0.1:1")


def test_other_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    import ray

    words = "Version mismatch: The cluster was started with:\n    Ray: 2.59.0\n    Python: 3.12.1"

    def init(**_: object) -> None:
        raise RuntimeError(words)

    monkeypatch.setattr(ray, "init", init)
    with pytest.raises(StorageFailed, match=r"has other versions than this machine: .* Ray: 2\.59\.0"):
        _connect(ray, "auto", 1)


def test_a_source_that_is_not_there_is_told_as_without_ray(cluster: RayCluster, tmp_path: Path) -> None:
    with (
        Archive(Settings(tmp_path / "new", ray="auto"), FakeModels()) as archive,
        pytest.raises(SourceError, match="nowhere"),
    ):
        archive.add(tmp_path / "nowhere")
    assert not (tmp_path / "new").exists()


def test_no_cluster_starts_for_a_source_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[RayCluster] = []
    monkeypatch.setattr(RayCluster, "__enter__", started.append)
    archive = Archive(Settings(tmp_path / "archive", ray="auto"), FakeModels())
    with archive, pytest.raises(SourceError, match="missing"):
        archive.add(tmp_path / "missing")
    assert not started
