"""What a proxy in front of the server changes: the path prefix, such as /news, and the client's address.

Plain ASGI. Everything inside sees paths without the prefix, whether the proxy has taken it off or not.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from nutgraf.errors import BadOption

HEADER = "X-Forwarded-Prefix"
OWN_SEGMENTS = frozenset(
    {
        *("add", "articles", "docs", "healthz", "mcp", "metrics", "openapi.json", "readyz", "search"),
        *("static", "v1", "watches"),
    }
)
"""What the paths of the server begin with: a prefix that begins so cannot be told from a path without it."""

_SEGMENT = re.compile(r"[A-Za-z0-9._~-]{1,100}")
_MOST_CHARS = 1000  # of a prefix; not measured, far above what anybody types
_STATE = "prefix"

Networks = tuple[IPv4Network | IPv6Network, ...]


@dataclass(frozen=True, slots=True)
class ProxyRules:
    """The prefix that the server is known under, "" for none, and the proxies that may name another one."""

    root_path: str = ""
    trusted: Networks = ()


def root_path(text: str) -> str:
    """Return the prefix of an option, without its last slash; raises BadOption for what is no path."""
    prefix = path_prefix(text)
    if prefix is None:
        raise BadOption(
            f"{{root_path}} {text[:100]!r} is no path such as /news",
            hint="{root_path} /news",
            fields=["root_path"],
        )
    if _is_own(prefix):
        raise BadOption(
            f"{{root_path}} {prefix} begins like the paths of nutgraf itself",
            hint="{root_path} /news",
            fields=["root_path"],
        )
    return prefix


def trusted_proxies(addresses: Sequence[str]) -> Networks:
    """Return the networks of an option; raises BadOption for what is no address of the internet protocol."""
    networks = []
    for address in addresses:
        try:
            networks.append(ip_network(address.strip(), strict=False))
        except ValueError as error:
            raise BadOption(
                f"{{trusted_proxy}} {address[:100]!r} is neither an address nor a network",
                hint="{trusted_proxy} 10.0.0.2",
                fields=["trusted_proxy"],
            ) from error
    return tuple(networks)


def path_prefix(text: str) -> str | None:
    """Return a path without its last slash, "" for the root; None for what is no plain path.

    A path with two slashes side by side is none: a browser takes what stands behind them as a host.

    >>> path_prefix("/news/"), path_prefix("/"), path_prefix("//evil.example"), path_prefix("/a/../b")
    ('/news', '', None, None)
    """
    path = text.strip().removesuffix("/")
    if not path:
        return ""
    start, *segments = path[:_MOST_CHARS].split("/")
    is_plain = all(_SEGMENT.fullmatch(segment) and segment.strip(".") for segment in segments)
    return path if not start and segments and is_plain and len(path) <= _MOST_CHARS else None


def link_root(request: Request) -> str:
    """Return what links to the server's own pages begin with, and end with a slash.

    With a known prefix it is that. Without one it leads up from the requested path, so that links hold
    behind a proxy that takes off a prefix which nobody told this server.
    """
    prefix: str = request.scope.get("state", {}).get(_STATE, "")
    if prefix:
        return f"{prefix}/"
    depth = bytes(request.scope.get("raw_path") or request.scope["path"].encode()).count(b"/") - 1
    return "../" * depth or "./"


def server_root(request: Request) -> str:
    """Return the path that all routes are below, as the OpenAPI description names it: "/" or a prefix."""
    prefix: str = request.scope.get("state", {}).get(_STATE, "")
    return prefix or "/"


class ProxyMiddleware:
    """An ASGI application that takes the prefix off the path of each request of another one.

    A prefix in a header counts only where the request comes from a trusted proxy, names one prefix and names
    it in plain letters. Otherwise the header is ignored. Trusted proxies, and those of this machine or in
    `FORWARDED_ALLOW_IPS`, also say which address their client has.
    """

    def __init__(self, app: ASGIApp, rules: ProxyRules) -> None:
        from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

        believed = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1").split(",")
        hosts = [*(host.strip() for host in believed), *map(str, rules.trusted)]
        self._app: ASGIApp = ProxyHeadersMiddleware(app, "*" if "*" in hosts else hosts)  # type: ignore[arg-type, assignment]  # two spellings of ASGI
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with a path that has no prefix."""
        if scope["type"] == "http" and (prefix := self._prefix(scope)):
            scope = _below(scope, prefix)
        await self._app(scope, receive, send)

    def _prefix(self, scope: Scope) -> str:
        named = Headers(scope=scope).getlist(HEADER)
        if len(named) == 1 and self._trusts(scope):
            prefix = path_prefix(named[0])
            if prefix is not None:
                return prefix
        return self._rules.root_path

    def _trusts(self, scope: Scope) -> bool:
        try:
            address = ip_address(scope["client"][0])
        except (TypeError, ValueError):  # a socket of the file system has no address
            return False
        return any(address in network for network in self._rules.trusted)


def _below(scope: Scope, prefix: str) -> Scope:
    """Return the scope with the prefix noted, and taken off the path if the proxy left it there.

    A proxy that names a prefix like the paths of this server has taken it off, as most proxies do.
    """
    path, raw_path = scope["path"], bytes(scope.get("raw_path") or b"")
    if f"{path}/".startswith(f"{prefix}/") and not _is_own(prefix):
        path = path[len(prefix) :] or "/"
        begins = raw_path.startswith(prefix.encode())
        raw_path = (raw_path[len(prefix) :] or b"/") if begins else path.encode()
    return {**scope, "path": path, "raw_path": raw_path, "state": {**scope.get("state", {}), _STATE: prefix}}


def _is_own(prefix: str) -> bool:
    return prefix.removeprefix("/").partition("/")[0] in OWN_SEGMENTS
