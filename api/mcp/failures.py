"""What an agent is told when a call fails: the one error shape, in words that an agent can act on."""

import json
import logging

from pydantic import ValidationError

from nutgraf.api.engine.engine import Busy
from nutgraf.api.engine.failures import failure_object
from nutgraf.api.mcp.tools import Tool
from nutgraf.api.terminal.console import visible
from nutgraf.errors import NutgrafError, UnknownArticle
from nutgraf.objects import Json

MOST_CHARS = 500
"""Of a message: it may repeat what was sent, and that can be long."""

log = logging.getLogger("nutgraf")


def failure(error: Exception, tool: Tool | None = None) -> Json:
    """Return the error shape of whatever went wrong; a defect only by its kind."""
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "arguments"
        return _shaped("bad_request", f"{where}: {first['msg']}", _taken(tool))
    if isinstance(error, TimeoutError):
        return _shaped(Busy.code, "there was no answer in time", "try again later")
    if isinstance(error, UnknownArticle):
        return _shaped(error.code, str(error), "search_news and ask_news give the ids of articles")
    if isinstance(error, NutgrafError):
        return _shaped(**failure_object(error)["error"])
    kind = type(error).__name__
    log.error(json.dumps({"tool": tool and tool.name, "defect": kind}), exc_info=error)
    return _shaped("defect", f"a defect of nutgraf: {kind}", "its log has more; please report it")


def _taken(tool: Tool | None) -> str:
    return f"{tool.name} takes {', '.join(tool.takes.model_fields)}" if tool else "see the tool's schema"


def _shaped(code: str, message: str, hint: str) -> Json:
    shape = {"code": code, "message": message, "hint": hint}
    return {"error": {name: visible(text[:MOST_CHARS]) for name, text in shape.items()}}
