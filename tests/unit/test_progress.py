"""Progress on a terminal: it shows a time before the first batch is done, and nothing through a pipe."""

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from rich.console import Console

from nutgraf.api.terminal import progress
from nutgraf.ingest_options import IngestProgress

BARS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "indexing": lambda: progress.progress_bar(IngestProgress()),
    "counting": lambda: progress.counting_bar("asking", 66),
}


def shown(monkeypatch: pytest.MonkeyPatch, name: str, *, terminal: bool) -> str:
    """Return what a bar shows before anything is done."""
    out = Console(file=io.StringIO(), force_terminal=terminal, width=100)
    monkeypatch.setattr(progress, "console", lambda **_: out)
    with BARS[name]():
        return str(out.file.getvalue())  # type: ignore[attr-defined]  # it is a StringIO


@pytest.mark.parametrize("name", BARS)
def test_a_bar_shows_the_time_that_is_gone_from_its_beginning(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown(monkeypatch, name, terminal=True))
    assert re.search(r"\d:\d\d:\d\d gone, -:--:-- left", text)


@pytest.mark.parametrize("name", BARS)
def test_nothing_is_shown_through_a_pipe(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert shown(monkeypatch, name, terminal=False) == ""
