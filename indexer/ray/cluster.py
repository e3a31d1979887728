"""A cluster of Ray: connecting to it, its workers, and calls that are made again when a worker is lost.

Knows how Ray is spoken to; does not know what the workers do.
"""

import os
import re
import socket
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol
from urllib.parse import urlsplit

from nutgraf.error import NutgrafError
from nutgraf.indexer.errors import StorageFailed
from nutgraf.models.cores import available_cores

LOCAL = "local"
"""The address that starts a cluster on this machine, which ends with the run."""

EXAMPLE = "--ray starts a cluster on this machine, --ray HOST:6379 connects to one"
START_SECONDS = 300
"""How long the first worker may take to start: it imports libraries and loads a model. Not compared."""

MOST_LOSSES = 10
"""After so many lost workers a call is not made again: it is probably what ends them."""

_RETRIES = 3  # made by Ray itself, when it has started the worker again
_CONNECT_SECONDS = 5.0
_ADDRESS = re.compile(r"auto|local|(ray://)?[^/\s:]+:\d{1,5}")


class Worker(Protocol):
    """What every class of workers has."""

    def ready(self) -> object:
        """Prepare the worker, and return what must be the same on all of them."""
        ...


@dataclass(frozen=True, slots=True)
class Node:
    """A machine of the cluster, and the cores and GPUs that it lends."""

    id: str
    cpus: int
    gpus: int


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a worker that was made: `ref` is Ray's promise of the result."""

    ref: Any
    actor: Any
    method: str
    arguments: tuple[object, ...]


def is_address(text: str) -> bool:
    """Whether a text is an address of Ray: local, auto, HOST:PORT or ray://HOST:PORT."""
    return _ADDRESS.fullmatch(text) is not None


def work_in(folder: str) -> None:
    """Go into a folder, so that relative paths are those of the run; without this folder none is there."""
    with suppress(OSError):
        os.chdir(folder)


def nutgraf_version() -> str:
    """Return the version that is installed here; on every machine it must be the same."""
    try:
        return version("nutgraf")
    except PackageNotFoundError:
        return "unknown"


