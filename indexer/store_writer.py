"""Writes an archive: articles in, one transaction a batch, a generation published at the end.

`StoreWriter` is the order of the steps, over any `ArticleStore`. It does not know how articles are read,
whether a file is there (`indexer.origins` says so), the command line, or how anything is encoded. Stopped
anywhere, the next writer goes on there: an article that is stored as it is costs a look-up, and so does a
passage that has its vector.
"""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Self, TypeAlias, TypeGuard

import numpy as np

from nutgraf.indexer import clusters, origins
from nutgraf.indexer.article import Article
from nutgraf.indexer.article_store import ArticleStore, NewPassage, Vectors, vector_hash
from nutgraf.indexer.built_by import BUILT_BY, check_encoder, described
from nutgraf.indexer.duplicates import copies, shingled
from nutgraf.indexer.encoder import Encoder, EncoderIdentity, identity
from nutgraf.indexer.fields import Field
from nutgraf.indexer.headlines import headline
from nutgraf.indexer.loaders.base import Skipped
from nutgraf.indexer.loaders.identity import ids_apart, ids_of_place, is_from_url
from nutgraf.indexer.passages import PassageRule, TokenSpans, split, title_prefix
from nutgraf.indexer.storage import ArticleStatus, IndexState, WriteStatus

BATCH_CHARS = 100_000
"""Text a transaction: some 210 passages, one or two seconds of encoding, the most that a kill can lose."""

ENCODE_SECONDS = 1.5
"""How long a batch of `encode` takes, the most that a kill can lose: more texts of one length are faster."""

_FIRST_TEXTS = 64  # texts of the first batch of `encode`, whose time says how many the next has; not measured
_ORDERED = 5000  # passages that are put in order at a time; not measured: it bounds how stale the order is

BATCH_SECONDS = 1.0
"""How long a transaction waits for more text where articles are slow to read."""

_UNSPLIT = 64  # articles a transaction when everything is cut anew; not measured
_UNTITLED = 500  # titles a transaction when an older index gets them; not measured
_REMEMBERED = "remembered:"  # the beginning of callers' keys, lest they meet those of the engine
_Item: TypeAlias = Article | ArticleStatus


