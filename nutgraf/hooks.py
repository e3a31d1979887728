"""Tells others of changed answers: a command that gets them as JSON lines, and signed webhooks.

Where changes may be sent is a setting of whoever runs nutgraf: the webhook of a watch is called only if its
host is among the allowed ones, and only with a secret to sign with. Each change is handed over at least once;
what fails is tried again by the next run.
"""

import base64
import binascii
import hmac
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256

from nutgraf.arguments import check_text
from nutgraf.engines import engine_of
from nutgraf.errors import BadOption, NutgrafError
from nutgraf.indexer.watches import ChangeRow
from nutgraf.indexer.web.errors import FetchFailed
from nutgraf.indexer.web.hosts import Target
from nutgraf.indexer.web.options import WebOptions
from nutgraf.settings import Settings
from nutgraf.watches import WatchChange
from nutgraf.watching import note_seen, unseen_changes

MOST_TRIES = 10
"""Runs in which a change is sent to a webhook that does not take it. Not compared."""

WEBHOOK_SECONDS = 10.0
"""The longest time that one call of a webhook may take."""

COMMAND_SECONDS = 60.0
"""The longest time that the command may take; then it is killed with all that it started."""

_READER = "command"
_MOST_CHANGES = 1000  # that one run hands over; the next goes on
_BASE64 = "whsec_"  # how the Standard Webhooks write secrets
_LEAST_SECRET = 16  # characters
_HOST_HINT = "NUTGRAF_WEBHOOK_HOSTS=hooks.example names the hosts that may be called"


@dataclass(frozen=True, slots=True)
class Hooks:
    """Who is told of changed answers, by the settings of this machine.

    `hosts` are those that webhooks may call, with the port where it is not that of the scheme; `secret` signs
    the calls. With `allow_private` they may be of this machine or a private network. `command` is run by the
    shell.
    """

    command: str = ""
    hosts: frozenset[str] = frozenset()
    secret: str = field(default="", repr=False)
    allow_private: bool = False

    @classmethod
    def of(cls, environment: Mapping[str, str], command: str | None = None) -> "Hooks":
        """Read the environment; a `command` takes the place of its own.

        Raises BadOption for a secret that is too short, and for a host that is none.
        """
        secret = environment.get("NUTGRAF_WEBHOOK_SECRET", "").strip()
        if secret and len(secret) < _LEAST_SECRET:
            raise BadOption(
                f"NUTGRAF_WEBHOOK_SECRET has fewer than {_LEAST_SECRET} characters",
                hint="openssl rand -hex 24",
            )
        hosts = map(_allowed, environment.get("NUTGRAF_WEBHOOK_HOSTS", "").replace(",", " ").split())
        is_private = environment.get("NUTGRAF_WEBHOOK_PRIVATE", "") not in {"", "0"}
        own = environment.get("NUTGRAF_WATCH_EXEC", "") if command is None else command
        return cls(own, frozenset(hosts), secret, is_private)

    def checked(self, webhook: str | None) -> str | None:
        """Return the address of a webhook; raises BadOption unless it may be called."""
        check_text("webhook", webhook, "an address", "webhook='https://hooks.example/a'")
        if webhook is None:
            return None
        reason, hint = self.refusal(webhook), _HOST_HINT
        if not reason and not self.secret:
            reason, hint = (
                "cannot be signed: there is no secret",
                "NUTGRAF_WEBHOOK_SECRET=$(openssl rand -hex 24)",
            )
        if reason:
            raise BadOption(f"{{webhook}} {webhook[:100]!r} {reason}", hint=hint, fields=["webhook"])
        return webhook.strip()

    def refusal(self, webhook: str) -> str:
        """Return why an address may not be called, "" where it may."""
        try:
            target = Target.of(webhook)
        except FetchFailed as error:
            return str(error)
        return "" if target.netloc in self.hosts else f"is of a host that is not allowed: {target.netloc}"


def hand_over(settings: Settings, hooks: Hooks) -> list[str]:
    """Give the changes that were not handed over yet to the command and the webhooks; return what failed."""
    if not engine_of(settings.index).has_watches():
        return []
    try:
        failures = _run_command(settings, hooks.command) if hooks.command else []
        return [*failures, *_call_webhooks(settings, hooks)]
    except NutgrafError as error:
        return [f"changes wait for the next run: {error}"]


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the header `webhook-signature` of the Standard Webhooks, version 1.

    >>> signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
    ...     b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    key = secret.encode()
    if secret.startswith(_BASE64):
        with suppress(binascii.Error):
            key = base64.b64decode(secret.removeprefix(_BASE64), validate=True)
    signed = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, sha256)
    return f"v1,{base64.b64encode(signed).decode()}"


