"""Commands of nutgraf run where the system refuses something: disk, file handles, memory, the right to write.

Single calls fail as well (EIO, by libfiu's `fiu-run`), and the clock jumps between runs (`faketime`).

A command must do its work, or end with exit code 2 and one clear error; and the archive must be whole either
way: every article in its old state or its new one, the index as `nutgraf doctor` wants it. Then the same
command runs without the fault, and must do its work.

Limits are set after Python has started and the libraries are imported, as for a command that runs into a
limit while it works. Each command has the models in the box. A full disk is a small file system in memory,
which takes the right to mount; where that or a program is missing its row is `skipped`.
"""

import errno
import importlib
import json
import math
import os
import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

from benchmarks.faults.children import Child, Report, outcome
from benchmarks.faults.contents import Contents, Inspection, TinyModels, inspect, story
from benchmarks.faults.journal import Journal, Outcome
from nutgraf.models import load_encoder

KINDS = ("disk full", "file size", "handles", "memory", "read only", "I/O error", "clock")
FINE = ("done", "refused", "died", "skipped")
"""The command did its work; it ended with a clear error; a library ended it where memory ran out, which
docs/reliability.md names as a limit; the fault cannot be made on this system."""

_COMMANDS = ("index", "remove", "rebuild", "ask")
_IDS = [f"a{number}" for number in range(6)]
_CHANGED, _REMOVED = _IDS[3:], _IDS[:2]
_DISK_BYTES = 64_000_000  # many times what the archive and its next generation need
_MOST_HANDLES = 30  # about what a command needs, as the other amounts: some succeed
_PROGRAMS = {"I/O error": "fiu-run", "clock": "faketime"}
_FAILING = (
    "rw/pread",
    "rw/pwrite",
    "rw/ftruncate",
    "sync/fsync",
    "sync/fdatasync",
    "dir/rename",
    "dir/unlink",
)
"""The calls of which some fail, as libfiu names them. Python reads its own modules by others."""

_CLOCKS = ("-20y", "-400d", "-2h", "+2h", "+400d", "+10y")
_LOADER_ABORTS, _NO_THREAD_DATA = 127, "cannot allocate memory for thread-local data: ABORT"  # glibc
_HANG_S = 60.0  # a command takes a second or two
_HANGS = f"(no end in {_HANG_S:g} s)"
_FAILED = 2
_SHOWN_CHARS = 400
_MB = 1_000_000

Limit: TypeAlias = Callable[[], None]
"""Sets a limit on the process that calls it."""

_PRELOADED = (
    *("faiss", "filelock", "onnxruntime", "sentencex", "tantivy", "tokenizers", "xxhash"),
    *("nutgraf.api.commands.cli", "nutgraf.api.doctor.index_checks", "nutgraf.api.terminal.progress"),
    *("nutgraf.api.terminal.console", "nutgraf.api.terminal.summary"),
    *("nutgraf.indexer.embedded.index", "nutgraf.indexer.embedded.writer", "nutgraf.qa.answer"),
    *("nutgraf.models.onnx", "nutgraf.qa.search", "nutgraf.results"),
)


