"""The seam of storage: what answering, listing and writing need of an archive, whichever engine keeps it.

Knows values and Protocols alone. An engine satisfies the Protocols by shape: `indexer.embedded` has
`EmbeddedIndex` (PassageIndex and ArticleCatalog) and `EmbeddedWriter` (ArchiveWriter).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.article import Article
from nutgraf.indexer.encoder import EncoderIdentity
from nutgraf.indexer.fields import Field
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.loaders.base import Skipped
from nutgraf.indexer.selection import Facets, ListedArticle, ListPlace, Selection, Sort

Ids: TypeAlias = npt.NDArray[np.int64]
"""Ids of passages, int64 (n,)."""

Scores: TypeAlias = npt.NDArray[np.float32]
"""Scores of the same passages, float32 (n,)."""


def by_score(ids: Ids, scores: Scores) -> tuple[Ids, Scores]:
    """Return both in the total order used everywhere: score descending, then id ascending."""
    order = np.lexsort((ids, -scores))
    return ids[order], scores[order]


WriteStatus = Literal["added", "updated", "unchanged", "duplicate", "skipped"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage with its article: `text == article.content(field)[start:end]`, offsets in code points."""

    id: int
    article: Article
    start: int
    end: int
    field: Field = "text"

    @property
    def text(self) -> str:
        """The passage's own words: of a passage of the text, those without the title of its article."""
        return self.article.content(self.field)[self.start : self.end]

    @property
    def page(self) -> int | None:
        """The page, from 1, on which it begins; None for a title, and where the article has no pages."""
        return self.article.page_of(self.start, self.field)


@dataclass(frozen=True, slots=True)
class PassageFacts:
    """What ranking needs of a passage and its article, without their texts.

    `article` is the article's id. `day` is the day number (days since 1970-01-01, UTC) of the article, None
    where it has no date. `cluster` names the copies that the article belongs to, None where no other article
    is a copy of it. `encoded` tells whether the index that was asked has a vector of the passage: it finds
    the others by their words alone.
    """

    article: str
    field: Field
    day: int | None
    cluster: str | None
    encoded: bool = True


@dataclass(frozen=True, slots=True)
class Counts:
    """How many articles and passages can be found; the headlines that have a passage are among these."""

    articles: int
    passages: int


@dataclass(frozen=True, slots=True)
class IndexState:
    """The state of an index that an answer comes from. It is in memory: reading it costs nothing.

    `generation` counts published generations from 1. `token` is a random word that changes with each of them.
    `unpublished_passages` were stored since then: they are found by meaning, not yet by their words.
    `last_passage` is at least the highest passage id that is searched; what is added later gets higher
    ones. `encoded_passages` have vectors and are found by meaning; the others only by their words.
    """

    generation: int
    token: str
    counts: Counts
    unpublished_passages: int
    last_passage: int
    encoder: EncoderIdentity
    encoded_passages: int

    @property
    def encoded(self) -> float:
        """The share of passages that have vectors, 0 to 1; below 1 wherever one is missing."""
        missing = self.counts.passages - self.encoded_passages
        if missing <= 0:
            return 1.0
        return min(self.encoded_passages / self.counts.passages, 0.9999)


@dataclass(frozen=True, slots=True)
class OutletCount:
    """An outlet and how many articles of it there are."""

    name: str
    articles: int


@dataclass(frozen=True, slots=True)
class Recall:
    """What a search finds that compares few of `passages`: the shares of the nearest 10 and 100, 0 to 1."""

    passages: int
    at_10: float
    at_100: float

    def reaches(self, least: float) -> bool:
        """Whether both are at least so high."""
        return min(self.at_10, self.at_100) >= least


