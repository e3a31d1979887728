"""What every loader shares: options, the file that is read, and the reasons for what was left out of it."""

import io
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from nutgraf.indexer.errors import SourceError

BUFFER_BYTES = 200_000
"""How much of a file is read at once, and how far `peek` sees: enough to tell its encoding."""

# A news archive shrinks 3 to 10 times; one that shrinks 200 times was made to fill a disk.
BOMB_RATIO = 200
_UNPACKED_BYTES = 20_000_000  # this much is unpacked of any file, whatever the ratio

MOST_FRUITLESS = 100_000
"""A file that goes on for so many records without an article is no file of articles."""

ARTICLE_FIELDS = ("authors", "id", "published", "source", "text", "title", "url")


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How to read files. `max_bytes` bounds one document or one record (decompressed), never a record file.

    `fields` maps an article field to the key or column that holds it, where the names differ:
    {"title": "headline"}. `source` is the outlet of everything that is read. `file_dates` lets the time a
    file was last changed date an article that states no date. `ocr` names the languages, as Tesseract does
    ("eng+deu"), in which pages without a text layer are read; they are left out where it is empty.
    """

    max_bytes: int = 20_000_000
    fields: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None
    file_dates: bool = False
    ocr: str = ""

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
class UnusedFields:
    """Fields, or columns, of one file that hold something of which no article was made.

    `names` are those that look like a field of an article first; `resembles` says which field each of these
    looks like, so that `LoadOptions.fields` can name it: {"pubdatum": "published"}. `origin` is the file.
    """

    origin: str
    names: tuple[str, ...]
    resembles: Mapping[str, str]


class Readable(Protocol):
    """A stream of bytes that is read from its beginning to its end."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most `size`; none at the end."""

    def close(self) -> None:
        """Close the stream."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a fetched document beside its bytes: its address, and what a feed says of it.

    `published` is the date as it stands in the feed or sitemap; "" and () where nothing is said. `id` is that
    of an entry without an address.
    """

    url: str
    title: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    source: str = ""
    id: str = ""


@dataclass(slots=True)
class SourceFile:
    """A file to read, how far it was read, and which dates in it were not used.

    `id_stem` is the id of an article that states neither an id nor a URL: the path as the user sees it.
    `position_bytes` advances to `size_bytes` (for a progress bar); `refused` has one entry a reason, so that
    a million bad records take no more memory than one. `used` are the fields of its records that articles
    were made of, `unused` others that hold something, each with the field of an article that it resembles.

    In a file of records `line` is that of the last record that was read. Records up to the line
    `resume_after` and the `lost` ones behind it are passed over: they were read before, or could not be.
    `reached` is called for each record, with whether it is to be read.

    A member of another file, such as an archive, has that file as `outer`; `opener` opens its bytes, and
    `changed` is when it was last changed. Its records count as records of the outermost file.

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
    reached: Callable[[bool], None] = field(default=lambda _: None, repr=False, compare=False)
    refused: dict[str, RefusedDates] = field(default_factory=dict)
    used: set[str] = field(default_factory=set, repr=False, compare=False)
    unused: dict[str, str] = field(default_factory=dict)
    outer: "SourceFile | None" = None
    opener: Callable[[], Readable] | None = field(default=None, repr=False, compare=False)
    changed: datetime | None = None
    unpacked_bytes: int = field(default=0, repr=False, compare=False)
    address: str = ""
    entry: Entry | None = None

    def open(self) -> io.BufferedReader:
        """Open the file, or the member, for reading from its beginning."""
        if self.opener is None:
            return io.BufferedReader(self.path.open("rb", buffering=0), BUFFER_BYTES)
        return io.BufferedReader(_Forward(self.opener()), BUFFER_BYTES)

    @property
    def depth(self) -> int:
        """In how many files this one stands: 0 for a file on disk."""
        return 0 if self.outer is None else 1 + self.outer.depth

    @property
    def is_bomb(self) -> bool:
        """Whether so much was unpacked from the outermost file that no more is to be."""
        if self.outer is not None:
            return self.outer.is_bomb
        return self.unpacked_bytes > BOMB_RATIO * self.size_bytes + _UNPACKED_BYTES

    def unpacked(self, count: int) -> None:
        """Count bytes that were unpacked from this file; UnreadableError where they are too many."""
        file = self
        while file.outer is not None:
            file = file.outer
        file.unpacked_bytes += count
        if file.is_bomb:
            raise UnreadableError(BOMB)

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
        if self.outer is not None:
            return self.outer.is_next(self.outer.line + 1)
        wanted = line > self.resume_after and not self.lost
        self.reached(wanted)
        if not wanted:
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


BOMB = f"unpacks to more than {BOMB_RATIO} times its size; the rest was not read"
"""The reason for a file that was made to fill a disk."""


def check_fruitless(count: int) -> None:
    """Raise UnreadableError where so many records in a row were no articles."""
    if count > MOST_FRUITLESS:
        raise UnreadableError(f"no article in {MOST_FRUITLESS:,} records; the rest was not read")


class _Forward(io.RawIOBase):
    """A stream that is read once, from its beginning to its end."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - typeshed has no name for a writable buffer
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def tell(self) -> int:
        return self._position

    def close(self) -> None:
        self._stream.close()
        super().close()


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
    with file.open() as stream:
        data = stream.read(options.max_bytes + 1)
    if len(data) > options.max_bytes:
        raise UnreadableError(too_large(options.max_bytes))
    file.position_bytes = file.size_bytes
    if not data:
        raise UnreadableError("empty file")
    return data
