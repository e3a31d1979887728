"""Clusters against pairs of the news set that were labelled by reading both texts (ids only).

A copy: the same reporting printed again, be it edited, cut, extended or updated, with most of the shorter
text's sentences. Not a copy: written anew about the same event, or sharing a gallery, a template, background.
"""

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nutgraf.indexer import clusters
from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.store import Store
from nutgraf.indexer.loaders.base import LoadOptions
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load

PAIRS = Path(__file__).with_name("duplicate_pairs.jsonl")
UNSEEN = Path(__file__).with_name("duplicate_pairs_unseen.jsonl")
"""150 pairs of other articles, labelled by another reader before the rule was run on them."""

HARD = Path(__file__).with_name("duplicate_pairs_hard.jsonl")
HARD_UNSEEN = Path(__file__).with_name("duplicate_pairs_hard_unseen.jsonl")
"""300 hard pairs in two halves: templates, updates, galleries, and one event by several writers.

`version` tells whether a copy differs in a fact. No article and no series of titles is in both halves.
"""


def labelled(data: Path, tmp_path: Path, wanted: set[str]) -> list[Article]:
    """Return the wanted articles of the news set, cleaned as indexing does."""
    few = tmp_path / "few.jsonl"
    with gzip.open(data / "news" / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        few.write_text("".join(line for line in lines if json.loads(line)["id"] in wanted), encoding="utf-8")
    files, _ = discover([str(few)])
    return [item for item in load(files[0], LoadOptions()) if isinstance(item, Article)]


def precision_recall(pairs: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> tuple[float, float]:
    joined = [pair for pair in pairs if names[pair["a"]] == names[pair["b"]]]
    right = sum(pair["copy"] for pair in joined)
    return right / len(joined), right / sum(pair["copy"] for pair in pairs)


def read_pairs(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def clustered(pairs: Sequence[Mapping[str, Any]], data: Path, tmp_path: Path) -> dict[str, str]:
    """Return the cluster of every article of the pairs, placed together in a store of their own."""
    wanted = {pair[end] for pair in pairs for end in "ab"}
    articles = labelled(data, tmp_path, wanted)
    assert {article.id for article in articles} == wanted
    with Store(tmp_path / "store.sqlite") as store:
        with store.atomic():
            for article in articles:
                store.put(article, [])
            clusters.place(store, articles)
        return store.clusters(sorted(wanted))


def test_clusters_are_what_readers_call_copies(data: Path, tmp_path: Path) -> None:
    pairs = read_pairs(PAIRS)
    assert (len(pairs), sum(pair["copy"] for pair in pairs)) == (300, 121)
    precision, recall = precision_recall(pairs, clustered(pairs, data, tmp_path))
    assert precision >= 0.98
    assert recall >= 0.9


def test_clusters_of_pairs_that_the_rule_had_not_seen(data: Path, tmp_path: Path) -> None:
    pairs = read_pairs(UNSEEN)
    clear = [pair for pair in pairs if not pair.get("doubtful")]
    assert (len(pairs), sum(pair["copy"] for pair in pairs)) == (150, 59)
    assert (len(clear), sum(pair["copy"] for pair in clear)) == (108, 35)
    assert not {p[end] for p in pairs for end in "ab"} & {p[end] for p in read_pairs(PAIRS) for end in "ab"}
    names = clustered(pairs, data, tmp_path)
    # measured: 0.915 and 0.729 over all, 0.971 and 0.971 where the reader had no doubt; most pairs were drawn
    # where texts are neither alike nor different, so these are harder pairs than an archive's mix
    precision, recall = precision_recall(pairs, names)
    assert precision >= 0.91
    assert recall >= 0.72
    precision, recall = precision_recall(clear, names)
    assert precision >= 0.97
    assert recall >= 0.97


def test_clusters_of_hard_pairs(data: Path, tmp_path: Path) -> None:
    halves = [read_pairs(path) for path in (HARD, HARD_UNSEEN)]
    assert [(len(pairs), sum(pair["copy"] for pair in pairs)) for pairs in halves] == [(150, 22), (150, 24)]
    first, second = ({pair[end] for pair in pairs for end in "ab"} for pairs in halves)
    assert not first & second
    pairs = [*halves[0], *halves[1]]
    # measured: 0.951 (39 of 41) and 0.848 (39 of 46); both wrong pairs are joined by a third article
    precision, recall = precision_recall(pairs, clustered(pairs, data, tmp_path))
    assert precision >= 0.95
    assert recall >= 0.84
