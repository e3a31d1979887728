"""Answers HEAD as GET without the body, on every route that takes GET (RFC 9110, 9.3.2). Plain ASGI."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodilessMiddleware:
    """An ASGI application that asks another one with GET where it is asked with HEAD.

    Monitors and proxies send HEAD to see whether a server is alive.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        asked = {**scope, "method": "GET"}
        try:
            await self._app(asked, receive, without_body)
        finally:
            scope["route"] = asked.get("route")  # the log names it
