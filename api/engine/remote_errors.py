"""The error objects that callers elsewhere get, and what the log gets beside them.

A caller gets the whole message of an error that it can mend. Messages about files and models of the server
hold paths and process ids, so the caller gets plain words instead, and the log the rest. Of a defect of
nutgraf the caller gets the kind and the request id under which the log has the traceback.
"""

import json
import logging

from nutgraf.api.engine.log import request_id
from nutgraf.errors import (
    BadWatch,
    EmptyIndex,
    IndexerError,
    IndexLocked,
    LibraryPanicked,
    ModelError,
    NutgrafError,
    QAError,
    StorageFailed,
    error_object,
)
from nutgraf.objects import ErrorJson

_PLAIN: dict[type[NutgrafError], str] = {
    IndexLocked: "another process writes to the index",
    StorageFailed: "the server's disk refused a read or a write",
    IndexerError: "the server's index cannot be used",
    ModelError: "a model of the server cannot be used",
}
log = logging.getLogger("nutgraf")


def failure_object(error: NutgrafError) -> ErrorJson:
    """Return the error object for a caller elsewhere; where the message is not for callers, it is logged."""
    if isinstance(error, QAError | BadWatch):
        body = error_object(error)
        if isinstance(error, EmptyIndex):  # its own hint is a command of the command line
            body["error"]["hint"] = "articles have to be added to the archive first"
        return body
    if isinstance(error, LibraryPanicked):
        return defect_object(error)
    line = {"error": error.code, "message": str(error), "hint": error.hint}
    log.error(json.dumps(line, ensure_ascii=False))
    message = next(text for kind, text in _PLAIN.items() if isinstance(error, kind))
    under = f" under {request_id.get()}" if request_id.get() else ""
    hint = "try again later" if isinstance(error, IndexLocked) else f"the server's log has the cause{under}"
    return {"error": {"code": error.code, "message": message, "hint": hint}}


def defect_object(error: Exception) -> ErrorJson:
    """Log a defect of nutgraf with its traceback, and return the error object for the caller."""
    kind, under = type(error).__name__, request_id.get()
    log.error(json.dumps({"id": under, "defect": kind}), exc_info=error)
    message = f"a defect of nutgraf: {kind}; the log has it under {under}"
    hint = "please report it with what the log says"
    return {"error": {"code": "defect", "message": message, "hint": hint}}
