"""The log of a server: one line of JSON for each event, on standard error.

It holds no question, unless the server was started with --log-questions.
"""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

from nutgraf.api.engine.engine import Observer
from nutgraf.qa.result import QuestionResult

_LOG = logging.getLogger("nutgraf")

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that is being answered. The guard sets it; every line about the request has it."""


class JsonLineFormatter(logging.Formatter):
    """Formats each event as one line of JSON with its time and request id, a traceback in the same line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of an event; its message is a JSON object, or words."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        request = {"id": request_id.get()} if request_id.get() else {}
        line = {"time": time} | request | _event(record.getMessage())
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def log_to_stderr() -> None:
    """Write the events of this server and the warnings of its libraries to standard error, in one form."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLineFormatter())
    logging.getLogger().addHandler(handler)
    logging.captureWarnings(True)
    _LOG.setLevel(logging.INFO)


def _event(message: str) -> dict[str, object]:
    """Return the JSON object that a message holds, or an object with its words as `message`."""
    try:
        event = json.loads(message)
    except ValueError:
        event = None
    return event if isinstance(event, dict) else {"message": message}


class QuestionLog:
    """An observer that logs every question with its outcome, and passes each call on to another observer."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    def batch(self, size: int) -> None:
        """Pass the size of a batch on."""
        self._observer.batch(size)

    def asked(self, result: QuestionResult) -> None:
        """Log the question, its outcome, and its best guess with the probability of that."""
        self._observer.asked(result)
        best = result.best[0] if result.best else None
        line = {
            "question": result.question,
            "outcome": result.abstention.code if result.abstention else "answered",
            "best": best and best.text,
            "probability": best and round(best.probability, 4),
            "article": best and best.span.article.id,
        }
        _LOG.info(json.dumps(line, ensure_ascii=False))
