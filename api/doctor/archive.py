"""The index: there, whole, in step with its store, and a sample of it as it was when it was made.

Meant for accidents: whoever may write to the folder could make an index that passes every check.
"""

import os
from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from threading import Thread

import numpy as np

from nutgraf.api.doctor.findings import Finding, caught
from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.generation import ARTICLES, PASSAGES, PID
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.embedded.lexical import LexicalIndex
from nutgraf.indexer.embedded.manifest import MANIFEST
from nutgraf.indexer.embedded.store import FILENAME, Store, StoredPassage, vector_hash
from nutgraf.indexer.embedded.vectors import DenseIndex
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.passages import title_prefix
from nutgraf.settings import DEFAULT_INDEX

SAMPLE = 200
VECTORS = 16
SAME = 0.99
"""The least cosine of a vector with itself: it is kept in half precision."""

DATABASE_S = 10.0


def examine(folder: Path) -> Iterator[Finding]:
    """Yield what is found; the first one says whether there is an index, and whether it opens."""
    absent = caught("index", partial(_absent, folder))
    if absent is not None:
        yield absent
        return
    index = caught("index", partial(EmbeddedIndex, folder))
    if isinstance(index, Finding):
        yield index
    else:
        with index:
            yield caught("index", partial(_described, index))
            yield caught("in step", partial(_in_step, index))
            yield caught("passages", partial(_passages, index.store))
            yield caught("vectors", partial(_vectors, index))
            yield caught("unpublished", partial(_unpublished, index))
    yield caught("database", partial(_database, folder / FILENAME))
    yield caught("writer", partial(_writer, folder))


