"""Articles that come as lines of JSON: stored some at a time while they come, with a line about each."""

import json
from codecs import BOM_UTF8
from collections.abc import AsyncIterable, AsyncIterator

from nutgraf.api.engine.failures import failure_object
from nutgraf.api.engine.writer import CHANGES, Writer
from nutgraf.api.objects.requests import article_record
from nutgraf.api.web.refused import RequestRefused
from nutgraf.errors import NutgrafError
from nutgraf.objects import Json

UPLOAD_LINES = 32
"""Lines of an upload that are stored in one turn."""

MOST_LINES = 100_000
"""Lines of an upload, blank ones too: what is told of each is kept until all are stored."""

LONGEST_LINE = 1_000_000
"""Bytes of an upload's line: as much as a single article may have."""


async def stored_lines(parts: AsyncIterable[bytes], writer: Writer) -> str:
    """Store an upload as it comes, and return a line about each of its lines.

    They are sent when all are stored: most clients read nothing before they have sent everything. An error
    after something was stored is told as the last line.
    """
    told, stored = list[str](), False
    try:
        async for lines in _chunks(parts):
            records = [_record(line) for line in lines]
            results = iter(await writer.add([r for r in records if isinstance(r, dict)]))
            for record in records:
                bad = {"status": "skipped", "reason": record}
                result = next(results) if isinstance(record, dict) else bad
                stored = stored or result["status"] in CHANGES
                told.append(_line(len(told) + 1, result))
    except (*NutgrafError, RequestRefused) as error:
        if not stored:
            raise
        told.append(_line(len(told) + 1, _told(error)))
    if stored:
        await writer.found()
    return "".join(told)


def _line(number: int, result: Json) -> str:
    return json.dumps({"line": number} | result, ensure_ascii=False) + "\n"


def _told(error: Exception) -> Json:
    if isinstance(error, RequestRefused):
        return error.shape
    assert isinstance(error, NutgrafError)
    return failure_object(error)


async def _chunks(parts: AsyncIterable[bytes]) -> AsyncIterator[list[bytes]]:
    """Yield the lines of a body that are not blank, some at a time; a line that is too long is cut."""
    rest, lines, count = bytearray(), list[bytes](), 0
    async for part in parts:
        *ended, left = part.split(b"\n")
        too_many = count + len(ended) + bool(left) > MOST_LINES
        for piece in ended[: MOST_LINES - count]:
            rest += piece[: LONGEST_LINE + 1 - len(rest)]
            if rest.strip():
                lines.append(bytes(rest))
            rest.clear()
        count += len(ended)
        rest += left[: LONGEST_LINE + 1 - len(rest)]
        while len(lines) >= UPLOAD_LINES:
            yield lines[:UPLOAD_LINES]
            del lines[:UPLOAD_LINES]
        if too_many:
            yield lines
            raise _too_many()
    yield [*lines, *([bytes(rest)] if rest.strip() else [])]


def _too_many() -> RequestRefused:
    return RequestRefused(
        413, "too_large", f"the upload has more than {MOST_LINES:,} lines", "send less at a time"
    )


def _record(line: bytes) -> Json | str:
    """Return a line's article, or why it is none."""
    if len(line) > LONGEST_LINE:
        return f"it has more than {LONGEST_LINE:,} bytes"
    return article_record(line.removeprefix(BOM_UTF8))
