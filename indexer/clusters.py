"""Keeps copies of one story in one cluster, while articles come, change and go.

Knows when clusters must be joined or parted, and that `indexer.duplicates` says whether two texts are copies;
does not know how clusters and sketches are kept (`indexer.article_store`), nor vectors.

A cluster is a connected component of the graph of copies, and is named by the least id in it: whatever the
order of arrival, the same articles make the same clusters, as long as no template puts more articles into one
band than are compared. All that is remembered is in the store.

Two reports of one template, such as two draws of a lottery, share no cluster, even where a third article is a
copy of both: a component that holds two such reports is made of its likeliest pairs first, and parted there.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, islice, product
from typing import TypeAlias

from nutgraf.indexer import duplicates
from nutgraf.indexer.article import Article
from nutgraf.indexer.article_store import ArticleStore
from nutgraf.indexer.filters import day_number

RULE = "sketched_by"
"""The key of the store's state that says by which rule its sketches were made."""

WAITING = "clusters_waiting"
"""The key of the store's state that names the clusters whose members may have parted."""

_BATCH = 100  # articles a transaction of `complete`; not measured
_TEXTS = 250  # texts that are kept for comparing, at some 0.2 MB each; not measured
_SAME_BAND = 50
"""Articles looked at in one band, the oldest first: a page's boilerplate may put a whole archive there. Like
_COMPARED a bound on the work: other numbers were not measured."""

_COMPARED = 100
"""Articles that an article is compared with, the likeliest first; pairs of articles before clusters join."""

_REGROUPED = 40
"""Articles of clusters that are made anew together. A template of hundreds of reports touches many clusters
with each new one: it joins its likeliest copy then, and the order of arrival counts."""

_PAIRS = 100_000  # verdicts that are kept; not measured

_Related: TypeAlias = Callable[[str, str], duplicates.Relation]
"""The ids of two articles, the lesser first -> how their texts are related."""


def postpone(store: ArticleStore, article_ids: Sequence[str]) -> None:
    """Note that these articles are about to change or go: without them their clusters may part.

    Looking into it costs a comparison of all members. So `settle` does it once, however many members change
    before; until then the others stay together. The caller has begun a transaction.
    """
    _wait(store, _waiting(store) | store.shared_clusters(article_ids))


def settle(store: ArticleStore) -> None:
    """Find the clusters of the members of those that `postpone` noted, a transaction each."""
    while waiting := _waiting(store):
        name = min(waiting)
        with store.atomic():
            _wait(store, waiting - {name})
            place(store, [], store.cluster_members([name]))


def _waiting(store: ArticleStore) -> set[str]:
    return {*json.loads(store.state(WAITING) or "[]")}


def _wait(store: ArticleStore, names: Iterable[str]) -> None:
    store.set_state(WAITING, json.dumps(sorted(names)))


def place(store: ArticleStore, articles: Sequence[Article], left: Iterable[str] = ()) -> None:
    """Sketch stored articles, and find the clusters of them and of the ids `left` of clusters that lost some.

    The caller has begun a transaction.
    """
    moving = sorted({*left, *(article.id for article in articles)})
    store.part(moving)
    for article in articles:
        store.sketches.put(article.id, duplicates.sketch(duplicates.shingled(article.text)))

    # The same texts are compared again and again: those of the batch, and of one large cluster.
    @lru_cache(maxsize=_PAIRS)
    def related(article_id: str, other: str) -> duplicates.Relation:
        return duplicates.relation(shingled(article_id), shingled(other))

    @lru_cache(maxsize=_TEXTS)
    def shingled(article_id: str) -> duplicates.ShingledText:
        article = store.articles([article_id])[article_id]
        day = None if article.published is None else day_number(article.published)
        return duplicates.shingled(article.text, day)

    for article_id in moving:
        names = [store.clusters([article_id])[article_id]]
        for other, name in _candidates(store, article_id):
            if name not in names and _are(duplicates.Relation.COPIES, article_id, other, related):
                names.append(name)
        if len(names) > 1:
            groups = _groups(store.cluster_members(names))
            if not any(_hold_other_reports(*pair, related) for pair in combinations(groups.values(), 2)):
                _join(store, names)
            elif sum(map(len, groups.values())) <= _REGROUPED:
                _regroup(store, [i for group in groups.values() for i in group], related)
            else:
                _join_likeliest(store, names, groups, related)