def sampled(store: Store) -> list[StoredPassage]:
    """Return some 200 passages, evenly spread over the archive: the same ones every time."""
    last = store.last_passage()
    found = store.passages(range(1, last + 1, max(1, last // SAMPLE)))
    return [found[passage_id] for passage_id in sorted(found)]


def _absent(folder: Path) -> Finding | None:
    if (folder / FILENAME).exists() or (folder / MANIFEST).exists():
        return None
    # Nothing was indexed yet: no fault, unless somebody says that an index is there.
    status, advice = (
        ("warning", "nutgraf index PATH_TO_ARTICLES")
        if folder == Path(DEFAULT_INDEX)
        else ("problem", f"nutgraf index PATH_TO_ARTICLES --index {folder}")
    )
    return Finding("index", status, f"there is no index in {folder}", advice)  # type: ignore[arg-type]


def _described(index: EmbeddedIndex) -> Finding:
    counts, manifest = index.counts, index.manifest
    found = (
        f"{index.folder}: {counts.articles:,} articles, {counts.passages:,} passages, generation"
        f" {manifest.generation}, every file in its full size; encoder {manifest.encoder.id}"
    )
    return Finding("index", "ok", found)


def _in_step(index: EmbeddedIndex) -> Finding:
    """Compare how much the published files have with the manifest, and that with the store."""
    manifest, folder = index.manifest, index.folder
    dense = len(DenseIndex(folder / manifest.vectors))
    lexical, articles = (len(LexicalIndex(folder / manifest.lexical / of)) for of in (PASSAGES, ARTICLES))
    kept = index.counts.passages - index.unpublished
    # A tombstone may be older than the generation, where a writer was killed just after it published.
    fits = kept <= manifest.passages <= kept + len(index.store.tombstones())
    if dense == lexical == manifest.passages and articles == manifest.articles and fits:
        return Finding("in step", "ok", f"{dense:,} passages in the vectors, the words and the store")
    found = (
        f"passages: {manifest.passages:,} in the manifest, {dense:,} in the vectors,"
        f" {lexical:,} in the words, {kept:,} of them in the store; articles: {manifest.articles:,} in the"
        f" manifest, {articles:,} in the words"
    )
    return Finding("in step", "problem", found, _rebuild(folder))


def _passages(store: Store) -> Finding:
    """Cut a sample of the passages again, and compare with what was stored and encoded."""
    sample = sampled(store)
    ids = list(dict.fromkeys(passage.article_id for passage in sample))
    articles, hashes = store.articles(ids), store.content_hashes(ids)
    keys = [_key(passage, articles[passage.article_id]) for passage in sample]
    known = store.known_vectors([key for key in keys if key])
    for passage, key in zip(sample, keys, strict=True):
        article = articles[passage.article_id]
        where = f"passage {passage.id}, [{passage.start}:{passage.end}] of the article {article.id!r},"
        if key is None:
            found = f"{where} does not fit its {len(article.text):,} characters"
        elif key not in known:
            found = f"{where} is not the text that its vector was made from"
        elif article.content_hash != hashes[article.id]:
            found = f"the article {article.id!r} is not the one that was indexed: its hash differs"
        else:
            continue
        return Finding("passages", "problem", found, _restore(store.path.parent))
    found = (
        f"{len(sample):,} of them looked at, in {len(ids):,} articles: words and offsets as they were indexed"
    )
    return Finding("passages", "ok", found)


def _key(passage: StoredPassage, article: Article) -> bytes | None:
    """Return the key of the vector that the passage must have, None where its span does not fit."""
    if not 0 <= passage.start < passage.end <= len(article.text):
        return None
    return vector_hash(title_prefix(article.title) + article.text[passage.start : passage.end])


def _vectors(index: EmbeddedIndex) -> Finding:
    """Search with the stored vectors of some passages: each must find itself, or one that is the same."""
    published = [p.id for p in sampled(index.store) if p.id <= index.manifest.upto]
    tried = published[:: max(1, len(published) // VECTORS)][:VECTORS]
    for passage_id in tried:
        _, vectors = next(index.store.vectors(after=passage_id - 1, chunk=1))
        _, cosines = index.dense(vectors[0].astype(np.float32), 1, Filter())
        if not (len(cosines) and cosines[0] > SAME):
            found = f"{index.manifest.vectors} does not find passage {passage_id} by its own vector"
            return Finding("vectors", "problem", found, _rebuild(index.folder))
    return Finding("vectors", "ok", f"{len(tried):,} passages searched by their own vectors, and found")


def _unpublished(index: EmbeddedIndex) -> Finding:
    waiting = index.unpublished
    if not waiting:
        return Finding("unpublished", "ok", "nothing waits to be published")
    found = f"{waiting:,} passages are found by meaning, not yet by their words"
    return Finding("unpublished", "warning", found, f"nutgraf index --index {index.folder}")


def _database(path: Path, seconds: float = DATABASE_S) -> Finding:
    """Let SQLite look over its file; in a thread that is left behind when it takes too long."""
    outcome: Future[list[str]] = Future()

    def look() -> None:
        try:
            with Store(path, readonly=True) as store:
                outcome.set_result([str(row[0]) for row in store.rows("PRAGMA quick_check(1)")])
        except Exception as error:  # noqa: BLE001 - raised again where the outcome is asked for
            outcome.set_exception(error)

    Thread(target=look, daemon=True).start()
    try:
        faults = outcome.result(timeout=seconds)
    except TimeoutError:
        found = f"{path} is large: SQLite found no fault in {seconds:g} s, and had not seen all of it"
        return Finding("database", "warning", found, f"sqlite3 {path} 'PRAGMA integrity_check'")
    if faults == ["ok"]:
        return Finding("database", "ok", "SQLite finds no fault in its file")
    return Finding("database", "problem", f"{path}: {' '.join(faults)}", _restore(path.parent))


def _writer(folder: Path) -> Finding:
    path = folder / PID
    try:
        pid = path.read_text().strip()
    except FileNotFoundError:
        return Finding("writer", "ok", "nobody writes to it")
    if not pid.isdecimal() or _runs(int(pid)):
        return Finding("writer", "ok", f"process {pid} writes to it now")
    found = f"process {pid} was writing to it, and is gone; nothing published is lost, and nothing is locked"
    return Finding("writer", "warning", found, f"nutgraf index --index {folder}: goes on where it stopped")


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


def _rebuild(folder: Path) -> str:
    return f"nutgraf index --rebuild --index {folder}"


def _restore(folder: Path) -> str:
    return f"restore {folder / FILENAME} from a backup, or remove {folder} and index the articles again"
