"""The two ways for agents to reach the tools: standard input and output, or HTTP.

Knows the transports of the SDK; does not know who may come in over HTTP: the guard does (`api.web.guard`).
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
from nutgraf.archive import Archive


class HttpDoor:
    """The MCP server over streamable HTTP, as an ASGI application without sessions.

    It stands behind the guard, which checks hosts and keys, so the check of hosts in the SDK is off.
    """

    path = "/mcp"

    @asynccontextmanager
    async def open(self, engine: Engine, deadline_s: float) -> AsyncIterator[None]:
        """Answer agents until the end of the block."""
        server = McpServer(engine, deadline_s).server()
        self._manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and stop as soon as its client leaves."""
        scope["route"] = self  # for the log and the metrics
        messages = [await receive()]  # the guard passes the body on as one message
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


def serve_stdio(archive: Archive) -> None:
    """Serve one client over standard input and output, until it closes standard input.

    Raises what opening the index raises, before anything is written to the client.
    """
    # A thread waits for the next line, and only the end of the input wakes it: so Ctrl-C ends the process.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        asyncio.run(_serve_stdio(archive))
    except* BrokenPipeError:
        pass  # the client has left, and nobody else waits


async def _serve_stdio(archive: Archive) -> None:
    async with Engine(archive) as engine:
        server = McpServer(engine).server()
        articles = engine.opened.index.state.counts.articles
        sys.stderr.write(f"an agent may ask now, on standard input (docs/mcp.md); articles: {articles:,}\n")
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())
