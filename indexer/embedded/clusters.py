"""Keeps copies of one story in one cluster, while articles come, change and go.

Knows the column `cluster` of the stored articles, and whom to ask whether two texts are copies
(`indexer.duplicates`); does not know how sketches are kept (`indexer.embedded.sketches`), nor vectors.

A cluster is a connected component of the graph of copies, and is named by the least id in it: whatever the
order of arrival, the same articles make the same clusters, as long as no template puts more articles into one
band than are compared. All that is remembered is in the store.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from nutgraf.indexer import duplicates
from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded import sketches
from nutgraf.indexer.embedded.rows import READ, article_of, conditions
from nutgraf.indexer.embedded.store import Store
from nutgraf.indexer.filters import Filter

RULE = "sketched_by"
_BATCH = 100
_SAME_BAND = 50
"""Articles looked at in one band, the oldest first: a page's boilerplate may put a whole archive there."""

_COMPARED = 100
"""Articles that one is compared with, the likeliest first."""


# --- who is in which ------------------------------------------------------------------------------------


def of(store: Store, article_ids: Sequence[str]) -> dict[str, str]:
    """Return id -> cluster of those articles that are stored and have one."""
    sql = "SELECT id, cluster FROM articles WHERE cluster IS NOT NULL AND id IN ({})"
    return dict(store.rows_in(sql, article_ids))


def of_passages(store: Store, passage_ids: Sequence[int]) -> dict[int, str]:
    """Return id -> cluster of the passages whose article is not alone in its cluster."""
    sql = (
        "SELECT p.id, a.cluster FROM passages p JOIN articles a ON a.num = p.article WHERE"
        " EXISTS (SELECT 1 FROM articles b WHERE b.cluster = a.cluster AND b.num <> a.num) AND p.id IN ({})"
    )
    return dict(store.rows_in(sql, passage_ids))


def members(store: Store, names: Sequence[str]) -> dict[str, str]:
    """Return id -> cluster of all articles of these clusters."""
    return dict(store.rows_in("SELECT id, cluster FROM articles WHERE cluster IN ({})", names))


def articles_of(store: Store, names: Sequence[str], allow: Filter) -> list[Article]:
    """Return the passing articles of those clusters: by date (none last), then id."""
    passing, values = conditions(allow)
    where = " AND ".join([*passing, "a.cluster IN ({})"])
    rows = store.rows_in(f"SELECT {READ} FROM articles a WHERE {where}", names, before=values)
    last = datetime.max.replace(tzinfo=UTC)
    return sorted(map(article_of, rows), key=lambda a: (a.published or last, a.id))


def neighbours(store: Store, article_ids: Sequence[str]) -> list[str]:
    """Return the other members of these articles' clusters: they are `left` when these go or change."""
    found = members(store, list({*of(store, article_ids).values()}))
    return sorted(found.keys() - set(article_ids))


# --- putting articles there -----------------------------------------------------------------------------


def place(store: Store, articles: Sequence[Article], left: Iterable[str] = ()) -> None:
    """Sketch stored articles, and put them, and those `left` of clusters that lost a member, into clusters.

    The caller holds a transaction.
    """
    moving = sorted({*left, *(article.id for article in articles)})
    store.run_each(
        "UPDATE articles SET cluster = id WHERE id = ? AND cluster IS NOT id", [(i,) for i in moving]
    )
    for article in articles:
        sketches.put(store, article.id, duplicates.sketch(duplicates.shingled(article.text)))

    # Comparing reads the same texts again and again: those of the batch, and of one large cluster.
    @lru_cache(maxsize=_BATCH)
    def shingled(article_id: str) -> duplicates.ShingledText:
        return duplicates.shingled(store.texts([article_id])[article_id])

    for article_id in moving:
        names = {of(store, [article_id])[article_id]}
        for other, name in _candidates(store, article_id):
            if name not in names and duplicates.copies(shingled(article_id), shingled(other)):
                names.add(name)
        if len(names) > 1:
            _join(store, names)


def _candidates(store: Store, article_id: str) -> Iterator[tuple[str, str]]:
    """Yield (id, cluster) of articles that may be copies, the likeliest first."""
    own = sketches.of(store, [article_id])[article_id]
    others = sketches.of(store, [i for i in sketches.sharing(store, own, _SAME_BAND) if i != article_id])
    likely = {i: alike for i, other in others.items() if (alike := duplicates.likeness(own, other))}
    ranked = sorted(likely, key=lambda i: (-likely[i], i))[:_COMPARED]
    names = of(store, ranked)
    yield from ((i, names[i]) for i in ranked)


def _join(store: Store, names: Iterable[str]) -> None:
    """Make one cluster of several."""
    least, *others = sorted(names)  # writing a row anew costs its text, too: only those that change
    store.run_each("UPDATE articles SET cluster = ? WHERE cluster = ?", [(least, n) for n in others])


def forget(store: Store) -> None:
    """Forget every sketch and cluster; `complete` makes them again. The caller holds a transaction."""
    sketches.remove_all(store)
    store.run("UPDATE articles SET cluster = id WHERE cluster IS NOT id")
    store.set_state(RULE, duplicates.rule())


def complete(store: Store) -> None:
    """Place the articles that have no sketch yet: of an older nutgraf's index, or forgotten.

    A transaction a batch: stopped anywhere, it goes on there.
    """
    if store.state(RULE) != duplicates.rule():
        with store.atomic():
            forget(store)
    last = 0
    while waiting := sketches.missing(store, last, _BATCH):
        with store.atomic():
            place(store, [*store.articles([*waiting.values()]).values()])
        last = max(waiting)
