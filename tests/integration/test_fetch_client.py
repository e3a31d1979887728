"""Requests to a real server on loopback: what is asked, what is refused, and how each failure reads."""

import gzip
import socket
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from nutgraf.indexer.web.client import MAX_REDIRECTS, Client, Response, unpacked
from nutgraf.indexer.web.errors import FetchFailed
from nutgraf.indexer.web.options import WebOptions
from tests.web_server import Answer, WebServer, serving

pytestmark = pytest.mark.enable_socket
MAX_BYTES = 100_000


@pytest.fixture
def web() -> Iterator[WebServer]:
    with serving() as server:
        yield server


def get(address: str, validators: dict[str, str] | None = None, **options: Any) -> Response:
    client = Client(WebOptions(**{"allow_private": True, "pause": 0, "timeout": 20, **options}), MAX_BYTES)
    client.allow_port(address)
    try:
        return client.get(address, validators)
    finally:
        client.close()


def reason(address: str, **options: Any) -> str:
    with pytest.raises(FetchFailed) as error:
        get(address, **options)
    return str(error.value)


def test_a_document_with_what_its_server_says_of_it(web: WebServer) -> None:
    web.answers["/a?b=c"] = Answer(
        b"<p>Mill</p>",
        'Text/HTML; charset="ISO-8859-1"',
        headers={"ETag": '"1"', "Last-Modified": "Tue, 24 Nov 2026 09:00:00 GMT"},
    )
    validators = {"If-None-Match": '"1"', "If-Modified-Since": "Tue, 24 Nov 2026 09:00:00 GMT"}
    url = f"{web.url}/a?b=c"
    assert get(f"{url}#top") == Response(url, 200, b"<p>Mill</p>", "text/html", "iso-8859-1", validators)
    assert get(url, validators) == Response(url, 304)


@pytest.mark.parametrize("value", ['"caf\xe9"', "x" * 2000])
def test_a_header_that_cannot_be_sent_back_is_not_kept(web: WebServer, value: str) -> None:
    web.page("/a", headers={"ETag": value, "Last-Modified": "Tue, 24 Nov 2026 09:00:00 GMT"})
    assert get(f"{web.url}/a").validators == {"If-Modified-Since": "Tue, 24 Nov 2026 09:00:00 GMT"}


@pytest.mark.parametrize("value", ["soon", "", "-5", "Tue, 24 Nov 2026 09:00:00 +99999999999999999"])
def test_a_wait_that_cannot_be_read_is_none(web: WebServer, value: str) -> None:
    web.answers["/a"] = Answer(status=503, headers={"Retry-After": value})
    assert reason(f"{web.url}/a") == "HTTP 503 Service Unavailable"


def test_a_server_is_told_who_asks_and_robots_txt_comes_first(web: WebServer) -> None:
    web.page("/a")
    get(f"{web.url}/a", user_agent="nutgraf/1.0 (+https://github.com/nutgraf/nutgraf)")
    assert [asked.path for asked in web.asked] == ["/robots.txt", "/a"]
    for asked in web.asked:
        assert asked.headers["user-agent"] == "nutgraf/1.0 (+https://github.com/nutgraf/nutgraf)"
        assert asked.headers["host"] == f"127.0.0.1:{web.port}"
        assert not {"cookie", "authorization"} & asked.headers.keys()


def test_redirects_are_followed(web: WebServer) -> None:
    web.page("/there")
    for number, status in enumerate((301, 302, 303, 307, 308)):
        web.redirect(f"/r{number}", f"/r{number + 1}" if number < 4 else "there", status)
    assert get(f"{web.url}/r0").url == f"{web.url}/there"


def test_redirects_without_end(web: WebServer) -> None:
    for number in range(MAX_REDIRECTS + 2):
        web.redirect(f"/r{number}", f"/r{number + 1}")
    web.redirect("/a", "/b")
    web.redirect("/b", "/a")
    assert reason(f"{web.url}/r0") == "redirects more than 10 times"
    assert len(web.paths()) == MAX_REDIRECTS + 1
    assert reason(f"{web.url}/a") == "redirects in a circle"


@pytest.mark.parametrize(
    ("to", "words"),
    [
        (
            "http://169.254.169.254/latest",
            "169.254.169.254 is a link-local address, which is never",
        ),
        ("http://[fe80::1]/", "fe80::1 is a link-local address"),
        ("http://0.0.0.0/", "0.0.0.0 is an unspecified address"),
        ("http://2852039166/", "2852039166 leads to 169.254.169.254, a link-local address"),
        ("file:///etc/passwd", "redirects to what cannot be asked: has the scheme 'file'"),
        ("https://me:secret@tarn.example/", "has a user name or password"),
    ],
)
def test_a_redirect_is_checked_as_an_address(web: WebServer, to: str, words: str) -> None:
    assert words in reason(web.redirect("/a", to))


