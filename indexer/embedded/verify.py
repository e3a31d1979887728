"""Checks of an index: whole, in step with its store, and a sample of it as it was when it was made.

Knows what a healthy index folder looks like; does not know how a check is shown. The checks find accidents:
whoever may write to the folder could make an index that passes all of them.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Thread

import numpy as np

from nutgraf.indexer.article_store import StoredPassage
from nutgraf.indexer.built_by import rebuild_hint
from nutgraf.indexer.embedded.digests import check_digests
from nutgraf.indexer.embedded.generation import ARTICLES, PASSAGES, PID
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.embedded.lexical import LexicalIndex
from nutgraf.indexer.embedded.manifest import MANIFEST, read_manifest
from nutgraf.indexer.embedded.segments import cells_name, read_removed
from nutgraf.indexer.embedded.store import FILENAME, Store
from nutgraf.indexer.embedded.vectors import DenseIndex
from nutgraf.indexer.errors import IndexDamaged, IndexerError
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.index_check import IndexCheck

SAMPLE = 200
"""Passages that are cut again. Not measured: the check takes well under a second."""

VECTORS = 16
"""Passages that are searched by their own vectors. Not measured, as SAMPLE."""

SAME = 0.99
"""The least cosine of a vector with itself: half precision keeps it to about 1e-3."""

IDS_AT_ONCE = 1000
"""Ids that are looked up together. Not measured: it bounds the memory."""

DATABASE_S = 10.0
"""Seconds that SQLite may look over its file; a person is waiting."""


def is_absent(folder: Path) -> bool:
    """Whether the folder holds neither a store nor a manifest: nothing was ever indexed there."""
    return not (folder / FILENAME).exists() and not (folder / MANIFEST).exists()


@dataclass(frozen=True, slots=True)
class IndexSizes:
    """Bytes of an index: its `vectors`, which searches keep in memory, and all its `derived` files."""

    vectors: int
    derived: int


def index_sizes(folder: Path) -> IndexSizes:
    """Return how large the manifest says that the derived files are; zeros where no manifest can be read."""
    try:
        manifest = read_manifest(folder)
    except IndexerError:
        return IndexSizes(0, 0)
    searched = [cells if (cells := cells_name(n)) in manifest.files else n for n in manifest.vectors]
    return IndexSizes(sum(manifest.files.get(n, 0) for n in searched), sum(manifest.files.values()))


def count_other_articles(folder: Path, article_ids: Iterable[str]) -> int:
    """Count the stored articles whose id is not among `article_ids`, each of which comes once.

    The store is read alone, so this works for an index that was not published or does not open, too. Raises
    StorageFailed or IndexDamaged where the store does not open.
    """
    if not (folder / FILENAME).is_file():
        return 0
    ids = iter(article_ids)
    with Store(folder / FILENAME, readonly=True) as store:
        known = sum(len(store.content_hashes(part)) for part in iter(lambda: [*islice(ids, IDS_AT_ONCE)], []))
        return store.counts().articles - known


def sampled(store: Store) -> list[StoredPassage]:
    """Return some 200 passages, evenly spread over the archive: the same ones every time."""
    last = store.last_passage()
    passages = store.passages(range(1, last + 1, max(1, last // SAMPLE)))
    return [passages[passage_id] for passage_id in sorted(passages)]


def check_opened(index: EmbeddedIndex) -> IndexCheck:
    """Say what the opened index holds: opening it has compared every file's size with the manifest."""
    state = index.state
    message = (
        f"{index.folder}: {state.counts.articles:,} articles, {state.counts.passages:,} passages, generation"
        f" {state.generation}, every file in its full size; encoder {state.encoder.id}"
    )
    return IndexCheck("index", "ok", message)


def check_digests_anew(index: EmbeddedIndex) -> IndexCheck:
    """Compare the content of every derived file with its digest."""
    manifest = index.manifest
    if not manifest.digests:
        message = "an older nutgraf published the index, without digests of its files"
        return IndexCheck("digests", "warning", message, f"nutgraf index --rebuild --index {index.folder}")
    try:
        check_digests(index.folder, manifest, manifest.files, anew=True)
    except IndexDamaged as error:
        return IndexCheck("digests", "problem", str(error), error.hint)
    size_mb = sum(manifest.files.values()) / 1e6
    return IndexCheck(
        "digests", "ok", f"{len(manifest.files):,} files, {size_mb:.1f} MB, as they were written"
    )


def check_in_step(index: EmbeddedIndex) -> IndexCheck:
    """Compare how much the published files have with the manifest, and that with the store."""
    manifest, folder = index.manifest, index.folder
    check_digests(folder, manifest, manifest.files)  # what is damaged could crash those who read it
    dense = sum(len(DenseIndex(folder / name)) for name in manifest.vectors)
    dense -= len(read_removed(folder, manifest))
    lexical, articles = (len(LexicalIndex(folder / manifest.lexical / part)) for part in (PASSAGES, ARTICLES))
    published = index.state.counts.passages - index.state.unpublished_passages
    # A tombstone may be older than the generation, where a writer was killed just after it published.
    fits = published <= manifest.passages <= published + len(index.store.tombstones())
    in_step = dense == manifest.encoded and lexical == manifest.passages and articles == manifest.articles
    if in_step and fits:
        message = f"{lexical:,} passages in the vectors, the words and the store"
        if dense < lexical:
            message = f"{lexical:,} passages in the words and the store, {dense:,} of them in the vectors"
        return IndexCheck("in step", "ok", message)
    wanted = "" if manifest.encoded == manifest.passages else f" of {manifest.encoded:,}"
    vectors = f"{dense:,}{wanted}"
    message = (
        f"passages: {manifest.passages:,} in the manifest, {vectors} in the vectors,"
        f" {lexical:,} in the words, {published:,} of them in the store; articles: {manifest.articles:,} in"
        f" the manifest, {articles:,} in the words"
    )
    return IndexCheck("in step", "problem", message, rebuild_hint(folder))


