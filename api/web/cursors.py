"""Where the next page of a search begins: a place in the results, and what they were found in."""

import base64
import binascii

from api.service import Open
from qa.checks import MAX_TOP
from qa.errors import QAError


class StaleCursor(QAError):
    """The index has changed since the first page."""

    code = "stale_cursor"


class BadCursor(QAError):
    """No cursor of ours."""

    code = "bad_cursor"


def cursor_at(place: int, opened: Open) -> str:
    """Return what a client hands back to go on at that place."""
    return base64.urlsafe_b64encode(f"{place}.{_state(opened)}".encode()).decode()


def place_of(cursor: str, opened: Open) -> int:
    """Return the place; raises BadCursor, and StaleCursor when other things could be found there now."""
    try:
        place, _, state = base64.urlsafe_b64decode(cursor.encode()).decode().partition(".")
        first = int(place)
    except (binascii.Error, ValueError):
        first, state = 0, ""
    if not 1 <= first < MAX_TOP:
        raise BadCursor(f"cursor {cursor[:40]!r} is none of ours", hint="`next` of the page before")
    if state != _state(opened):
        raise StaleCursor(
            "the index has changed since the first page", hint="search again without the cursor"
        )
    return first


def _state(opened: Open) -> str:
    """Return what changes with anything that a search could find."""
    index = opened.index
    return f"{index.manifest.token}.{index.counts.passages}.{index.unpublished}"