class StoreWriter(ABC):
    """The writer of an archive, whichever store keeps it; an engine says how the store is opened.

    The methods are described in `indexer.storage`, as those of an `ArchiveWriter`. Whoever enters the context
    has the lock and `_store`.
    """

    _store: ArticleStore

    def __init__(self, location: Path | str, encoder: Encoder, rule: PassageRule | None = None) -> None:
        self._location = location
        self.encoded_passages = 0
        self._encoder = encoder
        self._identity = identity(encoder)
        self._rule = rule or PassageRule()
        self._claimed = False
        self._seen: set[str] = set()
        self._pending: dict[str, str] = {}  # id -> text of those that are not stored yet

    @abstractmethod
    def __enter__(self) -> Self:
        """Take the lock and open the store."""

    @abstractmethod
    def __exit__(self, *error: object) -> None:
        """Close the store and give the lock back."""

    @abstractmethod
    def _publish(self, *, anew: bool) -> IndexState:
        """Publish the store unless the last generation holds all there is; `anew` derives all again."""

    @property
    def unencoded_passages(self) -> int:
        """How many stored passages have no vector yet."""
        return self._store.count_unencoded()

    def add(
        self,
        items: Iterable[Article | Skipped],
        each_batch: Callable[[], None] = lambda: None,
        *,
        words_only: bool = False,
    ) -> Iterator[ArticleStatus]:
        """Store articles, a transaction a batch, and yield what became of each item; consume it."""
        self._claim()
        for batch in _batches(self._checked(items)):
            yield from self._store_batch(batch, words_only=words_only)
            each_batch()

    def encode(self, go_on: Callable[[], bool] = lambda: True, batch_seconds: float = ENCODE_SECONDS) -> None:
        """Make the vectors that are missing, those of the newest articles first, a transaction a batch."""
        self._claim()
        self._fill(lambda: None)
        size = _FIRST_TEXTS
        while waiting := self._store.unencoded(_ORDERED):
            at = 0
            while at < len(waiting):
                began = time.monotonic()
                texts = self._missing_texts(waiting[at : at + size])
                at += size
                encoded = self._encoded(texts)
                with self._store.atomic():
                    self._store.put_vectors(encoded)
                self.encoded_passages += len(encoded)
                size = _next_size(size, time.monotonic() - began, batch_seconds)
                if not go_on():
                    return

    def remove(self, article_ids: Sequence[str]) -> list[str]:
        """Remove articles by id; return those that were there. They are gone from every search."""
        self._claim()
        with self._store.atomic():
            clusters.postpone(self._store, article_ids)
            return self._store.remove(article_ids)

    def unseen_origins(self) -> Iterator[tuple[str, str]]:
        """Yield (article id, origin) of the stored articles that did not come through this writer."""
        return (pair for pair in self._store.all_origins() if pair[0] not in self._seen)

    def state(self, key: str) -> str | None:
        """Return a remembered value, None where there is none."""
        return self._store.state(_REMEMBERED + key)

    def set_state(self, values: Mapping[str, str]) -> None:
        """Remember values, in one transaction."""
        with self._store.atomic():
            for key, value in values.items():
                self._store.set_state(_REMEMBERED + key, value)

    def rebuild(self, each_batch: Callable[[], None] = lambda: None) -> IndexState:
        """Derive everything again from the store; passages and vectors too if the encoder or rule changed."""
        with self._store.atomic():
            clusters.forget(self._store)
            if self._store.state(BUILT_BY) != self._built_by():
                self._store.forget_passages()
                self._store.set_state(BUILT_BY, self._built_by())
        self._fill(each_batch)
        clusters.complete(self._store)
        # Words first: the vectors of another encoder may take long.
        self._publish(anew=True)

        def go_on() -> bool:
            each_batch()
            return True

        self.encode(go_on)
        return self.publish()

    def publish(self) -> IndexState:
        """Publish a generation, unless the last one holds all there is."""
        self._claim()
        self._fill(lambda: None)
        clusters.settle(self._store)
        return self._publish(anew=False)

    # --- inside -------------------------------------------------------------------------------------

    def _built_by(self) -> str:
        return described(self._identity, self._rule)

    def _claim(self) -> None:
        """Remember the encoder and rule of a new index; refuse another encoder than that of an old one.

        Once is enough: looking for articles without sketches passes over all of them.
        """
        if self._claimed:
            return
        built_by = self._store.state(BUILT_BY)
        if built_by is None:
            with self._store.atomic():
                self._store.set_state(BUILT_BY, self._built_by())
        elif built_by != self._built_by():
            encoder, rule = json.loads(built_by)
            check_encoder(self._location, EncoderIdentity(**encoder), self._identity)
            self._rule = PassageRule(**rule)
        clusters.complete(self._store)
        self._claimed = True

    def _checked(self, items: Iterable[Article | Skipped]) -> Iterator[_Item]:
        """Yield each article that can be stored, and the status of each item that cannot."""
        for item in items:
            if isinstance(item, Skipped):
                yield ArticleStatus("skipped", None, item.origin, item.reason)
                continue
            article = self._apart(item)
            if not article.text.strip():
                yield _skipped(article, "no text")
            elif _places(article):
                yield article
            elif article.id in self._seen:
                yield _skipped(article, f"id {article.id} was given already in this run")
            else:
                self._seen.add(article.id)
                self._pending[article.id] = article.text
                yield article

    def _apart(self, article: Article) -> Article:
        """Return an article whose id no other story has, if that was made from an address.

        Pages name the address of another by mistake: the home page, a section, the first part of a series.
        A new text of the same file, and a print of the same story in another, take the place of the old one.
        """
        if not is_from_url(article.id, article.url):
            return article
        names = (article.id, *ids_apart(article.id, article.title, article.text))
        return next(
            (named for name in names if not self._is_taken(named := replace(article, id=name))), article
        )

    def _is_taken(self, article: Article) -> bool:
        """Whether another story of another place has the article's id, in this run or stored."""
        if article.id not in self._seen:
            owner = self._store.origins([article.id]).get(article.id)
            if (
                not owner
                or not article.origin
                or origins.origin_path(owner) == origins.origin_path(article.origin)
            ):
                return False
        text = self._pending.get(article.id) or self._store.texts([article.id]).get(article.id)
        return text is not None and not _is_one_story(article.text, text)

    def _named(self, batch: Sequence[_Item]) -> list[_Item]:
        """Return the batch; each article that its place names has a name that no other file's article has.

        An article of a file that was read before keeps its name, whatever folder is read this time.
        """
        places = [_places(item) for item in batch]
        owners = self._store.origins([*chain.from_iterable(places)])
        rivals = {
            name
            for item, names in zip(batch, places, strict=True)
            for name in names
            if (owner := owners.get(name))
            and origins.document(owner) != origins.document(item.origin or "")
            and (_is_row(item) or not origins.is_there(owner))
        }
        texts = self._store.texts([*rivals])
        named: list[_Item] = []
        for item, names in zip(batch, places, strict=True):
            if not isinstance(item, Article) or not names:
                named.append(item)
                continue
            name = self._name(item, names, owners, texts)
            if name in self._seen:
                named.append(_skipped(item, f"id {name} was given already in this run"))
                continue
            self._seen.add(name)
            owners[name], texts[name] = item.origin, item.text
            named.append(item if name == item.id else replace(item, id=name))
        return named

    def _name(
        self,
        article: Article,
        names: Sequence[str],
        owners: Mapping[str, str | None],
        texts: Mapping[str, str],
    ) -> str:
        """Return the name that its document gave the article, else the first of `names` that is free.

        So is that of the same story in a file that is gone: it was moved. Another story may stand on a disk
        that is not mounted, and its article stays.
        """
        ours = origins.document(article.origin or "")
        for name in names:
            if origins.document(owners.get(name) or "") == ours:
                return name
        for name in names[names.index(article.id) :]:
            owner = owners.get(name)
            is_seen = name in self._seen
            if owner is None and not is_seen:
                return name
            may_share = _is_row(article) or not (is_seen or owner is None or origins.is_there(owner))
            if may_share and _is_one_story(article.text, texts.get(name)):
                return name
        return names[-1]

    def _store_batch(self, batch: Sequence[_Item], *, words_only: bool) -> Iterator[ArticleStatus]:
        """Store the articles of a batch; yield a status for each item of it, in order.

        An interrupt behind the transaction is raised when all of these are told: they are stored.
        """
        self._pending.clear()
        named = self._named(batch)
        articles = [item for item in named if isinstance(item, Article)]
        stored = self._store.content_hashes([a.id for a in articles])
        fresh = [a for a in articles if stored.get(a.id) != a.content_hash]
        try:
            self._write(fresh, words_only=words_only)
            self._note_moves([a for a in articles if stored.get(a.id) == a.content_hash])
            statuses = self._statuses([a.id for a in fresh], stored)
        except KeyboardInterrupt:
            if self._are_stored(fresh):
                yield from _told(named, self._statuses([a.id for a in fresh], stored))
            raise
        yield from _told(named, statuses)

    def _are_stored(self, articles: Sequence[Article]) -> bool:
        hashes = self._store.content_hashes([a.id for a in articles])
        return all(hashes.get(a.id) == a.content_hash for a in articles)

    def _statuses(self, fresh: Sequence[str], stored: Mapping[str, str]) -> dict[str, WriteStatus]:
        """Return id -> status of what was written: of several new copies all but the first are duplicates."""
        names = self._store.clusters(fresh)
        members = self._store.cluster_members([*names.values()])
        known = {
            name for article_id, name in members.items() if article_id in stored or article_id not in names
        }
        statuses: dict[str, WriteStatus] = {}
        for article_id in fresh:
            if article_id in stored:
                statuses[article_id] = "updated"
            elif names[article_id] in known:
                statuses[article_id] = "duplicate"
            else:
                statuses[article_id] = "added"
                known.add(names[article_id])
        return statuses

    def _note_moves(self, unchanged: Sequence[Article]) -> None:
        """Remember where an unchanged article is now, lest pruning takes its old file for the article."""
        before = self._store.origins([a.id for a in unchanged])
        moved = {a.id: a.origin for a in unchanged if a.origin and before.get(a.id) != a.origin}
        if moved:
            with self._store.atomic():
                self._store.set_origins(moved)

    def _write(self, articles: Sequence[Article], *, words_only: bool) -> None:
        """Split, encode and store articles, and find their copies, in one transaction."""
        passages: dict[str, list[NewPassage]] = {}
        texts: dict[bytes, str] = {}
        token_spans = self._token_spans(articles)
        for article in articles:
            passages[article.id] = list(self._passages(article, token_spans, texts))
        encoded = {} if words_only else self._encoded(texts)
        with self._store.atomic():
            clusters.postpone(self._store, [article.id for article in articles])
            self._store.put_vectors(encoded)
            self._store.expect_vectors(texts)
            for article in articles:
                self._store.put(article, passages[article.id])
            clusters.place(self._store, articles)
        self.encoded_passages += len(encoded)

    def _token_spans(self, articles: Sequence[Article]) -> TokenSpans:
        """Return what looks up the tokens of titles and texts, counted together: that takes all threads."""
        counted = [text for article in articles for text in (title_prefix(article.title), article.text)]
        spans = dict(zip(counted, self._encoder.token_spans(counted), strict=True))
        return lambda texts: [spans[text] for text in texts]

    def _passages(
        self, article: Article, token_spans: TokenSpans, texts: dict[bytes, str]
    ) -> Iterator[NewPassage]:
        spans = split(
            article.text,
            article.title,
            self._rule,
            token_spans=token_spans,
            max_tokens=self._encoder.card.max_tokens,
        )
        for start, end in spans:
            yield _passage(article, start, end, "text", texts)
        if title := headline(article):
            yield _passage(article, *title, "title", texts)

    def _fill(self, each_batch: Callable[[], None]) -> None:
        """Split what has no passages: articles that `rebuild` left, titles in an older index."""
        while articles := self._store.unsplit(_UNSPLIT):
            self._write(articles, words_only=True)
            each_batch()
        while untitled := self._store.untitled(_UNTITLED):
            self._write_titles(untitled)
            each_batch()

    def _write_titles(self, articles: Mapping[int, Article]) -> None:
        """Store passages of the titles of stored articles, in one transaction."""
        texts: dict[bytes, str] = {}
        passages = {
            article.id: _passage(article, *title, "title", texts)
            for article in articles.values()
            if (title := headline(article))
        }
        with self._store.atomic():
            self._store.expect_vectors(texts)
            self._store.put_titles(articles, passages)

    def _missing_texts(self, passage_ids: Sequence[int]) -> dict[bytes, str]:
        """Return key -> text to encode, of these passages.

        The key is the stored one: the rule that makes the text of a passage may have changed since.
        """
        passages, keys = self._store.passages(passage_ids), self._store.vector_hashes(passage_ids)
        articles = self._store.articles([*{p.article_id for p in passages.values()}])
        return {
            keys[i]: _encoder_text(articles[p.article_id], p.start, p.end, p.field)
            for i, p in passages.items()
        }

    def _encoded(self, texts: Mapping[bytes, str]) -> dict[bytes, Vectors]:
        """Return key -> vector, float16 (dim,), of the texts whose vectors are not stored yet."""
        known = self._store.known_vectors([*texts])
        missing = [key for key in texts if key not in known]
        rows = self._encoder.encode([texts[key] for key in missing]).astype(np.float16)
        return dict(zip(missing, rows, strict=True))


