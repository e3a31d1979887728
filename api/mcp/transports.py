"""How agents come in: over standard input and output, or over HTTP.

Knows the SDK's transports; does not know who may come in over HTTP: that is the guard's.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.types import Message, Receive, Scope, Send

from nutgraf.api.engine.engine import Engine
from nutgraf.api.mcp.server import McpServer
from nutgraf.settings import Settings


class HttpDoor:
    """The server over streamable HTTP, as an ASGI application: every request by itself, without sessions.

    Stands behind the guard, which knows hosts and keys: the SDK's own check of hosts is off.
    """

    path = "/mcp"

    @asynccontextmanager
    async def open(self, engine: Engine, deadline_s: float) -> AsyncIterator[None]:
        """Answer until the end of the block."""
        server = McpServer(engine, deadline_s).server()
        self._manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and stop as soon as its client leaves."""
        scope["route"] = self  # for the log and the metrics
        messages = [await receive()]  # the guard hands on a body whole
        if messages[0]["type"] != "http.request":
            return
        gone = asyncio.ensure_future(receive())

        async def receiving() -> Message:
            return messages.pop() if messages else await asyncio.shield(gone)

        answering = asyncio.ensure_future(self._manager.handle_request(scope, receiving, send))
        try:
            await asyncio.wait({answering, gone}, return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                answering.result()
        finally:
            for task in (answering, gone):
                task.cancel()
            await asyncio.gather(answering, gone, return_exceptions=True)


def serve_stdio(settings: Settings) -> None:
    """Serve one client over standard input and output, until it closes the first.

    Raises what opening the index raises, before anything is written to it.
    """
    # A thread waits for the next line, and nothing but its end would wake it: Ctrl-C ends the process.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        asyncio.run(_serve_stdio(settings))
    except* BrokenPipeError:
        pass  # the client has left without a word, and nobody else is waiting


async def _serve_stdio(settings: Settings) -> None:
    async with Engine(settings) as engine:
        server = McpServer(engine).server()
        articles = engine.opened.index.counts.articles
        sys.stderr.write(f"an agent may ask now, on standard input (docs/mcp.md); articles: {articles:,}\n")
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())