class RayCluster:
    """A connection to a cluster. Use it as a context manager: a local cluster ends with the block.

    `threads` bounds the cores of a local cluster, and of each encoder; None means all cores. Raises
    StorageFailed where the extra is not installed, where nothing answers, or where the versions of Ray or
    Python differ.
    """

    def __init__(self, address: str, threads: int | None = None) -> None:
        if not is_address(address):
            raise StorageFailed(f"{address!r} is no address of Ray", hint=EXAMPLE)
        self.address = address
        self.threads = threads

    def __enter__(self) -> "RayCluster":
        self._ray = _library()
        self._is_ours = not self._ray.is_initialized()  # whose program has a connection keeps it
        if self._is_ours:
            _connect(self._ray, self.address, self.threads or available_cores())
        return self

    def __exit__(self, *error: object) -> None:
        if self._is_ours:
            self._ray.shutdown()

    def nodes(self) -> list[Node]:
        """Return the machines that lend cores or GPUs."""
        living = [(node["NodeID"], node["Resources"]) for node in self._ray.nodes() if node["Alive"]]
        nodes = (Node(name, int(lent.get("CPU", 0)), int(lent.get("GPU", 0))) for name, lent in living)
        return [node for node in nodes if node.cpus or node.gpus]

    def places(self, cores: int | None = None, *, gpus: bool = False) -> list[tuple[Node, int]]:
        """Return (node, GPUs that it takes) of each worker: with `gpus` one a GPU, where there are any.

        Otherwise there is one for so many cores of a node, at least one; None means all of its cores.
        """
        nodes = self.nodes()
        on_gpus = [(node, 1) for node in nodes if gpus for _ in range(node.gpus)]
        return on_gpus or [
            (node, 0) for node in nodes if node.cpus for _ in range(max(1, node.cpus // (cores or node.cpus)))
        ]

    def workers(self, kind: type, places: Sequence[tuple[Node, int]], *arguments: object) -> "Workers":
        """Start a worker for each (node, GPUs that it takes); one whose node is lost moves to another.

        Raises StorageFailed where none starts in time, or where their `ready` differ.
        """
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        actor = self._ray.remote(kind)
        actors = [
            actor.options(
                # A worker of this kind reserves no core, lest those of a lost node wait for a free one.
                num_cpus=0,
                num_gpus=gpus,
                max_restarts=-1,
                max_task_retries=_RETRIES,
                scheduling_strategy=NodeAffinitySchedulingStrategy(node.id, soft=True),
            ).remote(*arguments)
            for node, gpus in places
        ]
        return Workers(self._ray, actors, self.address)


class Workers:
    """The workers of one class. A call whose worker is lost is made again, so it must be repeatable."""

    def __init__(self, ray: Any, actors: Sequence[Any], address: str) -> None:  # noqa: ANN401 - untyped
        self._ray = ray
        self._calls: list[Call] = []
        calls = [Call(actor.ready.remote(), actor, "ready", ()) for actor in actors]
        started, _ = (
            ray.wait([call.ref for call in calls], num_returns=len(calls), timeout=START_SECONDS)
            if calls
            else ([], [])
        )
        ready = [call for call in calls if call.ref in started]
        if not ready:
            raise StorageFailed(
                f"no worker of the Ray cluster {address} started within {START_SECONDS} s",
                hint="ray status shows its machines and what they are waiting for",
            )
        self._actors = [call.actor for call in ready]
        self.ready: list[Any] = [self.result(call) for call in ready]
        """What `ready` of each worker returned."""

    def __len__(self) -> int:
        return len(self._actors)

    def call(self, method: str, *arguments: object, on: Any = None) -> Call:  # noqa: ANN401 - untyped
        """Call a method of the worker that has least to do, or `on` that worker."""
        actor = self._least_busy() if on is None else on
        call = Call(getattr(actor, method).remote(*arguments), actor, method, arguments)
        self._calls.append(call)
        return call

    def result(self, call: Call) -> Any:  # noqa: ANN401 - what the method returns
        """Return what a call returns. Raises its NutgrafError, and StorageFailed for any other failure."""
        from ray.exceptions import RayError, RayTaskError

        for _ in range(MOST_LOSSES):
            try:
                return self._ray.get(call.ref)
            except RayTaskError as error:
                if isinstance(error.cause, NutgrafError):
                    raise error.cause from error
                raise StorageFailed(
                    f"a worker of Ray failed: {_last_line(error)}", hint="nutgraf doctor on that machine"
                ) from error
            except RayError as error:  # the worker, its machine or the result was lost
                loss = error
                call = self.call(call.method, *call.arguments)
        raise StorageFailed(
            f"{MOST_LOSSES} workers of Ray were lost in the same call: {_last_line(loss)}",
            hint="the logs of Ray say why they ended, for example for lack of memory",
        ) from loss

    def close(self) -> None:
        """End all workers."""
        for actor in self._actors:
            self._ray.kill(actor)

    def _least_busy(self) -> Any:  # noqa: ANN401 - untyped
        if self._calls:
            refs = [call.ref for call in self._calls]
            _, running = self._ray.wait(refs, num_returns=len(refs), timeout=0, fetch_local=False)
            waiting = {*running}
            self._calls = [call for call in self._calls if call.ref in waiting]
        busy = Counter(id(call.actor) for call in self._calls)
        return min(self._actors, key=lambda actor: busy[id(actor)])


def _library() -> Any:  # noqa: ANN401 - the library is untyped
    """Import ray so that it reports nothing to its makers."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # What Ray says of lost workers would stand in the standard output, which has the report.
    os.environ.setdefault("RAY_DEDUP_LOGS_SKIP_REGEX", ".")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # workers without GPUs see none
    try:
        import ray
    except ImportError as error:
        raise StorageFailed("Ray is not installed", hint="python -m pip install 'nutgraf[ray]'") from error
    return ray


def _connect(ray: Any, address: str, threads: int) -> None:  # noqa: ANN401 - the library is untyped
    options: dict[str, object] = {"log_to_driver": False, "logging_level": "ERROR"}
    if address == LOCAL:
        options |= {"num_cpus": threads, "include_dashboard": False}
    elif address != "auto":
        _check_answers(address)
    try:
        ray.init(address=address, **options)
    except Exception as error:  # ConnectionError, RuntimeError, and plain Exceptions
        words = " ".join(str(error).split())
        if "version mismatch" in words.lower():
            raise StorageFailed(
                f"the Ray cluster {address} has other versions than this machine: {words}",
                hint="install the same versions of Ray and Python on all machines",
            ) from error
        raise StorageFailed(
            f"no Ray cluster can be used at {address}: {words[:300]}", hint=EXAMPLE
        ) from error


def _check_answers(address: str) -> None:
    """Raise StorageFailed where nothing listens: Ray itself would try for minutes."""
    parts = urlsplit(address if "://" in address else f"ray://{address}")
    try:
        with socket.create_connection((parts.hostname, parts.port), _CONNECT_SECONDS):
            pass
    except (OSError, ValueError) as error:
        raise StorageFailed(
            f"no Ray cluster answers at {address}: {error}",
            hint="ray start --head starts one; " + EXAMPLE,
        ) from error


def _last_line(error: BaseException) -> str:
    return next((line.strip() for line in reversed(str(error).splitlines()) if line.strip()), "")[:300]