@dataclass(frozen=True, slots=True)
class ArchiveInfo:
    """What an archive holds.

    `location` is the folder or address that it was opened by. `outlets` are sorted by count, the largest
    first, then by name; articles without an outlet are left out. `first_published` and `last_published` are
    ISO 8601, None where no article has a date. `recall` was measured when the vectors were published; of
    several parts it is the least. Its `passages` are 0 where it was too low: all vectors are compared then,
    as they are in a small archive, where it is None.
    """

    location: str
    state: IndexState
    outlets: tuple[OutletCount, ...]
    first_published: str | None
    last_published: str | None
    size_bytes: int
    recall: Recall | None = None


@dataclass(frozen=True, slots=True)
class ArticleStatus:
    """What became of one article that was to be stored.

    `added`: it is new. `updated`: it replaced another state of itself. `unchanged`: it was stored as it is.
    `duplicate`: it is new and stored, and another of its cluster, a copy of it, was there before. `skipped`:
    it was not stored, for `reason`. `id` is None where nothing has an id. `origin` is where the article was
    read, a path or a path and line; where it came without a file, "" or, if it was skipped, its id.

    >>> import nutgraf
    >>> with nutgraf.open("tarn.nutgraf") as archive:
    ...     archive.add({"id": "t1", "text": "The mill at Tarn closed."}).statuses[0]
    ArticleStatus(status='added', id='t1', origin='', reason='')
    """

    status: WriteStatus
    id: str | None
    origin: str
    reason: str = ""


class PassageIndex(Protocol):
    """An index, opened for finding passages. It may be used by several threads at once.

    Every search takes a `Filter`, which is applied before the search: a selective filter loses no hit. Every
    order is total: score descending, then id ascending. Every method raises StorageFailed where the store
    cannot be reached, and IndexDamaged where its content cannot be read.
    """

    @property
    def state(self) -> IndexState:
        """The state that is searched: the same for as long as the index is open."""
        ...

    def dense(self, vector: npt.NDArray[np.float32], k: int, allow: Filter) -> tuple[Ids, Scores]:
        """Return ids and cosines of the `k` passages nearest to the unit vector float32 (dim,).

        Fewer come back where fewer pass `allow` and have vectors; two empty arrays where none does.
        """
        ...

    def lexical(self, question: str, k: int, allow: Filter) -> tuple[Ids, Scores]:
        """Return ids and BM25 scores of the `k` best passages that share a word with the question.

        Two empty arrays come back where the question has no words, or no passage has any of them.
        """
        ...

    def article_scores(self, question: str, passage_ids: Sequence[int]) -> dict[int, float]:
        """Return passage id -> BM25 score of the passage's whole article.

        Absent are ids that are unknown, and those whose article has none of the words or is not published.
        """
        ...

    def facts(self, passage_ids: Sequence[int]) -> dict[int, PassageFacts]:
        """Return passage id -> facts of its article; unknown ids are absent."""
        ...

    def fetch(self, passage_ids: Sequence[int]) -> list[Passage]:
        """Return the passages in the order of the ids; an id that is gone is left out."""
        ...

    def copies(self, passage_ids: Sequence[int], allow: Filter) -> dict[int, list[Article]]:
        """Return passage id -> the articles of the passage's cluster that pass `allow`, by date, then id.

        The passage's own article is among them, if it passes. Absent are passages whose article is alone in
        its cluster, and those of whose cluster nothing passes.
        """
        ...

    def newest_day(self, allow: Filter) -> int | None:
        """Return the day number of the newest article that passes `allow`; None where none has a date."""
        ...


