"""Articles that come as lines of JSON: stored some at a time while they come, with a line about each."""

import json
from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

from api.errors import NutgrafError, fields_object
from api.schemas import Json
from api.web.refused import Refused
from api.web.writing import CHANGES, Writer

UPLOAD_LINES = 32
"""Lines of an upload that are stored in one turn."""

LONGEST_LINE = 1_000_000
"""Bytes of an upload's line: as much as a single article may have."""


async def stored_lines(parts: AsyncIterable[bytes], writer: Writer) -> str:
    """Store an upload as it comes, and return a line about each of its lines.

    They are sent when all are stored: most clients read nothing before they have sent everything. An error
    after something was stored is told as the last line.
    """
    told, stored = list[Json](), False
    try:
        async for lines in _chunks(parts):
            records = [_record(line) for line in lines]
            results = iter(await writer.add([r for r in records if isinstance(r, dict)]))
            for record in records:
                bad = {"status": "skipped", "reason": record}
                result = next(results) if isinstance(record, dict) else bad
                stored = stored or result["status"] in CHANGES
                told.append({"line": len(told) + 1} | result)
    except (*NutgrafError, Refused) as error:
        if not stored:
            raise
        told.append({"line": len(told) + 1} | _told(error))
    if stored:
        await writer.found()
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in told)


def _told(error: Exception) -> Json:
    if isinstance(error, Refused):
        return error.shape
    assert isinstance(error, NutgrafError)
    return fields_object(error)


async def _chunks(parts: AsyncIterable[bytes]) -> AsyncIterator[list[bytes]]:
    """Yield the lines of a body that are not blank, some at a time; a line that is too long is cut."""
    rest, lines = bytearray(), list[bytes]()
    async for part in parts:
        *ended, left = part.split(b"\n")
        for piece in ended:
            rest += piece[: LONGEST_LINE + 1 - len(rest)]
            if rest.strip():
                lines.append(bytes(rest))
            rest.clear()
        rest += left[: LONGEST_LINE + 1 - len(rest)]
        while len(lines) >= UPLOAD_LINES:
            yield lines[:UPLOAD_LINES]
            del lines[:UPLOAD_LINES]
    yield [*lines, *([bytes(rest)] if rest.strip() else [])]


def _record(line: bytes) -> dict[str, Any] | str:
    """Return a line's object, or why it is none."""
    if len(line) > LONGEST_LINE:
        return f"it has more than {LONGEST_LINE:,} bytes"
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return "it is not JSON"
    return value if isinstance(value, dict) else "it is not a JSON object"