def _passage(article: Article, start: int, end: int, field: Field, texts: dict[bytes, str]) -> NewPassage:
    """Return a passage, and add what the encoder reads of it to the `texts` by their keys."""
    text = _encoder_text(article, start, end, field)
    key = vector_hash(text)
    texts[key] = text
    return NewPassage(start, end, key, field)


def _encoder_text(article: Article, start: int, end: int, field: Field) -> str:
    """Return what the encoder reads of a passage: its words, behind the title of its article."""
    return title_prefix(article.title, field) + article.content(field)[start:end]


def _next_size(size: int, seconds: float, batch_seconds: float) -> int:
    """Return how many texts the next batch has, that `batch_seconds` may be enough for; at most double."""
    return max(1, min(2 * size, int(size * batch_seconds / max(seconds, 1e-3))))


def _skipped(article: Article, reason: str) -> ArticleStatus:
    return ArticleStatus("skipped", article.id, article.origin or article.id, reason)


def _told(items: Sequence[_Item], statuses: Mapping[str, WriteStatus]) -> Iterator[ArticleStatus]:
    """Yield the status of each item; an article without one in `statuses` (by id) was stored as it is."""
    for item in items:
        if isinstance(item, ArticleStatus):
            yield item
        else:
            yield ArticleStatus(statuses.get(item.id, "unchanged"), item.id, item.origin or "")


def _places(item: _Item) -> list[str]:
    """Return the names that its place can give an article; none where something else names it."""
    return ids_of_place(item.id, item.origin) if isinstance(item, Article) and item.origin else []


def _is_row(item: _Item) -> TypeGuard[Article]:
    """Whether an article states the number of a row as its id."""
    return isinstance(item, Article) and item.id.isdecimal()


def _is_one_story(text: str, other: str | None) -> bool:
    return other is not None and (text == other or copies(shingled(text), shingled(other)))


def _batches(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """Yield the items in batches of some `BATCH_CHARS`, or of what came within `BATCH_SECONDS`.

    What came before `items` raised is yielded first.
    """
    batch: list[_Item] = []
    chars, began = 0, time.monotonic()
    try:
        for item in items:
            batch.append(item)
            chars += len(item.text if isinstance(item, Article) else item.reason)
            if chars >= BATCH_CHARS or time.monotonic() - began >= BATCH_SECONDS:
                yield batch
                batch, chars, began = [], 0, time.monotonic()
    except Exception:
        if batch:
            yield batch
        raise
    if batch:
        yield batch
