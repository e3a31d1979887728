"""Who is told of changed answers: a command, and signed webhooks of allowed hosts, whatever they answer."""

import base64
import hmac
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from nutgraf import errors, hooks
from nutgraf.archive import Archive
from nutgraf.hooks import Hooks, hand_over, signature
from nutgraf.qa.inquiry import Inquiry
from nutgraf.settings import Settings
from nutgraf.watching import add_watches
from tests.contract.test_archive import BAKER, QUESTION
from tests.fakes import FakeModels

pytestmark = pytest.mark.enable_socket
SECRET = "0123456789abcdef"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(Settings(tmp_path / "news"), FakeModels()) as opened:
        yield opened


def changed(archive: Archive, webhook: str | None = None) -> None:
    """Let the answer of one watch change once."""
    add_watches(archive, [Inquiry(QUESTION, min_probability=0.0)], webhook)
    archive.add(BAKER)
    assert len(archive.changes()) == 1


class Receiver:
    """A server that answers each POST with a status, or not before it is `released`."""

    def __init__(self) -> None:
        self.status, self.location = 200, ""
        self.hangs, self.released = False, Event()
        self.calls: list[tuple[dict[str, str], bytes]] = []


@contextmanager
def receiving() -> Iterator[tuple[Receiver, str]]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if receiver.hangs:
                receiver.released.wait(20)
            self.send_response(receiver.status)
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(b"x" * 10)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield receiver, f"http://127.0.0.1:{server.server_address[1]}/hook?token=x"
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()


def hooks_for(address: str, *, allow_private: bool = True) -> Hooks:
    return Hooks("", frozenset({address.split("/")[2]}), SECRET, allow_private)


def test_a_change_is_sent_once_and_signed(archive: Archive) -> None:
    with receiving() as (receiver, address):
        changed(archive, address)
        assert hand_over(archive.settings, hooks_for(address)) == []
        assert hand_over(archive.settings, hooks_for(address)) == []
    ((headers, body),) = receiver.calls
    assert json.loads(body) == archive.changes()[0].to_dict()
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(SECRET.encode(), signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert (headers["webhook-id"], headers["content-type"]) == ("change-1", "application/json")


def test_the_signature_is_that_of_the_standard() -> None:
    """The example of https://www.standardwebhooks.com and its libraries."""
    secret, name = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signature(secret, name, 1614265330, b'{"test": 2432232314}') == expected


@pytest.mark.parametrize(
    ("status", "location", "reason"),
    [
        (500, "", "answered 500"),
        (404, "", "answered 404"),
        (302, "http://169.254.169.254/latest", "answered 302, a redirect, which is not followed"),
        (307, "http://127.0.0.1:1/", "answered 307, a redirect, which is not followed"),
    ],
)
def test_what_is_not_taken_is_sent_again(archive: Archive, status: int, location: str, reason: str) -> None:
    with receiving() as (receiver, address):
        receiver.status, receiver.location = status, location
        changed(archive, address)
        host = address.split("/")[2]
        assert hand_over(archive.settings, hooks_for(address)) == [f"the webhook at {host} {reason}"]
        receiver.status, receiver.location = 204, ""
        assert hand_over(archive.settings, hooks_for(address)) == []
        assert len(receiver.calls) == 2


def test_a_webhook_that_never_takes_it_is_given_up(archive: Archive) -> None:
    with receiving() as (receiver, address):
        receiver.status = 500
        changed(archive, address)
        runs = [hand_over(archive.settings, hooks_for(address)) for _ in range(hooks.MOST_TRIES + 2)]
    assert [len(failures) for failures in runs] == [1] * hooks.MOST_TRIES + [0, 0]
    assert len(receiver.calls) == hooks.MOST_TRIES


def test_a_webhook_that_hangs_ends_and_its_host_is_called_once_a_run(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "WEBHOOK_SECONDS", 0.6)
    with receiving() as (receiver, address):
        receiver.hangs = True
        for number in (1, 2):
            inquiry = Inquiry(QUESTION, min_probability=0.01 * number)
            add_watches(archive, [inquiry], f"{address}&hook={number}")
        assert len(archive.add(BAKER).changes) == 2
        (failure,) = hand_over(archive.settings, hooks_for(address))
        assert len(receiver.calls) == 1
    assert failure.startswith(f"the webhook at {address.split('/')[2]} ")


def test_a_private_address_is_not_called_unless_that_is_allowed(archive: Archive) -> None:
    with receiving() as (receiver, address):
        changed(archive, address)
        (failure,) = hand_over(archive.settings, hooks_for(address, allow_private=False))
        assert "was not reached: 127.0.0.1 is a private address: NUTGRAF_WEBHOOK_PRIVATE=1 lets it" in failure
        assert receiver.calls == []
        assert "token" not in failure


def test_hosts_that_are_not_allowed_are_not_called(archive: Archive) -> None:
    with receiving() as (receiver, address):
        changed(archive, address)
        for rules in (Hooks(secret=SECRET, allow_private=True), Hooks("", frozenset({"127.0.0.1"}), SECRET)):
            (failure,) = hand_over(archive.settings, rules)
            assert failure.endswith(f"is of a host that is not allowed: {address.split('/')[2]}")
        unsigned = Hooks("", frozenset({address.split("/")[2]}), "", allow_private=True)
        assert hand_over(archive.settings, unsigned)[0].endswith("is not called: there is no secret")
        assert receiver.calls == []


@pytest.mark.parametrize(
    ("webhook", "reason"),
    [
        ("https://evil.example/", "is of a host that is not allowed: evil.example"),
        ("https://hooks.example.evil.example/", "is of a host that is not allowed"),
        ("https://hooks.example@evil.example/", "has a user name or password"),
        ("https://hooks.example:8443/", "is of a host that is not allowed: hooks.example:8443"),
        ("file:///etc/passwd", "has the scheme 'file'"),
        ("hooks.example", "has the scheme ''"),
        ("", "has the scheme ''"),
    ],
)
def test_addresses_that_are_refused(webhook: str, reason: str) -> None:
    rules = Hooks.of(
        {"NUTGRAF_WEBHOOK_HOSTS": "Hooks.example, other.example", "NUTGRAF_WEBHOOK_SECRET": SECRET}
    )
    assert rules.checked(" https://hooks.example/a ") == "https://hooks.example/a"
    with pytest.raises(errors.BadOption) as refused:
        rules.checked(webhook)
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("typed", "webhook"),
    [
        ("https://Hooks.example/", "https://hooks.example/a"),
        ("hooks.example:443", "https://hooks.example/a"),
        ("http://hooks.example:80", "http://hooks.example/a"),
        ("hooks.example:80", "http://hooks.example./a"),
        ("a.example,hooks.example:8443", "https://hooks.example:8443/"),
        ("h\u00e4user.example", "https://h\u00e4user.example/a"),
        ("[::1]:9000", "http://[::1]:9000/"),
    ],
)
def test_a_host_is_allowed_however_it_is_typed(typed: str, webhook: str) -> None:
    rules = Hooks.of({"NUTGRAF_WEBHOOK_HOSTS": typed, "NUTGRAF_WEBHOOK_SECRET": SECRET})
    assert rules.refusal(webhook) == ""
    assert rules.refusal("https://evil.example/") == "is of a host that is not allowed: evil.example"


