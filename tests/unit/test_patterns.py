"""No pattern over untrusted text takes a time that grows with its square: by its form, and by the clock.

A repeat that gives back what it read can be tried in as many ways as there are ends. So a long one repeats a
single character, and no two that share a character follow each other; a possessive one (`*+`) gives nothing
back, and may hold anything (Davis et al. 2018, The impact of regular expression denial of service).
"""

import ast
import importlib
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]  # what `re` itself parses with
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LONG = 1000
"""A repeat up to so many is long; shorter ones cost a bounded number of steps a character."""

SAMPLE = [*map(chr, range(256)), *"–—’“”…\u0301\u2003\u3042\u4e00\U0001f600"]
"""Characters that the classes of the patterns are compared by."""

AT_MOST_A_LINE = {
    "nutgraf.indexer.clean._LINE": "lines of up to 480 characters",
    "nutgraf.indexer.clean._TAIL": "lines of up to 100 characters",
    "nutgraf.indexer.loaders.pages.furniture._FURNITURE": "lines of up to 300 characters",
    "nutgraf.indexer.loaders.pages.furniture._NOTICE": "lines of up to 300 characters",
    "nutgraf.indexer.loaders.pages.furniture._OFFER": "lines of up to 300 characters",
    "nutgraf.indexer.loaders.pages.furniture._TO_READERS": "lines of up to 300 characters",
    "nutgraf.indexer.loaders.texts.text._PARTS": "lines of up to 160 characters",
}
"""Patterns that never meet a long text, and why: the clock does not apply to them."""


def compiled(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list | frozenset | set):
        for item in value:
            yield from compiled(item)
    elif isinstance(value, dict):
        yield from compiled([*value.values()])


def modules() -> Iterator[tuple[str, Path]]:
    for folder in ("indexer", "qa"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            yield f"nutgraf.{name}", path


def written(node: ast.AST) -> str | None:
    """Return a pattern that is written into a call; what is filled into it counts as a letter."""
    if isinstance(node, ast.Constant):
        return node.value.decode("latin-1") if isinstance(node.value, bytes) else str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
    return None


def in_functions(path: Path) -> Iterator[re.Pattern[str]]:
    """Yield the patterns that functions hand to `re`, where they are written in place."""
    for function in ast.walk(ast.parse(path.read_text())):
        if not isinstance(function, ast.FunctionDef):
            continue
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("re.") and call.args:
                text = written(call.args[0])
                if text is not None and ast.unparse(call.func) != "re.escape":
                    yield re.compile(text)


PATTERNS = {
    f"{name}.{where}": pattern
    for name, path in modules()
    for where, pattern in (
        *(
            (f"{variable}{number or ''}", pattern)
            for variable, value in vars(importlib.import_module(name)).items()
            for number, pattern in enumerate(compiled(value))
        ),
        *((f"<function {number}>", pattern) for number, pattern in enumerate(in_functions(path))),
    )
}


def is_anchored(name: str) -> bool:
    """Whether a pattern is only ever tried at the beginning of a text, as far as its module shows."""
    module, _, variable = name.rpartition(".")
    uses = re.findall(rf"\b{variable}\.(\w+)\(", dict(modules())[module].read_text())
    return bool(uses) and {*uses} <= {"match", "fullmatch"}


def parsed(pattern: re.Pattern[Any]) -> Any:
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    return parser.parse(text, pattern.flags & ~re.DEBUG)


def characters(item: tuple[Any, Any], flags: int) -> frozenset[str] | None:
    """Return the sample characters that one item matches; None where it is no single character."""
    kind, value = item
    if kind not in {op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY}:
        return None
    if kind is op.ANY:
        return frozenset(SAMPLE)
    chars = [item] if kind is not op.IN else value
    negated = chars[0][0] is op.NEGATE
    inside = {c for c in SAMPLE if any(is_in(part, c, flags) for part in chars if part[0] is not op.NEGATE)}
    return frozenset(SAMPLE) - inside if negated else frozenset(inside)


def is_in(part: tuple[Any, Any], char: str, flags: int) -> bool:
    kind, value = part
    if kind is op.CATEGORY:
        sign = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}[
            str(value).removeprefix("CATEGORY_").removeprefix("NOT_")
        ]
        return bool(re.match(sign, char)) != ("NOT_" in str(value))
    low, high = value if kind is op.RANGE else (value, value)
    forms = {char, char.lower(), char.upper()} if flags & re.IGNORECASE else {char}
    inside = any(len(form) == 1 and low <= ord(form) <= high for form in forms)
    return not inside if kind is op.NOT_LITERAL else inside