def check_passages(index: EmbeddedIndex) -> IndexCheck:
    """Cut a sample of the passages again, and compare them with what was stored and encoded."""
    store = index.store
    sample = sampled(store)
    ids = list(dict.fromkeys(passage.article_id for passage in sample))
    articles = store.articles(ids)
    keys = [passage.key_in(articles[passage.article_id]) for passage in sample]
    stored = store.vector_hashes([passage.id for passage in sample])
    for passage, key in zip(sample, keys, strict=True):
        article = articles[passage.article_id]
        span = f"{passage.field} [{passage.start}:{passage.end}]"
        where = f"passage {passage.id}, {span} of the article {article.id!r},"
        if key is None:
            message = f"{where} does not fit its {len(article.content(passage.field)):,} characters"
        elif key != stored.get(passage.id):
            message = f"{where} is not the text that its vector was made from"
        else:
            continue
        return IndexCheck("passages", "problem", message, _restore(index.folder))
    message = (
        f"{len(sample):,} of them looked at, in {len(ids):,} articles: words and offsets as they were indexed"
    )
    return IndexCheck("passages", "ok", message)


def check_vectors(index: EmbeddedIndex) -> IndexCheck:
    """Search with the stored vectors of some passages: each must find itself, or one that is the same."""
    facts = index.facts([p.id for p in sampled(index.store) if p.id <= index.manifest.upto])
    published = sorted(i for i, fact in facts.items() if fact.encoded)
    passage_ids = published[:: max(1, len(published) // VECTORS)][:VECTORS]
    for passage_id in passage_ids:
        _, vectors = next(index.store.vectors(after=passage_id - 1, chunk=1))
        _, cosines = index.dense(vectors[0].astype(np.float32), 1, Filter())
        if not (len(cosines) and cosines[0] > SAME):
            message = f"the vectors do not find passage {passage_id} by its own vector"
            return IndexCheck("vectors", "problem", message, rebuild_hint(index.folder))
    message = f"{len(passage_ids):,} passages searched by their own vectors, and found"
    state = index.state
    if state.encoded < 1:
        message += f"; {state.counts.passages - state.encoded_passages:,} passages have no vectors yet"
        return IndexCheck("vectors", "warning", message, f"nutgraf encode --index {index.folder}")
    return IndexCheck("vectors", "ok", message)


def check_unpublished(index: EmbeddedIndex) -> IndexCheck:
    """Say how many passages wait to be published."""
    waiting = index.state.unpublished_passages
    if not waiting:
        return IndexCheck("unpublished", "ok", "nothing waits to be published")
    by_meaning = "found by meaning, not yet" if index.state.encoded == 1 else "not yet found"
    message = f"{waiting:,} passages are {by_meaning} by their words"
    return IndexCheck("unpublished", "warning", message, f"nutgraf index --index {index.folder}")


OPENED_CHECKS: dict[str, Callable[[EmbeddedIndex], IndexCheck]] = {
    "index": check_opened,
    "digests": check_digests_anew,
    "in step": check_in_step,
    "passages": check_passages,
    "vectors": check_vectors,
    "unpublished": check_unpublished,
}
"""The checks of an index that opens, by name, in the order in which the first fault explains what follows."""


def check_database(folder: Path, seconds: float = DATABASE_S) -> IndexCheck:
    """Let SQLite look over its file, in a thread that is left behind when it takes longer than `seconds`.

    Raises StorageFailed or IndexDamaged where the file does not open.
    """
    path = folder / FILENAME
    outcome: Future[list[str]] = Future()

    def look() -> None:
        try:
            with Store(path, readonly=True) as store:
                outcome.set_result(store.quick_check())
        except Exception as error:  # noqa: BLE001 - raised again where the outcome is asked for
            outcome.set_exception(error)

    Thread(target=look, daemon=True).start()
    try:
        faults = outcome.result(timeout=seconds)
    except TimeoutError:
        message = f"{path} is large: SQLite found no fault in {seconds:g} s, and had not seen all of it"
        return IndexCheck("database", "warning", message, f"sqlite3 {path} 'PRAGMA integrity_check'")
    if faults == ["ok"]:
        return IndexCheck("database", "ok", "SQLite finds no fault in its file")
    return IndexCheck("database", "problem", f"{path}: {' '.join(faults)}", _restore(folder))


def check_writer(folder: Path) -> IndexCheck:
    """Say whether a process writes to the index, or was killed while it did. Raises OSError."""
    path = folder / PID
    try:
        pid = path.read_text().strip()
    except FileNotFoundError:
        return IndexCheck("writer", "ok", "nobody writes to it")
    if not pid.isdecimal() or _runs(int(pid)):
        return IndexCheck("writer", "ok", f"process {pid} writes to it now")
    message = (
        f"process {pid} was writing to it, and is gone; nothing published is lost, and nothing is locked"
    )
    advice = f"nutgraf index --index {folder}: goes on where it stopped"
    return IndexCheck("writer", "warning", message, advice)


FOLDER_CHECKS: dict[str, Callable[[Path], IndexCheck]] = {"database": check_database, "writer": check_writer}
"""The checks of an index folder, by name, which do not need the index to open."""


def _runs(pid: int) -> bool:
    """Whether there is such a process; elsewhere than on POSIX, asking would end it."""
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _restore(folder: Path) -> str:
    return f"restore {folder / FILENAME} from a backup, or remove {folder} and index the articles again"
