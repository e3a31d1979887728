"""Forked processes that do some work, report values through a pipe, and may be killed at any moment.

Forking costs milliseconds where starting Python and importing the libraries costs a second. The campaign
itself must never search or encode: threads of FAISS and of onnxruntime do not survive a fork.
"""

import json
import os
import select
import signal
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

Report = Callable[[object], None]
"""Sends a JSON-ready value to the parent; a value is received whole or not at all."""

RAISED = 70
"""The exit status of work that raised; its traceback is the last report."""

_READ_BYTES = 1 << 16


class Child:
    """A process that does some work; the parent reads what it reports, and may kill it.

    >>> child = Child(lambda report: report(6 * 7))
    >>> list(child.reports()), child.wait()
    ([42], 0)
    """

    def __init__(self, work: Callable[[Report], None]) -> None:
        self._pipe, writing = os.pipe()
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._pipe)
            _run(work, writing)
        os.close(writing)
        self._rest, self._reports = b"", deque[Any]()
        self._status: int | None = None

    def reports(self, until: float | None = None) -> Iterator[Any]:
        """Yield the reports until the work ends, or until the time `until` of the monotonic clock."""
        while True:
            while self._reports:
                yield self._reports.popleft()
            seconds = None if until is None else until - time.monotonic()
            if seconds is not None and seconds <= 0:
                return
            if not select.select([self._pipe], [], [], seconds)[0]:
                return
            part = os.read(self._pipe, _READ_BYTES)
            if not part:
                return
            *lines, self._rest = (self._rest + part).split(b"\n")
            self._reports.extend(map(json.loads, lines))

    def kill(self) -> None:
        """Kill the process with SIGKILL; what it reported before can still be read."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Return the exit status when the process has ended, minus the signal where one ended it."""
        if self._status is None:
            self._status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            os.close(self._pipe)
        return self._status


def outcome(work: Callable[[Report], None]) -> list[Any]:
    """Return what some work reports in a process of its own; raises RuntimeError where it fails."""
    child = Child(work)
    reports = list(child.reports())
    status = child.wait()
    if status != 0:
        raise RuntimeError(f"exit status {status}: {reports[-1] if reports else 'nothing was reported'}")
    return reports


def _run(work: Callable[[Report], None], pipe: int) -> NoReturn:
    def report(value: object) -> None:
        line = json.dumps(value).encode() + b"\n"
        while line:
            line = line[os.write(pipe, line) :]

    status = 0
    try:
        work(report)
    except BaseException:  # noqa: BLE001 - whatever it is, the parent is told
        status = RAISED
        report({"raised": traceback.format_exc()})
    os._exit(status)
