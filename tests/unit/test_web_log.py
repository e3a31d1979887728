"""The server's log: every event is one line of JSON."""

import io
import json
import logging

import pytest

from nutgraf.api.engine.log import JsonLineFormatter, request_id


@pytest.fixture
def log() -> tuple[logging.Logger, io.StringIO]:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLineFormatter())
    logger = logging.Logger("of this test")
    logger.addHandler(handler)
    return logger, written


def test_an_event_keeps_its_fields_behind_its_time(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    logger.info('{"id": "7", "status": 200}')
    (line,) = written.getvalue().splitlines()
    event = json.loads(line)
    assert list(event) == ["time", "id", "status"]
    assert event["time"].endswith("+00:00")


def test_a_defect_is_one_line_with_its_traceback(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    logger.error("%s cannot be opened", "the index", exc_info=ValueError("first\nsecond"))
    (line,) = written.getvalue().splitlines()
    event = json.loads(line)
    assert event["message"] == "the index cannot be opened"
    assert event["traceback"].splitlines()[-2:] == ["ValueError: first", "second"]


@pytest.mark.parametrize("words", ["{not JSON", "7", "Invalid HTTP request received."])
def test_words_of_libraries_become_an_event(log: tuple[logging.Logger, io.StringIO], words: str) -> None:
    logger, written = log
    logger.warning(words)
    event = json.loads(written.getvalue())
    assert (list(event), event["message"]) == (["time", "message"], words)


def test_a_line_about_a_request_has_its_id(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    token = request_id.set("7")
    try:
        logger.info('{"question": "why"}')
    finally:
        request_id.reset(token)
    assert json.loads(written.getvalue()).items() >= {"id": "7", "question": "why"}.items()
