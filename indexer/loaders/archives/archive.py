"""Unpacks zip and tar archives, one member at a time and never to disk. Knows no formats of members.

A zip archive in another file is held in memory, because its list of members stands at its end; every other
archive is a stream.
"""

import gzip
import io
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Set
from datetime import UTC, datetime
from lzma import LZMAError
from typing import IO, cast

from nutgraf.indexer.loaders.archives.members import Member, Part, SkippedMember
from nutgraf.indexer.loaders.base import LoadOptions, Readable, SourceFile, UnreadableError, read_bytes
from nutgraf.indexer.loaders.saved_pages import pages_of

_MOST_MEMBERS = 200_000  # a bound against archives that are nothing but a list; not measured
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, LZMAError, tarfile.TarError, EOFError, OSError, NotImplementedError,
    ValueError,
)  # fmt: skip
"""What the libraries raise for an archive that is damaged, or packed in a way that they do not know."""

_MOST_FOLDERS = 20  # of a path that are looked at
_GZIP = b"\x1f\x8b"
_LEFT_BY_MACS = "__MACOSX"


def split_zip(file: SourceFile, options: LoadOptions) -> Iterator[Part]:
    """Yield the members of a zip archive; raises UnreadableError."""
    stream = file.open() if file.outer is None else io.BytesIO(read_bytes(file, options))
    with stream:
        try:
            archive = zipfile.ZipFile(stream)
        except _DAMAGE as error:
            raise UnreadableError("not a zip archive, or its end is missing") from error
        packed_bytes = 0
        names = {name.casefold() for name in archive.namelist()}
        for number, info in enumerate(archive.infolist()):
            packed_bytes += info.compress_size
            file.position_bytes = min(packed_bytes, file.size_bytes)
            if info.is_dir():
                continue
            reason = "not a regular file" if stat.S_ISLNK(info.external_attr >> 16) else ""
            reason = "needs a password" if info.flag_bits & 1 else reason
            member = Member(
                info.filename, _zip_opener(archive, info, file), info.file_size, changed=_zip_time(info)
            )
            yield from _checked(member, number, reason, names)


def split_tar(file: SourceFile, _: LoadOptions) -> Iterator[Part]:
    """Yield the members of a tar archive, gzipped or not; raises UnreadableError."""
    names: set[str] = set()
    with file.open() as raw:
        is_packed = raw.peek(len(_GZIP)).startswith(_GZIP)
        stream = _Unpacked(gzip.GzipFile(fileobj=raw), file.unpacked) if is_packed else raw
        for number, (archive, info) in enumerate(_tar_members(stream)):
            file.position_bytes = min(raw.tell(), file.size_bytes)
            file.reached(not file.lost)
            if info.isdir():
                continue
            reason = "" if info.isreg() and not info.issparse() else "not a regular file"
            member = Member(info.name, _tar_opener(archive, info), info.size, changed=_tar_time(info))
            names.add(info.name.casefold())
            yield from _checked(member, number, reason, names)


def _checked(member: Member, number: int, reason: str, names: Set[str]) -> Iterator[Part]:
    """Yield a member under a name that is a path inside the archive, or why it cannot be read.

    Hidden files and the parts of saved pages are passed over, as they are in folders. `names` are those of
    the archive's members in lower case, as far as they are known.
    """
    if number >= _MOST_MEMBERS:
        raise UnreadableError(f"more than {_MOST_MEMBERS:,} members; the rest was not read")
    steps = [step for step in member.name.replace("\\", "/").split("/") if step not in {"", "."}]
    if not steps or any(step == _LEFT_BY_MACS or step.startswith(".") > (step == "..") for step in steps):
        return
    if _is_of_saved_page(member.name, names):
        return
    name = "/".join(steps)
    if ".." in steps:
        name, reason = name.replace("..", "__"), "its path leads out of the archive"
    if reason:
        yield SkippedMember(name, reason)
    else:
        yield Member(name, member.open, member.size_bytes, changed=member.changed)


def _is_of_saved_page(name: str, names: Set[str]) -> bool:
    """Whether a member stands in the folder of a page's parts: "mill_files/a.html" beside "mill.html"."""
    folders = name.split("/")[:-1][:_MOST_FOLDERS]
    return any(
        "/".join([*folders[:depth], page]).casefold() in names
        for depth, folder in enumerate(folders)
        for page in pages_of(folder)
    )


class _Unpacked:
    """A stream whose bytes are counted, and whose damage is an UnreadableError."""

    def __init__(self, stream: Readable, count: Callable[[int], None] = lambda _: None) -> None:
        self._stream = stream
        self._count = count

    def read(self, size: int, /) -> bytes:
        try:
            data = self._stream.read(size)
        except _DAMAGE as error:
            raise UnreadableError("damaged in its archive") from error
        self._count(len(data))
        return data

    def close(self) -> None:
        self._stream.close()


def _zip_opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo, file: SourceFile) -> Callable[[], Readable]:
    def open_member() -> Readable:
        try:
            return _Unpacked(cast("Readable", archive.open(info)), file.unpacked)
        except _DAMAGE as error:
            raise UnreadableError("damaged in its archive") from error

    return open_member


def _tar_opener(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Callable[[], Readable]:
    def open_member() -> Readable:
        return _Unpacked(cast("IO[bytes]", archive.extractfile(info)))

    return open_member


def _tar_members(stream: Readable) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    number = 0
    try:
        reader = cast("IO[bytes]", stream)  # `read` is all that is called
        archive = tarfile.open(fileobj=reader, mode="r|")  # noqa: SIM115 - the caller closes its stream
        while (info := archive.next()) is not None:
            number += 1
            yield archive, info
            setattr(archive, "members", [])  # noqa: B010 - else it grows by each member; typeshed lacks it
    except _DAMAGE as error:
        reason = f"damaged after member {number}; the rest was not read" if number else "not a tar archive"
        raise UnreadableError(reason) from error


def _zip_time(info: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*info.date_time, tzinfo=UTC)
    except ValueError:
        return None


def _tar_time(info: tarfile.TarInfo) -> datetime | None:
    try:
        return datetime.fromtimestamp(info.mtime, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None
