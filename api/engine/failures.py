"""What is told over the network of a failure: in full what a caller can mend, in plain words what none can.

Messages about the server's own files and models hold paths and process ids: those are for its log alone.
"""

import json
import logging

from nutgraf.api.engine.log import request_id
from nutgraf.errors import fields_object
from nutgraf.indexer.errors import IndexerError, IndexLocked, StorageFailed
from nutgraf.models.errors import ModelError
from nutgraf.objects import Json
from nutgraf.qa.errors import QAError

_PLAIN: dict[type[IndexerError | ModelError], str] = {
    IndexLocked: "another process writes to the index",
    StorageFailed: "the server's disk refused a read or a write",
    IndexerError: "the server's index cannot be used",
    ModelError: "a model of the server cannot be used",
}
log = logging.getLogger("nutgraf")


def failure_object(error: IndexerError | ModelError | QAError) -> Json:
    """Return the one error shape for a caller elsewhere; what says more than that is logged."""
    if isinstance(error, QAError):
        return fields_object(error)
    line = {"error": error.code, "message": str(error), "hint": error.hint}
    log.error(json.dumps(line, ensure_ascii=False))
    message = next(text for kind, text in _PLAIN.items() if isinstance(error, kind))
    under = f" under {request_id.get()}" if request_id.get() else ""
    hint = "try again later" if isinstance(error, IndexLocked) else f"the server's log has the cause{under}"
    return {"error": {"code": error.code, "message": message, "hint": hint}}