class SystemFaults:
    """A campaign of faults of the system in a scratch folder; `run` fills the journal."""

    def __init__(self, scratch: Path, seed: int) -> None:
        for name in _PRELOADED:
            importlib.import_module(name)
        self._seed = seed
        self._disk = _SmallDisk(scratch / "disk")
        self._healthy = scratch / "healthy"
        self._old, self._new = (_write_articles(scratch, version) for version in (0, 1))

    def run(self, journal: Journal) -> None:
        """Run commands under faults until the journal is full or the time is over; the faults take turns."""
        ended, said = _run(["index", str(self._old), "--index", str(self._healthy)])
        assert ended == 0, said
        with self._disk:
            while journal.is_open:
                number = len(journal.outcomes)
                kind = KINDS[number % len(KINDS)]
                journal.add(self._tried(kind, random.Random(f"{self._seed} {number}")))

    def _tried(self, kind: str, dice: random.Random) -> Outcome:
        """Run a command under a fault, look at the archive, and run the command again without the fault."""
        if self._disk.refused and kind in ("disk full", "read only"):
            return Outcome(kind, "skipped", self._disk.refused)
        if (program := _PROGRAMS.get(kind)) and not shutil.which(program):
            return Outcome(kind, "skipped", f"{program} is not installed")
        command = dice.choice(_COMMANDS)
        folder = Path(shutil.copytree(self._healthy, self._disk.folder / "index"))
        words, contents = self._command(command, folder)
        if kind in _PROGRAMS:
            prefix = _prefix(kind, dice)
            amount = " ".join(prefix)
            ended, said = _run_under(prefix, words)
        else:
            limit, amount = self._limit(kind, dice)
            ended, said = _run(words, limit)
        self._disk.restore()
        where = f"{command} with {amount}: exit {ended}: {said[-_SHOWN_CHARS:]}"
        name = _name(kind, command, ended, said)
        seen = _inspected(folder)
        if name in FINE and (faults := [*seen.faults, *contents.faults(seen.texts)]):
            name, where = faults[0][0], f"{where} {faults[0][1]}"
        if name in FINE and command != "ask":
            ended, said = _run(words)
            seen = _inspected(folder)
            gone = command == "remove" and ended == 1  # the articles were removed the first time
            if not (ended == 0 or gone) or seen.faults or seen.texts != contents.expected:
                name, where = "stuck", f"{where}; again: exit {ended}: {said[-_SHOWN_CHARS:]} {seen.faults}"
        shutil.rmtree(folder)
        return Outcome(kind, name, where)

    def _command(self, command: str, folder: Path) -> tuple[list[str], Contents]:
        """Return the words of a command line, and what the archive may hold after it."""
        contents = Contents({article_id: [story(article_id, 0).text] for article_id in _IDS})
        index = ["--index", str(folder)]
        if command == "index":
            contents.begin({article_id: story(article_id, 1).text for article_id in _CHANGED})
            return ["index", str(self._new), *index], contents
        if command == "remove":
            contents.begin(dict.fromkeys(_REMOVED), together=True)
            return ["remove", *_REMOVED, *index], contents
        if command == "rebuild":
            return ["index", "--rebuild", *index], contents
        return ["ask", "What does version 0 say?", "--profile", "quick", *index], contents

    def _limit(self, kind: str, dice: random.Random) -> tuple[Limit, str]:
        """Make a fault, or return what makes it in the process that is to suffer, and how much there is."""
        if kind == "disk full":
            free_bytes = _log_uniform(dice, 4_000, 3_000_000)
            self._disk.fill(free_bytes)
            return _none, f"{free_bytes:,} bytes free"
        if kind == "read only":
            self._disk.lock()
            return _none, "a read-only disk"
        if kind == "file size":
            size_bytes = _log_uniform(dice, 10, 1_000_000)
            return partial(_set, resource.RLIMIT_FSIZE, size_bytes), f"files of {size_bytes:,} bytes"
        if kind == "handles":
            handles = dice.randrange(_MOST_HANDLES)
            return partial(_limit_handles, handles), f"{handles} handles"
        more_mb = _log_uniform(dice, 1, 600)
        return partial(_limit_memory, more_mb), f"{more_mb} MB"


def _name(kind: str, command: str, ended: int, said: str) -> str:
    """Return what became of a command, by its exit code and its output."""
    if said.endswith(_HANGS):
        return "hang"
    # Libraries in Rust and C++ abort where they get no memory; so does the loader, with a code of its own.
    if ended < 0 or (ended == _LOADER_ABORTS and _NO_THREAD_DATA in said):
        return "died" if kind == "memory" else "crash"
    if "Traceback" in said:
        return "traceback"
    if "defect of nutgraf" in said:
        return "defect"
    if ended == _FAILED:
        errors = sum(line.startswith("error: ") for line in said.splitlines())
        return "refused" if errors == 1 else "unclear"
    return "done" if ended == 0 or (command, ended) == ("ask", 1) else "unclear"


