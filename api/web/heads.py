"""Bounds the time for the head of a request: who sends half of one must not keep a connection open.

Knows the protocol class of uvicorn; does not know what a request asks for. Bodies have bounds of their own
(`api.web.bodies`).
"""

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import H11Protocol


def head_deadline(seconds: float) -> "type[H11Protocol]":
    """Return a protocol that closes a connection whose next head is not there after `seconds`.

    The time begins when the connection is opened, and of a later request with its first bytes. Between two
    requests uvicorn's own `timeout_keep_alive` holds.
    """
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class HeadDeadline(H11Protocol):
        """HTTP/1.1 with a deadline for heads."""

        _closing: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - as its base has it
            """Start the time for the first head."""
            super().connection_made(transport)
            self._watch()

        def data_received(self, data: bytes) -> None:
            """Stop the time where the data ended a head; start it where they began one."""
            super().data_received(data)
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            """Stop the time."""
            self._stop()
            super().connection_lost(exc)

        def _watch(self) -> None:
            # A cycle is a request whose head was read, and its response.
            if self.cycle is not None and not self.cycle.response_complete:
                self._stop()
            elif self._closing is None:
                self._closing = self.loop.call_later(seconds, self.transport.close)

        def _stop(self) -> None:
            if self._closing is not None:
                self._closing.cancel()
                self._closing = None

    return HeadDeadline
