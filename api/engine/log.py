"""The server's log: a line of JSON an event, on standard error. No question is in it unless asked for."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

from nutgraf.api.engine.engine import Observer
from nutgraf.objects import Json
from nutgraf.qa.result import QuestionResult

_LOG = logging.getLogger("nutgraf")

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Of the request that is worked for; the guard sets it, and it stands in every line about that request."""


class Lines(logging.Formatter):
    """One line of JSON an event, with its time and request; also of a defect, however long its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; an event is an object of JSON, or words."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        asker = {"id": request_id.get()} if request_id.get() else {}
        line = {"time": time} | asker | _event(record.getMessage())
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def log_to_stderr() -> None:
    """Write what this server logs to standard error, and what its libraries warn of, in the same form."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    logging.getLogger().addHandler(handler)
    logging.captureWarnings(True)
    _LOG.setLevel(logging.INFO)


def _event(message: str) -> Json:
    """Return the object that a message is, or one that holds its words."""
    try:
        event = json.loads(message)
    except ValueError:
        event = None
    return event if isinstance(event, dict) else {"message": message}


class QuestionLog:
    """Notes every question and what became of it, and hands on what it is told."""

    def __init__(self, other: Observer) -> None:
        self._other = other

    def batch(self, size: int) -> None:
        """Hand on."""
        self._other.batch(size)

    def asked(self, outcome: QuestionResult) -> None:
        """Note the question, how it ended, its best guess and how sure that is."""
        self._other.asked(outcome)
        best = outcome.best[0] if outcome.best else None
        line = {
            "question": outcome.question,
            "outcome": outcome.abstention.code if outcome.abstention else "answered",
            "best": best and best.text,
            "probability": best and round(best.probability, 4),
            "article": best and best.span.article.id,
        }
        _LOG.info(json.dumps(line, ensure_ascii=False))