def _run(words: list[str], limit: Limit | None = None) -> tuple[int, str]:
    """Return the exit code of a command line, minus the signal that ended it, and what it printed."""
    reading, writing = os.pipe()

    def command(_: Report) -> None:
        from nutgraf.api.commands.cli import main

        os.close(reading)
        for number in (1, 2):
            os.dup2(writing, number)
        os.close(writing)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1)
        sys.argv = ["nutgraf", *words]
        if limit is not None:
            limit()
        try:
            main()
        except SystemExit as ended:
            sys.stdout.flush()
            os._exit(int(ended.code or 0))

    child = Child(command)
    os.close(writing)
    deadline = time.monotonic() + _HANG_S
    raised = [report["raised"] for report in child.reports(deadline)]
    if time.monotonic() >= deadline:
        child.kill()
    ended = child.wait()  # what is printed fits into the pipe
    if time.monotonic() >= deadline:
        raised.append(_HANGS)
    with os.fdopen(reading, "rb") as output:
        return ended, "".join([output.read().decode(errors="replace"), *raised])


def _prefix(kind: str, dice: random.Random) -> list[str]:
    """Return the command before nutgraf's that makes the fault."""
    if kind == "clock":
        return ["faketime", "-f", dice.choice(_CLOCKS)]
    share = _log_uniform(dice, 1, 100) / 100
    name = f"name=posix/io/{dice.choice(_FAILING)},probability={share},failinfo={errno.EIO}"
    return ["fiu-run", "-x", "-f", "", "-c", f"enable_random {name}"]


def _run_under(prefix: list[str], words: list[str]) -> tuple[int, str]:
    """Return the exit code of a command line in a process of its own, and what it printed."""
    command = [*prefix, sys.executable, "-m", "nutgraf", *words]
    environment = {**os.environ, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=_HANG_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        return -1, f"{error.stderr!r}{_HANGS}"
    return done.returncode, done.stdout + done.stderr


def _inspected(folder: Path) -> Inspection:
    try:
        return Inspection.of(
            outcome(lambda report: report(inspect(folder, TinyModels(load_encoder(threads=1)))))[0]
        )
    except RuntimeError as error:
        return Inspection({}, [("error", str(error))])


def _write_articles(scratch: Path, version: int) -> Path:
    """Write the articles to a file: those that change in this version, the others as they were."""
    path = scratch / f"articles-{version}.jsonl"
    articles = [story(article_id, version if article_id in _CHANGED else 0) for article_id in _IDS]
    lines = [json.dumps({"id": a.id, "title": a.title, "text": a.text}) for a in articles]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _log_uniform(dice: random.Random, least: int, most: int) -> int:
    return int(math.exp(dice.uniform(math.log(least), math.log(most))))


def _none() -> None:
    """Set no limit: the fault is made outside the process."""


def _set(kind: int, most: int) -> None:
    resource.setrlimit(kind, (most, most))


def _limit_handles(more: int) -> None:
    """Let the process open so many files more."""
    free = os.open(os.devnull, os.O_RDONLY)
    os.close(free)
    _set(resource.RLIMIT_NOFILE, free + more)


def _limit_memory(more_mb: int) -> None:
    """Let the process reserve so much memory more."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    _set(resource.RLIMIT_AS, pages * resource.getpagesize() + more_mb * _MB)


class _SmallDisk:
    """A small file system in memory; where none can be mounted, `refused` says why, and `folder` is plain."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.refused = ""
        folder.mkdir()

    def __enter__(self) -> "_SmallDisk":
        self.refused = self._mount("-t", "tmpfs", "-o", f"size={_DISK_BYTES}", "tmpfs")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.refused:
            subprocess.run(["umount", str(self.folder)], check=True)

    def fill(self, free_bytes: int) -> None:
        """Fill the disk until only so many bytes are free."""
        size_bytes = shutil.disk_usage(self.folder).free - free_bytes
        with (self.folder / "ballast").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, size_bytes))

    def lock(self) -> None:
        """Make the disk read-only."""
        if why := self._mount("-o", "remount,ro"):
            raise OSError(why)

    def restore(self) -> None:
        """Make the disk as it was."""
        if not self.refused:
            self._mount("-o", "remount,rw")
        (self.folder / "ballast").unlink(missing_ok=True)

    def _mount(self, *options: str) -> str:
        """Return why the mount failed, "" where it did not."""
        try:
            done = subprocess.run(
                ["mount", *options, str(self.folder)], capture_output=True, text=True, check=False
            )
        except OSError as error:
            return f"mount: {error.strerror}"
        return done.stderr.strip()
