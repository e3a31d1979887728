"""Uploads with one article in each line: stored in parts while they arrive, answered with a line for each."""

import json
from codecs import BOM_UTF8
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from typing import Any, NamedTuple

from nutgraf.api.engine.remote_errors import failure_object
from nutgraf.api.engine.writer import CHANGES, Writer
from nutgraf.api.objects.requests import article_record
from nutgraf.api.web.request_refused import RequestRefused
from nutgraf.errors import NutgrafError
from nutgraf.objects import ErrorJson, StoredJson

UPLOAD_LINES = 32
"""Lines of an upload that are stored in one transaction. Not measured."""

MOST_LINES = 100_000
"""Most lines of an upload, blank ones included: the answers to all lines are in memory together."""

LONGEST_LINE = 1_000_000
"""Most bytes of a line: as many as the body of a single article may have."""


async def stored_lines(parts: AsyncIterable[bytes], writer: Writer, *, publish: bool) -> str:
    """Store an upload while it arrives, and return one line of JSON about each of its lines.

    The lines are sent when all articles are stored, because most clients read nothing before they have sent
    everything. An error after something was stored is the last line. With `publish` searches by words find
    the articles, too, when the lines are returned.
    """
    answers, stored, number = list[str](), False, 1  # the number of the next line to answer
    try:
        async for lines in _chunks(parts):
            records = {line.number: _record(line.content) for line in lines}
            number = next(iter(records), number)
            results = iter(await writer.add([r for r in records.values() if isinstance(r, dict)]))
            for number, record in records.items():
                result: StoredJson = (
                    next(results) if isinstance(record, dict) else {"status": "skipped", "reason": record}
                )
                stored = stored or result["status"] in CHANGES
                answers.append(_answer(number, result))
            number += bool(records)
    except (NutgrafError, RequestRefused) as error:
        if not stored:
            raise
        answers.append(_answer(number, _error_body(error)))
    if stored or publish:
        await writer.refresh(publish=publish)
    return "".join(answers)


class _Line(NamedTuple):
    """A line of an upload that is not blank, and its number, from 1 on; blank lines count."""

    number: int
    content: bytes


def _answer(number: int, result: Mapping[str, object]) -> str:
    return json.dumps({"line": number, **result}, ensure_ascii=False) + "\n"


def _error_body(error: Exception) -> ErrorJson:
    if isinstance(error, RequestRefused):
        return error.body
    assert isinstance(error, NutgrafError)
    return failure_object(error)


async def _chunks(parts: AsyncIterable[bytes]) -> AsyncIterator[list[_Line]]:
    """Yield the lines of a body, some at a time, without blank ones; a line that is too long is cut."""
    rest, lines, count = bytearray(), list[_Line](), 0
    async for part in parts:
        *ended, left = part.split(b"\n")
        too_many = count + len(ended) + bool(left) > MOST_LINES
        for number, piece in enumerate(ended[: MOST_LINES - count], count + 1):
            rest += piece[: LONGEST_LINE + 1 - len(rest)]
            if rest.strip():
                lines.append(_Line(number, bytes(rest)))
            rest.clear()
        count += len(ended)
        rest += left[: LONGEST_LINE + 1 - len(rest)]
        while len(lines) >= UPLOAD_LINES:
            yield lines[:UPLOAD_LINES]
            del lines[:UPLOAD_LINES]
        if too_many:
            yield lines
            raise _too_many()
    yield [*lines, *([_Line(count + 1, bytes(rest))] if rest.strip() else [])]


def _too_many() -> RequestRefused:
    return RequestRefused(
        413, "too_large", f"the upload has more than {MOST_LINES:,} lines", "send less at a time"
    )


def _record(line: bytes) -> dict[str, Any] | str:
    """Return the record of a line, or the reason why the line is refused."""
    if len(line) > LONGEST_LINE:
        return f"it has more than {LONGEST_LINE:,} bytes"
    return article_record(line.removeprefix(BOM_UTF8))
