"""Keeps copies of one story in one cluster, while articles come, change and go.

Knows the store and when two texts are copies (`indexer.duplicates`); does not know passages or vectors.

A cluster is a connected component of the graph of copies, and is named by the least id in it: whatever the
order of arrival, the same articles make the same clusters. All that is remembered is in the store.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from indexer import duplicates
from indexer.article import Article
from indexer.store import Store

RULE = "sketched_by"
_BATCH = 100
_SAME_BAND = 50
"""Articles looked at in one band, the oldest first: a page's boilerplate may put a whole archive there."""

_COMPARED = 100
"""Articles that one is compared with, the likeliest first."""


def place(store: Store, articles: Sequence[Article], left: Iterable[str] = ()) -> None:
    """Sketch stored articles, and put them, and those `left` of clusters that lost a member, into clusters.

    The caller holds a transaction.
    """
    moving = sorted({*left, *(article.id for article in articles)})
    store.set_apart(moving)
    for article in articles:
        store.put_sketch(article.id, duplicates.sketch(duplicates.shingled(article.text)))

    # Comparing reads the same texts again and again: those of the batch, and of one large cluster.
    @lru_cache(maxsize=_BATCH)
    def shingled(article_id: str) -> duplicates.Shingled:
        return duplicates.shingled(store.texts([article_id])[article_id])

    for article_id in moving:
        names = {store.clusters([article_id])[article_id]}
        for other, name in _candidates(store, article_id):
            if name not in names and duplicates.copies(shingled(article_id), shingled(other)):
                names.add(name)
        if len(names) > 1:
            store.join_clusters(sorted(names), min(names))


def _candidates(store: Store, article_id: str) -> Iterator[tuple[str, str]]:
    """Yield (id, cluster) of articles that may be copies, the likeliest first."""
    own = store.sketches([article_id])[article_id]
    others = store.sketches([i for i in store.sharing(own, _SAME_BAND) if i != article_id])
    likely = {i: alike for i, other in others.items() if (alike := duplicates.likeness(own, other))}
    ranked = sorted(likely, key=lambda i: (-likely[i], i))[:_COMPARED]
    clusters = store.clusters(ranked)
    yield from ((i, clusters[i]) for i in ranked)


def neighbours(store: Store, article_ids: Sequence[str]) -> list[str]:
    """Return the other members of these articles' clusters: they are `left` when these go or change."""
    members = store.members(list({*store.clusters(article_ids).values()}))
    return sorted(members.keys() - set(article_ids))


def forget(store: Store) -> None:
    """Forget every sketch and cluster; `complete` makes them again. The caller holds a transaction."""
    store.forget_sketches()
    store.set_state(RULE, duplicates.rule())


def complete(store: Store) -> None:
    """Place the articles that have no sketch yet: of an older nutgraf's index, or forgotten.

    A transaction a batch: stopped anywhere, it goes on there.
    """
    if store.state(RULE) != duplicates.rule():
        with store.atomic():
            forget(store)
    last = 0
    while waiting := store.unsketched(last, _BATCH):
        with store.atomic():
            place(store, [*store.articles([*waiting.values()]).values()])
        last = max(waiting)
