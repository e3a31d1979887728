"""The tools and articles of nutgraf as a server of the MCP SDK.

Knows the form of a call; does not know how calls arrive, nor how answers are found.
"""

import asyncio
import json
from importlib.metadata import version
from typing import Any
from urllib.parse import unquote

from mcp import MCPError, types
from mcp.server.lowlevel import Server

from nutgraf.api.engine.engine import Engine
from nutgraf.api.mcp.tool_errors import tool_error
from nutgraf.api.mcp.tools import INSTRUCTIONS, TOOLS, Tool
from nutgraf.error import panics_as
from nutgraf.errors import UnknownArticle

ARTICLES = "nutgraf://articles/"
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
        )

    async def _list_tools(self, *_: object) -> types.ListToolsResult:
        return types.ListToolsResult(tools=self._tools)

    async def _list_resources(self, *_: object) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=[])  # an archive is searched, not listed

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
                    result = await tool.arguments.model_validate(call.arguments or {}).result(self._engine)
                text = types.TextContent(text=tool.text(result))
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
        try:
            async with asyncio.timeout(self._deadline_s):
                article = await self._engine.run(lambda opened: opened.article(article_id))
        except Exception as error:
            error_json = tool_error(error)
            code = types.INVALID_PARAMS if isinstance(error, UnknownArticle) else types.INTERNAL_ERROR
            raise MCPError(code, error_json["error"]["message"], error_json) from error
        text = types.TextResourceContents(
            uri=request.uri,
            mime_type="text/plain",
            text=article.text,
            _meta={"nutgraf/article": article.quoted_reference()},
        )
        return types.ReadResourceResult(contents=[text])


def _tool_type(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
        annotations=_READS,
    )
