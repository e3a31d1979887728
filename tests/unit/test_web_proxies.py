"""Prefixes of paths: named by an option, or by a proxy that is trusted, and never by anybody else."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from nutgraf.api.web.app import create_app
from nutgraf.api.web.page.routes import router as pages
from nutgraf.api.web.proxies import (
    HEADER,
    OWN_SEGMENTS,
    ProxyMiddleware,
    ProxyRules,
    link_root,
    path_prefix,
    root_path,
    server_root,
    trusted_proxies,
)
from nutgraf.archive import Archive
from nutgraf.errors import BadOption
from nutgraf.settings import Settings

PROXY = "10.1.2.3"


async def echo(request: Request) -> Response:
    client = request.client
    shown = [request.url.path, link_root(request), server_root(request), client.host if client else None]
    return JSONResponse(shown)


def served(prefix: str = "", trusted: tuple[str, ...] = (), peer: str = PROXY) -> TestClient:
    rules = ProxyRules(root_path(prefix), trusted_proxies(trusted))
    app = Starlette(
        routes=[Route("/{path:path}", echo)], middleware=[Middleware(ProxyMiddleware, rules=rules)]
    )
    return TestClient(app, base_url="http://localhost", client=(peer, 1))


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("", ""),
        ("/", ""),
        ("/news", "/news"),
        ("/news/", "/news"),
        ("/desk/news-2.0/~me", "/desk/news-2.0/~me"),
        *((bad, None) for bad in ("//evil.example", "//evil.example/", "///", "/a//b", "news", "http://a/b")),
        *((bad, None) for bad in ("/a/../b", "/..", "/.", "/a b", "/a?b", "/a#b", "/a%2Fb", "/a;b", "/a\\b")),
        *(
            (bad, None)
            for bad in ("/a, /b", "/a\r\nX: 1", "/\u0430", "/a\x00", "/" + "a" * 5000, "/a" * 5000)
        ),
    ],
)
def test_what_is_a_prefix(text: str, prefix: str | None) -> None:
    assert path_prefix(text) == prefix
    if prefix is None:
        with pytest.raises(BadOption, match="is no path such as /news"):
            root_path(text)


@pytest.mark.parametrize("path", ["/v1", "/docs/", "/articles/2026", "/static", "/mcp", "/healthz/a"])
def test_a_prefix_like_a_path_of_its_own(path: str) -> None:
    """Behind a proxy that takes it off, /articles/articles/7 and /articles/7 could not be told apart."""
    with pytest.raises(BadOption, match="begins like the paths of nutgraf itself"):
        root_path(path)
    header = {HEADER: path}
    prefix = path.removesuffix("/")
    told = served("", (PROXY,)).get(f"{prefix}/7", headers=header).json()
    assert told[:3] == [f"{prefix}/7", f"{prefix}/", prefix]


def test_the_paths_of_its_own_are_all_known() -> None:
    app = create_app(Archive(Settings()))
    paths = {
        *app.openapi()["paths"],
        *(route.path for route in [*app.routes, *pages.routes] if hasattr(route, "path")),
    }
    assert {path.split("/")[1] for path in paths} - {""} == OWN_SEGMENTS


@pytest.mark.parametrize("address", ["", "proxy.example", "*", "10.0.0.0/99", "10.0.0.2:80"])
def test_what_is_no_address_of_a_proxy(address: str) -> None:
    with pytest.raises(BadOption, match="is neither an address nor a network"):
        trusted_proxies([address])


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("/news/v1/info", "/v1/info"),
        ("/v1/info", "/v1/info"),
        ("/news/", "/"),
        ("/news", "/"),
        ("/newsroom", "/newsroom"),
        ("/news/news/a", "/news/a"),
    ],
)
def test_a_known_prefix_is_taken_off(path: str, inside: str) -> None:
    """Links begin with it whether the proxy took it off or not."""
    assert served("/news").get(path).json()[:3] == [inside, "/news/", "/news"]


@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("/", "./"),
        ("/docs", "./"),
        ("/articles/a", "../"),
        ("/articles/seeds%2Fa.txt", "../"),
        ("/articles/seeds/a.txt", "../../"),
        ("//evil.example", "../"),
    ],
)
def test_without_a_prefix_links_are_relative(path: str, root: str) -> None:
    assert served().get("http://localhost" + path).json()[1:3] == [root, "/"]


def test_a_trusted_proxy_names_the_prefix() -> None:
    proxy = served("/news", ("192.0.2.1", "10.0.0.0/8"))
    assert proxy.get("/a", headers={HEADER: "/desk/"}).json()[:3] == ["/a", "/desk/", "/desk"]
    assert proxy.get("/desk/a", headers={HEADER: "/desk"}).json()[:3] == ["/a", "/desk/", "/desk"]
    assert proxy.get("/a", headers={HEADER: "/"}).json()[:3] == ["/a", "./", "/"]
    assert proxy.get("/a").json()[:3] == ["/a", "/news/", "/news"]


@pytest.mark.parametrize("value", ["//evil.example", "https://evil.example", "/a/../..", "/a, /b", "/a?b"])
def test_a_prefix_that_is_none_is_ignored(value: str) -> None:
    assert served("/news", (PROXY,)).get("/a", headers={HEADER: value}).json()[1:3] == ["/news/", "/news"]


def test_two_prefixes_are_ignored() -> None:
    headers = [(HEADER, "/a"), (HEADER, "/b")]
    assert served("", (PROXY,)).get("/a", headers=headers).json()[1:3] == ["./", "/"]


@pytest.mark.parametrize("trusted", [(), ("192.0.2.1",)])
def test_nobody_else_names_it(trusted: tuple[str, ...]) -> None:
    sent = {HEADER: "/evil", "X-Forwarded-For": PROXY}
    for peer in ("10.1.2.3", "127.0.0.1", "testclient"):
        told = served("/news", trusted, peer).get("/a", headers=sent).json()
        assert told[1:3] == ["/news/", "/news"]


def test_the_address_of_the_client_comes_from_a_trusted_proxy() -> None:
    sent = {"X-Forwarded-For": "203.0.113.9"}
    assert served("", (PROXY,)).get("/a", headers=sent).json()[3] == "203.0.113.9"
    assert served("", ()).get("/a", headers=sent).json()[3] == PROXY
    assert served("", (), "127.0.0.1").get("/a", headers=sent).json()[3] == "203.0.113.9"