def test_private_addresses_are_refused_unless_they_are_allowed(web: WebServer) -> None:
    words = "is a private address: --allow-private lets it be asked"
    assert reason(web.page("/a"), allow_private=False) == f"127.0.0.1 {words}"
    assert reason(f"http://[::ffff:127.0.0.1]:{web.port}/a", allow_private=False).endswith(words)
    assert "localhost leads to" in reason(f"http://localhost:{web.port}/a", allow_private=False)
    assert web.asked == []
    assert get(f"http://localhost:{web.port}/a").status == 200


def test_a_name_is_resolved_once_and_the_checked_address_asked(
    web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that leads elsewhere a moment later (DNS rebinding) is asked where it was checked."""
    asked: list[str] = []

    def rebinding(host: str, port: int, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        address = "127.0.0.1" if host == "127.0.0.1" or asked.count(host) <= 2 else "169.254.169.254"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    web.page("/a")
    assert get(f"http://tarn.example:{web.port}/a").status == 200
    assert asked.count("tarn.example") == 2  # for robots.txt, and for the page
    assert web.asked[1].headers["host"] == f"tarn.example:{web.port}"
    assert "tarn.example leads to 169.254.169.254" in reason(f"http://tarn.example:{web.port}/a")


def test_ports_of_other_protocols_are_not_asked() -> None:
    client = Client(WebOptions(), MAX_BYTES)
    with pytest.raises(FetchFailed, match="leads to port 25, expected 80 or 443"):
        client.get("http://tarn.example:25/")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "HTTP 404 Not Found"),
        (410, "HTTP 410 Gone"),
        (403, "HTTP 403 Forbidden"),
        (500, "HTTP 500 Internal Server Error"),
        (503, "HTTP 503 Service Unavailable"),
        (204, "HTTP 204 No Content"),
        (304, "HTTP 304 Not Modified"),
        (599, "HTTP 599"),
    ],
)
def test_a_status_without_a_document(web: WebServer, status: int, words: str) -> None:
    web.answers["/a"] = Answer(status=status)
    assert reason(f"{web.url}/a") == words
    assert reason(web.redirect("/r", "/a")) == f"redirects to {web.url}/a: {words}"


def test_a_server_that_asks_to_wait_is_left_alone(web: WebServer) -> None:
    web.answers["/a"] = Answer(status=429, headers={"Retry-After": "120"})
    web.page("/b")
    client = Client(WebOptions(allow_private=True, pause=0), MAX_BYTES)
    with pytest.raises(FetchFailed, match="HTTP 429 Too Many Requests, asks to wait 2 min"):
        client.get(f"{web.url}/a")
    with pytest.raises(FetchFailed, match=r"127\.0\.0\.1 asked for no more requests for 2 min"):
        client.get(f"{web.url}/b")
    assert web.paths() == ["/a"]


def test_a_short_wait_is_waited_for(web: WebServer) -> None:
    web.answers["/a"] = Answer(status=503, headers={"Retry-After": "0"})
    assert reason(f"{web.url}/a") == "HTTP 503 Service Unavailable, asks to wait 1 s"
    assert web.paths() == ["/a", "/a"]


def test_there_is_a_pause_between_two_requests_to_a_host(web: WebServer) -> None:
    web.page("/a")
    started = time.monotonic()
    get(f"{web.url}/a", pause=0.4)  # and robots.txt before it
    assert time.monotonic() - started >= 0.4


@pytest.mark.parametrize(
    ("robots", "words"),
    [
        (
            Answer(b"User-agent: *\nDisallow: /a", "text/plain"),
            "the robots.txt of {host} forbids it",
        ),
        (Answer(status=503), "its robots.txt cannot be read now: HTTP 503 Service Unavailable"),
        (Answer(status=429), "its robots.txt cannot be read now: HTTP 429 Too Many Requests"),
        (
            Answer(status=302, headers={"Location": "http://169.254.169.254/robots.txt"}),
            "its robots.txt leads away: 169.254.169.254 is a link-local address, which is never asked",
        ),
    ],
)
def test_robots_txt_is_kept(web: WebServer, robots: Answer, words: str) -> None:
    web.page("/a")
    web.answers["/robots.txt"] = robots
    assert reason(f"{web.url}/a") == words.format(host=f"127.0.0.1:{web.port}")
    assert web.paths() == []
    assert reason(web.redirect("/a/r", "/a")) == words.format(host=f"127.0.0.1:{web.port}")


@pytest.mark.parametrize("robots", [Answer(status=404), Answer(status=403), Answer(b"", "text/plain")])
def test_a_host_without_robots_txt_allows_all(web: WebServer, robots: Answer) -> None:
    web.answers["/robots.txt"] = robots
    assert get(web.page("/a")).status == 200


def test_a_robots_txt_of_any_size_costs_half_a_megabyte(web: WebServer) -> None:
    rules = b"User-agent: *\nDisallow: /a\n" + b"#" * 5_000_000 + b"\nDisallow: /b\n"
    web.answers["/robots.txt"] = Answer(rules, "text/plain")
    assert "forbids it" in reason(web.page("/a"))
    assert get(web.page("/b")).status == 200


# --- bounds -----------------------------------------------------------------------------------------------


def test_what_is_too_large_is_not_read(web: WebServer) -> None:
    web.answers["/a"] = Answer(b"x" * (MAX_BYTES + 1))
    assert reason(f"{web.url}/a") == "is larger than 100 kB"
    web.answers["/a"] = Answer(b"x" * MAX_BYTES)
    assert len(get(f"{web.url}/a").data) == MAX_BYTES


def test_a_bomb_costs_no_more_than_the_limit(web: WebServer) -> None:
    web.answers["/a"] = Answer(gzip.compress(bytes(50_000_000)), headers={"Content-Encoding": "gzip"})
    assert reason(f"{web.url}/a") == "is larger than 100 kB"


def test_many_gzip_members_are_unpacked_in_pieces() -> None:
    """Each member copies what is left of its piece: of a whole sitemap that would take hours."""
    copied = 0

    class Counted(bytes):
        def __getitem__(self, key: Any) -> Any:
            nonlocal copied
            part = super().__getitem__(key)
            copied += len(part) if isinstance(part, bytes) else 0
            assert not isinstance(part, bytes) or len(part) <= 1 << 12
            return part

    packed = Counted((gzip.compress(b"") * 500 + gzip.compress(b"Mill")) * 2 + bytes(9))
    assert b"".join(unpacked([packed])) == b"MillMill"
    assert copied == len(packed)


def test_packed_answers(web: WebServer) -> None:
    gzipped = {"Content-Encoding": "gzip"}
    web.answers["/a"] = Answer(gzip.compress(b"The mill ") + gzip.compress(b"closed."), headers=gzipped)
    assert get(f"{web.url}/a").data == b"The mill closed."
    web.answers["/b"] = Answer(gzip.compress(b"The mill closed." * 100)[:-20], headers=gzipped)
    assert reason(f"{web.url}/b") == "is damaged: its end is missing"
    web.answers["/c"] = Answer(b"no gzip", headers=gzipped)
    assert reason(f"{web.url}/c") == "is damaged: it does not unpack"
    web.answers["/d"] = Answer(zlib.compress(b"a"), headers={"Content-Encoding": "br"})
    assert reason(f"{web.url}/d") == "came in the encoding 'br', expected gzip or none"


def test_a_body_that_drips_ends_in_time(web: WebServer) -> None:
    web.answers["/a"] = Answer(b"x" * 1000, drip_seconds=0.1)
    assert reason(f"{web.url}/a", timeout=1.5) == "took longer than 1.5 s"


def test_a_server_that_says_nothing_is_left(web: WebServer) -> None:
    web.answers["/a"] = Answer(b"xx", drip_seconds=30)
    assert reason(f"{web.url}/a", timeout=1.5) == "the server stopped answering"


def test_headers_that_drip_end_in_time() -> None:
    """Each byte comes in time, and the end never."""
    from threading import Thread

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                try:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Mill: ")
                    for _ in range(300):
                        connection.sendall(b"x")
                        time.sleep(0.1)
                except OSError:
                    return

        Thread(target=drip, daemon=True).start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/a"
        assert reason(address, timeout=1.5) == "took longer than 1.5 s"


def test_what_is_no_web_server(web: WebServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert reason(f"http://127.0.0.1:{port}/a") == "no connection: its server does not answer"
    assert reason(f"https://127.0.0.1:{web.port}/a").startswith("TLS failed: ")
    assert reason("http://no-such-host.invalid/a") == "there is no host no-such-host.invalid"


# --- TLS --------------------------------------------------------------------------------------------------


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file with a key and a certificate of its own making for tarn.example, both of them PEM.

    Every name leads to loopback.
    """
    pytest.importorskip("cryptography", reason="makes the certificate")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Tarn")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 7, now - timedelta(1), now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("tarn.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "tarn.pem"
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))

    def loopback(_: str, port: int, *__: object, **___: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", loopback)
    return path


def test_a_certificate_must_be_that_of_the_name(certified: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection is made to an IP address, and yet the name is what the certificate is compared with."""
    with serving(certified) as web:
        web.page("/a")
        unknown = reason(f"https://tarn.example:{web.port}/a")
        assert unknown == "its certificate is not valid: self-signed certificate"
        monkeypatch.setenv("SSL_CERT_FILE", str(certified))
        assert get(f"https://tarn.example:{web.port}/a").status == 200
        assert web.asked[-1].headers["host"] == f"tarn.example:{web.port}"
        other = reason(f"https://quist.example:{web.port}/a")
        assert other.startswith("its certificate is not valid: Hostname mismatch")
