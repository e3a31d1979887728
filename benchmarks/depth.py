"""How many passages to read: what each number brings, and what it costs.

    python -m benchmarks.depth --questions 400            news questions that an article answers
    python -m benchmarks.depth --squad --questions 400    SQuAD 1.1 dev as one archive

For each number of passages, and for several weights of a passage's own score and of its "no answer": EM and
F1 of the best guess, hit@1 and hit@5 of the articles as found and after reading. Of news, A and B are every
other question in the order of the days they are from: what is chosen on A is looked at on B.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.common import CACHE, DATA, SQUAD, THREADS, index_of, need, print_table
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.filters import Filter
from nutgraf.models import load_encoder, load_reader
from nutgraf.qa.evaluate.metrics import exact_match, f1
from nutgraf.qa.evaluate.news import load_news
from nutgraf.qa.evaluate.questions import GoldQuestion, sample
from nutgraf.qa.evaluate.squad import load_squad
from nutgraf.qa.join import LocatedSpan, join
from nutgraf.qa.reader import ReaderParams
from nutgraf.qa.retrieval import Candidate, RetrievalParams, retrieve

MOST = 100
DEPTHS = (3, 5, 10, 20, 30, 50, 100)
PRIORS = (0.0, 5.0, 10.0, 15.0, 20.0, 30.0)
NULLS = (0.0, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, the gold answers, and the articles that are right, by label."""

    text: str
    gold_answers: Sequence[str]
    relevant: dict[str, set[str]]


@dataclass(frozen=True, slots=True)
class Window:
    """A candidate and its spans, their `score` the bare logits."""

    candidate: Candidate
    spans: list[LocatedSpan]


def news(count: int) -> tuple[Path, list[Question]]:
    """Return the index and the questions that an article is right for, in the order of their days."""
    path = need(DATA / "news" / "questions.jsonl.gz")
    questions = [q for q in load_news(path) if any(q.relevant.values())]
    drawn = sorted(sample(questions, count), key=lambda q: (str(q.asked), q.id))
    return CACHE / "news", [_question(q) for q in drawn]


def squad(count: int) -> tuple[Path, list[Question]]:
    """Return the index of all paragraphs and a fixed sample of the questions."""
    corpus = load_squad(need(SQUAD))
    folder = index_of("squad-dev-v1.1", corpus.articles)
    return folder, [_question(q) for q in sample(corpus.questions, count)]


def _question(question: GoldQuestion) -> Question:
    relevant = {label: set(articles) for label, articles in question.relevant.items() if articles}
    return Question(question.text, question.gold_answers, relevant)


def read(
    folder: Path, questions: Sequence[Question], reading: ReaderParams, name: str | None
) -> list[list[Window]]:
    """Return the windows of each question, the likeliest first, each read."""
    encoder, reader = load_encoder(threads=THREADS), load_reader(name, threads=THREADS)
    bare = replace(reading, retrieval_weight=0.0, null_weight=0.0)
    found = []
    with EmbeddedIndex(folder) as index:
        for question in questions:
            (vector,) = encoder.encode([question.text])
            candidates = retrieve(index, question.text, vector, MOST, Filter(), RetrievalParams())
            logits = reader.read([(question.text, bare.context(c.passage)) for c in candidates])
            found.append(
                [Window(c, bare.spans_of(c, c.passage, w)) for c, w in zip(candidates, logits, strict=True)]
            )
    return found


def scored(window: Window, prior: float, null: float) -> list[LocatedSpan]:
    """Return the window's spans with the score that these weights give them."""
    return [
        replace(span, score=span.score - null * (span.score - span.null_margin) + prior * span.retrieval)
        for span in window.spans
    ]


def answered(windows: Sequence[Window], prior: float, null: float, agreement: float) -> str:
    """Return the best guess."""
    spans = [span for window in windows for span in scored(window, prior, null)]
    groups = join(spans, agreement_weight=agreement)
    return groups[0].best.text if groups else ""


