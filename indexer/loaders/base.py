"""What every loader shares: options, the file that is read, and the reasons for what was left out of it."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nutgraf.indexer.errors import SourceError

ARTICLE_FIELDS = ("authors", "id", "published", "source", "text", "title", "url")


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How to read files. `max_bytes` bounds one document or one record (decompressed), never a record file.

    `fields` maps an article field to the key or column that holds it, where the names differ:
    {"title": "headline"}. `source` is the outlet of everything that is read. `file_dates` lets the time a
    file was last changed date an article that states no date.
    """

    max_bytes: int = 20_000_000
    fields: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None
    file_dates: bool = False

    def __post_init__(self) -> None:
        if self.max_bytes < 1:
            raise SourceError(f"max_bytes is {self.max_bytes}, expected 1 or more")
        unknown = sorted(set(self.fields) - set(ARTICLE_FIELDS))
        if unknown:
            hint = f"the fields of an article are {', '.join(ARTICLE_FIELDS)}"
            raise SourceError(f"unknown article field {unknown[0]!r}", hint=hint)

    def key(self, name: str) -> str:
        """Return the key or column that holds the article field `name`."""
        return self.fields.get(name, name)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that did not become an article; `reason` is a short fragment such as "empty file"."""

    origin: str
    reason: str


@dataclass(slots=True)
class RefusedDates:
    """Dates in one file that were not used for the same `reason`.

    `count` says how many; `origin` and `given` are the place and the words of the first.
    """

    reason: str
    origin: str
    given: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a fetched document beside its bytes: its address, and what a feed says of it.

    `published` is the date as it stands in the feed or sitemap; "" and () where nothing is said.
    """

    url: str
    title: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    source: str = ""


@dataclass(slots=True)
class SourceFile:
    """A file to read, how far it was read, and which dates in it were not used.

    `id_stem` is the id of an article that states neither an id nor a URL: the path as the user sees it.
    `position_bytes` advances to `size_bytes` (for a progress bar); `refused` has one entry a reason, so that
    a million bad records take no more memory than one.

    In a file of records `line` is that of the last record that was read. Records up to the line
    `resume_after` and the `lost` ones behind it are passed over: they were read before, or could not be.
    `passed` is called for each of them.

    Of a fetched document `address` is where it was asked for, which is its origin, and `entry` what is known
    of it beside its bytes; the file is a copy that is soon gone.
    """

    path: Path
    id_stem: str
    size_bytes: int
    position_bytes: int = 0
    line: int = 0
    resume_after: int = 0
    lost: int = 0
    passed: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)
    refused: dict[str, RefusedDates] = field(default_factory=dict)
    address: str = ""
    entry: Entry | None = None

    @property
    def origin(self) -> str:
        """The path, or the address, as text that can be shown and stored."""
        return self.address or shown(self.path)

    def origin_of(self, number: int | None) -> str:
        """Return the origin of the record in line `number`; of the file where it is None."""
        return self.origin if number is None else f"{self.origin}:{number}"

    def is_next(self, line: int) -> bool:
        """Whether the record in this line is to be read; notes that it is, or that it was lost."""
        self.line = line
        wanted = line > self.resume_after and not self.lost
        if not wanted:
            self.passed()
            self.lost -= line > self.resume_after
        return wanted

    def refuse(self, origin: str, given: str, reason: str) -> None:
        """Note that an article's date was not used."""
        note_refused(self.refused, origin, given, reason)


def note_refused(refused: dict[str, RefusedDates], origin: str, given: str, reason: str) -> None:
    """Count a date that was not used under its reason; the first of each reason is kept."""
    refused.setdefault(reason, RefusedDates(reason, origin, given)).count += 1


class UnreadableError(Exception):
    """This document cannot become an article; the message is the reason that the user reads."""


def shown(path: str | os.PathLike[str]) -> str:
    """Return a path as valid text: file names are bytes, and not all of them are UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def too_large(max_bytes: int) -> str:
    """Return the reason for a document over the limit, such as "larger than 20 MB"."""
    for unit, size in (("MB", 1_000_000), ("kB", 1_000)):
        if max_bytes >= size:
            return f"larger than {max_bytes / size:.3g} {unit}"
    return f"larger than {max_bytes} bytes"


def read_bytes(file: SourceFile, options: LoadOptions) -> bytes:
    """Read a whole document; UnreadableError where it is empty or over the limit."""
    if file.size_bytes > options.max_bytes:
        raise UnreadableError(too_large(options.max_bytes))
    with file.path.open("rb") as stream:
        data = stream.read(options.max_bytes + 1)
    if len(data) > options.max_bytes:
        raise UnreadableError(too_large(options.max_bytes))
    file.position_bytes = file.size_bytes
    if not data:
        raise UnreadableError("empty file")
    return data
