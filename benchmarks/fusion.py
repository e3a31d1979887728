"""What meaning, a passage's own words and those of its whole article should weigh, as found.

    python -m benchmarks.fusion            news questions that an article answers
    python -m benchmarks.fusion --squad    SQuAD 1.1 dev as one archive, where an article is one paragraph

hit@1, hit@5 and hit@20 of the articles. Of news, A and B are every other question in the order of the days
they are from: what is chosen on A is looked at on B.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.common import THREADS, print_table
from benchmarks.depth import labels
from benchmarks.lexical import articles, asked, row
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.filters import Filter
from nutgraf.models import load_encoder
from nutgraf.qa.fusion import Ranking, ranking_of, weighted_sum
from nutgraf.qa.retrieval import RetrievalParams

DEPTH = RetrievalParams().depth
WEIGHTS = (
    *((0.0, 0.0), (1.0, 0.0), (0.2, 0.0), (0.3, 0.0), (0.4, 0.0), (0.5, 0.0)),
    *((0.4, 0.1), (0.4, 0.2), (0.4, 0.3), (0.4, 0.4)),
    *((0.3, 0.1), (0.3, 0.2), (0.3, 0.3), (0.3, 0.4), (0.3, 0.5)),
    *((0.2, 0.2), (0.2, 0.3), (0.2, 0.4), (0.2, 0.5), (0.1, 0.4), (1 / 3, 1 / 3)),
)
"""Of meaning, and of the article's words; the passage's own words have the rest."""


@dataclass(frozen=True, slots=True)
class Rankings:
    """What each engine found for a question."""

    dense: Ranking
    lexical: Ranking
    articles: Ranking

    def fused(self, dense_weight: float, article_weight: float) -> Ranking:
        """Return the three as one."""
        return weighted_sum(
            self.dense,
            self.lexical,
            self.articles,
            dense_weight=dense_weight,
            article_weight=article_weight,
        )


def rankings(index: EmbeddedIndex, questions: Sequence[str]) -> list[Rankings]:
    """Ask the engines, as `qa.retrieval` does."""
    vectors = load_encoder(threads=THREADS).encode(questions)
    found = []
    for question, vector in zip(questions, vectors, strict=True):
        dense = Ranking(*index.dense(vector, DEPTH, Filter()))
        lexical = Ranking(*index.lexical(question, DEPTH, Filter()))
        either = np.union1d(dense.ids, lexical.ids).tolist()
        found.append(Rankings(dense, lexical, ranking_of(index.article_scores(question, either))))
    return found


def main() -> None:
    """Go through the weights."""
    folder, questions, halves = asked(__doc__)
    rule = RetrievalParams()
    with EmbeddedIndex(folder) as index:
        found = rankings(index, [q.text for q in questions])
        table = []
        for dense, article in WEIGHTS:
            ranked = articles(index, [one.fused(dense, article) for one in found])
            name = "/".join(f"{100 * weight:.0f}" for weight in (dense, 1 - dense - article, article))
            in_force = (dense, article) == (rule.dense_weight, rule.article_weight)
            table.append(row(f"{name}{' *' if in_force else ''}", questions, ranked, halves))
    ks = ("@1", "@5", "@20", *(("@5 A", "@5 B") if halves else ()))
    columns = [
        "per cent of meaning, words, article's words",
        *(f"{label[:8]} {k}" for label in labels(questions) for k in ks),
    ]
    print_table(f"{len(questions)} questions, depth {DEPTH}; * in force", columns, table)


if __name__ == "__main__":
    main()
