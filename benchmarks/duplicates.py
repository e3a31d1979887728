"""Copies in the whole news set: seconds, clusters, and how they agree with pairs labelled by reading.

python -m benchmarks.duplicates               cluster all articles; precision and recall of the labelled pairs
python -m benchmarks.duplicates --sample 300  draw pairs to label, over strata of shared words, as JSON lines
python -m benchmarks.duplicates --unseen 150  the same of articles that no labelled pair has
python -m benchmarks.duplicates --read A B    two articles by sentences: = shared, - their own
"""

import argparse
import json
import random
import re
import tempfile
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from benchmarks.common import DATA, ROOT, need, print_table
from nutgraf.indexer import clusters, duplicates
from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.store import Store
from nutgraf.indexer.loaders.base import LoadOptions
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load

ARTICLES = DATA / "news" / "articles.jsonl.gz"
PAIRS = ROOT / "tests" / "quality" / "duplicate_pairs.jsonl"
NEW_PAIRS = ROOT / "tests" / "quality" / "duplicate_pairs_unseen.jsonl"
HARD_PAIRS = ROOT / "tests" / "quality" / "duplicate_pairs_hard.jsonl"
NEW_HARD_PAIRS = ROOT / "tests" / "quality" / "duplicate_pairs_hard_unseen.jsonl"
STRATA = ((0.9, 45), (0.7, 50), (0.5, 65), (0.35, 60), (0.2, 35), (0.05, 10))
"""Least share of the shorter text's shingles that the other has, and pairs of 300: most in the middle."""

SAME_TITLE, RANDOM = 25, 10

UNSEEN = (
    ("resemblance", 0.35, 1.01, 20),
    ("resemblance", 0.2, 0.35, 24),
    ("resemblance", 0.1, 0.2, 16),
    ("containment", 0.6, 1.01, 24),
    ("containment", 0.35, 0.6, 26),
    ("containment", 0.2, 0.35, 10),
    ("containment", 0.05, 0.2, 6),
)
"""Pairs of 150 that the rule was not chosen on: by shared shingles of both texts, then of the shorter one."""

SAME_DAYS, UNSEEN_RANDOM = 18, 6

Pair = tuple[str, str]


def read_articles() -> list[Article]:
    """Return the articles of the news set, cleaned as indexing does."""
    files, _ = discover([str(need(ARTICLES))])
    return [item for item in load(files[0], LoadOptions()) if isinstance(item, Article)]


def measure(articles: Sequence[Article]) -> None:
    """Cluster everything in a store without passages, and print what came of it."""
    took = 0.0
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "store.sqlite") as store:
        for at in range(0, len(articles), 50):
            batch = articles[at : at + 50]
            with store.atomic():
                for article in batch:
                    store.put(article, [])
                began = time.process_time()
                clusters.place(store, batch)
                took += time.process_time() - began
        names = store.clusters([article.id for article in articles])
    sizes = Counter(Counter(names.values()).values())
    several = {size: count for size, count in sizes.items() if size > 1}
    print(f"{len(articles):,} articles clustered in {took:.0f} s of processor time")
    print(f"{sum(several.values())} clusters of several, {sum(s * c for s, c in several.items())} articles")
    print_table("sizes", ["articles", "clusters"], sorted(several.items()))
    agree("pairs that the rule was chosen on", labelled(PAIRS), names)
    unseen = labelled(NEW_PAIRS)
    agree("pairs that the rule had not seen", unseen, names)
    agree("of these, without the doubtful", [pair for pair in unseen if not pair.get("doubtful")], names)
    agree("hard pairs, the half that the rule was chosen on", labelled(HARD_PAIRS), names)
    agree("hard pairs, the other half", labelled(NEW_HARD_PAIRS), names)


def labelled(path: Path) -> list[dict[str, Any]]:
    """Return the pairs of a file of labels."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def agree(title: str, pairs: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> None:
    """Print precision and recall of labelled pairs, and recall by what the labels say of the copies."""
    joined = [pair for pair in pairs if names[pair["a"]] == names[pair["b"]]]
    right = sum(pair["copy"] for pair in joined)
    print(f"\n{title}: precision {right / len(joined):.3f} ({right} of {len(joined)})", end=", ")
    copies = sum(pair["copy"] for pair in pairs)
    print(f"recall {right / copies:.3f} ({right} of {copies})")
    rows = Counter((pair["copy"], pair["why"]) for pair in pairs)
    found = Counter((pair["copy"], pair["why"]) for pair in joined)
    table = [[why, "copy" if copy else "-", n, found[copy, why]] for (copy, why), n in rows.most_common()]
    print_table(title, ["why", "label", "pairs", "in one cluster"], table)


# --- drawing pairs, without the sketches that are to be judged --------------------------------------------


def containments(texts: Mapping[str, duplicates.ShingledText]) -> dict[Pair, float]:
    """Return the share of the shorter text's shingles that the other has, judged by one shingle in 16."""
    sampled = {
        article_id: {shingle for shingle in text.shingles if zlib.crc32(shingle.encode()) % 16 == 0}
        for article_id, text in texts.items()
    }
    holders = defaultdict(list)
    for article_id in sorted(sampled):
        for shingle in sampled[article_id]:
            holders[shingle].append(article_id)
    shared: Counter[Pair] = Counter()
    for ids in holders.values():
        if len(ids) <= 60:  # what more articles share is a turn of phrase
            shared.update(combinations(ids, 2))
    return {(a, b): n / min(len(sampled[a]), len(sampled[b])) for (a, b), n in shared.items() if n > 1}


