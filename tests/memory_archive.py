"""A second storage engine: an archive in memory, by brute force, that keeps to `indexer.storage`.

Tests run the same suites on it as on the embedded engine, and answer questions from it: what answers knows no
engine. Both engines share how articles are cut (`indexer.passages`), and what copies are
(`indexer.duplicates`); all else is written here once more.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from nutgraf.indexer import duplicates
from nutgraf.indexer.article import Article
from nutgraf.indexer.encoder import Encoder, EncoderIdentity, identity
from nutgraf.indexer.errors import IndexLocked, IndexMismatch, IndexMissing
from nutgraf.indexer.fields import Field
from nutgraf.indexer.filters import Filter, day_number
from nutgraf.indexer.headlines import headline
from nutgraf.indexer.loaders.base import Skipped
from nutgraf.indexer.passages import PassageRule, split, title_prefix
from nutgraf.indexer.selection import (
    MOST_COUNTED,
    FacetCount,
    Facets,
    ListedArticle,
    ListPlace,
    Selection,
    Sort,
)
from nutgraf.indexer.stop_words import STOP_WORDS
from nutgraf.indexer.storage import (
    ArchiveInfo,
    ArticleStatus,
    Counts,
    Ids,
    IndexState,
    OutletCount,
    Passage,
    PassageFacts,
    Scores,
    WriteStatus,
)


@dataclass(frozen=True, slots=True)
class _StoredPassage:
    """A passage as it is kept: its span, and its unit vector, float16 (dim,); None until it is made."""

    article_id: str
    start: int
    end: int
    field: Field
    vector: NDArray[np.float16] | None


class MemoryArchive:
    """What is stored; it is to this engine what a folder is to the embedded one.

    `writer` gives an ArchiveWriter, and `index` what is stored now, as a PassageIndex and an ArticleCatalog.

    >>> from tests.fakes import FakeEncoder
    >>> archive = MemoryArchive()
    >>> with archive.writer(FakeEncoder()) as writer:
    ...     statuses = [*writer.add([Article("a1", "", "Ann won the cup.")])]
    ...     state = writer.publish()
    >>> archive.index().lexical("cup", 10, Filter())[0].tolist()
    [1]
    """

    def __init__(self, location: str = "memory:") -> None:
        self.location = location
        self.lock = Lock()
        self.articles: dict[str, Article] = {}
        self.passages: dict[int, _StoredPassage] = {}
        self.built_by: EncoderIdentity | None = None
        self.published: IndexState | None = None
        self.published_ids: frozenset[int] = frozenset()
        self.published_vectors: frozenset[int] = frozenset()
        self.state: dict[str, str] = {}
        self.links: dict[str, set[str]] = {}  # article id -> ids of its copies
        self._shingled: dict[str, duplicates.ShingledText] = {}
        self._last_id = 0

    def writer(self, encoder: Encoder) -> "MemoryWriter":
        return MemoryWriter(self, encoder)

    def index(self) -> "MemoryIndex":
        return MemoryIndex(self)

    def put(self, article: Article, passages: Iterable[_StoredPassage]) -> None:
        """Store an article with its passages, in place of what stood under its id."""
        self.remove(article.id)
        self.articles[article.id] = article
        for number, passage in enumerate(passages, start=self._last_id + 1):
            self.passages[number] = passage
            self._last_id = number
        mine = duplicates.shingled(article.text, _day(article))
        self.links[article.id] = {i for i, other in self._shingled.items() if duplicates.copies(mine, other)}
        for other_id in self.links[article.id]:
            self.links[other_id].add(article.id)
        self._shingled[article.id] = mine

    def remove(self, article_id: str) -> None:
        """Remove an article, if it is there."""
        if self.articles.pop(article_id, None) is not None:
            self.passages = {i: p for i, p in self.passages.items() if p.article_id != article_id}
            del self._shingled[article_id]
            for other_id in self.links.pop(article_id):
                self.links[other_id].remove(article_id)

    def clusters(self) -> dict[str, str]:
        """Return article id -> the least id of the articles that it is joined with by copies."""
        names: dict[str, str] = {}
        for least in sorted(self.links):
            waiting = {least} - names.keys()
            while waiting:
                article_id = waiting.pop()
                names[article_id] = least
                waiting |= self.links[article_id] - names.keys()
        return names

    def counts(self) -> Counts:
        return Counts(len(self.articles), len(self.passages))

    def encoded_ids(self) -> frozenset[int]:
        """Return the passages that have vectors."""
        return frozenset(i for i, passage in self.passages.items() if passage.vector is not None)


class MemoryWriter:
    """The one writer of a MemoryArchive: each article is a transaction and a batch."""

    def __init__(self, archive: MemoryArchive, encoder: Encoder) -> None:
        self.encoded_passages = 0
        self._archive, self._encoder, self._identity = archive, encoder, identity(encoder)
        self._seen: set[str] = set()

    def __enter__(self) -> "MemoryWriter":
        if not self._archive.lock.acquire(blocking=False):
            raise IndexLocked(f"another writer has {self._archive.location}", hint="wait until it is done")
        return self

    def __exit__(self, *error: object) -> None:
        self._archive.lock.release()

    @property
    def unencoded_passages(self) -> int:
        return len(self._archive.passages) - len(self._archive.encoded_ids())

    def add(
        self,
        items: Iterable[Article | Skipped],
        each_batch: Callable[[], None] = lambda: None,
        *,
        words_only: bool = False,
    ) -> Iterator[ArticleStatus]:
        self._claim()
        for item in items:
            yield self._store(item, words_only=words_only)
            each_batch()

    def encode(self, go_on: Callable[[], bool] = lambda: True, batch_seconds: float = 1.0) -> None:
        """Encode an article a batch; `batch_seconds` changes nothing."""
        del batch_seconds
        self._claim()
        waiting = {p.article_id for p in self._archive.passages.values() if p.vector is None}
        articles = [self._archive.articles[article_id] for article_id in waiting]
        newest = sorted(articles, key=lambda a: (_day(a) is not None, _day(a) or 0, a.id), reverse=True)
        for article in newest:
            for i, p in self._archive.passages.items():
                if p.article_id == article.id and p.vector is None:
                    text = _titled(article, article.content(p.field)[p.start : p.end], p.field)
                    self._archive.passages[i] = replace(p, vector=self._encoded([text])[0])
            if not go_on():
                return

    def remove(self, article_ids: Sequence[str]) -> list[str]:
        self._claim()
        there = [i for i in dict.fromkeys(article_ids) if i in self._archive.articles]
        for article_id in there:
            self._archive.remove(article_id)
        return there

    def unseen_origins(self) -> Iterator[tuple[str, str]]:
        unseen = [a for i, a in self._archive.articles.items() if i not in self._seen]
        return iter([(article.id, article.origin) for article in unseen if article.origin])

    def state(self, key: str) -> str | None:
        return self._archive.state.get(key)

    def set_state(self, values: Mapping[str, str]) -> None:
        self._archive.state |= values

    def publish(self) -> IndexState:
        self._claim()
        published = self._archive.published
        held = self._archive.published_ids, self._archive.published_vectors
        if published is None or held != (self._archive.passages.keys(), self._archive.encoded_ids()):
            return self._publish()
        return published

    def rebuild(self, each_batch: Callable[[], None] = lambda: None) -> IndexState:
        if self._archive.built_by != self._identity:
            self._archive.built_by = self._identity
            for article in [*self._archive.articles.values()]:
                self._archive.put(article, self._passages(article, words_only=False))
                each_batch()
        self.encode()
        return self._publish()

    def _claim(self) -> None:
        built_by = self._archive.built_by = self._archive.built_by or self._identity
        if built_by != self._identity:
            raise IndexMismatch(
                f"{built_by.id} built the archive, not {self._identity.id}", hint="rebuild it"
            )

    def _store(self, item: Article | Skipped, *, words_only: bool) -> ArticleStatus:
        if isinstance(item, Skipped):
            return ArticleStatus("skipped", None, item.origin, item.reason)
        origin = item.origin or ""
        if not item.text.strip() or item.id in self._seen:
            reason = f"id {item.id} was there before in this run" if item.id in self._seen else "no text"
            return ArticleStatus("skipped", item.id, origin, reason)
        self._seen.add(item.id)
        before = self._archive.articles.get(item.id)
        if before is not None and before.content_hash == item.content_hash:
            self._archive.articles[item.id] = replace(before, origin=item.origin or before.origin)
            return ArticleStatus("unchanged", item.id, origin)
        self._archive.put(item, self._passages(item, words_only=words_only))
        copied: WriteStatus = "duplicate" if self._archive.links[item.id] else "added"
        return ArticleStatus("updated" if before else copied, item.id, origin)

    def _passages(self, article: Article, *, words_only: bool) -> list[_StoredPassage]:
        limit, token_spans = self._encoder.card.max_tokens, self._encoder.token_spans
        spans = split(article.text, article.title, PassageRule(), token_spans=token_spans, max_tokens=limit)
        places: list[tuple[int, int, Field]] = [(*span, "text") for span in spans]
        if title := headline(article):
            places.append((*title, "title"))
        if words_only:
            return [_StoredPassage(article.id, *place, None) for place in places]
        texts = [_titled(article, article.content(field)[s:e], field) for s, e, field in places]
        vectors = self._encoded(texts)
        return [_StoredPassage(article.id, *place, row) for place, row in zip(places, vectors, strict=True)]

    def _encoded(self, texts: Sequence[str]) -> NDArray[np.float16]:
        self.encoded_passages += len(texts)
        return self._encoder.encode(texts).astype(np.float16)

    def _publish(self) -> IndexState:
        archive = self._archive
        generation = 1 + (archive.published.generation if archive.published else 0)
        last, token = max(archive.passages, default=0), uuid4().hex
        encoded = archive.encoded_ids()
        archive.published = IndexState(
            generation, token, archive.counts(), 0, last, self._identity, len(encoded)
        )
        archive.published_ids, archive.published_vectors = frozenset(archive.passages), encoded
        return archive.published


class MemoryIndex:
    """What a MemoryArchive held when this was made."""

    def __init__(self, archive: MemoryArchive) -> None:
        if archive.published is None:
            raise IndexMissing(f"nothing was published in {archive.location}", hint="publish it")
        names = archive.clusters()
        self._location = archive.location
        self._articles = {i: replace(archive.articles[i], cluster=names[i]) for i in sorted(archive.articles)}
        self._sizes = Counter(names.values())
        self._passages = dict(archive.passages)
        self._published = self._passages.keys() & archive.published_ids
        new = archive.encoded_ids() - archive.published_ids
        self._vectors = {
            i: vector
            for i, passage in self._passages.items()
            if i in archive.published_vectors | new and (vector := passage.vector) is not None
        }
        self._passage_words = _Bm25(
            {p.id: _titled(p.article, p.text, p.field) for p in self.fetch([*self._published])}
        )
        with_words = {self._passages[i].article_id for i in self._published}
        self._article_words = _Bm25(
            {i: _titled(self._articles[i], self._articles[i].text) for i in with_words}
        )
        self.state = replace(
            archive.published,
            counts=archive.counts(),
            unpublished_passages=len(self._passages) - len(self._published),
            last_passage=max(self._passages, default=0),
            encoded_passages=len(self._vectors),
        )

    def __enter__(self) -> "MemoryIndex":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def dense(self, vector: NDArray[np.float32], k: int, allow: Filter) -> tuple[Ids, Scores]:
        ids = [i for i in self._vectors if self._passes(i, allow)]
        rows = np.array([self._vectors[i] for i in ids], np.float32).reshape(-1, len(vector))
        # Summed row by row, and not as a matrix product: equal rows have equal scores to the last bit.
        return _best(dict(zip(ids, (rows * vector).sum(axis=1).tolist(), strict=True)), k)

    def lexical(self, question: str, k: int, allow: Filter) -> tuple[Ids, Scores]:
        scores = self._passage_words.scores(question)
        return _best({i: score for i, score in scores.items() if self._passes(i, allow)}, k)

    def article_scores(self, question: str, passage_ids: Sequence[int]) -> dict[int, float]:
        scores = self._article_words.scores(question)
        owners = {i: self._passages[i].article_id for i in passage_ids if i in self._passages}
        return {i: scores[article_id] for i, article_id in owners.items() if article_id in scores}

    def facts(self, passage_ids: Sequence[int]) -> dict[int, PassageFacts]:
        return {
            p.id: PassageFacts(
                p.article.id, p.field, _day(p.article), self._cluster(p.article), p.id in self._vectors
            )
            for p in self.fetch(passage_ids)
        }

    def fetch(self, passage_ids: Sequence[int]) -> list[Passage]:
        stored = [(i, self._passages[i]) for i in passage_ids if i in self._passages]
        return [Passage(i, self._articles[p.article_id], p.start, p.end, p.field) for i, p in stored]

    def copies(self, passage_ids: Sequence[int], allow: Filter) -> dict[int, list[Article]]:
        last = datetime.max.replace(tzinfo=UTC)
        articles = sorted(self._articles.values(), key=lambda a: (a.published or last, a.id))
        names = {p.id: self._cluster(p.article) for p in self.fetch(passage_ids)}
        return {
            i: [article for article in articles if article.cluster == name and _passes(article, allow)]
            for i, name in names.items()
            if name is not None
        }

    def newest_day(self, allow: Filter) -> int | None:
        days = [_day(article) for article in self._articles.values() if _passes(article, allow)]
        return max((day for day in days if day is not None), default=None)

    def get(self, article_ids: Sequence[str]) -> dict[str, Article]:
        return {i: self._articles[i] for i in article_ids if i in self._articles}

    def page(self, allow: Filter, after: str | None, limit: int) -> list[Article]:
        following = [a for i, a in self._articles.items() if after is None or i > after]
        return [article for article in following if _passes(article, allow)][:limit]

    def listed(
        self, selection: Selection, sort: Sort, after: ListPlace | None, limit: int
    ) -> list[ListedArticle]:
        scores = self._article_words.scores(selection.words)
        articles = sorted(self._selected(selection), key=lambda article: article.id)

        def key(article: Article) -> str | int | None:
            if sort == "best":
                return round(10_000 * scores.get(article.id, 0.0))
            return article.published.isoformat() if article.published and sort != "id" else None

        if sort in {"newest", "oldest"}:
            dated = [article for article in articles if article.published]
            dated.sort(key=lambda a: a.published or datetime.max, reverse=sort == "newest")
            articles = dated + [article for article in articles if not article.published]
        elif sort == "best":
            articles.sort(key=lambda a: -scores.get(a.id, 0.0))
        listed = [ListedArticle(article, ListPlace(key(article), article.id)) for article in articles]
        passed = 0 if after is None else 1 + [entry.place for entry in listed].index(after)
        return listed[passed : passed + limit]

    def facets(self, selection: Selection) -> Facets:
        articles = self._selected(selection)

        def counted(names: Iterable[Iterable[str]]) -> tuple[FacetCount, ...]:
            spellings: dict[str, str] = {}
            counts: Counter[str] = Counter()
            for group in names:
                counts.update({name.casefold() for name in group})
                for name in group:
                    spellings[name.casefold()] = min(name, spellings.get(name.casefold(), name))
            ranked = sorted((-count, spellings[name]) for name, count in counts.items())
            return tuple(FacetCount(name, -count) for count, name in ranked[:MOST_COUNTED])

        months = Counter(f"{a.published:%Y-%m}" for a in articles if a.published)
        return Facets(
            articles=len(articles),
            outlets=counted([a.source] for a in articles if a.source),
            authors=counted(a.authors for a in articles),
            months=tuple(FacetCount(*month) for month in sorted(months.items())),
            undated=len(articles) - months.total(),
        )

    def cluster(self, name: str) -> list[Article]:
        last = datetime.max.replace(tzinfo=UTC)
        members = [article for article in self._articles.values() if article.cluster == name]
        return sorted(members, key=lambda a: (a.published or last, a.id))

    def _selected(self, selection: Selection) -> list[Article]:
        wanted = {name.casefold() for name in selection.authors}
        return [
            article
            for article in self._articles.values()
            if _passes(article, selection.allow)
            and (not wanted or not wanted.isdisjoint(name.casefold() for name in article.authors))
            and self._article_words.has_all(article.id, selection.words)
        ]

    def info(self) -> ArchiveInfo:
        outlets = Counter(a.source for a in self._articles.values() if a.source is not None)
        ranked = sorted(outlets.items(), key=lambda outlet: (-outlet[1], outlet[0]))
        dates = sorted(a.published.isoformat() for a in self._articles.values() if a.published)
        size = sum(len(article.text.encode()) for article in self._articles.values())
        named = tuple(OutletCount(*outlet) for outlet in ranked)
        first, last = (dates[0], dates[-1]) if dates else (None, None)
        return ArchiveInfo(self._location, self.state, named, first, last, size)

    def _passes(self, passage_id: int, allow: Filter) -> bool:
        return _passes(self._articles[self._passages[passage_id].article_id], allow)

    def _cluster(self, article: Article) -> str | None:
        return article.cluster if article.cluster and self._sizes[article.cluster] > 1 else None


class _Bm25:
    """BM25 (Robertson and Zaragoza 2009) over texts with keys; stop words are no words."""

    def __init__(self, texts: Mapping[Any, str]) -> None:
        self._counts = {key: Counter(_terms(text)) for key, text in texts.items()}
        self._mean = sum(map(Counter.total, self._counts.values())) / max(1, len(texts))
        self._holders = Counter(term for counts in self._counts.values() for term in counts)

    def has_all(self, key: object, words: str) -> bool:
        """Whether a text has every word."""
        terms = _terms(words)
        return not terms or {*terms} <= {*self._counts.get(key, ())}

    def scores(self, question: str) -> dict[Any, float]:
        """Return key -> score of the texts that share a word with the question."""
        scores: dict[Any, float] = {}
        for term in dict.fromkeys(_terms(question)):
            holders = self._holders[term]
            worth = math.log(1 + (len(self._counts) - holders + 0.5) / (holders + 0.5))
            for key, counts in self._counts.items():
                if times := counts[term]:
                    length = 0.25 + 0.75 * counts.total() / self._mean
                    scores[key] = scores.get(key, 0.0) + worth * 2.2 * times / (times + 1.2 * length)
        return scores


def _terms(text: str) -> list[str]:
    return [word for word in duplicates.words(text) if word not in STOP_WORDS]


def _titled(article: Article, text: str, field: Field = "text") -> str:
    return title_prefix(article.title, field) + text


def _day(article: Article) -> int | None:
    return day_number(article.published.date()) if article.published else None


def _passes(article: Article, allow: Filter) -> bool:
    day, source = _day(article), (article.source or "").casefold()
    first, last = allow.first_day, allow.last_day
    dated = (first is None or (day is not None and day >= first)) and (
        last is None or (day is not None and day <= last)
    )
    return dated and (not allow.sources or source in {name.casefold() for name in allow.sources})


def _best(scores: Mapping[int, float], k: int) -> tuple[Ids, Scores]:
    rounded = {i: np.float32(score) for i, score in scores.items()}
    ids = sorted(rounded, key=lambda i: (-rounded[i], i))[:k]
    return np.array(ids, np.int64), np.array([rounded[i] for i in ids], np.float32)
