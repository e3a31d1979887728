"""Our tools and articles as a server of the protocol's SDK.

Knows what a call looks like; does not know how it comes, nor how anything is found.
"""

import asyncio
import json
from importlib.metadata import version
from typing import Any
from urllib.parse import unquote

from mcp import MCPError, types
from mcp.server.lowlevel import Server

from nutgraf.api.engine.engine import Engine
from nutgraf.api.mcp.failures import failure
from nutgraf.api.mcp.tools import INSTRUCTIONS, TOOLS, Tool
from nutgraf.errors import UnknownArticle
from nutgraf.objects import article_object
from nutgraf.opening import article

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
    """What agents ask, answered by one engine; each call within `deadline_s`, where there is one."""

    def __init__(self, engine: Engine, deadline_s: float | None = None) -> None:
        self._engine = engine
        self._deadline_s = deadline_s
        self._listed = [_described(tool) for tool in TOOLS.values()]
        self._schemas = {tool.name: tool.input_schema for tool in self._listed}

    def server(self) -> Server[Any]:
        """Return the server of the SDK; it keeps nothing from one call to the next."""
        return Server(
            "nutgraf",
            version=version("nutgraf"),
            title="nutgraf",
            instructions=INSTRUCTIONS,
            get_tool_input_schema=self._schemas.get,  # else every call over HTTP lists all tools first
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            on_list_resources=self._list_resources,
            on_list_resource_templates=self._list_templates,
            on_read_resource=self._read_article,
        )

    async def _list_tools(self, *_: object) -> types.ListToolsResult:
        return types.ListToolsResult(tools=self._listed)

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
            async with asyncio.timeout(self._deadline_s):
                outcome = await tool.takes.model_validate(call.arguments or {}).outcome(self._engine)
            text = types.TextContent(text=tool.text(outcome))
        except Exception as error:  # noqa: BLE001 - whatever it was, the agent is told and the server goes on
            told = json.dumps(failure(error, tool), ensure_ascii=False)
            return types.CallToolResult(content=[types.TextContent(text=told)], is_error=True)
        return types.CallToolResult(content=[text], structured_content=outcome)

    async def _read_article(
        self, _: object, wanted: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        if not wanted.uri.startswith(ARTICLES):
            raise MCPError(types.INVALID_PARAMS, f"{wanted.uri[:100]!r} does not begin with {ARTICLES}")
        article_id = unquote(wanted.uri.removeprefix(ARTICLES))
        try:
            async with asyncio.timeout(self._deadline_s):
                found = await self._engine.run(lambda opened: article(opened.index, article_id))
        except Exception as error:
            told = failure(error)
            code = types.INVALID_PARAMS if isinstance(error, UnknownArticle) else types.INTERNAL_ERROR
            raise MCPError(code, told["error"]["message"], told) from error
        text = types.TextResourceContents(
            uri=wanted.uri,
            mime_type="text/plain",
            text=found.text,
            _meta={"nutgraf/article": article_object(found)},
        )
        return types.ReadResourceResult(contents=[text])


def _described(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
        annotations=_READS,
    )
