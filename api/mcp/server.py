"""The tools, articles and prompts of nutgraf as a server of the MCP SDK.

Knows the form of a call; does not know how calls arrive, nor how answers are found.
"""

import asyncio
import base64
import binascii
import json
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from mcp import MCPError, types
from mcp.server.lowlevel import Server

from nutgraf.api.engine.engine import Engine
from nutgraf.api.mcp.prompts import PROMPTS, Prompt
from nutgraf.api.mcp.texts import listing_text, outlet_note
from nutgraf.api.mcp.tool_errors import tool_error
from nutgraf.api.mcp.tools import INSTRUCTIONS, TOOLS, Tool, unknown_outlets
from nutgraf.api.terminal.console import visible
from nutgraf.error import panics_as
from nutgraf.errors import UnknownArticle
from nutgraf.indexer.article import Article
from nutgraf.indexer.filters import Filter
from nutgraf.opening import OpenIndex

T = TypeVar("T")
ARTICLES = "nutgraf://articles/"
PAGE_ARTICLES = 100
"""Articles in a page of resources: their texts are in memory together. Not measured."""

_READS = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_TEMPLATE = types.ResourceTemplate(
    name="article",
    title="An article",
    uri_template=f"{ARTICLES}{{id}}",
    description="The text that offsets of quotes point into; its id is percent-encoded.",
    mime_type="text/plain",
)


class McpServer:
    """Answers the calls of agents from one engine, each within `deadline_s` seconds, None for no deadline."""

    def __init__(self, engine: Engine, deadline_s: float | None = None) -> None:
        self._engine = engine
        self._deadline_s = deadline_s
        self._tools = [_tool_type(tool) for tool in TOOLS.values()]
        self._schemas = {tool.name: tool.input_schema for tool in self._tools}
        self._prompts = [_prompt_type(prompt) for prompt in PROMPTS.values()]

    def server(self) -> Server[Any]:
        """Return the server of the SDK, which keeps nothing from one call to the next."""
        return Server(
            "nutgraf",
            version=version("nutgraf"),
            title="nutgraf",
            instructions=INSTRUCTIONS,
            get_tool_input_schema=self._schemas.get,  # without it every call over HTTP lists all tools first
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            on_list_resources=self._list_resources,
            on_list_resource_templates=self._list_templates,
            on_read_resource=self._read_article,
            on_list_prompts=self._list_prompts,
            on_get_prompt=self._get_prompt,
        )

    async def _list_tools(self, *_: object) -> types.ListToolsResult:
        return types.ListToolsResult(tools=self._tools)

    async def _list_resources(
        self, _: object, request: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        """Return a page of articles by id, and the cursor of the next page; it is the last id of this one."""
        after = _id_of(request.cursor) if request and request.cursor else None
        articles = await self._run(lambda opened: opened.index.page(Filter(), after, PAGE_ARTICLES + 1))
        page = articles[:PAGE_ARTICLES]
        return types.ListResourcesResult(
            resources=[_resource_type(article) for article in page],
            next_cursor=_cursor_of(page[-1].id) if len(articles) > len(page) else None,
        )

    async def _list_templates(self, *_: object) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(resource_templates=[_TEMPLATE])

    async def _call_tool(self, _: object, call: types.CallToolRequestParams) -> types.CallToolResult:
        tool = TOOLS.get(call.name)
        if tool is None:
            names = ", ".join(TOOLS)
            raise MCPError(types.INVALID_PARAMS, f"no tool is called {call.name[:100]!r}; there are {names}")
        try:
            with panics_as():
                async with asyncio.timeout(self._deadline_s):
                    arguments = tool.arguments.model_validate(call.arguments or {})
                    result = await arguments.result(self._engine)
                    outlets = await unknown_outlets(arguments, self._engine)
                text = types.TextContent(text="\n".join([*map(outlet_note, outlets), tool.text(result)]))
        except Exception as error:  # noqa: BLE001 - the agent gets every error, and the server goes on
            message = json.dumps(tool_error(error, tool), ensure_ascii=False)
            return types.CallToolResult(content=[types.TextContent(text=message)], is_error=True)
        return types.CallToolResult(content=[text], structured_content=result)

    async def _read_article(
        self, _: object, request: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        if not request.uri.startswith(ARTICLES):
            raise MCPError(types.INVALID_PARAMS, f"{request.uri[:100]!r} does not begin with {ARTICLES}")
        article_id = unquote(request.uri.removeprefix(ARTICLES))
        article = await self._run(lambda opened: opened.article(article_id))
        text = types.TextResourceContents(
            uri=request.uri,
            mime_type="text/plain",
            text=article.text,
            _meta={"nutgraf/article": article.quoted_reference()},
        )
        return types.ReadResourceResult(contents=[text])

    async def _list_prompts(self, *_: object) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=self._prompts)

    async def _get_prompt(self, _: object, request: types.GetPromptRequestParams) -> types.GetPromptResult:
        prompt = PROMPTS.get(request.name)
        if prompt is None:
            names = ", ".join(PROMPTS)
            raise MCPError(
                types.INVALID_PARAMS, f"no prompt is called {request.name[:100]!r}; there are {names}"
            )
        value = (request.arguments or {}).get(prompt.argument, "")
        if not value.strip():
            raise MCPError(types.INVALID_PARAMS, f"{prompt.name} takes the argument {prompt.argument!r}")
        text = types.TextContent(text=prompt.filled(value))
        message = types.PromptMessage(role="user", content=text)
        return types.GetPromptResult(description=prompt.description, messages=[message])

    async def _run(self, work: Callable[[OpenIndex], T]) -> T:
        """Return the result of some work on the archive; raises MCPError with the object of what failed."""
        try:
            async with asyncio.timeout(self._deadline_s):
                return await self._engine.run(work)
        except Exception as error:
            error_json = tool_error(error)
            code = types.INVALID_PARAMS if isinstance(error, UnknownArticle) else types.INTERNAL_ERROR
            raise MCPError(code, error_json["error"]["message"], error_json) from error


def _tool_type(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
        annotations=_READS,
    )


def _prompt_type(prompt: Prompt) -> types.Prompt:
    argument = types.PromptArgument(
        name=prompt.argument, description=prompt.argument_description, required=True
    )
    return types.Prompt(
        name=prompt.name, title=prompt.title, description=prompt.description, arguments=[argument]
    )


def _resource_type(article: Article) -> types.Resource:
    return types.Resource(
        uri=f"{ARTICLES}{quote(article.id, safe='')}",
        name=article.id,
        title=visible(article.title) or article.id,
        description=listing_text(article.reference()),
        mime_type="text/plain",
    )


def _cursor_of(article_id: str) -> str:
    return base64.urlsafe_b64encode(article_id.encode()).decode()


def _id_of(cursor: str) -> str:
    """Return the id in a cursor; raises MCPError for a text that is no cursor of this server."""
    try:
        return base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        message = (
            f"cursor {cursor[:40]!r} does not come from this server: send `nextCursor` of the page before"
        )
        raise MCPError(types.INVALID_PARAMS, message) from error
