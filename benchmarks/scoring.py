"""What a span's score should be made of: logits, its window's null score, its passage's place; titles or not.

    python -m benchmarks.scoring [--questions 500]

score = start + end - (null weight x null) + (retrieval weight x fused score). EM and F1 of the best span on
questions that the reader was not trained on (benchmarks/heldout.py).
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.common import THREADS, print_table
from benchmarks.heldout import held_out
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.filters import Filter
from nutgraf.models import load_encoder, load_reader
from nutgraf.qa.evaluate.metrics import exact_match, f1
from nutgraf.qa.evaluate.squad import SquadQuestion
from nutgraf.qa.join import LocatedSpan
from nutgraf.qa.reader import ReaderParams
from nutgraf.qa.retrieval import RetrievalParams, retrieve

NULL = (0.0, 0.25, 0.5, 1.0)
PRIOR = (0.0, 5.0, 10.0, 15.0, 20.0, 30.0)


def spans(
    folder: Path, questions: Sequence[SquadQuestion], reading: ReaderParams, name: str | None
) -> list[list[LocatedSpan]]:
    """Return every span of every window read for each question, its score the bare logits."""
    encoder, reader = load_encoder(threads=THREADS), load_reader(name, threads=THREADS)
    found = []
    with EmbeddedIndex(folder) as index:
        for question in questions:
            (vector,) = encoder.encode([question.text])
            candidates = retrieve(index, question.text, vector, reading.windows, Filter(), RetrievalParams())
            pairs = [(c, passage) for c in candidates for passage in c.passages]
            windows = reader.read([(question.text, reading.context(passage)) for _, passage in pairs])
            found.append(
                [s for pair, w in zip(pairs, windows, strict=True) for s in reading.spans_of(*pair, w)]
            )
    return found


def main() -> None:
    """Read everything with and without titles, then try every pair of weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--reader")
    given = parser.parse_args()
    asked = held_out()
    questions = asked.sample(given.questions)
    for titles in (False, True):
        bare = ReaderParams(retrieval_weight=0.0, null_weight=0.0, titles=titles)
        found = spans(asked.folder, questions, bare, given.reader)
        rows = []
        for null in NULL:
            for prior in PRIOR:
                best = [
                    max(
                        one,
                        key=lambda s: s.score - null * (s.score - s.null_margin) + prior * s.retrieval,
                    ).text
                    for one in found
                ]
                pairs = list(zip(best, questions, strict=True))
                em = 100 * sum(exact_match(text, q.gold_answers) for text, q in pairs) / len(pairs)
                rows.append(
                    [null, prior, em, 100 * sum(f1(text, q.gold_answers) for text, q in pairs) / len(pairs)]
                )
        title = f"{len(questions)} questions, {'titles in front' if titles else 'no titles'}"
        print_table(title, ["null weight", "retrieval weight", "EM", "F1"], rows)


if __name__ == "__main__":
    main()
