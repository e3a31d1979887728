"""Checks of an archive in Milvus: it opens, its tables agree, who writes to it, what else it holds."""

from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

from nutgraf.indexer.index_check import IndexCheck
from nutgraf.indexer.milvus.address import MilvusAddress, parse
from nutgraf.indexer.milvus.claim import living
from nutgraf.indexer.milvus.connection import connect
from nutgraf.indexer.milvus.head import is_there, read_head
from nutgraf.indexer.milvus.index import MilvusIndex
from nutgraf.indexer.milvus.tables import ALIVE, ARTICLES, PASSAGES, both, key_of, vectors_of, visible


def check_opens(location: Path) -> IndexCheck:
    """Open the archive; raises what opening raises."""
    with MilvusIndex(parse(location)) as index:
        counts = index.state.counts
        message = f"{index.address}: {counts.articles:,} articles, {counts.passages:,} passages"
        return IndexCheck("index", "ok", message)


def check_vectors(location: Path) -> IndexCheck:
    """Compare how many passages say that they have a vector with how many vectors there are."""
    with MilvusIndex(parse(location)) as index:
        connection, seen = connect(index.address), visible(index.head.batch)
        expected = connection.count(PASSAGES, both(seen, f"made < {ALIVE}"))
        vectors = connection.count(vectors_of(index.state.encoder.dim), seen)
    if vectors == expected:
        return IndexCheck("vectors", "ok", f"each of {vectors:,} encoded passages has its vector")
    return IndexCheck(
        "vectors",
        "problem",
        f"{expected:,} passages are encoded, and there are {vectors:,} vectors",
        "restore the database from a backup, or index the articles again into a new one",
    )


def check_writer(location: Path) -> IndexCheck:
    """Say whether a process writes to the archive."""
    address = parse(location)
    claims = living(connect(address))
    if not claims:
        return IndexCheck("writer", "ok", "nobody writes to it")
    writer = next(iter(claims.values()))
    return IndexCheck("writer", "ok", f"process {writer['pid']} on {writer['host']} writes to it now")


def count_other_articles(address: MilvusAddress, article_ids: Iterable[str]) -> int:
    """Count the stored articles, published or not, whose id is not among `article_ids`; each comes once."""
    if not is_there(address):
        return 0
    connection = connect(address)
    head = read_head(connection)
    seen, keys = visible(0 if head is None else head.batch), map(key_of, article_ids)
    parts = iter(lambda: [*islice(keys, ARTICLES.rows_at_once)], [])
    known = sum(len(connection.rows_among(ARTICLES, "key", part, ["row"], seen)) for part in parts)
    return connection.count(ARTICLES, seen) - known


CHECKS: dict[str, Callable[[Path], IndexCheck]] = {
    "index": check_opens,
    "vectors": check_vectors,
    "writer": check_writer,
}
"""The checks of an archive, by name; the first says whether it opens."""
