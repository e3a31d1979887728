"""Standing questions as values: what is watched, how it changed, and what a run of them found."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict
from urllib.parse import urlsplit

from nutgraf.indexer.filters import Filter
from nutgraf.indexer.watches import NEVER, ChangeRow, WatchRow
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.watching.standing import (
    ChangeJson,
    ChangeKind,
    Standing,
    WatchedAnswer,
    WatchedAnswerJson,
    answer_object,
)

MAX_WATCHES = 10_000
"""Watches of an archive: a bound on the work that each update causes, measured by `benchmarks.watching`."""


class WatchJson(TypedDict):
    """A standing question; days are ISO 8601, `webhook_host` is where its changes are sent.

    `asked` is false until its first answer is known. `rival` is the answer that stands against `answer`.
    """

    id: int
    question: str
    after: str | None
    before: str | None
    as_of: str | None
    source: list[str]
    min_probability: float | None
    time: bool
    webhook_host: str | None
    created: str
    revision: int
    asked: bool
    answer: WatchedAnswerJson | None
    rival: WatchedAnswerJson | None


class WatchChangeJson(ChangeJson):
    """A change of an answer: its number, its watch, and when it was found."""

    id: int
    watch: int
    at: str


class WatchRunJson(TypedDict):
    """What a run found: how many watches there are, how many of them were asked, and what changed."""

    watches: int
    asked: int
    changes: list[WatchChangeJson]


@dataclass(frozen=True, slots=True)
class Watch:
    """A standing question of an archive: it is asked again when new articles may touch it.

    `answer` is what it is answered with now, None without an answer, or until it was asked. `rival` is an
    answer that stands against it. `revision` grows with every edit.

    >>> import nutgraf
    >>> with nutgraf.open("seeds.nutgraf") as archive:
    ...     watch = archive.watch("What did China agree to on sanctions?")
    >>> watch.id, watch.answer.text
    (1, 'new United Nations sanctions against the North')
    """

    id: int
    inquiry: Inquiry
    webhook: str | None
    created: str
    revision: int
    asked: bool
    answer: WatchedAnswer | None
    rival: WatchedAnswer | None

    @classmethod
    def of(cls, row: WatchRow) -> "Watch":
        """Return the watch of a row."""
        standing = standing_of(row)
        return cls(
            row.id,
            inquiry_of(row.definition),
            row.webhook,
            row.created,
            row.revision,
            row.seen != NEVER,
            standing.answer,
            standing.rival,
        )

    @property
    def question(self) -> str:
        """The question."""
        return self.inquiry.question

    def to_dict(self) -> WatchJson:
        """Return the JSON object of a watch. Of the webhook it has the host: the rest may be a secret."""
        allow = self.inquiry.allow
        return {
            "id": self.id,
            "question": self.question,
            "after": _iso(allow.first),
            "before": _iso(allow.last),
            "as_of": _iso(allow.as_of),
            "source": list(allow.sources),
            "min_probability": self.inquiry.min_probability,
            "time": self.inquiry.use_time,
            "webhook_host": self.webhook and urlsplit(self.webhook).hostname,
            "created": self.created,
            "revision": self.revision,
            "asked": self.asked,
            "answer": answer_object(self.answer),
            "rival": answer_object(self.rival),
        }


@dataclass(frozen=True, slots=True)
class WatchChange:
    """A change of what a watch is answered with; `at` is when it was found, ISO 8601.

    `kind` is "new_answer", "other_answer", "more_outlets", "disputed" (`after` is said against `before`), or
    "gone" (the article of the answer was removed, and no other gives one).

    >>> import nutgraf
    >>> with nutgraf.open("tarn.nutgraf") as archive:
    ...     watch = archive.watch("Who leads the bank of Tarn?")
    ...     article = {"id": "t7", "text": "Ada Quill leads the bank of Tarn."}
    ...     change = archive.add(article).changes[0]
    >>> change.kind, change.before, change.after.text
    ('new_answer', None, 'Ada Quill')
    """

    id: int
    watch: int
    at: str
    question: str
    kind: ChangeKind
    before: WatchedAnswer | None
    after: WatchedAnswer | None

    @classmethod
    def of(cls, row: ChangeRow) -> "WatchChange":
        """Return the change of a row."""
        body: dict[str, Any] = json.loads(row.body)
        before, after = (body[key] and WatchedAnswer.from_dict(body[key]) for key in ("before", "after"))
        return cls(row.id, row.watch, row.at, body["question"], body["kind"], before, after)

    def to_dict(self) -> WatchChangeJson:
        """Return the JSON object of a change."""
        return {
            "id": self.id,
            "watch": self.watch,
            "at": self.at,
            "question": self.question,
            "kind": self.kind,
            "before": answer_object(self.before),
            "after": answer_object(self.after),
        }


@dataclass(frozen=True, slots=True)
class WatchRun:
    """What a run of the watches found: how many there are, how many were asked, and what changed.

    >>> import nutgraf
    >>> with nutgraf.open("seeds.nutgraf") as archive:
    ...     archive.run_watches()
    WatchRun(watches=0, asked=0, changes=())
    """

    watches: int
    asked: int
    changes: tuple[WatchChange, ...]

    def to_dict(self) -> WatchRunJson:
        """Return the JSON object of a run."""
        return {
            "watches": self.watches,
            "asked": self.asked,
            "changes": [change.to_dict() for change in self.changes],
        }


def definition_of(inquiry: Inquiry) -> str:
    """Return a question with its filters as text: equal for equal questions."""
    allow = inquiry.allow
    shown = {
        "question": inquiry.question,
        "first": _iso(allow.first),
        "last": _iso(allow.last),
        "as_of": _iso(allow.as_of),
        "sources": sorted({*allow.sources}),
        "min_probability": inquiry.min_probability,
        "time": inquiry.use_time,
    }
    return json.dumps(shown, ensure_ascii=False, sort_keys=True)


def inquiry_of(definition: str) -> Inquiry:
    """Return the question of `definition_of`."""
    shown: dict[str, Any] = json.loads(definition)
    first, last, as_of = (shown[key] and date.fromisoformat(shown[key]) for key in ("first", "last", "as_of"))
    allow = Filter(first, last, tuple(shown["sources"]), as_of)
    return Inquiry(shown["question"], 1, allow, shown["min_probability"], shown["time"])


def standing_of(row: WatchRow) -> Standing:
    """Return what a watch is answered with."""
    return Standing.from_dict(json.loads(row.state))


def state_of(standing: Standing) -> str:
    """Return what a watch is answered with as text."""
    return json.dumps(standing.to_dict(), ensure_ascii=False)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
