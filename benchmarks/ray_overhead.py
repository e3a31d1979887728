"""Articles a second that are indexed with two workers of Ray, beside the same run without Ray.

Run in the repository: `python -m benchmarks.ray_overhead [--articles 300] [--turns 1]`. Needs the extra `ray`
and the news set in `$NUTGRAF_DATA`. The articles are written as one text file each. The time to start Ray is
not counted; the start of its workers, each of which imports the loaders or loads the model, is. Turns are
interleaved, so that a busy machine slows both.
"""

import argparse
import gzip
import json
import tempfile
import time
from itertools import islice
from pathlib import Path

from benchmarks.common import DATA, THREADS, need
from nutgraf.archive import Archive
from nutgraf.indexer.ray.cluster import LOCAL, RayCluster
from nutgraf.settings import Settings


def main() -> None:
    """Print articles a second of both, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--turns", type=int, default=1)
    options = parser.parse_args()
    seconds = {"plain": 0.0, "ray": 0.0}
    with tempfile.TemporaryDirectory() as name, RayCluster(LOCAL, THREADS):
        folder = Path(name)
        articles = folder / "articles"
        write_articles(articles, options.articles)
        for turn in range(options.turns):
            for way in seconds:
                seconds[way] += timed_run(articles, folder / f"{way}-{turn}", way)
    print(f"{options.articles} articles, {THREADS} threads, {options.turns} turns")
    for way, spent in seconds.items():
        print(f"{way:8}{options.articles * options.turns / spent:10.2f} articles/s")
    print(f"{'ratio':8}{seconds['plain'] / seconds['ray']:10.2f}")


def write_articles(folder: Path, count: int) -> None:
    """Write the first articles of the news set as text files."""
    folder.mkdir()
    with gzip.open(need(DATA / "news" / "articles.jsonl.gz"), "rt", encoding="utf-8") as lines:
        for number, line in enumerate(islice(lines, count)):
            article = json.loads(line)
            path = folder / f"{number:05}.txt"
            path.write_text(f"{article['title']}\n\n{article['text']}", encoding="utf-8")


def timed_run(articles: Path, index: Path, way: str) -> float:
    """Index a folder; return the seconds that it took."""
    settings = Settings(index, threads=THREADS, ray=LOCAL if way == "ray" else None)
    with Archive(settings) as archive:
        _ = archive.models.encoder
        began = time.monotonic()
        archive.add(articles)
        return time.monotonic() - began


if __name__ == "__main__":
    main()
