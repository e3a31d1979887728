"""Where the next page of a search begins: a place in the results, what was asked, and in which state."""

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
    """No cursor of ours, or one of another request."""

    code = "bad_cursor"


def request_hash(question: str, allow: Filter) -> str:
    """Return what two requests share that find the same; a page's size is no part of it.

    Days are those that were meant: tomorrow "last week" is another.
    """
    return sha256(repr((checked_question(question), allow)).encode()).hexdigest()[:16]


def cursor_at(place: int, asked: str, opened: OpenIndex) -> str:
    """Return what a client hands back to go on at that place; `asked` is the request's hash."""
    return base64.urlsafe_b64encode(f"{place}.{asked}.{_state(opened)}".encode()).decode()


def place_of(cursor: str, asked: str, opened: OpenIndex) -> int:
    """Return the place.

    Raises BadCursor, also for the cursor of another request, and StaleCursor when other things could be found
    there now.
    """
    try:
        place, made_for, state = base64.urlsafe_b64decode(cursor.encode()).decode().split(".", 2)
        first = int(place)
    except (binascii.Error, ValueError):
        first, made_for, state = 0, "", ""
    if not 1 <= first < MAX_TOP:
        raise BadCursor(f"cursor {cursor[:40]!r} is none of ours", hint="`next` of the page before")
    if made_for != asked:
        raise BadCursor(
            "the cursor is of another question, or of other filters",
            hint="the body of the page before with its `next`, or no cursor",
        )
    if state != _state(opened):
        raise StaleCursor(
            "the index has changed since the first page", hint="search again without the cursor"
        )
    return first


def _state(opened: OpenIndex) -> str:
    """Return what changes with anything that a search could find.

    Whatever comes or changes gets passages with new, higher ids; what goes leaves fewer of them.
    """
    index = opened.index
    return f"{index.manifest.token}.{index.counts.passages}.{index.last}"
