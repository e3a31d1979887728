"""Prints to a terminal in colour, through a pipe as plain text, and for programs as JSON.

Text of articles and questions is printed as text, never as markup, and without control characters.
"""

import json
import re
import sys
from typing import Any

from rich.console import Console
from rich.text import Text

_UNBROKEN = 10_000
_C1 = re.compile("[\x7f-\x9f]")  # JSON escapes those below U+0020 alone, and terminals obey these, too


def console(*, error: bool = False) -> Console:
    """Return a console; through a pipe it prints without colour, and neither wraps nor cuts lines."""
    out = Console(stderr=error, highlight=False, markup=False, emoji=False)
    if not out.is_terminal:
        out.soft_wrap, out.width = True, _UNBROKEN
    return out


def print_json(value: Any, *, indent: int | None = 2) -> None:  # noqa: ANN401 - any JSON value
    """Print one JSON value on standard output, every control character in it as an escape."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    sys.stdout.write(_C1.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n")


def print_error(message: str, hint: str) -> None:
    """Print one line that says what was wrong, and one that says what to type."""
    out = console(error=True)
    out.print(Text.assemble(("error: ", "bold red"), visible(message)), soft_wrap=True)
    if hint:
        out.print(Text.assemble(("  try: ", "bold"), visible(hint)), soft_wrap=True)


def visible(text: str) -> str:
    """Return the text on one line, without characters that could steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)
