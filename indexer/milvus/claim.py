"""Who may write: a claim in `control`, which its writer renews as long as it lives.

Milvus has no lock. A writer adds a claim of its own and then reads all claims of its kind: it may write if
there is no other living one. Of two that come at once each sees the other, and both draw back: never do two
write. A claim ends by itself when its writer has not renewed it, or at once where its process is gone from
this machine.

Articles have one writer for hours, and who comes second is refused. Standing questions are written in moments
by whoever has something to note, while articles are added, too: a claim of another kind, which is waited for.
"""

import json
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Literal

from nutgraf.indexer.errors import IndexerError, IndexLocked, StorageFailed
from nutgraf.indexer.milvus.connection import Connection

Kind = Literal["claim", "watching"]
"""What is claimed: to write articles, or standing questions."""

LIFE_SECONDS = 120.0
_RENEWED_SECONDS = 30.0
_TRIES = 3  # where two came at once and none may wait

Claims = dict[str, dict[str, object]]


class Claim:
    """The claim of one writer; `check` raises StorageFailed where it was lost."""

    def __init__(self, connection: Connection, kind: Kind) -> None:
        self._connection = connection
        self._kind = kind
        self._key = f"{kind}:{secrets.token_hex(8)}"
        self._ended = Event()

    def check(self) -> None:
        """Raise StorageFailed where this is the writer no more: it slept for longer than a claim lives."""
        if self._key not in self._connection.control():
            raise StorageFailed(
                f"{self._connection.address}: another writer has taken over, because this one did not show up"
                f" for {LIFE_SECONDS:.0f} s",
                hint="run the same command again: it goes on where it was",
            )

    def take(self, seconds: float) -> None:
        """Become the writer within so many seconds; raises IndexLocked where there is another one."""
        others: Claims = {}
        began, tries = time.monotonic(), 0
        while tries < _TRIES or time.monotonic() < began + seconds:
            tries += 1
            if not (others := self._living()):
                self._renew()
                if not (others := self._living()):
                    Thread(target=self._keep, daemon=True, name="nutgraf-claim").start()
                    return
                self._connection.remove_control([self._key])
            time.sleep(secrets.randbelow(200) / 1000)
        other = next(iter(others.values()))
        raise IndexLocked(
            f"{self._connection.address} is being written by another process (pid {other.get('pid')} on"
            f" {other.get('host')})",
            hint="wait until it has ended, then run the command again; a killed one is forgotten after"
            f" {LIFE_SECONDS:.0f} s",
        )

    def release(self) -> None:
        """Let others write."""
        self._ended.set()
        self._connection.remove_control([self._key])

    def _renew(self) -> None:
        value = {"host": socket.gethostname(), "pid": os.getpid(), "until": time.time() + LIFE_SECONDS}
        self._connection.set_control(self._key, json.dumps(value))

    def _keep(self) -> None:
        while not self._ended.wait(_RENEWED_SECONDS):
            with suppress(IndexerError):
                self.check()
                self._renew()

    def _living(self) -> Claims:
        """Return the living claims of others, and remove those that are dead."""
        claims = {
            key: claim for key, claim in _claims(self._connection, self._kind).items() if key != self._key
        }
        self._connection.remove_control([key for key, claim in claims.items() if not _lives(claim)])
        return {key: claim for key, claim in claims.items() if _lives(claim)}


def living(connection: Connection) -> Claims:
    """Return the claims of those that write articles now."""
    return {key: claim for key, claim in _claims(connection, "claim").items() if _lives(claim)}


def _claims(connection: Connection, kind: Kind) -> Claims:
    rows = connection.control().items()
    return {key: json.loads(value) for key, value in rows if key.startswith(f"{kind}:")}


def _lives(claim: dict[str, object]) -> bool:
    until, pid = claim.get("until"), claim.get("pid")
    if not isinstance(until, float | int) or until < time.time():
        return False
    if claim.get("host") != socket.gethostname() or not isinstance(pid, int):
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def claimed(connection: Connection, kind: Kind = "claim", seconds: float = 0.0) -> Iterator[Claim]:
    """Be the one writer inside the block, waiting up to so many seconds for others; raises IndexLocked."""
    claim = Claim(connection, kind)
    claim.take(seconds)
    try:
        yield claim
    finally:
        with suppress(IndexerError):  # it ends by itself
            claim.release()