def _run_command(settings: Settings, command: str) -> list[str]:
    """Run the command with the changes as JSON lines on its standard input, if there are any."""
    changes = unseen_changes(settings, _READER, _MOST_CHANGES)
    if not changes:
        return []
    lines = "".join(json.dumps(change.to_dict(), ensure_ascii=False) + "\n" for change in changes)
    reason = _failure_of(command, lines.encode("utf-8", "replace"))
    if reason:
        return [f"the command {command[:100]!r} {reason}; {_counted(len(changes))} for the next run"]
    note_seen(settings, _READER, changes[-1])
    return []


def _failure_of(command: str, content: bytes) -> str:
    """Run a command of the shell; return why it failed, "" where it did not."""
    process = subprocess.Popen(  # the owner of this machine typed it
        command, shell=True, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        with suppress(BrokenPipeError):  # it need not read
            process.communicate(content, timeout=COMMAND_SECONDS)
        code = process.wait(timeout=COMMAND_SECONDS)
    except subprocess.TimeoutExpired:
        _kill(process)
        return f"took longer than {COMMAND_SECONDS:g} s"
    except BaseException:
        _kill(process)
        raise
    return f"ended with code {code}" if code else ""


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _call_webhooks(settings: Settings, hooks: Hooks) -> list[str]:
    """Send what waits; a host that failed once is not called again in this run."""
    with engine_of(settings.index).watches(readonly=True) as book:
        waiting = [*book.unsent(_MOST_CHANGES)]
    failed: dict[str, str] = {}
    for row, webhook, tries in waiting:
        host = _host(webhook)
        if host in failed:
            continue
        reason = hooks.refusal(webhook) or ("" if hooks.secret else "is not called: there is no secret")
        if not reason:
            reason = _send(hooks, row, webhook)
            is_over = not reason or tries + 1 >= MOST_TRIES
            with engine_of(settings.index).watches() as book:
                book.note_sent(row.id, None if is_over else tries + 1)
        if reason:
            failed[host] = reason
    return [f"the webhook at {host} {reason}" for host, reason in failed.items()]


def _send(hooks: Hooks, row: ChangeRow, webhook: str) -> str:
    """Send a change; return why it was not taken, "" where it was."""
    from nutgraf.indexer.web.client import Client

    body = json.dumps(WatchChange.of(row).to_dict(), ensure_ascii=False).encode("utf-8", "replace")
    name, now = f"change-{row.id}", int(time.time())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(hooks.secret, name, now, body),
    }
    options = WebOptions(hooks.allow_private, pause=0.0, timeout=WEBHOOK_SECONDS)
    client = Client(options, max_bytes=1)
    try:
        client.allow_port(webhook)
        status = client.post(webhook, body, headers)
    except FetchFailed as error:
        return f"was not reached: {str(error).replace('--allow-private', 'NUTGRAF_WEBHOOK_PRIVATE=1')}"
    finally:
        client.close()
    if 200 <= status < 300:  # noqa: PLR2004 - what HTTP calls successful
        return ""
    redirects = ", a redirect, which is not followed" if 300 <= status < 400 else ""  # noqa: PLR2004
    return f"answered {status}{redirects}"


def _allowed(host: str) -> str:
    """Return a host of the settings as addresses have it, whether it is typed alone or as an address."""
    address = host if "://" in host else f"{'http' if host.endswith(':80') else 'https'}://{host}"
    try:
        return Target.of(address).netloc
    except FetchFailed as error:
        message = f"NUTGRAF_WEBHOOK_HOSTS names {host[:100]!r}, which is no host"
        raise BadOption(message, hint=_HOST_HINT) from error


def _counted(changes: int) -> str:
    return "1 change waits" if changes == 1 else f"{changes:,} changes wait"


def _host(webhook: str) -> str:
    """Return the host of an address: the rest may be a secret."""
    try:
        return Target.of(webhook).netloc
    except FetchFailed:
        return "an address that is none"
