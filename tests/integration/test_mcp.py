"""The MCP door, asked by the SDK's own client: the same over both transports, and with both handshakes."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from mcp import Client, MCPError, StdioServerParameters, types
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from nutgraf.api.engine.engine import Engine
from nutgraf.api.engine.limits import EngineLimits
from nutgraf.api.mcp.server import McpServer
from nutgraf.api.web.app import Serving, create_app
from nutgraf.api.web.guard import AccessRules
from nutgraf.api.web.keys import parse_keys
from nutgraf.archive import Archive
from nutgraf.qa.inquiry import Inquiry
from nutgraf.settings import Settings

ROOT = Path(__file__).parents[2]
URL = "http://localhost/mcp"
QUESTION = "What did China agree to on sanctions?"
UNANSWERED = "Who won the 1998 football World Cup final in Paris?"
QUOTE = "new United Nations sanctions against the North"
SENTENCE = (
    f"China agreed during the talks on Wednesday to {QUOTE}, and negotiations on their content will proceed "
    "in the coming days, Mr. Wang said."
)
KERRY = "seeds/004_d6905fbb12041181.txt"
TITLE = "U.S. Says It Will Step Up Defenses if China Fails to Act Against North Korea"
READY = "an agent may ask now, on standard input (docs/mcp.md); articles: 3\n"
INITIALIZE = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "t", "version": "1"},
}


@asynccontextmanager
async def served(settings: Settings, **rules: Any) -> AsyncIterator[FastAPI]:
    app = create_app(Archive(settings), Serving(rules=AccessRules(per_minute=100_000, **rules)))
    async with app.router.lifespan_context(app):
        yield app


def http(app: FastAPI, **headers: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), headers=headers, base_url="http://localhost"
    )


@asynccontextmanager
async def over_http(settings: Settings, mode: str) -> AsyncIterator[Client]:
    async with (
        served(settings) as app,
        http(app) as opened,
        Client(streamable_http_client(URL, http_client=opened), mode=mode) as client,
    ):
        yield client


@asynccontextmanager
async def over_stdio(settings: Settings, log: Path) -> AsyncIterator[Client]:
    arguments = ["-m", "nutgraf", "mcp", "--index", str(settings.index)]
    server = StdioServerParameters(command=sys.executable, args=arguments, env={"PYTHONPATH": str(ROOT)})
    with log.open("w") as errors:
        async with Client(stdio_client(server, errlog=errors)) as client:
            yield client
    assert log.read_text() == READY


@dataclass(frozen=True)
class Agent:
    """A client, for tests that do not wait."""

    portal: BlockingPortal
    client: Client

    def call(self, tool: str, **arguments: Any) -> types.CallToolResult:
        return self.portal.call(lambda: self.client.call_tool(tool, arguments))

    def read(self, uri: str) -> types.TextResourceContents:
        (text,) = self.portal.call(self.client.read_resource, uri).contents
        assert isinstance(text, types.TextResourceContents)
        return text


@pytest.fixture(scope="module", params=["stdio", "http", "http with a handshake"])
def agent(
    request: pytest.FixtureRequest, seeds_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Agent]:
    opening = {
        "stdio": lambda: over_stdio(seeds_settings, tmp_path_factory.mktemp("mcp") / "log"),
        "http": lambda: over_http(seeds_settings, "2026-07-28"),
        "http with a handshake": lambda: over_http(seeds_settings, "legacy"),
    }[request.param]
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(opening()) as client:
        yield Agent(portal, client)


def told(result: types.CallToolResult) -> str:
    (block,) = result.content
    assert isinstance(block, types.TextContent)
    return block.text


def failed(result: types.CallToolResult) -> dict[str, str]:
    assert result.is_error
    assert result.structured_content is None
    shape = json.loads(told(result))
    assert list(shape) == ["error"]
    assert list(shape["error"]) == ["code", "message", "hint"]
    error: dict[str, str] = shape["error"]
    return error


# --- what is offered ------------------------------------------------------------------------------------


def test_the_tools_are_described(agent: Agent) -> None:
    tools = {tool.name: tool for tool in agent.portal.call(agent.client.list_tools).tools}
    assert {name: list(tool.input_schema["properties"]) for name, tool in tools.items()} == {
        "ask_news": [
            *("question", "after", "before", "as_of", "source", "time"),
            *("top", "min_probability", "timeline"),
        ],
        "search_news": ["question", "after", "before", "as_of", "source", "time", "top"],
        "get_article": ["id"],
        "archive_info": [],
        "cite_quote": ["id", "format", "start", "end", "field"],
        "list_watches": ["after", "limit"],
        "watch_changes": ["watch", "after", "limit"],
    }
    for tool in tools.values():
        assert tool.input_schema["additionalProperties"] is False
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
    assert tools["ask_news"].input_schema["required"] == ["question"]
    kinds = [kind["type"] for kind in tools["ask_news"].input_schema["properties"]["source"]["anyOf"]]
    assert kinds == ["string", "array", "null"]
    assert tools["ask_news"].input_schema["properties"]["top"] == {
        "default": 1,
        "description": "How many different answers, 1 to 100.",
        "maximum": 100,
        "minimum": 1,
        "type": "integer",
    }
    assert "exact words" in (tools["ask_news"].description or "")


def test_outcomes_have_the_fields_that_are_described(agent: Agent) -> None:
    """That values fit the schema is checked by the client at every call; here, that none is left out."""
    tools = {tool.name: tool for tool in agent.portal.call(agent.client.list_tools).tools}
    outcomes = {
        "ask_news": agent.call("ask_news", question=QUESTION, timeline=True).structured_content,
        "search_news": agent.call("search_news", question=QUESTION).structured_content,
        "get_article": agent.call("get_article", id=KERRY).structured_content,
        "archive_info": agent.call("archive_info").structured_content,
        "cite_quote": agent.call("cite_quote", id=KERRY).structured_content,
        "list_watches": agent.call("list_watches").structured_content,
        "watch_changes": agent.call("watch_changes").structured_content,
    }
    for name, outcome in outcomes.items():
        described = set((tools[name].output_schema or {})["properties"])
        whole = {"articles"} if name in {"ask_news", "search_news"} else set()  # only HTTP encloses them
        assert set(outcome) == described - whole - {"link", "notice"}  # this article has none


def test_a_quote_is_cited(agent: Agent) -> None:
    answer = agent.call("ask_news", question=QUESTION).structured_content["answers"][0]
    place = {name: answer[name] for name in ("start", "end", "field")}
    cited = agent.call("cite_quote", id=KERRY, format="markdown", **place)
    assert cited.structured_content["format"] == "markdown"
    assert f"**{answer['text']}**" in cited.structured_content["citation"]
    assert cited.content[0].text == cited.structured_content["citation"]
    error = failed(agent.call("cite_quote", id=KERRY, start=3, end=999_999))
    assert (error["code"], error["hint"]) == (
        "bad_option",
        "a place is field, start and end of an answer or a passage",
    )
    assert failed(agent.call("cite_quote", id=KERRY, format="doc"))["code"] == "bad_request"
    lenient = {"start": str(place["start"]), "end": str(place["end"]), "field": "", "format": None}
    text = agent.call("cite_quote", id=KERRY, **lenient).structured_content
    assert (text["format"], answer["text"] in text["citation"]) == ("text", True)


# --- asking ---------------------------------------------------------------------------------------------


def test_an_answer_is_a_quote_of_its_article(agent: Agent) -> None:
    result = agent.call("ask_news", question=QUESTION)
    answer = result.structured_content["answers"][0]
    assert (answer["text"], answer["start"], answer["end"]) == (QUOTE, 1397, 1443)
    assert answer["sentence"]["text"] == SENTENCE
    article = agent.call("get_article", id=answer["article"]["id"]).structured_content
    assert article["text"][1397:1443] == QUOTE
    assert article["published"] == "2016-01-27T00:00:00Z"
    assert told(result) == (
        f'"{QUOTE}" (probability {answer["probability"]:.0%})\n'
        f"  sentence: {SENTENCE}\n"
        f"  source: The New York Times | 2016-01-27 | {TITLE} | article {KERRY} [1397:1443]\n"
        "  says so: Mr. Wang"
    )


def test_what_the_archive_does_not_answer(agent: Agent) -> None:
    result = agent.call("ask_news", question=UNANSWERED)
    asked = result.structured_content
    assert (asked["answered"], asked["answers"]) == (False, [])
    assert (asked["outcome"], asked["abstention"]["code"]) == ("not_found", "unlikely")
    time, *lines = told(result).splitlines()
    assert time == "Time: “1998”, read as 1998 (`time`: false leaves it out)."
    assert lines[0] == f"Found no answer: {asked['abstention']['reason']}."
    assert lines[1] == "Nearest passages:"
    assert [line[:2] for line in lines[2::2]] == ["1.", "2.", "3."]


def test_filters(agent: Agent) -> None:
    found = agent.call(
        "search_news", question="sanctions", after="2016", source=["the new york times"], top=3
    ).structured_content
    assert [p["article"]["id"] for p in found["passages"]] == [KERRY] * 3
    text = agent.call("get_article", id=KERRY).structured_content["text"]
    assert all(text[p["start"] : p["end"]] == p["text"] for p in found["passages"])

    before = agent.call("ask_news", question=QUESTION, as_of="2015").structured_content
    reason = "no article passes the filter"
    assert before["abstention"] == {"code": "nothing_found", "reason": reason, "guess": None}
    result = agent.call("ask_news", question=QUESTION, min_probability=0.99)
    unsure = result.structured_content
    assert (unsure["outcome"], unsure["abstention"]["code"]) == ("unsure", "below_threshold")
    assert unsure["abstention"]["guess"]["text"] == QUOTE
    assert told(result).startswith("Not sure enough to answer: ")
    several = agent.call("ask_news", question=QUESTION, min_probability=0.0, top=3).structured_content
    assert len(several["answers"]) == 3


def test_null_is_absent_and_one_outlet_is_a_list(agent: Agent) -> None:
    nothing = dict.fromkeys(
        ("after", "before", "as_of", "source", "top", "min_probability", "time", "timeline")
    )
    answer = agent.call("ask_news", question=QUESTION, **nothing).structured_content["answers"][0]
    assert answer["text"] == QUOTE
    found = agent.call("search_news", query="sanctions", source="The New York Times", top="2", after="")
    assert [p["article"]["id"] for p in found.structured_content["passages"]] == [KERRY] * 2
    other = agent.call("search_news", question="sanctions", source="cnn.com").structured_content
    assert other["passages"] == []


@pytest.mark.parametrize("tool", ["ask_news", "search_news"])
@pytest.mark.parametrize(
    ("source", "notes"),
    [
        ("new york times", ['no outlet is called "new york times"; did you mean The New York Times?']),
        (["The New York Times", "x\ny"], ['no outlet is called "x y": archive_info lists the outlets.']),
        ("THE NEW YORK TIMES", []),
        ([], []),
    ],
)
def test_a_name_that_is_no_outlets_is_told_with_those_that_may_be_meant(
    agent: Agent, tool: str, source: str | list[str], notes: list[str]
) -> None:
    lines = told(agent.call(tool, question=QUESTION, source=source)).split("\n")
    assert [line for line in lines if line.startswith("Note: ")] == [f"Note: {note}" for note in notes]
    assert lines[: len(notes)] == [f"Note: {note}" for note in notes]


def test_what_the_archive_holds(agent: Agent) -> None:
    result = agent.call("archive_info")
    held = result.structured_content
    assert (held["articles"], held["outlets"]) == (3, len(held["sources"]))
    assert "The New York Times" in [outlet["source"] for outlet in held["sources"]]
    assert set(held) == {"articles", "passages", "published", "outlets", "sources"}  # no place of a file
    assert told(result).startswith("Articles: 3, ")
    assert failed(agent.call("archive_info", index="/etc"))["code"] == "bad_request"


def test_the_timeline(agent: Agent) -> None:
    result = agent.call("ask_news", question=QUESTION, timeline=True)
    (entry,) = result.structured_content["timeline"]
    assert (entry["text"], entry["status"], entry["first"]) == (QUOTE, "current", "2016-01-27")
    assert told(result).splitlines()[-2:] == [
        "Over time:",
        f'  2016-01-27, current: "{QUOTE}" (The New York Times)',
    ]


# --- bad input ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ({"question": ""}, "bad_question", "the question is empty"),
        ({"question": "?!"}, "bad_question", "the question '?!' has no letter and no digit"),
        ({"question": "why", "top": 10**9}, "bad_filter", "top 1000000000 is not between 1 and 100"),
        ({"question": "why", "top": 0}, "bad_filter", "top 0 is not between 1 and 100"),
        (
            {"question": "why", "min_probability": 7},
            "bad_filter",
            "min_probability 7.0 is not between 0 and 1",
        ),
        (
            {"question": "why", "after": "2017", "as_of": "2016"},
            "bad_filter",
            "after 2017-01-01 is later than as_of 2016-12-31: no article can match both",
        ),
        ({}, "bad_request", "question: Field required"),
        ({"question": 7}, "bad_request", "question: Input should be a valid string"),
        ({"question": None}, "bad_request", "question: Input should be a valid string"),
        ({"question": "why", "source": 7}, "bad_request", "source: Input should be a valid list"),
        ({"question": "why", "tpo": 3}, "bad_request", "tpo: Extra inputs are not permitted"),
    ],
)
def test_bad_arguments_are_a_tool_error(agent: Agent, arguments: Any, code: str, message: str) -> None:
    error = failed(agent.call("ask_news", **arguments))
    assert (error["code"], error["message"]) == (code, message)
    assert error["hint"]


def test_a_date_that_is_none_is_told_with_what_to_write(agent: Agent) -> None:
    error = failed(agent.call("search_news", question="why", before="03/04/2016"))
    assert (error["code"], error["hint"]) == ("bad_option", "before 2016-01-27")
    assert error["message"].startswith("before: '03/04/2016'")


def test_what_takes_which_arguments_is_told(agent: Agent) -> None:
    assert failed(agent.call("get_article", ident="x"))["hint"] == "get_article takes id"
    assert failed(agent.call("archive_info", ident="x"))["hint"] == "archive_info takes no arguments"


@pytest.mark.parametrize("article_id", ["nope", "", "../../etc/passwd", "a\x00b", "%2e%2e", "x" * 10_000])
def test_an_unknown_article(agent: Agent, article_id: str) -> None:
    error = failed(agent.call("get_article", id=article_id))
    assert (error["code"], error["hint"]) == (
        "unknown_article",
        "search_news and ask_news give the ids of articles",
    )


def test_an_unknown_tool_is_an_error_of_the_protocol(agent: Agent) -> None:
    with pytest.raises(MCPError, match="no tool is called 'ask'; there are ask_news, search_news"):
        agent.call("ask", question=QUESTION)


# --- resources ------------------------------------------------------------------------------------------


def test_articles_are_resources(agent: Agent) -> None:
    (template,) = agent.portal.call(agent.client.list_resource_templates).resource_templates
    assert (template.uri_template, template.mime_type) == ("nutgraf://articles/{id}", "text/plain")
    for article_id in ("seeds%2F004_d6905fbb12041181.txt", KERRY):
        read = agent.read(f"nutgraf://articles/{article_id}")
        assert read.text[1397:1443] == QUOTE
        assert (read.meta or {})["nutgraf/article"]["title"] == TITLE


def test_a_resource_that_is_none(agent: Agent) -> None:
    with pytest.raises(MCPError, match="no article has the id 'nope'") as unknown:
        agent.read("nutgraf://articles/nope")
    assert unknown.value.code == types.INVALID_PARAMS
    assert unknown.value.data["error"]["code"] == "unknown_article"
    with pytest.raises(MCPError, match="'file:///etc/passwd' does not begin with nutgraf://articles/"):
        agent.read("file:///etc/passwd")


def test_articles_are_listed_in_pages(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nutgraf.api.mcp.server.PAGE_ARTICLES", 2)  # the process of stdio keeps its 100
    listed: list[types.Resource] = []
    page = agent.portal.call(agent.client.list_resources)
    listed += page.resources
    while page.next_cursor is not None:
        cursor = page.next_cursor
        page = agent.portal.call(lambda at: agent.client.list_resources(cursor=at), cursor)
        listed += page.resources
    assert [resource.name for resource in listed] == sorted(resource.name for resource in listed)
    assert len({resource.uri for resource in listed}) == 3
    kerry = next(resource for resource in listed if resource.name == KERRY)
    assert (kerry.title, kerry.description) == (TITLE, "The New York Times, 2016-01-27")
    assert agent.read(str(kerry.uri)).text[1397:1443] == QUOTE


@pytest.mark.parametrize("cursor", ["nonsense", "%%%", "/w==", "7"])
def test_a_cursor_that_is_none(agent: Agent, cursor: str) -> None:
    with pytest.raises(MCPError, match="does not come from this server") as refused:
        agent.portal.call(lambda: agent.client.list_resources(cursor=cursor))
    assert refused.value.code == types.INVALID_PARAMS


# --- prompts --------------------------------------------------------------------------------------------


def test_prompts(agent: Agent) -> None:
    prompts = agent.portal.call(agent.client.list_prompts).prompts
    arguments = {prompt.name: [a.name for a in prompt.arguments or []] for prompt in prompts}
    assert arguments == {
        "check_claim": ["claim"],
        "trace_answer": ["question"],
        "gather_quotes": ["topic"],
    }
    claim = {"claim": " The bank {raised} its rate. "}
    filled = agent.portal.call(lambda: agent.client.get_prompt("check_claim", claim))
    (message,) = filled.messages
    assert isinstance(message.content, types.TextContent)
    assert message.content.text.startswith(
        "Check this claim against the news archive: The bank {raised} its rate.\n\n"
    )


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("check_fact", {"claim": "x"}, "no prompt is called 'check_fact'; there are check_claim, trace"),
        ("check_claim", None, "check_claim takes the argument 'claim'"),
        ("check_claim", {"claim": " "}, "check_claim takes the argument 'claim'"),
    ],
)
def test_a_prompt_that_cannot_be_filled(agent: Agent, name: str, arguments: Any, message: str) -> None:
    with pytest.raises(MCPError, match=message) as refused:
        agent.portal.call(lambda: agent.client.get_prompt(name, arguments))
    assert refused.value.code == types.INVALID_PARAMS


# --- whatever happens, the server goes on ---------------------------------------------------------------


def test_a_defect_and_a_deadline_are_tool_errors(
    seeds_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with Engine(Archive(seeds_settings)) as engine:
            async with Client(McpServer(engine, deadline_s=0.0).server()) as client:
                late = failed(await client.call_tool("ask_news", {"question": QUESTION}))
                assert (late["code"], late["message"]) == ("busy", "there was no answer in time")
                with pytest.raises(MCPError, match="there was no answer in time") as read:
                    await client.read_resource(f"nutgraf://articles/{KERRY}")
                assert read.value.code == types.INTERNAL_ERROR
            async with Client(McpServer(engine).server()) as client:
                with monkeypatch.context() as patched:
                    patched.setattr("nutgraf.opening.OpenIndex.article", lambda *_: 1 / 0)
                    error = failed(await client.call_tool("get_article", {"id": KERRY}))
                assert error["message"] == "a defect of nutgraf: ZeroDivisionError"
                read_again = await client.call_tool("get_article", {"id": KERRY})
                assert read_again.structured_content["title"] == TITLE

    asyncio.run(main())


def test_a_panic_is_a_tool_error(
    seeds_settings: Settings, seeds_copy: Path, panicking: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PanicException(BaseException):
        """Stands for the class that each library in Rust has for itself."""

    def panic(*_: object) -> None:
        raise PanicException("index out of bounds")

    async def main() -> None:
        async with Engine(Archive(seeds_settings)) as engine, Client(McpServer(engine).server()) as client:
            for place in ("nutgraf.opening.OpenIndex.article", "nutgraf.api.mcp.tools.GetArticle.result"):
                with monkeypatch.context() as patched:
                    patched.setattr(place, panic)
                    error = failed(await client.call_tool("get_article", {"id": KERRY}))
                assert (error["code"], error["message"]) == ("defect", "a defect of nutgraf: LibraryPanicked")
            with monkeypatch.context() as patched:
                patched.setattr("nutgraf.opening.OpenIndex.article", panic)
                with pytest.raises(MCPError, match="a defect of nutgraf: LibraryPanicked"):
                    await client.read_resource(f"nutgraf://articles/{KERRY}")
        panicking(seeds_copy, "searching")
        async with (
            Engine(Archive(Settings(index=seeds_copy))) as engine,
            Client(McpServer(engine).server()) as client,
        ):
            error = failed(await client.call_tool("ask_news", {"question": QUESTION}))
            assert error["code"] == "index_damaged"

    asyncio.run(main())


def test_who_leaves_is_not_answered(seeds_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The only worker is held; a client asks, and closes the connection; its question is not read."""
    answered: list[str] = []

    async def main() -> None:
        monkeypatch.setattr(
            "nutgraf.api.web.app.Engine", lambda *given: Engine(given[0], EngineLimits(workers=1))
        )
        async with served(seeds_settings) as app:
            engine: Engine = app.state.engine
            loop, reached, opened = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()

            def hold(*_: object) -> dict[str, Any]:
                loop.call_soon_threadsafe(reached.set)
                asyncio.run_coroutine_threadsafe(opened.wait(), loop).result(60)
                return {}

            first = asyncio.create_task(engine.ask(Inquiry("Who?"), hold))
            await reached.wait()
            read = engine.opened.answerer.__class__.answer
            monkeypatch.setattr(
                "nutgraf.qa.answer.Answerer.answer",
                lambda self, asks, *more: (
                    answered.extend(a.question for a in asks) or read(self, asks, *more)
                ),
            )
            leave = asyncio.Event()
            leaving = asyncio.create_task(app(scope(), receiver(leave), ignored))
            while engine.waiting == 0:
                await asyncio.sleep(0.01)
            leave.set()
            await asyncio.wait_for(leaving, 10)
            opened.set()
            await first
            await engine.ask(Inquiry("Who stays?"), lambda *_: {})

    asyncio.run(main())
    assert answered == ["Who stays?"]


