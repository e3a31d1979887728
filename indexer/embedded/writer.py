"""Builds an index: articles in, one transaction a batch, a generation published at the end.

Knows the order of the steps; does not know files of articles, the command line, or how anything is encoded.
Stopped anywhere, it goes on where it was: an article already stored as it is costs a look-up.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded import clusters
from nutgraf.indexer.embedded.generation import publish, published, writer_lock
from nutgraf.indexer.embedded.manifest import BUILT_BY, Manifest, check_encoder, described
from nutgraf.indexer.embedded.store import FILENAME, NewPassage, Store, vector_hash
from nutgraf.indexer.encoder import Encoder, EncoderIdentity, identity
from nutgraf.indexer.loaders import Skipped
from nutgraf.indexer.passages import PassageRule, split, title_prefix

BATCH_CHARS = 400_000
"""Text a transaction: some 850 passages, about six seconds of encoding, the most a kill can lose."""


@dataclass(slots=True)
class WriteSummary:
    """What a run did. `duplicate`: stored, but a copy of it, edited or not, is there already."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    removed: int = 0
    encoded: int = 0
    skipped: list[Skipped] = field(default_factory=list)


class EmbeddedWriter:
    """The one writer of an index. Use as a context manager: it holds the lock while it is open."""

    def __init__(self, folder: Path, encoder: Encoder, rule: PassageRule | None = None) -> None:
        self.folder = folder
        self.summary = WriteSummary()
        self._encoder = encoder
        self._identity = identity(encoder)
        self._rule = rule or PassageRule()
        self._seen: set[str] = set()

    def __enter__(self) -> "EmbeddedWriter":
        self._lock = writer_lock(self.folder)
        self._lock.__enter__()
        try:
            self._store = Store(self.folder / FILENAME)
        except BaseException:
            self._lock.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._store.close()
        self._lock.__exit__(*error)  # type: ignore[arg-type] # passed on as they came

    def add(self, items: Iterable[Article | Skipped], each_batch: Callable[[], None] = lambda: None) -> None:
        """Store every article of `items`, a transaction a batch; call `each_batch` after each."""
        self._claim()
        for batch in _batches(self._counted(items)):
            self._store_batch(batch)
            each_batch()

    def remove(self, article_ids: Sequence[str]) -> int:
        """Remove articles by id; return how many were there. They are gone from search once published."""
        self._claim()
        with self._store.atomic():
            left = clusters.neighbours(self._store, article_ids)
            removed = self._store.remove(article_ids)
            clusters.place(self._store, [], left)
        self.summary.removed += removed
        return removed

    def known(self, article_ids: Sequence[str]) -> list[str]:
        """Return those of the ids that are stored, in the order given."""
        stored = self._store.content_hashes(article_ids)
        return [article_id for article_id in dict.fromkeys(article_ids) if article_id in stored]

    def unseen_origins(self) -> Iterator[tuple[str, str]]:
        """Yield (article id, origin) of the stored articles that this run did not come across."""
        return (pair for pair in self._store.all_origins() if pair[0] not in self._seen)

    def rebuild(self, each_batch: Callable[[], None] = lambda: None) -> Manifest:
        """Derive everything again from the store; passages and vectors too if the encoder or rule changed."""
        with self._store.atomic():
            clusters.forget(self._store)
            if self._store.state(BUILT_BY) != self._built_by():
                self._store.forget_passages()
                self._store.set_state(BUILT_BY, self._built_by())
        self._fill(each_batch)
        clusters.complete(self._store)
        return publish(self.folder, self._store, self._identity, self._rule, anew=True)

    def publish(self) -> Manifest:
        """Publish a generation, unless the last one holds all there is."""
        self._claim()
        self._fill(lambda: None)
        manifest = published(self.folder, self._store)
        if manifest and manifest.upto == self._store.last_passage() and not self._store.tombstones():
            return manifest
        return publish(self.folder, self._store, self._identity, self._rule)

    # --- inside -------------------------------------------------------------------------------------

    def _built_by(self) -> str:
        return described(self._identity, self._rule)

    def _claim(self) -> None:
        """Remember the encoder and rule of a new index; refuse those of another."""
        found = self._store.state(BUILT_BY)
        if found is None:
            with self._store.atomic():
                self._store.set_state(BUILT_BY, self._built_by())
        elif found != self._built_by():
            built_by = EncoderIdentity(**json.loads(found)[0])
            check_encoder(self.folder, built_by, self._identity)
            self._rule = PassageRule(**json.loads(found)[1])
        clusters.complete(self._store)

    def _counted(self, items: Iterable[Article | Skipped]) -> Iterator[Article]:
        for item in items:
            if isinstance(item, Skipped):
                self.summary.skipped.append(item)
            elif not item.text.strip():
                self.summary.skipped.append(Skipped(item.origin or item.id, "no text"))
            elif item.id in self._seen:
                origin = item.origin or item.id
                self.summary.skipped.append(Skipped(origin, f"id {item.id} was given already in this run"))
            else:
                self._seen.add(item.id)
                # Absolute: the next run may stand in another folder.
                where = os.path.abspath(item.origin) if item.origin else None  # noqa: PTH100 - keeps links
                yield replace(item, origin=where)

    def _store_batch(self, batch: Sequence[Article]) -> None:
        batch = self._unclaimed(batch)
        stored = self._store.content_hashes([a.id for a in batch])
        fresh = [a for a in batch if stored.get(a.id) != a.content_hash]
        self._write(fresh)
        self._note_moves([a for a in batch if stored.get(a.id) == a.content_hash])
        self.summary.unchanged += len(batch) - len(fresh)
        self._count([a.id for a in fresh], stored)

    def _count(self, fresh: Sequence[str], stored: Mapping[str, str]) -> None:
        """Count what was written: of several new copies all but the first are duplicates."""
        names = clusters.of(self._store, fresh)
        members = clusters.members(self._store, [*names.values()])
        known = {
            name for article_id, name in members.items() if article_id in stored or article_id not in names
        }
        for article_id in fresh:
            if article_id in stored:
                self.summary.updated += 1
            elif names[article_id] in known:
                self.summary.duplicate += 1
            else:
                self.summary.added += 1
                known.add(names[article_id])

    def _note_moves(self, unchanged: Sequence[Article]) -> None:
        """Remember where an unchanged article is now, lest pruning takes its old file for the article."""
        origins = self._store.origins([a.id for a in unchanged])
        moved = {a.id: a.origin for a in unchanged if a.origin and origins.get(a.id) != a.origin}
        if moved:
            with self._store.atomic():
                self._store.set_origins(moved)

    def _unclaimed(self, batch: Sequence[Article]) -> list[Article]:
        """Return the batch less files whose id, made from their path, is that of another file still there."""
        origins = self._store.origins([a.id for a in batch])
        kept = []
        for article in batch:
            other = origins.get(article.id)
            named_by_path = article.origin is not None and article.origin.endswith(article.id)
            if named_by_path and other and other != article.origin and Path(other).is_file():
                reason = f"its id {article.id} belongs to {other}; index their common folder instead"
                self.summary.skipped.append(Skipped(article.origin or "", reason))
            else:
                kept.append(article)
        return kept

    def _write(self, articles: Sequence[Article]) -> None:
        """Split, encode and store articles, and find their copies, in one transaction."""
        passages: dict[str, list[NewPassage]] = {}
        texts: dict[bytes, str] = {}
        for article in articles:
            passages[article.id] = list(self._passages(article, texts))
        known = self._store.known_vectors(list(texts))
        missing = [key for key in texts if key not in known]
        encoded = self._encoder.encode([texts[key] for key in missing]).astype(np.float16)
        with self._store.atomic():
            left = clusters.neighbours(self._store, [article.id for article in articles])
            self._store.put_vectors(dict(zip(missing, encoded, strict=True)))
            for article in articles:
                self._store.put(article, passages[article.id])
            clusters.place(self._store, articles, left)
        self.summary.encoded += len(missing)

    def _passages(self, article: Article, texts: dict[bytes, str]) -> Iterator[NewPassage]:
        spans = split(
            article.text,
            article.title,
            self._rule,
            token_spans=self._encoder.token_spans,
            max_tokens=self._encoder.card.max_tokens,
        )
        for start, end in spans:
            encoded = title_prefix(article.title) + article.text[start:end]
            key = vector_hash(encoded)
            texts[key] = encoded
            yield NewPassage(start, end, key)

    def _fill(self, each_batch: Callable[[], None]) -> None:
        """Split and encode the articles that `rebuild` left without passages."""
        while articles := self._store.unsplit(64):
            self._write(articles)
            each_batch()


def _batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    batch: list[Article] = []
    chars = 0
    for article in articles:
        batch.append(article)
        chars += len(article.text)
        if chars >= BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch
