"""What is told of a fault of our own: its kind to the client, the rest to the log, under one id."""

import json
import logging

from starlette.requests import Request

from nutgraf.objects import Json


def defect_object(request: Request, error: Exception) -> Json:
    """Log it, and return the one error shape."""
    request_id, kind = getattr(request.state, "request_id", None), type(error).__name__
    logging.getLogger("nutgraf").error(json.dumps({"id": request_id, "defect": kind}), exc_info=error)
    message = f"a defect of nutgraf: {kind}; the log has it under {request_id}"
    return {
        "error": {"code": "defect", "message": message, "hint": "please report it with what the log says"}
    }
