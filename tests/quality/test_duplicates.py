"""Clusters against 300 pairs of the news set that were labelled by reading both texts (ids only).

A copy: the same reporting printed again, be it edited, cut, extended or updated, with most of the shorter
text's sentences. Not a copy: written anew about the same event, or sharing a gallery, a template, background.
"""

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from indexer import clusters
from indexer.article import Article
from indexer.loaders import LoadOptions, discover, load
from indexer.store import Store

PAIRS = Path(__file__).with_name("duplicate_pairs.jsonl")


def labelled(data: Path, tmp_path: Path, wanted: set[str]) -> list[Article]:
    """Return the wanted articles of the news set, cleaned as indexing does."""
    few = tmp_path / "few.jsonl"
    with gzip.open(data / "news" / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        few.write_text("".join(line for line in lines if json.loads(line)["id"] in wanted), encoding="utf-8")
    files, _ = discover([str(few)], LoadOptions())
    return [item for item in load(files[0], LoadOptions()) if isinstance(item, Article)]


def precision_recall(pairs: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> tuple[float, float]:
    joined = [pair for pair in pairs if names[pair["a"]] == names[pair["b"]]]
    right = sum(pair["copy"] for pair in joined)
    return right / len(joined), right / sum(pair["copy"] for pair in pairs)


def test_clusters_are_what_readers_call_copies(data: Path, tmp_path: Path) -> None:
    pairs = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    assert (len(pairs), sum(pair["copy"] for pair in pairs)) == (300, 121)
    wanted = {pair[end] for pair in pairs for end in "ab"}
    articles = labelled(data, tmp_path, wanted)
    assert {article.id for article in articles} == wanted
    with Store(tmp_path / "store.sqlite") as store:
        with store.atomic():
            for article in articles:
                store.put(article, [])
            clusters.place(store, articles)
        precision, recall = precision_recall(pairs, store.clusters(sorted(wanted)))
    assert precision >= 0.98
    assert recall >= 0.9
