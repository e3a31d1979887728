"""The seam below the writer: what `StoreWriter` and the clusters need of the place where articles are kept.

Knows values and Protocols alone; `indexer.embedded` keeps articles in SQLite, `indexer.milvus` in Milvus.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.article import Article
from nutgraf.indexer.fields import FIELDS, Field
from nutgraf.indexer.passages import title_prefix

Vectors: TypeAlias = npt.NDArray[np.float16]
"""(n, dim) float16 unit rows: exact enough (1e-3), half the memory and twice the speed of float32."""


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A passage to store: its span in the field, and the hash of the text that its vector was made from."""

    start: int
    end: int
    vector_hash: bytes
    field: Field = "text"


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as it stands in the store."""

    id: int
    article_id: str
    start: int
    end: int
    field: Field

    def key_in(self, article: Article) -> bytes | None:
        """Return the key of the vector that the passage must have; None where its span does not fit."""
        content = article.content(self.field)
        if self.field not in FIELDS or not 0 <= self.start < self.end <= len(content):
            return None
        return vector_hash(title_prefix(article.title, self.field) + content[self.start : self.end])


def vector_hash(encoded_text: str) -> bytes:
    """Return the key under which the vector of an encoder's input text is kept."""
    return hashlib.blake2b(encoded_text.encode(), digest_size=16).digest()


class SketchStore(Protocol):
    """The sketches of stored articles: int64 bands, little-endian, one after another."""

    def put(self, article_id: str, sketch: bytes) -> None:
        """Keep the sketch of a stored article that has none yet."""
        ...

    def remove_all(self) -> None:
        """Remove the sketches of all articles."""
        ...

    def of(self, article_ids: Sequence[str]) -> dict[str, bytes]:
        """Return id -> sketch of those articles that have one."""
        ...

    def sharing(self, sketch: bytes, most: int) -> list[str]:
        """Return the ids of the articles that share a band with the sketch, `most` a band, oldest first."""
        ...

    def missing(self, after: int, limit: int) -> dict[int, str]:
        """Return number -> id of up to `limit` articles without a sketch, beyond the number `after`."""
        ...


class ArticleStore(Protocol):
    """Articles with their passages, vectors, clusters and remembered values.

    Writing happens inside `atomic()`, and is seen at once by the store itself, by readers once it is
    committed. Every method raises StorageFailed where the store cannot be reached.
    """

    @property
    def sketches(self) -> SketchStore:
        """The sketches of the articles."""
        ...

    def atomic(self) -> AbstractContextManager[None]:
        """Return a block that is one transaction: all of it is committed, or nothing where it raises."""
        ...

    def put(self, article: Article, passages: Sequence[NewPassage]) -> None:
        """Store the article with its passages, in place of what stood under its id."""
        ...

    def remove(self, article_ids: Iterable[str]) -> list[str]:
        """Remove the articles; return the ids that were there."""
        ...

    def content_hashes(self, article_ids: Sequence[str]) -> dict[str, str]:
        """Return id -> content hash of those articles that are stored."""
        ...

    def set_origins(self, origins: Mapping[str, str | None]) -> None:
        """Note where articles were read from, now that it is somewhere else."""
        ...

    def origins(self, article_ids: Sequence[str]) -> dict[str, str | None]:
        """Return id -> origin of those articles that are stored."""
        ...

    def all_origins(self) -> Iterator[tuple[str, str]]:
        """Yield (article id, origin) of every article that has an origin."""
        ...

    def articles(self, article_ids: Sequence[str]) -> dict[str, Article]:
        """Return id -> Article of those that are stored."""
        ...

    def texts(self, article_ids: Sequence[str]) -> dict[str, str]:
        """Return id -> text of those articles that are stored."""
        ...

    def clusters(self, article_ids: Sequence[str]) -> dict[str, str]:
        """Return id -> cluster of those articles that are stored and have one."""
        ...

    def shared_clusters(self, article_ids: Sequence[str]) -> set[str]:
        """Return the clusters of these articles that have another member."""
        ...

    def cluster_members(self, names: Sequence[str]) -> dict[str, str]:
        """Return id -> cluster of all articles of these clusters."""
        ...

    def part(self, article_ids: Iterable[str] | None = None) -> None:
        """Give each of the articles (None: every one) a cluster of its own, named by its id."""
        ...

    def join(self, name: str, others: Iterable[str]) -> None:
        """Move the articles of the clusters `others` into the cluster `name`."""
        ...

    def passages(self, passage_ids: Sequence[int]) -> dict[int, StoredPassage]:
        """Return id -> passage of those that are stored."""
        ...

    def unsplit(self, limit: int) -> list[Article]:
        """Return up to `limit` articles that have no passages (after `forget_passages`)."""
        ...

    def untitled(self, limit: int) -> dict[int, Article]:
        """Return number -> article of up to `limit` articles whose title was not looked at yet."""
        ...

    def put_titles(self, articles: Mapping[int, Article], passages: Mapping[str, NewPassage]) -> None:
        """Store article id -> passage of its title for those that `untitled` returned; each is asked once."""
        ...

    def forget_passages(self) -> None:
        """Remove all passages and vectors, keeping the articles: for another encoder or passage rule."""
        ...

    def known_vectors(self, hashes: Sequence[bytes]) -> set[bytes]:
        """Return those of the hashes that have a vector already."""
        ...

    def put_vectors(self, vectors: Mapping[bytes, npt.NDArray[np.float16]]) -> None:
        """Store a float16 vector (dim,) for each hash; a hash that has one keeps its vector."""
        ...

    def expect_vectors(self, hashes: Iterable[bytes]) -> None:
        """Note hashes whose vectors are to be made later; those that are there already stay as they are."""
        ...

    def vector_hashes(self, passage_ids: Sequence[int]) -> dict[int, bytes]:
        """Return id -> hash of the text that the vector of the passage is, or will be, made from."""
        ...

    def count_unencoded(self) -> int:
        """Return how many passages have no vector yet."""
        ...

    def unencoded(self, limit: int) -> list[int]:
        """Return up to `limit` passages without a vector, those of the newest articles first."""
        ...

    def state(self, key: str) -> str | None:
        """Return a remembered value, None where there is none."""
        ...

    def set_state(self, key: str, value: str) -> None:
        """Remember a value."""
        ...