def items(sequence: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    """Yield the items of a sequence, those of plain groups in their place."""
    for kind, value in sequence:
        if kind is op.SUBPATTERN:
            yield from items(value[-1])
        else:
            yield kind, value


def inner(item: tuple[Any, Any]) -> list[Any]:
    """Return the sequences inside an item."""
    kind, value = item
    if kind is op.BRANCH:
        return list(value[1])
    if kind in {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}:
        return [value[2]]
    if kind in {op.ASSERT, op.ASSERT_NOT}:
        return [value[1]]
    return [value] if kind is op.ATOMIC_GROUP else []


def gives_back(item: tuple[Any, Any]) -> bool:
    kind, value = item
    return kind in {op.MAX_REPEAT, op.MIN_REPEAT} and value[1] >= LONG


def faults(sequence: Iterable[tuple[Any, Any]], flags: int) -> Iterator[str]:
    """Yield what is wrong in a sequence of a parsed pattern."""
    flat = [*items(sequence)]
    for at, item in enumerate(flat):
        for part in inner(item):
            yield from faults(part, flags)
        if gives_back(item):
            body = [*items(item[1][2])]
            own = characters(body[0], flags) if len(body) == 1 else None
            if own is None:
                yield "a long repeat of more than one character"
            elif follows(flat[at + 1 :], own, flags):
                yield "two long repeats that share a character, with nothing else between them"


def follows(rest: list[tuple[Any, Any]], own: frozenset[str], flags: int) -> bool:
    """Whether a long repeat of some of these characters can be reached without leaving them."""
    for at, item in enumerate(rest):
        kind, value = item
        if kind is op.AT or kind in {op.ASSERT, op.ASSERT_NOT}:
            continue
        single = characters(item, flags)
        if single is not None:
            if not single & own:
                return False
            continue
        if kind is op.BRANCH:
            return any(follows([*items(part), *rest[at + 1 :]], own, flags) for part in value[1])
        if kind not in {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}:
            return False
        low, _, body = value
        repeated = [*items(body)]
        shared = characters(repeated[0], flags) if len(repeated) == 1 else None
        if (gives_back(item) and shared is not None and shared & own) or follows(repeated, own, flags):
            return True
        if low and (shared is None or not shared & own):
            return False
    return False


@pytest.mark.parametrize("name", PATTERNS)
def test_long_repeats_are_single_characters_apart(name: str) -> None:
    pattern = PATTERNS[name]
    assert [*faults(parsed(pattern), pattern.flags)] == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?:a+)+b",
        r"(?:a|a)*b",
        r"(?:\b(?:am\.?)\b|\.)*",
        r"a+a+b",
        r"\s*x?\s*y",
        r"\w+\d\w+-",
        r"(a+)(\w+)!",
        r"x(?:b|a*a*)",
        r".{0,5000}\s*$",
    ],
)
def test_the_walk_sees_what_gives_back_too_much(pattern: str) -> None:
    assert [*faults(parser.parse(pattern), 0)]


@pytest.mark.parametrize(
    "pattern",
    [r"a+b+", r"\s*,\s*", r"(?:a+b)?", r"(?:\w+ )*+", r"(?>a+)b", r"a{1,9}a{1,9}", r"\w+(?= )", r"x*[yz]*"],
)
def test_the_walk_lets_pass_what_is_read_once(pattern: str) -> None:
    assert [*faults(parser.parse(pattern), 0)] == []


def pumps(pattern: re.Pattern[Any]) -> set[str]:
    """Return what each repeat of a pattern can be made to read again and again: a character of each class."""
    found: set[str] = set()

    def walk(sequence: Iterable[tuple[Any, Any]]) -> None:
        for item in items(sequence):
            own = characters(item, pattern.flags)
            if own:
                found.update(sorted(own & set("a1A .,-\t\n\"'<[(")) or sorted(own)[:1])
            for part in inner(item):
                walk(part)

    walk(parsed(pattern))
    return found


def seconds(pattern: re.Pattern[Any], unit: str, length: int, *, anchored: bool) -> float:
    """Return the CPU seconds of reading a text of this unit, which ends in a character of no use."""
    text: Any = f"{unit * (length // len(unit))}\x00"
    text = text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text
    began = time.process_time()
    for match in (pattern.match, pattern.fullmatch):
        match(text)
    if not anchored:
        for _ in pattern.finditer(text):
            pass
    return time.process_time() - began


@pytest.mark.parametrize("name", [name for name in PATTERNS if name not in AT_MOST_A_LINE])
def test_twice_the_text_takes_twice_the_time(name: str) -> None:
    pattern = PATTERNS[name]
    units, anchored = pumps(pattern), is_anchored(name)
    for unit in sorted(
        units | {f"{first}{second}" for first in units for second in "a -" if first != second}
    ):
        short, long = (seconds(pattern, unit, length, anchored=anchored) for length in (4000, 16_000))
        # Four times the text; 16 times the time would be the square. Below a fifth of a second nothing waits.
        assert long < 0.2 or long < 8 * short, (unit, short, long)
