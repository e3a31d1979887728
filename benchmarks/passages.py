"""How long passages should be, and how much they should overlap.

    python -m benchmarks.passages            an eighth of the news set, with the articles of 200 questions
    python -m benchmarks.passages --squad    SQuAD 1.1 dev as one archive, 400 questions

Every rule has its own index (kept in .bench). hit@1, hit@5 and hit@20 of the articles as found; EM and F1 of
the best guess when about as many words are read as by default, so that each rule costs about the same.
"""

import argparse
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.common import CACHE, DATA, SQUAD, THREADS, need, print_table
from benchmarks.depth import Question, articles_of, hits, labels, news, squad
from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.indexer.loaders.base import LoadOptions
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load
from nutgraf.indexer.passages import PassageRule
from nutgraf.opening import ModelLoader, OpenIndex
from nutgraf.qa.evaluate.metrics import exact_match, f1
from nutgraf.qa.evaluate.squad import load_squad
from nutgraf.qa.profiles import DEFAULT, PROFILES
from nutgraf.settings import Settings

BASE = PassageRule()
ARTICLES = 1400
RULES = {
    "60 words": replace(BASE, words=60, max_words=80, overlap_words=25),
    "110 words (default)": BASE,
    "110 words, no overlap": replace(BASE, overlap_sentences=0),
    "110 words, two sentences overlap": replace(BASE, overlap_sentences=2, overlap_words=60),
    "150 words": replace(BASE, words=150, max_words=170),
    "200 words": replace(BASE, words=200, max_words=220),
}


def some_news(questions: Sequence[Question]) -> list[Article]:
    """Return the questions' articles, and others drawn with a fixed seed."""
    files, _ = discover([str(need(DATA / "news" / "articles.jsonl.gz"))])
    every = {a.id: a for file in files for a in load(file, LoadOptions()) if isinstance(a, Article)}
    wanted = {i for q in questions for found in q.relevant.values() for i in sorted(found)[:5]} & every.keys()
    others = random.Random(0).sample(sorted(every.keys() - wanted), max(0, ARTICLES - len(wanted)))
    return [every[i] for i in sorted([*wanted, *others])]


def row(
    name: str, folder: Path, articles: Iterable[Article], questions: Sequence[Question], models: ModelLoader
) -> list[object]:
    """Index by the rule, then search and ask."""
    with EmbeddedWriter(folder, models.encoder, RULES[name]) as builder:
        list(builder.add(articles))
        builder.publish()
    profile = PROFILES[DEFAULT]
    windows = max(1, round(profile.reading.windows * BASE.words / RULES[name].words))
    with EmbeddedIndex(folder) as index:
        settings = Settings(index=folder, passages=windows, threads=THREADS)
        answerer = OpenIndex(settings, models, index).answerer
        asked = answerer.ask_many([q.text for q in questions])
        rankings = [articles_of(answerer.search(q.text, top=100).candidates) for q in questions]
        passages = index.state.counts.passages
    texts = [one.best[0].text if one.best else "" for one in asked]
    cells: list[object] = [name, passages, windows]
    for label in labels(questions):
        cells += [hits(questions, rankings, label, k) for k in (1, 5, 20)]
    for measure in (exact_match, f1):
        cells.append(
            100 * float(np.mean([measure(t, q.gold_answers) for t, q in zip(texts, questions, strict=True)]))
        )
    took = float(np.mean([one.timing.total for one in asked]))
    return [*cells, took]


def main() -> None:
    """Go through the rules."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--squad", action="store_true")
    given = parser.parse_args()
    _, questions = squad(400) if given.squad else news(200)
    articles = load_squad(need(SQUAD)).articles if given.squad else some_news(questions)
    there = {article.id for article in articles}
    questions = [
        replace(q, relevant={label: ids & there for label, ids in q.relevant.items() if ids & there})
        for q in questions
    ]
    models = ModelLoader(Settings(threads=THREADS))
    rows = []
    for number, name in enumerate(RULES):
        folder = CACHE / f"passages-{'squad' if given.squad else 'news'}-{number}"
        rows.append(row(name, folder, articles, questions, models))
        print(rows[-1], flush=True)
    columns = [
        "",
        "passages",
        "read",
        *(f"{label[:8]} @{k}" for label in labels(questions) for k in (1, 5, 20)),
    ]
    print_table(f"{len(articles):,} articles, {len(questions)} questions", [*columns, "EM", "F1", "ms"], rows)


if __name__ == "__main__":
    main()
