"""Processes that write to an archive are killed with SIGKILL; then the archive must be whole.

After each kill the archive opens (or says that nothing was published yet, and which command publishes what is
stored), answers, holds every change that was reported as done and no half one, and the checks of
`nutgraf doctor` on the index find no problem. The models have no weights, so a kill costs a fraction of a
second, and everything else is what runs at the user's.

Kills by `time` come at any instruction, also within SQLite and tantivy. Kills by `calls` come before the n-th
call of a function that changes the disk, so that each gap between two changes is met often; they are the same
each time that a campaign runs.
"""

import importlib
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import TypeAlias, TypeVar

from benchmarks.faults import posts
from benchmarks.faults.children import RAISED, Child, Report, outcome
from benchmarks.faults.contents import Contents, Inspection, TinyModels, inspect, story, warm
from benchmarks.faults.journal import Journal, Outcome
from nutgraf.archive import Archive
from nutgraf.indexer.storage import ArchiveWriter
from nutgraf.settings import Settings

KINDS = ("first", "update", "remove", "rebuild", "publish", "encode", "migrate", "post")
FINE = ("held", "unpublished")
"""The archive is whole; it is whole, and says that nothing was published yet."""

FINISHED = "finished"
"""The work ended before the kill, which does not count then."""

IDS = [f"a{number}" for number in range(12)]
LIFE = 60
"""Kills that one archive goes through before it is compared with what was written to it, and removed."""

_WRITING = {
    *("execute", "executemany", "commit", "wait_merging_threads", "write_index"),  # SQLite, tantivy, FAISS
    *("open", "write", "flush", "fsync", "replace", "rename", "link", "symlink", "mkdir", "rmdir", "unlink"),
}
_BACK = (
    "INSERT INTO tombstones SELECT id FROM passages WHERE field = 'title'",
    *("DELETE FROM passages WHERE field = 'title'", "ALTER TABLE passages DROP COLUMN field"),
    *("DELETE FROM state WHERE key = 'untitled'", "DELETE FROM migrations WHERE version >= 4"),
    *("DROP INDEX vectors_missing", "DROP INDEX articles_in_lists"),
    *("DROP TABLE watch_changes", "DROP TABLE watches"),
    "PRAGMA user_version = 3",
)
"""What makes a store one of the version before, which the next writer migrates."""

_BATCH_CHARS = 3_000  # two articles a transaction
_BATCH_TEXTS = 4  # of the first batch of vectors; the others have one each
_PRELOADED = (
    *("faiss", "filelock", "numpy.ma", "sentencex", "tantivy", "uvicorn", "xxhash"),
    *("nutgraf.api.doctor.index_checks", "nutgraf.api.web.app", "nutgraf.indexer.embedded.index"),
    *("nutgraf.indexer.embedded.writer", "nutgraf.qa.answer", "nutgraf.qa.search", "nutgraf.results"),
)

T = TypeVar("T")
_Start: TypeAlias = Callable[[float], tuple[Child, Child]]
"""Starts work that is to die at a moment; returns the process to kill, and the one that reports."""

_NEVER = float("inf")


@dataclass(slots=True)
class _Moments:
    """How long each kind of work takes, in seconds or in calls; a kill comes within that."""

    by_calls: bool
    lengths: dict[str, float] = field(default_factory=dict)

    def draw(self, kind: str, dice: random.Random) -> float:
        """Return when to kill: as often before the usual end as in the tenth after it."""
        return dice.uniform(0, 1.1 * self.lengths[kind])

    def learn(self, kind: str, length: float) -> None:
        """Follow the lengths of work that ended, slowly: one slow run moves the moments little."""
        self.lengths[kind] = 0.8 * self.lengths.get(kind, length) + 0.2 * length