def _candidates(store: ArticleStore, article_id: str) -> Iterator[tuple[str, str]]:
    """Yield (id, cluster) of articles that may be copies, the likeliest first."""
    likely = _likely(store, article_id)
    names = store.clusters([*likely])
    yield from ((i, names[i]) for i in likely)


def _likely(store: ArticleStore, article_id: str) -> dict[str, int]:
    """Return id -> likeness of the articles that may be copies, the likeliest first."""
    sketches = store.sketches
    own = sketches.of([article_id])[article_id]
    others = sketches.of([i for i in sketches.sharing(own, _SAME_BAND) if i != article_id])
    likely = {i: alike for i, sketch in others.items() if (alike := duplicates.likeness(own, sketch))}
    return {i: likely[i] for i in sorted(likely, key=lambda i: (-likely[i], i))[:_COMPARED]}


def _groups(members: Mapping[str, str]) -> dict[str, list[str]]:
    """Return cluster -> its ids, of id -> cluster, both in order."""
    groups: dict[str, list[str]] = {}
    for article_id, name in sorted(members.items(), key=lambda member: member[::-1]):
        groups.setdefault(name, []).append(article_id)
    return groups


def _are(relation: duplicates.Relation, article_id: str, other: str, related: _Related) -> bool:
    return related(*sorted((article_id, other))) is relation


def _hold_other_reports(left: Iterable[str], right: Iterable[str], related: _Related) -> bool:
    """Whether an article of one group and one of the other are two reports of one template."""
    pairs = islice(product(left, right), _COMPARED)
    return any(_are(duplicates.Relation.OTHER_REPORTS, i, other, related) for i, other in pairs)


def _join_likeliest(
    store: ArticleStore, names: Sequence[str], groups: Mapping[str, Sequence[str]], related: _Related
) -> None:
    """Join the first of the clusters with the next one that holds no other report of its template."""
    own, *others = names
    for name in others:
        if not _hold_other_reports(groups[own], groups[name], related):
            _join(store, (own, name))
            return


def _regroup(store: ArticleStore, article_ids: Sequence[str], related: _Related) -> None:
    """Make the clusters of these articles anew, the likeliest copies first; no two reports share one."""
    _wait(store, _waiting(store).difference(store.clusters(article_ids).values()))  # all are looked into here
    store.part(article_ids)
    group_of = {article_id: [article_id] for article_id in article_ids}
    links = [
        (-alike, article_id, other)
        for article_id in article_ids
        for other, alike in _likely(store, article_id).items()
        if article_id < other in group_of and _are(duplicates.Relation.COPIES, article_id, other, related)
    ]
    for _, article_id, other in sorted(links):
        group, other_group = group_of[article_id], group_of[other]
        if group is not other_group and not _hold_other_reports(group, other_group, related):
            group += other_group
            group_of.update(dict.fromkeys(other_group, group))
    for group in {id(group): group for group in group_of.values()}.values():
        if len(group) > 1:
            _join(store, group)


def _join(store: ArticleStore, names: Iterable[str]) -> None:
    """Make one cluster of several."""
    least, *others = sorted(names)  # writing a row anew costs its text, too: only those that change
    store.join(least, others)
    waiting = _waiting(store)
    if not waiting.isdisjoint(others):
        _wait(store, waiting.difference(others) | {least})


def forget(store: ArticleStore) -> None:
    """Forget every sketch and cluster; `complete` makes them again. The caller has begun a transaction."""
    store.sketches.remove_all()
    store.part()
    _wait(store, ())
    store.set_state(RULE, duplicates.rule())


def complete(store: ArticleStore) -> None:
    """Place the articles that have no sketch: an older nutgraf stored them, or `forget` was called.

    There is a transaction a batch: stopped anywhere, the next call goes on there.
    """
    if store.state(RULE) != duplicates.rule():
        with store.atomic():
            forget(store)
    last = 0
    while waiting := store.sketches.missing(last, _BATCH):
        with store.atomic():
            place(store, [*store.articles([*waiting.values()]).values()])
        last = max(waiting)