def scope() -> dict[str, Any]:
    headers = {"host": "localhost", "content-type": "application/json", "accept": "application/json"}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/mcp",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
    }


def receiver(leave: asyncio.Event) -> Callable[[], Any]:
    asked = {"name": "ask_news", "arguments": {"question": "Who leaves?"}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": asked}).encode()
    messages = [{"type": "http.request", "body": body}]

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop()
        await leave.wait()
        return {"type": "http.disconnect"}

    return receive


async def ignored(_: Any) -> None:
    return None


# --- HTTP alone -----------------------------------------------------------------------------------------


def test_the_guard_stands_before_it(seeds_settings: Settings) -> None:
    keys = parse_keys(["desk:read=0123456789abcdef"])

    async def main() -> None:
        async with served(seeds_settings, keys=keys) as app:
            async with http(app) as nobody:
                refused = await nobody.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "ping"})
                assert (refused.status_code, refused.json()["error"]["code"]) == (401, "unauthorized")
            for headers in ({"authorization": "Bearer 0123456789abcdef"}, {"x-api-key": "0123456789abcdef"}):
                async with (
                    http(app, **headers) as opened,
                    Client(streamable_http_client(URL, http_client=opened)) as client,
                ):
                    result = await client.call_tool("ask_news", {"question": QUESTION})
                    assert result.structured_content["answers"][0]["text"] == QUOTE
            async with http(app, **{"x-api-key": "0123456789abcdef"}) as opened:
                text = (await opened.get("/metrics")).text
        assert 'nutgraf_questions_total{outcome="answered"} 2.0' in text  # by the one engine of the app
        assert 'nutgraf_request_seconds_count{method="POST",route="/mcp",status="200"}' in text

    asyncio.run(main())


