"""What a file of many articles is made of: records, which are articles, and members, which are documents.

A format that holds other documents (an archive, a mailbox) is a function that yields these parts.
`read_parts` makes articles of them, and counts each, so that a part which ends its worker costs that part
alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.assemble import ArticleDraft, assemble
from nutgraf.indexer.loaders.base import (
    BOMB,
    LoadOptions,
    Readable,
    Skipped,
    SourceFile,
    UnreadableError,
    check_fruitless,
)

MOST_DEPTH = 5
"""How deep files may stand in each other: an archive, a mailbox, a message, its attachment, and one more."""

Load: TypeAlias = Callable[[SourceFile, LoadOptions], Iterator[Article | Skipped]]


@dataclass(frozen=True, slots=True)
class Record:
    """An article in a file; `number` is its place there, from 1, or None where it is all that the file holds.

    `draft` is called once it is known that the record is to be read; it may raise UnreadableError.
    """

    draft: Callable[[], ArticleDraft]
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A document in a file; its `name` says who reads it, and `number` in which record it stands.

    `open` opens its bytes, of which there are `size_bytes`.
    """

    name: str
    open: Callable[[], Readable]
    size_bytes: int
    number: int | None = None
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class SkippedMember:
    """A document in a file that cannot be read, and why."""

    name: str
    reason: str
    number: int | None = None


Part: TypeAlias = Record | Member | SkippedMember
Split: TypeAlias = Callable[[SourceFile, LoadOptions], Iterator[Part]]
"""Yields the parts of a file in their order; raises UnreadableError where its rest cannot be read."""


def read_parts(
    parts: Iterator[Part],
    file: SourceFile,
    options: LoadOptions,
    load: Load,
    holds_records: Callable[[Path], bool],
) -> Iterator[Article | Skipped]:
    """Yield the articles of the parts of a file, and what was skipped.

    `load` reads a member, `holds_records` says whether a member counts its own records.
    """
    fruitless = 0
    names: dict[str, int] = {}  # of the members of this record, with how many have each
    number: int | None = None
    for part in parts:
        if file.is_bomb:
            raise UnreadableError(BOMB)
        check_fruitless(fruitless)
        if isinstance(part, Member):
            if part.number != number:
                names, number = {}, part.number
            part = replace(part, name=_free_name(part.name, names))  # noqa: PLW2901
            member = member_file(part, file)
            if member.depth > MOST_DEPTH:
                part = SkippedMember(part.name, f"stands in more than {MOST_DEPTH} files", part.number)  # noqa: PLW2901
            elif holds_records(member.path) or file.is_next(file.line + 1):
                yield from load(member, options)
        if not isinstance(part, Member) and file.is_next(file.line + 1):
            item = _record(part, file, options)
            yield item
            fruitless = 0 if isinstance(item, Article) else fruitless + 1


def _free_name(name: str, names: dict[str, int]) -> str:
    """Return the name of a member, with a number where those before it have the same, and note it."""
    folder, stroke, last = name.rpartition("/")
    stem, dot, suffix = last.partition(".")
    count, free = names.get(name, 0), name
    while free in names:
        count += 1
        free = f"{folder}{stroke}{stem}-{count}{dot}{suffix}"
    names[name] = count or 1
    names.setdefault(free, 1)
    return free


def member_file(member: Member, file: SourceFile) -> SourceFile:
    """Return a member as a file that can be read."""
    place = f"!{member.name}" if member.number is None else f":{member.number}!{member.name}"
    return SourceFile(
        Path(f"{file.path}{place}"),
        f"{file.id_stem}{place}",
        member.size_bytes,
        refused=file.refused,
        used=file.used,
        unused=file.unused,
        reached=file.reached,
        outer=file,
        opener=member.open,
        changed=member.changed,
    )


def with_known(draft: ArticleDraft, known: ArticleDraft) -> ArticleDraft:
    """Fill what a document leaves empty with what is known about it from elsewhere."""
    return replace(
        draft,
        title=draft.title or known.title,
        url=draft.url or known.url,
        source=draft.source or known.source,
        authors=draft.authors if any(draft.authors) else known.authors,
        dates=(*draft.dates, *known.dates),
        modified=(*draft.modified, *known.modified),
    )


def _record(part: Record | SkippedMember, file: SourceFile, options: LoadOptions) -> Article | Skipped:
    if isinstance(part, SkippedMember):
        return Skipped(f"{file.origin_of(part.number)}!{part.name}", part.reason)
    try:
        return assemble(part.draft(), file=file, number=part.number, options=options)
    except (ImportError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - parsers of untrusted files raise anything; the rest is read
        return Skipped(file.origin_of(part.number), reason_of(error))


def reason_of(error: Exception) -> str:
    """Return the reason that the user reads for what was raised while a document was read."""
    if isinstance(error, UnreadableError):
        return str(error)
    if isinstance(error, OSError):
        return f"cannot be read: {error.strerror or error}"
    return f"cannot be parsed ({type(error).__name__})"