def ranked(windows: Sequence[Window], prior: float, null: float) -> list[str]:
    """Return the articles in the order of their best spans; a copy stands where its article stands."""
    best = [(max((s.score for s in scored(w, prior, null)), default=-np.inf), w.candidate) for w in windows]
    order = sorted(best, key=lambda pair: (-pair[0], pair[1].rank))
    return articles_of([candidate for _, candidate in order])


def articles_of(candidates: Sequence[Candidate]) -> list[str]:
    every = (a.id for c in candidates for a in (c.passage.article, *c.copies))
    return [*dict.fromkeys(every)]


def hits(questions: Sequence[Question], rankings: Sequence[Sequence[str]], label: str, k: int) -> float:
    """Return how many of the questions with such articles find one among the first `k`, in per cent."""
    found = [
        not q.relevant[label].isdisjoint(ranking[:k])
        for q, ranking in zip(questions, rankings, strict=True)
        if label in q.relevant
    ]
    return 100 * float(np.mean(found)) if found else float("nan")


def print_depths(
    questions: Sequence[Question], found: Sequence[Sequence[Window]], reading: ReaderParams
) -> None:
    """Print what each number of passages brings with the weights in force."""
    prior, null, agreement = reading.retrieval_weight, reading.null_weight, reading.agreement_weight
    rows = [
        [depth, *figures(questions, [windows[:depth] for windows in found], prior, null, agreement)]
        for depth in DEPTHS
    ]
    print_table(f"{len(questions)} questions, weights in force", ["passages", *columns(questions)], rows)


def print_weights(
    questions: Sequence[Question], found: Sequence[Sequence[Window]], depth: int, agreement: float
) -> None:
    """Print what each pair of weights makes of the first `depth` passages, on both halves."""
    rows: list[list[object]] = []
    for null in NULLS:
        for prior in PRIORS:
            for name, half in (("A", slice(0, None, 2)), ("B", slice(1, None, 2))):
                part = [windows[:depth] for windows in found[half]]
                rows.append([null, prior, name, *figures(questions[half], part, prior, null, agreement)])
    heads = ["null weight", "retrieval weight", "half", *columns(questions)]
    print_table(f"{len(questions)} questions, {depth} passages", heads, rows)


def columns(questions: Sequence[Question]) -> list[str]:
    """Return the names of what `figures` returns."""
    heads = [f"{label} {how}" for label in labels(questions) for how in ("@1", "@5", "@1 read", "@5 read")]
    return ["EM", "F1", *heads]


def labels(questions: Sequence[Question]) -> list[str]:
    """Return the labels that any question has articles under."""
    return sorted({label for q in questions for label in q.relevant})


def figures(
    questions: Sequence[Question],
    found: Sequence[Sequence[Window]],
    prior: float,
    null: float,
    agreement: float,
) -> list[float]:
    """Return EM, F1, and for each label hit@1 and hit@5 as found and after reading, in per cent."""
    texts = [answered(windows, prior, null, agreement) for windows in found]
    em = 100 * float(np.mean([exact_match(t, q.gold_answers) for t, q in zip(texts, questions, strict=True)]))
    overlap = 100 * float(np.mean([f1(t, q.gold_answers) for t, q in zip(texts, questions, strict=True)]))
    as_found = [articles_of([w.candidate for w in windows]) for windows in found]
    as_read = [ranked(windows, prior, null) for windows in found]
    return [
        em,
        overlap,
        *(
            hits(questions, order, label, k)
            for label in labels(questions)
            for order in (as_found, as_read)
            for k in (1, 5)
        ),
    ]


def main() -> None:
    """Read everything once, then try every number of passages and every pair of weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--squad", action="store_true", help="SQuAD 1.1 dev instead of the news set")
    parser.add_argument("--reader")
    given = parser.parse_args()
    folder, questions = squad(given.questions) if given.squad else news(given.questions)
    reading = ReaderParams()
    found = read(folder, questions, reading, given.reader)
    print_depths(questions, found, reading)
    for depth in (10, 50):
        print_weights(questions, found, depth, reading.agreement_weight)


if __name__ == "__main__":
    main()
