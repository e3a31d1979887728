"""The collections of an archive in Milvus, and what their rows mean.

Every row but those of `control` and `words` is written once and belongs to a batch: `born` is the batch that
wrote it, `died` the batch that removed or replaced it, `ALIVE` until then. What a reader sees is what was
there after one batch, so a batch is seen as a whole, once its number is in `control`, or not at all.

No text of users stands in a filter: rows are looked up by numbers and by digests of names.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

from nutgraf.indexer.filters import Filter

FORMAT = 1
"""The version of these tables; `control` has that of the archive."""

ALIVE = 1 << 62
NO_DAY = -(1 << 40)
"""The day of an article without a date: below any day, so that it passes no filter by date."""

VARCHAR_BYTES = 65_535
"""The most that Milvus takes in a VARCHAR."""

PIECE_CHARS = 16_000
"""Characters of a piece of a long text: at most 4 bytes each in UTF-8."""

Kind = Literal["int", "bool", "text", "pieces", "ints", "texts", "vector", "words"]
"""A `text` has at most `VARCHAR_BYTES`; `pieces` are a text of any length, cut by `cut`."""


@dataclass(frozen=True, slots=True)
class Table:
    """A collection: its key, its columns by their kinds, and how many of its rows may travel at once."""

    name: str
    key: str
    columns: dict[str, Kind]
    rows_at_once: int = 1000


_BATCHES: dict[str, Kind] = {"born": "int", "died": "int"}

CONTROL = Table("nutgraf_control", "key", {"key": "text", "value": "text"})
"""The one row "head", which says what is committed and published, and the writers' claims."""

STATE = Table(
    "nutgraf_state", "row", {"row": "int", "key": "text", "part": "int", "value": "text", **_BATCHES}
)
"""Remembered values, in pieces."""

ARTICLES = Table(
    "nutgraf_articles",
    "row",
    {
        "row": "int",
        "key": "text",
        "id": "text",
        "hash": "text",
        "source": "text",
        "source_key": "text",
        "day": "int",
        "published": "text",
        "authors": "texts",
        "names": "text",
        "body": "text",
        "pieces": "int",
        "words": "words",
        "terms": "int",
        "mean": "int",
        **_BATCHES,
    },
    rows_at_once=100,
)
"""Articles. `body` is the first piece of the article as JSON; `words` are weights of its terms, by the mean
length `mean` (thousandths of a term); `terms` is how many it has."""

PIECES = Table(
    "nutgraf_pieces",
    "row",
    {"row": "int", "article": "int", "part": "int", "body": "text", **_BATCHES},
    rows_at_once=100,
)
"""The other pieces of long articles."""

PRINTS = Table(
    "nutgraf_prints",
    "row",
    {
        "row": "int",
        "article": "int",
        "key": "text",
        "id": "text",
        "cluster": "text",
        "cluster_key": "text",
        "origin": "text",
        "bands": "ints",
        "sketched": "int",
        **_BATCHES,
    },
)
"""What changes of an article while its text stays: its cluster and origin; and the bands of its sketch."""

PASSAGES = Table(
    "nutgraf_passages",
    "row",
    {
        "row": "int",
        "article": "int",
        "key": "text",
        "id": "text",
        "start": "int",
        "stop": "int",
        "title": "bool",
        "day": "int",
        "source_key": "text",
        "hash": "text",
        "words": "words",
        "terms": "int",
        "mean": "int",
        "made": "int",
        **_BATCHES,
    },
)
"""Passages; `made` is the batch that made the vector, `ALIVE` as long as there is none."""

VECTORS = "nutgraf_vectors_"
"""What the names of the collections of vectors begin with; each length of vectors has one."""


def vectors_of(dim: int) -> Table:
    """Return the collection of vectors of `dim` numbers, by the number of the passage.

    `born` is the batch of the passage, `made` that of the vector.
    """
    return Table(
        f"{VECTORS}{dim}",
        "row",
        {
            "row": "int",
            "hash": "text",
            "day": "int",
            "source_key": "text",
            "vector": "vector",
            "made": "int",
            **_BATCHES,
        },
    )


WORDS = Table("nutgraf_words", "term", {"term": "int", "holders": "int", "since": "int", "before": "int"})
"""How many published passages have a term: `holders` since the generation `since`, `before` until then.

Of terms of articles the numbers begin at 2**32.
"""

WATCHES = Table(
    "nutgraf_watches",
    "row",
    {
        "row": "int",
        "watch": "int",
        "key": "text",
        "definition": "pieces",
        "webhook": "text",
        "state": "pieces",
        "seen": "int",
        "revision": "int",
        "created": "text",
        "encoder": "text",
        "vector": "text",
        **_BATCHES,
    },
    rows_at_once=250,
)
"""Standing questions: `key` is the digest of the definition, `vector` that of the question as base64 of
float16, which the encoder with the digest `encoder` made. `seen`, `encoder` and `vector` change in place."""

CHANGES = Table(
    "nutgraf_watch_changes",
    "row",
    {"row": "int", "watch": "int", "at": "text", "body": "pieces", "tries": "int", **_BATCHES},
    rows_at_once=250,
)
"""Changes of what watches are answered with; `row` is their id. `tries` changes in place: how often a change
was sent in vain, `SENT` where it need not be sent (again)."""

SENT = -1

WATCHED = (WATCHES, CHANGES)
"""The collections of standing questions, which are made when the first is kept. Their batches are their own,
so that questions are noted while articles are written."""

BATCHED = (STATE, ARTICLES, PIECES, PRINTS, PASSAGES)
TABLES = (*BATCHED, WORDS, CONTROL)
"""All but those of vectors and watches, `CONTROL` last: an archive is there once it has it."""


INDEXED = {
    *("key", "article", "cluster_key", "hash", "source_key", "authors", "bands"),
    *("day", "born", "died", "made", "sketched", "watch"),
}
"""The columns by which rows are looked up: a server has an index of each."""


def key_of(name: str) -> str:
    """Return the digest by which a name is looked up: an id, an outlet or an author."""
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def cut(text: str) -> list[str]:
    """Return a text as the pieces of a column of `pieces`; joined they are the text."""
    return [text[at : at + PIECE_CHARS] for at in range(0, len(text), PIECE_CHARS)]


def visible(batch: int) -> str:
    """Return the condition on rows that were there after a batch."""
    return f"born <= {batch} and died > {batch}"


def passing(allow: Filter) -> str:
    """Return the filter as a condition on rows with `day` and `source_key`, "" where it has none."""
    conditions = []
    if allow.first_day is not None:
        conditions.append(f"day >= {allow.first_day}")
    if allow.last_day is not None:
        conditions.append(f"day <= {allow.last_day} and day > {NO_DAY}")
    if allow.sources:
        keys = ", ".join(f'"{key_of(source.casefold())}"' for source in allow.sources)
        conditions.append(f"source_key in [{keys}]")
    return " and ".join(conditions)


def both(*conditions: str) -> str:
    """Return the condition that all of these hold, of which some may be ""."""
    return " and ".join(f"({condition})" for condition in conditions if condition)
