"""SQuAD 1.1 dev as an open corpus: 2,067 paragraphs, 10,570 questions, each asked of all paragraphs.

python -m benchmarks.squad_open                        retrieval: dense, BM25, fused; all questions
python -m benchmarks.squad_open --answers 1000         EM and F1 with default settings
python -m benchmarks.squad_open --answers 1000 --peer haystack1000.json
                                                       beside Haystack's answers to the same questions
"""

import argparse
import json
from pathlib import Path

import numpy as np

from benchmarks.common import SQUAD, THREADS, index_of, need, print_table
from benchmarks.fusion import rankings
from nutgraf.archive import open_for_reading
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.qa.evaluate.metrics import exact_match, f1
from nutgraf.qa.evaluate.questions import sample
from nutgraf.qa.evaluate.ranking import measured as scored
from nutgraf.qa.evaluate.squad import GOLD, SquadCorpus, SquadQuestion, load_squad
from nutgraf.qa.fusion import Ranking, ranking_of
from nutgraf.qa.retrieval import RetrievalParams
from nutgraf.settings import Settings

MEASURES = ("recall@1", "recall@5", "recall@20", "MRR@10")


def measured(index: EmbeddedIndex, questions: list[SquadQuestion], fused: list[Ranking]) -> list[float]:
    """Return recall@1/5/20 and MRR@10 in per cent, an article standing where its best passage stands."""
    every = np.unique(np.concatenate([ranking.ids for ranking in fused]))
    owner = {
        p.id: p.article.id
        for at in range(0, len(every), 5000)
        for p in index.fetch(every[at : at + 5000].tolist())
    }
    rankings = {
        question.id: [*dict.fromkeys(owner[i] for i in ranking.ids.tolist())]
        for question, ranking in zip(questions, fused, strict=True)
    }
    found = scored({q.id: q.relevant[GOLD] for q in questions}, rankings)
    by_name = {measure.name: [*values.values()] for measure, values in found.items()}
    return [100 * float(np.mean(by_name[name])) for name in MEASURES]


def plain_rrf(*rankings: Ranking) -> Ranking:
    """Add 1 / (60 + rank) over the rankings (Cormack, Clarke and Buettcher, SIGIR 2009)."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, (passage_id, _) in enumerate(ranking.pairs(), start=1):
            scores[passage_id] = scores.get(passage_id, 0.0) + 1 / (60 + rank)
    return ranking_of(scores)


def retrieval(index: EmbeddedIndex, questions: list[SquadQuestion], rule: RetrievalParams) -> None:
    """Print the table of the engines and of their fusions."""
    found = rankings(index, [q.text for q in questions])
    rows = {
        "dense": [one.dense for one in found],
        "BM25": [one.lexical for one in found],
        "plain RRF": [plain_rrf(one.dense, one.lexical) for one in found],
        "fused (default)": [one.fused(rule.dense_weight, rule.article_weight) for one in found],
    }
    print_table(
        f"SQuAD 1.1 dev, open: {len(questions):,} questions, per cent",
        ["", *MEASURES],
        [[name, *measured(index, questions, fused)] for name, fused in rows.items()],
    )


def answers(folder: Path, corpus: SquadCorpus, count: int, peer: Path | None) -> None:
    """Print EM, F1 and latency of default settings on a fixed sample of the questions."""
    questions = sample(corpus.questions, count)
    with open_for_reading(Settings(index=folder, threads=THREADS)) as opened:
        # One at a time, since each one's time is told; `nutgraf eval --open` gives the same EM and F1.
        asked = [opened.answerer.ask(question.text) for question in questions]
    # The best guess counts also where nutgraf would abstain.
    given = [one.best[0].text if one.best else "" for one in asked]
    rows = [_row("nutgraf, default", questions, given, [one.timing.total for one in asked])]
    if peer is not None:
        rows += _peer_rows(peer, questions)
    print_table(
        f"SQuAD 1.1 dev, open: answers to {len(questions):,} questions",
        ["", "EM", "F1", "p50 ms", "p95 ms"],
        rows,
    )


def _row(name: str, questions: list[SquadQuestion], given: list[str], took: list[float]) -> list[object]:
    em = 100 * float(np.mean([exact_match(a, q.gold_answers) for a, q in zip(given, questions, strict=True)]))
    overlap = 100 * float(np.mean([f1(a, q.gold_answers) for a, q in zip(given, questions, strict=True)]))
    return [name, em, overlap, float(np.median(took)), float(np.percentile(took, 95))]


def _peer_rows(peer: Path, questions: list[SquadQuestion]) -> list[list[object]]:
    """Read a peer's answers (benchmarks/peers) and score them by the same rules."""
    by_id = {row["id"]: row for row in json.loads(peer.read_text())["rows"]}
    took = [by_id[q.id]["ms"] for q in questions]
    settings = {"answer": "no_answer on, its default", "best": "no_answer off"}
    return [
        _row(f"Haystack ({name})", questions, [by_id[q.id][key] or "" for q in questions], took)
        for key, name in settings.items()
    ]


def main() -> None:
    """Read the options and print what they ask for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--answers", type=int, default=0, help="answer this many questions instead")
    parser.add_argument("--peer", type=Path, help="a peer's answers to the same sample")
    parser.add_argument("--questions", type=int, default=0, help="retrieval on the first N questions only")
    parser.add_argument("--squad", type=Path, default=SQUAD)
    given = parser.parse_args()
    corpus = load_squad(need(given.squad))
    folder = index_of(f"squad-{given.squad.name.split('.json')[0]}", corpus.articles)
    if given.answers:
        answers(folder, corpus, given.answers, given.peer)
        return
    with EmbeddedIndex(folder) as index:
        retrieval(index, corpus.questions[: given.questions or None], RetrievalParams())


if __name__ == "__main__":
    main()
