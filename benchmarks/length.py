"""What each token after the first should cost an answer of the shipped reader, in logits.

    python -m benchmarks.length                      print EM and F1 by cost
    python -m benchmarks.length --write run/reader   and write the best into the config.json of its source

`--reader small` measures the small reader instead of the large one.

Start and end are scored apart, so nothing says how long answers are. Each question of the held-out documents
(benchmarks/heldout.py) is asked of its own paragraph. The best cost has the highest sum of EM and F1, and is
the least of equal ones. The next export puts it into the card.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.common import THREADS, print_table
from benchmarks.heldout import held_out
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.models import load_reader
from nutgraf.models.cards import LENGTH_COST
from nutgraf.models.logits import WindowLogits
from nutgraf.models.spans import best_spans
from nutgraf.qa.evaluate.metrics import exact_match, f1
from nutgraf.qa.evaluate.squad import SquadQuestion

COSTS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3)


def answer(context: str, window: WindowLogits, more: float) -> str:
    """Return the window's best span, when every token after its first costs so much more."""
    priced = WindowLogits.priced(window.start, window.end, window.offsets, window.null, more)
    spans = best_spans(priced.start, priced.end, priced.offsets, count=1)
    return context[spans[0].start : spans[0].end] if spans else ""


def figures(texts: Sequence[str], questions: Sequence[SquadQuestion]) -> list[float]:
    """Return EM and F1, in per cent."""
    pairs = [(text, question.gold_answers) for text, question in zip(texts, questions, strict=True)]
    return [100 * float(np.mean([score(*pair) for pair in pairs])) for score in (exact_match, f1)]


def main() -> None:
    """Read once, then try every cost."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", type=Path, metavar="FOLDER")
    parser.add_argument("--reader", default="large", help="default: large")
    given = parser.parse_args()
    asked, reader = held_out(), load_reader(given.reader, threads=THREADS)
    with EmbeddedIndex(asked.folder) as index:
        articles = index.get(list({q.article_id for q in asked.documents}))
    contexts = [articles[q.article_id].text for q in asked.documents]
    windows = reader.read([(q.text, c) for q, c in zip(asked.documents, contexts, strict=True)])
    found = {}
    for cost in COSTS:
        more = cost - reader.card.length_cost
        texts = [answer(c, w, more) for c, w in zip(contexts, windows, strict=True)]
        found[cost] = figures(texts, asked.documents)
    best = min(found, key=lambda cost: (-sum(found[cost]), cost))
    rows = [[f"{cost:g}{' *' if cost == best else ''}", *pair] for cost, pair in found.items()]
    print_table(f"{len(contexts):,} held-out questions; * best", ["logits a token", "EM", "F1"], rows)
    if given.write is not None:
        path = given.write / "config.json"
        config = json.loads(path.read_text(encoding="utf-8")) | {LENGTH_COST: best}
        path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
        print(f"{path}: {LENGTH_COST} {best:g}")


if __name__ == "__main__":
    main()
