"""What goes through the pipes between nutgraf and a worker: one line of JSON for each message.

Nothing is unpickled: a worker that a document has taken over can send words, but no code.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import Entry, LoadOptions, RefusedDates, Skipped, SourceFile
from nutgraf.indexer.web.links import Link

Message = dict[str, Any]

_MOMENTS = ("published", "modified", "ingested_at")
_OF_FILES = ("id_stem", "size_bytes", "resume_after", "lost", "address")


class BadMessage(Exception):
    """A worker sent what no worker sends."""


def line_of(message: Mapping[str, object]) -> bytes:
    """Return a message as a line; lone surrogates, which file names can have, are escaped."""
    return (json.dumps(message, ensure_ascii=True) + "\n").encode("ascii")


def message_of(line: bytes) -> Message:
    """Return the message of a line; raises BadMessage."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadMessage("a line is not JSON") from error
    if not isinstance(message, dict):
        raise BadMessage("a line is not an object")
    return message


def file_task(file: SourceFile, options: LoadOptions) -> Message:
    """Return the task to read a file."""
    return {"task": "file", "file": _described(file), **_options(options)}


def links_task(file: SourceFile, options: LoadOptions) -> Message:
    """Return the task to read the links of a feed or sitemap."""
    return {"task": "links", "file": _described(file), **_options(options)}


def _described(file: SourceFile) -> Message:
    described = {name: getattr(file, name) for name in _OF_FILES}
    return {**described, "path": str(file.path), "entry": file.entry and asdict(file.entry)}


def records_task(records: Sequence[Mapping[str, object]], options: LoadOptions) -> Message:
    """Return the task to make articles of records; their values must be what JSON has."""
    return {"task": "records", "records": list(records), **_options(options)}


def _options(options: LoadOptions) -> Message:
    return {"options": {**asdict(options), "fields": dict(options.fields)}}


def options_of(message: Message) -> LoadOptions:
    """Return the options of a task."""
    return LoadOptions(**message["options"])


def file_of(message: Message) -> SourceFile:
    """Return the file of a task."""
    described = message["file"]
    entry = described["entry"] and _entry(described["entry"])
    return SourceFile(**{**described, "path": Path(described["path"]), "entry": entry})


def _entry(values: Mapping[str, Any]) -> Entry:
    authors = tuple(map(str, values["authors"]))
    return Entry(**{name: str(value) for name, value in values.items() if name != "authors"}, authors=authors)


def item_message(item: Article | Skipped) -> Message:
    """Return the message of an article, or of what was skipped."""
    if isinstance(item, Skipped):
        return {"skipped": asdict(item)}
    moments = {name: moment.isoformat() for name in _MOMENTS if (moment := getattr(item, name))}
    return {"article": {**asdict(item), **moments}}


def item_of(message: Message) -> Article | Skipped:
    """Return the article of a message, or what was skipped; raises BadMessage.

    The article was made by `assemble`, which checks all that `nutgraf.indexer.storage` expects.
    """
    try:
        if "skipped" in message:
            return Skipped(str(message["skipped"]["origin"]), str(message["skipped"]["reason"]))
        article = dict(message["article"])
        values: dict[str, Any] = {
            "authors": tuple(map(str, article.pop("authors"))),
            "page_breaks": tuple(map(int, article.pop("page_breaks"))),
        }
        for name in _MOMENTS:
            moment = article.pop(name)
            values[name] = None if moment is None else datetime.fromisoformat(moment)
        values |= {name: None if value is None else str(value) for name, value in article.items()}
        return Article(**values)
    except (KeyError, TypeError, ValueError) as error:
        raise BadMessage("a message is no article") from error


def dates_of(message: Message) -> list[tuple[str, str]]:
    """Return (words, reason) of the dates of a record that were not used; raises BadMessage."""
    try:
        return [(str(given), str(reason)) for given, reason in message["dates"]]
    except (KeyError, TypeError, ValueError) as error:
        raise BadMessage("a message has no dates") from error


def link_message(link: Link | Skipped) -> Message:
    """Return the message of a link, or of what was skipped."""
    return item_message(link) if isinstance(link, Skipped) else {"link": asdict(link)}


def link_of(message: Message) -> Link | Skipped:
    """Return the link of a message, or what was skipped; raises BadMessage."""
    if "skipped" in message:
        item = item_of(message)
        assert isinstance(item, Skipped), "the message says so"
        return item
    try:
        link = message["link"]
        changed, html = str(link["changed"]), str(link["html"])
        return Link(_entry(link["entry"]), changed, html, is_listing=bool(link["is_listing"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise BadMessage("a message is no link") from error


def end_message(refused: Mapping[str, RefusedDates], unused: Mapping[str, str]) -> Message:
    """Return the message that ends a task, with the dates and the fields that were not used."""
    return {
        "refused": {reason: asdict(dates) for reason, dates in refused.items()},
        "unused": dict(unused),
    }


def refused_of(message: Message) -> dict[str, RefusedDates]:
    """Return the dates of a file that were not used, by reason; raises BadMessage."""
    try:
        return {str(reason): RefusedDates(**dates) for reason, dates in message["refused"].items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise BadMessage("a message has no refused dates") from error


def unused_of(message: Message) -> dict[str, str]:
    """Return the fields of a file that were not used, and what each resembles; raises BadMessage."""
    try:
        return {str(name): str(resembled) for name, resembled in message["unused"].items()}
    except (KeyError, AttributeError) as error:
        raise BadMessage("a message has no unused fields") from error
