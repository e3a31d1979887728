"""The same questions on both engines: how often Milvus Lite and the embedded engine answer differently.

python -m benchmarks.engines                          the questions of seeds/
python -m benchmarks.engines --news 300 --articles 2000   questions about the first articles of the news set
python -m benchmarks.engines --words 300              words alone, without Milvus: BM25 by fixed lengths
                                                      against tantivy's, on paragraphs of SQuAD
"""

import argparse
import gzip
import json
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.common import DATA, ROOT, SQUAD, THREADS, need, print_table
from nutgraf.archive import Archive
from nutgraf.indexer.embedded import lexical
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.milvus.terms import number_of, rarities, terms_of, weights
from nutgraf.indexer.terms import analyzed, question_terms
from nutgraf.opening import OpenIndex
from nutgraf.qa.evaluate.squad import load_squad
from nutgraf.settings import Settings

NEWS = DATA / "news"
PASSAGES = 30
"""Passages that are compared, more than a question reads."""

DEPTH = 10
"""Hits that are compared by words."""


def main() -> None:
    """Ask both, and print how often they differ and why."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--news", type=int, default=0, help="questions of the news set")
    parser.add_argument("--articles", type=int, default=2000, help="articles of the news set")
    parser.add_argument("--words", type=int, default=0, help="paragraphs of SQuAD, by words alone")
    given = parser.parse_args()
    if given.words:
        compare_words(given.words)
        return
    with tempfile.TemporaryDirectory() as temporary:
        source, questions = news(Path(temporary), given.articles, given.news) if given.news else seeds()
        compare(Path(temporary), source, questions)


def seeds() -> tuple[Path, list[str]]:
    """Return the articles and the questions of seeds/."""
    lines = (ROOT / "seeds" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return ROOT / "seeds", [json.loads(line)["question"] for line in lines]


def news(folder: Path, articles: int, questions: int) -> tuple[Path, list[str]]:
    """Return a file of the first articles of the news set, and the first questions."""

    def lines(name: str) -> Iterator[str]:
        with gzip.open(need(NEWS / name), "rt", encoding="utf-8") as file:
            yield from file

    target = folder / "articles.jsonl"
    target.write_text("".join(islice(lines("articles.jsonl.gz"), articles)), encoding="utf-8")
    return target, [json.loads(line)["question"] for line in islice(lines("questions.jsonl.gz"), questions)]


def compare(folder: Path, source: Path, questions: Sequence[str]) -> None:
    """Index the source in both engines, ask both, and print what differs."""
    settings = [
        Settings(location, threads=THREADS)
        for location in (folder / "embedded", Path(f"milvus:{folder}/lite.db"))
    ]
    with Archive(settings[0]) as embedded, Archive(settings[1]) as milvus:
        for archive in (embedded, milvus):
            archive.add(source)
        with embedded.reading() as first, milvus.reading() as second:
            rows = [row for question in questions if (row := difference(question, first, second))]
    print_table(
        f"{len(rows)} of {len(questions)} first answers differ ({100 * len(rows) / len(questions):.1f} %)",
        ["question", "embedded", "milvus", "why"],
        rows,
    )


def difference(question: str, first: OpenIndex, second: OpenIndex) -> list[object] | None:
    """Return a row of the table where the first answers differ; None where they are the same.

    Where both find the same passages in the same order, they read the same, and neither is asked to read.
    """
    left, right = (found(question, opened) for opened in (first, second))
    if left == right:
        return None
    answers = [opened.answerer.ask(question) for opened in (first, second)]
    texts = [answer.best[0].text if answer.best else "" for answer in answers]
    if texts[0] == texts[1] and bool(answers[0].answers) == bool(answers[1].answers):
        return None
    others = len({*left} - {*right})
    why = f"{others} other passages" if others else "the same passages in another order"
    return [question[:40], texts[0][:25], texts[1][:25], why]


def found(question: str, opened: OpenIndex) -> list[tuple[str, str, int]]:
    """Return the places of the passages that are found for a question, best first."""
    candidates = opened.searcher.search(question, top=PASSAGES).candidates
    return [(c.passage.article.id, c.passage.field, c.passage.start) for c in candidates]


def compare_words(count: int) -> None:
    """Rank paragraphs by both kinds of BM25, for the questions about them."""
    asked = load_squad(need(SQUAD))
    texts = {article.id: article.text for article in islice(asked.articles, count)}
    questions = [q.text for q in asked.questions if q.gold_answers and q.article_id in texts][:count]
    with tempfile.TemporaryDirectory() as folder:
        lexical.update(Path(folder), [], [(n, text, None, None) for n, text in enumerate(texts.values())])
        embedded = lexical.LexicalIndex(Path(folder))
        true = sum(len(analyzed(text)) for text in texts.values()) / len(texts)
        rows = [
            words_row(mean, [*texts.values()], questions, embedded) for mean in (0.8 * true, 0.9 * true, true)
        ]
    print_table(
        f"{len(questions)} questions, {len(texts)} paragraphs of SQuAD, the first {DEPTH} hits",
        [
            "fixed average length",
            "first hit is tantivy's",
            "hits are tantivy's",
            "largest difference of a score",
        ],
        rows,
    )


def words_row(
    mean: float, texts: Sequence[str], questions: Sequence[str], embedded: lexical.LexicalIndex
) -> list[object]:
    """Return how near the ranking by a fixed average length comes to tantivy's."""
    vectors = [weights(analyzed(text), round(1000 * mean)) for text in texts]
    holders: dict[int, int] = {}
    for vector in vectors:
        for number in terms_of(vector):
            holders[number] = holders.get(number, 0) + 1
    firsts, shared, largest = 0, 0.0, 0.0
    for question in questions:
        numbers = [number_of(term) for term in question_terms(question)]
        sought = rarities(numbers, holders, len(texts))
        scores = np.array([sum(w * vector.get(n, 0.0) for n, w in sought.items()) for vector in vectors])
        mine = np.lexsort((np.arange(len(scores)), -scores.round(4)))[:DEPTH].tolist()
        ids, theirs = embedded.search(question, DEPTH, Filter())
        firsts += mine[:1] == ids[:1].tolist()
        shared += len({*mine} & {*ids.tolist()}) / max(1, len(ids))
        if len(ids):
            largest = max(largest, float((np.abs(scores[ids] - theirs) / theirs).max()))
    total = len(questions)
    return [
        f"{mean:g}",
        f"{100 * firsts / total:.1f} %",
        f"{100 * shared / total:.1f} %",
        f"{100 * largest:.1f} %",
    ]


if __name__ == "__main__":
    main()