class ArticleCatalog(Protocol):
    """The articles of an archive, for whoever lists or shows them.

    Every method raises StorageFailed where the store cannot be reached, and IndexDamaged where its content
    cannot be read.
    """

    def get(self, article_ids: Sequence[str]) -> dict[str, Article]:
        """Return id -> article; ids that no article has are absent."""
        ...

    def page(self, allow: Filter, after: str | None, limit: int) -> list[Article]:
        """Return the next `limit` articles that pass `allow`, by id.

        `after` is the last id of the page before, None for the first page. Fewer than `limit` articles, or
        none, mean that there are no more.
        """
        ...

    def listed(
        self, selection: Selection, sort: Sort, after: ListPlace | None, limit: int
    ) -> list[ListedArticle]:
        """Return the next `limit` articles of a selection in the order of `sort`, those at a tie by id.

        `after` is the place of the last article of the page before, None for the first page. Without words
        that can be looked for "best" is by id.
        """
        ...

    def facets(self, selection: Selection) -> Facets:
        """Return how many articles a selection has, by outlet, author and month."""
        ...

    def cluster(self, name: str) -> list[Article]:
        """Return the articles of a cluster, by date (none last), then id; none for an unknown name."""
        ...

    def info(self) -> ArchiveInfo:
        """Return what the archive holds; counting outlets reads every article's row."""
        ...


class ArchiveWriter(Protocol):
    """The one writer of an archive; use it as a context manager: the lock is held inside the block.

    Entering raises IndexLocked where another process writes, IndexMismatch where a newer nutgraf wrote the
    archive, and StorageFailed or IndexDamaged where it cannot be opened. `add`, `remove` and `publish` raise
    IndexMismatch where another encoder built the archive. Every method raises StorageFailed where the disk
    says no; what was committed before stays. Stopped anywhere, the same calls go on where they were.
    """

    @property
    def encoded_passages(self) -> int:
        """How many passages were turned into vectors since the writer was opened."""
        ...

    @property
    def unencoded_passages(self) -> int:
        """How many stored passages have no vector yet."""
        ...

    def __enter__(self) -> Self:
        """Take the lock and open the archive; an archive that is not there is made."""
        ...

    def __exit__(self, *error: object) -> None:
        """Close the archive and give the lock back; nothing is published by it."""
        ...

    def add(
        self,
        items: Iterable[Article | Skipped],
        each_batch: Callable[[], None] = ...,
        *,
        words_only: bool = ...,
    ) -> Iterator[ArticleStatus]:
        """Store articles, one transaction a batch, and yield a status for each item, in their order.

        A status comes after the transaction that stored its article was committed. This is a generator:
        nothing is stored unless it is consumed. An id that came before in the life of this writer is skipped.
        `each_batch` is called after the statuses of a batch. An Exception that `items` raises is raised
        again, after the articles before it were stored. With `words_only` the passages get no vectors now:
        published, they are found by their words, and `encode` makes them found by their meaning.
        """
        ...

    def encode(self, go_on: Callable[[], bool] = ..., batch_seconds: float = ...) -> None:
        """Make the vectors that are missing, those of the newest articles first, a transaction a batch.

        A batch takes some `batch_seconds`. `go_on` is called after each and ends the work where it returns
        false. Searches find by meaning what was encoded when it is published, or when `publish` is called in
        `go_on`.
        """
        ...

    def remove(self, article_ids: Sequence[str]) -> list[str]:
        """Remove articles, and return the ids that were there, in the order of the argument, each once.

        An index that is opened after this does not find them, published or not.
        """
        ...

    def unseen_origins(self) -> Iterator[tuple[str, str]]:
        """Yield (article id, origin) of the stored articles that did not come through `add` of this writer.

        Articles without an origin are left out.
        """
        ...

    def state(self, key: str) -> str | None:
        """Return what `set_state` remembered under a key; None where there is nothing."""
        ...

    def set_state(self, values: Mapping[str, str]) -> None:
        """Remember values by their keys, in one transaction; they stay until they are set again."""
        ...

    def publish(self) -> IndexState:
        """Publish a generation, unless the last one holds everything; return what is published then.

        It holds the words of all passages, and the vectors that were made.
        """
        ...

    def rebuild(self, each_batch: Callable[[], None] = ...) -> IndexState:
        """Derive everything again from the stored articles, and publish it.

        Passages and vectors are made again where the encoder or the passage rule changed: this is how an
        archive gets another encoder. `each_batch` is called after each batch of articles.
        """
        ...
