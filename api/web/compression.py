"""Compresses answers for clients that take gzip (RFC 9110, 12.5.3). Plain ASGI."""

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Receive, Scope, Send

from nutgraf.api.web.preferences import weighted

_NAME = b"accept-encoding"


class CompressionMiddleware(GZipMiddleware):
    """Starlette's middleware, which compresses wherever "gzip" stands in the header: in "gzip;q=0", too."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its header reduced to the coding of the answer."""
        if scope["type"] == "http":
            accepted = ",".join(Headers(scope=scope).getlist("accept-encoding"))
            coding = b"gzip" if takes_gzip(accepted) else b"identity"
            others = [(name, value) for name, value in scope["headers"] if name != _NAME]
            scope["headers"] = [*others, (_NAME, coding)]
        await super().__call__(scope, receive, send)


def takes_gzip(header: str) -> bool:
    """Return whether a client takes gzip, and likes it no less than what is not compressed.

    >>> takes_gzip("gzip, br"), takes_gzip("gzip;q=0"), takes_gzip("identity, gzip;q=0.5")
    (True, False, False)
    """
    weights = dict(weighted(header))
    gzip = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    return gzip > 0 and gzip >= weights.get("identity", 0.0)
