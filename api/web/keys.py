"""API keys with names and scopes, and the rate of each. Pure, except that `read_keys` reads a file.

A key is kept as its SHA-256, compared in constant time, and neither printed nor logged.
"""

import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from time import monotonic

from nutgraf.errors import BadOption

READ, WRITE = "read", "write"
LEAST_CHARS = 16
"""Least characters of a secret: 64 bits, where they are random hexadecimal digits."""

_FORM = re.compile(r"(?:(?P<name>[\w.-]{1,40})(?::(?P<scope>read|write))?=)?(?P<secret>[!-9;-~]+)")
_HINT = "NAME:read=SECRET or NAME:write=SECRET, SECRET of 16 characters or more: openssl rand -hex 24"


@dataclass(frozen=True, slots=True)
class Key:
    """A key: the name of its holder, the SHA-256 of its secret, and its scope; `write` includes `read`."""

    name: str
    digest: bytes = field(repr=False)
    scope: str = READ

    def allows(self, scope: str) -> bool:
        """Whether the key opens a route that needs this scope."""
        return scope == READ or self.scope == WRITE


def parse_keys(texts: Sequence[str]) -> list[Key]:
    """Return the keys of texts `[NAME[:SCOPE]=]SECRET`; without a name they are key-1, key-2, ...

    Without a scope the scope is read.

    Raises BadOption, which never repeats a secret.
    """
    keys = []
    for number, text in enumerate(texts, start=1):
        match = _FORM.fullmatch(text.strip())
        if match is None or len(match["secret"]) < LEAST_CHARS:
            raise BadOption(f"API key {number} is not of the form [NAME[:SCOPE]=]SECRET", hint=_HINT)
        name = match["name"] or f"key-{number}"
        keys.append(Key(name, sha256(match["secret"].encode()).digest(), match["scope"] or READ))
    names = [key.name for key in keys]
    if len(set(names)) < len(names):
        raise BadOption("two API keys have the same name", hint=_HINT)
    return keys


def secret_of(text: str) -> str:
    """Return the secret of a key; raises BadOption, which does not repeat it, for what is no key."""
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise BadOption("the API key is not of the form [NAME[:SCOPE]=]SECRET", hint="SECRET alone will do")
    return match["secret"]


def read_keys(path: Path) -> list[str]:
    """Return the keys of a file, one in each line; blank lines and lines that begin with # are left out."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise BadOption(
            f"--api-key-file {path} cannot be read: {reason}", hint="name a file with one key in each line"
        ) from error
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


def matching(keys: Sequence[Key], secret: str) -> Key | None:
    """Return the key with this secret, in a time that does not depend on how nearly a key fits."""
    digest, match = sha256(secret.encode("utf-8", "replace")).digest(), None
    for key in keys:
        if hmac.compare_digest(key.digest, digest):
            match = key
    return match


class Rates:
    """A bucket of tokens for each name: `per_minute` requests, and at once as many as in ten seconds."""

    MOST_NAMES = 10_000

    def __init__(self, per_minute: int, now: Callable[[], float] = monotonic) -> None:
        self._rate = per_minute / 60.0
        self._most = max(1.0, per_minute / 6.0)
        self._now = now
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait_s(self, name: str, *, take: bool = True) -> float:
        """Take a token, or with `take` false only look; return the seconds until there is one, 0 for now."""
        now = self._now()
        tokens, at = self._buckets.pop(name, (self._most, now))
        tokens = min(self._most, tokens + (now - at) * self._rate)
        wait = 0.0 if tokens >= 1.0 else (1.0 - tokens) / self._rate
        self._buckets[name] = (tokens - 1.0 if take and wait == 0.0 else tokens, now)
        if len(self._buckets) > self.MOST_NAMES:  # the name that asked longest ago: its bucket is full again
            self._buckets.pop(next(iter(self._buckets)))
        return wait
