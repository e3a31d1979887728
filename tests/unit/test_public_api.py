"""The public surface of `nutgraf`: sorted, complete, documented, and its examples are true."""

import doctest
import inspect
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import nutgraf
from nutgraf.arguments import AddOptions
from nutgraf.calls import AskOptions, FilterOptions, SearchOptions
from nutgraf.list_calls import ExportFilters, ListOptions, RelatedOptions
from nutgraf.watch_calls import WatchOptions

SURFACE = [
    "AddReport",
    "Answer",
    "Archive",
    "ArchiveReport",
    "Article",
    "ArticlePage",
    "ArticleStatus",
    "AskResult",
    "AsyncClient",
    "Change",
    "Client",
    "Facets",
    "Hit",
    "NutgrafError",
    "RelatedArticle",
    "RemoveReport",
    "SearchHits",
    "TimelineEntry",
    "Versions",
    "Watch",
    "WatchChange",
    "WatchRun",
    "load_encoder",
    "load_reader",
    "open",
]


def test_the_surface_is_sorted_and_pinned() -> None:
    assert nutgraf.__all__ == sorted(nutgraf.__all__) == SURFACE
    assert set(SURFACE) <= set(dir(nutgraf))


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="module 'nutgraf' has no attribute 'Reader'"):
        _ = nutgraf.Reader  # type: ignore[attr-defined]


def documented() -> list[tuple[str, Any]]:
    """Return every public name, and the public methods of `Archive`, with what it stands for."""
    names = [(name, getattr(nutgraf, name)) for name in SURFACE]
    methods = inspect.getmembers(nutgraf.Archive, inspect.isfunction)
    return names + [(f"Archive.{name}", method) for name, method in methods if not name.startswith("_")]


@pytest.mark.parametrize(("name", "value"), documented(), ids=[name for name, _ in documented()])
def test_every_public_name_has_an_example_that_is_true(
    name: str, value: Any, seeds_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(seeds_index, tmp_path / "seeds.nutgraf")
    monkeypatch.chdir(tmp_path)
    text = inspect.getdoc(value) or ""
    examples = doctest.DocTestParser().get_doctest(text, {}, name, None, None)
    assert examples.examples, f"{name} has no example"
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    said: list[str] = []
    runner.run(examples, out=said.append)
    assert runner.failures == 0, "".join(said)


CLIENT_METHODS = {
    "add": {*AddOptions.__annotations__, "progress"},
    "articles": {*ListOptions.__annotations__},
    "ask": {*AskOptions.__annotations__},
    "ask_many": {*AskOptions.__annotations__},
    "changes": {"after", "limit"},
    "cite": {"start", "end", "field"},
    "difference": set(),
    "export": {*ExportFilters.__annotations__, "format"},
    "get": set(),
    "info": set(),
    "related": {*RelatedOptions.__annotations__},
    "remove": set(),
    "search": {*SearchOptions.__annotations__},
    "timeline": {*FilterOptions.__annotations__},
    "unwatch": set(),
    "versions": set(),
    "watch": {*WatchOptions.__annotations__},
    "watches": set(),
}
"""The methods that clients have like an archive, with the names of their options."""


@pytest.mark.parametrize("method", CLIENT_METHODS)
def test_a_client_has_the_methods_of_an_archive(method: str) -> None:
    parameters = inspect.signature(getattr(nutgraf.Archive, method)).parameters.values()
    assert {p.name for p in parameters if p.kind is p.KEYWORD_ONLY} == CLIENT_METHODS[method]
    positional = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    for client in (nutgraf.Client, nutgraf.AsyncClient):
        given = inspect.signature(getattr(client, method)).parameters.values()
        assert [p.name for p in given if p.kind is p.POSITIONAL_OR_KEYWORD] == positional


def test_clients_have_the_same_methods() -> None:
    waiting, not_waiting = (
        {name for name, _ in inspect.getmembers(client, inspect.isfunction) if not name.startswith("_")}
        for client in (nutgraf.Client, nutgraf.AsyncClient)
    )
    assert waiting - {"answers", "close"} == not_waiting - {"aclose"} == {*CLIENT_METHODS, "ask_stream"}


@pytest.mark.parametrize(
    "command", [["--version"], ["-c", "import nutgraf; print('nutgraf', nutgraf.__version__)"]]
)
def test_the_version(command: list[str]) -> None:
    module = [] if command[0] == "-c" else ["-m", "nutgraf"]
    done = subprocess.run([sys.executable, *module, *command], capture_output=True, text=True, check=True)
    assert done.stdout == f"nutgraf {nutgraf.__version__}\n"
