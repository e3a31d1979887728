"""Questions answered by the workers of a Ray cluster, each of which opens the archive and the models itself.

Knows batches, their order, and what must be the same on all machines; does not know how a question is
answered. A worker that is lost costs a repetition of its batches.
"""

import socket
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from nutgraf.api.evaluation.code_hash import code_sha256
from nutgraf.api.evaluation.systems import LoadSystem, System
from nutgraf.indexer.errors import IndexerError, IndexMismatch, IndexMissing, StorageFailed
from nutgraf.indexer.milvus.address import is_milvus, parse
from nutgraf.indexer.ray.cluster import Call, RayCluster, Workers, nutgraf_version, work_in
from nutgraf.models.cores import available_cores
from nutgraf.models.errors import ModelError
from nutgraf.qa.evaluate.questions import batches
from nutgraf.qa.evaluate.records import Record
from nutgraf.settings import Settings

WORKER_THREADS = 4
"""Cores of a worker, unless `--threads` says otherwise. A search is the work of one core, so larger workers
would leave more of them idle; each worker has models of its own in memory. Other numbers were not compared.
"""

_AHEAD = 4  # batches that each worker has or waits for; not compared


def answer_by_workers(
    settings: Settings, system: System, load: LoadSystem, questions: Sequence[Any]
) -> Iterator[list[Record]]:
    """Yield the records of one batch of questions at a time, as `system.answer` would, in the same order.

    Each worker loads a system that must be as this one is. Raises StorageFailed where the cluster or the
    archive cannot be shared, IndexMissing where a worker does not see the archive, IndexMismatch where it has
    other code, models or articles, and what loading raises.
    """
    if not questions:
        return
    _check_shared(settings)
    threads = settings.threads or WORKER_THREADS
    assert settings.ray is not None, "without a cluster the system answers itself"
    with RayCluster(settings.ray, settings.threads) as cluster:
        places = cluster.places(threads, gpus=system.knows_gpus)
        workers = cluster.workers(QuestionWorker, places, load, conditions(system), threads, str(Path.cwd()))
        try:
            yield from _spread(workers, questions)
        finally:
            workers.close()


def _spread(workers: Workers, questions: Sequence[Any]) -> Iterator[list[Record]]:
    asked = deque[Call]()
    for batch in batches(questions):
        asked.append(workers.call("answer", batch))
        if len(asked) == _AHEAD * len(workers):
            yield workers.result(asked.popleft())
    while asked:
        yield workers.result(asked.popleft())


def _check_shared(settings: Settings) -> None:
    """Raise StorageFailed for an archive that several processes cannot read."""
    if is_milvus(settings.index) and parse(settings.index).is_lite:
        raise StorageFailed(
            f"one process at a time opens {settings.index}, and --ray asks it from several",
            hint="leave --ray out, or evaluate an archive in a folder or on a server of Milvus",
        )


def conditions(system: System) -> dict[str, Any]:
    """Return all that must be the same on every machine, by the name that messages have for it."""
    return {
        "nutgraf": nutgraf_version(),
        "code": code_sha256(),
        **{name: model.sha256 for name, model in system.models.items()},
        **system.rules,
        **system.state,
    }


class QuestionWorker:
    """Answers questions in a process of Ray, by a system of its own whose `conditions` must be these."""

    def __init__(self, load: LoadSystem, expected: Mapping[str, Any], threads: int, folder: str) -> None:
        work_in(folder)
        self._load = load
        self._expected = expected
        self._threads = threads

    def ready(self) -> None:
        """Load the system; raises IndexMissing, IndexMismatch and what loading raises."""
        _ = self._system

    def answer(self, questions: Sequence[Any]) -> list[Record]:
        """Return the record of each question of a batch, in order."""
        return [record for records in self._system.answer(questions) for record in records]

    @cached_property
    def _system(self) -> System:
        """The system, loaded by the first call, also of a process that takes the place of a lost one."""
        host = socket.gethostname()
        try:
            system = self._load(min(self._threads, available_cores()))
        except IndexMissing as error:
            raise IndexMissing(
                f"a worker of Ray on {host} does not see the archive: {error}",
                hint="name with --index a folder that all machines have under the same path (a shared disk)",
            ) from error
        except (IndexerError, ModelError) as error:
            raise type(error)(f"a worker of Ray on {host}: {error}", hint=error.hint) from error
        self._check(host, conditions(system))
        return system

    def _check(self, host: str, own: Mapping[str, Any]) -> None:
        different = [name for name in self._expected if own.get(name) != self._expected[name]]
        if not different:
            return
        if different == ["index"]:
            raise IndexMismatch(
                f"the archive has changed since the run began: a worker of Ray on {host} has another state",
                hint="run the same command again",
            )
        raise IndexMismatch(
            f"a worker of Ray on {host} would answer otherwise than this machine,"
            f" because of its {', '.join(different)}",
            hint="install the same nutgraf and the same models on all machines",
        )