@pytest.mark.parametrize("typed", ["*", "*.example", "ftp://hooks.example", "hooks.example:port"])
def test_a_host_that_is_none_is_no_setting(typed: str) -> None:
    with pytest.raises(errors.BadOption, match="which is no host"):
        Hooks.of({"NUTGRAF_WEBHOOK_HOSTS": f"hooks.example {typed}"})


def test_settings() -> None:
    with pytest.raises(errors.BadOption, match="fewer than 16 characters"):
        Hooks.of({"NUTGRAF_WEBHOOK_SECRET": "short"})
    with pytest.raises(errors.BadOption, match="cannot be signed: there is no secret"):
        Hooks.of({"NUTGRAF_WEBHOOK_HOSTS": "hooks.example"}).checked("https://hooks.example/")
    assert Hooks.of({"NUTGRAF_WATCH_EXEC": "a"}) == Hooks("a")
    assert Hooks.of({"NUTGRAF_WATCH_EXEC": "a"}, "b") == Hooks("b")
    assert Hooks.of({"NUTGRAF_WEBHOOK_PRIVATE": "0"}) == Hooks.of({})
    assert SECRET not in repr(Hooks(secret=SECRET))


def test_a_command_gets_each_change_once(archive: Archive, tmp_path: Path) -> None:
    changed(archive)
    out = tmp_path / "out"
    rules = Hooks(f"cat >> {out}")
    assert hand_over(archive.settings, rules) == []
    assert hand_over(archive.settings, rules) == []
    (line,) = out.read_text().splitlines()
    assert json.loads(line) == archive.changes()[0].to_dict()


def test_a_command_that_fails_or_hangs_gets_it_again(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(archive)
    (failure,) = hand_over(archive.settings, Hooks("exit 3"))
    assert failure == "the command 'exit 3' ended with code 3; 1 change waits for the next run"
    monkeypatch.setattr(hooks, "COMMAND_SECONDS", 0.3)
    (failure,) = hand_over(
        archive.settings, Hooks(f"{sys.executable} -c 'import time; time.sleep(30)' & wait")
    )
    assert "took longer than 0.3 s" in failure
    monkeypatch.setattr(hooks, "COMMAND_SECONDS", 30.0)
    out = tmp_path / "out"
    assert hand_over(archive.settings, Hooks(f"cat > {out}")) == []
    assert len(out.read_text().splitlines()) == 1


def test_nothing_is_handed_over_where_there_is_no_archive(tmp_path: Path) -> None:
    assert hand_over(Settings(tmp_path / "none"), Hooks("exit 3")) == []
    assert not (tmp_path / "none").exists()
