"""What a worker process runs: it reads tasks from its standard input and answers on its standard output.

A worker is started by `pool` alone. It ends when its input ends, when a document takes too long, and after
any failure that is not about the document: what such a failure leaves behind is not trusted.
"""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from typing import BinaryIO, TypeVar

import numpy as np
from numpy.typing import NDArray

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.formats import load
from nutgraf.indexer.loaders.records.record import record_to_article
from nutgraf.indexer.passages import PassageRule, split
from nutgraf.indexer.sandbox.confine import Stopwatch, confine
from nutgraf.indexer.sandbox.limits import Limits
from nutgraf.indexer.sandbox.messages import (
    Message,
    end_message,
    file_of,
    item_message,
    line_of,
    link_message,
    message_of,
    options_of,
)
from nutgraf.indexer.web.listing import read_listing

Item = TypeVar("Item")

_WORD = re.compile(r"\S+")
_LONG = 500_000  # characters, as many as a long book; shorter texts are split in a moment
_TOKENS = 256  # as many as the encoder in the box takes


def main(seconds: float, memory_mb: int) -> None:
    """Work on tasks until there are no more."""
    limits = Limits(seconds, memory_mb)
    tasks, answers = _pipes()
    confine(limits)
    stopwatch = Stopwatch(limits)

    def send(message: Message) -> None:
        answers.write(line_of(message))
        answers.flush()

    for line in tasks:
        try:
            for message in _answers(message_of(line), stopwatch):
                send(message)
        except MemoryError:
            send({"fault": "memory"})
            return
        except BaseException as error:  # noqa: BLE001 - a parser in Rust raises what is no Exception
            send({"fault": type(error).__name__})
            return


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return the input and the output; whatever libraries print goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(nowhere, number)
    return sys.stdin.buffer, answers


def _answers(task: Message, stopwatch: Stopwatch) -> Iterator[Message]:
    """Yield a message for each item of a task, and one that ends it."""
    options = options_of(task)
    stopwatch.reached(True)
    if task["task"] == "file":
        file = file_of(task)
        file.reached = stopwatch.reached
        stopwatch.reached(not file.lost)
        for item in _timed(load(file, options), stopwatch):
            yield {**item_message(item), "position": file.position_bytes, "line": file.line}
        yield end_message(file.refused, file.unused)
        return
    if task["task"] == "links":
        yield from map(link_message, _timed(read_listing(file_of(task), options), stopwatch))
        yield end_message({}, {})
        return
    for record in task["records"]:
        dates: list[tuple[str, str]] = []
        items = (record_to_article(r, options, partial(_note, dates)) for r in [record])
        for item in _timed(items, stopwatch):
            yield {**item_message(item), "dates": dates}
    yield end_message({}, {})


def _note(dates: list[tuple[str, str]], given: str, reason: str) -> None:
    """Note a date that was not used, and why."""
    dates.append((given, reason))


def _timed(items: Iterator[Item], stopwatch: Stopwatch) -> Iterator[Item]:
    """Yield the items, each within the limit; the time until the next is asked for does not count."""
    while True:
        stopwatch.restart()
        item = next(items, None)
        if isinstance(item, Article) and len(item.text) > _LONG:
            _split(item)
        stopwatch.stop()
        if item is None:
            return
        yield item


def _split(article: Article) -> None:
    """Split a long article as indexing will: a text that takes too long there must not come so far.

    Words stand for tokens, since no model is loaded here; the work is of the same kind.
    """
    split(article.text, article.title, PassageRule(), token_spans=_words, max_tokens=_TOKENS)


def _words(texts: Sequence[str]) -> list[NDArray[np.int32]]:
    spans = ([match.span() for match in _WORD.finditer(text)] for text in texts)
    return [np.array([*matches], np.int32).reshape(-1, 2) for matches in spans]
