"""The cursor of a search: the place of the next page, the hash of the request, and the state of the index."""

import base64
import binascii
from hashlib import sha256

from nutgraf.indexer.filters import Filter
from nutgraf.opening import OpenIndex
from nutgraf.qa.checks import MAX_TOP, checked_question
from nutgraf.qa.errors import QAError


class StaleCursor(QAError):
    """The index has changed since the first page."""

    code = "stale_cursor"


class BadCursor(QAError):
    """The text is no cursor of nutgraf, or a cursor of another request."""

    code = "bad_cursor"


def request_hash(question: str, allow: Filter, *, use_time: bool) -> str:
    """Return the hash of a question, its filters, and whether its time counts; not of the size of a page.

    The days of the filter are resolved: "last week" has another hash in another week.
    """
    return sha256(repr((checked_question(question), allow, use_time)).encode()).hexdigest()[:16]


def cursor_at(place: int, request: str, opened: OpenIndex) -> str:
    """Return the cursor that goes on at a place in the results; `request` is the hash of the request."""
    return base64.urlsafe_b64encode(f"{place}.{request}.{_state(opened)}".encode()).decode()


def place_of(cursor: str, request: str, opened: OpenIndex) -> int:
    """Return the place in the results at which a cursor goes on; `request` is the hash of the request.

    Raises BadCursor for a text that is no cursor, and for a cursor of another request. Raises StaleCursor
    when the index has changed since, so that the results may be different.
    """
    try:
        text = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
        place, made_for, state = text.split(".", 2)
        first = int(place) if place == str(int(place)) else 0  # int() also reads "+1", "1_0" and "\u0661"
    except (binascii.Error, ValueError):
        first, made_for, state = 0, "", ""
    if not 1 <= first < MAX_TOP:
        raise BadCursor(
            f"cursor {cursor[:40]!r} does not come from this server",
            hint="send `next` of the page before",
        )
    if made_for != request:
        raise BadCursor(
            "the cursor is of another question, or of other filters",
            hint="send the body of the page before with its `next`, or no cursor",
        )
    if state != _state(opened):
        raise StaleCursor(
            "the index has changed since the first page", hint="search again without the cursor"
        )
    return first


def _state(opened: OpenIndex) -> str:
    """Return a text that changes whenever the results of a search can change.

    An article that is added or changed gets passages with higher ids; removing one leaves fewer passages.
    """
    state = opened.index.state
    return f"{state.token}.{state.counts.passages}.{state.last_passage}"
