"""The error object that an agent gets when a call of a tool fails, in words that an agent can act on."""

import json
import logging

from pydantic import ValidationError

from nutgraf.api.engine.limits import Busy
from nutgraf.api.engine.remote_errors import failure_object
from nutgraf.api.mcp.tools import Tool
from nutgraf.api.terminal.console import visible
from nutgraf.errors import LibraryPanicked, NutgrafError, UnknownArticle, UnknownWatch
from nutgraf.objects import ErrorJson

MOST_CHARS = 500
"""Characters of a message, which may repeat what was sent. Not measured: it keeps messages readable."""

log = logging.getLogger("nutgraf")


def tool_error(error: Exception, tool: Tool | None = None) -> ErrorJson:
    """Return the error object of any exception; of a defect it holds only the kind."""
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "arguments"
        return _error("bad_request", f"{where}: {first['msg']}", _arguments(tool))
    if isinstance(error, TimeoutError):
        return _error(Busy.code, "there was no answer in time", "try again later")
    if isinstance(error, UnknownArticle):
        return _error(error.code, str(error), "search_news and ask_news give the ids of articles")
    if isinstance(error, UnknownWatch):
        return _error(error.code, str(error), "list_watches gives the ids of watches")
    if isinstance(error, NutgrafError) and not isinstance(error, LibraryPanicked):
        return _error(**failure_object(error)["error"])
    kind = type(error).__name__
    log.error(json.dumps({"tool": tool and tool.name, "defect": kind}), exc_info=error)
    return _error("defect", f"a defect of nutgraf: {kind}", "its log has more; please report it")


def _arguments(tool: Tool | None) -> str:
    if tool is None:
        return "see the tool's schema"
    return f"{tool.name} takes {', '.join(tool.arguments.model_fields) or 'no arguments'}"


def _error(code: str, message: str, hint: str) -> ErrorJson:
    code, message, hint = (visible(text[:MOST_CHARS]) for text in (code, message, hint))
    return {"error": {"code": code, "message": message, "hint": hint}}