def test_other_ways_in_are_shut(seeds_settings: Settings) -> None:
    json_type = {"content-type": "application/json"}

    async def main() -> None:
        async with served(seeds_settings) as app, http(app) as opened:
            for method in ("GET", "DELETE", "OPTIONS"):
                assert (await opened.request(method, "/mcp")).status_code == 405
            elsewhere = await opened.post("/mcp", json={}, headers={"host": "evil.example"})
            assert elsewhere.json()["error"]["message"] == "this server is not known as 'evil.example'"
            for version in ("2025-06-18", "2026-07-28"):
                headers = {"mcp-protocol-version": version, "accept": "application/json"}
                for body in (b"[" * 100_000, b"\xff", b"[]", b"7", b'{"jsonrpc": "2.0", "id": {}}'):
                    answered = await opened.post("/mcp", content=body, headers=headers | json_type)
                    assert answered.status_code == 400
                form = await opened.post(
                    "/mcp", content=b"{}", headers=headers | {"content-type": "text/plain"}
                )
                assert (
                    form.status_code == 400
                )  # so that a page from elsewhere has to ask first, and is refused

    asyncio.run(main())


# --- standard input and output alone --------------------------------------------------------------------


def test_no_index_is_one_line_before_serving(cli: Any, tmp_path: Path) -> None:
    done = cli("mcp", "--index", "nowhere", stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: there is no index in nowhere\n  try: nutgraf index PATH_TO_ARTICLES --index nowhere\n"
    )


def test_nothing_but_the_protocol_is_on_standard_output(cli: Any, seeds_index: Path) -> None:
    lines = [
        "not JSON",
        "[]",
        '{"jsonrpc": "2.0", "id": 0, "method": "\\ud800"}',
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}),
    ]
    done = cli("mcp", "--index", str(seeds_index), input="\n".join(lines) + "\n")
    assert done.returncode == 0
    (answered,) = (json.loads(line) for line in done.stdout.splitlines())
    assert (answered["id"], answered["result"]["serverInfo"]["name"]) == (1, "nutgraf")
    assert "exact quotes" in answered["result"]["instructions"]
    assert done.stderr == READY


def test_the_lines_for_clients_are_json() -> None:
    text = (ROOT / "docs" / "mcp.md").read_text(encoding="utf-8")
    servers = [
        json.loads(block).get("mcpServers") or json.loads(block)["servers"]
        for block in re.findall(r"^```json\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    ]
    assert [list(server) for server in servers] == [["nutgraf"]] * 5
    started = [s["nutgraf"]["args"][:2] for s in servers if s["nutgraf"].get("command", "npx") != "npx"]
    assert started == [["mcp", "--index"]] * 2
