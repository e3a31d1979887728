"""Generations: the derived index is made beside the old one and published by renaming the manifest, last.

Knows the files of an index folder, and who may write them; does not know which files a lexical index consists
of (`indexer.embedded.lexical`), nor what a question is.

    index/ store.sqlite        the truth
           vectors-<s>.faiss   dense index, a file a segment   | derived, immutable once published; beside
           lexical-<n>/        lexical index of generation n   |  the vectors columns, cells and removed ids
           manifest.json       names all, with the size and the digest of every file
           writer.lock         held by the one process that writes
"""

import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nutgraf.indexer.embedded import lexical
from nutgraf.indexer.embedded.digests import digests_of
from nutgraf.indexer.embedded.manifest import (
    FORMAT,
    MANIFEST,
    TOKENS,
    Manifest,
    check_files,
    check_store,
    read_manifest,
    write_manifest,
)
from nutgraf.indexer.embedded.segments import SegmentRule, grow
from nutgraf.indexer.embedded.store import Store
from nutgraf.indexer.encoder import EncoderIdentity
from nutgraf.indexer.errors import IndexerError, IndexLocked, StorageFailed
from nutgraf.indexer.passages import PassageRule, title_prefix
from nutgraf.indexer.terms import ANALYZER, TITLE_TIMES

LOCK = "writer.lock"
PID = "writer.pid"
_NUMBERED = re.compile(r"(?:vectors|columns|cells|blocks|removed|lexical)-(\d+)(?:\.|\Z)")
PASSAGES, ARTICLES = "passages", "articles"
"""The two lexical indexes of a generation, as folders in `lexical-<n>`."""

_REMOVED_SHARE = 0.05
"""Removed passages that a lexical index may count in its statistics, as a share of those that are there; with
more of them it is made from nothing. Not measured: it bounds how far BM25 may be off."""


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of the index's one writer inside the block; the lock of a killed process is free.

    Raises IndexLocked, which names the process that has the lock, and StorageFailed.
    """
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK, timeout=0)
        lock.acquire()
    except Timeout:
        pid = (folder / PID).read_text() if (folder / PID).is_file() else "unknown"
        writer = "this process already" if pid == str(os.getpid()) else "another process"
        raise IndexLocked(
            f"the index {folder} is being written by {writer} (pid {pid})",
            hint="wait until it has ended, then run the command again",
        ) from None
    except OSError as error:
        raise StorageFailed(
            f"{folder} cannot be written: {error.strerror}", hint="choose another folder with --index"
        ) from error
    try:
        (folder / PID).write_text(str(os.getpid()))
        yield
    except OSError as error:
        raise StorageFailed(f"{folder}: {error.strerror}", hint="check the disk's free space") from error
    finally:
        with suppress(OSError):
            (folder / PID).unlink()
        lock.release()


def publish(
    folder: Path,
    store: Store,
    encoder: EncoderIdentity,
    rule: PassageRule,
    segments: SegmentRule,
    *,
    anew: bool = False,
) -> Manifest:
    """Derive the next generation from the store and publish it; the caller holds the writer lock.

    The lexical indexes and the segments of vectors grow from the last ones (`anew`: from nothing).
    A kill at any instruction leaves the last generation as it was. Raises StorageFailed.
    """
    last = published(folder, store)
    number, token = _next_number(folder), secrets.token_hex(8)
    removed, upto, counts = store.tombstones(), store.last_passage(), store.counts()
    # BM25's statistics go on counting removed passages: where they are many, start from nothing.
    previous = None if anew or len(removed) > _REMOVED_SHARE * counts.passages else last
    dense = grow(folder, number, store, None if anew else last, encoder.dim, segments)
    words = f"lexical-{number}"
    _write_lexical(folder, words, previous, store, removed)
    files = _sizes(folder, dense.files, words)
    manifest = Manifest(
        format=FORMAT,
        generation=number,
        encoder=encoder,
        rule=rule,
        analyzer=ANALYZER,
        articles=counts.articles,
        passages=counts.passages,
        encoded=dense.encoded,
        upto=upto,
        vectors=dense.vectors,
        lexical=words,
        files=files,
        token=token,
        digests=digests_of(folder, files, last),
        removed=dense.removed,
        recalls=dense.recalls,
    )
    with store.atomic():
        store.set_state(TOKENS, f"{token} {last.token if last else ''}")
    store.checkpoint()
    write_manifest(folder, manifest)
    with store.atomic():
        store.clear_tombstones(removed)
    _sweep(folder, keep={*manifest.files, *(last.files if last else ())})
    return manifest


def published(folder: Path, store: Store) -> Manifest | None:
    """Return the last generation's manifest, None where no generation can be read and built upon."""
    try:
        manifest = read_manifest(folder)
        check_files(folder, manifest)
        check_store(folder, manifest, store)
    except IndexerError:
        return None
    return manifest if manifest.analyzer == ANALYZER else None


def _next_number(folder: Path) -> int:
    """Return a generation number above every one that left a file, published or not."""
    numbers = [int(n) for p in folder.iterdir() if (n := _number(p.name)) is not None]
    return max(numbers, default=0) + 1


def _number(name: str) -> int | None:
    match = _NUMBERED.match(name)
    return int(match[1]) if match else None


def _write_lexical(
    folder: Path, name: str, previous: Manifest | None, store: Store, removed: list[int]
) -> None:
    """Write the lexical indexes of all passages, and of all articles as a whole.

    An article has the number of its first passage, whose tombstone then removes the article, too.
    """
    after = previous.upto if previous else 0
    for part, texts in ((PASSAGES, store.passage_texts(after)), (ARTICLES, store.article_texts(after))):
        target = folder / name / part
        target.mkdir(parents=True)
        if previous is not None:
            lexical.share(folder / previous.lexical / part, target)
            if not removed and previous.upto == store.last_passage():
                continue  # vectors alone were made since
        added = (
            (number, title_prefix(title) * TITLE_TIMES + text, source, day)
            for number, title, text, source, day in texts
        )
        lexical.update(target, removed if previous else [], added)


def _sizes(folder: Path, dense: Iterable[str], words: str) -> dict[str, int]:
    """Return the size in bytes of every file of a generation, by its name in the index folder."""
    files = [folder / name for name in dense]
    for part in (ARTICLES, PASSAGES):
        files += lexical.files(folder / words / part)
    return {file.relative_to(folder).as_posix(): file.stat().st_size for file in files}


def _sweep(folder: Path, keep: Iterable[str]) -> None:
    """Remove files of older generations, and what a killed write left.

    Those of the generation before the last stay: a reader may be opening it.
    """
    for left in folder.glob(f"{MANIFEST}.*.tmp"):
        left.unlink(missing_ok=True)
    kept = {name.partition("/")[0] for name in keep}
    for path in folder.iterdir():
        if path.name in kept or _number(path.name) is None:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()