class Kills:
    """A campaign of kills in a scratch folder; `run` fills the journal."""

    def __init__(self, scratch: Path, seed: int, *, by_calls: bool) -> None:
        for name in _PRELOADED:
            importlib.import_module(name)
        warm()
        self._scratch = scratch
        self._seed = seed
        self._moments = _Moments(by_calls)
        self._folder, self._contents, self._age = scratch / "0", Contents(), 0

    def run(self, journal: Journal, kinds: Sequence[str] = KINDS) -> None:
        """Kill until the journal is full or the time is over; the kinds take turns."""
        self._rehearse(kinds)
        attempts = count(len(journal.outcomes))
        while journal.is_open:
            kind = kinds[len(journal.outcomes) % len(kinds)]
            dice = random.Random(f"{self._seed} {next(attempts)}")
            result = self._first(dice) if kind == "first" else self._later(kind, dice)
            if result.name != FINISHED:
                journal.add(result)
        self._end_life(journal)

    def _rehearse(self, kinds: Sequence[str]) -> None:
        """Measure how long each kind of work takes when nobody kills it."""
        dice = random.Random(f"{self._seed} rehearsal")
        rehearsal = self._scratch / "rehearsal"
        self._begin_life()
        for kind in kinds:
            first = kind == "first"
            folder, contents = (rehearsal, Contents()) if first else (self._folder, self._contents)
            self._perform(kind, self._work(kind, folder, contents, dice), contents, _NEVER)
            contents.settle(contents.expected)
        shutil.rmtree(rehearsal, ignore_errors=True)

    # --- one kill -----------------------------------------------------------------------------------

    def _first(self, dice: random.Random) -> Outcome:
        """Kill a first run; then run the same command again, and compare with what it must give."""
        folder, contents = self._scratch / f"first-{dice.random()}", Contents()
        work = self._work("first", folder, contents, dice)
        ended = self._perform("first", work, contents, self._moments.draw("first", dice))
        result = self._judged("first", ended, folder, contents, dice)
        if result.name in (*FINE, FINISHED):
            outcome(_add(IDS, 0, folder))
            held = _inspected(folder, dice)
            expected = {article_id: story(article_id, 0).text for article_id in IDS}
            if held.faults or held.unpublished or held.texts != expected:
                result = Outcome("first", "lost", f"after the same command again: {held.faults}")
        shutil.rmtree(folder, ignore_errors=True)
        return result

    def _later(self, kind: str, dice: random.Random) -> Outcome:
        """Kill a change of the archive that lives on from kill to kill."""
        if self._age >= LIFE:
            self._begin_life()
        self._age += 1
        work = self._work(kind, self._folder, self._contents, dice)
        ended = self._perform(kind, work, self._contents, self._moments.draw(kind, dice))
        result = self._judged(kind, ended, self._folder, self._contents, dice)
        if result.name not in (*FINE, FINISHED):
            self._begin_life()
        return result

    def _judged(
        self, kind: str, ended: int, folder: Path, contents: Contents, dice: random.Random
    ) -> Outcome:
        if ended == RAISED:
            return Outcome(kind, "error", "the work raised instead of being killed")
        seen = _inspected(folder, dice)
        faults = [*seen.faults, *contents.faults(seen.texts)]
        contents.settle(seen.texts)
        if faults:
            return Outcome(kind, *faults[0])
        if ended != -signal.SIGKILL:
            return Outcome(kind, FINISHED)
        return Outcome(kind, "unpublished" if seen.unpublished else "held")

    # --- the archive that lives on ------------------------------------------------------------------

    def _begin_life(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder, self._contents = self._scratch / f"{time.monotonic_ns()}", Contents()
        outcome(_add(IDS[:9], 0, self._folder))
        self._contents.settle({article_id: story(article_id, 0).text for article_id in IDS[:9]})
        self._age = 0

    def _end_life(self, journal: Journal) -> None:
        """Encode and publish without a kill: afterwards nothing may wait, and nothing may be lost."""
        (encoded,) = outcome(_finish(self._folder))
        if encoded < 1:
            journal.add(Outcome("end", "lost", f"the share of passages with vectors is {encoded}"))
        seen = _inspected(self._folder, random.Random(self._seed))
        if faults := [*seen.faults, *self._contents.faults(seen.texts)]:
            journal.add(Outcome("end", *faults[0]))

    # --- work that is killed ------------------------------------------------------------------------

    def _work(self, kind: str, folder: Path, contents: Contents, dice: random.Random) -> "_Start":
        """Return what starts work of a kind, and note in `contents` what the work changes."""
        if kind == "first":
            contents.begin({article_id: story(article_id, 0).text for article_id in IDS})
            return partial(self._start, _add(IDS, 0, folder))
        if kind in ("rebuild", "migrate"):
            if kind == "migrate":
                outcome(_migrate_back(folder))
            return partial(self._start, (_rebuild if kind == "rebuild" else _publish)(folder))
        version, ids = dice.randrange(1, 1_000_000), sorted(dice.sample(IDS, 6))
        if kind == "remove":
            contents.begin(dict.fromkeys(ids[:3]), together=True)
            return partial(self._start, _remove(ids[:3], folder))
        contents.begin({article_id: story(article_id, version).text for article_id in ids})
        if kind == "publish":
            outcome(_add(ids, version, folder, publish=False))
            contents.done(ids)
            return partial(self._start, _publish(folder))
        if kind in ("encode", "update"):
            return partial(self._start, (_encode if kind == "encode" else _add)(ids, version, folder))
        return lambda _: posts.start(folder, ids, version)

    def _start(self, work: Callable[[Report], None], moment: float) -> tuple[Child, Child]:
        child = Child(_counted(work, moment) if self._moments.by_calls else work)
        return child, child

    def _perform(self, kind: str, start: "_Start", contents: Contents, moment: float) -> int:
        """Start some work and kill it at a moment; return how it ended, and follow what it reports.

        A server is killed by time always, since it works in several threads; it never ends by itself.
        """
        by_calls = self._moments.by_calls and kind != "post"
        victim, witness = start(moment)
        started, length = time.monotonic(), 0.0
        until = None if by_calls or moment == _NEVER else started + moment
        for report in witness.reports(until):
            contents.done(report.get("done", []))
            length = report.get("calls", length)
        length = length if by_calls else time.monotonic() - started
        if until is not None or victim is not witness:
            if victim is not witness and until is not None:
                time.sleep(max(0.0, until - time.monotonic()))
            victim.kill()
        for report in witness.reports():  # what it had said before
            contents.done(report.get("done", []))
        ended = victim.wait()
        if witness.wait() == 0:
            self._moments.learn(kind, length)
        return ended


def _inspected(folder: Path, dice: random.Random) -> Inspection:
    seed = str(dice.random())
    try:
        return Inspection.of(outcome(lambda report: report(inspect(folder, TinyModels(), seed)))[0])
    except RuntimeError as error:
        return Inspection({}, [("error", str(error))])


def _counted(work: Callable[[Report], None], last: float) -> Callable[[Report], None]:
    """Return work that kills its process at the writing call of this number; else it reports their number."""

    def counted(report: Report) -> None:
        calls = 0

        def called(_frame: object, event: str, function: object) -> None:
            nonlocal calls
            calls += event == "c_call" and getattr(function, "__name__", "") in _WRITING
            if calls > last:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(called)
        work(report)
        sys.setprofile(None)
        report({"calls": calls})

    return counted


def _written(folder: Path, work: Callable[[ArchiveWriter], T]) -> T:
    from nutgraf.indexer import store_writer

    store_writer.BATCH_CHARS, store_writer._FIRST_TEXTS = _BATCH_CHARS, _BATCH_TEXTS
    with Archive(Settings(folder, threads=1), TinyModels()) as archive:
        return archive.write(work)


def _add(ids: list[str], version: int, folder: Path, *, publish: bool = True) -> Callable[[Report], None]:
    """Return work that stores articles, reports each one that is stored, and publishes them."""

    def add(report: Report) -> None:
        def store(writer: ArchiveWriter) -> None:
            for status in writer.add(story(article_id, version) for article_id in ids):
                report({"done": [status.id]})
            if publish:
                writer.publish()

        _written(folder, store)

    return add


def _encode(ids: list[str], version: int, folder: Path) -> Callable[[Report], None]:
    """Return work that stores articles by their words, then encodes them, and publishes after each step."""

    def encode(report: Report) -> None:
        def store(writer: ArchiveWriter) -> None:
            for status in writer.add((story(i, version) for i in ids), words_only=True):
                report({"done": [status.id]})
            writer.publish()
            writer.encode(lambda: writer.publish().generation > 0, batch_seconds=0.0)

        _written(folder, store)

    return encode


def _finish(folder: Path) -> Callable[[Report], None]:
    """Return work that makes all that is missing, and reports the share of passages that have vectors."""

    def finish(report: Report) -> None:
        def end(writer: ArchiveWriter) -> None:
            writer.encode()
            report(writer.publish().encoded)

        _written(folder, end)

    return finish


def _remove(ids: list[str], folder: Path) -> Callable[[Report], None]:
    def remove(report: Report) -> None:
        def change(writer: ArchiveWriter) -> None:
            writer.remove(ids)
            report({"done": ids})
            writer.publish()

        _written(folder, change)

    return remove


def _publish(folder: Path) -> Callable[[Report], None]:
    def publish(_: Report) -> None:
        _written(folder, lambda writer: writer.publish())

    return publish


def _migrate_back(folder: Path) -> Callable[[Report], None]:
    def migrate_back(_: Report) -> None:
        from nutgraf.indexer.embedded.database import Database
        from nutgraf.indexer.embedded.store import FILENAME

        database = Database(folder / FILENAME)
        with database.atomic():
            for statement in _BACK:
                database.run(statement)
        database.close()

    return migrate_back


def _rebuild(folder: Path) -> Callable[[Report], None]:
    def rebuild(_: Report) -> None:
        _written(folder, lambda writer: writer.rebuild())

    return rebuild
