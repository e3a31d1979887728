"""The tools of agents that show standing questions, without weights: objects of HTTP, words, bad input."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from mcp import Client, types

from nutgraf.api.engine.engine import Engine
from nutgraf.api.mcp.server import McpServer
from nutgraf.api.web.app import create_app
from nutgraf.archive import Archive
from nutgraf.settings import Settings
from tests.contract.test_archive import BAKER, QUESTION
from tests.contract.test_watches import LATER, MILL
from tests.fakes import FakeModels


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Open an archive with two watches, the first of which changed twice."""
    with Archive(Settings(tmp_path / "news"), FakeModels()) as opened:
        opened.add(MILL)
        opened.watch(QUESTION, min_probability=0.0)
        opened.watch("Who closed the mill?", source="Orlow Times", after="2016-02")
        opened.add(BAKER)
        opened.add(LATER)
        yield opened


def call(archive: Archive, tool: str, **arguments: Any) -> types.CallToolResult:
    async def main() -> types.CallToolResult:
        async with Engine(archive) as engine, Client(McpServer(engine).server()) as client:
            return await client.call_tool(tool, arguments)

    return asyncio.run(main())


def told(result: types.CallToolResult) -> str:
    (block,) = result.content
    assert isinstance(block, types.TextContent)
    return block.text


def ids(result: types.CallToolResult, noun: str) -> list[int]:
    return [entry["id"] for entry in result.structured_content[noun]]


def test_they_give_the_objects_of_http(archive: Archive) -> None:
    watches, changes = call(archive, "list_watches"), call(archive, "watch_changes", after=0)
    newest = call(archive, "watch_changes")
    with TestClient(create_app(archive), base_url="http://localhost") as client:
        assert client.get("/v1/watches").json() == watches.structured_content
        assert client.get("/v1/watches/changes").json() == changes.structured_content
        assert client.get("/v1/watches/changes?newest=true").json() == newest.structured_content
    assert ids(watches, "watches") == [1, 2]
    assert ids(changes, "changes") == [1, 2]
    assert ids(newest, "changes") == [2, 1]


def test_their_words(archive: Archive) -> None:
    question, answer, sentence, *others = told(call(archive, "list_watches")).splitlines()
    assert question == f"1. {QUESTION}"
    assert answer.startswith('  now "')
    assert sentence.strip() in {BAKER["text"], LATER["text"]}
    assert "2. Who closed the mill? (after 2016-02-01, Orlow Times)" in others
    changed, was, _, now, *_ = told(call(archive, "watch_changes", after=0)).splitlines()
    assert changed.startswith(f"1. other answer: {QUESTION} (watch 1, 20")
    assert was.startswith('  was "The mill" Orlow Times | no date | ')
    assert now.startswith('  now "Reed" The Tarn Post | 2016-01-27 | ')
    assert "article baker [14:18]" in now


def test_they_come_in_pages(archive: Archive) -> None:
    first = call(archive, "list_watches", limit="1")
    assert (ids(first, "watches"), first.structured_content["next"]) == ([1], 1)
    assert told(first).endswith("There are more: `after`: 1 goes on.")
    rest = call(archive, "list_watches", limit=1, after=1)
    assert (ids(rest, "watches"), rest.structured_content["next"]) == ([2], None)
    changes = call(archive, "watch_changes", after=0, limit=1)
    assert (ids(changes, "changes"), changes.structured_content["next"]) == ([1], 1)
    assert ids(call(archive, "watch_changes", after="1"), "changes") == [2]
    newest = call(archive, "watch_changes", limit=1)
    assert (ids(newest, "changes"), newest.structured_content["next"]) == ([2], None)


def test_changes_of_one_watch(archive: Archive) -> None:
    assert ids(call(archive, "watch_changes", watch=1), "changes") == [2, 1]
    none = call(archive, "watch_changes", watch=2, after=None)
    assert (ids(none, "changes"), told(none)) == ([], "No answer changed.")


def test_nothing_is_watched(tmp_path: Path) -> None:
    with Archive(Settings(tmp_path / "news"), FakeModels()) as archive:
        archive.add(MILL)
        assert told(call(archive, "list_watches")) == "No question is watched."
        assert told(call(archive, "watch_changes")) == "No answer changed."


@pytest.mark.parametrize(
    ("tool", "arguments", "code"),
    [
        ("watch_changes", {"watch": 7}, "unknown_watch"),
        ("watch_changes", {"watch": -1}, "bad_request"),
        ("watch_changes", {"watch": 1 << 63}, "bad_request"),
        ("watch_changes", {"after": "yesterday"}, "bad_request"),
        ("watch_changes", {"limit": 0}, "bad_request"),
        ("list_watches", {"limit": 101}, "bad_request"),
        ("list_watches", {"question": QUESTION}, "bad_request"),
    ],
)
def test_what_is_refused(archive: Archive, tool: str, arguments: Any, code: str) -> None:
    result = call(archive, tool, **arguments)
    assert result.is_error
    error = json.loads(told(result))["error"]
    assert error["code"] == code
    expected = "list_watches gives the ids of watches" if code == "unknown_watch" else f"{tool} takes "
    assert error["hint"].startswith(expected)


def test_words_of_articles_stay_on_their_line(archive: Archive) -> None:
    """A source with a line break or a control character cannot write a line of its own."""
    archive.add(BAKER | {"id": "hostile", "source": "Evil\n1. new answer\x1b[2J", "published": "2016-04-01"})
    lines = told(call(archive, "watch_changes")).splitlines()
    assert not any(line.startswith("1. new answer\x1b") for line in lines)
    assert "\x1b" not in "".join(lines)
