"""The tutorial shows what its commands print."""

import re
from pathlib import Path

import pytest

from benchmarks.tutorial import PAGE, with_output

pytestmark = pytest.mark.timeout(1200)  # fifteen commands, each in a process of its own


def without_numbers(page: str) -> list[str]:
    """Return the lines of a page with each number as 0: other processors score a little differently."""
    return [re.sub(r" *[-+]?\d[\d.,]*", " 0", line) for line in page.splitlines()]


def test_commands_print_what_the_tutorial_shows(tmp_path: Path) -> None:
    """If this fails, run `make docs`."""
    page = PAGE.read_text(encoding="utf-8")
    assert page.count("\n$ ") > 12
    clone = tmp_path / "nutgraf"
    clone.mkdir()
    assert without_numbers(with_output(page, clone)) == without_numbers(page)
