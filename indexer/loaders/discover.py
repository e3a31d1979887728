"""Finds the files that paths, folders and globs name, in a stable order, each once. Opens none of them.

A page that a browser saved as a whole is one file: the folder of its pictures, adverts and frames,
which stands beside it, is passed over.
"""

import fnmatch
import glob
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from nutgraf.indexer.errors import SourceError
from nutgraf.indexer.loaders.base import Skipped, SourceFile, shown
from nutgraf.indexer.loaders.saved_pages import pages_of
from nutgraf.indexer.loaders.suffixes import SUFFIXES, suffix_of

# What a person types who means an address: "ftp://news.example", "www.news.example/a".
_ADDRESS = re.compile(r"[a-z][a-z+.-]{0,20}:/|(?:www|feeds?|rss)\.[^/]", re.IGNORECASE)


def discover(paths: Sequence[str]) -> tuple[list[SourceFile], list[Skipped]]:
    """Return the files that the arguments name, and what among them cannot be read.

    Folders are read whole, sorted, without hidden files and folders, and without the parts of saved pages.
    Raises SourceError for a path that does not exist and for a pattern that matches nothing.
    """
    files: list[SourceFile] = []
    skipped: list[Skipped] = []
    seen: set[Path] = set()
    for argument in paths:
        start, base = _start(argument)
        for path in start:
            for entry in _walk(path, seen):
                item = entry if isinstance(entry, Skipped) else _source_file(entry, base)
                if isinstance(item, Skipped):
                    skipped.append(item)
                else:
                    files.append(item)
    return files, skipped


def _start(argument: str) -> tuple[list[Path], Path]:
    """Return what an argument names, and the folder that the ids below it are relative to."""
    path = Path(argument)
    if argument and os.path.lexists(argument):
        absolute = _absolute(path)
        return [path], (absolute.parent if path.is_dir() else absolute.parent.parent)
    if not glob.has_magic(argument):
        hint = f"check the spelling; the current folder is {shown(Path.cwd())}"
        if _ADDRESS.match(argument):
            hint = "an address of the web begins with https:// or http://"
        raise SourceError(f"there is no file or folder {argument!r}", hint=hint)
    known: dict[Path, bool] = {}
    matches = sorted(path for path in _matches(argument) if not _is_of_saved_page(path, known))
    if not matches:
        raise SourceError(f"no file matches {argument!r}", hint="check the pattern with ls")
    parts = path.parts
    fixed = next(number for number, part in enumerate(parts) if glob.has_magic(part))
    return matches, _absolute(Path(*parts[:fixed])).parent


def _matches(argument: str) -> Iterator[Path]:
    """Yield the paths that a pattern matches, as `glob.glob` does, but each folder below `**` is read once.

    A link to a folder above would have it go round, and two such links without an end.
    """
    pattern = Path(argument)
    start, *parts = pattern.parts if pattern.anchor else ("", *pattern.parts)
    paths = [Path(start)]
    for part in parts:
        if part == "**":
            paths = _folders(paths)
        elif glob.has_magic(part):
            paths = [entry for path in paths for entry in _entries(path) if _is_match(entry.name, part)]
        else:
            paths = [path / part for path in paths]
    if parts[-1] == "**":
        paths += [entry for path in paths for entry in _entries(path) if _is_match(entry.name, "*")]
    for path in dict.fromkeys(paths):
        if path.is_dir() or (os.path.lexists(path) and not argument.endswith("/")):
            yield path


def _folders(tops: Iterable[Path]) -> list[Path]:
    """Return the folders, and all folders below them that are not hidden: each once, links included."""
    folders: list[Path] = []
    seen: set[Path] = set()
    stack = sorted(tops, reverse=True)
    while stack:
        path = stack.pop()
        with suppress(OSError, RuntimeError):  # a loop of links is a RuntimeError
            real = path.resolve()
            if real not in seen and path.is_dir():
                seen.add(real)
                folders.append(path)
                stack += sorted(
                    (entry for entry in _entries(path) if _is_match(entry.name, "*")), reverse=True
                )
    return folders


def _entries(folder: Path) -> list[Path]:
    try:
        return [*folder.iterdir()]
    except OSError:
        return []


def _is_match(name: str, part: str) -> bool:
    return fnmatch.fnmatch(name, part) and name.startswith(".") <= part.startswith(".")


def _walk(start: Path, seen: set[Path]) -> Iterator[Path | Skipped]:
    """Yield the files of a folder, or the file itself; `seen` ends link loops and second visits."""
    stack = [start]
    while stack:
        path = stack.pop()
        try:
            real = path.resolve()
            if real in seen:
                continue
            seen.add(real)
            if not path.is_dir():
                yield path
                continue
            inside = _without_parts([entry for entry in path.iterdir() if not entry.name.startswith(".")])
        except (OSError, RuntimeError) as error:
            yield Skipped(shown(path), f"cannot be read: {_why(error)}")
            continue
        stack.extend(sorted(inside, reverse=True))


def _without_parts(entries: list[Path]) -> list[Path]:
    """Return the entries of a folder without the folders that hold the parts of a saved page in it."""
    names = {entry.name.casefold() for entry in entries}
    return [entry for entry in entries if not (pages_of(entry.name) & names and entry.is_dir())]


def _is_of_saved_page(path: Path, known: dict[Path, bool]) -> bool:
    """Whether a path is, or is inside, the folder of a saved page's parts; `known` are folders looked at."""
    for folder in (path, *path.parents):
        if pages := pages_of(folder.name):
            if folder not in known:
                names = {entry.name.casefold() for entry in _entries(folder.parent)}
                known[folder] = bool(pages & names) and folder.is_dir()
            if known[folder]:
                return True
    return False


def _source_file(path: Path, base: Path) -> SourceFile | Skipped:
    try:
        status = path.stat()
    except OSError as error:
        return Skipped(shown(path), f"cannot be read: {_why(error)}")
    if not stat.S_ISREG(status.st_mode):
        return Skipped(shown(path), "not a regular file")
    suffix = suffix_of(path)
    if suffix not in SUFFIXES:
        return Skipped(shown(path), f"unsupported type {suffix}" if suffix else "unsupported type: no suffix")
    absolute = _absolute(path)
    inside = absolute.relative_to(base) if absolute.is_relative_to(base) else absolute
    return SourceFile(path, shown(inside.as_posix()), status.st_size)


def _absolute(path: Path) -> Path:
    """Return the path from the root without following links, so that ids look as the user sees them."""
    absolute = path.absolute()
    return absolute.resolve() if ".." in absolute.parts else absolute


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).lower()
