"""Files read and passages encoded by a Ray cluster: the archive is the same, whatever is lost meanwhile."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nutgraf.archive import Archive
from nutgraf.errors import SourceError, StorageFailed
from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions, Skipped, SourceFile
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.ray import pool as pool_module
from nutgraf.indexer.ray.cluster import RayCluster, Workers, _check_answers, _connect
from nutgraf.indexer.ray.encoder import RayEncoder
from nutgraf.indexer.ray.pool import FileReader, RayPool
from nutgraf.indexer.sandbox.limits import Limits
from nutgraf.indexer.sandbox.pool import WorkerPool
from nutgraf.results import AddReport
from nutgraf.settings import Settings
from tests.fakes import FakeEncoder, FakeModels

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
