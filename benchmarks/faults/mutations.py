"""A plain mutator: cuts, repeats, flips bits, adds what parsers dislike, and joins parts of two contents."""

import gzip
import io
import random
import zipfile
from collections.abc import Callable
from typing import Any

MOST_BYTES = 200_000
"""A content that grew beyond this is cut: large inputs are for the tests of doubling lengths."""

_MOST_STEPS = 4
_MOST_REPEATS = 2_000
_DISLIKED = [
    *(
        b"\x00",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\xcc\x81" * 50,
        b"\xe2\x80\xae",
        b"\r",
        b"\x1b[2J",
        b"\\u0000",
    ),
    *(b"-1", b"0", b"4294967296", b"1e999", b"NaN", b"9" * 5_000, b"9999-99-99", b"\\ud800", b"null"),
    *(b"{", b"[", b"<", b'"', b"'", b"&", b"%", b"(" * 300, b"[" * 300, b'{"a":' * 300, b"<p>" * 300),
]
_VALUES: list[Any] = [
    None,
    True,
    -1,
    0,
    2**63,
    1e308,
    "",
    "0",
    " ",
    "\ud800",
    [],
    {},
    [[]],
    ["a"] * 200,
    "a" * 1000,
]
_LEAF_BYTES = 3_000
_Mutation = Callable[[bytes, bytes, random.Random], bytes]


def mutated(content: bytes, other: bytes, dice: random.Random) -> bytes:
    """Return the content damaged in one to four ways, some of them with parts of another content."""
    for _ in range(dice.randint(1, _MOST_STEPS)):
        content = dice.choice(_MUTATIONS)(content, other, dice)[:MOST_BYTES]
    return content


def mutated_gzip(content: bytes, other: bytes, dice: random.Random) -> bytes:
    """Return a gzip file whose content, and not the file itself, is damaged."""
    return gzip.compress(mutated(gzip.decompress(content), other, dice), 1)


def mutated_zip(content: bytes, other: bytes, dice: random.Random) -> bytes:
    """Return a zip file of which one member is damaged."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(file, "w") as after:
        damaged = dice.choice(before.namelist())
        for name in before.namelist():
            member = before.read(name)
            after.writestr(name, mutated(member, other, dice) if name == damaged else member)
    return file.getvalue()


def mutated_value(value: Any, dice: random.Random) -> Any:  # noqa: ANN401 - JSON
    """Return a JSON value of which one leaf is a damaged text or a value of another type."""
    if isinstance(value, dict) and value:
        key = dice.choice(sorted(value))
        return {**value, key: mutated_value(value[key], dice)}
    if isinstance(value, list) and value:
        at = dice.randrange(len(value))
        return [*value[:at], mutated_value(value[at], dice), *value[at + 1 :]]
    if isinstance(value, str) and dice.random() < 0.5:
        return mutated(value.encode(), value.encode(), dice)[:_LEAF_BYTES].decode("utf-8", "surrogateescape")
    return dice.choice(_VALUES)


def _part(content: bytes, dice: random.Random) -> tuple[int, int]:
    first, last = sorted(dice.randint(0, len(content)) for _ in range(2))
    return first, last


def _truncate(content: bytes, _: bytes, dice: random.Random) -> bytes:
    return content[: dice.randint(0, len(content))]


def _remove(content: bytes, _: bytes, dice: random.Random) -> bytes:
    first, last = _part(content, dice)
    return content[:first] + content[last:]


def _repeat(content: bytes, _: bytes, dice: random.Random) -> bytes:
    first = dice.randint(0, len(content))
    last = min(len(content), first + dice.choice([1, 2, 10, 100]))
    return content[:last] + content[first:last] * dice.randint(1, _MOST_REPEATS) + content[last:]


def _flip(content: bytes, _: bytes, dice: random.Random) -> bytes:
    damaged = bytearray(content)
    for _bit in range(dice.choice([1, 1, 8, 64]) if damaged else 0):
        damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
    return bytes(damaged)


def _put_in(content: bytes, _: bytes, dice: random.Random) -> bytes:
    at = dice.randint(0, len(content))
    return content[:at] + dice.choice(_DISLIKED) + content[at + dice.choice([0, 1, 4]) :]


def _splice(content: bytes, other: bytes, dice: random.Random) -> bytes:
    first, last = _part(other, dice)
    at = dice.randint(0, len(content))
    return content[:at] + other[first:last] + content[at:]


_MUTATIONS: list[_Mutation] = [_truncate, _remove, _repeat, _flip, _put_in, _splice]
