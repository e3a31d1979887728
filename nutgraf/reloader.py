"""Keeps the newest state of an archive open, and older ones as long as somebody reads them.

Safe to use from several threads. Knows how a state is opened only as a function; does not know what is in it.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Thread
from typing import Generic, Protocol, TypeVar


class Closable(Protocol):
    """What is kept open."""

    def close(self) -> None:
        """Free what it holds; called once, after its last user has released it."""
        ...


OpenedT = TypeVar("OpenedT", bound=Closable)
Stamp = tuple[int, ...]
"""What changes whenever a new state is published."""

log = logging.getLogger("nutgraf")


class IndexHandle(Generic[OpenedT]):
    """An opened state and the number of its users; once retired, it is closed after the last one."""

    def __init__(self, opened: OpenedT, stamp: Stamp | None) -> None:
        self.opened = opened
        self.stamp = stamp
        self._users = 0
        self._retired = False
        self._lock = Lock()

    def acquire(self) -> None:
        """Count one more user, who must call `release` when it has finished."""
        with self._lock:
            self._users += 1

    def release(self) -> None:
        """Count one user less; the last one of a retired state closes it."""
        with self._lock:
            self._users -= 1
            last = self._retired and self._users == 0
        if last:
            self.opened.close()

    def retire(self) -> None:
        """Close the state as soon as it has no user: no new one will come."""
        with self._lock:
            unused = not self._retired and self._users == 0
            self._retired = True
        if unused:
            self.opened.close()


class IndexReloader(Generic[OpenedT]):
    """The state that is open now, and its successor as soon as one is published.

    `open_state` opens the newest state and raises where that cannot be done; `stamp` tells which one it is.
    """

    def __init__(self, open_state: Callable[[], OpenedT], stamp: Callable[[], Stamp | None]) -> None:
        self._open_state = open_state
        self._stamp = stamp
        self._lock = Lock()  # guards the attributes below; held for moments only
        self._opening = Lock()  # held while a state is opened: one at a time
        self._handle: IndexHandle[OpenedT] | None = None
        self._requested = self._completed = 0
        self._reloading: Thread | None = None

    def acquire(self, *, wait: bool) -> IndexHandle[OpenedT]:
        """Return a handle that is acquired already; the caller releases it.

        Where a newer state was published, `wait` opens it first; otherwise it is opened in another thread,
        and this caller still gets the older one. The first call always waits. Raises what opening raises.
        """
        while True:
            handle, now = self._handle, self._stamp()
            if handle is None:
                self.reload()
            elif now is not None and now != handle.stamp:
                if wait:
                    self.reload()
                else:
                    self._reload_in_background(now)
            with self._lock:
                if self._handle is not None:  # else another thread closed it meanwhile
                    self._handle.acquire()
                    return self._handle

    @contextmanager
    def reading(self) -> Iterator[OpenedT]:
        """Give the newest state for the time of the block."""
        handle = self.acquire(wait=True)
        try:
            yield handle.opened
        finally:
            handle.release()

    def request(self) -> int:
        """Return the number of a new request for `reload`, which may then be called in another thread."""
        with self._lock:
            self._requested += 1
            return self._requested

    def reload(self, request: int | None = None) -> None:
        """Open the newest state; whoever reads the one before goes on with it. Raises what opening raises.

        Requests that wait at the same time share one opening, which began after all of them were made. A call
        without a request makes one.
        """
        number = self.request() if request is None else request
        with self._opening:
            if self._completed >= number:
                return
            with self._lock:
                requested = self._requested
            stamp = self._stamp()
            handle = IndexHandle(self._open_state(), stamp)
            with self._lock:
                previous, self._handle = self._handle, handle
                self._completed = requested
            if previous is not None:
                previous.retire()

    def close(self) -> None:
        """Close what is open, once nobody reads it; wait for an opening that is going on.

        The next `acquire` opens a state again.
        """
        thread = self._reloading
        if thread is not None:
            thread.join()
        with self._opening, self._lock:
            handle, self._handle = self._handle, None
        if handle is not None:
            handle.retire()

    def _reload_in_background(self, seen: Stamp) -> None:
        with self._lock:
            if self._reloading is not None:
                return
            thread = Thread(target=self._reload_quietly, args=(seen,), name="nutgraf-reload", daemon=True)
            self._reloading = thread
        thread.start()

    def _reload_quietly(self, seen: Stamp) -> None:
        try:
            self.reload()
        except Exception:
            log.exception("the new generation cannot be opened; the one before is used on")
            with self._lock:
                if self._handle is not None:
                    self._handle.stamp = seen  # tried once; the next change is tried again
        finally:
            self._reloading = None
