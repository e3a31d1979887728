"""Takes from a process what reading a document does not need: time, memory, writing, running programs, TCP.

Memory is bounded by the limit on addresses, time by a timer that ends the process. Landlock (Linux 5.13 or
newer) forbids to write, to run programs, and to use TCP. Where a system has no such bounds, the worker
runs without them, and `confinement` says so.
"""

import sys
from typing import Any

from nutgraf.indexer.sandbox.limits import Limits

_MB = 1_000_000
_PASSING = 3  # less than the `WAITING` of limits.py, which is another bound of the same time


def confine(limits: Limits) -> list[str]:
    """Bound this process for good; return the names of what it is bounded by."""
    return [*_memory(limits), *_landlock()]


def confinement() -> list[str]:
    """Return the names of what workers are bounded by on this system; no process is changed."""
    bounds = [] if _resource() is None else ["memory", "files"]
    module = _landlockpy()
    return bounds + (["landlock"] if module is not None and module.supported() else [])


class Stopwatch:
    """Ends this process when it computes for too long without a call of `restart` or `reached`."""

    def __init__(self, limits: Limits) -> None:
        self._limit = self._seconds = limits.seconds

    def restart(self) -> None:
        """Begin anew; Windows has no such timer, and nutgraf itself ends a worker there."""
        if sys.platform != "win32":
            import signal

            signal.setitimer(signal.ITIMER_PROF, self._seconds)

    def reached(self, is_read: bool) -> None:
        """Begin anew at a record, or before the first; those that are passed over have more time.

        A record that took too long must not do so again while it is passed over: it would cost the next one.
        """
        self._seconds = self._limit * (1 if is_read else _PASSING)
        self.restart()

    def stop(self) -> None:
        """Let the process live until `restart` is called."""
        if sys.platform != "win32":
            import signal

            signal.setitimer(signal.ITIMER_PROF, 0)


def _memory(limits: Limits) -> list[str]:
    resource = _resource()
    if resource is None:
        return []
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    bounds = ["files"]
    try:
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_mb * _MB,) * 2)
    except (OSError, ValueError):  # macOS refuses a limit below what is reserved already
        return bounds
    return [*bounds, "memory"]


def _landlock() -> list[str]:
    module = _landlockpy()
    if module is None or not module.supported():
        return []
    reading = module.AccessFS.READ_FILE | module.AccessFS.READ_DIR
    scope = module.Scope.SIGNAL | module.Scope.ABSTRACT_UNIX_SOCKET
    with module.Ruleset(scoped=scope) as ruleset:
        ruleset.allow_path("/", reading)
        ruleset.restrict()
    return ["landlock"]


def _resource() -> Any:  # noqa: ANN401 - a module that Windows lacks
    try:
        import resource
    except ImportError:
        return None
    return resource


def _landlockpy() -> Any:  # noqa: ANN401 - a module that is installed on Linux alone
    try:
        import landlockpy
    except ImportError:
        return None
    return landlockpy