def alike_titles(articles: Sequence[Article]) -> Iterator[Pair]:
    """Yield pairs whose titles share nearly half of their long words: mostly one event."""
    words = {a.id: frozenset(w for w in duplicates.words(a.title) if len(w) > 3) for a in articles}
    holders = defaultdict(list)
    for article_id in sorted(words):
        for word in sorted(words[article_id]):
            holders[word].append(article_id)
    near = {pair for ids in holders.values() if len(ids) <= 60 for pair in combinations(ids, 2)}
    for a, b in sorted(near):
        if len(words[a] & words[b]) >= 3 and len(words[a] & words[b]) >= 0.45 * len(words[a] | words[b]):
            yield a, b


def sample(articles: Sequence[Article], count: int) -> None:
    """Print unlabelled pairs in random order, so that nothing shows how alike the programme finds them."""
    generator = random.Random(0)
    alike = containments({a.id: duplicates.shingled(a.text) for a in articles})
    chosen: list[Pair] = []
    above = 1.01
    for least, share in STRATA:
        pool = sorted(pair for pair, c in alike.items() if least <= c < above)
        chosen += generator.sample(pool, min(len(pool), share * count // 300))
        above = least
    titles = [pair for pair in alike_titles(articles) if alike.get(pair, 0.0) < 0.35]
    chosen += generator.sample(titles, min(len(titles), SAME_TITLE * count // 300))
    ids = sorted(a.id for a in articles)
    chosen += [(min(p), max(p)) for p in (generator.sample(ids, 2) for _ in range(RANDOM * count // 300))]
    generator.shuffle(chosen)
    for a, b in dict.fromkeys(chosen):
        print(json.dumps({"a": a, "b": b, "copy": None, "why": ""}))


def likeness(one: duplicates.ShingledText, other: duplicates.ShingledText) -> dict[str, float]:
    """Return the shingles that two texts share, over those of both and over those of the shorter one."""
    a, b = set(one.shingles), set(other.shingles)
    shared = len(a & b)
    return {
        "resemblance": shared / max(1, len(a | b)),
        "containment": shared / max(1, min(len(a), len(b))),
    }


def same_days(articles: Sequence[Article], pairs: Iterable[Pair]) -> Iterator[Pair]:
    """Yield the pairs that were published at most five days apart."""
    days = {a.id: a.published.toordinal() for a in articles if a.published}
    for a, b in pairs:
        if a in days and b in days and abs(days[a] - days[b]) <= 5:
            yield a, b


def sample_unseen(articles: Sequence[Article], count: int) -> None:
    """Print unlabelled pairs in random order: no article twice, and none that the labelled pairs have."""
    generator = random.Random(1)
    texts = {a.id: duplicates.shingled(a.text) for a in articles}
    measured = {
        (a, b): likeness(texts[a], texts[b]) for (a, b), c in containments(texts).items() if c >= 0.03
    }
    low = {pair for pair, found in measured.items() if found["containment"] < 0.2}
    alike = same_days(articles, alike_titles(articles))
    ids = sorted(texts)
    pools = [
        ([pair for pair, found in measured.items() if least <= found[name] < above], share)
        for name, least, above, share in UNSEEN
    ]
    pools.append(([pair for pair in alike if pair in low or pair not in measured], SAME_DAYS))
    pools.append(
        ([(min(p), max(p)) for p in (generator.sample(ids, 2) for _ in range(count))], UNSEEN_RANDOM)
    )
    used = {pair[end] for pair in labelled(PAIRS) for end in "ab"}
    chosen: list[Pair] = []
    for pool, share in pools:
        wanted = len(chosen) + share * count // 150
        for pair in generator.sample(sorted(pool), len(pool)):
            if len(chosen) < wanted and used.isdisjoint(pair):
                used.update(pair)
                chosen.append(pair)
    generator.shuffle(chosen)
    for a, b in chosen:
        print(json.dumps({"a": a, "b": b, "copy": None, "why": ""}))


def read(articles: Sequence[Article], ids: Sequence[str]) -> None:
    """Print the sentences of two articles, each marked by whether the other has it."""
    by_id = {article.id: article for article in articles}
    texts = [by_id[article_id] for article_id in ids]
    for one, other in (texts, texts[::-1]):
        there = duplicates.shingled(other.text).shingles
        print(f"\n[{one.source} {str(one.published)[:10]}] {one.title}")
        for sentence in re.split(r"(?<=[.!?”\"])\s+|\n+", one.text):
            own = duplicates.shingles(duplicates.words(sentence), duplicates.SHINGLE_WORDS)
            if own:
                print("=" if len(own & there) >= 0.6 * len(own) else "-", sentence)


def main() -> None:
    """Read the options and do what they ask for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sample", type=int)
    parser.add_argument("--unseen", type=int)
    parser.add_argument("--read", nargs=2, metavar="ID")
    given = parser.parse_args()
    articles = read_articles()
    if given.sample:
        sample(articles, given.sample)
    elif given.unseen:
        sample_unseen(articles, given.unseen)
    elif given.read:
        read(articles, given.read)
    else:
        measure(articles)


if __name__ == "__main__":
    main()
